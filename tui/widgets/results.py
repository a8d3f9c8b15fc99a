"""The results of a search: as many lines as there are matches, read by pages when they are seen."""

from __future__ import annotations

from textual.message import Message

from kg.model import Node
from tui.marking import signs
from tui.reading import PAGE, Found, Row
from tui.text import clean, fill

from .lines import LineList, Part, spread

_KEPT = 64  # pages in memory: 4096 rows, whatever the graph holds
_ROOM_FOR_KIND = 58  # cells from which a line also says its kind in words


class Results(LineList):
    """A virtual list of nodes: letter, name, marks, kind, year, support."""

    class Wanted(Message):
        """A page is seen that has not been read yet."""

        def __init__(self, number: int) -> None:
            """Which page, from 0."""
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """Nothing found yet."""
        super().__init__(id=id)
        self._total = 0
        self._pages: dict[int, tuple[Row, ...]] = {}
        self._asked: set[int] = set()

    @property
    def count(self) -> int:
        """How many nodes match."""
        return self._total

    @property
    def row(self) -> Row | None:
        """The row under the cursor, or None while it is not read or there is none."""
        return self.row_at(self.cursor)

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        return None if self.row is None else self.row.node

    def show(self, found: Found, *, keep: bool = False) -> None:
        """Show what was found; ``keep`` leaves the cursor on its line."""
        self._total, self._pages, self._asked = found.total, {0: found.rows}, set()
        self.relist(cursor=self.cursor if keep else 0)

    def add_page(self, number: int, rows: tuple[Row, ...]) -> None:
        """Take in a page that was wanted."""
        self._asked.discard(number)
        if len(self._pages) >= _KEPT:
            far = max(self._pages, key=lambda kept: abs(kept - number))
            del self._pages[far]
        self._pages[number] = rows
        self.refresh_lines(number * PAGE, PAGE)
        if self.cursor // PAGE == number:
            self.post_message(self.Moved(self))

    @property
    def pages_read(self) -> set[int]:
        """The pages in memory."""
        return set(self._pages)

    def row_at(self, number: int) -> Row | None:
        """The row of that line; None where there is none, or not yet: then it is asked for."""
        if not 0 <= number < self._total:
            return None
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            if page not in self._asked:
                self._asked.add(page)
                self.post_message(self.Wanted(page))
            return None
        return rows[place] if place < len(rows) else None

    def parts(self, number: int, cells: int) -> list[Part]:
        """Letter, name, marks, kind in words where there is room, year, support."""
        row = self.row_at(number)
        if row is None:
            return [("·", "muted")]
        node = row.node
        right: list[Part] = [("  withdrawn", "warning")] if row.withdrawn else []
        if told := signs(row.mark):
            right.append((f" {told}", "strong"))
        if cells >= _ROOM_FOR_KIND:
            right.append((fill(f"  {node.kind.label}", 15), "muted"))
        right.append((f" {row.year:>4} ", "muted"))
        right.append((f"{f'×{node.support}' if node.support > 1 else '':>4} ", "muted"))
        left = [(f"{node.kind.glyph}", node.kind.group), (" ", ""), (clean(node.label), "")]
        return spread(left, right, cells)
