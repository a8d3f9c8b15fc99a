"""Small invented documents for tests: what a list or a record says, without reading one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from kg.identifiers import Identifier, parse
from kg.model import (
    Claim,
    DocumentKind,
    Literal,
    Mention,
    PaperRecord,
    Place,
    Reading,
    Revision,
    Span,
    blob_id,
    digest,
)
from kg.vocabulary import Kind, Predicate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ids(*texts: str) -> tuple[Identifier, ...]:
    found = [parse(text) for text in texts]
    return tuple(one for one in found if one is not None)


def mention(
    name: str,
    kind: Kind = Kind.MODEL,
    *identifiers: str,
    confidence: float = 0.9,
    aliases: tuple[str, ...] = (),
    text: str = "",
    heading: tuple[str, ...] = ("Things",),
    rule: str = "test",
) -> Mention:
    place = Place(heading, digest(text or f"{name} {' '.join(identifiers)}"))
    return Mention(place, name, kind, rule, confidence, ids(*identifiers), aliases)


def claim(
    subject: Mention,
    predicate: Predicate,
    object_: Mention | str,
    *qualifiers: tuple[str, Mention | str],
    confidence: float = 0.8,
    places: tuple[Place, ...] = (),
) -> Claim:
    def value(one: Mention | str) -> Mention | Literal:
        return Literal(one, predicate.datatype or "string") if isinstance(one, str) else one

    narrowed = tuple((name, value(one)) for name, one in qualifiers)
    return Claim(subject, predicate, value(object_), places or (subject.place,), "test", confidence, narrowed)


def listed(
    name: str, mentions: Iterable[Mention] = (), claims: Iterable[Claim] = (), *, first_line: int = 1
) -> Reading:
    """A list that says this; each place has a line of its own, from ``first_line`` on."""
    said = tuple(mentions)
    stated = tuple(claims)
    places = dict.fromkeys(m.place for m in said)
    places.update(dict.fromkeys(place for c in stated for place in c.places))
    spans = {place: Span(n, n) for n, place in enumerate(places, first_line)}
    content = repr((name, said, stated, first_line)).encode()
    revision = Revision(blob_id(content), "test/1")
    return Reading(f"list:{name}", DocumentKind.LIST, name.title(), revision, said, stated, spans)


def record(arxiv_id: str, title: str, **changes: object) -> Reading:
    """An arXiv record as a document."""
    values: dict[str, object] = {
        "version": 1,
        "abstract": f"An invented abstract about {title.lower()}.",
        "authors": ("Ada Example", "Ben Sample"),
        "categories": ("cs.CL", "cs.LG"),
        "published": NOON,
        "updated": NOON,
    }
    paper = PaperRecord(arxiv_id=arxiv_id, title=title, **(values | changes))  # type: ignore[arg-type] # by name
    place = Place((), digest(repr(paper)))
    said = Mention(place, title, Kind.PAPER, "arxiv-record", 1.0, (Identifier("arxiv", arxiv_id),))
    revision = Revision(blob_id(repr(paper).encode()), "test/1")
    return Reading(f"arxiv:{arxiv_id}", DocumentKind.ARXIV, title, revision, (said,), record=paper)
