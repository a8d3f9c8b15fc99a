"""How far a list of arXiv's changes has been read, and what is held of the papers on it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from kg.model import PaperRecord, PaperVersion

from .batches import rows_in
from .records import note_versions
from .rows import record_of

_KEY = "harvest"


@dataclass(frozen=True, slots=True)
class Progress:
    """A list that is being read: from which day, begun when (UTC, ISO), and the token of its next page.

    ``set``: the part of arXiv that it is about, by its name in OAI-PMH; empty for all.
    """

    since: str
    began: str
    token: str
    set: str = ""


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


# Papers whose changes a list since :since would have shown, of any of the categories ([]: of all).
_VOUCHED = """
l.asked_at >= :since AND l.misses = 0 AND EXISTS (SELECT 1 FROM paper p WHERE p.arxiv_id = l.arxiv_id
AND (:categories = '[]' OR EXISTS (SELECT 1 FROM json_each(p.categories) c
WHERE c.value IN (SELECT value FROM json_each(:categories)))))
"""


def vouch(
    db: sqlite3.Connection, categories: Iterable[str], since: datetime, at: datetime, but: Iterable[str]
) -> None:
    """Note that arXiv answered for these papers then; one statement, whatever their number."""
    sql = (
        f"UPDATE paper_lookup AS l SET asked_at = :at WHERE {_VOUCHED} AND l.asked_at < :at"  # noqa: S608
        " AND l.arxiv_id NOT IN (SELECT value FROM json_each(:but))"
    )
    times = {"since": _text(since), "at": _text(at), "but": json.dumps(sorted(but))}
    db.execute(sql, {"categories": json.dumps(sorted(categories)), **times})


def vouched(db: sqlite3.Connection, categories: Iterable[str], since: datetime) -> set[str]:
    """The papers for which :func:`vouch` would note that."""
    said = {"categories": json.dumps(sorted(categories)), "since": _text(since)}
    return {row[0] for row in db.execute(f"SELECT l.arxiv_id FROM paper_lookup l WHERE {_VOUCHED}", said)}  # noqa: S608


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def carried(db: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that a paper of the graph carries, with a record or without."""
    sql = (
        "SELECT substr(k.key, 10) FROM mention_key k CROSS JOIN mention m ON m.id = k.mention_id"
        " WHERE k.key IN ({}) AND m.kind = 'PAPER' AND m.node_id IS NOT NULL"
    )
    return {row[0] for row in rows_in(db, sql, [f"id:arxiv:{one}" for one in ids])}


def held(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, tuple[PaperRecord, str]]:
    """By id the records that are stored of these papers, each with the reader that it came by."""
    sql = "SELECT p.*, d.reader FROM paper p JOIN document d ON d.id = p.document_id WHERE p.arxiv_id IN ({})"
    return {row["arxiv_id"]: (record_of(row), row["reader"]) for row in rows_in(db, sql, ids)}


def answered(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, datetime]:
    """By id when arXiv last answered for each of these papers that has a record (UTC)."""
    times: dict[str, datetime] = {}  # few: one a transaction
    found = {}
    sql = "SELECT arxiv_id, asked_at FROM paper_lookup JOIN paper USING (arxiv_id) WHERE arxiv_id IN ({})"
    for one, at in rows_in(db, sql, ids):
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
