"""The rows of a table as entries: which column holds the name, and what the others say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kg.vocabulary import Kind

from .blocks import BREAK, Block, Piece, plain
from .columns import Column, column, column_role
from .links import Link, Unit, asides, is_relative, link_of, starred_repository, units
from .titles import cleaned, find_title, is_title

_MAX_NAME_WORDS = 12
_MORE = re.compile(r"\W*(?:查看|view|see|browse|show|read)(?:\b|全|完)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell beside the name: its column, text and links."""

    role: str
    header: str
    text: str
    links: tuple[Link, ...]


@dataclass(slots=True)
class Row:
    """A row read: name cell found, other cells by role. ``reason``: why it holds no item, or ""."""

    reason: str = ""
    name: str = ""
    form: str = ""
    kind: Kind | None = None
    main: Link | None = None
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()
    rest: tuple[Unit, ...] = ()
    prefix: str = ""


def read_row(block: Block) -> Row:  # noqa: PLR0911 - one return a reason
    """The name, main link and other cells of a table row."""
    texts = [plain(cell) for cell in block.cells]
    filled = [i for i, text in enumerate(texts) if text or any(p.href for p in block.cells[i])]
    if not filled:
        return Row("empty row")
    columns = [column(header) for header in block.columns] + [Column("")] * len(block.cells)
    hrefs = [p.href for cell in block.cells for p in cell if p.href]
    if hrefs and all(h.startswith("#") for h in hrefs):
        return Row("table of contents")
    if any(_MORE.match(plain(c)) and any(is_relative(p.href) for p in c if p.href) for c in block.cells):
        return Row("index row")
    if len(filled) == 1 and len(block.cells) > 2 and not hrefs:  # noqa: PLR2004 - a row across the table
        return Row("group row")
    if all(not re.search(r"\w", t) for t in texts) and not hrefs:
        return Row("empty row")
    parts = [units(cell) for cell in block.cells]
    at = _name_column(block, columns, texts, parts)
    if at < 0:
        return Row("row without a name")
    row = _named(parts[at], columns[at])
    if not row.name:
        return Row("row without a name")
    row.cells = _cells(block, columns, at, texts, parts)
    return row


def _cells(
    block: Block, columns: list[Column], at: int, texts: list[str], parts: list[list[Unit]]
) -> tuple[Cell, ...]:
    """The cells beside the one with the name, and the facts that descriptions hold."""
    cells: list[Cell] = []
    for i in range(len(block.cells)):
        if i == at:
            continue
        told = columns[i].role == "description"
        header = block.columns[i] if i < len(block.columns) else ""
        listed = _listed(block.cells[i])
        links = tuple(_in_column(link, columns[i].role) for link in _links(parts[i]))
        cells.append(Cell(_beside(columns[i], columns[at]), header, texts[i] if told else listed, links))
        if told and "; " in listed:
            cells += _facts(listed)
    return tuple(cells)


_KEYED = re.compile(r"([A-Za-z][A-Za-z ]{1,20}|[\u4e00-\u9fff]{2,6})\s*[:\uff1a]\s*(\S.*)")
_FACTS = frozenset({"device", "licence", "size", "context", "bits", "maker", "base", "date"})


def _facts(listed: str) -> list[Cell]:
    """The "key: value" lines of a description, each as a cell of its own."""
    found = [keyed for line in listed.split("; ") if (keyed := _KEYED.fullmatch(line))]
    read = [(column_role(keyed[1].strip()), keyed) for keyed in found]
    return [Cell(role, keyed[1], keyed[2], ()) for role, keyed in read if role in _FACTS]


def _in_column(link: Link, role: str) -> Link:
    """The link with the role of its column: a repository under "Try it" is no code of the row's thing."""
    if role == "paper" and link.role == "paper":
        return replace(link, label=link.label or len(link.text.split()) < _TITLE_WORDS)
    fixed = role in ("demo", "blog", "model") and link.role in ("code", "page", "paper")
    return replace(link, role=role) if fixed and not (link.label and link.role == "paper") else link


