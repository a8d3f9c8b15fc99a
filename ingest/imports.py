"""A snapshot of arXiv's metadata into the store: read by one process, written by another.

Each batch is one transaction, and how far the file has been read is remembered after it: who is
interrupted goes on there, and what is read twice says what it said. Texts are searched for names
later (:meth:`kg.store.Store.find_names`).
"""

from __future__ import annotations

import gc
import gzip
import json
import marshal
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from io import BufferedReader
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any, BinaryIO, cast

from kg.errors import UsageError
from kg.model import PaperRecord, PaperVersion, Problem
from kg.store import Store
from kg.store.batches import rows_in
from kg.store.harvest import held

from .arxiv.raw import READER, settled
from .arxiv.records import fingerprint, reading_of
from .arxiv.snapshot import Extent, Part, extent, is_new_style, numbered, paper_of
from .worker import interrupts_held

BATCH = 5_000
PROBLEMS = 100
"""Problems that are kept; of more only the number is told."""

_KEY = "import"
_CHUNK = 1_000  # papers that the reader has in its hands at once
_AHEAD = 5  # chunks that wait for the writer: it takes a batch at once, and then nothing for a while
_SEEN = 100_000  # lines after which it is noted how far the file has been read, also where nothing is wanted
_SAMPLE = 65_536  # bytes at both ends of a file by which it is known again


@dataclass(slots=True)
class Imported:
    """What became of the lines of a snapshot: read in this run, new, changed, the same, not wanted.

    ``older``: the graph knows later than the snapshot does. ``faulty``: lines that are no paper, the
    first of them in ``problems``. ``day``: the last day that the snapshot knows of.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    unwanted: int = 0
    older: int = 0
    faulty: int = 0
    resumed: bool = False
    day: str = ""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Papers on their way: rows, faulty lines, lines not wanted, and where the file was left."""

    rows: list[tuple[Any, ...]]
    problems: list[tuple[int, str]]
    unwanted: int
    lines: int
    turn: int  # 0: papers from before April 2007 and all that cannot be told; 1: the others
    offset: int
    number: int  # of the last line


def import_snapshot(
    store: Store,
    path: Path,
    part: Part,
    *,
    begun: Callable[[Extent], None],
    done: Callable[[int], None],
    batch: int = BATCH,
) -> Imported:
    """What became of the snapshot in that file (``.gz`` or not), of which a part is wanted.

    ``begun`` hears what the file holds, ``done`` how many lines have been dealt with. ``batch``: papers
    of one transaction. Raises: UsageError where the file cannot be read.
    """
    mark = _mark(path, part)
    left = json.loads(store.remembered(_KEY) or "{}")
    start = (left["turn"], left["offset"], left["number"]) if left.get("file") == mark else (0, 0, 0)
    report = Imported(resumed=start != (0, 0, 0))
    with _reader(path, (part, min(batch, _CHUNK)), start) as messages, store.bulk(), _uncollected():
        size = Extent(*next(messages))
        report.day = size.day
        begun(size)
        for one in _gathered(messages, batch):
            _keep(store, one, report)
            said = {"file": mark, "turn": one.turn, "offset": one.offset, "number": one.number}
            store.remember(_KEY, json.dumps(said))
            done(one.lines)
    store.remember(_KEY, None)
    return report


def _gathered(messages: Iterable[tuple[Any, ...]], size: int) -> Iterator[_Batch]:
    """The small batches that come as such of about that size."""
    waiting: _Batch | None = None
    for message in messages:
        one = _Batch(*message)
        if waiting is not None and waiting.turn != one.turn:
            yield waiting
        elif waiting is not None:
            rows, problems = waiting.rows + one.rows, waiting.problems + one.problems
            lines, unwanted = waiting.lines + one.lines, waiting.unwanted + one.unwanted
            one = replace(one, rows=rows, problems=problems, lines=lines, unwanted=unwanted)
        waiting = None if len(one.rows) >= size else one
        if waiting is None or waiting.lines >= _SEEN:
            waiting = None
            yield one
    if waiting is not None:
        yield waiting


