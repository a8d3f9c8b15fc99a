"""The ledger: dated changes of the graph, each with its cause, as they happen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kg.model import Change, Delta
from kg.vocabulary import Kind

from .batches import rows_in
from .documents import SOURCE, USER, Touched
from .slugs import current
from .statements import Restated


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a node shows: enough to tell whether it is different later."""

    slug: str
    kind: str
    label: str
    aliases: str
    identifiers: str
    dissent: str
    support: int

    def __str__(self) -> str:
        """Kind and name."""
        return f"{Kind[self.kind].label} {self.label}"


def nodes_now(db: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, Snapshot]:
    """These nodes as they stand now, by number; those that are gone are left out."""
    sql = "SELECT id, slug, kind, label, aliases, identifiers, dissent, support FROM node WHERE id IN ({})"
    return {row[0]: Snapshot(*row[1:]) for row in rows_in(db, sql, sorted(nodes))}


def record(
    db: sqlite3.Connection,
    before: dict[int, Snapshot],
    nodes: set[int],
    stated: Restated,
    touched: Touched,
    now: str,
) -> Delta:
    """The delta of one transaction; its changes are in the ledger from now on."""
    after = nodes_now(db, nodes)
    new = sorted(after.keys() - before.keys(), key=lambda n: after[n].slug)
    gone = sorted(before.keys() - after.keys(), key=lambda n: before[n].slug)
    changed = sorted(
        (n for n in before.keys() & after.keys() if before[n] != after[n]), key=lambda n: after[n].slug
    )
    note = _Notes(datetime.fromisoformat(now), touched)
    documents = _documents(db, new)
    for n in new:
        note("added", "node", after[n].slug, str(after[n]), documents.get(n, ""))
    for n in changed:
        if str(before[n]) != str(after[n]):
            note("changed", "node", after[n].slug, f"{before[n]} is now {after[n]}")
    for n in gone:
        successor = current(db, before[n].slug)
        if successor == before[n].slug:
            note("removed", "node", before[n].slug, str(before[n]))
        else:
            note("merged", "node", before[n].slug, f"{before[n]} into {successor}")
    for slug, text, document in sorted(stated.added):
        note("added", "statement", slug, text, document)
    for slug, text, document in sorted(stated.removed):
        note("removed", "statement", slug, text, document)
    for arxiv_id, fields in sorted(touched.records.items()):
        if fields is None or fields:
            text = f"arXiv:{arxiv_id}" + (f": {', '.join(fields)}" if fields else "")
            action = "changed" if fields else "added"
            note(action, "record", f"arxiv-{arxiv_id}", text, f"arxiv:{arxiv_id}")
    db.executemany(
        "INSERT INTO change (at, cause, action, what, subject, text, document) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(now, c.cause, c.action, c.what, c.subject, c.text, c.document) for c in note.changes],
    )
    return Delta(
        nodes_added=len(new),
        nodes_removed=len(gone),
        nodes_changed=len(changed),
        statements_added=len(stated.added),
        statements_removed=len(stated.removed),
        records_added=sum(fields is None for fields in touched.records.values()),
        records_changed=sum(bool(fields) for fields in touched.records.values()),
        receipts_added=touched.receipts_added,
        receipts_removed=touched.receipts_removed,
        changes=tuple(note.changes),
    )


class _Notes:
    """Changes as they are noted, each with the cause of the document that it comes from."""

    def __init__(self, moment: datetime, touched: Touched) -> None:
        self.moment = moment
        self.cause_of = touched.cause_of
        self.cause = _overall(touched)
        self.changes: list[Change] = []

    def __call__(self, action: str, what: str, subject: str, text: str, document: str = "") -> None:
        cause = self.cause_of.get(document, self.cause)
        self.changes.append(Change(self.moment, cause, action, what, subject, text, document))


def _documents(db: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, str]:
    """For each node the document of its oldest mention."""
    sql = (
        "SELECT m.node_id, d.key, min(m.id) FROM mention m JOIN document d ON d.id = m.document_id"
        " WHERE m.node_id IN ({}) GROUP BY m.node_id"
    )
    return {row[0]: row[1] for row in rows_in(db, sql, nodes)}


def _overall(touched: Touched) -> str:
    causes = set(touched.cause_of.values())
    if len(causes) == 1:
        return causes.pop()
    return USER if not causes or USER in causes else SOURCE
