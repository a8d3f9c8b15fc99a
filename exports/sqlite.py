"""The graph as a SQLite database of its own: few tables, a view a kind, full text, for Datasette and SQL.

It is no copy of our store: it has no marks, no text of any list and no history, and refers by slug.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from kg.errors import ExportError
from kg.graph import Graph
from kg.hardware import Memory
from kg.identifiers import Identifier
from kg.rdf import Namespaces, Notes, Options
from kg.rdf.terms import LOCAL
from kg.store.canonical import Entry, Place, Record, Said, Snapshot, listed, snapshot
from kg.vocabulary import Kind, Predicate

from . import sqlite_schema as schema

_BETWEEN, _BETWEEN_HEADINGS = " | ", " > "
_ARXIV = "arxiv"
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")

Value = str | int | float | None
Row = tuple[Value, ...]


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: the whole database is in ``file``.

    It is made beside ``file``, or among temporary files, and copied when it is complete. The same graph
    gives the same bytes with the same version of SQLite. Raises: UsageError (the base), ExportError.
    """
    options = options or Options()
    spaces = Namespaces(options.base)
    name = getattr(file, "name", None)
    near = Path(name).parent if isinstance(name, str) and Path(name).is_file() else None
    with tempfile.TemporaryDirectory(prefix=".kg-", dir=near) as folder:
        made = Path(folder) / "copy.sqlite"
        connection = sqlite3.connect(made, isolation_level=None)
        with closing(connection) as db, snapshot(graph.store, graph.part) as rows:
            _Copy(db, rows, options, spaces.every["node"]).make()
        with made.open("rb") as whole:
            shutil.copyfileobj(whole, file)
    return Notes()


