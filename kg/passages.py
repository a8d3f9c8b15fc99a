"""Names found in texts, as readers see them: edges without a number, and where the names stand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from .finder import CONFIDENCE, RULE, around
from .model import Evidence, Statement
from .store import occurrences
from .store.batches import rows_in
from .store.rows import node_of
from .vocabulary import Predicate


def of(db: sqlite3.Connection, node: int) -> list[Statement]:
    """The edges from and to a node that texts give it, in no order."""
    return _edges(db, [*occurrences.mentioned_by(db, [node]), *occurrences.mentioning(db, node)])


def leaving(db: sqlite3.Connection, nodes: Collection[int]) -> list[Statement]:
    """The edges from these nodes, in no order."""
    return _edges(db, occurrences.mentioned_by(db, nodes))


def between(db: sqlite3.Connection, one: int, other: int) -> Statement:
    """The edge from one of two nodes to the other, whichever way it goes; there must be one."""
    forth = (one, other) in occurrences.mentioned_by(db, [one])
    return _edges(db, [(one, other) if forth else (other, one)])[0]


def _edges(db: sqlite3.Connection, pairs: Iterable[occurrences.Pair]) -> list[Statement]:
    listed = list(pairs)
    numbers = {number for pair in listed for number in pair}
    nodes = {row["id"]: node_of(row) for row in rows_in(db, "SELECT * FROM node WHERE id IN ({})", numbers)}
    return [Statement(nodes[a], Predicate.MENTIONS, nodes[b]) for a, b in listed]


def receipts(
    db: sqlite3.Connection, subject: int, object_: int, told: Callable[[sqlite3.Row], Iterable[Evidence]]
) -> list[Evidence]:
    """The receipts of an edge, each with the words around the name, in no order.

    An abstract's is its record; a description's are those of the statement that gives it, which
    ``told`` finds for a row of ``statement``.
    """
    sql = "SELECT * FROM statement WHERE subject_id = ? AND predicate = 'DESCRIPTION' AND value = ?"
    found: list[Evidence] = []
    for source, text, hit in occurrences.passages(db, subject, object_):
        if source:
            said = [Evidence(f"arxiv:{source}", (), RULE, CONFIDENCE)]
        else:
            said = [one for row in db.execute(sql, (subject, text)).fetchall() for one in told(row)]
        words = around(text, hit)
        found += [replace(one, rule=RULE, confidence=CONFIDENCE, words=words) for one in said]
    return found
