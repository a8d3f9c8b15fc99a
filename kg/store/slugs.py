"""Slugs: the part of a node's address after ``node/``. Given once, stored, never changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from kg.drafts import Draft
from kg.names import SLUG_LENGTH, slugify

from . import texts
from .batches import rows_in
from .touched import Touched

_encode = json.JSONEncoder(ensure_ascii=False).encode


def assign(db: sqlite3.Connection, drafts: Sequence[Draft]) -> list[int]:
    """The numbers of new nodes, each of which gets the first free slug of those it may have.

    In order: what it asks for; that and its kind; that and 8 hex digits of its key. A slug whose
    node has gone is free only for a node of the same key: an address never changes its meaning.
    Who comes first asks first.
    """
    numbers = count(db.execute(_LAST).fetchone()[0] + 1)
    sql = "SELECT slug, node_key, node_id FROM slug WHERE slug IN ({})"
    asked = {draft.slug for draft in drafts}
    taken = {row["slug"]: (row["node_key"], row["node_id"]) for row in rows_in(db, sql, sorted(asked))}
    nodes, slugs = [], []
    for draft in drafts:
        for slug in _candidates(draft):
            if slug not in asked and slug not in taken:
                taken |= {row["slug"]: (row["node_key"], row["node_id"]) for row in rows_in(db, sql, [slug])}
            if slug not in taken or taken[slug] == (draft.key, None):
                break
        number = next(numbers)
        taken[slug] = draft.key, number
        nodes.append((number, slug, *values_of(draft)))
        slugs.append((slug, draft.key, number))
    sql = (
        "INSERT INTO node (id, slug, key, kind, label, aliases, identifiers, dissent, support)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    db.executemany(sql, nodes)
    db.executemany("INSERT OR REPLACE INTO slug VALUES (?, ?, ?, NULL)", slugs)
    return [number for number, *_ in nodes]


_LAST = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'node'"  # never used again


def values_of(draft: Draft) -> tuple[object, ...]:
    """What a node shows, as its row has it: key, kind, label, aliases, identifiers, dissent, support."""
    return (
        draft.key,
        draft.kind.name,
        draft.label,
        _encode(draft.aliases) if draft.aliases else "[]",
        _encode([str(i) for i in draft.identifiers]),
        _encode([kind.name for kind in draft.dissent]) if draft.dissent else "[]",
        draft.support,
    )


def _candidates(draft: Draft) -> Iterator[str]:
    yield draft.slug
    yield f"{draft.slug}-{slugify(draft.kind.label)}"
    digest = hashlib.sha256(draft.key.encode("utf-8", "replace")).hexdigest()[:8]
    short = draft.slug[: SLUG_LENGTH - len(digest) - 1].strip("-.")
    yield f"{short}-{digest}"
    for number in count(2):
        yield f"{short}-{digest}-{number}"


def retire(db: sqlite3.Connection, gone: Mapping[int, int | None], touched: Touched) -> None:
    """Delete these nodes; where one was merged into another, its slug points there from now on."""
    texts.forget(db, gone, touched)
    for node_id, survivor in gone.items():
        db.execute(
            "UPDATE slug SET node_id = NULL, replaced_by = (SELECT slug FROM node WHERE id = ?)"
            " WHERE node_id = ?",
            (survivor, node_id),
        )
        db.execute("DELETE FROM node WHERE id = ?", (node_id,))


def current(db: sqlite3.Connection, slug: str) -> str:
    """The slug that stands for this one today, following merges; itself if it was never replaced."""
    seen = {slug}
    while True:
        row = db.execute("SELECT replaced_by FROM slug WHERE slug = ?", (slug,)).fetchone()
        if row is None or row["replaced_by"] is None or row["replaced_by"] in seen:
            return slug
        slug = row["replaced_by"]
        seen.add(slug)
