"""What an open graph answers with: listings of nodes and statements, which notebooks show as tables.

Text from outside is data here as well: in a table it is escaped, in one line it is quoted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Self, TypeVar, overload

from .model import Literal, Node, Statement

SHOWN = 20
"""Rows that a table in a notebook has at most."""

_NAMED = 5  # that one line names at most
_SHORT = 60  # characters of a value in one line
_LONG = 300  # and in a table

T = TypeVar("T", bound=Node | Statement)
Row = tuple[str, ...]


class Listing(Collection[T]):
    """Values in a documented order, read anew each time it is gone through; nothing is held in memory."""

    noun = ""
    header: Row = ()

    def __init__(self, read: Callable[[], Iterator[T]], count: Callable[[], int] | None = None) -> None:
        """List what ``read`` gives; ``count`` tells quickly how many, None: they must be gone through."""
        self._read = read
        self._count = count

    @classmethod
    def of(cls, values: Iterable[T]) -> Self:
        """A listing of values that are there already."""
        kept = tuple(values)
        return cls(lambda: iter(kept), lambda: len(kept))

    def __iter__(self) -> Iterator[T]:
        return self._read()

    def __len__(self) -> int:
        return self._count() if self._count else sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __contains__(self, value: object) -> bool:
        return any(one == value for one in self)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice) or place < 0:
            return list(self)[place]
        for value in islice(self, place, None):
            return value
        raise IndexError(f"there is no number {place} in {self!r}")

    def __repr__(self) -> str:
        first = list(islice(self, _NAMED + 1))
        named = ", ".join(map(self._named, first[:_NAMED]))
        if len(first) > _NAMED:
            return f"<{self._counted()}: {named}, ...>"
        return f"<{self._number(len(first))}: {named}>" if first else f"<no {self.noun}>"

    def _repr_html_(self) -> str:
        first = list(islice(self, SHOWN + 1))
        if len(first) <= SHOWN:
            caption = self._number(len(first))
        elif self._count:
            caption = f"the first {SHOWN} of {self._counted()}"
        else:
            caption = f"the first {SHOWN} {self.noun}"
        return table(self.header, map(self._row, first[:SHOWN]), caption)

    def _counted(self) -> str:
        """How many, in words; no number where counting would take long."""
        return self._number(self._count()) if self._count else self.noun

    def _number(self, number: int) -> str:
        return f"{number:,} {self.noun if number != 1 else self.noun.removesuffix('s')}"

    @abstractmethod
    def _named(self, value: T) -> str:
        """The value in a few words."""

    @abstractmethod
    def _row(self, value: T) -> Row:
        """The cells of the value, as markup."""


class Nodes(Listing[Node]):
    """Nodes (:class:`kg.model.Node`): in the order of what gave them."""

    noun = "nodes"
    header = ("Kind", "Name", "Lists", "Slug")

    def _named(self, value: Node) -> str:
        return value.slug

    def _row(self, value: Node) -> Row:
        return cell(value.kind.label), linked(value), cell(str(value.support)), code(value.slug)


class Statements(Listing[Statement]):
    """Statements (:class:`kg.model.Statement`): in the order of what gave them."""

    noun = "statements"
    header = ("Subject", "Predicate", "Object", "With", "Lists")

    def _named(self, value: Statement) -> str:
        said = value.object
        told = said.slug if isinstance(said, Node) else repr(shortened(said.value, _SHORT))
        return f"{value.subject.slug} {value.predicate.word} {told}"

    def _row(self, value: Statement) -> Row:
        narrowed = ", ".join(f"{cell(name)}: {_object(one)}" for name, one in value.qualifiers)
        said = _object(value.object)
        return linked(value.subject), cell(value.predicate.label), said, narrowed, cell(str(value.support))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """An HTML table; header and caption are text, the cells of rows are markup already."""
    head = "".join(f"<th>{cell(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>\n" for row in rows)
    return (
        f"<table>\n<caption>{cell(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
    )


def cell(text: str) -> str:
    r"""The text as HTML shows it and never obeys it.

    >>> print(cell('<script>"&\x1b'))
    &lt;script&gt;&quot;&amp;\x1b
    """
    from html import escape

    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return escape(shortened(shown, _LONG))


def code(text: str) -> str:
    """The text as code."""
    return f"<code>{cell(text)}</code>"


def linked(node: Node) -> str:
    """The name of a node, with a link to the page of its first identifier that has one."""
    page = next((one.url for one in node.identifiers if one.url.startswith("https://")), "")
    return (
        f'<a href="{cell(page)}">{cell(node.label)}</a>' if page and page.isprintable() else cell(node.label)
    )


def shortened(text: str, length: int) -> str:
    """At most so many characters, the last an ellipsis where there are more."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _object(value: Node | Literal) -> str:
    return linked(value) if isinstance(value, Node) else cell(value.value)
