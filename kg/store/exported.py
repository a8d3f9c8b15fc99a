"""What an export tells, as values: of a node, of its arXiv record, of a place."""

from __future__ import annotations

from dataclasses import dataclass

from kg.identifiers import Identifier
from kg.vocabulary import Kind

UNKNOWN = "0" * 40
"""The blob of a document whose bytes an export does not name: the one that git gives nothing."""

LONG_AGO = "1970-01-01T00:00:00+00:00"
"""When something was fetched of which an export does not tell it."""

Where = tuple[str, str]
"""The key of a document, and a name for a place in it."""

Value = tuple[str | None, str, str]
"""A node's slug, or None, a value and its datatype."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an export tells of an arXiv record; the abstract may be left out.

    ``days``: that of the first version and that of this one, not the moments.
    """

    arxiv_id: str
    version: int
    title: str
    abstract: str
    comment: str
    journal_ref: str
    doi: str
    days: tuple[str, str]
    withdrawn: bool
    authors: tuple[str, ...]
    categories: tuple[str, ...]


Saying = tuple[str, float, tuple[Where, ...]]
"""Rule, confidence, and the places of one document that say something together."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement and what says it."""

    predicate: str
    object: Value
    qualifiers: tuple[tuple[str, Value], ...]
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A node as it is told; ``named``: slugs of those that its texts name."""

    slug: str
    kind: Kind
    label: str
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    places: tuple[Where, ...] = ()
    statements: tuple[Stated, ...] = ()
    record: Record | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A place as evidence tells it, and where it stands, as far as that is told."""

    where: Where
    heading: tuple[str, ...]
    digest: str
    ordinal: int = 0
    lines: tuple[int | None, int | None, int | None] = (None, None, None)
    first_blob: str = UNKNOWN
