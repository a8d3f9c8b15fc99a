"""Findings about the links of lists: duplicates, names that disagree, addresses that lead nowhere."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kg.agreement import judge_of
from kg.checks import Finding, place
from kg.graph import Graph
from kg.identifiers import DECISIVE, Identifier, identify
from kg.model import Document, Mention
from kg.names import name_key
from kg.vocabulary import Kind
from kg.workspace import Settings

from .fates import Fate
from .lists import read_list
from .lists.blocks import Outline, Piece
from .lists.document import outline
from .lists.draft import folded
from .lists.links import is_relative, label_role, repaired
from .readers import reader_of

_COMPARED = DECISIVE | {"hf"}
"""Schemes whose identifier names one thing: a repository or a page may well hold several."""

_APART = frozenset({"paper", "tier", "tutorial"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a list: where it stands and what it mentions."""

    document: str
    line: int
    mention: Mention


def links(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """Findings about the links and identifiers of every stored list, as its bytes read today."""
    del settings
    entries: list[_Entry] = []
    for document in graph.documents(records=False):
        reader = reader_of(document.reader)
        if reader is None:
            continue
        content = _content(graph, document)
        if content is None:
            yield from _left_out(document, frozenset())
            continue
        markdown = reader.read is read_list
        wrong = dict(_addresses(document.key, outline(content))) if markdown else {}
        yield from wrong
        yield from _left_out(document, frozenset(folded(href, 80) for href in wrong.values()))
        own = list(_entries(document.key, reader.read(content, name=document.key).fates))
        entries += own
        yield from _duplicates(own)
    yield from _disagreeing(entries)


def _content(graph: Graph, document: Document) -> bytes | None:
    sql = (
        "SELECT r.content FROM revision r JOIN document d ON d.id = r.document_id AND d.blob = r.blob"
        " WHERE d.key = ?"
    )
    row = graph.db.execute(sql, (document.key,)).fetchone()
    return None if row is None or row["content"] is None else zlib.decompress(row["content"])


def _entries(document: str, fates: Iterable[Fate]) -> Iterator[_Entry]:
    for fate in fates:
        if fate.item is not None and fate.item.mention.kind is not Kind.HARDWARE_TIER:
            yield _Entry(document, fate.line, fate.item.mention)


# ---------------------------------------------------------------------------- identifiers


def _sharing(entries: Iterable[_Entry]) -> Iterator[tuple[Identifier, list[_Entry]]]:
    """The identifiers that several entries of one realm have, and these entries in order."""
    found: dict[tuple[Identifier, str], list[_Entry]] = defaultdict(list)
    for entry in entries:
        group = entry.mention.kind.group
        for identifier in entry.mention.identifiers:
            found[identifier, group if group in _APART else ""].append(entry)
    for (identifier, _), sharing in sorted(found.items()):
        if len(sharing) > 1:
            yield identifier, sharing


def _agree(identifier: Identifier, a: Mention, b: Mention) -> bool:
    return not a.name or not b.name or judge_of(identifier)(a, b)


def _duplicates(entries: Iterable[_Entry]) -> Iterator[Finding]:
    """A finding for every entry that has an identifier and a name which an earlier one has."""
    told: set[int] = set()
    for identifier, sharing in _sharing(entries):
        for number, entry in enumerate(sharing):
            earlier = [e for e in sharing[:number] if _agree(identifier, e.mention, entry.mention)]
            if earlier and entry.line not in told:
                told.add(entry.line)
                yield Finding(
                    "links",
                    "warning",
                    entry.document,
                    entry.line,
                    f"{entry.mention.name!r} stands in this list already, on line {earlier[0].line}"
                    f" ({identifier})",
                    "Keep one of the two, or link each to a place of its own.",
                )


def _disagreeing(entries: Iterable[_Entry]) -> Iterator[Finding]:
    """A finding for every identifier that stands under names which cannot be one thing's."""
    for identifier, sharing in _sharing(entries):
        if identifier.scheme not in _COMPARED:
            continue
        told: set[str] = set()
        for number, entry in enumerate(sharing):
            rivals = [e for e in sharing[:number] if not _agree(identifier, e.mention, entry.mention)]
            key = name_key(entry.mention.name)
            if rivals and key not in told:
                told.add(key)
                yield Finding(
                    "links",
                    "warning",
                    entry.document,
                    entry.line,
                    f"{identifier} is linked as {entry.mention.name!r} here and as {rivals[0].mention.name!r}"
                    f" in {place(rivals[0].document, rivals[0].line)}",
                    f"Open {identifier.url} and correct the entry that it does not belong to.",
                )


# ------------------------------------------------------------------------------ addresses

_PLACEHOLDER = re.compile(
    r"https?://(?:[\w-]+\.)*example\.(?:com|org|net)(?:[/:?#]|$)|"
    r"(?:^|[/_.=-])(?:your|insert|paste|add)[-_]?(?:paper|code|repo|project|github|hf)?[-_]?(?:link|url|name)"
    r"(?:[-_]here)?(?:[/_.?#-]|$)|"
    r"(?:^|/)(?:link|url)(?:[-_ ]?(?:here|to[-_]\w+))(?:[/?#]|$)|^(?:todo|tbd|xxx+|link|url)$",
    re.IGNORECASE,
)
_MISSPELT = re.compile(
    r"(?!https?://)h+t+p+s?\s*[:;,.]*/+|h?ttps?:(?!//)|(?!https?:)ht?t?p?s?://", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:www\.)?(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|co|edu|cn)/\S|www\.\S", re.IGNORECASE
)


