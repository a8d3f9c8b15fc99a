"""Findings about nodes as they are stored: what they are made of, their identifiers and slugs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.graph import Graph
from kg.hardware import Memory
from kg.identifiers import DECISIVE, Identifier
from kg.vocabulary import Kind
from kg.workspace import Settings

from . import DATABASE, Finding
from .documents import well_formed
from .rules import LISTED, REMAKE, Rule, broken, first, names

_ALONE = ", ".join(repr(kind.name) for kind in Kind if kind.group in {"paper", "tier", "tutorial"})
_REALM = f"CASE WHEN m.kind IN ({_ALONE}) THEN m.kind ELSE '' END"  # these share identifiers with no other
_IDENTIFIERS = f"json_each(CASE WHEN {LISTED.format('n.identifiers')} THEN n.identifiers ELSE '[]' END) i"
_DECISIVE = " OR ".join(f"k.key BETWEEN 'id:{scheme}:' AND 'id:{scheme};'" for scheme in sorted(DECISIVE))
_SPLIT = 'NOT EXISTS (SELECT 1 FROM correction WHERE body LIKE \'%"verb": "split"%\')'

_NODES = (
    Rule(
        "{slug} is of no kind that there is: {kind}",
        f"SELECT slug, kind FROM node WHERE kind NOT IN ({names(Kind)})",
    ),
    Rule(
        "{slug} has no name",
        "SELECT slug FROM node WHERE trim(label) = '' OR key = ''",
    ),
    Rule(
        "the other names, identifiers or kinds of {slug} cannot be read",
        f"SELECT slug FROM node WHERE NOT ({LISTED.format('aliases')} AND {LISTED.format('identifiers')}"
        f" AND {LISTED.format('dissent')})",
    ),
    Rule(
        "{slug} counts its own kind, or one that there is not, among those that it is not: {dissent}",
        "SELECT n.slug, n.dissent FROM node n, json_each(CASE WHEN json_valid(n.dissent) THEN n.dissent"
        f" ELSE '[]' END) d WHERE n.dissent <> '[]' AND (d.value = n.kind OR d.value NOT IN ({names(Kind)}))",
    ),
    Rule(
        "nothing mentions {slug}",
        "SELECT slug FROM node n WHERE NOT EXISTS (SELECT 1 FROM mention m WHERE m.node_id = n.id)",
    ),
    Rule(
        "{slug} is said to stand in {support} documents and stands in {documents}",
        "SELECT n.slug, n.support, count(DISTINCT m.document_id) AS documents FROM node n"
        " JOIN mention m ON m.node_id = n.id GROUP BY n.id HAVING n.support <> documents",
    ),
    Rule(
        "the mention {id} of {name} belongs to a node that is not there, {node_id}",
        "SELECT m.id, m.name, m.node_id, d.key AS document, p.line FROM mention m"
        " JOIN document d ON d.id = m.document_id LEFT JOIN place p ON p.id = m.place_id"
        " WHERE m.node_id IS NOT NULL AND m.node_id NOT IN (SELECT id FROM node)",
    ),
    Rule(
        "the mention {id} of {name} belongs to nothing, and no correction ignores it",
        "SELECT m.id, m.name, d.key AS document, p.line FROM mention m"
        " JOIN document d ON d.id = m.document_id JOIN place p ON p.id = m.place_id"
        " WHERE m.node_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM correction WHERE body LIKE '%' || p.digest || '%')",
    ),
    Rule(
        "{slug} has the identifier {identifier}, which nothing that mentions it gives",
        f"SELECT n.slug, i.value AS identifier FROM node n, {_IDENTIFIERS} WHERE NOT EXISTS (SELECT 1"
        " FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " WHERE k.key = 'id:' || i.value AND m.node_id = n.id)",
    ),
    Rule(
        "{identifier} is owned by {count} nodes: {slugs}",
        "SELECT substr(k.key, 4) AS identifier, count(DISTINCT n.id) AS count,"
        " group_concat(DISTINCT n.slug) AS slugs"
        " FROM mention_key k JOIN mention m ON m.id = k.mention_id JOIN node n ON n.id = m.node_id"
        f" WHERE k.key IN (SELECT k.key FROM mention_key k WHERE {_DECISIVE}"
        " GROUP BY k.key HAVING count(*) > 1)"
        " AND instr(n.identifiers, '\"' || substr(k.key, 4) || '\"')"
        f" AND {_SPLIT}"
        f" GROUP BY k.key, {_REALM} HAVING count > 1",
    ),
)
_SLUGS = (
    Rule(
        "{slug} is the address of a node and not kept as one",
        "SELECT n.slug FROM node n WHERE NOT EXISTS"
        " (SELECT 1 FROM slug s WHERE s.slug = n.slug AND s.node_id = n.id)",
    ),
    Rule(
        "{slug} is kept as the address of a node ({node_id}) that is not there or has another",
        "SELECT s.slug, s.node_id FROM slug s LEFT JOIN node n ON n.id = s.node_id"
        " WHERE s.node_id IS NOT NULL AND n.slug IS NOT s.slug",
    ),
    Rule(
        "{slug} is a node and also replaced by {replaced_by}",
        "SELECT slug, replaced_by FROM slug WHERE node_id IS NOT NULL AND replaced_by IS NOT NULL",
    ),
    Rule(
        "{slug} is replaced by {replaced_by}, which there never was",
        "SELECT slug, replaced_by FROM slug WHERE replaced_by IS NOT NULL"
        " AND replaced_by NOT IN (SELECT slug FROM slug)",
    ),
    Rule(
        "{slug} is replaced by itself, in a circle",
        "WITH RECURSIVE after (slug, now) AS"
        " (SELECT slug, replaced_by FROM slug WHERE replaced_by IS NOT NULL"
        " UNION SELECT a.slug, s.replaced_by FROM after a JOIN slug s ON s.slug = a.now"
        " WHERE s.replaced_by IS NOT NULL) SELECT slug FROM after WHERE slug = now",
    ),
)


def nodes(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever of the nodes cannot be as it is stored."""
    del settings
    yield from broken(graph, "nodes", (*_NODES, *_SLUGS))
    yield from first(_addresses(graph))
    yield from first(_tiers(graph))


def _finding(message: str) -> Finding:
    return Finding("nodes", "error", DATABASE, 0, message, REMAKE)


_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def _addresses(graph: Graph) -> Iterator[Finding]:
    """The slugs that no address could end in."""
    for (slug,) in graph.db.execute("SELECT slug FROM slug UNION SELECT slug FROM node"):
        if not _SLUG.fullmatch(slug):
            yield _finding(f"{slug!r} is no slug: small letters, digits, dots and dashes")


def _tiers(graph: Graph) -> Iterator[Finding]:
    """The hardware tiers whose key, name and numbers do not agree."""
    sql = f"SELECT n.slug, n.key, n.label, i.value FROM node n, {_IDENTIFIERS} WHERE n.kind = 'HARDWARE_TIER'"
    renamed = graph.db.execute("SELECT 1 FROM correction LIMIT 1").fetchone() is not None
    for slug, key, label, identifier in graph.db.execute(sql):
        scheme, _, value = identifier.partition(":")
        if scheme != "tier":
            continue
        if not well_formed(identifier):
            yield _finding(f"the hardware tier {slug} has no range of memory as its identifier: {identifier}")
        elif not renamed and (key, label) != (identifier, str(Memory.of(Identifier(scheme, value)))):
            called = f"the hardware tier {slug} is called {label!r} and kept as {key!r}"
            yield _finding(f"{called}, and its numbers are {identifier}")
