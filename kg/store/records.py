"""Paper records: the typed rows of arXiv's metadata, their history, and when arXiv was asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from kg.model import PaperRecord
from kg.names import name_key

_TRACKED = ("version", "title", "abstract", "comment", "journal_ref", "doi", "withdrawn", "categories")


def is_older(db: sqlite3.Connection, record: PaperRecord) -> bool:
    """Whether a later version of the paper is stored: an answer out of some cache."""
    sql = "SELECT 1 FROM paper WHERE arxiv_id = ? AND version > ?"
    return db.execute(sql, (record.arxiv_id, record.version)).fetchone() is not None


def store_record(
    db: sqlite3.Connection, document_id: int, record: PaperRecord, now: str
) -> tuple[str, ...] | None:
    """The fields that changed, which the history keeps from now on; None for a new record."""
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
    if old is None:
        return None
    changed = tuple(name for name in _TRACKED if str(old[name]) != str(new[name]))
    db.executemany(
        "INSERT INTO paper_change VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(record.arxiv_id, now, name, str(old[name]), str(new[name])) for name in changed],
    )
    return changed


def note_lookups(db: sqlite3.Connection, lookups: Mapping[str, bool], now: str) -> None:
    """Note that arXiv answered for these ids just now, and whether it knows each."""
    db.executemany(
        "INSERT INTO paper_lookup VALUES (?, ?, ?) ON CONFLICT (arxiv_id) DO UPDATE SET"
        " asked_at = excluded.asked_at,"
        " misses = CASE excluded.misses WHEN 0 THEN 0 ELSE misses + 1 END",
        [(arxiv_id, now, int(not found)) for arxiv_id, found in sorted(lookups.items())],
    )
