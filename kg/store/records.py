"""Paper records: the typed rows of arXiv's metadata, their history, and when arXiv was asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kg.model import RESTORED, DocumentKind, PaperRecord, PaperVersion, Reading

from .batches import rows_in

_encode = json.JSONEncoder(ensure_ascii=False).encode
_TRACKED = (
    "version",
    "title",
    "abstract",
    "comment",
    "journal_ref",
    "doi",
    "withdrawn",
    "authors",
    "categories",
)

Fields = Mapping[str, tuple[str, str]]
"""The fields of a record that differ now: by name, in the order of the record, what was and what is."""


Words = tuple[str, Sequence[str]]
"""What is searched of a record: its abstract and its authors."""


@dataclass(frozen=True, slots=True)
class PaperEvent:
    """What happened to a paper, in the words of the ledger: the action, what was, what is."""

    action: str
    old: str = ""
    new: str = ""


def older(db: sqlite3.Connection, records: Iterable[PaperRecord]) -> set[str]:
    """The ids of those records of whose paper a later version is stored: answers out of some cache."""
    version = {record.arxiv_id: record.version for record in records}
    rows = rows_in(db, "SELECT arxiv_id, version FROM paper WHERE arxiv_id IN ({})", version)
    return {row[0] for row in rows if row[1] > version[row[0]]}


_COLUMNS = (
    *("document_id", "version", "title", "abstract", "comment", "journal_ref", "doi", "published"),
    *("updated", "withdrawn", "authors", "categories", "retrieved_at", "arxiv_id"),
)


def store_records(
    db: sqlite3.Connection,
    readings: Iterable[tuple[int, Reading]],
    now: str,
    before: dict[str, Words],
    *,
    fresh: Collection[int] = (),
    restored: Collection[int] = (),
) -> dict[str, Fields | None]:
    """By id the fields that changed, which the history keeps from now on; None for a new record.

    Each record comes with the number of its document; those of ``fresh`` documents are new, and those of
    ``restored`` ones came from an export, which does not tell all of them. ``before`` keeps what the
    others said.
    """
    said = {one.record.arxiv_id: (n, one.record, one.revision.blob) for n, one in readings if one.record}
    rows = {arxiv_id: _row(number, record, now) for arxiv_id, (number, record, _) in said.items()}
    sql = "SELECT * FROM paper WHERE arxiv_id IN ({})"
    asked = [arxiv_id for arxiv_id, (number, _, _) in said.items() if number not in fresh]
    old = {row["arxiv_id"]: row for row in rows_in(db, sql, asked)}
    note_words(before, old.values())
    sql = f"INSERT INTO paper ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    db.executemany(sql, [row for arxiv_id, row in rows.items() if arxiv_id not in old])
    sets = ", ".join(f"{name} = ?" for name in _COLUMNS[:-1])
    sql = f"UPDATE paper SET {sets} WHERE arxiv_id = ?"  # noqa: S608 - names above
    db.executemany(sql, [rows[arxiv_id] for arxiv_id in old])
    seen = datetime.fromisoformat(now)
    note_versions(db, {i: _versions(record, seen) for i, (_, record, _) in said.items()})
    changed: dict[str, Fields | None] = dict.fromkeys(said)
    for arxiv_id, was in old.items():
        new = dict(zip(_COLUMNS, rows[arxiv_id], strict=True))
        fields = {name: (str(was[name]), str(new[name])) for name in _TRACKED}
        fields = {name: both for name, both in fields.items() if both[0] != both[1]}
        if said[arxiv_id][0] in restored:
            fields = {name: both for name, both in fields.items() if _is_told(name, *both)}
        sql = "INSERT INTO paper_change (arxiv_id, at, field, old, new, blob) VALUES (?, ?, ?, ?, ?, ?)"
        blob = said[arxiv_id][2]
        db.executemany(sql, [(arxiv_id, now, name, *both, blob) for name, both in fields.items()])
        changed[arxiv_id] = fields
    return changed


def note_words(before: dict[str, Words], rows: Iterable[sqlite3.Row]) -> None:
    """Keep what these rows of ``paper`` say, which is about to change; what is kept already stands."""
    for row in rows:
        before.setdefault(row["arxiv_id"], (row["abstract"], json.loads(row["authors"])))


def _is_told(field: str, old: str, new: str) -> bool:
    """Whether an export that tells the old value of a field would tell another one for the new value."""
    if field == "abstract":
        return bool(old)
    if field == "categories":  # of the others it tells no order
        first, *others = json.loads(old) or [""]
        now, *rest = json.loads(new) or [""]
        return (first, sorted(others)) != (now, sorted(rest))
    return True


def _row(document: int, record: PaperRecord, now: str) -> tuple[object, ...]:
    return (
        *(document, record.version, record.title, record.abstract, record.comment, record.journal_ref),
        *(record.doi, record.published.isoformat(), record.updated.isoformat(), int(record.withdrawn)),
        *(_encode(record.authors), _encode(record.categories)),
        *(now, record.arxiv_id),
    )


def _versions(record: PaperRecord, seen: datetime) -> list[PaperVersion]:
    """What a record says of the versions of its paper: the first one and the latest one."""
    versions = [PaperVersion(1, record.published)] if record.version != 1 else []
    if record.version:
        versions.append(PaperVersion(record.version, record.updated, seen, record.withdrawn))
    return versions


def note_versions(db: sqlite3.Connection, versions: Mapping[str, Iterable[PaperVersion]]) -> None:
    """Keep what is known of these versions of papers, by id; what is not said now stays as it was.

    When a version was first seen never changes.
    """
    db.executemany(
        "INSERT INTO paper_version VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (arxiv_id, version) DO UPDATE SET"
        " submitted = ifnull(excluded.submitted, submitted), seen_at = ifnull(seen_at, excluded.seen_at),"
        " withdrawn = ifnull(excluded.withdrawn, withdrawn), size = ifnull(excluded.size, size),"
        " source_type = ifnull(excluded.source_type, source_type),"
        " licence = ifnull(excluded.licence, licence)",
        [
            (
                arxiv_id,
                one.version,
                one.submitted and one.submitted.isoformat(),
                one.seen_at and one.seen_at.isoformat(),
                None if one.withdrawn is None else int(one.withdrawn),
                one.size or None,
                one.source_type or None,
                one.licence or None,
            )
            for arxiv_id, known in versions.items()
            for one in known
        ],
    )


def note_lookups(db: sqlite3.Connection, lookups: Mapping[str, bool], now: str) -> None:
    """Note that arXiv answered for these ids just now, and whether it knows each."""
    db.executemany(
        "INSERT INTO paper_lookup VALUES (?, ?, ?) ON CONFLICT (arxiv_id) DO UPDATE SET"
        " asked_at = excluded.asked_at,"
        " misses = CASE excluded.misses WHEN 0 THEN 0 ELSE misses + 1 END",
        [(arxiv_id, now, int(not found)) for arxiv_id, found in sorted(lookups.items())],
    )


# --------------------------------------------------------------------------------- events


def told(field: str, value: str) -> str:
    """The stored value of a field as people read it.

    >>> told("authors", '["Ada Example", "Ben Sample"]'), told("withdrawn", "1"), told("version", "2")
    ('Ada Example; Ben Sample', 'yes', 'v2')
    >>> told("version", "0")
    ''
    """
    if field in {"authors", "categories"}:
        return ("; " if field == "authors" else ", ").join(json.loads(value))
    if field == "withdrawn":
        return "yes" if value == "1" else "no"
    if field == "version":
        return f"v{value}" if value != "0" else ""
    return value


def events(fields: Fields) -> list[PaperEvent]:
    """What happened to a paper whose record differs in these fields: each fact in one event.

    A new version takes with it what has no event of its own; so does a withdrawal its reason.
    """
    said = {name: (told(name, old), told(name, new)) for name, (old, new) in fields.items()}
    found: list[PaperEvent] = []
    withdrawn = fields.get("withdrawn")
    arrived = [said.pop(name)[1] for name in ("doi", "journal_ref") if name in said and not said[name][0]]
    title, categories = said.pop("title", None), said.pop("categories", None)
    said.pop("withdrawn", None)
    reason = said.pop("comment", ("", ""))[1] if withdrawn else ""
    version = said.pop("version", ("", ""))
    rest = ", ".join(name.replace("journal_ref", "journal reference") for name in said)
    if version[0]:  # before, it was not known which version was shown
        found.append(PaperEvent("replaced", version[0], f"{version[1]} ({rest})" if rest else version[1]))
    if withdrawn:
        found.append(PaperEvent("withdrawn" if withdrawn[1] == "1" else "restored", new=reason))
    if arrived:
        found.append(PaperEvent("published", new=" · ".join(arrived)))
    if title:
        found.append(PaperEvent("retitled", *title))
    if categories:
        found.append(PaperEvent("recategorised", *categories))
    if rest and not version[0]:
        found.append(PaperEvent("changed", new=rest))
    return found


# --------------------------------------------------------------------------------- read

# Papers with an arXiv id but no record: only what is no record itself can name such a paper.
_BARE = """
SELECT count(DISTINCT k.key) FROM document d CROSS JOIN mention m ON m.document_id = d.id
CROSS JOIN mention_key k ON k.mention_id = m.id
WHERE d.kind <> 'arxiv' AND m.kind = 'PAPER' AND m.node_id IS NOT NULL
AND k.key >= 'id:arxiv:' AND k.key < 'id:arxiv;'
AND NOT EXISTS (SELECT 1 FROM paper p WHERE p.arxiv_id = substr(k.key, 10))
"""


def arxiv_ids(db: sqlite3.Connection) -> dict[str, datetime | None]:
    """Every arXiv id that a paper node carries, sorted, and when arXiv last answered for it."""
    sql = (
        "SELECT DISTINCT substr(k.key, 10) AS id, l.asked_at FROM mention_key k"
        " JOIN mention m ON m.id = k.mention_id AND m.node_id IS NOT NULL"
        " LEFT JOIN paper_lookup l ON l.arxiv_id = substr(k.key, 10)"
        " WHERE k.key >= 'id:arxiv:' AND k.key < 'id:arxiv;' AND m.kind = 'PAPER' ORDER BY 1"
    )
    return {
        row["id"]: datetime.fromisoformat(row["asked_at"]) if row["asked_at"] else None
        for row in db.execute(sql)
    }


# Ids that arXiv answered for, but not lately; then those that it never answered for.
_LAPSED = """
SELECT l.arxiv_id, l.asked_at, l.misses FROM paper_lookup l
WHERE (l.asked_at < :since OR l.asked_at > :until) AND EXISTS (SELECT 1 FROM mention_key k
    JOIN mention m ON m.id = k.mention_id WHERE k.key = 'id:arxiv:' || l.arxiv_id
    AND m.kind = 'PAPER' AND m.node_id IS NOT NULL)
