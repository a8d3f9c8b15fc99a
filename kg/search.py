"""Nodes that match a query, best first; text from outside is only data.

Few matches are all looked at and put in order. Of many, the first are found tier by tier: names that
begin so, words in names, words in texts; among the papers of a tier the latest that came, since the
full text gives them in the order of their numbers without looking at the others. So the first page
takes the same few milliseconds in any graph.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .marks import READ, READINGS, tag_of
from .query import Query
from .store.texts import author_token, category_token, kind_token
from .vocabulary import Kind

__all__ = ["COUNTED", "Query", "count", "facets", "page"]

COUNTED = 10_000
"""Matches are counted up to here; of more it is only said that there are more."""

_RANKED = 1_000  # so many matches are scored and sorted in a few milliseconds
_BEGINNING = 1_000  # names that begin so, among which the shortest come first
_LARGE = 50_000  # nodes from which on a word cannot be looked for among all words that begin so
_LIKE = 2_000  # names that are compared letter by letter with what was mistyped
_SHORT = 3  # letters: the beginnings of words that very many texts hold

_NODE = "n.id, n.slug, n.key, n.kind, n.label, n.aliases, n.identifiers, n.dissent, n.support"
_OTHERS = tuple(kind for kind in Kind if kind is not Kind.PAPER)

Sql = tuple[str, list[object]]


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many nodes match; COUNTED + 1 where a search by words or filters finds more than COUNTED."""
    return _Search(db, query).count(COUNTED)


def facets(db: sqlite3.Connection, query: Query) -> dict[Kind, int]:
    """How many nodes of each kind match, in the order of the vocabulary; kinds with none left out.

    No number is larger than COUNTED + 1 where one searches by words or filters.
    """
    found = _Search(db, query).facets()
    return {kind: found[kind] for kind in Kind if found.get(kind)}


def page(db: sqlite3.Connection, query: Query, *, limit: int, offset: int = 0) -> list[sqlite3.Row]:
    """Rows of ``node``, best first: the very name, names that begin so (short ones first), then by text.

    Without words: by kind in the order of the vocabulary, then by name. Of very many matches see the
    top of this file. ``limit`` -1: all.
    """
    search = _Search(db, query)
    if not search.full_text:
        return search.listed(limit, offset)
    if search.count(_RANKED) <= _RANKED:
        return search.ranked(limit, offset)
    end = None if limit < 0 else offset + limit
    return list(islice(search.by_tiers(), offset, end))


