"""Edges as values: of rows of the store, of a paper's record, and the orders in which they are told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from .model import Literal, Node, PaperRecord, Statement
from .store.rows import node_of
from .vocabulary import Predicate


def of_rows(db: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> list[Statement]:
    """The statements of rows of ``statement``, in their order."""
    cache: dict[int, Node] = {}

    def node(number: int) -> Node:
        if number not in cache:
            row = db.execute("SELECT * FROM node WHERE id = ?", (number,)).fetchone()
            cache[number] = node_of(row)
        return cache[number]

    return [
        Statement(
            node(row["subject_id"]),
            Predicate[row["predicate"]],
            Literal(row["value"], row["datatype"]) if row["object_id"] is None else node(row["object_id"]),
            tuple(
                (name, Literal(value, datatype) if number is None else node(number))
                for name, number, value, datatype in json.loads(row["qualifiers"])
            ),
            row["support"],
            row["id"],
        )
        for row in rows
    ]


def of_record(paper: Node, record: PaperRecord | None) -> list[Statement]:
    """What an arXiv record says of its paper: authors and categories in order, the DOI."""
    if record is None:
        return []
    values = [(Predicate.AUTHOR, name) for name in record.authors]
    values += [(Predicate.CATEGORY, category) for category in record.categories]
    values += [(Predicate.DOI, record.doi)] if record.doi else []
    return [Statement(paper, predicate, Literal(value)) for predicate, value in values]


def order(statement: Statement) -> tuple[object, ...]:
    """The canonical order of statements of one subject: predicate, object, qualifiers."""
    qualifiers = tuple((name, _text(value)) for name, value in statement.qualifiers)
    return statement.predicate.rank, _text(statement.object), qualifiers


def seen_from(here: Node, statement: Statement) -> tuple[object, ...]:
    """The order of a node's edges: predicate, outgoing first, best supported first, the other end."""
    incoming = statement.subject != here
    return statement.predicate.rank, incoming, -statement.support, _other(statement, here)


def _text(value: Node | Literal) -> tuple[str, str]:
    return (value.slug, "") if isinstance(value, Node) else (value.value, value.datatype)


def _other(statement: Statement, here: Node) -> tuple[object, ...]:
    if statement.subject == here:
        value = statement.object
        return (value.label.casefold(), value.slug) if isinstance(value, Node) else (0,)[:0]
    return statement.subject.label.casefold(), statement.subject.slug
