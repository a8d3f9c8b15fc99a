"""The ledger as readers see it: dated changes of the graph, of lists and of papers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .model import Change, PaperChange, PaperVersion
from .store.rows import change_of, paper_change_of, version_of
from .store.touched import FIRST_IMPORT, RULES, SOURCE, USER

CAUSES = (SOURCE, RULES, FIRST_IMPORT, USER)
"""Why changes come; the first is the only one that is news."""

NEWS = ("paper", "entry", "list")
"""What changes are about where a feed of news is wanted."""

THINGS = (*NEWS, "node", "statement", "record")
"""All that changes are about."""

ACTIONS = (
    *("new", "replaced", "published", "withdrawn", "restored", "retitled", "recategorised"),
    *("added", "removed", "moved", "edited", "changed", "merged"),
)
"""All that can happen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are wanted: not before ``since``, later than the number ``after``; () is all."""

    since: datetime | None = None
    after: int = 0
    what: Sequence[str] = ()
    actions: Sequence[str] = ()
    causes: Sequence[str] = ()


def changes(db: sqlite3.Connection, wanted: Wanted) -> Iterator[Change]:
    """The changes that are wanted, the latest first; streamed.

    Where entries are wanted, too, a paper that leads a new entry is told by the entry alone.
    """
    conditions, values = ["id > ?"], list[object]([wanted.after])
    if wanted.since is not None:
        conditions.append("at >= ?")
        values.append(wanted.since.isoformat())
    for column, chosen in (("what", wanted.what), ("action", wanted.actions)):
        if chosen:
            conditions.append(f"{column} IN ({','.join('?' * len(chosen))})")
            values += chosen
    if wanted.causes == (SOURCE,):
        conditions.append("cause = 'source'")  # as the partial index says it
    elif wanted.causes:
        conditions.append(f"cause IN ({','.join('?' * len(wanted.causes))})")
        values += wanted.causes
    sql = f"SELECT * FROM change WHERE {' AND '.join(conditions)} ORDER BY id DESC"  # noqa: S608
    entered: set[tuple[object, ...]] = set()
    for row in db.execute(sql, values):
        found = row["at"], row["document"], row["subject"]
        if row["what"] == "entry" and row["action"] == "added":
            entered.add(found)
        elif row["what"] == "paper" and row["action"] == "new" and found in entered:
            continue  # in one transaction nodes are noted before entries
        yield change_of(row)


def detail(change: Change) -> str:
    """What happened, in a few words beside the name of what it happened to; may be empty.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 5, tzinfo=UTC)
    >>> detail(Change(at, "source", "replaced", "paper", "x", "A Title", "arxiv:2106.09685", "v1", "v2"))
    'v1 → v2'
    >>> detail(Change(at, "source", "moved", "entry", "x", "Wren", "list:birds", "Models", "Models › Tiny"))
    'birds: Models → Models › Tiny'
    >>> detail(Change(at, "source", "removed", "entry", "x", "Wren", "list:birds", "Models"))
    'birds › Models'
    """
    name = change.document.removeprefix("list:")
    if change.what == "entry":
        if change.action == "moved":
            return f"{name}: {change.old or '(top)'} → {change.new or '(top)'}"
        return " › ".join(part for part in (name, change.new or change.old) if part)
    if change.what == "paper" and change.action != "new":
        return " → ".join(part for part in (change.old, change.new) if part)
    return name


def history(db: sqlite3.Connection, arxiv_id: str) -> list[PaperChange]:
    """All that changed in a paper's record, the oldest first, in the order of the record's fields."""
    sql = "SELECT * FROM paper_change WHERE arxiv_id = ? ORDER BY id"
    return [paper_change_of(row) for row in db.execute(sql, (arxiv_id,))]


def versions(db: sqlite3.Connection, arxiv_id: str) -> list[PaperVersion]:
    """What is known of the versions of a paper, the first first."""
    sql = "SELECT * FROM paper_version WHERE arxiv_id = ? ORDER BY version"
    return [version_of(row) for row in db.execute(sql, (arxiv_id,))]
