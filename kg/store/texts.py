"""What is searched of each node, and the full-text index over it.

SQLite must be told what was indexed to take it out again. ``search_text`` keeps that, but for abstracts
and authors: they stand in the records of its ``papers``, and what those said before a transaction is at
hand in it. The view ``searched`` has all. Deletes come before inserts and both go by number: then a
transaction writes the index in one piece.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

from kg.drafts import Draft
from kg.lexicon import spaced
from kg.names import name_key
from kg.vocabulary import Kind

from .batches import rows_in
from .records import Words
from .touched import Touched

Text = tuple[int, str, str, str, str, str, str]
"""Number of the node, label, other names and identifiers, all texts, tokens to filter by; of the texts
those that are no record's; the papers whose records have the others, parted by blanks."""


def index(
    db: sqlite3.Connection, nodes: Iterable[int], drafts: Mapping[int, Draft], touched: Touched
) -> list[int]:
    """Bring the full text of these nodes up to date.

    Returns those with a text, now or before, of which anything is different. ``drafts``: what
    nodes show, where it is at hand; so are the records of ``touched``.
    """
    listed = sorted(nodes)
    old: dict[int, Text] = {}
    if listed:  # what is new has no text yet
        (last,) = db.execute("SELECT ifnull(max(node_id), 0) FROM search_text").fetchone()
        old = {text[0]: text for text in _indexed(db, [n for n in listed if n <= last], touched)}
    new = [text for text in _texts(db, listed, drafts, touched) if old.get(text[0]) != text]
    _delete(db, [old[text[0]] for text in new if text[0] in old])
    kept = "INSERT INTO search_text (node_id, label, names, filters, body, papers) VALUES (?, ?, ?, ?, ?, ?)"
    db.executemany(kept, [(*text[:3], *text[4:]) for text in new])
    full = "INSERT INTO search (rowid, label, names, body, filters) VALUES (?, ?, ?, ?, ?)"
    db.executemany(full, [text[:5] for text in new])
    names = "INSERT INTO search_name (rowid, label, names, filters) VALUES (?, ?, ?, ?)"
    db.executemany(names, [_name(text) for text in new])
    return [text[0] for text in new if text[3] or (text[0] in old and old[text[0]][3])]


def texts_of(db: sqlite3.Connection, nodes: Sequence[int]) -> Iterator[Text]:
    """What is to be searched of those of these nodes that there are, by what the tables say now."""
    return _texts(db, nodes, {}, Touched())


def indexed(db: sqlite3.Connection, nodes: Sequence[int]) -> list[Text]:
    """What is searched of these nodes, as the index has it."""
    return _indexed(db, nodes, Touched())


def _name(text: Text) -> tuple[int, str, str, str]:
    """What ``search_name`` has of a text: of what it is filtered by all but the authors."""
    return *text[:3], text[4].partition(" a")[0]


def forget(db: sqlite3.Connection, nodes: Iterable[int], touched: Touched) -> None:
    """Take these nodes, which are about to go, out of the index."""
    _delete(db, _indexed(db, sorted(nodes), touched))


def _indexed(db: sqlite3.Connection, nodes: Sequence[int], touched: Touched) -> list[Text]:
    """The texts of these nodes as they were indexed, before the transaction."""
    sql = "SELECT node_id, label, names, filters, body, papers FROM search_text WHERE node_id IN ({})"
    rows = list(rows_in(db, sql, nodes))
    words = dict(touched.before)
    asked = [i for row in rows for i in row["papers"].split() if i not in words]
    sql = "SELECT arxiv_id, abstract, authors FROM paper WHERE arxiv_id IN ({})"
    words |= {row[0]: (row[1], json.loads(row[2])) for row in rows_in(db, sql, asked)}
    return [
        (*row[:3], _body(row["body"], (words[i] for i in row["papers"].split())), *row[3:]) for row in rows
    ]


def _body(said: str, records: Iterable[Words]) -> str:
    """All texts of a node: its own, then abstract and authors of each record."""
    texts = (spaced(text) for abstract, authors in records for text in (abstract, *authors))
    return "\n".join((said, *texts) if said else texts)


