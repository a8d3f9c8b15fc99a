"""The rows of a table as entries: which column holds the name, and what the others say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kg.vocabulary import Kind

from .blocks import BREAK, Block, Piece, plain
from .columns import Column, column, column_role
from .headings import _EMOJI as EMOJI
from .links import (
    Link,
    Unit,
    asides,
    badge_venue,
    is_relative,
    link_of,
    starred_repository,
    units,
    within_repository,
)
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
    """A row read: name cell found, other cells by role. ``reason``: why it holds no item, or "".

    ``told``: what the cell of the name says of other columns: a venue on a badge, a laboratory.
    """

    reason: str = ""
    name: str = ""
    form: str = ""
    kind: Kind | None = None
    main: Link | None = None
    within: str = ""
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()
    rest: tuple[Unit, ...] = ()
    prefix: str = ""
    told: tuple[Cell, ...] = ()


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
    shows = [block.cells[i] for i, text in enumerate(texts) if _MORE.match(text)]
    if any(is_relative(p.href) for cell in shows for p in cell if p.href):
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
    row.cells = _cells(block, columns, at, texts, parts, row)
    return row


def _cells(
    block: Block, columns: list[Column], at: int, texts: list[str], parts: list[list[Unit]], row: Row
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
    return (*cells, *row.told)


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


_LABELLED = re.compile(r"\s*\[[A-Z][^\[\]]{1,30}\]\s*([A-Z]\S*(?:\s\S+){3,}.*)")
_LAB = re.compile(r"\s*[(（]\s*@\s*(?P<lab>[^()]{2,60}?)(?:\s+etc\.?)?\s*[)）]\s*$")  # noqa: RUF001


def _short_name(parts: list[Unit]) -> tuple[str, list[Unit]]:
    """The bold name in brackets before a title ("[**Foo**] Bars for all"), and what follows it."""
    if parts and parts[0].kind == "text" and (found := _LABELLED.match(EMOJI.sub("", parts[0].text))):
        return "", [parts[0]._replace(text=found[1]), *parts[1:]]
    said = [i for i, u in enumerate(parts) if u.text.strip()]
    for at, i in enumerate(said[1:-1], 1):
        before, behind = parts[said[at - 1]], parts[said[at + 1]]
        if (
            "b" in parts[i].style
            and before.text.rstrip().endswith("[")
            and behind.text.lstrip().startswith("]")
        ):
            rest = behind._replace(text=behind.text.lstrip()[1:])
            if is_title(cleaned(rest.text)):
                return cleaned(parts[i].text), [rest, *parts[said[at + 1] + 1 :]]
    return "", parts


def _named(parts: list[Unit], head: Column) -> Row:
    short, parts = _short_name(parts)
    title = find_title(list(parts))
    title.prefix = title.prefix or short
    lab = _LAB.search(title.name)
    title.name = title.name[: lab.start()] if lab else title.name
    told = [Cell("maker", "", lab["lab"], ())] if lab and "." not in lab["lab"] else []
    venues = (badge_venue(u.source or u.href) for u in parts if u.kind == "badge")
    told += [Cell("venue", "", venue, ()) for venue in venues if venue]
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
        "" if main else within_repository(parts),
        (),
        tuple(x for x in links if x is not main),
        tuple(title.rest),
        title.prefix,
        tuple(told),
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