UNION
SELECT a.id, NULL, 0 FROM (
    SELECT substr(k.key, 10) AS id FROM document d CROSS JOIN mention m ON m.document_id = d.id
    CROSS JOIN mention_key k ON k.mention_id = m.id
    WHERE d.kind <> 'arxiv' AND m.kind = 'PAPER' AND m.node_id IS NOT NULL
    AND k.key >= 'id:arxiv:' AND k.key < 'id:arxiv;'
    UNION SELECT arxiv_id FROM paper
) a WHERE NOT EXISTS (SELECT 1 FROM paper_lookup l WHERE l.arxiv_id = a.id) ORDER BY 1
"""


def lapsed(db: sqlite3.Connection, since: datetime, until: datetime) -> Iterator[tuple[str, str | None, int]]:
    """The arXiv ids of the graph for which arXiv did not answer in that time, sorted.

    Each with when it answered last (ISO), or None, and how often in a row it did not know the id.
    """
    said = {name: _utc(moment) for name, moment in (("since", since), ("until", until))}
    return ((row[0], row[1], row[2]) for row in db.execute(_LAPSED, said))


def missed(db: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that arXiv did not know when it was asked last."""
    sql = "SELECT arxiv_id FROM paper_lookup WHERE misses > 0 AND arxiv_id IN ({})"
    return {row[0] for row in rows_in(db, sql, ids)}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def oldest_lookup(db: sqlite3.Connection) -> datetime | None:
    """When arXiv answered last for that paper of the graph for which it is longest ago."""
    sql = (
        "SELECT l.asked_at FROM paper_lookup l WHERE EXISTS (SELECT 1 FROM mention_key k JOIN mention m"
        " ON m.id = k.mention_id WHERE k.key = 'id:arxiv:' || l.arxiv_id AND m.kind = 'PAPER'"
        " AND m.node_id IS NOT NULL) ORDER BY l.asked_at LIMIT 1"
    )
    row = db.execute(sql).fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def unnamed(db: sqlite3.Connection, *, but: Sequence[str] = ()) -> list[str]:
    """Keys of the arXiv records whose paper no other document names, ``but`` for some categories."""
    held = (
        "SELECT 1 FROM paper p CROSS JOIN json_each(p.categories) c"
        " WHERE p.arxiv_id = substr(d.key, 7) AND c.value IN"
    )
    sql = (
        "SELECT d.key FROM document d WHERE d.kind = ? AND NOT EXISTS (SELECT 1 FROM mention_key k"  # noqa: S608
        " JOIN mention m ON m.id = k.mention_id WHERE k.key = 'id:' || d.key AND m.document_id <> d.id)"
        f" AND NOT EXISTS ({held} ({','.join('?' * len(but))})) ORDER BY d.key"
    )
    return [key for (key,) in db.execute(sql, (DocumentKind.ARXIV, *but))]


def restored_ids(db: sqlite3.Connection, document: str, title: str) -> set[str]:
    """The arXiv ids that a document of that title names, if it came from an export; else none."""
    sql = (
        "SELECT substr(k.key, 10) FROM document d JOIN mention m ON m.document_id = d.id"
        " JOIN mention_key k ON k.mention_id = m.id WHERE d.key = ? AND d.title = ? AND d.reader = ?"
        " AND k.key >= 'id:arxiv:' AND k.key < 'id:arxiv;'"
    )
    return {arxiv_id for (arxiv_id,) in db.execute(sql, (document, title, RESTORED))}


def bare(db: sqlite3.Connection) -> int:
    """How many papers with an arXiv id have no record."""
    return int(db.execute(_BARE).fetchone()[0])