def _delete(db: sqlite3.Connection, old: Sequence[Text]) -> None:
    sql = "INSERT INTO search (search, rowid, label, names, body, filters) VALUES ('delete', ?, ?, ?, ?, ?)"
    db.executemany(sql, [text[:5] for text in old])
    sql = "INSERT INTO search_name (search_name, rowid, label, names, filters) VALUES ('delete', ?, ?, ?, ?)"
    db.executemany(sql, [_name(text) for text in old])
    db.executemany("DELETE FROM search_text WHERE node_id = ?", [text[:1] for text in old])


def _texts(
    db: sqlite3.Connection, nodes: Sequence[int], drafts: Mapping[int, Draft], touched: Touched
) -> Iterator[Text]:
    said: dict[int, list[str]] = defaultdict(list)
    sql = (
        "SELECT subject_id, value FROM statement WHERE predicate = 'DESCRIPTION' AND subject_id IN ({})"
        " ORDER BY value"
    )
    for subject, text in rows_in(db, sql, nodes):
        said[subject].append(text)
    shown = {n: (d.kind, d.label, d.aliases, tuple(map(str, d.identifiers))) for n, d in drafts.items()}
    sql = "SELECT id, kind, label, aliases, identifiers FROM node WHERE id IN ({})"
    for number, kind, label, aliases, identifiers in rows_in(db, sql, [n for n in nodes if n not in drafts]):
        shown[number] = Kind[kind], label, tuple(json.loads(aliases)), tuple(json.loads(identifiers))
    nodes = [n for n in nodes if n in shown]  # the others have just gone
    papers = {n: _papers(shown[n][3]) for n in nodes if shown[n][0] is Kind.PAPER}
    records = _records(db, (one for found in papers.values() for one in found), touched)
    for number in nodes:
        kind, label, aliases, identifiers = shown[number]
        filters = [kind_token(kind)]
        recorded = [i for i in papers.get(number, ()) if i in records]
        found = [records[i] for i in recorded]
        filters += (category_token(one) for _, _, categories in found for one in categories)
        filters += (author_token(one) for _, authors, _ in found for one in authors)
        names = " ".join((*aliases, *identifiers))
        own = "\n".join(map(spaced, said[number]))
        body = _body(own, (one[:2] for one in found))
        yield number, label, names, body, " ".join(dict.fromkeys(filters)), own, " ".join(recorded)


def _papers(identifiers: Iterable[str]) -> list[str]:
    return [one.removeprefix("arxiv:") for one in identifiers if one.startswith("arxiv:")]


def _records(
    db: sqlite3.Connection, papers: Iterable[str], touched: Touched
) -> dict[str, tuple[str, Sequence[str], Sequence[str]]]:
    """Abstract, authors and categories of the papers that have a record."""
    found: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {}
    asked = []
    for arxiv_id in papers:
        if (record := touched.stored.get(arxiv_id)) is not None:
            found[arxiv_id] = record.abstract, record.authors, record.categories
        else:
            asked.append(arxiv_id)
    sql = "SELECT arxiv_id, abstract, authors, categories FROM paper WHERE arxiv_id IN ({})"
    for arxiv_id, abstract, authors, categories in rows_in(db, sql, asked):
        found[arxiv_id] = abstract, json.loads(authors), json.loads(categories)
    return found


def kind_token(kind: Kind) -> str:
    """The token of the nodes of a kind in the column ``filters``."""
    return f"k{kind.name.replace('_', '').lower()}"


def category_token(category: str) -> str:
    """The token of the papers of a category in the column ``filters``."""
    return f"c{_short(category)}"


@lru_cache(maxsize=50_000)
def author_token(name: str) -> str:
    """The token of the papers by that name, whatever its spelling, in the column ``filters``."""
    return f"a{_short(name_key(name))}"


def _short(text: str) -> str:
    """12 hex digits: the tokenizer neither cuts nor folds them, and 20 million names hardly collide."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