def _listed(cell: tuple[Piece, ...]) -> str:
    """The text of a cell with its lines told apart."""
    lines: list[list[Piece]] = [[]]
    for piece in cell:
        if piece.text == BREAK:
            lines.append([])
        else:
            lines[-1].append(piece)
    return "; ".join(text for line in lines if (text := plain(line)))


def _beside(other: Column, name: Column) -> str:
    """The role of a second column of names: data beside models is what they were trained on."""
    if other.role == "name" and other.kind is Kind.DATASET and name.kind is Kind.MODEL:
        return "training"
    if other.role == "name" and other.kind is Kind.MODEL and name.kind is not Kind.MODEL:
        return "supports"
    return other.role


def _name_column(block: Block, columns: list[Column], texts: list[str], parts: list[list[Unit]]) -> int:
    """The index of the cell that holds the row's name, or -1."""
    count = len(block.cells)
    named = [i for i in range(count) if columns[i].role == "name" and texts[i]]
    if named:
        return named[0]
    if columns[0].role in ("", "domain", "maker") and re.search(r"\w", texts[0]) and _marked(block.cells[0]):
        return 0
    for i in range(count):
        if columns[i].role == "paper" and _titled(parts[i], texts[i]):
            return i
    for i in range(count):
        if columns[i].role in ("", "url", "code", "model", "stars") and any(
            not link.label and not re.match(r"https?:", link.text) for link in _links(parts[i])
        ):
            return i
    for i in range(count):
        if (
            texts[i]
            and columns[i].role in ("", "keywords", "domain", "examples", "paper")
            and len(texts[i].split()) <= _MAX_NAME_WORDS
        ):
            return i
    return -1


_TITLE_WORDS = 3


def _titled(parts: list[Unit], text: str) -> bool:
    """Whether a cell under "Paper" holds a title and not only a label."""
    return is_title(text) or any(
        not link.label and len(link.text.split()) >= _TITLE_WORDS for link in _links(parts)
    )


def _marked(cell: tuple[Piece, ...]) -> bool:
    """Whether a cell is short and all of it bold or linked, wherever the link goes."""
    said = [p for p in cell if p.text.strip() and not p.image]
    words = sum(len(p.text.split()) for p in said)
    return 0 < words <= _MAX_NAME_WORDS and all(p.href or "b" in p.style for p in said)


def _named(parts: list[Unit], head: Column) -> Row:
    title = find_title(list(parts))
    whole = _whole(parts)
    name = cleaned(title.name)
    if whole and (title.form in ("text", "link", "bold") and not is_title(name)):
        name = whole
    kind = head.kind or {"paper": Kind.PAPER, "maker": Kind.ORGANIZATION}.get(head.role)
    others = asides(title.rest)
    links = tuple(u.link for u in (*title.head, *title.rest) if u.link and u.link not in others)
    main = title.main or next((link for link in links if not link.label), None)
    return Row(
        "",
        name,
        title.form,
        kind,
        main,
        (),
        tuple(x for x in links if x is not main),
        tuple(title.rest),
        title.prefix,
    )


def _whole(parts: list[Unit]) -> str:
    """The text of a short cell without labels and badges, up to the first break."""
    text = ""
    for unit in parts:
        if unit.kind == "break" and text.strip():
            break
        if unit.kind == "text" or (unit.kind == "link" and not (unit.link and unit.link.label)):
            text += unit.text
    name = cleaned(re.sub(r"\[\s*\]|\(\s*\)", "", text))
    return name if len(name.split()) <= _MAX_NAME_WORDS else ""


def _links(parts: list[Unit]) -> tuple[Link, ...]:
    found = []
    for unit in parts:
        if unit.link:
            found.append(unit.link)
        elif unit.kind == "badge" and (page := starred_repository(unit.href)) and (link := link_of("", page)):
            found.append(link)
    return tuple(found)
