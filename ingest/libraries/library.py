"""A reader's own library of papers, from BibTeX or CSL-JSON: each entry is a mention of one paper.

What a library says of a paper is kept as its receipt: identifiers, venue, year. Abstracts, notes and
attached files stay in the library.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.fates import Fate, ItemRecord
from ingest.lists import ListReading
from kg.identifiers import CODE_HOSTS, Identifier, arxiv_id, doi, identify
from kg.model import (
    Claim,
    DocumentKind,
    Literal,
    Mention,
    Place,
    Problem,
    Reading,
    Revision,
    Span,
    blob_id,
    digest,
)
from kg.vocabulary import Kind, Predicate

_SOFTWARE = frozenset({"software"})
_DATA = frozenset({"dataset", "data"})
_PREPRINT = re.compile(r"\b(?:arxiv|corr|preprints?)\b", re.IGNORECASE)
_WRITTEN_ID = re.compile(r"arxiv\s*:\s*(\S+?)[\s\])},.;]*(?=\s|$)", re.IGNORECASE)
_DATE = re.compile(r"((?:1[89]|20)\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a library, in whatever format it is written.

    ``text`` is the entry as it stands there (its digest is its place), ``genre`` its type in lower
    case. ``ids`` are texts that may hold an arXiv id or a DOI; ``urls`` are links to the work itself.
    ``date`` is ISO 8601, as exact as the library knows it.
    """

    text: str
    span: Span
    genre: str
    title: str
    ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    venue: str = ""
    date: str = ""


def library(
    entries: Iterable[Entry],
    fates: Iterable[Fate],
    problems: Iterable[Problem],
    *,
    key: str,
    page: str,
    revision: Revision,
) -> ListReading:
    """What a library says: a mention an entry, its venue and date; ``fates`` are those of other lines."""
    seen: Counter[str] = Counter()
    mentions: dict[Place, Mention] = {}
    claims: list[Claim] = []
    spans: dict[Place, Span] = {}
    told = list(fates)
    for entry in entries:
        mark = digest(entry.text)
        place = Place((), mark, seen[mark])
        seen[mark] += 1
        mention = mentions[place] = _mention(entry, place)
        said = _claims(entry, mention)
        claims += said
        spans[place] = entry.span
        arxiv = tuple(i.value for i in mention.identifiers if i.scheme == "arxiv")
        repository = next((str(i) for i in mention.identifiers if i.scheme in CODE_HOSTS), "")
        item = ItemRecord(mention, tuple(said), next(iter(entry.urls), ""), arxiv, repository)
        told.append(Fate(entry.span.line, entry.span.end_line, "used", mention.rule, item))
    reading = Reading(
        f"list:{key}",
        DocumentKind.LIST,
        key,
        revision,
        tuple(mentions.values()),
        tuple(claims),
        spans,
        tuple(problems),
        page=page,
    )
    return ListReading(reading, tuple(sorted(told, key=lambda fate: (fate.line, fate.end_line))))


def revised(content: bytes, reader: str, commit: str, retrieved_from: str) -> Revision:
    """The revision that these bytes are; they are kept, so that a newer reader can read them again."""
    return Revision(blob_id(content), reader, commit, retrieved_from, content=content)


def _mention(entry: Entry, place: Place) -> Mention:
    identifiers = _identifiers(entry)
    known = any(i.scheme in {"arxiv", "doi", "acl", "openreview"} for i in identifiers)
    if entry.genre in _SOFTWARE:
        return Mention(place, entry.title, Kind.FRAMEWORK, "library-software", 0.8, identifiers)
    if entry.genre in _DATA:
        return Mention(place, entry.title, Kind.DATASET, "library-dataset", 0.9, identifiers)
    return Mention(place, entry.title, Kind.PAPER, "library-paper", 0.95 if known else 0.7, identifiers)


def _identifiers(entry: Entry) -> tuple[Identifier, ...]:
    """What names the work itself: an arXiv id and a DOI, and its page only where there is neither."""
    found: dict[Identifier, None] = {}
    for text in entry.ids:
        written = _WRITTEN_ID.search(text)
        if (bare := arxiv_id(text)) or (written and (bare := arxiv_id(written[1]))):
            found[Identifier("arxiv", bare[0])] = None
        elif named := doi(re.sub(r"^https?://(?:dx\.)?doi\.org/", "", text.strip(), flags=re.IGNORECASE)):
            found[named] = None
    pages = [one for url in entry.urls if (one := identify(url)) is not None]
    found |= dict.fromkeys(one for one in pages if one.scheme in {"arxiv", "doi", "acl", "openreview"})
    return tuple(found) or tuple(dict.fromkeys(pages))


def _claims(entry: Entry, mention: Mention) -> list[Claim]:
    said = []
    if entry.venue and not _PREPRINT.search(entry.venue) and mention.kind is not Kind.FRAMEWORK:
        said.append((Predicate.PUBLISHED_IN, Literal(entry.venue)))
    if dated := _DATE.match(entry.date):
        said.append((Predicate.RELEASED, Literal(dated[0], "date")))
    return [Claim(mention, predicate, value, (mention.place,), "library", 0.95) for predicate, value in said]
