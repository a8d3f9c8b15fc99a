"""The edges of one node as a tree: groups by predicate and direction, foldable, rarest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import Literal, Node, Statement
from kg.vocabulary import Predicate
from tui.reading import Group, Leaf, View
from tui.text import clean, cut, width

from .lines import LineList, Part, spread

_MORE = 50  # leaves that "… n more" adds
_SHORTEST_SHARE = 3  # leaves of a group that are seen at once, however many groups there are
_ROOM_FOR_SOURCE = 44  # cells from which a leaf also names its first receipt
_LONGEST_SOURCE = 26


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree: a group, a leaf of it, or the rest of it (``hidden`` leaves)."""

    group: Group
    leaf: Leaf | None = None
    last: bool = False
    hidden: int = 0


class Edges(LineList):
    """The typed edges of a node, both ways."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """No node yet."""
        super().__init__(id=id)
        self._view: View | None = None
        self._lines: list[Line] = []
        self._folded: set[tuple[str, Predicate]] = set()
        self._shown: dict[tuple[str, Predicate], int] = {}

    @property
    def count(self) -> int:
        """How many lines the tree has as it is folded now."""
        return len(self._lines)

    @property
    def line(self) -> Line | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if 0 <= self.cursor < len(self._lines) else None

    @property
    def statement(self) -> Statement | None:
        """The statement under the cursor; None on a group of several or on no line."""
        line = self.line
        if line is None:
            return None
        if line.leaf is not None:
            return line.leaf.statement
        return line.group.leaves[0].statement if _inline(line.group) else None

    @property
    def other(self) -> Node | Literal | None:
        """The other end of the edge under the cursor."""
        line = self.line
        if line is None:
            return None
        if line.leaf is not None:
            return line.leaf.other
        return line.group.leaves[0].other if _inline(line.group) else None

    def show(self, view: View, *, height: int) -> None:
        """Show the edges of a node; ``height`` is about how many lines will be seen.

        The same node again keeps its folds and, where the edge is still there, the cursor.
        """
        same = self._view is not None and self._view.node.slug == view.node.slug
        at = self.statement if same else None
        self._view = view
        if not same:
            self._folded = set()
            share = _share([len(group.leaves) for group in view.groups], height - len(view.groups))
            self._shown = {(group.arrow, group.predicate): share for group in view.groups}
        self._lines = list(self._unfolded())
        kept = [
            i for i, line in enumerate(self._lines) if line.leaf and at and _same(line.leaf.statement, at)
        ]
        self.relist(cursor=(kept[0] if kept else self.cursor) if same else self._first_leaf())

    def clear(self) -> None:
        """Show nothing."""
        self._view, self._lines = None, []
        self.relist()

    def _first_leaf(self) -> int:
        return 1 if len(self._lines) > 1 and self._lines[1].leaf is not None else 0

    def _unfolded(self) -> Iterator[Line]:
        for group in self._view.groups if self._view else ():
            key = (group.arrow, group.predicate)
            yield Line(group)
            if _inline(group) or key in self._folded:
                continue
            shown = group.leaves[: self._shown.get(key, len(group.leaves))]
            hidden = len(group.leaves) - len(shown)
            if hidden == 1:  # the line that would say so has room for it
                shown, hidden = group.leaves, 0
            for leaf in shown:
                yield Line(group, leaf, last=leaf is shown[-1] and not hidden)
            if hidden:
                yield Line(group, last=True, hidden=hidden)

    def toggle(self) -> None:
        """Fold or unfold the group under the cursor; on a leaf the cursor goes to its group."""
        line = self.line
        if line is None or _inline(line.group):
            return
        key = (line.group.arrow, line.group.predicate)
        self._folded ^= {key}
        self._lines = list(self._unfolded())
        heads = [i for i, one in enumerate(self._lines) if one.group is line.group]
        self.relist(cursor=heads[0])

    def show_more(self) -> None:
        """Show more leaves of the group under the cursor."""
        line = self.line
        if line is None or not line.hidden:
            return
        key = (line.group.arrow, line.group.predicate)
        self._shown[key] = self._shown[key] + _MORE
        self._lines = list(self._unfolded())
        self.relist(cursor=self.cursor)

    # ------------------------------------------------------------------------ painting

    def parts(self, number: int, cells: int) -> list[Part]:
        """A group with its count, a leaf with its qualifiers, receipt and support, or the rest."""
        line = self._lines[number]
        if line.hidden:
            return [("  └ ", "muted"), (f"… {line.hidden:,} more", "muted")]
        if line.leaf is None:
            return self._group_parts(line.group, cells)
        branch = ("  └ " if line.last else "  ├ ", "muted")
        return spread([branch, *_end(line.leaf)], _receipt(line.leaf, cells), cells)

    def _group_parts(self, group: Group, cells: int) -> list[Part]:
        key = (group.arrow, group.predicate)
        head: list[Part] = [(f"{group.arrow} ", "muted"), (clean(group.label), "strong")]
        if _inline(group):
            return spread(
                [("  ", ""), *head, ("  ", ""), *_end(group.leaves[0])],
                _receipt(group.leaves[0], cells),
                cells,
            )
        folded = key in self._folded
        head.append((f" ({len(group.leaves):,})", "muted"))
        parts: list[Part] = [("▶ " if folded else "▼ ", "muted"), *head]
        if folded:
            names = ", ".join(clean(_name(leaf.other)) for leaf in group.leaves[:8])
            parts.append((f"  {names}", "muted"))
        return spread(parts, [], cells)


def _same(a: Statement, b: Statement) -> bool:
    """Whether they are one edge; those of records and of texts have no number."""
    return a.id == b.id and (
        bool(a.id) or (a.subject.slug, a.predicate, a.object) == (b.subject.slug, b.predicate, b.object)
    )


def _share(sizes: Sequence[int], room: int) -> int:
    """How many leaves of each group are shown so that all groups together fill the room.

    >>> _share([1, 2, 40], 12), _share([30, 30], 4), _share([2, 3], 40)
    (9, 3, 3)
    """
    share, longest = _SHORTEST_SHARE, max(sizes, default=0)
    while share < longest and sum(min(size, share + 1) for size in sizes) <= room:
        share += 1
    return share


def _inline(group: Group) -> bool:
    """Whether a group is one line: a single value needs no tree."""
    return len(group.leaves) == 1 and isinstance(group.leaves[0].other, Literal)


def _name(other: Node | Literal) -> str:
    return other.label if isinstance(other, Node) else literal_text(other)


def literal_text(literal: Literal) -> str:
    """A value as people read it: integers with separators, all else as it is written."""
    if literal.datatype == "integer" and literal.value.lstrip("-").isdigit():
        return f"{int(literal.value[:40]):,}"
    return literal.value


def _end(leaf: Leaf) -> list[Part]:
    notes: list[Part] = [(f"  {clean(leaf.notes)}", "muted")] if leaf.notes else []
    if isinstance(leaf.other, Literal):
        return [(clean(literal_text(leaf.other)), ""), *notes]
    kind = leaf.other.kind
    return [(kind.glyph, kind.group), (" ", ""), (clean(leaf.other.label), ""), *notes]


def _receipt(leaf: Leaf, cells: int) -> list[Part]:
    support = f" ×{leaf.statement.support}" if leaf.statement.support > 1 else ""
    source = clean(leaf.source) if cells >= _ROOM_FOR_SOURCE else ""
    if width(source) > _LONGEST_SOURCE:
        name, colon, line = source.rpartition(":")
        source = (
            cut(name, _LONGEST_SOURCE - width(line) - 1) + colon + line
            if colon
            else cut(source, _LONGEST_SOURCE)
        )
    return [(f"  {source}", "muted"), (f"{support:<4}" if source or support else "", "muted")]
