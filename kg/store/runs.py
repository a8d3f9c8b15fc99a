"""The runs: when the workspace was refreshed, how that ended and why; the last hundred of them."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from kg.model import Run

KEPT = 100


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