def like(db: sqlite3.Connection, text: str) -> list[sqlite3.Row]:
    """Nodes whose names may look like ``text``, the best supported last; of a small graph all of them.

    Of a large one: what is no paper and about as long, and papers with words that begin
    as the two longest do.
    """
    search = _Search(db, Query((text,)))
    if not search.large:
        return db.execute(f"SELECT {_NODE} FROM node n ORDER BY support, slug DESC").fetchall()  # noqa: S608
    sql = (
        f"SELECT {_NODE} FROM node n WHERE n.kind <> 'PAPER' AND length(n.label) BETWEEN ? AND ?"  # noqa: S608
        " ORDER BY n.support DESC, n.slug LIMIT ?"
    )
    others = db.execute(sql, [len(text) // 2, 2 * len(text) + 1, _LIKE]).fetchall()
    longest = sorted((token for token in search.tokens if len(token) >= _SHORT), key=len)[-2:]
    words = [f'"{token[:_SHORT]}"*' for token in longest]
    if not words:
        return others[::-1]
    match = f"{{label}} : ({' AND '.join(words)})"
    sql = f"SELECT {_NODE} {_NAMES.joined} ORDER BY s.rowid DESC LIMIT ?"
    return db.execute(sql, [match, _LIKE]).fetchall() + others[::-1]


@dataclass(frozen=True, slots=True)
class _Table:
    """A full-text table and the columns in it that words are looked for in."""

    name: str
    columns: str

    @property
    def alone(self) -> str:
        """Its matches ``s``; the expression is to be bound."""
        return f"FROM {self.name} s WHERE s.{self.name} MATCH ?"

    @property
    def joined(self) -> str:
        """Its matches ``s`` with their nodes ``n``."""
        return f"FROM {self.name} s CROSS JOIN node n ON n.id = s.rowid WHERE s.{self.name} MATCH ?"


_TEXTS = _Table("search", "label names body")
_NAMES = _Table("search_name", "label names")


class _Search:
    """A query on its way to SQL."""

    def __init__(self, db: sqlite3.Connection, query: Query) -> None:
        self.db = db
        self.query = query
        self.tokens = query.tokens
        self.full_text = bool(self.tokens or query.authors or query.categories)
        self.conditions: list[str] = []
        self.values: list[object] = []
        self._narrow()
        (last,) = db.execute("SELECT ifnull(max(node_id), 0) FROM search_text").fetchone()
        self.large = last > _LARGE

    def _narrow(self) -> None:
        """The conditions on ``node n`` that no full text can tell."""
        query = self.query
        if query.words and not self.tokens:
            self.conditions.append("n.label LIKE ? ESCAPE '!'")
            self.values.append("%" + re.sub(r"([!%_])", r"!\1", " ".join(query.words)) + "%")
        for document in query.documents:
            self.conditions.append(
                "n.id IN (SELECT m.node_id FROM mention m JOIN document d ON d.id = m.document_id"
                " WHERE d.key = ? OR d.key = 'list:' || ?)"
            )
            self.values += [document, document]
        for condition, values in _marks(query):
            self.conditions.append(condition)
            self.values += values

    def _where(self, *conditions: str) -> str:
        """The condition on ``node n``; "1" where there is none."""
        return " AND ".join((*conditions, *self.conditions)) or "1"

    def _kinds(self, kinds: Sequence[Kind]) -> Sequence[Kind]:
        """Those of these kinds that are wanted."""
        return [kind for kind in kinds if kind in self.query.kinds or not self.query.kinds]

    # ------------------------------------------------------------------- the full text

    def _match(self, table: _Table, words: Sequence[str], kinds: Sequence[Kind] = ()) -> str:
        """The FTS5 expression: all of these phrases, all filters, one of the kinds (or of those wanted)."""
        filters = [category_token(one) for one in self.query.categories]
        filters += [author_token(one) for one in self.query.authors]
        if kinds := kinds or self.query.kinds:
            filters.append(f"({' OR '.join(kind_token(kind) for kind in kinds)})")
        said = [f"{{{table.columns}}} : ({' AND '.join(words)})"] if words else []
        said += [f"filters : ({' AND '.join(filters)})"] if filters else []
        return " AND ".join(said)

    @property
    def _beginnings(self) -> list[str]:
        return [f'"{token}"*' for token in self.tokens]

    @property
    def _whole(self) -> list[str]:
        return [f'"{token}"' for token in self.tokens]

    @property
    def _affordable(self) -> list[str]:
        """Beginnings of words; in a large graph short ones only as whole words.

        An author has few papers, and names know nothing of authors.
        """
        if not self.large or self.query.authors:
            return self._beginnings
        return [f'"{token}"' + "*" * (len(token) > _SHORT) for token in self.tokens]

    def _count(self, table: _Table, words: Sequence[str], limit: int, kinds: Sequence[Kind] = ()) -> int:
        """How many match, at most ``limit`` and one."""
        joined = table.joined if self.conditions else table.alone
        sql = f"SELECT count(*) FROM (SELECT 1 {joined} AND {self._where()} LIMIT ?)"  # noqa: S608
        values = [self._match(table, words, kinds), *self.values, limit + 1]
        return int(self.db.execute(sql, values).fetchone()[0])

    def count(self, limit: int) -> int:
        """How many nodes match; ``limit`` + 1 where the full text finds more."""
        if not self.full_text:
            return sum(self._by_kind().values())
        if self.large:  # whole words and names are counted without gathering what begins so
            for table, words in ((_NAMES, self._beginnings), (_TEXTS, self._whole)):
                if self.tokens and self._count(table, words, limit) > limit:
                    return limit + 1
            if self._affordable != self._beginnings:
                matches, values = self._matches()
                sql = f"SELECT count(*) FROM {matches} WHERE {self._where()}"  # noqa: S608
                return int(self.db.execute(sql, [*values, *self.values]).fetchone()[0])
        return self._count(_TEXTS, self._affordable, limit)

    def _matches(self) -> Sql:
        """All matches ``s`` with a score, joined with their nodes ``n``; names alone have none (0)."""
        sql = f"SELECT s.rowid AS id, bm25(search, 10, 4, 1, 0) AS score {_TEXTS.alone}"
        values = [self._match(_TEXTS, self._affordable)]
        if self._affordable != self._beginnings:
            more = f"SELECT s.rowid, 0 {_NAMES.alone}"
            sql = f"SELECT id, min(score) AS score FROM ({sql} UNION ALL {more}) GROUP BY id"  # noqa: S608
            values.append(self._match(_NAMES, self._beginnings))
        return f"({sql}) s CROSS JOIN node n ON n.id = s.id", list[object](values)

    # ------------------------------------------------------------------------- in order

    def ranked(self, limit: int, offset: int) -> list[sqlite3.Row]:
        """All matches sorted, those of this page."""
        matches, values = self._matches()
        text = " ".join(self.query.words)
        begins = re.sub(r"([!%_])", r"!\1", text) + "%"
        order = (
            "n.label <> ? COLLATE NOCASE, n.label NOT LIKE ? ESCAPE '!',"
            " iif(n.label LIKE ? ESCAPE '!', length(n.label), 0), s.score - n.support * 0.1,"
            " n.label COLLATE NOCASE, n.slug"
        )
        said: list[object] = [text, begins, begins]
        if not self.tokens:
            order, said = _BY_KIND, []
        sql = (
            f"SELECT {_NODE} FROM {matches} WHERE {self._where()}"  # noqa: S608 - values bound
            f" ORDER BY {order} LIMIT ? OFFSET ?"
        )
        return self.db.execute(sql, [*values, *self.values, *said, limit, offset]).fetchall()

    def by_tiers(self) -> Iterator[sqlite3.Row]:
        """All matches, tier by tier, each once."""
        seen: set[int] = set()
        for sql, values in self._tiers():
            for row in self.db.execute(sql, values):
                if row["id"] not in seen:
                    seen.add(row["id"])
                    yield row

    def _tiers(self) -> Iterator[Sql]:
        best = "n.support DESC, n.label COLLATE NOCASE, n.slug"
        others, papers = self._kinds(_OTHERS), self._kinds([Kind.PAPER])
        tiers = [(_TEXTS, self._whole)]
        if self.tokens:
            yield self._that_begin()
            tiers = [(_NAMES, self._beginnings), (_TEXTS, self._whole), (_TEXTS, self._affordable)]
        for table, words in tiers:
            for kinds, order in ((others, best), (papers, "s.rowid DESC")):
                if kinds:
                    sql = f"SELECT {_NODE} {table.joined} AND {self._where()} ORDER BY {order}"
                    yield sql, [self._match(table, words, kinds), *self.values]

    def _that_begin(self) -> Sql:
        """The first names that begin as the query does: the very name, then the shortest."""
        text = " ".join(self.query.words)
        tokens = [category_token(one) for one in self.query.categories]
        tokens += [author_token(one) for one in self.query.authors]
        conditions = ["instr(t.filters, ?)"] * len(tokens)
        values: list[object] = [text, f"{text}\U0010ffff", _BEGINNING, *tokens]
        if self.query.kinds:
            conditions.append(f"n.kind IN ({','.join('?' * len(self.query.kinds))})")
            values += [kind.name for kind in self.query.kinds]
        sql = (
            f"SELECT {_NODE} FROM (SELECT id FROM node WHERE label >= ? COLLATE NOCASE"  # noqa: S608
            " AND label < ? COLLATE NOCASE ORDER BY label COLLATE NOCASE LIMIT ?) f"
            " CROSS JOIN node n ON n.id = f.id CROSS JOIN search_text t ON t.node_id = n.id"
            f" WHERE {self._where(*conditions)} ORDER BY n.label <> ? COLLATE NOCASE, length(n.label),"
            " n.support DESC, n.label COLLATE NOCASE, n.slug"
        )
        return sql, [*values, *self.values, text]

    def listed(self, limit: int, offset: int) -> list[sqlite3.Row]:
        """Nodes without any full text, by kind and name."""
        if self.query.documents or self.query.tags or set(self.query.states) - {"unread"}:
            conditions, values = self._of_kinds()
            sql = (
                f"SELECT {_NODE} FROM node n WHERE {self._where(*conditions)}"  # noqa: S608
                f" ORDER BY {_BY_KIND} LIMIT ? OFFSET ?"
            )
            return self.db.execute(sql, [*values, *self.values, limit, offset]).fetchall()
        rows: list[sqlite3.Row] = []
        for kind in sorted(self._kinds(tuple(Kind)), key=lambda kind: kind.rank):
            left = limit if limit < 0 else limit - len(rows)
            sql = (
                f"SELECT {_NODE} FROM node n WHERE {self._where(_is(kind))}"  # noqa: S608
                " ORDER BY n.label COLLATE NOCASE, n.slug LIMIT ? OFFSET ?"
            )
            found = self.db.execute(sql, [*self.values, left, offset]).fetchall()
            rows += found
            if offset:
                offset = 0 if found else offset - self._of_kind(kind)
        return rows

    def _of_kinds(self) -> tuple[list[str], list[object]]:
        kinds = self.query.kinds
        return [f"n.kind IN ({','.join('?' * len(kinds))})"] if kinds else [], [kind.name for kind in kinds]

    # --------------------------------------------------------------------------- counts

    def _by_kind(self) -> dict[Kind, int]:
        """How many nodes of each kind there are without any full text."""
        found = {kind: self._of_kind(kind) for kind in self._kinds(tuple(Kind))}
        return {kind: number for kind, number in found.items() if number}

    def _of_kind(self, kind: Kind) -> int:
        if kind is Kind.PAPER and not self.conditions:  # most nodes are papers: the others are counted
            sql = "SELECT (SELECT count(*) FROM node) - (SELECT count(*) FROM node WHERE kind <> 'PAPER')"
            return int(self.db.execute(sql).fetchone()[0])
        sql = f"SELECT count(*) FROM node n WHERE {self._where(_is(kind))}"  # noqa: S608
        return int(self.db.execute(sql, self.values).fetchone()[0])

    def facets(self) -> dict[Kind, int]:
        """How many nodes of each kind match; of many, those that have the very words."""
        if not self.full_text:
            return self._by_kind()
        if self.count(_RANKED) <= _RANKED:
            matches, values = self._matches()
            sql = f"SELECT n.kind, count(*) FROM {matches} WHERE {self._where()} GROUP BY n.kind"  # noqa: S608
            return {Kind[kind]: number for kind, number in self.db.execute(sql, [*values, *self.values])}
        tables = [(_TEXTS, self._whole if self.large else self._beginnings)]
        tables += [(_NAMES, self._beginnings)] if self.tokens else []
        return {
            kind: max(self._count(table, words, COUNTED, [kind]) for table, words in tables)
            for kind in self._kinds(tuple(Kind))
        }


def _is(kind: Kind) -> str:
    # The index by kind and name leaves out papers, which are by name in the index of all names.
    return (
        f"+n.kind = '{kind.name}'" if kind is Kind.PAPER else f"n.kind = '{kind.name}' AND n.kind <> 'PAPER'"
    )


_RANKS = " ".join(f"WHEN '{kind.name}' THEN {kind.rank}" for kind in Kind)
_BY_KIND = f"CASE n.kind {_RANKS} END, n.label COLLATE NOCASE, n.slug"


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