class _Copy:
    """One database that is being filled."""

    def __init__(self, db: sqlite3.Connection, rows: Snapshot, options: Options, nodes: str) -> None:
        self.db = db
        self.rows = rows
        self.options = options
        self.nodes = nodes
        self._statements = 0
        self._counts = dict.fromkeys(Kind, 0)

    def make(self) -> None:
        """Write everything: nodes by kind and slug, what is said of them behind each."""
        # Nobody else sees the file before it is complete: no journal, no waiting for the disk.
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            self._run(f"PRAGMA {pragma}")
        self._run_all(schema.TABLES)
        self._run("BEGIN")
        self._documents()
        for kind in Kind:
            for entry in self.rows.entries(kind, abstracts=self.options.abstracts):
                self._node(kind, entry)
        self._add("kind", ((one.label, one.plural, count) for one, count in self._counts.items()))
        self._add("predicate", ((p.word, p.label, p.inverse or None, p.rdf) for p in Predicate))
        self._add("replaced", self.rows.replaced())
        self._run("COMMIT")
        self._run_all(f"{schema.INDICES}{schema.views()}PRAGMA user_version = {schema.VERSION};")
        self._run("VACUUM")  # rows that were written in turns now lie together

    def _run(self, sql: str, values: Sequence[Value] = ()) -> None:
        try:
            self.db.execute(sql, values)
        except sqlite3.Error as error:
            raise _failed(error) from error

    def _run_all(self, script: str) -> None:
        try:
            self.db.executescript(script)
        except sqlite3.Error as error:
            raise _failed(error) from error

    def _add(self, table: str, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            self._run(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - ours

    def _documents(self) -> None:
        found: list[Row] = [
            (one.key, one.title or one.key, one.kind, one.page or None) for one in self.rows.sources()
        ]
        if self.rows.has_records():
            found.append((_ARXIV, "arXiv", _ARXIV, "https://arxiv.org/"))
        self._add("document", sorted(found, key=str))

    def _node(self, kind: Kind, entry: Entry) -> None:
        self._counts[kind] += 1
        identifiers = [Identifier(*one.split(":", 1)) for one in entry.identifiers]
        said = sorted(entry.statements, key=_order)
        texts = [one.value for one in said if one.predicate == Predicate.DESCRIPTION.name]
        places = sorted(set(entry.places))
        documents = {place[1] for place in places}
        self._add("node", [(
            entry.slug, entry.label, kind.label, _joined(entry.aliases), _joined(texts),
            next((one.url for one in identifiers if one.url), None), self._address(entry.slug),
            max(1, len(documents)),
        )])  # fmt: skip
        self._add("identifier", ((entry.slug, i.scheme, i.value, i.url or None) for i in identifiers))
        self._add("memory", _memories(kind, entry.slug, identifiers))
        if entry.record is not None:
            self._add("record", [_recorded(entry.slug, entry.record)])
        self._add("mention", ((entry.slug, *_stands(place)) for place in places))
        for one in [*said, *_of_record(entry.record)]:
            self._statement(entry.slug, one)

    def _statement(self, subject: str, said: Said) -> None:
        self._statements += 1
        receipts = sorted((one.places, one.rule, one.confidence) for one in said.derivations)
        documents = {places[0][1] for places, _, _ in receipts if places}
        self._add("statement", [(
            self._statements, subject, Predicate[said.predicate].word,
            *self._object(said.object, said.value, said.datatype), max(1, len(documents)),
        )])  # fmt: skip
        for name, slug, _, value, datatype in said.qualifiers:
            self._add("qualifier", [(self._statements, name, *self._object(slug, value, datatype))])
        for number, (places, rule, confidence) in enumerate(receipts, 1):
            rows = ((self._statements, number, *_stands(place), rule, confidence) for place in places)
            self._add("evidence", rows)

    def _object(self, slug: str | None, value: str, datatype: str) -> Row:
        """Object, value and datatype; a node that the file does not hold is told by its address."""
        if slug is None:
            return None, _value(value, datatype), datatype
        if self.rows.part is not None and slug not in self.rows.part:
            return None, self._address(slug), "node"
        return slug, None, None

    def _address(self, slug: str) -> str:
        return self.nodes + (slug if LOCAL.fullmatch(slug) else quote(slug))


def _failed(error: sqlite3.Error) -> ExportError:
    return ExportError(
        f"the copy cannot be made: {error}",
        hint="Is the disk full? It is made beside the target, or in TMPDIR.",
    )


def _order(said: Said) -> tuple[object, ...]:
    """The canonical order of what is said of one node: predicate, object, qualifiers."""
    return Predicate[said.predicate].rank, said.object or "", said.value, said.datatype, repr(said.qualifiers)


def _of_record(record: Record | None) -> Iterator[Said]:
    """What a record says of its paper, as statements; authors in their order."""
    if record is not None:
        told = [(Predicate.AUTHOR, one) for one in listed(record[9])]
        told += [(Predicate.CATEGORY, one) for one in listed(record[10])]
        told += [(Predicate.DOI, record[5])] if record[5] else []
        yield from (Said(predicate.name, None, "", value, "string") for predicate, value in told)


def _recorded(slug: str, record: Record) -> Row:
    arxiv_id, version, title, comment, journal_ref, doi, published, updated, withdrawn, *_, abstract = record
    told = (one or None for one in (comment, journal_ref, doi, abstract))
    return slug, arxiv_id, version or None, title, published, updated, withdrawn, *told


def _memories(kind: Kind, slug: str, identifiers: Iterable[Identifier]) -> Iterator[Row]:
    for one in identifiers if kind is Kind.HARDWARE_TIER else ():
        if one.scheme == "tier":
            memory = Memory.of(one)
            yield slug, memory.kind, _bound(memory.minimum), _bound(memory.maximum), memory.unit
            return


def _bound(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _stands(place: Place) -> tuple[str, str | None, str]:
    """The document, the headings above and the digest of a place; all records are one document."""
    kind, key, heading, digest, _ = place
    return (_ARXIV if kind == _ARXIV else key), _BETWEEN_HEADINGS.join(listed(heading)) or None, digest


def _joined(texts: Iterable[str]) -> str | None:
    return _BETWEEN.join(texts) or None


def _value(value: str, datatype: str) -> Value:
    """A value as SQL compares it: a number where it is one that SQLite holds."""
    if datatype == "integer" and _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if datatype == "decimal" and _DECIMAL.fullmatch(value) else value
