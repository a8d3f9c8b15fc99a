"""The walk over a list's tree: elements open and close blocks, headings open sections."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .blocks import BREAK, MAX_SECTIONS, Block, Piece, Section, plain

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_COLUMNS = 200
MAX_BLOCKS = 60_000  # headings, items, rows and paragraphs of one list
MAX_SPAN = 200  # rows that one cell may span
MAX_TEXT = 8_000  # characters of one block that are looked at: a longer one is no item

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "code": "c", "kbd": "c", "u": "u", "ins": "u"} | {
    "s": "s", "del": "s", "strike": "s", "sub": "t", "sup": "t", "small": "t", "details": "d"
}  # fmt: skip
_BREAKS = frozenset({"br", "p", "div", "li", "summary", "hr", "dt", "dd"})
_SKIPPED = frozenset({"script", "style", "svg", "math", "template", "title", "head"})
_BLOCKS = frozenset({"li", "tr", "p", "summary", "pre", *_HEADINGS})
_KINDS = {"li": "item", "tr": "row", "p": "prose", "pre": "code", "summary": "summary"}
_POSITION = re.compile(r"(\d+):\d+-(\d+):(\d+)")
_BLANKS = re.compile(r"[ \t\n\r\f\v\xa0]{2,}")
_SUMMARY_LEVEL, _BOLD_LEVEL = 7, 8
_BOLD_WORDS = 8


class Walk:
    """One pass over the tree: elements open and close blocks, text goes to the innermost one."""

    def __init__(self, lines: list[str], html: bytes) -> None:
        """The walk over the HTML of some source lines, not begun."""
        self.lines, self.html = lines, html.split(b"\n")
        self.blocks: list[Block] = []
        self.title, self.links_seen = "", 0
        self.cut = self.full = 0  # where a text was too long, and where there were too many blocks
        self.open: list[tuple[_Element, Block]] = []  # what text may go to, innermost last
        self.items: list[int] = []  # the open items, by index
        self.sections: list[Section] = []
        self.floors: list[int] = []  # how many sections stood when a <details> opened
        self.links: list[tuple[str, int]] = []
        self.styles: list[str] = []
        self.style = ""  # the same as one text, each letter once
        self.cell: list[Piece] | None = None
        self.tables: list[_Table] = []
        self.tables_seen = 0
        self.numbers: list[int] = []  # the next number of each open list; 0 in bullet lists
        self.line = 1
        self.at: dict[str, list[int]] = {}  # where each line of the source stands
        self.row: tuple[int, list[int]] = -1, []  # the line of the HTML asked for last, and where it stands
        self.filled = _filled(lines)

    def run(self, root: _Element) -> None:
        """Walk the tree in document order, up to a number of blocks that no real list reaches."""
        from lxml import etree

        walk: Any = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            tag = element.tag
            if len(self.blocks) >= MAX_BLOCKS:
                self.full = self.full or self.line
                return
            if event == "start":
                if tag in _SKIPPED:
                    walk.skip_subtree()
                    continue
                self.start(element, tag)
                text = element.text
            else:
                if event == "end" and tag not in _SKIPPED:
                    self.close(element, tag)
                text = element.tail
            if text:
                self.say(text)

    # ------------------------------------------------------------------------------ lines

    def place(self, element: _Element) -> tuple[int, int]:
        """First and last line of an element: its own, or those of its raw HTML line."""
        found = _POSITION.match(element.get("data-sourcepos") or "")
        if found and found[1] != "0":  # cmark gives 0:0 to a paragraph that a table cut short
            line, end = int(found[1]), int(found[2]) - (found[3] == "0")
            line, end = min(line, len(self.lines)), min(end, len(self.lines))
            self.line = max(self.line, line)
            return line, max(line, self.filled[end])
        at: Any = element.sourceline  # the stubs leave its type open
        row = (at or 1) - 1
        if not self.at:
            self.at = defaultdict(list)
            for i, source in enumerate(self.lines, 1):
                self.at[source.strip()].append(i)
        if self.row[0] != row:
            text = self.html[row].decode("utf-8", "replace").strip() if row < len(self.html) else ""
            self.row = row, self.at.get(text, [])
        known = self.row[1]
        nth = bisect_left(known, self.line)
        if nth < len(known):
            self.line = known[nth]
        return self.line, self.line

    # ------------------------------------------------------------------------------- text

    def say(self, text: str | None, *, image: str = "") -> None:
        """Give text to the innermost open block, or to its open cell."""
        if not text or not self.open:
            return
        block = self.open[-1][1]
        if block.kind == "code":
            return
        if len(text) > 1:
            text = _BLANKS.sub(" ", text)
        block.size += len(text)
        if block.size > MAX_TEXT:
            self.cut = self.cut or block.line
            return
        href, link = self.links[-1] if self.links else ("", 0)
        target = self.cell if block.kind == "row" else block.pieces
        if target is not None:
            target.append(Piece(text, href, link, image, self.style))

    # --------------------------------------------------------------------------- elements

    def start(self, element: _Element, tag: str) -> None:  # noqa: C901 - one branch a tag
        """What the start of an element means."""
        if tag == "a":
            self.links_seen += 1
            self.links.append(((element.get("href") or "").strip(), self.links_seen))
        elif tag == "img":
            self.say(element.get("alt") or " ", image=element.get("src") or "?")
        elif tag in ("ul", "ol"):
            start = element.get("start") or "1"
            small = start.isascii() and start.isdigit() and len(start) < 10  # noqa: PLR2004
            self.numbers.append((int(start) if small else 1) if tag == "ol" else 0)
        elif tag == "table":
            self.tables_seen += 1
            self.tables.append(_Table(self.tables_seen))
        elif tag in ("td", "th"):
            if self.open and self.open[-1][1].kind == "row":
                if element.get("data-sourcepos") is None:  # else it stands in the line of its row
                    self.stretch(self.place(element)[1])
                self.cell = []
        elif tag in _BLOCKS:
            self.begin(element, tag)
        elif tag in _BREAKS:
            self.say(BREAK)
        if tag == "details":
            self.floors.append(-1 if self.open else len(self.sections))
        if tag in _STYLES and (tag != "details" or self.open):
            self.styles.append(_STYLES[tag])
            self.style = _joined(self.styles)

    def stretch(self, line: int) -> None:
        """Raw HTML has no end lines: what stands inside stretches what is open around it."""
        for _, block in self.open:
            block.end_line = max(block.end_line, line)

    def begin(self, element: _Element, tag: str) -> None:
        """Open a block, unless the block that is open already takes the element's text."""
        line, end = self.place(element)
        self.stretch(end)
        inside = self.open[-1][1].kind if self.open else ""
        if inside and not (tag in ("li", "pre") and inside == "item") and tag != "tr":
            self.say(BREAK)
            return
        block = Block(_KINDS.get(tag, "heading"), line, end, tuple(self.sections))
        if tag == "li":
            block.parent = self.items[-1] if self.items else -1
            if block.parent >= 0:
                self.blocks[block.parent].children.append(len(self.blocks))
            if self.numbers and self.numbers[-1]:
                block.number = self.numbers[-1]
                self.numbers[-1] += 1
            self.items.append(len(self.blocks))
        elif tag == "tr" and self.tables:
            block.table = self.tables[-1].number
        self.blocks.append(block)
        self.open.append((element, block))

    def close(self, element: _Element, tag: str) -> None:
        """What the end of an element means."""
        if tag == "a" and self.links:
            self.links.pop()
        elif tag in ("ul", "ol") and self.numbers:
            self.numbers.pop()
        elif tag == "table" and self.tables:
            self.tables.pop()
        elif tag in ("td", "th"):
            self.close_cell(element, tag)
        elif tag in _BREAKS and tag != "br":
            self.say(BREAK)
        if tag == "details" and self.floors:
            floor = self.floors.pop()
            if floor >= 0:
                del self.sections[floor:]
        if self.open and self.open[-1][0] is element:
            self.finish(self.open.pop()[1], tag)
        if tag in _STYLES and self.styles and self.styles[-1] == _STYLES[tag]:
            self.styles.pop()
            self.style = _joined(self.styles)

    def close_cell(self, element: _Element, tag: str) -> None:
        """Add a finished cell to its row, and remember it for the rows that it spans."""
        if self.cell is None or not self.open or not self.tables:
            return
        table, block = self.tables[-1], self.open[-1][1]
        cell, self.cell = tuple(self.cell), None
        table.carry(block)
        if len(block.cells) >= MAX_COLUMNS:
            return
        span = element.get("rowspan") or ""
        if span.isascii() and span.isdigit() and 1 < int(span[:4]) <= MAX_SPAN:
            table.spans[len(block.cells)] = (int(span[:4]) - 1, cell)
        block.cells.append(cell)
        if tag == "th":
            table.heads += 1

    def finish(self, block: Block, tag: str) -> None:
        """Complete a block whose element ended; headings open a section."""
        if tag == "li":
            self.items.pop()
        elif tag == "tr" and self.tables:
            table = self.tables[-1]
            table.carry(block)
            if block.cells and table.heads == len(block.cells):
                block.kind = "header"
                table.columns = tuple(plain(c, images=True) for c in block.cells)
            table.heads = 0
            block.columns = table.columns
        elif tag in _HEADINGS:
            self.enter(block, _HEADINGS[tag])
        elif tag == "summary":
            self.enter(block, _SUMMARY_LEVEL)
        elif tag == "p" and _is_label(block.pieces):
            block.kind = "heading"
            self.enter(block, _BOLD_LEVEL)

    def enter(self, block: Block, level: int) -> None:
        """Open the section of a heading; the first level-1 heading is the title instead."""
        text = plain(block.pieces)
        if level == 1 and not self.title and not self.sections and text:
            self.title, block.kind = text, "title"
            return
        if not text:
            return
        floor = max([0, *self.floors])
        while len(self.sections) > floor and self.sections[-1].level >= level:
            self.sections.pop()
        block.path = tuple(self.sections)
        if len(self.sections) >= MAX_SECTIONS:
            return
        # Nothing inside <details> ends the section that its summary opened.
        kept = 0 if level == _SUMMARY_LEVEL else level
        self.sections.append(Section(text, block.line, kept, block.end_line, tuple(block.pieces)))


