"""The values that an entry's cells, notes and text give: sizes, dates, venue, licence, maker, base."""

from __future__ import annotations

import re

from kg.hardware import memory_in
from kg.model import Literal, Mention
from kg.vocabulary import Kind, Predicate

from .attributes import bits_in, context_in, context_length, date_in, licence_in, sizes_in
from .claims import Said
from .columns import column_role
from .draft import Draft
from .entries import Entry
from .headings import Role, heading
from .links import label_role
from .tables import Cell
from .titles import cleaned
from .venues import Venue, venue_in, year_in

_NOTHING = re.compile(
    r"[-–—/\\?.x✗✘❌]*|n/?a|none|null|unknown|tbd|not?\s+(?:available|applicable|specified)|无|未知|same|~",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,|;|、|\band\b|&|\n|\s/\s|\+)\s*(?:etc\.?|\.\.\.|…)?")
_VAGUE = re.compile(
    r"gener(?:ic|al)(?:\s+purpose)?|all|any|other|various|multi(?:ple)?|通用|综合|多语|中英|中文",
    re.IGNORECASE,
)
_TOO_MANY = 12
_CONCEPTS = (Kind.METHOD, Kind.APPLICATION, Kind.TOPIC)


def say_values(said: Said, draft: Draft) -> None:
    """Claim the values of an entry: those of its columns first, then those of its text."""
    for cell in said.entry.cells:
        if cell.text and not _NOTHING.fullmatch(cell.text):
            _say_cell(said, draft, cell)
    for note in said.entry.notes:
        role = column_role(note.key)
        if role and note.text and label_role(note.key) in ("", "other") and not _NOTHING.fullmatch(note.text):
            _say_cell(said, draft, Cell(role, note.key, note.text, note.links))
    kind = said.mention.kind
    if kind in (Kind.MODEL, Kind.PAPER):
        _say_sizes(said, draft)
    if kind is Kind.PAPER:
        _say_tags(said, draft)
    _say_bits(said, draft)
    if (length := context_in(said.entry.description)) and kind is Kind.MODEL:
        said.add(draft, Predicate.CONTEXT_LENGTH, Literal(str(length), "integer"), "size-in-text", 0.8)
    if licence := licence_in(said.entry.description):
        said.add(draft, Predicate.LICENCE, licence, "licence-words", 0.85)
    if kind in (Kind.PAPER, Kind.DATASET, Kind.BENCHMARK, Kind.FRAMEWORK, Kind.METHOD):
        _say_venue(said, draft)


def _say_cell(said: Said, draft: Draft, cell: Cell) -> None:
    """Claim what one cell says, by the role of its column."""
    text = cell.text
    if (predicate := _PLAIN.get(cell.role)) is not None:
        said.add(draft, predicate, text, "column", 0.93)
    elif cell.role == "date":
        if date := _date(text):
            said.add(draft, Predicate.RELEASED, Literal(date, "date"), "column", 0.95)
    elif cell.role == "context":
        if length := _length(text):
            said.add(draft, Predicate.CONTEXT_LENGTH, Literal(str(length), "integer"), "column", 0.9)
    elif cell.role == "device":
        for name in parts(text):
            said.add(draft, Predicate.RUNS_ON, re.sub(r"^\w+:\s*", "", name), "column", 0.93)
    else:
        _say_things(said, draft, cell)


_PLAIN = {"licence": Predicate.LICENCE, "samples": Predicate.SAMPLES, "tokens": Predicate.TOKENS}


def _date(text: str) -> str:
    if date := date_in(text):
        return date
    found = re.fullmatch(r"\D{0,3}((?:19|20)\d\d)\D{0,3}", text)
    return found[1] if found else ""


def _length(text: str) -> int | None:
    found = re.search(r"(\d{1,8}(?:\.\d{1,3})?)\s*([kKM])?", text.replace(",", ""))
    return context_length(found[1], found[2] or "") if found else None


