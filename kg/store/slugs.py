"""Slugs: the part of a node's address after ``node/``. Given once, stored, never changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import count

from kg.drafts import Draft
from kg.names import SLUG_LENGTH, slugify


def assign(db: sqlite3.Connection, draft: Draft) -> int:
    """The number of a new node, which has got the first free slug of those it may have.

    In order: what it asks for; that and its kind; that and 8 hex digits of its key. A slug whose
    node has gone is free only for a node of the same key: an address never changes its meaning.
    """
    slug = _free(db, draft)
    node_id = db.execute(
        "INSERT INTO node (slug, key, kind, label, aliases, identifiers, dissent, support)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            slug,
            draft.key,
            draft.kind.name,
            draft.label,
            json.dumps(draft.aliases, ensure_ascii=False),
            json.dumps([str(i) for i in draft.identifiers], ensure_ascii=False),
            json.dumps([kind.name for kind in draft.dissent]),
            draft.support,
        ),
    ).fetchone()[0]
    db.execute("INSERT OR REPLACE INTO slug VALUES (?, ?, ?, NULL)", (slug, draft.key, node_id))
    return int(node_id)


def _free(db: sqlite3.Connection, draft: Draft) -> str:
    for slug in _candidates(draft):
        row = db.execute("SELECT node_key, node_id FROM slug WHERE slug = ?", (slug,)).fetchone()
        if row is None or (row["node_id"] is None and row["node_key"] == draft.key):
            return slug
    raise AssertionError  # the candidates never end


def _candidates(draft: Draft) -> Iterator[str]:
    yield draft.slug
    yield f"{draft.slug}-{slugify(draft.kind.label)}"
    digest = hashlib.sha256(draft.key.encode("utf-8", "replace")).hexdigest()[:8]
    short = draft.slug[: SLUG_LENGTH - len(digest) - 1].strip("-.")
    yield f"{short}-{digest}"
    for number in count(2):
        yield f"{short}-{digest}-{number}"


def retire(db: sqlite3.Connection, gone: Mapping[int, int | None]) -> None:
    """Delete these nodes; where one was merged into another, its slug points there from now on."""
    for node_id, survivor in gone.items():
        db.execute("DELETE FROM search_text WHERE node_id = ?", (node_id,))
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
