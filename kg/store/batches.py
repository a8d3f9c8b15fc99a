"""Queries about many things at once: SQLite takes a limited number of values in one statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

SIZE = 500  # well below SQLite's limit of variables, and small in memory


def rows_in(db: sqlite3.Connection, sql: str, values: Iterable[object]) -> Iterator[sqlite3.Row]:
    """The rows of ``sql`` for all ``values``; its one ``{}`` stands in ``IN ({})``, each value bound."""
    listed = list(values)
    for start in range(0, len(listed), SIZE):
        batch = listed[start : start + SIZE]
        yield from db.execute(sql.format(",".join("?" * len(batch))), batch).fetchall()
