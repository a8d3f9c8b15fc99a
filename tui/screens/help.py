"""Help for what has the focus: its keys first, then all others, the filters, the letters."""

from __future__ import annotations

from textual.app import ComposeResult

from kg.vocabulary import Kind
from tui.bindings import PLACES, keys
from tui.text import fill, wrap
from tui.widgets.choices import Reading
from tui.widgets.lines import Part

from .dialog import Dialog

Line = list[Part]

_KEYS = 12  # cells of the column of keys

FILTERS = (
    ("lora adapter", "all words, each the beginning of a word in a name, description or abstract"),
    ("kind:method", "one kind; kind:model,paper for several"),
    ('author:"Ada Lovelace"', "papers of a name, which may be several people"),
    ("category:cs.CL", "papers of an arXiv category"),
    ("in:starter", "what one source names"),
    ("is:starred", "what you marked; also is:read, is:unread, is:to-read, is:noted, is:marked"),
    ("tag:peft", "what you gave that tag"),
    ("2106.09685", "an arXiv id, DOI or link: Enter opens its node"),
)
SIGNS = (
    ("×3", "three documents say so"),
    ("→ ←", "an edge from the node, an edge to it; ↔ where it only qualifies one"),
    ("★ ✓ ○", "you have starred it; read it; want to read it"),
    ("▌ ┃", "the cursor; the entry that a receipt quotes"),
)


class Help(Dialog[None]):
    """The keys and letters, for reading."""

    def __init__(self, place: str) -> None:
        """``place`` is where the focus is."""
        super().__init__("Help", "esc close")
        self._place = place

    def inside(self) -> ComposeResult:
        """The lines to read."""
        yield Reading(id="help")

    def on_resize(self) -> None:
        """Break the lines to the width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        reading = self.query_one(Reading)
        reading.show(lines(self._place, reading.size.width - 1), cursor=reading.cursor)


def lines(place: str, cells: int) -> list[Line]:
    """The help as lines of ``cells`` cells, with the place of the focus first."""
    found: list[Line] = []
    for one in sorted(PLACES, key=lambda name: name != place):
        found.append([(PLACES[one], "strong"), ("  (here)" if one == place else "", "muted")])
        for key in keys(one):
            found += _row(key.display, key.tooltip, _KEYS, cells)
        found.append([])
    found.append([("Searching", "strong")])
    for text, meaning in FILTERS:
        found += _row(text, meaning, 24, cells)
    found += [[], [("Letters of the kinds", "strong")]]
    for kind in Kind:
        found.append([("  ", ""), (kind.glyph, kind.group), (f"  {kind.label}", "")])
    found += [[], [("Signs", "strong")]]
    for text, meaning in SIGNS:
        found += _row(text, meaning, _KEYS, cells)
    found += [[], [("Every view has a command: kg search, kg show, kg why, kg correct, kg mark.", "muted")]]
    return found


def _row(text: str, meaning: str, column: int, cells: int) -> list[Line]:
    first, *rest = wrap(meaning, cells - column - 3)
    shown: list[Line] = [[("  ", ""), (fill(text, column), "strong"), (first, "")]]
    return [*shown, *([(" " * (column + 2), ""), (line, "")] for line in rest)]