def _say_things(said: Said, draft: Draft, cell: Cell) -> None:
    """Claim what a cell says that names other things: a maker, a base model, data, topics, memory."""
    if cell.role == "memory":
        found = memory_in(cell.text) or memory_in(f"{cell.text} {cell.header}")
        if found:
            tier = draft.mention(
                said.place,
                str(found[0]),
                Kind.HARDWARE_TIER,
                "memory",
                0.9,
                identifiers=(found[0].identifier,),
            )
            said.add(draft, Predicate.REQUIRES, tier, "column", 0.85)
    elif cell.role == "maker":
        for name in [cleaned(cell.text)] if "(" in cell.text else parts(cell.text):
            maker = draft.mention(said.place, name, Kind.ORGANIZATION, "column", 0.9)
            said.add(draft, Predicate.MADE_BY, maker, "column", 0.95, beyond=True)
    elif cell.role in _THINGS:
        predicate, kind = _THINGS[cell.role]
        for name in _bases(said, cell) if cell.role == "base" else parts(cell.text):
            if said.mention.kind in predicate.domain and not _NOBODY.search(name):
                said.add(draft, predicate, thing(said, draft, name, kind), "column", 0.9)
    elif cell.role == "domain" or (cell.role == "keywords" and said.mention.kind is Kind.PAPER):
        for name in parts(cell.text):
            _say_keyword(said, draft, name)


def _bases(said: Said, cell: Cell) -> list[str]:
    """The base models of a cell: of "Foo Bar" beside the sizes "7B 6B" it holds two."""
    names = parts(cell.text)
    words = cell.text.split()
    sizes = next((c.text.split() for c in said.entry.cells if c.role == "size"), [])
    apart = len(names) == 1 and 1 < len(words) == len(sizes) and all(map(_SIZE_ALONE.fullmatch, sizes))
    return words if apart and all(map(_NAME_ALONE.match, words)) else names


_SIZE_ALONE = re.compile(r"\d+(?:\.\d+)?[BMK]", re.IGNORECASE)
_NAME_ALONE = re.compile(r"[A-Za-z]{2}")  # neither the number nor the size behind a name

_THINGS = {
    "base": (Predicate.DERIVED_FROM, Kind.MODEL),
    "training": (Predicate.TRAINED_ON, Kind.DATASET),
    "generator": (Predicate.GENERATED_WITH, Kind.MODEL),
    "supports": (Predicate.SUPPORTS, Kind.MODEL),
}
_NOBODY = re.compile(r"\b(?:human|manual|crowd\w*)\b", re.IGNORECASE)


def _say_keyword(said: Said, draft: Draft, name: str) -> None:
    """A keyword is a topic, unless it is the name of what the paper introduces."""
    introduced = {c.object.name for c in said.claims if isinstance(c.object, Mention)}
    if len(name) > 1 and not _VAGUE.fullmatch(name) and name not in introduced:
        topic = draft.known(name, _CONCEPTS) or draft.mention(said.place, name, Kind.TOPIC, "column", 0.8)
        said.add(draft, Predicate.ABOUT, topic, "column", 0.95)


def thing(said: Said, draft: Draft, name: str, kind: Kind) -> Mention:
    """The entry of that name, or a reference to one that the list does not hold."""
    known = draft.known(name, (kind,)) or draft.known(name)
    if known is not None and known.kind is kind:
        return known
    return draft.mention(said.place, name, kind, "reference", 0.8)


def parts(text: str) -> list[str]:
    """The names in a cell that lists some.

    >>> parts("Foo, Bar & Baz, ..."), parts("-")
    (['Foo', 'Bar', 'Baz'], [])
    """
    names = [cleaned(re.sub(r"\s+et\s+al\.?$", "", p)) for p in _SPLIT.split(text[:500])]
    return [n for n in names if n and not _NOTHING.fullmatch(n) and len(n.split()) <= 6][:_TOO_MANY]  # noqa: PLR2004


def _say_sizes(said: Said, draft: Draft) -> None:
    entry = said.entry
    cells = [c for c in entry.cells if c.role in ("size", "active")]
    found = [(s, "column", 0.95) for c in cells for s in sizes_in(with_unit(c))]
    if not found:
        about = entry.description if said.mention.kind is Kind.MODEL else ""
        found = [(s, "size-in-name", 0.95) for s in sizes_in(entry.name)]
        found = found or [(s, "size-in-text", 0.7) for s in sizes_in(about)]
    for size, rule, sure in found[:_TOO_MANY]:
        predicate = Predicate.ACTIVE_PARAMETERS if size.active else Predicate.PARAMETERS
        said.add(draft, predicate, Literal(str(size.count), "integer"), rule, sure, beyond=True)


