"""THE table of keys: bindings, footer, help and command palette are made from it.

A key means one thing in the whole program, whatever has the focus. Adding a key is one row here
and one ``action_…`` where it acts.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """One row: ``id`` (for remapping), keys, the action, a word for the footer, a sentence for help.

    ``where``: the places in which it acts. ``footer``: whether it is shown there. ``shown`` is how
    the help prints the keys where their names are too long.
    """

    id: str
    keys: str
    action: str
    label: str
    tooltip: str
    where: tuple[str, ...]
    footer: bool = False
    shown: str = ""

    @property
    def display(self) -> str:
        """The keys as people read them."""
        return self.shown or self.keys

    @property
    def binding(self) -> Binding:
        """The row as Textual wants it."""
        first = self.display.split(" ", 1)[0]
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=self.footer,
            key_display=first,
            tooltip=self.tooltip,
            id=self.id,
        )


BROWSE, SEARCH, LISTS, DIALOG, WHY = "browse", "search", "lists", "dialog", "why"

PLACES = {
    LISTS: "In lists and trees",
    BROWSE: "On a node or an edge",
    SEARCH: "In the search box",
    WHY: "In the receipts",
    DIALOG: "In a dialog",
}
"""The places of keys with the heading that help gives them, in the order of help."""

TABLE: tuple[Key, ...] = (
    # Moving: the same in every list.
    Key("lists.down", "down,j", "move(1)", "Down", "One line down", (LISTS,), shown="↓ j"),
    Key("lists.up", "up,k", "move(-1)", "Up", "One line up", (LISTS,), shown="↑ k"),
    Key("lists.page-down", "pagedown", "page(1)", "Page down", "One page down", (LISTS,), shown="PgDn"),
    Key("lists.page-up", "pageup", "page(-1)", "Page up", "One page up", (LISTS,), shown="PgUp"),
    Key("lists.first", "g,home", "first", "First", "To the first line", (LISTS,), shown="g Home"),
    Key("lists.last", "G,end", "last", "Last", "To the last line", (LISTS,), shown="G End"),
    # Acting: in the order of the footer.
    Key(
        "open", "enter", "screen.choose", "Open", "Open the node, follow the edge, choose the line", (LISTS,),
        footer=True, shown="⏎",
    ),
    Key(
        "fold", "space", "screen.fold", "Fold",
        "Fold or unfold a group of edges; tick a kind", (LISTS,), shown="space",
    ),
    Key(
        "search", "slash", "search", "Search",
        'Search as you type; kind:paper author:"…" category:cs.CL in:starter is:starred narrow', (BROWSE,),
        footer=True, shown="/",
    ),
    Key(
        "back", "left_square_bracket,backspace", "back", "Back", "Back along the trail", (BROWSE,),
        shown="[ ⌫",
    ),
    Key(
        "forward", "right_square_bracket", "forward", "Forward", "Forward along the trail", (BROWSE,),
        shown="]",
    ),
    Key(
        "why", "p", "why", "Why", "Why is this here: the receipts, with the lines around each", (BROWSE, WHY),
        footer=True,
    ),
    Key(
        "correct", "e", "correct", "Correct",
        "Correct it: kind, name, a wrong edge, two that are one, an entry", (BROWSE,), footer=True,
    ),
    Key(
        "web", "o", "web", "Web page", "Open its page in the browser (http and https only)", (BROWSE, WHY),
        footer=True,
    ),
    Key("copy", "y", "copy", "Copy", "Copy its reference, as `kg show` takes it", (BROWSE,)),
    Key("star", "s", "star", "Star", "Star it, or take the star away", (BROWSE,)),
    Key("read", "m", "read", "Read", "Mark it as read, or as not read", (BROWSE,)),
    Key("later", "l", "later", "Read later", "Mark it as to be read, or not", (BROWSE,)),
    Key("tags", "t", "tags", "Tags", "Write your own tags on it; tag: finds them", (BROWSE,)),
    Key("note", "n", "note", "Note", "Write a note on it, for yourself", (BROWSE,)),
    Key("news", "i", "news", "Inbox", "What lists and papers have done since they were added", (BROWSE,)),
    Key("abstract", "a", "abstract", "Abstract", "Show the whole description or abstract", (BROWSE,)),
    Key("facets", "f", "facets", "Kinds", "Show or hide the kinds; space ticks one", (BROWSE,)),
    Key(
        "starter", "plus", "starter", "Starter list",
        "Add the bundled starter list, where there are no sources yet", (BROWSE,), footer=True, shown="+",
    ),
    Key(
        "pane", "tab", "pane(1)", "Pane", "To the next pane (shift: the one before)", (BROWSE,),
        shown="tab ⇧tab",
    ),
    Key("pane-back", "shift+tab", "pane(-1)", "Pane", "", (BROWSE,)),
    # Typing.
    Key(
        "submit", "enter", "screen.submit", "Results",
        "To the results; an identifier or a link opens its node", (SEARCH,), footer=True, shown="⏎",
    ),
    Key("leave-down", "down", "screen.leave", "Results", "To the results", (SEARCH,), shown="↓"),
    # Everywhere.
    Key(
        "out", "escape", "screen.out", "Out", "One step out: close, back to the list, clear the search",
        (BROWSE, SEARCH, DIALOG, WHY), shown="esc",
    ),
    Key(
        "help", "question_mark,f1", "app.help", "Help", "The keys of what has the focus",
        (BROWSE, DIALOG, WHY), footer=True, shown="? F1",
    ),
    Key(
        "quit", "q", "app.quit", "Quit", "Leave kg (ctrl+q: also while typing)",
        (BROWSE, DIALOG, WHY), footer=True,
    ),
)  # fmt: skip


def bindings(place: str) -> list[BindingType]:
    """The bindings of a place, in the order of the table."""
    return [key.binding for key in TABLE if place in key.where]


def keys(place: str) -> list[Key]:
    """The rows of a place that help explains."""
    return [key for key in TABLE if place in key.where and key.tooltip]
