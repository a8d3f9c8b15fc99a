"""Statements: claims whose mentions are resolved, those that say the same taken together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.corrections import Anchor, Correction
from kg.identifiers import Identifier
from kg.names import name_key
from kg.vocabulary import Kind, Predicate

from .documents import Touched, identifiers_of

_CHUNK = 500


@dataclass(slots=True)
class Restated:
    """What restating changed: statements new and gone, told as text with their documents."""

    added: list[tuple[str, str, str]] = field(default_factory=list)  # subject slug, text, document
    removed: list[tuple[str, str, str]] = field(default_factory=list)
    rejecting: frozenset[str] = frozenset()
    subjects: set[int] = field(default_factory=set)


Names = Mapping[int, tuple[str, str]]
"""Label and slug of nodes by number, for those that may be gone from the table already."""


def restate(
    db: sqlite3.Connection,
    mentions: Iterable[int],
    touched: Touched,
    corrections: Sequence[Correction],
    names: Names,
) -> Restated:
    """The statements of all claims that stand on these mentions, brought up to date."""
    result = Restated()
    rejects = _rejects(db, [c for c in corrections if c.verb == "reject"])
    rejecting: set[str] = set()
    recount = set(touched.statements)
    fresh: set[int] = set()
    for claim in _claims(db, mentions, touched.claims):
        said = _said(db, claim)
        if said is not None:
            for key, rejected in rejects:
                if rejected(said):
                    rejecting.add(key)
                    said = None
                    break
        statement = None if said is None else _stated(db, said, fresh)
        if statement != claim["statement_id"]:
            db.execute("UPDATE claim SET statement_id = ? WHERE id = ?", (statement, claim["id"]))
            recount |= {s for s in (statement, claim["statement_id"]) if s is not None}
    result.rejecting = frozenset(rejecting)
    _recount(db, recount, fresh, names, result)
    return result


@dataclass(frozen=True, slots=True)
class _Said:
    subject: int
    predicate: str
    object: int | None
    value: str
    datatype: str
    qualifiers: tuple[tuple[str, int | None, str, str], ...]


def _claims(db: sqlite3.Connection, mentions: Iterable[int], claims: Iterable[int]) -> list[sqlite3.Row]:
    ids = set(claims)
    listed = sorted(mentions)
    for start in range(0, len(listed), _CHUNK):
        chunk = listed[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        for sql in (
            f"SELECT id FROM claim WHERE subject_id IN ({marks})",  # noqa: S608 - marks only
            f"SELECT id FROM claim WHERE object_id IN ({marks})",  # noqa: S608
            f"SELECT claim_id FROM claim_qualifier WHERE mention_id IN ({marks})",  # noqa: S608
        ):
            ids.update(row[0] for row in db.execute(sql, chunk))
    rows = []
    ordered = sorted(ids)
    sql = (
        "SELECT c.*, s.node_id AS subject, o.node_id AS object FROM claim c"
        " JOIN mention s ON s.id = c.subject_id LEFT JOIN mention o ON o.id = c.object_id"
        " WHERE c.id IN ({})"
    )
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        rows += db.execute(sql.format(",".join("?" * len(chunk))), chunk).fetchall()
    return rows


def _said(db: sqlite3.Connection, claim: sqlite3.Row) -> _Said | None:
    """The claim in terms of nodes; None if a mention of it is ignored, or it says x of x."""
    if claim["subject"] is None or (claim["object_id"] is not None and claim["object"] is None):
        return None
    if claim["subject"] == claim["object"]:
        return None
    qualifiers = []
    sql = (
        "SELECT q.name, q.mention_id, m.node_id, q.value, q.datatype FROM claim_qualifier q"
        " LEFT JOIN mention m ON m.id = q.mention_id WHERE q.claim_id = ? ORDER BY q.position"
    )
    for row in db.execute(sql, (claim["id"],)):
        if row["mention_id"] is not None and row["node_id"] is None:
            return None
        qualifiers.append((row["name"], row["node_id"], row["value"] or "", row["datatype"] or ""))
    return _Said(
        claim["subject"],
        claim["predicate"],
        claim["object"],
        claim["value"] or "",
        claim["datatype"] or "",
        tuple(sorted(set(qualifiers), key=lambda q: (q[0], q[1] or 0, q[2], q[3]))),
    )


def _stated(db: sqlite3.Connection, said: _Said, fresh: set[int]) -> int:
    qualifiers = json.dumps(said.qualifiers, ensure_ascii=False)
    row = (said.subject, said.predicate, said.object, said.value, said.datatype, qualifiers)
    found = db.execute(
        "SELECT id FROM statement WHERE subject_id = ? AND predicate = ? AND ifnull(object_id, 0) ="
        " ifnull(?, 0) AND value = ? AND datatype = ? AND qualifiers = ?",
        row,
    ).fetchone()
    if found is not None:
        return int(found["id"])
    sql = (
        "INSERT INTO statement (subject_id, predicate, object_id, value, datatype, qualifiers, support)"
        " VALUES (?, ?, ?, ?, ?, ?, 0) RETURNING id"
    )
    statement = int(db.execute(sql, row).fetchone()[0])
    db.executemany(
        "INSERT INTO statement_qualifier VALUES (?, ?, ?, ?, ?, ?)",
        [(statement, n, *qualifier) for n, qualifier in enumerate(said.qualifiers)],
    )
    fresh.add(statement)
    return statement


def _recount(
    db: sqlite3.Connection, statements: Iterable[int], fresh: set[int], names: Names, result: Restated
) -> None:
    sql = (
        "SELECT count(DISTINCT c.document_id), min(d.key) FROM claim c"
        " JOIN document d ON d.id = c.document_id WHERE c.statement_id = ?"
    )
    for statement in sorted(statements):
        support, document = db.execute(sql, (statement,)).fetchone()
        row = db.execute("SELECT * FROM statement WHERE id = ?", (statement,)).fetchone()
        if row is None:
            continue
        result.subjects.add(row["subject_id"])
        if support == 0:
            if statement not in fresh:
                result.removed.append((*_told(db, row, names), ""))
            db.execute("DELETE FROM statement WHERE id = ?", (statement,))
        else:
            db.execute("UPDATE statement SET support = ? WHERE id = ?", (support, statement))
            if statement in fresh:
                result.added.append((*_told(db, row, names), document))


def _told(db: sqlite3.Connection, row: sqlite3.Row, names: Names) -> tuple[str, str]:
    """The subject's slug and the statement in words."""

    def label(node_id: int) -> tuple[str, str]:
        found = db.execute("SELECT label, slug FROM node WHERE id = ?", (node_id,)).fetchone()
        return (found["label"], found["slug"]) if found else names.get(node_id, ("(gone)", ""))

    subject, slug = label(row["subject_id"])
    object_ = row["value"] if row["object_id"] is None else label(row["object_id"])[0]
    qualifiers = json.loads(row["qualifiers"])
    notes = ", ".join(f"{name}: {value or label(node)[0]}" for name, node, value, _ in qualifiers)
    text = f"{subject} {Predicate[row['predicate']].label} {object_}"
    return slug, f"{text} ({notes})" if notes else text


