"""The filter language of search, and how a query becomes SQL; text from outside is only data.

Words match the beginning of words in names, descriptions and abstracts, all of them. ``kind:``,
``author:``, ``category:`` and ``in:`` (a document) narrow, and so do the reader's marks: ``is:read``,
``is:starred`` ..., ``tag:``. A quoted phrase is one word of a filter.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from .marks import READ, READINGS, STATES, tag_of
from .names import name_key
from .vocabulary import Kind

_TERM = re.compile(r'(?:(kind|author|category|in|is|tag):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_RANKED_AT_MOST = 2000  # bm25 scores every match: beyond this only the name decides the order


@dataclass(frozen=True, slots=True)
class Query:
    """A search: words that must all occur, and filters of which each kind must hold.

    >>> query = Query.parse('lora kind:method author:"Edward J. Hu" is:starred')
    >>> query.words, query.kinds, query.authors, query.states
    (('lora',), (Kind.METHOD,), ('Edward J. Hu',), ('starred',))
    """

    words: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=(), repr=False)  # what stands after kind: and names none
    unheard: tuple[str, ...] = field(default=(), repr=False)  # what stands after is: and says nothing

    @classmethod
    def parse(cls, text: str, kinds: Sequence[Kind] = ()) -> Self:
        """The query that a person typed.

        A filter that names no kind or state counts as a word: half-typed input must still find something.
        """
        words: list[str] = []
        unknown: list[str] = []
        unheard: list[str] = []
        found: dict[str, list[str]] = {"author": [], "category": [], "in": [], "is": [], "tag": []}
        wanted = list(kinds)
        for filter_, quoted, bare in _TERM.findall(text):
            value = quoted or bare
            if filter_.casefold() == "kind":
                for name in value.split(","):
                    try:
                        wanted.append(Kind.of(name))
                    except KeyError:
                        unknown += [name] if name else []
            elif filter_.casefold() == "is" and value.casefold() not in STATES:
                unheard.append(value)
            elif filter_:
                found[filter_.casefold()].append(value)
            else:
                words.append(value)
        return cls(
            (*words, *unknown, *unheard),
            tuple(wanted),
            tuple(found["author"]),
            tuple(found["category"]),
            tuple(found["in"]),
            tuple(state.casefold() for state in found["is"]),
            tuple(found["tag"]),
            tuple(unknown),
            tuple(unheard),
        )

    @property
    def match(self) -> str:
        """The FTS5 expression: every word quoted, so that no syntax in it is obeyed; "" for none."""
        tokens = (token for word in self.words for token in re.findall(r"[\w+#]+", word))
        said = " AND ".join(f'"{token}"*' for token in tokens if token.strip("_"))
        return f"{{label names body}} : ({said})" if said else ""


def where(query: Query) -> tuple[str, list[object]]:
    """The condition on ``node n`` and its values; "1" where everything matches."""
    conditions, values = ["1"], list[object]()
    if query.kinds:
        conditions.append(f"n.kind IN ({','.join('?' * len(query.kinds))})")
        values += [kind.name for kind in query.kinds]
    if query.match:
        conditions.append("n.id IN (SELECT rowid FROM search WHERE search MATCH ?)")
        values.append(query.match)
    elif query.words:
        conditions.append("n.label LIKE ? ESCAPE '!'")
        values.append("%" + re.sub(r"([!%_])", r"!\1", " ".join(query.words)) + "%")
    paper = (
        "n.id IN (SELECT m.node_id FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " JOIN paper p ON k.key = 'id:arxiv:' || p.arxiv_id WHERE m.kind = 'PAPER' AND {})"
    )
    for author in query.authors:
        conditions.append(
            paper.format("p.arxiv_id IN (SELECT arxiv_id FROM paper_author WHERE name_key = ?)")
        )
        values.append(name_key(author))
    for category in query.categories:
        conditions.append(paper.format("p.categories LIKE ? ESCAPE '!'"))
        values.append('%"' + re.sub(r"([!%_])", r"!\1", category) + '"%')
    for document in query.documents:
        conditions.append(
            "n.id IN (SELECT m.node_id FROM mention m JOIN document d ON d.id = m.document_id"
            " WHERE d.key = ? OR d.key = 'list:' || ?)"
        )
        values += [document, document]
    for condition, value in _marks(query):
        conditions.append(condition)
        values += value
    return " AND ".join(conditions), values


def _marks(query: Query) -> Iterator[tuple[str, list[object]]]:
    """The conditions on marks, each with its values."""
    has = "n.id IN (SELECT node_id FROM marked WHERE field = ? AND value = ?)"
    for state in query.states:
        if state == "unread":
            yield has.replace(" IN ", " NOT IN ", 1), ["reading", READ]
        elif state in READINGS:
            yield has, ["reading", state]
        elif state == "marked":
            yield "n.id IN (SELECT node_id FROM marked)", []
        else:
            field_ = {"starred": "star", "noted": "note"}[state]
            yield "n.id IN (SELECT node_id FROM marked WHERE field = ?)", [field_]
    for tag in query.tags:
        try:
            yield has, ["tag", tag_of(tag)]
        except ValueError:
            yield "0", []  # nothing can bear it


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many nodes match."""
    condition, values = where(query)
    sql = f"SELECT count(*) FROM node n WHERE {condition}"  # noqa: S608 - built above, values bound
    return int(db.execute(sql, values).fetchone()[0])


def facets(db: sqlite3.Connection, query: Query) -> dict[Kind, int]:
    """How many nodes of each kind match, in the order of the vocabulary; kinds with none left out."""
    condition, values = where(query)
    sql = f"SELECT n.kind, count(*) FROM node n WHERE {condition} GROUP BY n.kind"  # noqa: S608
    found = {Kind[kind]: number for kind, number in db.execute(sql, values)}
    return {kind: found[kind] for kind in Kind if kind in found}


def page(db: sqlite3.Connection, query: Query, *, limit: int, offset: int = 0) -> list[sqlite3.Row]:
    """Rows of ``node``, best first: the very name, names that begin so (short ones first), then by text.

    Without words: by kind in the order of the vocabulary, then by name.
    """
    condition, values = where(query)
    if not query.match:
        ranks = " ".join(f"WHEN '{kind.name}' THEN {kind.rank}" for kind in Kind)
        order = f"CASE n.kind {ranks} END, n.label COLLATE NOCASE, n.slug"
        sql = f"SELECT n.* FROM node n WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        return db.execute(sql, [*values, limit, offset]).fetchall()
    text = " ".join(query.words)
    begins = re.sub(r"([!%_])", r"!\1", text) + "%"
    scored = "0"
    if count(db, query) <= _RANKED_AT_MOST:
        scored = (
            "(SELECT bm25(search, 10.0, 4.0, 1.0, 0.0) FROM search WHERE search MATCH ? AND rowid = n.id)"
        )
    sql = (
        f"SELECT n.* FROM node n WHERE {condition} ORDER BY n.label <> ? COLLATE NOCASE,"  # noqa: S608
        " n.label NOT LIKE ? ESCAPE '!', iif(n.label LIKE ? ESCAPE '!', length(n.label), 0),"
        f" {scored} - n.support * 0.1, n.label COLLATE NOCASE, n.slug LIMIT ? OFFSET ?"
    )
    ranked = [query.match] if scored != "0" else []
    return db.execute(sql, [*values, text, begins, begins, *ranked, limit, offset]).fetchall()