_ARXIV = re.compile(r"https?://(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html)/\S", re.IGNORECASE)

LEFT_OUT = "link left out: "
"""How :mod:`ingest.lists` begins to tell of a link that it could not read."""


def _left_out(document: Document, told: Collection[str]) -> Iterator[Finding]:
    """The links that the reader had to leave out, but for those of which is told already."""
    for problem in document.problems:
        href = problem.message.removeprefix(LEFT_OUT)
        if href == problem.message or href in told:
            continue
        web = re.match(r"https?:", href, re.IGNORECASE)
        what = "malformed link" if web else "link to no page of the web"
        severity = "error" if web else "warning"
        hint = "Write it as https://host/path."
        yield Finding("links", severity, document.key, problem.line, f"{what}, left out: {href}", hint)


def _addresses(document: str, doc: Outline) -> Iterator[tuple[Finding, str]]:
    """What is wrong with the addresses of one list as they are written, each with the address."""
    for block in doc.blocks:
        if block.kind == "code":
            continue
        for piece in (*block.pieces, *(p for cell in block.cells for p in cell)):
            if not piece.href or not (wrong := _wrong(piece)):
                continue
            severity, message, hint = wrong
            span = range(block.line, block.end_line + 1)
            line = next((n for n in span if piece.href in doc.source[n - 1]), block.line)
            yield Finding("links", severity, document, line, message, hint), piece.href


def _wrong(piece: Piece) -> tuple[str, str, str] | None:
    """Severity, message and hint for the address of a link; None if nothing is wrong with it."""
    href = piece.href.strip()
    text = " ".join(piece.text.split())
    empty = href == "#" and label_role(text) not in {"", "other", "page"}
    if empty or _PLACEHOLDER.search(href):
        return (
            "error",
            f"placeholder link of {text!r}: {href}",
            "Write the real address, or take the link out.",
        )
    if _MISSPELT.match(href):
        return "error", f"malformed link of {text!r}: {href}", "An address begins with https://."
    if (is_relative(href) or href[:4].lower() == "www.") and _BARE.match(href):
        return (
            "error",
            f"link of {text!r} without https://, so it leads into the list's own repository: {href}",
            "Write https:// in front.",
        )
    return _misread(href)


def _misread(href: str) -> tuple[str, str, str] | None:
    """The same for an address that is one, but not the one that was meant."""
    read = repaired(href)
    if re.search(r"https?://", href[len(read) :]):
        return "error", f"two addresses glued together: {href}", f"Only {read} is read; write two links."
    if read != href and href.endswith(")"):
        return "warning", f"a stray bracket at the end of {href}", f"Read as {read}."
    named = identify(read) if _ARXIV.match(read) else None
    if named is not None and named.scheme != "arxiv":
        return "error", f"no arXiv identifier: {href}", "One looks like https://arxiv.org/abs/2106.09685."
    return None
