"""The kinds of what a search found, with counts; ticked ones narrow it."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.widget import Widget

from kg.vocabulary import Kind

from .lines import LineList, Part, spread


class Facets(LineList):
    """All kinds that are found or ticked, one a line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """No counts yet, nothing ticked."""
        super().__init__(id=id)
        self.ticked: frozenset[Kind] = frozenset()
        self._counts: Mapping[Kind, int] = {}
        self._kinds: list[Kind] = []

    @property
    def count(self) -> int:
        """How many kinds are listed."""
        return len(self._kinds)

    @property
    def kind(self) -> Kind | None:
        """The kind under the cursor."""
        return self._kinds[self.cursor] if 0 <= self.cursor < len(self._kinds) else None

    def show(self, counts: Mapping[Kind, int], ticked: frozenset[Kind]) -> None:
        """Show counts and ticks; the cursor stays on its kind."""
        before = self.kind
        self._counts, self.ticked = counts, ticked
        self._kinds = [kind for kind in Kind if kind in counts or kind in ticked]
        self.relist(cursor=self._kinds.index(before) if before in self._kinds else 0)

    def parts(self, number: int, cells: int) -> list[Part]:
        """A tick, the letter, the name, how many."""
        kind = self._kinds[number]
        tick = "[x] " if kind in self.ticked else "[ ] "
        left = [
            (tick, "strong" if kind in self.ticked else "muted"),
            (kind.glyph, kind.group),
            (f" {kind.label}", ""),
        ]
        return spread(left, [(f" {self._counts.get(kind, 0):,} ", "muted")], cells)


class FacetRow(Widget):
    """The same counts on one line, by letter, for screens without room for the pane."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """No counts yet."""
        super().__init__(id=id)
        self._counts: Mapping[Kind, int] = {}
        self._ticked: frozenset[Kind] = frozenset()

    def show(self, counts: Mapping[Kind, int], ticked: frozenset[Kind]) -> None:
        """Show counts; ticked kinds are marked."""
        self._counts, self._ticked = counts, ticked
        self.refresh()

    def render(self) -> Content:
        """Letters with counts, a tick before what narrows, and the key that explains them."""
        parts: list[Content | tuple[str, str]] = []
        for kind in Kind:
            if kind in self._counts or kind in self._ticked:
                tick = "✓" if kind in self._ticked else ""
                parts += [
                    (f"{tick}{kind.glyph}", f"bold $kg-{kind.group}"),
                    (f" {self._counts.get(kind, 0):,}  ", ""),
                ]
        parts += [("f kinds", "$kg-muted")] if parts else []
        return Content.assemble(*parts)
