"""The stretches of a list: pieces of text, sections and blocks in document order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.model import Problem

BREAK = "\u2028"  # stands for <br> and the end of a paragraph; white space like any other


class Piece(NamedTuple):
    """A run of text of one style: where its link goes, which image it stands for.

    ``link`` numbers the link element (0: none), so that pieces of one link are told from two links.
    ``style``: letters b(old), i(talic), c(ode), u(nderlined), s(truck), d(etails), t(iny).
    A line break is the text :data:`BREAK`.
    """

    text: str
    href: str = ""
    link: int = 0
    image: str = ""
    style: str = ""


MAX_SECTIONS = 50
"""Sections within sections: the headings of no list that people read nest so deep."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, ``<summary>`` or bold-only paragraph that holds what follows it."""

    text: str
    line: int
    level: int
    end_line: int = 0
    pieces: tuple[Piece, ...] = ()

    def __hash__(self) -> int:
        return hash((self.line, self.text))  # paths of sections are looked up for every entry


@dataclass(slots=True)
class Block:
    """One stretch of the list: an item, a row, a heading, a paragraph, a code block.

    ``kind``: item, row, header, heading, summary, prose or code. ``parent`` is the item around an
    item (its index, -1: none), ``cells`` the cells of a row, ``columns`` the texts above them.
    """

    kind: str
    line: int
    end_line: int
    path: tuple[Section, ...]
    parent: int = -1
    number: int = 0
    table: int = 0
    pieces: list[Piece] = field(default_factory=list)
    cells: list[tuple[Piece, ...]] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    size: int = 0
    children: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """A list as a flat sequence of blocks in document order, with its title and source lines."""

    title: str
    blocks: tuple[Block, ...]
    source: tuple[str, ...]
    problems: tuple[Problem, ...]


def plain(pieces: Sequence[Piece], *, images: bool = False) -> str:
    """The text of some pieces, white space folded; images (their alt text) only if asked for.

    >>> plain([Piece("a "), Piece("alt", image="x.png"), Piece(" b")])
    'a b'
    """
    if len(pieces) == 1:  # most cells, most headings
        return " ".join(pieces[0].text.split()) if images or not pieces[0].image else ""
    return " ".join("".join([p.text for p in pieces if images or not p.image]).split())


def own_end(blocks: Sequence[Block], block: Block) -> int:
    """The last line of an item before what is nested in it."""
    first = min((blocks[i].line for i in block.children), default=0)
    return max(block.line, first - 1) if first else block.end_line
