"""What a change of documents leaves to be derived again, gathered over a whole transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.drafts import Seen
from kg.model import PaperRecord

from .entries import EntryEvent
from .records import Fields, Words

FIRST_IMPORT, SOURCE, RULES, USER = "first-import", "source", "rules", "user"


@dataclass(slots=True)
class Ghost:
    """A mention that has just gone: the keys it had and the node it belonged to."""

    node_id: int
    keys: tuple[str, ...]


@dataclass(slots=True)
class Touched:
    """What a replacement leaves to be derived again, gathered over all documents of a batch.

    ``fresh``: mentions that were stored just now, by number, so that nobody reads them back; all
    claims on them are among ``claims``.
    """

    keys: set[str] = field(default_factory=set)
    fresh: dict[int, Seen] = field(default_factory=dict)
    ghosts: list[Ghost] = field(default_factory=list)
    claims: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)
    rejections: bool = False  # a rejection came or went: what it looks at is not known from keys alone
    receipts_added: int = 0
    receipts_removed: int = 0
    records: dict[str, Fields | None] = field(default_factory=dict)  # changed fields; None: new
    stored: dict[str, PaperRecord] = field(default_factory=dict)  # as they are now
    before: dict[str, Words] = field(default_factory=dict)  # what records said that changed or went
    entries: list[EntryEvent] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # action, document, title
    cause_of: dict[str, str] = field(default_factory=dict)
    arrived: str = ""  # the cause of records that come for the first time, where a harvest brings them
