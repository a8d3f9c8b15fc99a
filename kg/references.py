"""What people call a node by: a slug, an identifier, a URL, a name, an alias; and the nearest of them."""

from __future__ import annotations

import sqlite3

from . import search
from .errors import UnknownNode
from .identifiers import parse
from .model import Node
from .names import name_key, slugify
from .store.rows import node_of
from .store.slugs import current


def row(db: sqlite3.Connection, slug: str) -> sqlite3.Row | None:
    """The row of the node of that slug, also of one that was merged into it; None if there is none."""
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM node WHERE slug = ?", (current(db, slug),)
    ).fetchone()
    return found


def number(db: sqlite3.Connection, slug: str) -> int:
    """The store's number of the node of that slug. Raises: UnknownNode."""
    found = row(db, slug)
    if found is None:
        raise UnknownNode(f"no node {slug!r}")
    return int(found["id"])


def find(db: sqlite3.Connection, reference: str) -> Node:
    """The one node that a person means.

    Raises: UnknownNode, with the nearest names or, where several fit, their slugs.
    """
    if found := row(db, reference) or row(db, slugify(reference)):
        return node_of(found)
    sought = [f"id:{identifier}" for identifier in (parse(reference),) if identifier]
    for key in (*sought, f"name:{name_key(reference)}"):
        bearers = with_key(db, key)
        bearers = [node for node in bearers if key.removeprefix("id:") in _ids(node)] or bearers
        if len(bearers) == 1:
            return bearers[0]
        if bearers:
            slugs = ", ".join(node.slug for node in bearers[:6])
            raise UnknownNode(f"{reference!r} names several nodes", hint=f"Say which: {slugs}.")
    sql = "SELECT * FROM node WHERE label = ? COLLATE NOCASE"  # the name that a correction gave
    if found := db.execute(sql, (reference,)).fetchone():
        return node_of(found)
    near = nearest(db, reference)
    hint = f"Did you mean {', '.join(near)}?" if near else "`kg search` looks in texts, too."
    raise UnknownNode(f"no node {reference!r}", hint=hint)


def with_key(db: sqlite3.Connection, key: str) -> list[Node]:
    """The nodes of which some mention has this key (``id:``, ``name:``), the best supported first."""
    sql = (
        "SELECT DISTINCT n.* FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " JOIN node n ON n.id = m.node_id WHERE k.key = ? ORDER BY n.support DESC, n.slug"
    )
    return [node_of(found) for found in db.execute(sql, (key,))]


def nearest(db: sqlite3.Connection, text: str, count: int = 3) -> list[str]:
    """Slugs whose names look most like ``text``, best first."""
    from difflib import get_close_matches

    labels: dict[str, str] = {}
    for one in search.like(db, text):
        labels[one["label"].casefold()] = one["slug"]
        labels.setdefault(one["slug"], one["slug"])
    close = get_close_matches(text.casefold(), labels, n=2 * count, cutoff=0.6)
    return list(dict.fromkeys(labels[found] for found in close))[:count]


def _ids(node: Node) -> set[str]:
    return {str(identifier) for identifier in node.identifiers}
