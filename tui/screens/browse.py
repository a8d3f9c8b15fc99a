"""The screen one works in: search, kinds, results, and the node with its edges."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from kg.model import Literal, Node
from tui import messages
from tui.bindings import BROWSE, bindings
from tui.browser import web_page
from tui.correcting import Aim
from tui.source import Source
from tui.text import clean
from tui.widgets.bars import TitleBar
from tui.widgets.edges import Edges
from tui.widgets.facets import FacetRow, Facets
from tui.widgets.keys import KeyBar
from tui.widgets.lines import LineList
from tui.widgets.pane import NodePane
from tui.widgets.results import Results
from tui.widgets.search import SearchBox

from .acting import way_out
from .searching import Searching

_MARKS = frozenset({"star", "read", "later", "tags", "note"})

_TYPED = frozenset(
    {"search", "correct", "why", "web", "copy", "abstract", "facets", "quit", "help", "back", "forward"}
    | _MARKS
)

_ON_NODES = frozenset({"choose", "why", "correct", "web", "copy", "abstract", "facets", "search"} | _MARKS)


class Browse(Searching):
    """Find nodes, walk from one to the next, ask why, correct, mark."""

    AUTO_FOCUS = None
    BINDINGS = bindings(BROWSE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-tall")]  # noqa: RUF012

    def __init__(self, source: Source, start: str = "") -> None:
        """``start``: the slug of the node to begin with, if any."""
        super().__init__(source)
        self._start = start
        self._walking = False  # the node was gone to: no other one is shown because the cursor moves

    def compose(self) -> ComposeResult:
        """From top to bottom; the focus moves in this order."""
        yield TitleBar(self._source.title, id="title")
        with Horizontal(id="search-line"):
            yield Static(" / ", id="prompt")
            yield SearchBox(id="search")
        yield FacetRow(id="facet-row")
        with Horizontal(id="body"):
            yield Facets(id="facets")
            yield Results(id="results")
            yield NodePane(self._source, self.fail, id="pane")
        yield Static(messages.TOO_SMALL, id="too-small", markup=False)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Ask for the first page at once; everything else comes after it."""
        self.facets.border_title = "Kinds"
        self.results.border_title = "Results"
        self.load()
        if self._start:
            self.go(self._start)
        else:
            self.set_focus(self.results)

    def on_resize(self) -> None:
        """What was hidden has lost the focus: someone must have it."""
        self.call_after_refresh(self._refocus)

    def _refocus(self) -> None:
        if self.focused is None or not _is_seen(self.focused):
            self.set_focus(self.edges if self.has_class("-node") else self.results)

    # ------------------------------------------------------------------------ the parts

    @property
    def pane(self) -> NodePane:
        """The pane of the node."""
        return self.query_one("#pane", NodePane)

    @property
    def edges(self) -> Edges:
        """The edges of the node."""
        return self.query_one("#edges", Edges)

    # ------------------------------------------------------------------------ following

    @on(LineList.Moved, "#results")
    def found_changed(self) -> None:
        """Show the node under the cursor where there is a pane for it."""
        node = self.results.node
        if node is not None and not self._walking and not self.has_class("-narrow"):
            self.pane.preview(node.slug)

    def on_descendant_focus(self) -> None:
        """Whoever is on a node stays there until they are back in the list."""
        if self.focused in {self.results, self.edges}:
            self._walking = self.focused is self.edges

    def action_choose(self) -> None:
        """Open the node under the cursor, follow the edge, tick the kind."""
        if self.focused is self.edges:
            self.pane.follow()
        elif self.focused is self.facets:
            self.tick()
        elif self.results.node is not None:
            self.go(self.results.node.slug)

    def action_fold(self) -> None:
        """Fold the group under the cursor, or tick the kind."""
        if self.focused is self.edges:
            self.pane.fold()
        elif self.focused is self.facets:
            self.tick()

    def go(self, slug: str) -> None:
        """Go to a node and show it."""
        self.pane.open(slug)
        self._show_pane()

    def action_news(self) -> None:
        """What lists and papers have done; a line of it leads to its node."""
        from .news import News

        self.app.push_screen(News(self._source), lambda slug: self.go(slug) if slug else None)

    def action_submit(self) -> None:
        """From the search box to the results, which are those of what stands there."""
        self._show_list()
        self.submit()

    def action_leave(self) -> None:
        """From the search box to the results."""
        self._show_list()

    @property
    def is_busy(self) -> bool:
        """Whether what is on screen is not yet what was asked for."""
        working = any(not worker.is_finished for worker in self.app.workers)
        return working or self.is_searching or self.pane.is_waiting

    @on(NodePane.Looked)
    def _look(self, event: NodePane.Looked) -> None:
        self.box.value = event.text
        self.box.cursor_position = len(event.text)
        self.app.notify(event.note, title=clean(event.text), timeout=5, markup=False)
        self._show_list()

    @on(NodePane.Page)
    def _page(self, event: NodePane.Page) -> None:
        web_page(self.app, self._source, event.url)

    def _show_list(self) -> None:
        self._walking = False
        self.remove_class("-node")
        self.set_focus(self.results)

    # -------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Letters are text while one types; the starter list is offered where nothing is."""
        if action == "starter":
            return self.is_empty and self._source.add_starter is not None
        name = action.rpartition(".")[2]
        if name in _ON_NODES and self.is_empty:
            return False
        return not (name in _TYPED and isinstance(self.focused, SearchBox))

    def action_search(self) -> None:
        """Into the search box."""
        self._walking = self._submitted = False
        self.remove_class("-node")
        self.set_focus(self.box)

    def action_out(self) -> None:
        """One step out: from the node to the list, from the list to the unfiltered list."""
        if self.box.value and self.focused in {self.results, self.box}:
            self.box.value = ""
        elif self.focused is not self.results:
            self._show_list()
        else:
            self.untick()

    def action_back(self) -> None:
        """Back along the trail; before its beginning is the list."""
        if self.pane.back():
            self._show_pane()
        else:
            self._show_list()

    def action_forward(self) -> None:
        """Forward along the trail."""
        here = self.pane.trail.here
        if not self.has_class("-node") and not self.pane.display and here is not None:
            self.go(here.slug)
        elif self.pane.forward():
            self._show_pane()

    def _show_pane(self) -> None:
        self._walking = True
        self.add_class("-node")
        self.set_focus(self.edges)

    def action_pane(self, step: int) -> None:
        """To the next pane that is seen, in reading order."""
        panes: list[Widget] = [p for p in (self.box, self.facets, self.results, self.edges) if _is_seen(p)]
        at = panes.index(self.focused) if self.focused in panes else 0
        self.set_focus(panes[(at + step) % len(panes)])

    def action_facets(self) -> None:
        """Show the kinds and go there; from there back to the list."""
        if self.focused is self.facets:
            self.remove_class("-facets")
            self._show_list()
        else:
            self._walking = False
            self.remove_class("-node")
            self.add_class("-facets")
            self.set_focus(self.facets)

    def action_abstract(self) -> None:
        """The whole description or abstract of the node."""
        self.pane.toggle_whole()

    @property
    def target(self) -> Node | None:
        """The node that a key acts on: the one under the cursor, else the one that is shown."""
        if self.focused is self.edges:
            other = self.edges.other
            return other if isinstance(other, Node) else self.pane.view.node if self.pane.view else None
        return self.results.node

    @property
    def value(self) -> Literal | None:
        """The value under the cursor, where it is no node."""
        other = self.edges.other if self.focused is self.edges else None
        return other if isinstance(other, Literal) else None

    @property
    def aim(self) -> Aim | None:
        """What a correction or a receipt is about: the shown node and the edge under the cursor."""
        if self.focused is self.edges:
            return None if self.pane.view is None else Aim(self.pane.view.node, self.edges.statement)
        return None if self.results.node is None else Aim(self.results.node)

    def reload(self) -> None:
        """Show everything as it is now, where it is shown."""
        self.load(keep=True)
        self.pane.reload()

    def busy(self, what: str) -> None:
        """Say in the title, and in an empty list, what is being done; "" when it is over."""
        self.query_one(TitleBar).busy(what)
        self.results.say(what)

    def fail(self, title: str, error: Exception) -> None:
        """Tell what failed, why, and what to do; the graph on screen stays."""
        if self.results.count:
            self.complain(title, error)
        else:
            self.results.say(title, str(error), way_out(error))


def _is_seen(widget: Widget) -> bool:
    return all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))
