"""Findings about statements as they are stored: the claims behind them, their ends, their counts."""

from __future__ import annotations

from collections.abc import Iterator

from kg.graph import Graph
from kg.vocabulary import Predicate
from kg.workspace import Settings

from . import Finding
from .rules import Rule, broken, names

_LITERAL = ", ".join(repr(one.name) for one in Predicate if one.is_literal)
_DATATYPES = ", ".join(f"('{one.name}', '{one.datatype}')" for one in Predicate)
_SAID = "SELECT s.id, n.slug, s.predicate"
_OF = "FROM statement s LEFT JOIN node n ON n.id = s.subject_id"

_STATEMENTS = (
    Rule(
        "the statement {id} of {slug} has no predicate that there is: {predicate}",
        f"{_SAID} {_OF} WHERE s.predicate NOT IN ({names(Predicate)})",
    ),
    Rule(
        "the statement {id} of {slug} ({predicate}) has two objects or none",
        f"{_SAID} {_OF} WHERE (s.object_id IS NOT NULL AND (s.value <> '' OR s.datatype <> ''))"
        " OR (s.object_id IS NULL AND s.datatype = '')",
    ),
    Rule(
        "the statement {id} of {slug} ({predicate}) has an object of the wrong sort: {datatype}",
        f"{_SAID}, s.datatype {_OF} WHERE s.predicate IN ({names(Predicate)}) AND (s.predicate, s.datatype)"
        f" NOT IN (VALUES {_DATATYPES}) OR (s.object_id IS NULL) <> (s.predicate IN ({_LITERAL}))",
    ),
    Rule(
        "the statement {id} says of {slug} that it {predicate} itself",
        f"{_SAID} {_OF} WHERE s.subject_id = s.object_id",
    ),
    Rule(
        "nothing says the statement {id} of {slug} ({predicate})",
        f"{_SAID} {_OF} WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.statement_id = s.id)",
    ),
    Rule(
        "{slug} {predicate}: {support} documents are said to say so, and {documents} do",
        f"{_SAID}, s.support, count(DISTINCT c.document_id) AS documents {_OF}"
        " JOIN claim c ON c.statement_id = s.id GROUP BY s.id HAVING s.support <> documents",
    ),
    Rule(
        "the claim {id} ({predicate}) supports a statement that is not there, {statement_id}",
        "SELECT c.id, c.predicate, c.statement_id, d.key AS document FROM claim c"
        " JOIN document d ON d.id = c.document_id"
        " WHERE c.statement_id IS NOT NULL AND c.statement_id NOT IN (SELECT id FROM statement)",
    ),
    Rule(
        "the claim {id} ({predicate}) supports a statement that says something else",
        "SELECT c.id, c.predicate, d.key AS document FROM claim c JOIN document d ON d.id = c.document_id"
        " JOIN statement s ON s.id = c.statement_id JOIN mention a ON a.id = c.subject_id"
        " LEFT JOIN mention b ON b.id = c.object_id WHERE c.predicate <> s.predicate"
        " OR a.node_id IS NOT s.subject_id OR b.node_id IS NOT s.object_id"
        " OR ifnull(c.value, '') <> s.value OR ifnull(c.datatype, '') <> s.datatype",
    ),
    Rule(
        "the claim {id} ({predicate}) supports no statement, and no correction rejects it",
        "SELECT c.id, c.predicate, d.key AS document FROM claim c JOIN document d ON d.id = c.document_id"
        " JOIN mention a ON a.id = c.subject_id AND a.node_id IS NOT NULL"
        " LEFT JOIN mention b ON b.id = c.object_id WHERE c.statement_id IS NULL"
        " AND (c.object_id IS NULL OR b.node_id IS NOT NULL AND b.node_id <> a.node_id)"
        " AND NOT EXISTS (SELECT 1 FROM claim_qualifier q JOIN mention m ON m.id = q.mention_id"
        " WHERE q.claim_id = c.id AND m.node_id IS NULL)"
        ' AND NOT EXISTS (SELECT 1 FROM correction WHERE body LIKE \'%"verb": "reject"%\')',
    ),
    Rule(
        "the conditions of the statement {id} of {slug} ({predicate}) are not those that it is known by",
        f"{_SAID} {_OF} LEFT JOIN statement_qualifier q ON q.statement_id = s.id"
        " WHERE s.qualifiers <> '[]' OR q.statement_id IS NOT NULL GROUP BY s.id"
        " HAVING NOT json_valid(s.qualifiers) OR json_group_array(json_array(q.name, q.node_id,"
        " ifnull(q.value, ''), ifnull(q.datatype, ''))) IS NOT json(s.qualifiers)",
    ),
    Rule(
        "a condition of the statement {id} of {slug} ({predicate}) is none: {name}",
        f"{_SAID}, q.name {_OF} JOIN statement_qualifier q ON q.statement_id = s.id"
        " WHERE q.name = '' OR (q.node_id IS NULL) = (ifnull(q.value, '') = '')",
    ),
)


def statements(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever of the statements cannot be as it is stored.

    What kinds a predicate joins is no matter of the store: the check ``domains`` tells that.
    """
    del settings
    yield from broken(graph, "statements", _STATEMENTS)
