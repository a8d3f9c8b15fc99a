"""Paper records: the typed rows of arXiv's metadata, their history, and when arXiv was asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kg.model import PaperRecord, PaperVersion
from kg.names import name_key

_TRACKED = (
    "version",
    "title",
    "abstract",
    "comment",
    "journal_ref",
    "doi",
    "withdrawn",
    "authors",
    "categories",
)

Fields = Mapping[str, tuple[str, str]]
"""The fields of a record that differ now: by name, in the order of the record, what was and what is."""


@dataclass(frozen=True, slots=True)
class PaperEvent:
    """What happened to a paper, in the words of the ledger: the action, what was, what is."""

    action: str
    old: str = ""
    new: str = ""


def is_older(db: sqlite3.Connection, record: PaperRecord) -> bool:
    """Whether a later version of the paper is stored: an answer out of some cache."""
    sql = "SELECT 1 FROM paper WHERE arxiv_id = ? AND version > ?"
    return db.execute(sql, (record.arxiv_id, record.version)).fetchone() is not None


def store_record(
    db: sqlite3.Connection, document_id: int, record: PaperRecord, now: str, blob: str
) -> Fields | None:
    """The fields that changed, which the history keeps from now on; None for a new record.

    ``blob``: the revision of the record's document that says so.
    """
    new: dict[str, object] = {
        "document_id": document_id,
        "version": record.version,
        "title": record.title,
        "abstract": record.abstract,
        "comment": record.comment,
        "journal_ref": record.journal_ref,
        "doi": record.doi,
        "published": record.published.isoformat(),
        "updated": record.updated.isoformat(),
        "withdrawn": int(record.withdrawn),
        "authors": json.dumps(record.authors, ensure_ascii=False),
        "categories": json.dumps(record.categories),
        "retrieved_at": now,
    }
    old = db.execute("SELECT * FROM paper WHERE arxiv_id = ?", (record.arxiv_id,)).fetchone()
    if old is None:
        marks = ", ".join("?" * (len(new) + 1))
        sql = f"INSERT INTO paper (arxiv_id, {', '.join(new)}) VALUES ({marks})"  # noqa: S608 - names above
        db.execute(sql, (record.arxiv_id, *new.values()))
    else:
        sql = f"UPDATE paper SET {', '.join(f'{k} = ?' for k in new)} WHERE arxiv_id = ?"  # noqa: S608
        db.execute(sql, (*new.values(), record.arxiv_id))
    db.execute("DELETE FROM paper_author WHERE arxiv_id = ?", (record.arxiv_id,))
    db.executemany(
        "INSERT INTO paper_author VALUES (?, ?, ?)",
        [(name_key(name), record.arxiv_id, n) for n, name in enumerate(record.authors, 1)],
    )
    seen = datetime.fromisoformat(now)
    versions = [PaperVersion(1, record.published)] if record.version != 1 else []
    if record.version:
        versions.append(PaperVersion(record.version, record.updated, seen, record.withdrawn))
    note_versions(db, record.arxiv_id, versions)
    if old is None:
        return None
    changed = {
        name: (str(old[name]), str(new[name])) for name in _TRACKED if str(old[name]) != str(new[name])
    }
    sql = "INSERT INTO paper_change (arxiv_id, at, field, old, new, blob) VALUES (?, ?, ?, ?, ?, ?)"
    db.executemany(sql, [(record.arxiv_id, now, name, *both, blob) for name, both in changed.items()])
    return changed


def note_versions(db: sqlite3.Connection, arxiv_id: str, versions: Iterable[PaperVersion]) -> None:
    """Keep what is known of these versions of a paper; what is not said now stays as it was.

    When a version was first seen never changes.
    """
    db.executemany(
        "INSERT INTO paper_version VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (arxiv_id, version) DO UPDATE SET"
        " submitted = ifnull(excluded.submitted, submitted), seen_at = ifnull(seen_at, excluded.seen_at),"
        " withdrawn = ifnull(excluded.withdrawn, withdrawn), size = ifnull(excluded.size, size),"
        " source_type = ifnull(excluded.source_type, source_type),"
        " licence = ifnull(excluded.licence, licence)",
        [
            (
                arxiv_id,
                one.version,
                one.submitted and one.submitted.isoformat(),
                one.seen_at and one.seen_at.isoformat(),
                None if one.withdrawn is None else int(one.withdrawn),
                one.size or None,
                one.source_type or None,
                one.licence or None,
            )
            for one in versions
        ],
    )


def note_lookups(db: sqlite3.Connection, lookups: Mapping[str, bool], now: str) -> None:
    """Note that arXiv answered for these ids just now, and whether it knows each."""
    db.executemany(
        "INSERT INTO paper_lookup VALUES (?, ?, ?) ON CONFLICT (arxiv_id) DO UPDATE SET"
        " asked_at = excluded.asked_at,"
        " misses = CASE excluded.misses WHEN 0 THEN 0 ELSE misses + 1 END",
        [(arxiv_id, now, int(not found)) for arxiv_id, found in sorted(lookups.items())],
    )


# --------------------------------------------------------------------------------- events


def told(field: str, value: str) -> str:
    """The stored value of a field as people read it.

    >>> told("authors", '["Ada Example", "Ben Sample"]'), told("withdrawn", "1"), told("version", "2")
    ('Ada Example; Ben Sample', 'yes', 'v2')
    >>> told("version", "0")
    ''
    """
    if field in {"authors", "categories"}:
        return ("; " if field == "authors" else ", ").join(json.loads(value))
    if field == "withdrawn":
        return "yes" if value == "1" else "no"
    if field == "version":
        return f"v{value}" if value != "0" else ""
    return value


def events(fields: Fields) -> list[PaperEvent]:
    """What happened to a paper whose record differs in these fields: each fact in one event.

    A new version takes with it what has no event of its own; so does a withdrawal its reason.
    """
    said = {name: (told(name, old), told(name, new)) for name, (old, new) in fields.items()}
    found: list[PaperEvent] = []
    withdrawn = fields.get("withdrawn")
    arrived = [said.pop(name)[1] for name in ("doi", "journal_ref") if name in said and not said[name][0]]
    title, categories = said.pop("title", None), said.pop("categories", None)
    said.pop("withdrawn", None)
    reason = said.pop("comment", ("", ""))[1] if withdrawn else ""
    version = said.pop("version", ("", ""))
    rest = ", ".join(name.replace("journal_ref", "journal reference") for name in said)
    if version[0]:  # before, it was not known which version was shown
        found.append(PaperEvent("replaced", version[0], f"{version[1]} ({rest})" if rest else version[1]))
    if withdrawn:
        found.append(PaperEvent("withdrawn" if withdrawn[1] == "1" else "restored", new=reason))
    if arrived:
        found.append(PaperEvent("published", new=" · ".join(arrived)))
    if title:
        found.append(PaperEvent("retitled", *title))
    if categories:
        found.append(PaperEvent("recategorised", *categories))
    if rest and not version[0]:
        found.append(PaperEvent("changed", new=rest))
    return found