def _keep(store: Store, batch: _Batch, report: Imported) -> None:
    """Store the papers of a batch, but for those of which the graph knows later."""
    report.read += batch.lines
    report.unwanted += batch.unwanted
    report.faulty += len(batch.problems)
    room = PROBLEMS - len(report.problems)
    report.problems += [Problem(line, message) for line, message in batch.problems[:room]]
    papers = {row[0]: row for row in batch.rows}  # of a paper that stands there twice the later line
    blobs = _blobs(store, papers)
    same = {arxiv_id for arxiv_id, blob in blobs.items() if blob == papers[arxiv_id][-2][0]}
    asked = _answered(store, blobs)
    known = held(store.db, blobs.keys() - same)
    readings, versions = [], {}
    for arxiv_id, row in papers.items():
        if arxiv_id in same:
            continue
        record, fingerprints, all_versions = _unpacked(row)
        old, reader = known.get(arxiv_id, (None, READER))
        if old is not None and (record.version < old.version or asked.get(arxiv_id, "") > report.day):
            report.older += 1
            continue
        if old is not None:
            said = settled(record, old, raw=True)
            readings.append(reading_of(said, reader=reader if said == old else READER))
        else:
            readings.append(reading_of(record, reader=READER, known=fingerprints))
        versions[arxiv_id] = all_versions
    at = datetime.combine(date.fromisoformat(report.day), datetime.min.time(), UTC) if report.day else None
    late = [arxiv_id for arxiv_id in same if asked.get(arxiv_id, "") < report.day]
    lookups = dict.fromkeys([*versions, *late], True)
    report.same += len(same)
    if readings or lookups:
        delta = store.replace(*readings, find_names=False, versions=versions, lookups=lookups, asked_at=at)
        report.new += delta.records_added
        report.changed += delta.records_changed
        report.same += delta.documents_unchanged


