"""The graph's rows in canonical order, streamed: what an export reads, in constant memory.

Nodes of a kind come by slug, some hundred at a time, each with all that is said of it. Nothing
here depends on row numbers, on the order of insertion or on time. Joins are written CROSS JOIN,
which SQLite runs in the order written: from the few nodes at hand outwards.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kg.vocabulary import Kind, Predicate

from . import Store, occurrences
from .schema import translated
from .slugs import current

_CHUNK = 400  # nodes read together: below SQLite's limit of variables, and small in memory

Place = tuple[str, str, str, str, int]
"""Kind and key of the document, heading path as stored (a JSON list), digest, ordinal."""

Record = tuple[str, int, str, str, str, str, str, str, int, str, str, str]
"""An arXiv record: id, version, title, comment, journal reference, DOI, published, updated (ISO),
withdrawn, authors and categories (as stored, JSON lists), abstract (empty unless asked for)."""

Qualifier = tuple[str, str | None, str, str, str]
"""Name, then slug and label of a node, or None, value and datatype: name, slug, label, value, type."""


@dataclass(slots=True)
class Derivation:
    """One way in which a statement is said: by one document, in all of these places together."""

    rule: str
    confidence: float
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """A statement of a node: an object node (slug and label), or a value with its datatype."""

    predicate: str
    object: str | None
    label: str
    value: str
    datatype: str
    qualifiers: list[Qualifier] = field(default_factory=list)
    derivations: list[Derivation] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A node with its record, the places that mention it, and its statements (in no order)."""

    slug: str
    label: str
    aliases: list[str]
    identifiers: list[str]
    places: list[Place] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Where a place stands: its lines now and in the blob where it was first seen, or None."""

    place: Place
    line: int | None
    end_line: int | None
    first_line: int | None
    first_blob: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document as the store holds it; ``revisions``: blob, commit, address, time, by blob."""

    kind: str
    key: str
    title: str
    page: str
    blob: str
    revisions: tuple[tuple[str, str, str, str], ...]