@dataclass(slots=True)
class _Table:
    number: int
    columns: tuple[str, ...] = ()
    heads: int = 0
    spans: dict[int, tuple[int, tuple[Piece, ...]]] = field(default_factory=dict)

    def carry(self, block: Block) -> None:
        """Repeat in this row the cells of rows above that span it."""
        while len(block.cells) in self.spans and len(block.cells) < MAX_COLUMNS:
            column = len(block.cells)
            left, cell = self.spans.pop(column)
            if left > 1:
                self.spans[column] = (left - 1, cell)
            block.cells.append(cell)


def _filled(lines: list[str]) -> list[int]:
    """For each number of lines the last of these lines that is not blank."""
    out = [0]
    for number, line in enumerate(lines, 1):
        out.append(number if line.strip() else out[-1])
    return out


def _joined(styles: list[str]) -> str:
    """The letters of some styles, each once, in the order of the alphabet."""
    return "".join(sorted(set(styles)))


def _is_label(pieces: list[Piece]) -> bool:
    """Whether a paragraph is nothing but a short bold text: a heading in all but name."""
    text = plain(pieces)
    return (
        0 < len(text.split()) <= _BOLD_WORDS
        and not text.endswith((".", "!", "?"))
        and all("b" in p.style and not p.href for p in pieces if p.text.strip() and not p.image)
    )