def _blobs(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """The blobs of the records that these papers have, by id."""
    sql = "SELECT substr(key, 7), blob FROM document WHERE key IN ({})"
    return {row[0]: row[1] for row in rows_in(store.db, sql, [f"arxiv:{one}" for one in ids])}


def _answered(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """The days on which arXiv answered for these papers."""
    sql = "SELECT arxiv_id, substr(asked_at, 1, 10) FROM paper_lookup WHERE arxiv_id IN ({})"
    return {row[0]: row[1] for row in rows_in(store.db, sql, ids)}


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collector: it would look at all that a batch holds again and again, and find no circles."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _mark(path: Path, part: Part) -> str:
    """What a file and the part of it that is wanted are known by again: size, both ends, part."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            sample = file.read(_SAMPLE)
            file.seek(max(size - _SAMPLE, 0))
            sample += file.read(_SAMPLE)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
            hint="Name the file of the snapshot: JSON lines, also .gz.",
        ) from None
    return blake2b(repr((size, sample, asdict(part))).encode(), digest_size=16).hexdigest()


# ------------------------------------------------------------------------------ the reader


@contextmanager
def _reader(
    path: Path, wanted: tuple[Part, int], start: tuple[int, int, int]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The messages of a process that reads the file: its extent, then batch after batch."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, str(path), wanted, start), daemon=True)
    with interrupts_held():
        process.start()
    theirs.close()
    try:
        yield _messages(ours, path)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def _messages(connection: Connection, path: Path) -> Iterator[tuple[Any, ...]]:
    while True:
        try:
            message = marshal.loads(connection.recv_bytes())  # noqa: S302 - from our own process
        except EOFError:
            raise UsageError(
                f"{path} could not be read to its end", hint="Run the same command again."
            ) from None
        if message is None:
            return
        if isinstance(message, str):
            raise UsageError(f"{path}: {message}", hint="Load the file once more; what was read is kept.")
        yield message


def _serve(connection: Connection, path: str, wanted: tuple[Part, int], start: tuple[int, int, int]) -> None:
    """Read the file and send what is in it; a text is sent where it cannot be read."""
    gc.disable()
    waiting: Queue[bytes] = Queue(_AHEAD)
    gone = Event()
    Thread(target=_send, args=(connection, waiting, gone)).start()
    try:
        for message in _read(path, wanted, start):
            waiting.put(marshal.dumps(message))
            if gone.is_set():
                break
        waiting.put(marshal.dumps(None))
    except (EOFError, OSError, ValueError) as error:
        waiting.put(marshal.dumps(f"cannot be read to its end: {error}"))
    finally:
        waiting.put(b"")


def _send(connection: Connection, waiting: Queue[bytes], gone: Event) -> None:
    """Send messages, to the empty one, while the next are made; when nobody takes them, throw them away."""
    while message := waiting.get():
        with suppress(OSError):
            if not gone.is_set():
                connection.send_bytes(message)
                continue
        gone.set()


def _read(path: str, wanted: tuple[Part, int], start: tuple[int, int, int]) -> Iterator[tuple[Any, ...]]:
    """The extent of the file, then batch after batch. Raises: EOFError, OSError, ValueError."""
    with _opened(path) as file:
        size = extent(line for _, line in numbered(file))
    yield size.lines, size.day
    turn, offset, number = start
    for one in range(turn, 2):
        with _opened(path) as file:
            yield from _batches(file, wanted, one, *((offset, number) if one == turn else (0, 0)))


def _opened(path: str) -> BinaryIO:
    with open(path, "rb") as file:  # noqa: PTH123 - a path of this very process's parent
        zipped = file.read(2) == b"\x1f\x8b"
    if zipped:
        return cast("BinaryIO", BufferedReader(gzip.open(path, "rb"), 1 << 20))
    return open(path, "rb", buffering=1 << 20)  # noqa: PTH123 - whoever asked closes it


def _batches(
    file: BinaryIO, wanted: tuple[Part, int], turn: int, offset: int, number: int
) -> Iterator[tuple[Any, ...]]:
    part, size = wanted
    lines = enumerate(numbered(file, start=offset), number + 1)
    mine = ((n, at, line) for n, (at, line) in lines if is_new_style(line) == bool(turn))
    while some := list(islice(mine, size)):
        rows, problems, unwanted = [], [], 0
        for n, _, line in some:
            if not line.strip():
                continue
            try:
                found = paper_of(line, part)
            except ValueError as error:
                problems.append((n, str(error)))
                continue
            if found is None:
                unwanted += 1
            else:
                rows.append(_packed(*found))
        yield rows, problems, unwanted, len(some), turn, some[-1][1], some[-1][0]


def _packed(record: PaperRecord, versions: tuple[PaperVersion, ...]) -> tuple[Any, ...]:
    """A paper as plain values, which pass between processes ten times faster than objects."""
    said = (
        *(record.arxiv_id, record.version, record.title, record.abstract, record.authors, record.categories),
        *(record.published.isoformat(), record.updated.isoformat()),
        *(record.comment, record.journal_ref, record.doi, record.withdrawn),
    )
    listed = [(one.version, one.submitted and one.submitted.isoformat(), one.licence) for one in versions]
    return *said, fingerprint(record), listed


def _unpacked(row: tuple[Any, ...]) -> tuple[PaperRecord, tuple[str, str], tuple[PaperVersion, ...]]:
    *said, known, listed = row
    said[6:8] = (datetime.fromisoformat(one) for one in said[6:8])
    versions = (
        PaperVersion(n, at and datetime.fromisoformat(at), licence=licence) for n, at, licence in listed
    )
    return PaperRecord(*said), known, tuple(versions)
