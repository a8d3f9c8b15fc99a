"""Places, mentions and claims as they are stored: the difference between an old and a new reading.

A batch of documents is stored table by table. What is new gets its number here, so that no row is
asked for what it has become.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count

from kg.drafts import Seen
from kg.identifiers import Identifier
from kg.model import Claim, Literal, Mention, Place, Reading
from kg.resolve import keys_of
from kg.vocabulary import Kind

from .batches import rows_in
from .touched import Ghost, Touched

Row = tuple[object, ...]


@dataclass(slots=True)
class Stored:
    """What is stored of one document: numbers of its places, mentions and claims, by key."""

    places: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)


def stored(db: sqlite3.Connection, documents: Iterable[int]) -> dict[int, Stored]:
    """What is stored of these documents; one of which nothing is stored is left out."""
    listed = sorted(documents)
    found: dict[int, Stored] = defaultdict(Stored)
    sql = "SELECT document_id, id, heading, digest, ordinal FROM place WHERE document_id IN ({})"
    for row in rows_in(db, sql, listed):
        found[row[0]].places[f"{row[2]}\x1f{row[3]}\x1f{row[4]}"] = row[1]
    for row in rows_in(db, "SELECT document_id, id, key FROM mention WHERE document_id IN ({})", listed):
        found[row[0]].mentions[row[2]] = row[1]
    for row in rows_in(db, "SELECT document_id, id, key FROM claim WHERE document_id IN ({})", listed):
        found[row[0]].claims[row[2]] = row[1]
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """All that one document says now, by key."""

    document: int
    reading: Reading
    places: dict[Place, str]
    mentions: dict[str, Mention]
    claims: dict[str, Claim]


def said(document: int, reading: Reading) -> Said:
    """What a reading says, with the key of each mention and claim."""
    mentions = _mentions(reading)
    places = {mention.place: "" for mention in mentions}
    for claim in reading.claims:
        places.update(dict.fromkeys(claim.places, ""))
    places = {place: _place_key(place) for place in places}
    keys = {mention: mention_key(mention, places[mention.place]) for mention in mentions}
    claims = {claim_key(claim, keys, places): claim for claim in reading.claims}
    return Said(document, reading, places, {key: mention for mention, key in keys.items()}, claims)


def store(db: sqlite3.Connection, batch: Sequence[Said], old: Mapping[int, Stored], touched: Touched) -> None:
    """The documents of the batch say this and nothing else from now on; ``old``: what they said."""
    nothing = Stored()
    before = [(one, old.get(one.document, nothing)) for one in batch]
    drop_claims(
        db, [n for one, was in before for key, n in was.claims.items() if key not in one.claims], touched
    )
    gone = [n for one, was in before for key, n in was.mentions.items() if key not in one.mentions]
    drop_mentions(db, gone, touched)
    places = _store_places(db, before)
    mentions = _store_mentions(db, before, places, touched)
    _store_claims(db, before, places, mentions, touched)
    kept = {n for found in places for n in found.values()}
    gone = [n for _, was in before for n in was.places.values() if n not in kept]
    db.executemany("DELETE FROM place WHERE id = ?", [(n,) for n in gone])


Before = Sequence[tuple[Said, Stored]]


def _numbers(db: sqlite3.Connection, table: str) -> Iterator[int]:
    """The numbers that new rows of a table get."""
    sql = f"SELECT ifnull(max(id), 0) FROM {table}"  # noqa: S608 - a name from this module
    if table == "mention":  # its numbers are never used again
        sql = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'mention'"
    return count(db.execute(sql).fetchone()[0] + 1)


# ---------------------------------------------------------------------------------- places


def _place_key(place: Place) -> str:
    return f"{_heading(place)}\x1f{place.digest}\x1f{place.ordinal}"


def _heading(place: Place) -> str:
    return json.dumps(place.heading, ensure_ascii=False) if place.heading else "[]"


def _store_places(db: sqlite3.Connection, before: Before) -> list[dict[Place, int]]:
    """The numbers of all places of each document."""
    numbers = _numbers(db, "place")
    fresh: list[Row] = []
    moved: list[Row] = []
    found = []
    for one, was in before:
        ids = {}
        for place, key in one.places.items():
            span = one.reading.spans.get(place)
            line, end = (span.line, span.end_line) if span else (None, None)
            if (known := was.places.get(key)) is not None:
                moved.append((line, end, known))
                ids[place] = known
                continue
            ids[place] = number = next(numbers)
            heading, blob = key.partition("\x1f")[0], one.reading.revision.blob
            fresh.append((number, one.document, heading, place.digest, place.ordinal, line, end, line, blob))
        found.append(ids)
    db.executemany("UPDATE place SET line = ?, end_line = ? WHERE id = ?", moved)
    sql = (
        "INSERT INTO place (id, document_id, heading, digest, ordinal, line, end_line, first_line,"
        " first_blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    db.executemany(sql, fresh)
    return found


# -------------------------------------------------------------------------------- mentions


def _mentions(reading: Reading) -> dict[Mention, None]:
    """All mentions of a reading, also those that only a claim names, in order, once."""
    found = dict.fromkeys(reading.mentions)
    for claim in reading.claims:
        for one in (claim.subject, claim.object, *(value for _, value in claim.qualifiers)):
            if isinstance(one, Mention):
                found.setdefault(one)
    return found


def mention_key(mention: Mention, place_key: str = "") -> str:
    """32 hex digits that stand for all that a mention says, place included."""
    return _hash(
        [
            place_key or _place_key(mention.place),
            mention.name,
            mention.kind.name,
            mention.rule,
            mention.confidence,
            [str(i) for i in mention.identifiers],
            mention.aliases,
        ]
    )


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _hash(value: object) -> str:
    return blake2b(_encode(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def drop_mentions(db: sqlite3.Connection, gone: Sequence[int], touched: Touched) -> None:
    """Delete these mentions; what stood beside them is touched."""
    keys: dict[int, list[str]] = defaultdict(list)
    for row in rows_in(db, "SELECT mention_id, key FROM mention_key WHERE mention_id IN ({})", gone):
        keys[row[0]].append(row[1])
    sql = (
        "SELECT m.id, m.node_id, p.digest FROM mention m JOIN place p ON p.id = m.place_id WHERE m.id IN ({})"
    )
    for number, node, digest in rows_in(db, sql, gone):
        touched.fresh.pop(number, None)
        touched.keys.update(keys[number])
        touched.keys.add(f"item:{digest}")  # an ignored item may be there no more
        if node is not None:
            touched.ghosts.append(Ghost(node, tuple(keys[number])))
    db.executemany("DELETE FROM mention WHERE id = ?", [(number,) for number in gone])
    touched.receipts_removed += len(gone)


def _store_mentions(
    db: sqlite3.Connection, before: Before, places: Sequence[Mapping[Place, int]], touched: Touched
) -> list[dict[Mention, int]]:
    """The numbers of all mentions of each document."""
    numbers = _numbers(db, "mention")
    fresh: list[Row] = []
    tied: list[Row] = []
    found = []
    for (one, was), place_ids in zip(before, places, strict=True):
        ids = {}
        for key, mention in one.mentions.items():
            if (known := was.mentions.get(key)) is not None:
                ids[mention] = known
                continue
            ids[mention] = number = next(numbers)
            keys = keys_of(mention)
            tied += [(key, number) for key in keys]
            touched.keys.update(keys or (f"mention:{number}",))
            touched.fresh[number] = Seen(number, one.reading.key, mention)
            fresh.append(
                (
                    number,
                    one.document,
                    key,
                    place_ids[mention.place],
                    mention.name,
                    mention.kind.name,
                    mention.rule,
                    mention.confidence,
                    _encode([str(i) for i in mention.identifiers]),
                    _encode(mention.aliases) if mention.aliases else "[]",
                )
            )
        found.append(ids)
    sql = (
        "INSERT INTO mention (id, document_id, key, place_id, name, kind, rule, confidence, identifiers,"
        " aliases) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    db.executemany(sql, fresh)
    # In the order of the table, so that one page after another is filled.
    db.executemany("INSERT INTO mention_key VALUES (?, ?)", sorted(tied))
    touched.receipts_added += len(fresh)
    return found


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


def claim_key(claim: Claim, keys: Mapping[Mention, str], places: Mapping[Place, str]) -> str:
    """32 hex digits that stand for all that a claim says; ``keys`` and ``places``: what it refers to."""

    def told(value: Mention | Literal) -> object:
        return keys[value] if isinstance(value, Mention) else [value.value, value.datatype]

    return _hash(
        [
            keys[claim.subject],
            claim.predicate.name,
            told(claim.object),
            [[name, told(value)] for name, value in claim.qualifiers],
            [places[p] for p in claim.places],
            claim.rule,
            claim.confidence,
        ]
    )


def drop_claims(db: sqlite3.Connection, gone: Sequence[int], touched: Touched) -> None:
    """Delete these claims; their statements are touched."""
    sql = "SELECT statement_id FROM claim WHERE statement_id IS NOT NULL AND id IN ({})"
    touched.statements.update(row[0] for row in rows_in(db, sql, gone))
    db.executemany("DELETE FROM claim WHERE id = ?", [(number,) for number in gone])
    touched.receipts_removed += len(gone)


def _store_claims(
    db: sqlite3.Connection,
    before: Before,
    places: Sequence[Mapping[Place, int]],
    mentions: Sequence[Mapping[Mention, int]],
    touched: Touched,
) -> None:
    numbers = _numbers(db, "claim")
    claims: list[Row] = []
    stands: list[Row] = []
    narrowed: list[Row] = []
    for (one, was), place_ids, ids in zip(before, places, mentions, strict=True):
        for key, claim in one.claims.items():
            if key in was.claims:
                continue
            number = next(numbers)
            touched.claims.add(number)
            claims.append(
                (
                    number,
                    one.document,
                    key,
                    ids[claim.subject],
                    claim.predicate.name,
                    *_value(claim.object, ids),
                    claim.rule,
                    claim.confidence,
                )
            )
            stands += [(number, n, place_ids[place]) for n, place in enumerate(claim.places)]
            narrowed += [
                (number, n, name, *_value(value, ids)) for n, (name, value) in enumerate(claim.qualifiers)
            ]
    sql = (
        "INSERT INTO claim (id, document_id, key, subject_id, predicate, object_id, value, datatype, rule,"
        " confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    db.executemany(sql, claims)
    db.executemany("INSERT INTO claim_place VALUES (?, ?, ?)", stands)
    db.executemany("INSERT INTO claim_qualifier VALUES (?, ?, ?, ?, ?, ?)", narrowed)
    touched.receipts_added += len(claims)


def _value(value: Mention | Literal, ids: Mapping[Mention, int]) -> tuple[int | None, str | None, str | None]:
    if isinstance(value, Mention):
        return ids[value], None, None
    return None, value.value, value.datatype
