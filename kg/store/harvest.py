"""How far a list of arXiv's changes has been read, and what is held of the papers on it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from kg.model import PaperRecord, PaperVersion

from .batches import rows_in
from .records import note_versions
from .rows import record_of

_KEY = "harvest"


@dataclass(frozen=True, slots=True)
class Progress:
    """A list that is being read: from which day, begun when (UTC, ISO), and the token of its next page."""

    since: str
    began: str
    token: str


def progress(db: sqlite3.Connection) -> Progress | None:
    """The list that was left in the middle, or None."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return Progress(**json.loads(row[0])) if row else None


def note(
    db: sqlite3.Connection, now: Progress | None, versions: Mapping[str, Iterable[PaperVersion]]
) -> None:
    """Keep how far the list has been read (None: to its end), and what it tells of versions.

    Versions of papers that have no record are not kept.
    """
    if now is None:
        db.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, json.dumps(asdict(now))))
    known = [row[0] for row in rows_in(db, "SELECT arxiv_id FROM paper WHERE arxiv_id IN ({})", versions)]
    note_versions(db, {one: versions[one] for one in known})


def held(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, tuple[PaperRecord, str]]:
    """By id the records that are stored of these papers, each with the reader that it came by."""
    sql = "SELECT p.*, d.reader FROM paper p JOIN document d ON d.id = p.document_id WHERE p.arxiv_id IN ({})"
    return {row["arxiv_id"]: (record_of(row), row["reader"]) for row in rows_in(db, sql, ids)}


def answered(db: sqlite3.Connection) -> dict[str, datetime]:
    """By id when arXiv last answered for each paper that has a record (UTC)."""
    times: dict[str, datetime] = {}  # few: one a transaction
    found = {}
    for one, at in db.execute("SELECT arxiv_id, asked_at FROM paper_lookup JOIN paper USING (arxiv_id)"):
        if at not in times:
            times[at] = datetime.fromisoformat(at)
        found[one] = times[at]
    return found


def without_history(db: sqlite3.Connection, ids: Iterable[str]) -> list[str]:
    """Those of the papers, in their order and once each, of which not all versions are known in full."""
    sql = (
        "SELECT v.arxiv_id FROM paper_version v JOIN paper p ON p.arxiv_id = v.arxiv_id"
        " WHERE v.arxiv_id IN ({}) AND v.size IS NOT NULL GROUP BY v.arxiv_id HAVING count(*) >= p.version"
    )
    listed = list(dict.fromkeys(ids))
    known = {row[0] for row in rows_in(db, sql, listed)}
    return [one for one in listed if one not in known]