class Snapshot:
    """One state of the graph, whatever others write meanwhile; made by :func:`snapshot`."""

    def __init__(self, db: sqlite3.Connection, part: AbstractSet[str] | None = None) -> None:
        """Read from ``db``, which is in a transaction; ``part``: slugs of the only nodes to tell of."""
        self._db = db
        self.part = part
        if part is not None:
            for sql in (*_FORGET, "CREATE TEMP TABLE part (id INTEGER PRIMARY KEY)"):
                db.execute(sql)
            numbers = ((slug,) for slug in sorted(part))
            db.executemany("INSERT INTO part SELECT id FROM node WHERE slug = ?", numbers)
            db.execute(_PART_DOCUMENTS)
        self._used = _USED if part is None else "d.id IN (SELECT id FROM part_document)"

    def close(self) -> None:
        """Forget the part."""
        if self.part is not None:
            for sql in _FORGET:
                self._db.execute(sql)

    def _run(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        cursor = self._db.cursor()
        cursor.row_factory = None  # plain tuples
        return cursor.execute(sql, values)

    def _in(self, sql: str, values: Iterable[object]) -> Iterator[Any]:
        listed = list(values)
        for start in range(0, len(listed), _CHUNK):
            chunk = listed[start : start + _CHUNK]
            yield from self._run(sql.format(",".join("?" * len(chunk))), chunk)

    def has(self, sql: str) -> bool:
        """Whether a query has any row."""
        return bool(self._run(f"SELECT EXISTS ({sql})").fetchone()[0])

    # --------------------------------------------------------------------------- nodes

    def entries(self, kind: Kind, *, derivations: bool = True, abstracts: bool = False) -> Iterator[Entry]:
        """The nodes of a kind by slug; ``derivations``: with what says that they and theirs are so.

        What an arXiv record says of its own paper is no derivation: the mention covers it.
        """
        # Most nodes are papers: they are sifted from the index of slugs, the others sorted (+: no index).
        kind_ = "+kind" if kind is Kind.PAPER else "kind"
        within = "" if self.part is None else "AND id IN (SELECT id FROM part)"
        sql = (
            f"SELECT id, slug, label, aliases, identifiers FROM node WHERE {kind_} = ? {within} ORDER BY slug"  # noqa: S608
        )
        cursor = self._run(sql, (kind.name,))
        while rows := cursor.fetchmany(_CHUNK):
            found = {
                number: Entry(slug, label, listed(aliases), listed(identifiers))
                for number, slug, label, aliases, identifiers in rows
            }
            said = self._add_statements(found)
            self._add_names(found)
            if derivations:
                self._add_places(found)
                self._add_derivations(said, own_records=kind is not Kind.PAPER)
            if kind is Kind.PAPER:
                self._add_records(found.values(), abstracts=abstracts)
            yield from found.values()

    def _add_places(self, found: dict[int, Entry]) -> None:
        sql = (
            "SELECT m.node_id, d.kind, d.key, p.heading, p.digest, p.ordinal FROM mention m"
            " CROSS JOIN place p ON p.id = m.place_id CROSS JOIN document d ON d.id = p.document_id"
            " WHERE m.node_id IN ({})"
        )
        for row in self._in(sql, found):
            found[row[0]].places.append(row[1:])

    def _add_statements(self, found: dict[int, Entry]) -> dict[int, Said]:
        sql = (
            "SELECT s.subject_id, s.id, s.predicate, n.slug, ifnull(n.label, ''), s.value, s.datatype,"
            " s.qualifiers <> '[]' FROM statement s LEFT JOIN node n ON n.id = s.object_id"
            " WHERE s.subject_id IN ({})"
        )
        said: dict[int, Said] = {}
        qualified = []
        for subject, number, predicate, slug, label, value, datatype, has in self._in(sql, found):
            said[number] = Said(predicate, slug, label, value, datatype)
            found[subject].statements.append(said[number])
            if has:
                qualified.append(number)
        sql = (
            "SELECT q.statement_id, q.name, n.slug, ifnull(n.label, ''), ifnull(q.value, ''),"
            " ifnull(q.datatype, '') FROM statement_qualifier q LEFT JOIN node n ON n.id = q.node_id"
            " WHERE q.statement_id IN ({})"
        )
        for row in self._in(sql, qualified):
            said[row[0]].qualifiers.append(row[1:])
        return said

    def _add_names(self, found: dict[int, Entry]) -> None:
        """The nodes that texts of these name; what the texts rest on covers it: no derivation."""
        pairs = list(occurrences.mentioned_by(self._db, found))
        sql = "SELECT id, slug, label FROM node WHERE id IN ({})"
        named = {
            number: (slug, label) for number, slug, label in self._in(sql, {there for _, there in pairs})
        }
        for here, there in pairs:
            slug, label = named[there]
            found[here].statements.append(Said(Predicate.MENTIONS.name, slug, label, "", ""))

    def _add_derivations(self, said: dict[int, Said], *, own_records: bool) -> None:
        sql = (
            "SELECT c.statement_id, c.id, c.rule, c.confidence, d.kind, d.key, p.heading, p.digest,"
            " p.ordinal FROM claim c CROSS JOIN document d ON d.id = c.document_id"
            " CROSS JOIN claim_place cp ON cp.claim_id = c.id CROSS JOIN place p ON p.id = cp.place_id"
            " WHERE c.statement_id IN ({}) AND d.kind <> "
        )
        sql += "''" if own_records else "'arxiv'"
        claims: dict[int, Derivation] = {}
        for row in self._in(sql, said):
            number, claim, rule, confidence = row[:4]
            if claim not in claims:
                claims[claim] = Derivation(rule, confidence)
                said[number].derivations.append(claims[claim])
            claims[claim].places.append(row[4:])

    def _add_records(self, papers: Iterable[Entry], *, abstracts: bool) -> None:
        """Give each paper the record of the first of its arXiv ids that has one."""
        ids = [
            (one.removeprefix("arxiv:"), paper)
            for paper in papers
            for one in paper.identifiers
            if one.startswith("arxiv:")
        ]
        sql = _RECORDS.replace("abstract", "abstract" if abstracts else "''")
        records = {record[0]: record for record in self._in(sql, (one for one, _ in ids))}
        for one, paper in ids:
            paper.record = paper.record or records.get(one)

    def replaced(self) -> Iterator[tuple[str, str]]:
        """Slugs that were merged away and the slug that stands for each now, by slug."""
        cursor = self._run("SELECT slug FROM slug WHERE replaced_by IS NOT NULL ORDER BY slug")
        for (slug,) in cursor:
            now = current(self._db, slug)
            if self.part is not None and now not in self.part:
                continue
            if self._run("SELECT 1 FROM node WHERE slug = ?", (now,)).fetchone():
                yield slug, now

    # ----------------------------------------------------------------------- documents

    def sources(self) -> list[Source]:
        """The documents that the graph rests on, but arXiv records, by key."""
        sql = (
            "SELECT kind, key, title, page, blob, id FROM document d"  # noqa: S608 - a constant below
            f" WHERE kind <> 'arxiv' AND {self._used} ORDER BY key"
        )
        kept = "SELECT blob, commit_id, retrieved_from, retrieved_at FROM revision WHERE document_id = ?"
        return [
            Source(kind, key, title, page, blob, tuple(sorted(self._run(kept, (number,)))))
            for kind, key, title, page, blob, number in self._run(sql)
        ]

    def lines(self, document: str) -> list[Line]:
        """The places of one document that something in the graph rests on, in no order."""
        within = "IS NOT NULL" if self.part is None else "IN (SELECT id FROM part)"
        sql = (
            "SELECT d.kind, d.key, p.heading, p.digest, p.ordinal, p.line, p.end_line, p.first_line,"  # noqa: S608 - constants above
            " p.first_blob FROM document d CROSS JOIN place p ON p.document_id = d.id WHERE d.key = ? AND ("
            f"EXISTS (SELECT 1 FROM mention m WHERE m.place_id = p.id AND m.node_id {within}) OR "
            "EXISTS (SELECT 1 FROM claim_place cp JOIN claim c ON c.id = cp.claim_id"
            " JOIN statement s ON s.id = c.statement_id"
            f" WHERE cp.place_id = p.id AND s.subject_id {within}))"
        )
        return [Line(row[:5], *row[5:]) for row in self._run(sql, (document,))]

    def has_records(self) -> bool:
        """Whether the graph rests on any arXiv record."""
        return self.has(f"SELECT 1 FROM document d WHERE d.kind = 'arxiv' AND {self._used}")  # noqa: S608

    def records(self, *, receipts: bool = False) -> Iterator[tuple[str, str, str, str]]:
        """The arXiv records that the graph rests on, by id with / as -.

        Each: key of the document, digest of the record; with ``receipts`` the address it came from
        and when (ISO), else two empty texts.
        """
        join = "JOIN revision r ON r.document_id = d.id AND r.blob = d.blob"
        columns = "r.retrieved_from, r.retrieved_at" if receipts else "'', ''"
        yield from self._run(
            f"SELECT d.key, ifnull((SELECT min(p.digest) FROM place p WHERE p.document_id = d.id"  # noqa: S608
            f" AND p.heading = '[]'), ''), {columns} FROM document d {join if receipts else ''}"
            f" WHERE d.kind = 'arxiv' AND {self._used} ORDER BY replace(d.key, '/', '-')"
        )


_RECORDS = (
    "SELECT arxiv_id, version, title, comment, journal_ref, doi, published, updated, withdrawn,"
    " authors, categories, abstract FROM paper WHERE arxiv_id IN ({})"
)
_PART_DOCUMENTS = (
    "CREATE TEMP TABLE part_document AS"
    " SELECT document_id AS id FROM mention WHERE node_id IN (SELECT id FROM part)"
    " UNION SELECT c.document_id FROM statement s CROSS JOIN claim c ON c.statement_id = s.id"
    " WHERE s.subject_id IN (SELECT id FROM part)"
)
_FORGET = ("DROP TABLE IF EXISTS temp.part", "DROP TABLE IF EXISTS temp.part_document")
_USED = "EXISTS (SELECT 1 FROM mention m WHERE m.document_id = d.id AND m.node_id IS NOT NULL)"


_decode = json.JSONDecoder().raw_decode  # a third of the time of json.loads, for what we wrote ourselves


def listed(stored: str) -> list[str]:
    """The texts of a list as the store writes it: JSON without blanks around it."""
    found: list[str] = [] if stored == "[]" else _decode(stored)[0]
    return found


@contextmanager
def snapshot(store: Store, part: AbstractSet[str] | None = None) -> Iterator[Snapshot]:
    """One state of the graph, or of these nodes of it, to read, in one read transaction.

    Raises: StoreError and its kinds, also for what goes wrong while reading.
    """
    db = store.db
    own = not db.in_transaction
    try:
        # A scan touches each page about once: mapping the file would only count as memory.
        (mapped,) = db.execute("PRAGMA mmap_size").fetchone() or (0,)
        db.execute("PRAGMA mmap_size = 0")
        try:
            if own:
                db.execute("BEGIN")
            rows = Snapshot(db, part)
            try:
                yield rows
            finally:
                rows.close()
        finally:
            if own and db.in_transaction:
                db.execute("COMMIT")
            db.execute(f"PRAGMA mmap_size = {int(mapped)}")
    except sqlite3.Error as error:
        raise translated(error, store.path) from error
