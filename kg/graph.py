"""The graph as readers see it: nodes, statements, evidence, search, walks; nothing here writes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import islice

from . import edges, ledger, passages, receipts, references, search, walk
from .corrections import Correction
from .drafts import Seen
from .ledger import Wanted
from .marks import Mark, together
from .model import (
    Change,
    Counts,
    Document,
    DocumentKind,
    Evidence,
    Excerpt,
    Node,
    PaperRecord,
    Span,
    Statement,
)
from .search import Query
from .store import Store, occurrences, records, runs
from .store.batches import SIZE, rows_in
from .store.documents import correction_of
from .store.marks import all_marks, marks_of
from .store.rows import document_of, node_of, place_of, record_of
from .store.runs import Run
from .store.said import mention_of
from .store.slugs import current
from .store.touched import SOURCE
from .ties import Tie, ties
from .vocabulary import Kind, Predicate

_ALL = Wanted()


class Graph:
    """A reader over an open store. One object serves one thread, like its store."""

    def __init__(self, store: Store, part: AbstractSet[str] | None = None) -> None:
        """Read from ``store``; several graphs may read one file at once.

        ``part``: slugs of the nodes that :meth:`nodes` gives, and so every export; None: all of them.
        All else answers for the whole graph.
        """
        self.store = store
        self.part = part
        self.db = store.db

    @property
    def generation(self) -> int:
        """A number that grows with every change of the graph."""
        row = self.db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row["value"])

    @property
    def state(self) -> str:
        """The name of this state of what documents say and the graph: no other one ever bears it."""
        row = self.db.execute("SELECT value FROM meta WHERE key = 'state'").fetchone()
        return f"{self.generation}-{row['value'] if row else ''}"

    # --------------------------------------------------------------------------- nodes

    def node(self, slug: str) -> Node | None:
        """The node of that slug, also of one that was merged into it; None if there is none."""
        row = references.row(self.db, slug)
        return node_of(row) if row else None

    def _number(self, slug: str) -> int:
        return references.number(self.db, slug)

    def find(self, reference: str) -> Node:
        """The one node that a person means: a slug, an identifier, a URL, a name or an alias.

        Raises: UnknownNode, with the nearest names or, where several fit, their slugs.
        """
        return references.find(self.db, reference)

    def with_identifier(self, identifier: str) -> list[Node]:
        """The nodes of which some document gives this identifier, the best supported first."""
        return references.with_key(self.db, f"id:{identifier}")

    def nearest(self, text: str, count: int = 3) -> list[str]:
        """Slugs whose names look most like ``text``, best first."""
        return references.nearest(self.db, text, count)

    def nodes(self, kinds: Iterable[Kind] = ()) -> Iterator[Node]:
        """All nodes, or those of some kinds, by slug; streamed."""
        names = [kind.name for kind in kinds]
        if self.part is not None:
            rows = (references.row(self.db, slug) for slug in sorted(self.part))
            yield from (node_of(row) for row in rows if row and (not names or row["kind"] in names))
            return
        condition = f"WHERE kind IN ({','.join('?' * len(names))})" if names else ""
        for row in self.db.execute(f"SELECT * FROM node {condition} ORDER BY slug", names):  # noqa: S608
            yield node_of(row)

    def search(self, query: Query, *, limit: int = 50, offset: int = 0) -> list[Node]:
        """Nodes that match, best first (:func:`kg.search.page`)."""
        return [node_of(row) for row in search.page(self.db, query, limit=limit, offset=offset)]

    def count(self, query: Query) -> int:
        """How many nodes match."""
        return search.count(self.db, query)

    def facets(self, query: Query) -> dict[Kind, int]:
        """How many nodes of each kind match."""
        return search.facets(self.db, query)

    def mark(self, node: Node) -> Mark | None:
        """What a person has marked of a node, in one; None for nothing."""
        return together(marks_of(self.db, node.slug))

    def marks(self) -> list[tuple[Mark, Node | None]]:
        """All marks in order, each with its node, or None where that is not in the graph now."""
        return all_marks(self.db)

    # ---------------------------------------------------------------------- statements

    def edges(self, slug: str) -> list[Statement]:
        """All statements that a node takes part in: as subject, object or qualifier.

        What an arXiv record says of its paper is among them, and names found in texts where no
        statement says more (``id`` 0). Order: the vocabulary's, outgoing before incoming, best
        supported first, then by the other end.
        """
        node = self._number(slug)
        sql = (
            "SELECT * FROM statement WHERE subject_id = :node UNION SELECT * FROM statement WHERE"
            " object_id = :node UNION SELECT s.* FROM statement_qualifier q JOIN statement s"
            " ON s.id = q.statement_id WHERE q.node_id = :node"
        )
        found = edges.of_rows(self.db, self.db.execute(sql, {"node": node}).fetchall())
        here = self.node(slug)
        assert here is not None
        found += edges.of_record(here, self.record(here))
        found += passages.of(self.db, node)
        found.sort(key=lambda s: edges.seen_from(here, s))
        return found

    def statements(self) -> Iterator[Statement]:
        """All statements and names found in texts, by subject slug, predicate, object; streamed."""
        nodes = self.db.execute("SELECT id FROM node ORDER BY slug")
        sql = "SELECT * FROM statement WHERE subject_id IN ({})"
        while batch := [number for (number,) in nodes.fetchmany(SIZE)]:
            found = edges.of_rows(self.db, list(rows_in(self.db, sql, batch)))
            found += passages.leaving(self.db, batch)
            yield from sorted(found, key=lambda s: (s.subject.slug, edges.order(s)))

    # ------------------------------------------------------------------------ evidence

    def evidence(self, statement: Statement) -> list[Evidence]:
        """The receipts of a statement, by document and place; for a record's edge the record.

        For a name found in texts those of the texts, each with the words around the name.
        """
        if not statement.id and isinstance(statement.object, Node):
            ends = self._number(statement.subject.slug), self._number(statement.object.slug)
            told = passages.receipts(
                self.db, *ends, lambda row: self.evidence(edges.of_rows(self.db, [row])[0])
            )
            return sorted(told, key=receipts.order)
        if not statement.id:
            ids = [i for i in statement.subject.identifiers if i.scheme == "arxiv"]
            return [Evidence(f"arxiv:{i.value}", (), "arxiv-record", 1.0) for i in ids]
        return receipts.of_statement(self.db, statement.id)

    def mentioned(self, slug: str) -> list[Evidence]:
        """Where a node is mentioned, by document and place: the receipt of its being there."""
        return receipts.of_node(self.db, self._number(slug))

    def items_at(self, document: str, line: int) -> list[str]:
        """Digests of the entries that stand at a line of the current revision, innermost first."""
        return receipts.items_at(self.db, document, line)

    def ties(self, slug: str) -> list[Tie]:
        """Why the mentions of a node are one thing: each with what ties it to those before it."""
        sql = (
            "SELECT m.*, d.key AS document, p.heading, p.digest, p.ordinal FROM mention m"
            " JOIN document d ON d.id = m.document_id JOIN place p ON p.id = m.place_id"
            " WHERE m.node_id = ?"
        )
        rows = self.db.execute(sql, (self._number(slug),)).fetchall()
        seen = [Seen(row["id"], row["document"], mention_of(row, place_of(row))) for row in rows]
        return ties(seen, [one for one, matched in self.corrections() if matched])

    def excerpt(self, document: str, span: Span, *, around: int = 2) -> Excerpt | None:
        """The lines at ``span`` with ``around`` lines before and after, in the current revision.

        None where its bytes are not kept or have no such line.
        """
        content = self.content(document)
        return None if content is None else receipts.excerpt(content, document, span, around=around)

    # ------------------------------------------------------------- papers, documents

    def record(self, paper: Node) -> PaperRecord | None:
        """The arXiv record of a paper, or None."""
        for identifier in paper.identifiers if paper.kind is Kind.PAPER else ():
            if identifier.scheme == "arxiv":
                sql = "SELECT * FROM paper WHERE arxiv_id = ?"
                if row := self.db.execute(sql, (identifier.value,)).fetchone():
                    return record_of(row)
        return None

    def arxiv_ids(self) -> dict[str, datetime | None]:
        """Every arXiv id that a paper node carries, sorted, and when arXiv last answered for it."""
        return records.arxiv_ids(self.db)

    def oldest_lookup(self) -> datetime | None:
        """When arXiv answered last for that paper of the graph for which it is longest ago."""
        return records.oldest_lookup(self.db)

    def unnamed_records(self, *, but: Sequence[str] = ()) -> list[str]:
        """Keys of the arXiv records whose paper no other document names, ``but`` for some categories."""
        return records.unnamed(self.db, but=but)

    def documents(self, *, records: bool = True) -> list[Document]:
        """All documents, by key; without ``records`` those that are no arXiv record, which are few."""
        sql = "SELECT * FROM document ORDER BY key"
        if not records:
            sql = "SELECT * FROM document WHERE kind <> 'arxiv' ORDER BY key"
        return [document_of(row) for row in self.db.execute(sql)]

    def content(self, document: str) -> bytes | None:
        """The bytes of a document's current revision, where they are kept."""
        sql = (
            "SELECT r.content FROM document d JOIN revision r ON r.document_id = d.id"
            " AND r.blob = d.blob WHERE d.key = ?"
        )
        row = self.db.execute(sql, (document,)).fetchone()
        return None if row is None or row["content"] is None else zlib.decompress(row["content"])

    def corrections(self) -> list[tuple[Correction, bool]]:
        """The corrections in force, in file order, and whether each still finds what it is about."""
        rows = self.db.execute("SELECT body, line, matched FROM correction ORDER BY position")
        return [(correction_of(row["body"], row["line"]), bool(row["matched"])) for row in rows]

    def changes(self, wanted: Wanted = _ALL, *, limit: int = -1) -> list[Change]:
        """The changes that are wanted, newest first (:mod:`kg.ledger`); at most ``limit`` of them."""
        return list(islice(ledger.changes(self.db, wanted), limit if limit >= 0 else None))

    def news(self, since: datetime | None = None, *, after: int = 0, limit: int = -1) -> list[Change]:
        """What lists and papers have done of themselves, newest first; ``after``: a change's number."""
        return self.changes(Wanted(since, after, ledger.NEWS, (), (SOURCE,)), limit=limit)

    @property
    def last_change(self) -> int:
        """The number of the latest change; 0 where there is none."""
        (found,) = self.db.execute("SELECT ifnull(max(id), 0) FROM change").fetchone()
        return int(found)

    def runs(self) -> list[Run]:
        """The refreshes of the whole workspace that are remembered, newest first."""
        return runs.history(self.db)

    def replaced(self) -> dict[str, str]:
        """Slugs that were merged away and the slug that stands for each now, by slug."""
        rows = self.db.execute("SELECT slug FROM slug WHERE replaced_by IS NOT NULL ORDER BY slug")
        found = {row["slug"]: current(self.db, row["slug"]) for row in rows.fetchall()}
        return {old: new for old, new in found.items() if references.row(self.db, new)}

    def counts(self) -> Counts:
        """The size of the graph by kind, predicate and document."""
        nodes = search.facets(self.db, Query())
        said = dict(self.db.execute("SELECT predicate, count(*) FROM statement GROUP BY 1").fetchall())
        # Nearly all nodes of a large graph are papers, and nearly all documents their records.
        others = "SELECT kind, count(*) FROM document WHERE kind <> 'arxiv' GROUP BY kind"
        kept = dict(self.db.execute(others).fetchall())
        (documents,) = self.db.execute("SELECT count(*) FROM document").fetchone()
        kept[DocumentKind.ARXIV.value] = documents - sum(kept.values())
        (recorded,) = self.db.execute("SELECT count(*) FROM paper").fetchone()
        return Counts(
            nodes,
            {predicate: said[predicate.name] for predicate in Predicate if predicate.name in said},
            {kind: kept[kind.value] for kind in DocumentKind if kept.get(kind.value)},
            recorded,
            records.bare(self.db),
            occurrences.count(self.db),
            occurrences.waiting(self.db),
        )

    # -------------------------------------------------------------------------- walks

    def neighbourhood(self, slugs: str | Iterable[str], depth: int = 1) -> dict[str, int]:
        """Slugs of all nodes within ``depth`` steps of one or some and how far each is, nearest first."""
        starts = [slugs] if isinstance(slugs, str) else slugs
        found = walk.neighbourhood(self.db, map(self._number, starts), depth)
        named = {}
        for number, distance in found.items():
            row = self.db.execute("SELECT slug FROM node WHERE id = ?", (number,)).fetchone()
            named[str(row["slug"])] = distance
        return dict(sorted(named.items(), key=lambda item: (item[1], item[0])))

    def path(
        self, start: str, end: str, *, through_hubs: bool = False
    ) -> list[tuple[Statement, Node]] | None:
        """A shortest path as statements and the nodes that they lead to; None if there is none.

        Names found in texts are weak: they are steps only where there is no path without them.
        """
        here, last = self._number(start), self._number(end)
        found = walk.path(self.db, here, last, through_hubs=through_hubs)
        if found is None:
            found = walk.path(self.db, here, last, through_hubs=through_hubs, named=True)
        path = []
        for statement, there in found or ():
            if statement:
                row = self.db.execute("SELECT * FROM statement WHERE id = ?", (statement,)).fetchone()
                step = edges.of_rows(self.db, [row])[0]
            else:
                step = passages.between(self.db, here, there)
            row = self.db.execute("SELECT * FROM node WHERE id = ?", (there,)).fetchone()
            path.append((step, node_of(row)))
            here = there
        return path if found is not None else None
