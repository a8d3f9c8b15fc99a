"""What is searched of each node, and the full-text index over it.

``search_text`` keeps what was indexed, since SQLite must be told that to take it out again. Deletes
come before inserts and both go by number: then a transaction writes the index in one piece.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from kg.lexicon import spaced
from kg.names import name_key
from kg.vocabulary import Kind

from .batches import rows_in

Text = tuple[int, str, str, str, str]
"""Number of the node, label, other names and identifiers, texts, tokens to filter by."""


def index(db: sqlite3.Connection, nodes: Iterable[int]) -> list[int]:
    """Bring the full text of these nodes up to date.

    Returns those with a text, now or before, of which anything is different.
    """
    listed = sorted(nodes)
    sql = "SELECT * FROM search_text WHERE node_id IN ({})"
    old: dict[int, Text] = {row[0]: tuple(row) for row in rows_in(db, sql, listed)}
    new = [text for text in _texts(db, listed) if old.get(text[0]) != text]
    _delete(db, [old[text[0]] for text in new if text[0] in old])
    db.executemany("INSERT INTO search_text VALUES (?, ?, ?, ?, ?)", new)
    db.executemany("INSERT INTO search (rowid, label, names, body, filters) VALUES (?, ?, ?, ?, ?)", new)
    names = [text[:3] for text in new]
    db.executemany("INSERT INTO search_name (rowid, label, names) VALUES (?, ?, ?)", names)
    return [text[0] for text in new if text[3] or (text[0] in old and old[text[0]][3])]


def forget(db: sqlite3.Connection, nodes: Iterable[int]) -> None:
    """Take these nodes, which are about to go, out of the index."""
    rows = rows_in(db, "SELECT * FROM search_text WHERE node_id IN ({})", sorted(nodes))
    _delete(db, [tuple(row) for row in rows])


def _delete(db: sqlite3.Connection, old: Sequence[Text]) -> None:
    sql = "INSERT INTO search (search, rowid, label, names, body, filters) VALUES ('delete', ?, ?, ?, ?, ?)"
    db.executemany(sql, old)
    sql = "INSERT INTO search_name (search_name, rowid, label, names) VALUES ('delete', ?, ?, ?)"
    db.executemany(sql, [text[:3] for text in old])
    db.executemany("DELETE FROM search_text WHERE node_id = ?", [text[:1] for text in old])


def _texts(db: sqlite3.Connection, nodes: Sequence[int]) -> Iterator[Text]:
    said: dict[int, list[str]] = defaultdict(list)
    sql = (
        "SELECT subject_id, value FROM statement WHERE predicate = 'DESCRIPTION' AND subject_id IN ({})"
        " ORDER BY value"
    )
    for subject, text in rows_in(db, sql, nodes):
        said[subject].append(text)
    rows = list(rows_in(db, "SELECT id, kind, label, aliases, identifiers FROM node WHERE id IN ({})", nodes))
    papers = {
        one.removeprefix("arxiv:"): number
        for number, kind, _, _, identifiers in rows
        for one in (json.loads(identifiers) if kind == Kind.PAPER.name else ())
        if one.startswith("arxiv:")
    }
    filters = {number: [kind_token(Kind[kind])] for number, kind, *_ in rows}
    sql = "SELECT arxiv_id, abstract, authors, categories FROM paper WHERE arxiv_id IN ({}) ORDER BY arxiv_id"
    for arxiv_id, abstract, authors, categories in rows_in(db, sql, sorted(papers)):
        number, names = papers[arxiv_id], json.loads(authors)
        said[number] += [abstract, *names]
        filters[number] += [*map(category_token, json.loads(categories)), *map(author_token, names)]
    for number, _, label, aliases, identifiers in rows:
        names = " ".join((*json.loads(aliases), *json.loads(identifiers)))
        yield number, label, names, spaced("\n".join(said[number])), " ".join(dict.fromkeys(filters[number]))


def kind_token(kind: Kind) -> str:
    """The token of the nodes of a kind in the column ``filters``."""
    return f"k{kind.name.replace('_', '').lower()}"


def category_token(category: str) -> str:
    """The token of the papers of a category in the column ``filters``."""
    return f"c{_short(category)}"


def author_token(name: str) -> str:
    """The token of the papers by that name, whatever its spelling, in the column ``filters``."""
    return f"a{_short(name_key(name))}"


def _short(text: str) -> str:
    """12 hex digits: the tokenizer neither cuts nor folds them, and 20 million names hardly collide."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
