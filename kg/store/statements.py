"""Statements: claims whose mentions are resolved, those that say the same taken together."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.corrections import Anchor, Correction
from kg.identifiers import Identifier
from kg.names import name_key
from kg.vocabulary import Kind, Predicate

from .batches import rows_in
from .said import identifiers_of
from .touched import Touched


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
    rejects = [(c.key, _Reject(db, c)) for c in corrections if c.verb == "reject"]
    rejecting: set[str] = set()
    recount = set(touched.statements)
    fresh: set[int] = set()
    moved = []
    claims = _claims(db, mentions, touched.claims)
    qualifiers = _qualifiers(db, claims)
    for claim in claims:
        said = _said(claim, qualifiers.get(claim["id"], ()))
        if said is not None and (key := next((k for k, reject in rejects if reject(said)), "")):
            rejecting.add(key)
            said = None
        statement = None if said is None else _stated(db, said, fresh)
        if statement != claim["statement_id"]:
            moved.append((statement, claim["id"]))
            recount |= {s for s in (statement, claim["statement_id"]) if s is not None}
    db.executemany("UPDATE claim SET statement_id = ? WHERE id = ?", moved)
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
    listed = sorted(mentions)
    ids = set(claims)
    for sql in (
        "SELECT id FROM claim WHERE subject_id IN ({})",
        "SELECT id FROM claim WHERE object_id IN ({})",
        "SELECT claim_id FROM claim_qualifier WHERE mention_id IN ({})",
    ):
        ids.update(row[0] for row in rows_in(db, sql, listed))
    sql = (
        "SELECT c.*, s.node_id AS subject, o.node_id AS object FROM claim c"
        " JOIN mention s ON s.id = c.subject_id LEFT JOIN mention o ON o.id = c.object_id"
        " WHERE c.id IN ({}) ORDER BY c.id"
    )
    return list(rows_in(db, sql, sorted(ids)))


def _qualifiers(db: sqlite3.Connection, claims: Iterable[sqlite3.Row]) -> dict[int, list[sqlite3.Row]]:
    sql = (
        "SELECT q.claim_id, q.name, q.mention_id, m.node_id, q.value, q.datatype FROM claim_qualifier q"
        " LEFT JOIN mention m ON m.id = q.mention_id WHERE q.claim_id IN ({})"
        " ORDER BY q.claim_id, q.position"
    )
    found: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows_in(db, sql, [claim["id"] for claim in claims]):
        found[row["claim_id"]].append(row)
    return found


def _said(claim: sqlite3.Row, qualifiers: Iterable[sqlite3.Row]) -> _Said | None:
    """The claim in terms of nodes; None if a mention of it is ignored, or it says x of x."""
    if claim["subject"] is None or (claim["object_id"] is not None and claim["object"] is None):
        return None
    if claim["subject"] == claim["object"]:
        return None
    narrowed = set()
    for row in qualifiers:
        if row["mention_id"] is not None and row["node_id"] is None:
            return None
        narrowed.add((row["name"], row["node_id"], row["value"] or "", row["datatype"] or ""))
    return _Said(
        claim["subject"],
        claim["predicate"],
        claim["object"],
        claim["value"] or "",
        claim["datatype"] or "",
        tuple(sorted(narrowed, key=lambda q: (q[0], q[1] or 0, q[2], q[3]))),
    )


def _stated(db: sqlite3.Connection, said: _Said, fresh: set[int]) -> int:
    qualifiers = json.dumps(said.qualifiers, ensure_ascii=False)
    row = (said.subject, said.predicate, said.object, said.value, said.datatype, qualifiers)
    sql = (
        "INSERT INTO statement (subject_id, predicate, object_id, value, datatype, qualifiers, support)"
        " VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING id"
    )
    if (new := db.execute(sql, row).fetchone()) is None:
        sql = (
            "SELECT id FROM statement WHERE subject_id = ? AND predicate = ? AND ifnull(object_id, 0) ="
            " ifnull(?, 0) AND value = ? AND datatype = ? AND qualifiers = ?"
        )
        return int(db.execute(sql, row).fetchone()[0])
    db.executemany(
        "INSERT INTO statement_qualifier VALUES (?, ?, ?, ?, ?, ?)",
        [(new[0], n, *qualifier) for n, qualifier in enumerate(said.qualifiers)],
    )
    fresh.add(new[0])
    return int(new[0])


def _recount(
    db: sqlite3.Connection, statements: Iterable[int], fresh: set[int], names: Names, result: Restated
) -> None:
    sql = (
        "SELECT s.*, count(DISTINCT c.document_id) AS documents, min(d.key) AS document,"
        " n.label, n.slug, o.label AS object_label FROM statement s"
        " LEFT JOIN claim c ON c.statement_id = s.id LEFT JOIN document d ON d.id = c.document_id"
        " LEFT JOIN node n ON n.id = s.subject_id LEFT JOIN node o ON o.id = s.object_id"
        " WHERE s.id IN ({}) GROUP BY s.id"
    )
    counted, gone = [], []
    for row in rows_in(db, sql, sorted(statements)):
        result.subjects.add(row["subject_id"])
        if row["documents"]:
            counted.append((row["documents"], row["id"]))
            if row["id"] in fresh:
                result.added.append((*_told(db, row, names), row["document"]))
        else:
            gone.append((row["id"],))
            if row["id"] not in fresh:
                result.removed.append((*_told(db, row, names), ""))
    db.executemany("UPDATE statement SET support = ? WHERE id = ?", counted)
    db.executemany("DELETE FROM statement WHERE id = ?", gone)


def _told(db: sqlite3.Connection, row: sqlite3.Row, names: Names) -> tuple[str, str]:
    """The subject's slug and the statement in words; a node that has gone under its last name."""

    def label(node_id: int) -> str:
        found = db.execute("SELECT label FROM node WHERE id = ?", (node_id,)).fetchone()
        return str(found["label"]) if found else names.get(node_id, ("(gone)", ""))[0]

    subject, slug = row["label"], row["slug"]
    if subject is None:
        subject, slug = names.get(row["subject_id"], ("(gone)", ""))
    object_ = row["value"]
    if row["object_id"] is not None:
        object_ = row["object_label"] or label(row["object_id"])
    qualifiers = json.loads(row["qualifiers"])
    notes = ", ".join(f"{name}: {value or label(node)}" for name, node, value, _ in qualifiers)
    text = f"{subject} {Predicate[row['predicate']].label} {object_}"
    return slug, f"{text} ({notes})" if notes else text


# ---------------------------------------------------------------------------- rejections


class _Reject:
    """One ``reject`` correction as a test of what is said."""

    def __init__(self, db: sqlite3.Connection, correction: Correction) -> None:
        self.predicate = Predicate.of(correction.predicate).name
        self.value = correction.value
        self.subjects = matching(db, correction.node)
        self.objects = None if correction.other is None else matching(db, correction.other)

    def __call__(self, said: _Said) -> bool:
        if said.predicate != self.predicate or said.subject not in self.subjects:
            return False
        if self.objects is None:
            return said.object is None and said.value == self.value
        return said.object in self.objects


def matching(db: sqlite3.Connection, anchor: Anchor | None) -> frozenset[int]:
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