# ---------------------------------------------------------------------------- rejections


def _rejects(db: sqlite3.Connection, corrections: Sequence[Correction]) -> list[tuple[str, _Reject]]:
    return [(c.key, _Reject(db, c)) for c in corrections]


class _Reject:
    """One ``reject`` correction as a test of what is said."""

    def __init__(self, db: sqlite3.Connection, correction: Correction) -> None:
        self.predicate = Predicate.of(correction.predicate).name
        self.value = correction.value
        self.subjects = _matching(db, correction.node)
        self.objects = None if correction.other is None else _matching(db, correction.other)

    def __call__(self, said: _Said) -> bool:
        if said.predicate != self.predicate or said.subject not in self.subjects:
            return False
        if self.objects is None:
            return said.object is None and said.value == self.value
        return said.object in self.objects


def _matching(db: sqlite3.Connection, anchor: Anchor | None) -> frozenset[int]:
    """The nodes that fit an anchor best."""
    if anchor is None:
        return frozenset()
    marks = ",".join("?" * len(anchor.keys))
    sql = (
        "SELECT DISTINCT n.* FROM mention_key k JOIN mention m ON m.id = k.mention_id"  # noqa: S608
        f" JOIN node n ON n.id = m.node_id WHERE k.key IN ({marks})"
    )
    scores: dict[int, int] = {}
    for row in db.execute(sql, sorted(anchor.keys)):
        names = [name_key(name) for name in (row["label"], *json.loads(row["aliases"]))]
        identifiers: tuple[Identifier, ...] = identifiers_of(row["identifiers"])
        kinds = [Kind[kind] for kind in (row["kind"], *json.loads(row["dissent"]))]
        scores[row["id"]] = anchor.match(names, identifiers, kinds)
    best = max(scores.values(), default=0)
    return frozenset(node for node, score in scores.items() if score == best and best)
