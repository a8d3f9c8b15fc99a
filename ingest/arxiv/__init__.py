"""arXiv as a source: records of papers, fetched politely and believed only when checked.

``fetch_records(ids, Client.from_environ())`` gives pages of records; ``reading_of(record)`` makes
one a document for the store; ``due`` says whose news may have come.
"""

from __future__ import annotations

from kg.announcements import due, last_announcement

from .batches import Page, fetch_records
from .client import Client
from .oai import Harvester
from .queries import Found, find, is_query, reading_of_query
from .records import READER, canonical_json, reading_of

__all__ = [
    "READER",
    "Client",
    "Found",
    "Harvester",
    "Page",
    "canonical_json",
    "due",
    "fetch_records",
    "find",
    "is_query",
    "last_announcement",
    "reading_of",
    "reading_of_query",
]
