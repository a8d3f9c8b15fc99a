"""The marks in the database: a copy of ``marks.jsonl``, and which node each of them is on now.

Nothing here changes what a mark says. A mark whose node has gone is kept and waits for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from kg.corrections import Anchor
from kg.marks import Mark, chosen, line_of, mark_of
from kg.model import Node
from kg.names import name_key

from .batches import rows_in
from .rows import node_of


def keep(db: sqlite3.Connection, marks: Iterable[Mark], blob: str) -> None:
    """Let these be the marks; ``blob`` names the file that states them. A set difference."""
    new = {line_of(mark): mark for mark in marks}
    old = {row["line"]: row["id"] for row in db.execute("SELECT id, line FROM mark")}
    db.executemany("DELETE FROM mark WHERE id = ?", [(old[line],) for line in old if line not in new])
    fresh = []
    for line, mark in new.items():
        if line in old:
            continue
        sql = "INSERT INTO mark (line) VALUES (?) RETURNING id"
        (number,) = db.execute(sql, (line,)).fetchone()
        fresh.append(number)
        db.executemany(
            "INSERT INTO mark_key VALUES (?, ?)", [(key, number) for key in sorted(mark.anchor.keys)]
        )
        db.executemany(
            "INSERT INTO mark_remark VALUES (?, ?, ?, ?)",
            [(number, one.field, one.value, one.at.isoformat()) for one in mark.remarks],
        )
    _settle(db, fresh)
    db.execute("INSERT OR REPLACE INTO meta VALUES ('marks', ?)", (blob,))


def settle(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Let the marks that hold on to these keys find their nodes again."""
    if db.execute("SELECT 1 FROM mark LIMIT 1").fetchone():
        sql = "SELECT DISTINCT mark_id FROM mark_key WHERE key IN ({})"
        _settle(db, {row["mark_id"] for row in rows_in(db, sql, keys)})


def settle_all(db: sqlite3.Connection) -> None:
    """Let all marks find their nodes again."""
    _settle(db, [row["id"] for row in db.execute("SELECT id FROM mark")])


def _settle(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    for number in sorted(numbers):
        (line,) = db.execute("SELECT line FROM mark WHERE id = ?", (number,)).fetchone()
        db.execute("UPDATE mark SET node_id = ? WHERE id = ?", (node_under(db, mark_of(line).anchor), number))


def node_under(db: sqlite3.Connection, anchor: Anchor) -> int | None:
    """The number of the node that a mark with this anchor is on; None where there is none."""
    sql = (
        "SELECT * FROM node WHERE id IN (SELECT m.node_id FROM mention_key k"
        " JOIN mention m ON m.id = k.mention_id WHERE k.key IN ({}))"
    )
    near = {row["id"]: node_of(row) for row in rows_in(db, sql, sorted(anchor.keys))}
    node = chosen(anchor, near.values())
    return next((number for number, one in near.items() if one is node), None)


def blob_of(db: sqlite3.Connection) -> str:
    """The name of the file's bytes that the copy was made from; "" if there never were any."""
    row = db.execute("SELECT value FROM meta WHERE key = 'marks'").fetchone()
    return row["value"] if row else ""


def marks_of(db: sqlite3.Connection, slug: str) -> list[Mark]:
    """The marks on the node of that slug."""
    sql = "SELECT line FROM mark WHERE node_id = (SELECT id FROM node WHERE slug = ?)"
    return [mark_of(row["line"]) for row in db.execute(sql, (slug,))]


def marked_slugs(db: sqlite3.Connection) -> set[str]:
    """The slugs of all nodes that bear a mark."""
    sql = "SELECT n.slug FROM mark k JOIN node n ON n.id = k.node_id"
    return {row["slug"] for row in db.execute(sql)}


def all_marks(db: sqlite3.Connection) -> list[tuple[Mark, Node | None]]:
    """All marks in order, each with its node, or None where that is not in the graph now."""
    sql = "SELECT mark.line, n.* FROM mark LEFT JOIN node n ON n.id = mark.node_id"
    found = [(mark_of(row["line"]), node_of(row) if row["slug"] else None) for row in db.execute(sql)]
    return sorted(found, key=lambda pair: pair[0].key)


def anchor_of(db: sqlite3.Connection, node: Node) -> Anchor:
    """What a mark holds on to: identifiers, kind, and a name that documents know it by.

    The name that a correction gave is no such name.
    """
    sql = (
        "SELECT 1 FROM mention_key k JOIN mention m ON m.id = k.mention_id"
        " JOIN node n ON n.id = m.node_id WHERE k.key = ? AND n.slug = ?"
    )
    known = (
        name
        for name in (node.label, *node.aliases)
        if db.execute(sql, (f"name:{name_key(name)}", node.slug)).fetchone()
    )
    return Anchor(next(known, node.label), node.kind.label, node.identifiers)
