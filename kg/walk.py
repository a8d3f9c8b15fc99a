"""Walking the graph on the store: neighbours, everything within k steps, shortest paths."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from .store import occurrences
from .store.batches import rows_in
from .vocabulary import HUB_DEGREE, HUB_KINDS

Step = tuple[int, int]
"""A statement's number and the node that it leads to."""

# A qualifier takes part in its statement: "Alpaca with LoRA requires 16-32 GB" ties all three.
STEPS = """
SELECT id, object_id FROM statement WHERE subject_id = :node AND object_id IS NOT NULL
UNION ALL SELECT id, subject_id FROM statement WHERE object_id = :node
UNION ALL SELECT q.statement_id, q.node_id FROM statement s
    JOIN statement_qualifier q ON q.statement_id = s.id
    WHERE q.node_id IS NOT NULL AND (s.subject_id = :node OR s.object_id = :node)
UNION ALL SELECT s.id, s.subject_id FROM statement_qualifier q
    JOIN statement s ON s.id = q.statement_id WHERE q.node_id = :node
UNION ALL SELECT s.id, s.object_id FROM statement_qualifier q
    JOIN statement s ON s.id = q.statement_id WHERE q.node_id = :node AND s.object_id IS NOT NULL
"""


def steps(db: sqlite3.Connection, node: int, *, named: bool = False) -> list[Step]:
    """All steps from a node, in both directions, ordered by where they lead and how well supported.

    ``named``: behind them those along names found in texts, whose statement is 0; not those to a
    node that many texts name, which says nothing about any of them.
    """
    sql = (
        f"SELECT t.id, t.object_id FROM ({STEPS}) t JOIN node n ON n.id = t.object_id"  # noqa: S608
        " JOIN statement s ON s.id = t.id WHERE t.object_id <> :node"
        " ORDER BY n.slug, s.support DESC, s.predicate, t.id"
    )
    found = [(row[0], row[1]) for row in db.execute(sql, {"node": node})]
    return found + _named(db, node) if named else found


def _named(db: sqlite3.Connection, node: int) -> list[Step]:
    reached = {there for _, there in occurrences.mentioned_by(db, [node])}
    naming = list(islice(occurrences.mentioning(db, node), HUB_DEGREE + 1))
    if len(naming) <= HUB_DEGREE:
        reached |= {there for there, _ in naming}
    sql = "SELECT id, slug FROM node WHERE id IN ({})"
    return [(0, row[0]) for row in sorted(rows_in(db, sql, reached), key=lambda row: str(row["slug"]))]


def degree(db: sqlite3.Connection, node: int) -> int:
    """How many steps lead from a node."""
    sql = f"SELECT count(*) FROM ({STEPS})"  # noqa: S608 - a constant
    return int(db.execute(sql, {"node": node}).fetchone()[0])


def _is_hub(db: sqlite3.Connection, node: int) -> bool:
    kind = db.execute("SELECT kind FROM node WHERE id = ?", (node,)).fetchone()[0]
    return kind in {hub.name for hub in HUB_KINDS} and degree(db, node) > HUB_DEGREE


def neighbourhood(db: sqlite3.Connection, nodes: Iterable[int], depth: int) -> dict[int, int]:
    """All nodes within ``depth`` steps of some and how many steps away; these themselves are 0 away."""
    found = dict.fromkeys(nodes, 0)
    frontier = list(found)
    for distance in range(1, depth + 1):
        reached = []
        for here in frontier:
            for _, there in steps(db, here):
                if there not in found:
                    found[there] = distance
                    reached.append(there)
        frontier = reached
    return found


def path(
    db: sqlite3.Connection,
    start: int,
    end: int,
    *,
    through_hubs: bool = False,
    named: bool = False,
    longest: int = 12,
) -> list[Step] | None:
    """A shortest path as steps from ``start`` (left out) to ``end``; None if there is none.

    Two frontiers meet in the middle. Hubs (busy topics, organizations, tiers) are passed only on
    request, since two things under one topic have little to do with each other. ``named``: names
    found in texts are steps, too. Among paths of the same length the first by slug wins.
    """
    if start == end:
        return []
    forward: dict[int, Step] = {start: (0, start)}
    backward: dict[int, Step] = {end: (0, end)}
    ahead, behind = [start], [end]
    for _ in range(longest):
        if not ahead or not behind:
            return None
        if len(ahead) <= len(behind):
            ahead, met = _grow(db, ahead, forward, backward, through_hubs=through_hubs, named=named)
        else:
            behind, met = _grow(db, behind, backward, forward, through_hubs=through_hubs, named=named)
        if met is not None:
            return [*_trace(forward, met, start), *_return(backward, met, end)]
    return None


def _grow(
    db: sqlite3.Connection,
    frontier: list[int],
    mine: dict[int, Step],
    other: dict[int, Step],
    *,
    through_hubs: bool,
    named: bool,
) -> tuple[list[int], int | None]:
    reached: list[int] = []
    for here in frontier:
        if len(mine) > 1 and not through_hubs and _is_hub(db, here):
            continue
        for statement, there in steps(db, here, named=named):
            if there not in mine:
                mine[there] = (statement, here)
                reached.append(there)
    met = [node for node in reached if node in other]
    return reached, met[0] if met else None


def _trace(forward: dict[int, Step], node: int, start: int) -> list[Step]:
    found: list[Step] = []
    while node != start:
        statement, before = forward[node]
        found.append((statement, node))
        node = before
    return found[::-1]


def _return(backward: dict[int, Step], node: int, end: int) -> Iterator[Step]:
    while node != end:
        statement, after = backward[node]
        yield statement, after
        node = after
