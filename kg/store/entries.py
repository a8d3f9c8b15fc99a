"""The entries of a list, before and after it was read: which came, went, moved or were edited."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from kg.model import HEADING_RULE
from kg.names import name_key


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An entry where it stands: its place, and the mention that leads it with name and node."""

    heading: str
    digest: str
    ordinal: int
    name: str
    keys: frozenset[str]
    mention_id: int
    node_id: int | None

    @property
    def place(self) -> tuple[str, str, int]:
        """Heading path as stored, digest, number among equals."""
        return self.heading, self.digest, self.ordinal

    @property
    def path(self) -> str:
        """The headings above it, outermost first, as people read them."""
        return " › ".join(json.loads(self.heading))


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """An entry of a document that came (no ``old``), went (no ``new``), moved, or was edited."""

    document: str
    old: ListEntry | None
    new: ListEntry | None

    @property
    def action(self) -> str:
        """The word of the ledger."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "edited" if self.old.heading == self.new.heading else "moved"


def entries_of(db: sqlite3.Connection, document_id: int) -> list[ListEntry]:
    """The entries of a list as it is stored now, in the order in which it names them.

    The first mention at a place leads the entry. What a heading names is no entry.
    """
    sql = (
        "SELECT p.id, p.heading, p.digest, p.ordinal, m.name, m.identifiers, m.id AS mention_id, m.node_id,"
        " m.rule FROM mention m JOIN place p ON p.id = m.place_id WHERE m.document_id = ? ORDER BY m.id"
    )
    found: dict[int, ListEntry] = {}
    for row in db.execute(sql, (document_id,)):
        if row["id"] in found or row["rule"] == HEADING_RULE:
            continue
        keys = set(json.loads(row["identifiers"]))
        if row["name"]:
            keys.add(f"name:{name_key(row['name'])}")
        found[row["id"]] = ListEntry(
            *(row["heading"], row["digest"], row["ordinal"], row["name"]),
            *(frozenset(keys), row["mention_id"], row["node_id"]),
        )
    return list(found.values())


def compared(document: str, before: Iterable[ListEntry], after: Iterable[ListEntry]) -> list[EntryEvent]:
    """What happened to the entries of a document: the order of the list now, then what went.

    One entry is the same in both if its text is; else if it stands under the same heading and
    bears the same name or identifier; else if only that is the same.
    """
    old, new = list(before), list(after)
    stayed = {entry.place for entry in old} & {entry.place for entry in new}
    gone = [entry for entry in old if entry.place not in stayed]
    fresh = [entry for entry in new if entry.place not in stayed]
    was: dict[tuple[str, str, int], ListEntry] = {}
    for alike in (
        lambda entry: [entry.digest],
        lambda entry: [(entry.heading, key) for key in sorted(entry.keys)],
        lambda entry: sorted(entry.keys),
    ):
        _pair(gone, [entry for entry in fresh if entry.place not in was], alike, was)
    found = [EntryEvent(document, was.get(entry.place), entry) for entry in fresh]
    return found + [EntryEvent(document, entry, None) for entry in gone]


def _pair(
    gone: list[ListEntry],
    fresh: Iterable[ListEntry],
    alike: Callable[[ListEntry], Iterable[Hashable]],
    was: dict[tuple[str, str, int], ListEntry],
) -> None:
    """Give each fresh entry the first one gone that is alike; those taken are gone no more."""
    waiting: dict[Hashable, list[ListEntry]] = defaultdict(list)
    for entry in gone:
        for key in alike(entry):
            waiting[key].append(entry)
    taken: set[tuple[str, str, int]] = set()
    for entry in fresh:
        for key in alike(entry):
            free = next((one for one in waiting[key] if one.place not in taken), None)
            if free is not None:
                taken.add(free.place)
                was[entry.place] = free
                break
    gone[:] = [entry for entry in gone if entry.place not in taken]
