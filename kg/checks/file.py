"""Findings about the file itself: its pages, its tables and indexes, rows that refer to rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from kg.graph import Graph
from kg.store.migrations import STEPS
from kg.workspace import Settings

from . import DATABASE, Finding
from .rules import REMAKE, Rule, broken, first

_META = (
    Rule(
        "the number of the graph's state is no number: {value}",
        "SELECT value FROM meta WHERE key = 'generation' AND (value = '' OR value GLOB '*[^0-9]*')",
    ),
    Rule(
        "the graph has lost what the database remembers as {key}",
        "SELECT column1 AS key FROM (VALUES ('generation'), ('state'))"
        " WHERE column1 NOT IN (SELECT key FROM meta)",
    ),
)


def database(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever is wrong with the database as a database."""
    del settings
    yield from pages(graph, "database", "quick_check")
    yield from first(_references(graph))
    yield from _tables(graph)
    yield from broken(graph, "database", _META)


def pages(graph: Graph, check: str, pragma: str) -> Iterator[Finding]:
    """What SQLite itself finds wrong; ``pragma``: ``quick_check``, or ``integrity_check``, which is slow."""
    for (text,) in graph.db.execute(f"PRAGMA {pragma}(20)").fetchall():
        if text != "ok":
            yield Finding(check, "error", DATABASE, 0, f"the file is damaged: {text}", REMAKE)


def _references(graph: Graph) -> Iterator[Finding]:
    for table, number, parent, _ in graph.db.execute("PRAGMA foreign_key_check"):
        row = f"row {number}" if number is not None else "a row"
        message = f"{row} of {table!r} refers to what {parent!r} does not hold"
        yield Finding("database", "error", DATABASE, 0, message, REMAKE)


def _tables(graph: Graph) -> Iterator[Finding]:
    """The tables and indexes that are not as this version of kg makes them."""
    with sqlite3.connect(":memory:") as fresh:
        for step in STEPS:
            step(fresh)
        wanted = _schema(fresh)
    fresh.close()
    present = _schema(graph.db)
    for name in sorted(wanted.keys() | present.keys()):
        if wanted.get(name) != present.get(name):
            state = "is missing" if name not in present else "is none of ours"
            if name in wanted and name in present:
                state = "is not as this version makes it"
            yield Finding("database", "error", DATABASE, 0, f"{name} {state}", REMAKE)


def _schema(db: sqlite3.Connection) -> dict[str, str | None]:
    sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    return dict(tuple(row) for row in db.execute(sql))
