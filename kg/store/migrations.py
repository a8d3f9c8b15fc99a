"""From any earlier schema to this one: numbered steps, a backup of the file before the first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from . import schema

Step = Callable[[sqlite3.Connection], None]


def _create(connection: sqlite3.Connection) -> None:
    for statement in _statements(schema.TABLES):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")


STEPS: tuple[Step, ...] = (_create,)
"""Step n takes a database from version n to n + 1. Never changed once released; only added to."""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version that the database says it has; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path, steps: tuple[Step, ...] = STEPS) -> Path | None:
    """The backup made before migrating, or None where there was nothing to lose.

    All steps run in one transaction: a kill in the middle leaves the old version.
    Raises: StoreTooNew, sqlite3.Error.
    """
    found = version_of(connection)
    if found > len(steps):
        raise schema.too_new(found, len(steps), path)
    if found == len(steps):
        return None
    backup = _back_up(connection, path.with_name(f"{path.name}.v{found}.backup")) if found else None
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        for step in steps[version_of(connection) :]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return backup


def _back_up(connection: sqlite3.Connection, target: Path) -> Path:
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    return target


def _statements(script: str) -> list[str]:
    found, buffer = [], ""
    for line in script.splitlines():
        buffer += line + "\n"
        if sqlite3.complete_statement(buffer):
            found.append(buffer.strip())
            buffer = ""
    return found
