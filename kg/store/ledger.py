"""The ledger: dated changes of the graph, each with its cause, as they happen."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from kg.model import Change, Delta
from kg.vocabulary import Kind

from .batches import rows_in
from .records import events
from .slugs import current
from .statements import Restated
from .touched import FIRST_IMPORT, SOURCE, USER, Touched


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


MANY, FEW = 1_000, 25
"""From so many records on that come at once for the first time, one change tells of them all.

Of what a harvest finds to be new there is one from the second number on, and always while it catches up.
"""


def is_import(touched: Touched) -> bool:
    """Whether records come in such numbers that one change tells of them all."""
    count = sum(fields is None for fields in touched.records.values())
    if touched.arrived:
        return count >= (1 if touched.arrived == FIRST_IMPORT else FEW)
    return count >= MANY


def record(
    db: sqlite3.Connection,
    before: dict[int, Snapshot],
    nodes: set[int],
    stated: Restated,
    touched: Touched,
    now: str,
    *,
    imported: Collection[int] = (),
) -> Delta:
    """The delta of one transaction; its changes are in the ledger from now on.

    ``imported``: new papers, not among ``nodes``, that an import tells of in one change.
    """
    after = nodes_now(db, nodes)
    new = sorted(after.keys() - before.keys(), key=lambda n: after[n].slug)
    gone = sorted(before.keys() - after.keys(), key=lambda n: before[n].slug)
    changed = sorted(
        (n for n in before.keys() & after.keys() if before[n] != after[n]), key=lambda n: after[n].slug
    )
    note = _Notes(datetime.fromisoformat(now), touched)
    _note_nodes(db, note, before, after, (new, changed, gone))
    for slug, text, document in sorted(stated.added):
        note("added", "statement", slug, text, document)
    for slug, text, document in sorted(stated.removed):
        note("removed", "statement", slug, text, document)
    if is_import(touched):
        note.imported(sum(fields is None for fields in touched.records.values()), touched.arrived)
    _note_papers(db, note, touched)
    _note_lists(db, note, touched, before)
    db.executemany(
        "INSERT INTO change (at, cause, action, what, subject, text, document, old, new)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(now, c.cause, c.action, c.what, c.subject, c.text, c.document, c.old, c.new) for c in note.changes],
    )
    return Delta(
        nodes_added=len(new) + len(imported),
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


def _note_nodes(
    db: sqlite3.Connection,
    note: _Notes,
    before: dict[int, Snapshot],
    after: dict[int, Snapshot],
    numbers: tuple[list[int], list[int], list[int]],
) -> None:
    """Nodes that came, changed and went; a paper that came is news of its own."""
    new, changed, gone = numbers
    documents = _documents(db, new)
    for n in new:
        if after[n].kind == Kind.PAPER.name:
            note("new", "paper", after[n].slug, after[n].label, documents.get(n, ""))
        else:
            note("added", "node", after[n].slug, str(after[n]), documents.get(n, ""))
    for n in changed:
        if str(before[n]) != str(after[n]):
            note("changed", "node", after[n].slug, f"{before[n]} is now {after[n]}")
    for n in gone:
        successor = current(db, before[n].slug)
        if successor != before[n].slug:
            note("merged", "node", before[n].slug, f"{before[n]} into {successor}")
        elif before[n].kind == Kind.PAPER.name:
            note("removed", "paper", before[n].slug, before[n].label)
        else:
            note("removed", "node", before[n].slug, str(before[n]))


def _note_papers(db: sqlite3.Connection, note: _Notes, touched: Touched) -> None:
    """Metadata that arrived, and what happened to papers since it was asked for last."""
    sql = (
        "SELECT substr(k.key, 10), n.slug, n.label FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " JOIN node n ON n.id = m.node_id WHERE m.kind = 'PAPER' AND k.key IN ({})"
        " ORDER BY k.key, m.id DESC"
    )
    told = touched.records
    if is_import(touched):
        told = {arxiv_id: fields for arxiv_id, fields in told.items() if fields is not None}
    keys = [f"id:arxiv:{arxiv_id}" for arxiv_id in sorted(told)]
    named = {row[0]: (row[1], row[2]) for row in rows_in(db, sql, keys)}
    for arxiv_id, fields in sorted(told.items()):
        slug, label = named.get(arxiv_id, ("", f"arXiv:{arxiv_id}"))
        if fields is None:
            note("added", "record", slug, label, f"arxiv:{arxiv_id}")
        for event in events(fields or {}):
            note(event.action, "paper", slug, label, f"arxiv:{arxiv_id}", old=event.old, new=event.new)


def _note_lists(db: sqlite3.Connection, note: _Notes, touched: Touched, before: dict[int, Snapshot]) -> None:
    """Lists that came and went as a whole, and what happened to the entries of the others."""
    for action, document, title in touched.lists:
        note(action, "list", "", title, document)
    leads = [event.new.mention_id for event in touched.entries if event.new is not None]
    sql = "SELECT m.id, n.slug, n.label FROM mention m JOIN node n ON n.id = m.node_id WHERE m.id IN ({})"
    nodes = {row[0]: (row[1], row[2]) for row in rows_in(db, sql, leads)}
    for event in touched.entries:
        entry = event.new or event.old
        assert entry is not None
        if event.new is not None:
            slug, label = nodes.get(entry.mention_id, ("", ""))
        else:
            old = before.get(entry.node_id or 0)
            slug, label = (current(db, old.slug), old.label) if old else ("", "")
        text = entry.name or label
        if event.old and event.new and event.old.name not in {"", event.new.name}:
            text = f"{text} (was {event.old.name})"
        paths = (one.path if one else "" for one in (event.old, event.new))
        note(
            event.action, "entry", slug, text, event.document, **dict(zip(("old", "new"), paths, strict=True))
        )


class _Notes:
    """Changes as they are noted, each with the cause of the document that it comes from."""

    def __init__(self, moment: datetime, touched: Touched) -> None:
        self.moment = moment
        self.cause_of = touched.cause_of
        self.cause = _overall(touched)
        self.changes: list[Change] = []

    def imported(self, count: int, arrived: str) -> None:
        """So many records came for the first time; those that arXiv announced are news."""
        if arrived == SOURCE:
            self.changes.append(Change(self.moment, SOURCE, "new", "paper", "", f"{count:,} papers", ""))
            return
        text = f"{count:,} papers with their metadata" if count > 1 else "1 paper with its metadata"
        self.changes.append(Change(self.moment, FIRST_IMPORT, "added", "record", "", text, ""))

    def __call__(
        self,
        action: str,
        what: str,
        subject: str,
        text: str,
        document: str = "",
        *,
        old: str = "",
        new: str = "",
    ) -> None:
        cause = self.cause_of.get(document, self.cause)
        self.changes.append(Change(self.moment, cause, action, what, subject, text, document, old, new))


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
