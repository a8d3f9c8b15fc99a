"""What documents say, as it is stored: replacing documents is a set difference, batch by batch."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from kg.corrections import Correction, from_table, to_table
from kg.model import HEADING_RULE, RESTORED, DocumentKind, Problem, Reading

from . import said
from .batches import rows_in
from .entries import ListEntry, compared, entries_of
from .exported import UNKNOWN
from .records import note_words, older, store_records
from .touched import FIRST_IMPORT, RULES, SOURCE, USER, Touched

_encode = json.JSONEncoder(ensure_ascii=False).encode


def replace(db: sqlite3.Connection, readings: Iterable[Reading], now: str, touched: Touched) -> int:
    """How many of the documents say something they did not say before; all of that is stored then.

    The same blob read by the same reader is no work but for the time it was checked; so is an
    arXiv record of an earlier version than the stored one: versions never go back.
    """
    return sum(_replace(db, batch, now, touched) for batch in _batches(readings))


def _batches(readings: Iterable[Reading]) -> Iterator[list[Reading]]:
    """The readings in order, so that no document comes twice in one batch."""
    batch: dict[str, Reading] = {}
    for reading in readings:
        if reading.key in batch:
            yield list(batch.values())
            batch = {}
        batch[reading.key] = reading
    yield list(batch.values())


def _replace(db: sqlite3.Connection, readings: Sequence[Reading], now: str, touched: Touched) -> int:
    sql = "SELECT key, id, blob, reader FROM document WHERE key IN ({})"
    known = {row["key"]: row for row in rows_in(db, sql, [reading.key for reading in readings])}
    late = older(db, (one.record for one in readings if one.record is not None and one.key in known))
    same, fresh = [], []
    for reading in readings:
        row, revision = known.get(reading.key), reading.revision
        if row and (row["blob"], row["reader"]) == (revision.blob, revision.reader):
            same.append((now, revision.etag, reading.page, row["id"]))
        elif reading.record is None or reading.record.arxiv_id not in late:
            touched.cause_of[reading.key] = _cause(reading, row, touched.arrived)
            fresh.append(reading)
    db.executemany("UPDATE document SET checked_at = ?, etag = ?, page = ? WHERE id = ?", same)
    if not fresh:
        return 0
    numbers = {reading.key: known[reading.key]["id"] for reading in fresh if reading.key in known}
    lists = [reading for reading in fresh if reading.kind == DocumentKind.LIST]
    restored = {key for key, row in known.items() if row["reader"] == RESTORED}
    entries = {r.key: entries_of(db, numbers[r.key]) for r in lists if r.key in numbers}
    for reading in lists:
        if reading.key in restored:
            entries[reading.key] = _without_headings(entries[reading.key], reading)
    old = said.stored(db, numbers.values())
    batch = [
        said.said(number, reading)
        for number, reading in zip(_documents(db, fresh, numbers, now), fresh, strict=True)
    ]
    said.store(db, batch, old, touched)
    now_seen = [(r.revision.blob, numbers[r.key], UNKNOWN) for r in fresh if r.key in restored]
    sql = "UPDATE place SET first_line = line, first_blob = ? WHERE document_id = ? AND first_blob = ?"
    db.executemany(sql, now_seen)
    records = [(one.document, one.reading) for one in batch if one.reading.record is not None]
    new = {n for n, one in records if one.key not in known}
    back = {n for n, one in records if one.key in restored}
    touched.records |= store_records(db, records, now, touched.before, fresh=new, restored=back)
    touched.stored |= {one.record.arxiv_id: one.record for _, one in records if one.record is not None}
    for reading in lists:
        if reading.key in entries:
            stand = entries_of(db, numbers[reading.key])
            touched.entries += compared(reading.key, entries[reading.key], stand)
        else:
            touched.lists.append(("added", reading.key, reading.title))
    return len(fresh)


def _without_headings(entries: Iterable[ListEntry], reading: Reading) -> list[ListEntry]:
    """Those that stand at no heading of this reading: an export does not tell which places are headings."""
    headings = {
        (json.dumps(one.place.heading, ensure_ascii=False), one.place.digest, one.place.ordinal)
        for one in reading.mentions
        if one.rule == HEADING_RULE
    }
    return [one for one in entries if one.place not in headings]


def remove(db: sqlite3.Connection, keys: Sequence[str], touched: Touched) -> int:
    """How many documents of these keys there were; all that only they said is gone then."""
    found = list(
        rows_in(db, "SELECT id, key, kind, title FROM document WHERE key IN ({})", sorted(set(keys)))
    )
    touched.cause_of.update((row["key"], USER) for row in found)
    touched.lists += [
        ("removed", row["key"], row["title"]) for row in found if row["kind"] == DocumentKind.LIST
    ]
    gone = said.stored(db, (row["id"] for row in found)).values()
    said.drop_claims(db, [number for one in gone for number in one.claims.values()], touched)
    said.drop_mentions(db, [number for one in gone for number in one.mentions.values()], touched)
    sql = "SELECT arxiv_id, abstract, authors FROM paper WHERE document_id IN ({})"
    note_words(touched.before, rows_in(db, sql, [row["id"] for row in found]))
    db.executemany("DELETE FROM document WHERE id = ?", [(row["id"],) for row in found])
    # A paper that comes back is one that nobody has asked for.
    lookups = [(row["key"].removeprefix("arxiv:"),) for row in found if row["key"].startswith("arxiv:")]
    db.executemany("DELETE FROM paper_lookup WHERE arxiv_id = ?", lookups)
    return len(found)


def _cause(reading: Reading, row: sqlite3.Row | None, arrived: str) -> str:
    if reading.kind == "corrections":
        return USER
    if row is None:
        return (arrived if reading.record is not None else "") or FIRST_IMPORT
    return RULES if row["blob"] == reading.revision.blob else SOURCE


def _documents(
    db: sqlite3.Connection, readings: Iterable[Reading], known: dict[str, int], now: str
) -> list[int]:
    """The numbers of these documents, which are stored with their revisions; ``known`` ones are updated."""
    numbers = count(db.execute("SELECT ifnull(max(id), 0) FROM document").fetchone()[0] + 1)
    new, changed, revisions = [], [], []
    found = []
    for reading in readings:
        revision = reading.revision
        problems = _encode([[p.line, p.message] for p in reading.problems]) if reading.problems else "[]"
        row = (
            *(reading.kind, reading.title, reading.page),
            *(revision.blob, revision.reader, revision.etag),
            *(problems, now, now),
        )
        if (number := known.get(reading.key)) is not None:
            changed.append((*row, number))
        else:
            number = next(numbers)
            new.append((*row, reading.key, number))
        content = None if revision.content is None else zlib.compress(revision.content, 6)
        revisions.append((number, revision.blob, revision.commit, revision.retrieved_from, now, content))
        found.append(number)
    sql = (
        "INSERT INTO document (kind, title, page, blob, reader, etag, problems, checked_at, changed_at,"
        " key, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    db.executemany(sql, new)
    sql = (
        "UPDATE document SET kind = ?, title = ?, page = ?, blob = ?, reader = ?, etag = ?, problems = ?,"
        " checked_at = ?, changed_at = ? WHERE id = ?"
    )
    db.executemany(sql, changed)
    db.executemany("INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", revisions)
    db.executemany(
        "DELETE FROM revision WHERE document_id = ?1 AND blob <> ?2 AND blob NOT IN"
        " (SELECT first_blob FROM place WHERE document_id = ?1)",
        [(row[-1], row[3]) for row in changed],
    )
    return found


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
