"""Findings about what is made for searching: the full text, and the names that texts are searched for."""

from __future__ import annotations

from collections.abc import Iterator

from kg.graph import Graph
from kg.store.texts import kind_token
from kg.vocabulary import Kind
from kg.workspace import Settings

from . import Finding
from .rules import Rule, broken

_TOKENS = ", ".join(f"('{kind.name}', '{kind_token(kind)}')" for kind in Kind)
_LISTED = "CASE WHEN json_valid({0}) THEN {0} ELSE '[]' END"


def _in_step(table: str) -> Rule:
    return Rule(
        "{count} texts are missing in the index of the full text, or stand there and are gone",
        "SELECT count(*) AS count FROM (SELECT node_id FROM search_text WHERE node_id NOT IN"
        f" (SELECT id FROM {table}_docsize) UNION ALL SELECT id FROM {table}_docsize"
        " WHERE id NOT IN (SELECT node_id FROM search_text)) HAVING count > 0",
    )


_RULES = (
    Rule(
        "{slug} cannot be found by search",
        "SELECT slug FROM node n WHERE NOT EXISTS (SELECT 1 FROM search_text t WHERE t.node_id = n.id)",
    ),
    Rule(
        "{slug} is called {label} and found as {old}",
        "SELECT n.slug, n.label, t.label AS old FROM node n JOIN search_text t ON t.node_id = n.id"
        " WHERE n.label <> t.label",
    ),
    Rule(
        "{slug} is not found by its other names and identifiers as they are now",
        "SELECT n.slug FROM node n JOIN search_text t ON t.node_id = n.id"
        f" JOIN json_each({_LISTED.format('n.aliases')}) a WHERE instr(t.names, a.value) = 0"
        " UNION SELECT n.slug FROM node n JOIN search_text t ON t.node_id = n.id"
        f" JOIN json_each({_LISTED.format('n.identifiers')}) i WHERE instr(t.names, i.value) = 0",
    ),
    Rule(
        "{slug} is a {kind} and found as something else: {filters}",
        f"WITH token (kind, token) AS (VALUES {_TOKENS}) SELECT n.slug, n.kind, t.filters FROM node n"
        " JOIN search_text t ON t.node_id = n.id JOIN token k ON k.kind = n.kind"
        " WHERE t.filters <> k.token AND t.filters NOT LIKE k.token || ' %'",
    ),
    _in_step("search"),
    _in_step("search_name"),
    Rule(
        "the name {written} is searched for, and stands for a node that is not there",
        "SELECT written FROM lexicon WHERE node_id NOT IN (SELECT id FROM node)",
    ),
    Rule(
        "{slug} is said to mention {words}, which is nobody's name",
        "SELECT n.slug, o.words FROM occurrence o JOIN node n ON n.id = o.node_id"
        " WHERE NOT EXISTS (SELECT 1 FROM lexicon l WHERE l.words = o.words)"
        " AND NOT EXISTS (SELECT 1 FROM unread_text u WHERE u.node_id = o.node_id)",
        "`kg refresh` reads the texts again that wait; else put back a backup.",
    ),
    Rule(
        "a rejected mention is about a node that is not there",
        "SELECT subject_id FROM rejected_mention WHERE subject_id NOT IN (SELECT id FROM node)"
        " OR object_id NOT IN (SELECT id FROM node)",
    ),
)


def search(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever search would miss, or find where it is not."""
    del settings
    yield from broken(graph, "search", _RULES)
