"""Rows of the store as values of the model."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from kg.model import (
    Change,
    Document,
    DocumentKind,
    Node,
    PaperChange,
    PaperRecord,
    PaperVersion,
    Place,
    Span,
)
from kg.vocabulary import Kind

from .documents import problems_of
from .records import told
from .said import identifiers_of


def node_of(row: sqlite3.Row) -> Node:
    """The node of a row of ``node``."""
    return Node(
        row["slug"],
        Kind[row["kind"]],
        row["label"],
        tuple(json.loads(row["aliases"])),
        identifiers_of(row["identifiers"]),
        row["support"],
        tuple(Kind[name] for name in json.loads(row["dissent"])),
    )


def place_of(row: sqlite3.Row) -> Place:
    """The place of a row of ``place``."""
    return Place(tuple(json.loads(row["heading"])), row["digest"], row["ordinal"])


def span_of(row: sqlite3.Row) -> Span | None:
    """Its lines in the current revision; None where the document has none."""
    return None if row["line"] is None else Span(row["line"], row["end_line"])


def record_of(row: sqlite3.Row) -> PaperRecord:
    """The record of a row of ``paper``."""
    return PaperRecord(
        row["arxiv_id"],
        row["version"],
        row["title"],
        row["abstract"],
        tuple(json.loads(row["authors"])),
        tuple(json.loads(row["categories"])),
        datetime.fromisoformat(row["published"]),
        datetime.fromisoformat(row["updated"]),
        row["comment"],
        row["journal_ref"],
        row["doi"],
        bool(row["withdrawn"]),
    )


def document_of(row: sqlite3.Row) -> Document:
    """The document of a row of ``document``."""
    return Document(
        row["key"],
        DocumentKind(row["kind"]),
        row["title"],
        row["page"],
        row["blob"],
        row["reader"],
        row["etag"],
        datetime.fromisoformat(row["checked_at"]),
        datetime.fromisoformat(row["changed_at"]),
        problems_of(row["problems"]),
    )


def change_of(row: sqlite3.Row) -> Change:
    """The change of a row of ``change``."""
    return Change(
        *(datetime.fromisoformat(row["at"]), row["cause"], row["action"], row["what"], row["subject"]),
        *(row["text"], row["document"], row["old"], row["new"], row["id"]),
    )


def version_of(row: sqlite3.Row) -> PaperVersion:
    """The version of a row of ``paper_version``."""
    return PaperVersion(
        row["version"],
        row["submitted"] and datetime.fromisoformat(row["submitted"]),
        row["seen_at"] and datetime.fromisoformat(row["seen_at"]),
        None if row["withdrawn"] is None else bool(row["withdrawn"]),
        *(row["size"] or "", row["source_type"] or "", row["licence"] or ""),
    )


def paper_change_of(row: sqlite3.Row) -> PaperChange:
    """The change of a row of ``paper_change``."""
    old, new = (told(row["field"], row[which]) for which in ("old", "new"))
    return PaperChange(datetime.fromisoformat(row["at"]), row["field"], old, new, row["blob"])
