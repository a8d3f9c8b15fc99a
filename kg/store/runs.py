"""The runs: when the workspace was refreshed, how that ended and why; the last hundred of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

KEPT = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh of the whole workspace, from the moment it began.

    ``code`` is its exit code, None while it runs and for ever if it was killed; ``reason`` says why it
    is not 0; ``changes`` counts what it noted in the ledger.
    """

    started_at: datetime
    process: int
    ended_at: datetime | None = None
    code: int | None = None
    reason: str = ""
    changes: int = 0


def begin(db: sqlite3.Connection, process: int, now: str) -> int:
    """The number of a run that begins now.

    Runs beyond those kept are forgotten, but never the last one that went well or the last that did not.
    """
    sql = "INSERT INTO run (started_at, process, reason, changes) VALUES (?, ?, '', 0)"
    number = db.execute(sql, (now, process)).lastrowid
    assert number is not None
    last = "SELECT max(id) FROM run WHERE id < ? GROUP BY code IS 0"
    db.execute(f"DELETE FROM run WHERE id <= ? AND id NOT IN ({last})", (number - KEPT, number))  # noqa: S608
    return number


def end(db: sqlite3.Connection, number: int, now: str, code: int, reason: str, changes: int) -> None:
    """Note how a run has ended."""
    sql = "UPDATE run SET ended_at = ?, code = ?, reason = ?, changes = ? WHERE id = ?"
    db.execute(sql, (now, code, reason, changes, number))


def history(db: sqlite3.Connection) -> list[Run]:
    """The runs that are remembered, the newest first."""
    return [
        Run(
            datetime.fromisoformat(row["started_at"]),
            row["process"],
            datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
            row["code"],
            row["reason"],
            row["changes"],
        )
        for row in db.execute("SELECT * FROM run ORDER BY id DESC")
    ]