def with_unit(cell: Cell) -> str:
    """A size cell with the unit of its header put behind bare numbers: "7" under "Params (B)".

    >>> with_unit(Cell("size", "Params (B)", "7, 13", ()))
    '7B, 13B'
    """
    unit = re.search(r"\(\s*(?:in\s+)?([BMT])(?:illions?)?\s*\)|[_ ]([BMT])$", cell.header)
    if not unit or re.search(r"\d\s*[BMT]\b", cell.text):
        return cell.text
    return re.sub(r"(\d+(?:\.\d+)?)", rf"\g<1>{unit[1] or unit[2]}", cell.text)


def _say_tags(said: Said, draft: Draft) -> None:
    """The tags of a paper (short code-styled words behind its title) are topics."""
    for tag in said.entry.tags:
        introduced = {c.object.name for c in said.claims if isinstance(c.object, Mention)}
        if len(tag.split()) <= 3 and re.search(r"[A-Za-z]{2}", tag) and tag not in introduced:  # noqa: PLR2004
            topic = draft.known(tag, (Kind.METHOD, Kind.TOPIC)) or draft.mention(
                said.place, tag, Kind.TOPIC, "tag", 0.8
            )
            said.add(draft, Predicate.ABOUT, topic, "tag", 0.93)


def _say_bits(said: Said, draft: Draft) -> None:
    """The bit widths of a thing: from its column, name and tags; of software and models also the text."""
    entry = said.entry
    texts = (
        entry.name,
        *(t for t in entry.tags),
        # What a method says of bits in general ("e.g., INT8") is no width of its own.
        entry.description if said.mention.kind in (Kind.MODEL, Kind.FRAMEWORK) else "",
    )
    cells = [
        c.text if "bit" in c.text.casefold() else f"{c.text} bit"
        for c in entry.cells
        if c.role == "bits" and re.search(r"\d", c.text)
    ]
    for bits in dict.fromkeys(b for t in (*cells, *texts) for b in bits_in(t)):
        said.add(draft, Predicate.BITS, Literal(bits, "decimal"), "bits-in-text", 0.85)


def _say_venue(said: Said, draft: Draft) -> None:
    venue = venue_of(said.entry, said.mention.kind)
    if said.mention.kind is Kind.PAPER and said.entry.shape == "item":
        for text in (said.entry.lead, *said.entry.tail):
            if date := date_in(text):
                said.add(draft, Predicate.RELEASED, Literal(date, "date"), "venue", 0.85)
                break
    if venue.name:
        said.add(draft, Predicate.PUBLISHED_IN, str(venue), "venue", 0.95)
    elif venue.year and said.mention.kind is Kind.PAPER:
        said.add(draft, Predicate.RELEASED, Literal(str(venue.year), "date"), "venue", 0.85)


def venue_of(entry: Entry, kind: Kind) -> Venue:
    """The venue and year of an entry: from its columns, the text before or behind its name, its section."""
    cell = next((c.text for c in entry.cells if c.role == "venue"), "")
    dates = [c.text for c in entry.cells if c.role == "date"]
    year = next((int(m[0]) for t in dates if (m := re.search(r"(?:19|20)\d\d", t))), 0)
    if cell and not _NOTHING.fullmatch(cell):
        read = venue_in([cell])
        return Venue(read.name or cleaned(cell), read.year or year)
    if entry.shape == "row" and entry.cells:
        return Venue("", year)
    tail = list(entry.tail)
    if kind is not Kind.PAPER:
        tail = [
            t
            for t in tail
            if re.search(r"(?:19|20)\d\d", t) or re.match(r"(?:Conference|Proceedings|Journal|arXiv)", t)
        ]
    read = venue_in([*([entry.lead] if entry.lead else []), *tail])
    return read if read.name else Venue("", read.year or year_in(list(entry.tail)) or _section_year(entry))


def _section_year(entry: Entry) -> int:
    for section in reversed(entry.path):
        if heading(section.text).role is Role.FACET and (
            found := re.fullmatch(r"((?:19|20)\d\d)", section.text.strip())
        ):
            return int(found[1])
    return 0
