"""Receipts: which document says it, in which entry, in which of its lines."""

from __future__ import annotations

import sqlite3

from .model import Evidence, Excerpt, Span
from .store.rows import place_of, span_of


def of_statement(db: sqlite3.Connection, statement: int) -> list[Evidence]:
    """The receipts of a stored statement, in order."""
    sql = (
        "SELECT c.id, d.key AS document, c.rule, c.confidence FROM claim c"
        " JOIN document d ON d.id = c.document_id WHERE c.statement_id = ?"
    )
    claims = db.execute(sql, (statement,)).fetchall()
    return sorted((_of_claim(db, claim) for claim in claims), key=order)


def _of_claim(db: sqlite3.Connection, claim: sqlite3.Row) -> Evidence:
    sql = (
        "SELECT p.* FROM claim_place c JOIN place p ON p.id = c.place_id WHERE c.claim_id = ?"
        " ORDER BY c.position"
    )
    rows = db.execute(sql, (claim["id"],)).fetchall()
    places, spans = tuple(map(place_of, rows)), tuple(map(span_of, rows))
    return Evidence(claim["document"], places, claim["rule"], claim["confidence"], spans)


def of_node(db: sqlite3.Connection, node: int) -> list[Evidence]:
    """Where a node is mentioned, in order."""
    sql = (
        "SELECT d.key AS document, m.rule, m.confidence, p.* FROM mention m"
        " JOIN document d ON d.id = m.document_id JOIN place p ON p.id = m.place_id"
        " WHERE m.node_id = ?"
    )
    found = [
        Evidence(row["document"], (place_of(row),), row["rule"], row["confidence"], (span_of(row),))
        for row in db.execute(sql, (node,))
    ]
    return sorted(found, key=order)


def items_at(db: sqlite3.Connection, document: str, line: int) -> list[str]:
    """Digests of the entries that stand at a line of the current revision, innermost first."""
    sql = (
        "SELECT p.digest FROM place p JOIN document d ON d.id = p.document_id"
        " WHERE d.key = ? AND p.line <= ? AND p.end_line >= ? ORDER BY p.end_line - p.line, p.id"
    )
    return [row["digest"] for row in db.execute(sql, (document, line, line))]


def excerpt(content: bytes, document: str, span: Span, *, around: int) -> Excerpt | None:
    """The lines at ``span`` with ``around`` lines before and after; None if there is no such line."""
    lines = content.decode("utf-8", "replace").splitlines()
    first = max(1, span.line - around)
    shown = tuple(lines[first - 1 : span.end_line + around])
    return Excerpt(document, first, shown, span) if shown else None


def order(evidence: Evidence) -> tuple[object, ...]:
    """By document, place, rule and confidence."""
    return evidence.document, evidence.places, evidence.rule, evidence.confidence
