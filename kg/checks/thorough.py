"""Findings of a thorough look: what is derived is derived again, and compared with what is stored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kg.drafts import Draft, Seen
from kg.graph import Graph
from kg.resolve import keys_of, resolve
from kg.store.occurrences import names_of
from kg.store.rows import place_of
from kg.store.said import mention_key, mention_of
from kg.store.slugs import values_of
from kg.store.texts import indexed, texts_of
from kg.workspace import Settings

from . import DATABASE, Finding
from .file import pages
from .rules import REMAKE, first

_FIELDS = ("key", "kind", "label", "aliases", "identifiers", "dissent", "support")
_BATCH = 5_000
_LOST, _TOO_MANY = "is missing", "should not be there"


def thorough(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for whatever the store would derive otherwise from what the documents say.

    All mentions are in memory at once, and the full text is indexed a second time.
    """
    del settings
    yield from pages(graph, "thorough", "integrity_check")
    seen = list(_mentions(graph))
    yield from first(_keys(graph, seen))
    yield from first(_nodes(graph, seen))
    yield from first(_texts(graph))
    yield from first(_names(graph))
    yield from first(_index(graph))


def _finding(message: str, document: str = DATABASE) -> Finding:
    return Finding("thorough", "error", document, 0, message, REMAKE)


def _mentions(graph: Graph) -> Iterator[tuple[Seen, str, int | None]]:
    """All mentions, each with the key that is stored of it and its node."""
    sql = (
        "SELECT m.*, d.key AS document, p.heading, p.digest, p.ordinal FROM mention m"
        " JOIN document d ON d.id = m.document_id JOIN place p ON p.id = m.place_id ORDER BY m.id"
    )
    for row in graph.db.execute(sql):
        mention = mention_of(row, place_of(row))
        yield Seen(row["id"], row["document"], mention), row["key"], row["node_id"]


def _keys(graph: Graph, seen: list[tuple[Seen, str, int | None]]) -> Iterator[Finding]:
    """The mentions that say something else than their key, or are found under another."""
    kept = defaultdict(set)
    for key, number in graph.db.execute("SELECT key, mention_id FROM mention_key"):
        kept[number].add(key)
    for one, key, _ in seen:
        named = f"the mention {one.id} of {one.mention.name!r}"
        if mention_key(one.mention) != key:
            yield _finding(f"{named} is not what it was when it was read", one.document)
        if set(keys_of(one.mention)) != kept[one.id]:
            yield _finding(f"{named} is kept under keys of another", one.document)


def _nodes(graph: Graph, seen: list[tuple[Seen, str, int | None]]) -> Iterator[Finding]:
    """The nodes that their mentions would not make."""
    corrections = [correction for correction, _ in graph.corrections()]
    drafts = resolve([one for one, _, _ in seen], corrections).drafts
    node_of = {one.id: node for one, _, node in seen}
    left = {row["id"]: row for row in graph.db.execute("SELECT * FROM node")}
    for draft in drafts:
        nodes = {node_of[member] for member in draft.members}
        node = left.pop(number, None) if len(nodes) == 1 and (number := nodes.pop()) is not None else None
        if node is None:
            yield _finding(f"{draft.label!r} ({draft.kind.label}) is not one node, as its mentions make it")
            continue
        yield from _different(node["slug"], tuple(node[field] for field in _FIELDS), draft)
    for node in left.values():
        yield _finding(f"{node['slug']} is a node that no mentions make")


def _different(slug: str, stored: tuple[object, ...], draft: Draft) -> Iterator[Finding]:
    for field, old, new in zip(_FIELDS, stored, values_of(draft), strict=True):
        if old != new:
            yield _finding(f"{slug} has the {field} {old}, and its mentions make that {new}")


def _texts(graph: Graph) -> Iterator[Finding]:
    """The texts that are not what would be searched of their nodes."""
    nodes = dict(tuple(row) for row in graph.db.execute("SELECT id, slug FROM node ORDER BY id"))
    numbers = list(nodes)
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        old = {text[0]: text for text in indexed(graph.db, batch)}
        for text in texts_of(graph.db, batch):
            if old.get(text[0]) != text:
                yield _finding(f"{nodes[text[0]]} is searched by other texts than it has")


def _names(graph: Graph) -> Iterator[Finding]:
    """The names that texts are searched for and should not be, and the other way round."""
    stored = {tuple(row) for row in graph.db.execute("SELECT * FROM lexicon")}
    wanted = names_of(graph.db, [node for (node,) in graph.db.execute("SELECT id FROM node")])
    for words, *_ in sorted(stored ^ wanted):
        state = _LOST if any(words == row[0] for row in wanted - stored) else _TOO_MANY
        yield _finding(f"the name {words!r} {state} among those that texts are searched for")


def _index(graph: Graph) -> Iterator[Finding]:
    """The full-text indexes whose words are not those of the texts: made again beside, and counted."""
    whole, names = "label, names, body, filters", "label, names"
    for table, columns, content in (("search", whole, "searched"), ("search_name", names, "search_text")):
        (sql,) = graph.db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        tokenize = re.search(r'tokenize="[^"]*"', sql)
        assert tokenize is not None
        run = graph.db.execute
        run(f"CREATE VIRTUAL TABLE temp.again USING fts5 ({columns}, content='', {tokenize[0]})")
        try:
            run(f"INSERT INTO temp.again (rowid, {columns}) SELECT node_id, {columns} FROM {content}")
            run(f"CREATE VIRTUAL TABLE temp.old USING fts5vocab ('main', '{table}', 'col')")
            run("CREATE VIRTUAL TABLE temp.new USING fts5vocab ('temp', 'again', 'col')")
            within = "" if table == "search" else "WHERE col <> 'filters'"
            old, new = (f"SELECT term, col, doc, cnt FROM temp.{name} {within}" for name in ("old", "new"))
            apart = f"SELECT * FROM ({old} EXCEPT {new}) UNION SELECT * FROM ({new} EXCEPT {old})"
            (wrong,) = run(f"SELECT count(*) FROM ({apart})").fetchone()
        finally:
            for name in ("old", "new", "again"):
                run(f"DROP TABLE IF EXISTS temp.{name}")
        if wrong:
            yield _finding(f"the index {table!r} has {wrong:,} words with other texts than there are")
