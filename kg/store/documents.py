"""What documents say, as it is stored: replacing one document is a set difference."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from kg.corrections import Correction, from_table, to_table
from kg.identifiers import Identifier
from kg.model import Claim, DocumentKind, Literal, Mention, Place, Problem, Reading
from kg.resolve import keys_of
from kg.vocabulary import Kind

from .entries import EntryEvent, compared, entries_of
from .records import Fields, is_older, store_record

FIRST_IMPORT, SOURCE, RULES, USER = "first-import", "source", "rules", "user"


@dataclass(slots=True)
class Ghost:
    """A mention that has just gone: the keys it had and the node it belonged to."""

    node_id: int
    keys: tuple[str, ...]


@dataclass(slots=True)
class Touched:
    """What a replacement leaves to be derived again, gathered over all documents of a batch."""

    keys: set[str] = field(default_factory=set)
    ghosts: list[Ghost] = field(default_factory=list)
    claims: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)
    rejections: bool = False  # a rejection came or went: what it looks at is not known from keys alone
    receipts_added: int = 0
    receipts_removed: int = 0
    records: dict[str, Fields | None] = field(default_factory=dict)  # changed fields; None: new
    entries: list[EntryEvent] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # action, document, title
    cause_of: dict[str, str] = field(default_factory=dict)


def replace(db: sqlite3.Connection, reading: Reading, now: str, touched: Touched) -> bool:
    """Whether the document says anything it did not say before; all of it is stored then.

    The same blob read by the same reader is no work but for the time it was checked; so is an
    arXiv record of an earlier version than the stored one: versions never go back.
    """
    row = db.execute("SELECT id, blob, reader FROM document WHERE key = ?", (reading.key,)).fetchone()
    revision = reading.revision
    if row and (row["blob"], row["reader"]) == (revision.blob, revision.reader):
        sql = "UPDATE document SET checked_at = ?, etag = ?, page = ? WHERE id = ?"
        db.execute(sql, (now, revision.etag, reading.page, row["id"]))
        return False
    if reading.record is not None and is_older(db, reading.record):
        return False
    touched.cause_of[reading.key] = _cause(reading, row)
    entries = entries_of(db, row["id"]) if row and reading.kind == DocumentKind.LIST else []
    document_id = _document(db, reading, now, row["id"] if row else None)
    old = {row["key"]: row["id"] for row in _rows(db, "place", document_id)}
    places = _store_places(db, document_id, reading)
    keys = {mention: mention_key(mention) for mention in _mentions(reading)}
    mentions = {key: mention for mention, key in keys.items()}
    claims = {claim_key(claim, keys): claim for claim in reading.claims}
    _drop_claims(db, document_id, claims.keys(), touched)
    _drop_mentions(db, document_id, mentions.keys(), touched)
    ids = _store_mentions(db, document_id, mentions, places, touched)
    _store_claims(db, document_id, claims, ids, places, touched)
    gone = [(id_,) for key, id_ in old.items() if key not in {_place_key(p) for p in places}]
    db.executemany("DELETE FROM place WHERE id = ?", gone)
    if reading.record is not None:
        changed = store_record(db, document_id, reading.record, now, revision.blob)
        touched.records[reading.record.arxiv_id] = changed
    elif reading.kind == DocumentKind.LIST and row is None:
        touched.lists.append(("added", reading.key, reading.title))
    elif reading.kind == DocumentKind.LIST:
        touched.entries += compared(reading.key, entries, entries_of(db, document_id))
    return True


def remove(db: sqlite3.Connection, key: str, touched: Touched) -> bool:
    """Whether there was a document of that key; all that only it said is gone then."""
    row = db.execute("SELECT id, kind, title FROM document WHERE key = ?", (key,)).fetchone()
    if row is None:
        return False
    touched.cause_of[key] = USER
    if row["kind"] == DocumentKind.LIST:
        touched.lists.append(("removed", key, row["title"]))
    _drop_claims(db, row["id"], (), touched)
    _drop_mentions(db, row["id"], (), touched)
    db.execute("DELETE FROM document WHERE id = ?", (row["id"],))
    # A paper that comes back is one that nobody has asked for.
    db.execute("DELETE FROM paper_lookup WHERE 'arxiv:' || arxiv_id = ?", (key,))
    return True


def _cause(reading: Reading, row: sqlite3.Row | None) -> str:
    if reading.kind == "corrections":
        return USER
    if row is None:
        return FIRST_IMPORT
    return RULES if row["blob"] == reading.revision.blob else SOURCE


def _document(db: sqlite3.Connection, reading: Reading, now: str, known: int | None) -> int:
    revision = reading.revision
    problems = json.dumps([[p.line, p.message] for p in reading.problems], ensure_ascii=False)
    row = (
        *(reading.kind, reading.title, reading.page),
        *(revision.blob, revision.reader, revision.etag),
        *(problems, now, now),
    )
    if known is None:
        sql = (
            "INSERT INTO document (kind, title, page, blob, reader, etag, problems, checked_at, changed_at,"
            " key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        )
        known = int(db.execute(sql, (*row, reading.key)).fetchone()[0])
    else:
        sql = (
            "UPDATE document SET kind = ?, title = ?, page = ?, blob = ?, reader = ?, etag = ?, problems = ?,"
            " checked_at = ?, changed_at = ? WHERE id = ?"
        )
        db.execute(sql, (*row, known))
    content = None if revision.content is None else zlib.compress(revision.content, 6)
    db.execute(
        "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (known, revision.blob, revision.commit, revision.retrieved_from, now, content),
    )
    db.execute(
        "DELETE FROM revision WHERE document_id = ? AND blob <> ? AND blob NOT IN"
        " (SELECT first_blob FROM place WHERE document_id = ?)",
        (known, revision.blob, known),
    )
    return known


def _rows(db: sqlite3.Connection, table: str, document_id: int) -> Iterable[sqlite3.Row]:
    if table == "place":
        sql = "SELECT heading || char(31) || digest || char(31) || ordinal AS key, id FROM place"
    else:
        sql = f"SELECT key, id FROM {table}"  # noqa: S608 - a name from this module
    return db.execute(f"{sql} WHERE document_id = ?", (document_id,)).fetchall()


# ---------------------------------------------------------------------------------- places


def _place_key(place: Place) -> str:
    return f"{_heading(place)}\x1f{place.digest}\x1f{place.ordinal}"


def _heading(place: Place) -> str:
    return json.dumps(place.heading, ensure_ascii=False)


def _store_places(db: sqlite3.Connection, document_id: int, reading: Reading) -> dict[Place, int]:
    places = dict.fromkeys(m.place for m in _mentions(reading))
    places.update(dict.fromkeys(p for claim in reading.claims for p in claim.places))
    sql = (
        "INSERT INTO place (document_id, heading, digest, ordinal, line, end_line, first_line, first_blob)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (document_id, heading, digest, ordinal)"
        " DO UPDATE SET line = excluded.line, end_line = excluded.end_line RETURNING id"
    )
    ids = {}
    for place in places:
        span = reading.spans.get(place)
        line, end = (span.line, span.end_line) if span else (None, None)
        row = (
            document_id,
            _heading(place),
            place.digest,
            place.ordinal,
            line,
            end,
            line,
            reading.revision.blob,
        )
        ids[place] = int(db.execute(sql, row).fetchone()[0])
    return ids


# -------------------------------------------------------------------------------- mentions


def _mentions(reading: Reading) -> dict[Mention, None]:
    """All mentions of a reading, also those that only a claim names, in order, once."""
    found = dict.fromkeys(reading.mentions)
    for claim in reading.claims:
        for one in (claim.subject, claim.object, *(value for _, value in claim.qualifiers)):
            if isinstance(one, Mention):
                found.setdefault(one)
    return found


def mention_key(mention: Mention) -> str:
    """32 hex digits that stand for all that a mention says, place included."""
    return _hash(
        [
            _place_key(mention.place),
            mention.name,
            mention.kind.name,
            mention.rule,
            mention.confidence,
            [str(i) for i in mention.identifiers],
            mention.aliases,
        ]
    )


def _hash(value: object) -> str:
    said = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return blake2b(said, digest_size=16).hexdigest()


def _drop_mentions(db: sqlite3.Connection, document_id: int, kept: Iterable[str], touched: Touched) -> None:
    kept = set(kept)
    sql = (
        "SELECT m.id, m.key, m.node_id, p.digest FROM mention m JOIN place p ON p.id = m.place_id"
        " WHERE m.document_id = ?"
    )
    rows = db.execute(sql, (document_id,))
    gone = [row for row in rows.fetchall() if row["key"] not in kept]
    for row in gone:
        found = db.execute("SELECT key FROM mention_key WHERE mention_id = ?", (row["id"],))
        keys = tuple(key for (key,) in found)
        touched.keys.update(keys)
        touched.keys.add(f"item:{row['digest']}")  # an ignored item may be there no more
        if row["node_id"] is not None:
            touched.ghosts.append(Ghost(row["node_id"], keys))
    db.executemany("DELETE FROM mention WHERE id = ?", [(row["id"],) for row in gone])
    touched.receipts_removed += len(gone)


def _store_mentions(
    db: sqlite3.Connection,
    document_id: int,
    mentions: Mapping[str, Mention],
    places: Mapping[Place, int],
    touched: Touched,
) -> dict[Mention, int]:
    known = {row["key"]: int(row["id"]) for row in _rows(db, "mention", document_id)}
    sql = (
        "INSERT INTO mention (document_id, key, place_id, name, kind, rule, confidence, identifiers, aliases)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
    )
    ids = {}
    for key, mention in mentions.items():
        if key not in known:
            row = (
                document_id,
                key,
                places[mention.place],
                mention.name,
                mention.kind.name,
                mention.rule,
                mention.confidence,
                json.dumps([str(i) for i in mention.identifiers], ensure_ascii=False),
                json.dumps(mention.aliases, ensure_ascii=False),
            )
            known[key] = int(db.execute(sql, row).fetchone()[0])
            keys = keys_of(mention)
            db.executemany("INSERT INTO mention_key VALUES (?, ?)", [(k, known[key]) for k in keys])
            touched.keys.update(keys or (f"mention:{known[key]}",))
            touched.receipts_added += 1
        ids[mention] = known[key]
    return ids


def mention_of(row: sqlite3.Row, place: Place) -> Mention:
    """The mention that a row of the table states; the inverse of storing it."""
    return Mention(
        place,
        row["name"],
        Kind[row["kind"]],
        row["rule"],
        row["confidence"],
        identifiers_of(row["identifiers"]),
        tuple(json.loads(row["aliases"])),
    )


def identifiers_of(text: str) -> tuple[Identifier, ...]:
    """Identifiers from their stored form, a JSON list of ``scheme:value``."""
    return tuple(Identifier(*one.split(":", 1)) for one in json.loads(text))


# ---------------------------------------------------------------------------------- claims


def claim_key(claim: Claim, keys: Mapping[Mention, str]) -> str:
    """32 hex digits that stand for all that a claim says, places included; ``keys`` of its mentions."""

    def said(value: Mention | Literal) -> object:
        return keys[value] if isinstance(value, Mention) else [value.value, value.datatype]

    return _hash(
        [
            keys[claim.subject],
            claim.predicate.name,
            said(claim.object),
            [[name, said(value)] for name, value in claim.qualifiers],
            [_place_key(p) for p in claim.places],
            claim.rule,
            claim.confidence,
        ]
    )


def _drop_claims(db: sqlite3.Connection, document_id: int, kept: Iterable[str], touched: Touched) -> None:
    kept = set(kept)
    rows = db.execute("SELECT id, key, statement_id FROM claim WHERE document_id = ?", (document_id,))
    gone = [row for row in rows.fetchall() if row["key"] not in kept]
    touched.statements.update(row["statement_id"] for row in gone if row["statement_id"] is not None)
    db.executemany("DELETE FROM claim WHERE id = ?", [(row["id"],) for row in gone])
    touched.receipts_removed += len(gone)


def _store_claims(
    db: sqlite3.Connection,
    document_id: int,
    claims: Mapping[str, Claim],
    ids: Mapping[Mention, int],
    places: Mapping[Place, int],
    touched: Touched,
) -> None:
    known = {row["key"] for row in _rows(db, "claim", document_id)}
    sql = (
        "INSERT INTO claim (document_id, key, subject_id, predicate, object_id, value, datatype, rule,"
        " confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
    )
    for key, claim in claims.items():
        if key in known:
            continue
        subject, object_ = ids[claim.subject], _stored(claim.object, ids)
        row = (document_id, key, subject, claim.predicate.name, *object_, claim.rule, claim.confidence)
        claim_id = int(db.execute(sql, row).fetchone()[0])
        db.executemany(
            "INSERT INTO claim_place VALUES (?, ?, ?)",
            [(claim_id, n, places[place]) for n, place in enumerate(claim.places)],
        )
        db.executemany(
            "INSERT INTO claim_qualifier VALUES (?, ?, ?, ?, ?, ?)",
            [(claim_id, n, name, *_stored(value, ids)) for n, (name, value) in enumerate(claim.qualifiers)],
        )
        touched.claims.add(claim_id)
        touched.receipts_added += 1


def _stored(
    value: Mention | Literal, ids: Mapping[Mention, int]
) -> tuple[int | None, str | None, str | None]:
    if isinstance(value, Mention):
        return ids[value], None, None
    return None, value.value, value.datatype


# ----------------------------------------------------------------------------- corrections


def store_corrections(db: sqlite3.Connection, corrections: Iterable[Correction], touched: Touched) -> None:
    """Replace the stored corrections; mentions that a changed one may touch are derived again."""
    new = {one.key: one for one in corrections}
    old = {row["key"]: row for row in db.execute("SELECT key, body, matched FROM correction")}
    for key in old.keys() ^ new.keys():
        one = new[key] if key in new else correction_of(old[key]["body"])
        touched.keys.update(one.keys)
        touched.rejections = touched.rejections or one.verb == "reject"
    db.execute("DELETE FROM correction")
    db.executemany(
        "INSERT INTO correction VALUES (?, ?, ?, ?, ?)",
        [
            (
                key,
                n,
                json.dumps({"verb": one.verb, **to_table(one)}, ensure_ascii=False, sort_keys=True),
                one.line,
                old[key]["matched"] if key in old else 0,
            )
            for n, (key, one) in enumerate(new.items())
        ],
    )


def correction_of(body: str, line: int = 0) -> Correction:
    """A correction from its stored form."""
    table = json.loads(body)
    return from_table(table.pop("verb"), table, line=line)


def problems_of(text: str) -> tuple[Problem, ...]:
    """Problems from their stored form."""
    return tuple(Problem(line, message) for line, message in json.loads(text))
