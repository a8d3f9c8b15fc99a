"""Findings about the copy of the marks in the database: what they say, and which nodes they are on."""

from __future__ import annotations

from collections.abc import Iterator

from kg.graph import Graph
from kg.marks import Mark, mark_of
from kg.store.marks import node_under
from kg.workspace import Settings

from . import DATABASE, Finding
from .rules import Rule, broken, first

_AGAIN = (
    "Keep a copy of marks.jsonl, empty the file, run `kg stats`, put the copy back and run it again: then"
    " all marks are taken in anew."
)

_RULES = (
    Rule(
        "the mark {id} is on a node that is not there, {node_id}",
        "SELECT id, node_id FROM mark WHERE node_id IS NOT NULL AND node_id NOT IN (SELECT id FROM node)",
        _AGAIN,
    ),
)


def marks(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for every mark whose copy says something else than its line, or lost its node."""
    del settings
    yield from broken(graph, "marks", _RULES)
    yield from first(_copies(graph))


def _copies(graph: Graph) -> Iterator[Finding]:
    for number, line, node in graph.db.execute("SELECT id, line, node_id FROM mark ORDER BY id").fetchall():
        try:
            mark = mark_of(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield _finding(f"the mark {number} cannot be read")
            continue
        if _keys(graph, number) != mark.anchor.keys or _remarks(graph, number) != _said(mark):
            yield _finding(f"the mark {number} is kept as something else than it says: {mark}")
        elif node_under(graph.db, mark.anchor) != node:
            yield _finding(f"the mark {number} ({mark}) is not on the node that it is about")


def _finding(message: str) -> Finding:
    return Finding("marks", "error", DATABASE, 0, message, _AGAIN)


def _keys(graph: Graph, number: int) -> set[str]:
    return {key for (key,) in graph.db.execute("SELECT key FROM mark_key WHERE mark_id = ?", (number,))}


def _remarks(graph: Graph, number: int) -> set[tuple[str, str, str]]:
    return {
        (field, value, at)
        for field, value, at in graph.db.execute(
            "SELECT field, value, at FROM mark_remark WHERE mark_id = ?", (number,)
        )
    }


def _said(mark: Mark) -> set[tuple[str, str, str]]:
    return {(one.field, one.value, one.at.isoformat()) for one in mark.remarks}
