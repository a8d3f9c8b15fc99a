"""A graph written back into an empty store, as an export tells it: what documents say, and what came of it.

An export tells nodes and statements with their evidence, not each mention and not the texts they were
read in. So what is derived (nodes, slugs, statements) is written as it is told, and for each place that
names a node stands one mention, which says of it what is known. The reader of such a document is
``RESTORED``: the next reading of its source takes its place, and all is derived again from what that says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kg.drafts import RECORD_RULE, key_of, unnamed
from kg.errors import UsageError
from kg.identifiers import Identifier
from kg.model import RESTORED, DocumentKind, Mention, PaperVersion, Place
from kg.resolve import keys_of
from kg.vocabulary import Kind

from . import marks, occurrences, texts
from .exported import LONG_AGO, UNKNOWN, Line, Record, Saying, Stated, Told, Value, Where
from .records import note_versions
from .said import mention_key, mention_of
from .touched import Touched

RULE = "export"
"""The rule of a mention that an export tells only the node of."""

_CHUNK = 2_000
_WAITING = "?"  # the heading of a place that evidence has not told of yet: no JSON, as headings are


@dataclass(slots=True)
class Restoration:
    """Writes what is told, in any order but for this: lists before their places, all before ``finish``."""

    db: sqlite3.Connection
    _documents: dict[str, int] = field(default_factory=dict)  # lists and corrections: few

    def begin(self) -> None:
        """Nothing, where the store is empty. Raises: UsageError where it is not."""
        for table in ("document", "slug", "change", "paper_version"):
            if self.db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608 - names above
                raise UsageError(
                    "there is a graph in this workspace already",
                    hint="An export goes into an empty workspace: move graph.db away (the text files may"
                    " stay), or name another folder with --workspace.",
                )
        numbers = "claim_id INTEGER, position INTEGER, node_id INTEGER, document_id INTEGER, place_id INTEGER"
        self.db.execute(f"CREATE TEMP TABLE restored_link ({numbers})")
        self.db.execute("CREATE TEMP TABLE restored_name (subject_id INTEGER, object_id INTEGER)")

    # ------------------------------------------------------------------------- documents

    def document(self, kind: DocumentKind, key: str, title: str, page: str) -> None:
        """A list or the corrections."""
        self._documents[key] = self._new_document(kind, key, title, page)

    def revision(self, key: str, revision: tuple[str, str, str, str], *, current: bool) -> None:
        """One state of a list or of the corrections: blob, commit, address, time."""
        number, (blob, _, _, moment) = self._documents[key], revision
        if current:
            self.db.execute("DELETE FROM revision WHERE document_id = ? AND blob = ?", (number, UNKNOWN))
            sql = "UPDATE document SET blob = ?1, checked_at = ?2, changed_at = ?2 WHERE id = ?3"
            self.db.execute(sql, (blob, moment, number))
        self.db.execute("INSERT INTO revision VALUES (?, ?, ?, ?, ?, NULL)", (number, *revision))

    def _new_document(self, kind: DocumentKind, key: str, title: str, page: str) -> int:
        sql = (
            "INSERT INTO document (kind, key, title, page, blob, reader, etag, problems, checked_at,"
            " changed_at) VALUES (?, ?, ?, ?, ?, ?, '', '[]', ?, ?) RETURNING id"
        )
        (number,) = self.db.execute(
            sql, (kind, key, title, page, UNKNOWN, RESTORED, LONG_AGO, LONG_AGO)
        ).fetchone()
        sql = "INSERT INTO revision VALUES (?, ?, '', '', ?, NULL)"
        self.db.execute(sql, (number, UNKNOWN, LONG_AGO))
        return int(number)

    def _document(self, key: str) -> int:
        """The number of a document; an arXiv record is made here, where it is named first."""
        if key in self._documents:
            return self._documents[key]
        row = self.db.execute("SELECT id FROM document WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return int(row[0])
        page = Identifier(*key.split(":", 1)).url
        return self._new_document(DocumentKind.ARXIV, key, "", page)

    # ---------------------------------------------------------------------------- places

    def _place(self, where: Where) -> int:
        document, name = self._document(where[0]), where[1]
        sql = "SELECT id FROM place WHERE document_id = ? AND heading = ? AND digest = ? AND ordinal = 0"
        row = self.db.execute(sql, (document, _WAITING, name)).fetchone()
        if row is None:
            sql = (
                "INSERT INTO place (document_id, heading, digest, ordinal, first_blob)"
                " VALUES (?, ?, ?, 0, ?) RETURNING id"
            )
            row = self.db.execute(sql, (document, _WAITING, name, UNKNOWN)).fetchone()
        return int(row[0])

    def line(self, line: Line) -> None:
        """A place of a list, of the corrections or of an arXiv record."""
        self.db.execute(
            "UPDATE OR IGNORE place SET heading = ?, digest = ?, ordinal = ?, line = ?, end_line = ?,"
            " first_line = ?, first_blob = ? WHERE id = ?",
            (
                json.dumps(line.heading, ensure_ascii=False) if line.heading else "[]",
                *(line.digest, line.ordinal, *line.lines, line.first_blob, self._place(line.where)),
            ),
        )

    def retrieved(self, key: str, address: str, moment: str) -> None:
        """Where an arXiv record came from, and when."""
        number = self._document(key)
        sql = "UPDATE revision SET retrieved_from = ?, retrieved_at = ? WHERE document_id = ?"
        self.db.execute(sql, (address, moment, number))
        sql = "UPDATE document SET checked_at = ?1, changed_at = ?1 WHERE id = ?2"
        self.db.execute(sql, (moment, number))
        self.db.execute("UPDATE paper SET retrieved_at = ? WHERE document_id = ?", (moment, number))

    # ----------------------------------------------------------------------------- nodes

    def _node(self, slug: str) -> int:
        """The number of the node of that slug, which may be told later."""
        row = self.db.execute("SELECT id FROM node WHERE slug = ?", (slug,)).fetchone()
        if row is None:
            sql = (
                "INSERT INTO node (slug, key, kind, label, aliases, identifiers, dissent, support)"
                " VALUES (?, '', '', '', '[]', '[]', '[]', 0) RETURNING id"
            )
            row = self.db.execute(sql, (slug,)).fetchone()
        return int(row[0])

    def node(self, told: Told) -> None:
        """A node with all that is said of it."""
        number = self._node(told.slug)
        key = key_of(told.kind, told.label, told.identifiers)
        self.db.execute(
            "UPDATE node SET key = ?, kind = ?, label = ?, aliases = ?, identifiers = ?, support = ?"
            " WHERE id = ?",
            (
                *(key, told.kind.name, told.label, json.dumps(told.aliases, ensure_ascii=False)),
                json.dumps([str(one) for one in told.identifiers], ensure_ascii=False),
                *(len({document for document, _ in told.places}), number),
            ),
        )
        self.db.execute("INSERT OR REPLACE INTO slug VALUES (?, ?, ?, NULL)", (told.slug, key, number))
        if told.record is not None:
            self._record(told.record)
        for where in told.places:
            self._mention(number, _mention(told, where[0]), where)
        for stated in told.statements:
            self._statement(number, stated)
        self.db.executemany(
            "INSERT INTO restored_name VALUES (?, ?)", [(number, self._node(slug)) for slug in told.named]
        )
        described = any(one.predicate == "DESCRIPTION" for one in told.statements)
        if described or (told.record is not None and told.record.abstract):
            self.db.execute("INSERT INTO unread_text VALUES (?)", (number,))

    def _record(self, record: Record) -> None:
        key = f"arxiv:{record.arxiv_id}"
        number = self._document(key)
        self.db.execute("UPDATE document SET title = ? WHERE id = ?", (record.title, number))
        published, updated = (datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in record.days)
        self.db.execute(
            "INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(record.arxiv_id, number, record.version, record.title, record.abstract, record.comment),
                *(record.journal_ref, record.doi, published.isoformat(), updated.isoformat()),
                int(record.withdrawn),
                json.dumps(record.authors, ensure_ascii=False),
                *(json.dumps(record.categories), LONG_AGO),
            ),
        )
        versions = [PaperVersion(1, published)] if record.version != 1 else []
        if record.version:
            versions.append(PaperVersion(record.version, updated, withdrawn=record.withdrawn))
        note_versions(self.db, {record.arxiv_id: versions})

    def _mention(self, node: int, mention: Mention, where: Where) -> None:
        sql = (
            "INSERT INTO mention (document_id, key, place_id, name, kind, rule, confidence, identifiers,"
            " aliases, node_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        )
        values = (
            *(self._document(where[0]), f"{_WAITING}{node} {where[1]}", self._place(where), mention.name),
            *(mention.kind.name, mention.rule, mention.confidence),
            json.dumps([str(one) for one in mention.identifiers], ensure_ascii=False),
            *(json.dumps(mention.aliases, ensure_ascii=False), node),
        )
        (number,) = self.db.execute(sql, values).fetchone()
        self.db.executemany("INSERT INTO mention_key VALUES (?, ?)", [(k, number) for k in keys_of(mention)])

    # ------------------------------------------------------------------------ statements

    def _statement(self, subject: int, stated: Stated) -> None:
        object_, value, datatype = self._value(stated.object)
        narrowed = sorted(
            {(name, *self._value(one)) for name, one in stated.qualifiers},
            key=lambda q: (q[0], q[1] or 0, q[2], q[3]),
        )
        documents = {places[0][0] for _, _, places in stated.sayings}
        sql = (
            "INSERT INTO statement (subject_id, predicate, object_id, value, datatype, qualifiers, support)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"
        )
        qualifiers = json.dumps(narrowed, ensure_ascii=False)
        row = (subject, stated.predicate, object_, value, datatype, qualifiers, len(documents))
        (number,) = self.db.execute(sql, row).fetchone()
        self.db.executemany(
            "INSERT INTO statement_qualifier VALUES (?, ?, ?, ?, ?, ?)",
            [(number, n, *one) for n, one in enumerate(narrowed)],
        )
        said = (subject, stated.predicate, object_, value, datatype)
        for saying in stated.sayings:
            self._claim(number, said, narrowed, saying)

    def _value(self, value: Value) -> tuple[int | None, str, str]:
        return (self._node(value[0]), "", "") if value[0] is not None else (None, *value[1:])

    def _claim(
        self,
        statement: int,
        said: tuple[int, str, int | None, str, str],
        narrowed: Sequence[tuple[str, int | None, str, str]],
        saying: Saying,
    ) -> None:
        rule, confidence, places = saying
        subject, predicate, object_, value, datatype = said
        document = self._document(places[0][0])
        stands = [self._place(where) for where in places]
        mention = self.db.execute(_MENTION, (subject, document, stands[0])).fetchone()
        if mention is None:
            raise UsageError(f"nothing says that {places[0][0]} names the subject of what it states")
        sql = (
            "INSERT INTO claim (document_id, key, subject_id, predicate, value, datatype, rule, confidence,"
            " statement_id) VALUES (?, hex(randomblob(8)), ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        )
        literal = (None, None) if object_ is not None else (value, datatype)
        row = (document, mention[0], predicate, *literal, rule, confidence, statement)
        (number,) = self.db.execute(sql, row).fetchone()
        self.db.executemany(
            "INSERT INTO claim_place VALUES (?, ?, ?)", [(number, n, place) for n, place in enumerate(stands)]
        )
        self.db.executemany(
            "INSERT INTO claim_qualifier VALUES (?, ?, ?, NULL, ?, ?)",
            [
                (number, n, name, *((None, None) if node is not None else (text, kind)))
                for n, (name, node, text, kind) in enumerate(narrowed)
            ],
        )
        links = [(number, _OBJECT, object_), *((number, n, one[1]) for n, one in enumerate(narrowed))]
        self.db.executemany(
            "INSERT INTO restored_link VALUES (?, ?, ?, ?, ?)",
            [(*link, document, stands[0]) for link in links if link[2] is not None],
        )

    def replaced(self, old: str, new: str) -> None:
        """A slug that was merged away, and the one that stands for it."""
        self.db.execute("INSERT INTO slug VALUES (?, '', NULL, ?)", (old, new))

    # --------------------------------------------------------------------------- the end

    def finish(self, categories: Mapping[str, str]) -> None:
        """Derive what an export does not tell.

        ``categories``: what papers call them until now, and their names.
        Raises: UsageError where something is named and never told.
        """
        self._check()
        if categories:
            self._name_categories(categories)
        self._link()
        self._name_mentions()
        last = 0
        while nodes := [
            row[0]
            for row in self.db.execute("SELECT id FROM node WHERE id > ? ORDER BY id LIMIT ?", (last, _CHUNK))
        ]:
            texts.index(self.db, nodes, {}, Touched())
            occurrences.learn(self.db, nodes)
            last = nodes[-1]
        occurrences.recall(self.db, "SELECT subject_id, object_id FROM restored_name")
        marks.settle_all(self.db)
        for table in ("restored_link", "restored_name"):
            self.db.execute(f"DROP TABLE {table}")

    def _link(self) -> None:
        """Let claims name the mentions of their objects, which may have been told behind them."""
        found = (tuple(row) for row in self.db.execute(f"{_FOUND} WHERE l.position = {_OBJECT}"))
        self.db.executemany("UPDATE claim SET object_id = ? WHERE id = ? AND -1 = ?", found)
        found = (tuple(row) for row in self.db.execute(f"{_FOUND} WHERE l.position <> {_OBJECT}"))
        sql = "UPDATE claim_qualifier SET mention_id = ? WHERE claim_id = ? AND position = ?"
        self.db.executemany(sql, found)

    def _check(self) -> None:
        row = self.db.execute("SELECT slug FROM node WHERE kind = '' ORDER BY slug LIMIT 1").fetchone()
        if row is not None:
            raise UsageError(
                f"it names {row[0]} and says nothing of it",
                hint="It was cut, or is but a part of a graph: take a file that `kg export` wrote without"
                " --kind, --query and --refs.",
            )
        row = self.db.execute("SELECT digest FROM place WHERE heading = ? LIMIT 1", (_WAITING,)).fetchone()
        if row is not None:
            raise UsageError(
                f"it rests on the evidence {row[0]} and says nothing of it",
                hint="It was cut: take the whole file that `kg export` wrote.",
            )

    def _name_categories(self, names: Mapping[str, str]) -> None:
        said = self.db.execute("SELECT DISTINCT categories FROM paper").fetchall()
        new = [(json.dumps([names.get(c, c) for c in json.loads(row[0])]), row[0]) for row in said]
        changed = [(after, before) for after, before in new if after != before]
        if changed:  # a few: such names are no categories of arXiv's
            self.db.executemany("UPDATE paper SET categories = ? WHERE categories = ?", changed)
        self.db.executemany(
            "UPDATE OR IGNORE statement SET value = ?1 WHERE predicate = 'CATEGORY' AND value = ?2",
            [(name, local) for local, name in names.items() if name != local],
        )

    def _name_mentions(self) -> None:
        """Give each mention the key that reading the same again would give it."""
        last = 0
        sql = (
            "SELECT m.*, p.heading, p.digest, p.ordinal FROM mention m JOIN place p ON p.id = m.place_id"
            " WHERE m.id > ? ORDER BY m.id LIMIT ?"
        )
        while rows := self.db.execute(sql, (last, _CHUNK)).fetchall():
            keys = []
            for row in rows:
                place = Place(tuple(json.loads(row["heading"])), row["digest"], row["ordinal"])
                keys.append((mention_key(mention_of(row, place)), row["id"]))
            # Where two nodes have the same mention, the second keeps the key that it has.
            self.db.executemany("UPDATE OR IGNORE mention SET key = ? WHERE id = ?", keys)
            last = rows[-1]["id"]


_OBJECT = -1  # the position of a claim's object among what it links to
_MENTION = "SELECT id FROM mention WHERE node_id = ? AND document_id = ? ORDER BY place_id <> ?, id LIMIT 1"
_OF_NODE = "SELECT min(m.id) FROM mention m WHERE m.node_id = l.node_id AND m.document_id = l.document_id"
_FOUND = (
    f"SELECT ifnull(({_OF_NODE} AND m.place_id = l.place_id), ({_OF_NODE})), l.claim_id, l.position"  # noqa: S608 - a constant
    " FROM restored_link l"
)


def _mention(told: Told, document: str) -> Mention:
    """What a document is taken to say of a node that it names."""
    record = told.record
    anywhere = Place((), "")  # its own is told later
    if record is not None and document == f"arxiv:{record.arxiv_id}":
        own = [Identifier("arxiv", record.arxiv_id)]
        own += [Identifier("doi", record.doi)] if record.doi else []
        return Mention(anywhere, record.title, Kind.PAPER, RECORD_RULE, 1.0, tuple(own))
    name = "" if told.label == unnamed(told.identifiers) or told.kind is Kind.HARDWARE_TIER else told.label
    return Mention(anywhere, name, told.kind, RULE, 1.0, told.identifiers, told.aliases)
