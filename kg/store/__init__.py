"""The store: one SQLite file that keeps what documents say and the graph derived from it.

Writing is :meth:`Store.replace`, :meth:`Store.remove` and :meth:`Store.correct`; each is one
transaction in which the graph is derived again where it was touched, and tells the delta.
:meth:`Store.mark` takes in a person's marks, which are no part of the graph.
Reading is :class:`kg.graph.Graph`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.corrections import Correction, reading_of
from kg.errors import StoreError
from kg.marks import Mark
from kg.model import Delta, PaperVersion, Reading

from . import derivation, documents, harvest, marks, migrations, occurrences, records, runs, schema
from .restoring import Restoration
from .touched import USER, Touched


def utc_now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class Store:
    """An open database. Use as a context manager; one object serves one thread."""

    def __init__(
        self, path: Path, *, readonly: bool = False, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Open, and make or migrate it unless ``readonly``. Raises: StoreError and its kinds."""
        self.path = path
        self.readonly = readonly
        self.clock = clock
        self.backup: Path | None = None
        if readonly and not path.exists():
            raise StoreError(f"there is no graph at {path}", hint="Make one with `kg add starter`.")
        self.db = schema.connect(path, readonly=readonly)
        self.db.row_factory = sqlite3.Row
        try:
            if readonly:
                self._check_version()
            else:
                self.backup = migrations.migrate(self.db, path)
        except sqlite3.Error as error:
            self.db.close()
            raise schema.translated(error, path) from error
        except StoreError:
            self.db.close()
            raise

    def _check_version(self) -> None:
        found = migrations.version_of(self.db)
        if found > len(migrations.STEPS):
            raise schema.too_new(found, len(migrations.STEPS), self.path)
        if found < len(migrations.STEPS):
            raise StoreError(
                f"{self.path} was made by an older kg and must be migrated first",
                hint="Run any command that writes, such as `kg refresh`, where the folder is writable.",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the file is whole afterwards."""
        self.db.close()

    # ------------------------------------------------------------------------- writing

    def replace(
        self,
        *readings: Reading,
        lookups: Mapping[str, bool] | None = None,
        dry_run: bool = False,
        find_names: bool = True,
        look: Callable[[], object] | None = None,
        versions: Mapping[str, Iterable[PaperVersion]] | None = None,
        asked_at: datetime | None = None,
        arrived: str = "",
    ) -> Delta:
        """What changed, after these documents say what their readings say and nothing else.

        One transaction for all of them: slugs are given over the whole batch, the best supported
        node first, so the order of readings does not matter. ``lookups``: arXiv ids that
        were answered for, and whether arXiv knows them. ``dry_run`` rolls back and tells the same
        delta; ``look`` is called before that, and sees the graph as it would be. Without
        ``find_names`` the texts wait for :meth:`find_names`. ``versions``: by arXiv id what is known of
        the versions of papers. ``asked_at``: when the answers were given, if not just now.
        ``arrived``: the cause of records that are new, where they were harvested.
        """
        with self._transaction(dry_run=dry_run) as (touched, now):
            touched.arrived = arrived
            fresh = documents.replace(self.db, readings, now, touched)
            records.note_versions(self.db, versions or {})
            asked = asked_at.astimezone(UTC).isoformat(timespec="seconds") if asked_at else now
            records.note_lookups(self.db, lookups or {}, asked)
            delta = self._derive(touched, now, find_names=find_names) if fresh else Delta()
            if fresh:
                self._next_generation(delta)
            if look is not None:
                look()
        return _with_unchanged(delta, len(readings) - fresh)

    def remove(self, *keys: str, dry_run: bool = False) -> Delta:
        """What changed, after the documents of these keys are gone; unknown keys change nothing."""
        with self._transaction(dry_run=dry_run) as (touched, now):
            gone = documents.remove(self.db, keys, touched)
            delta = self._derive(touched, now) if gone else Delta()
            if gone:
                self._next_generation(delta)
        return delta

    def correct(self, corrections: Iterable[Correction], content: bytes, *, dry_run: bool = False) -> Delta:
        """What changed, after these are the corrections; ``content`` is the file that states them."""
        listed = tuple(corrections)
        with self._transaction(dry_run=dry_run) as (touched, now):
            documents.store_corrections(self.db, listed, touched)
            reading = reading_of(listed, content)
            documents.replace(self.db, [reading], now, touched)
            touched.cause_of[reading.key] = USER
            delta = self._derive(touched, now)
            self._next_generation(delta)
        return delta

    @contextmanager
    def restoring(self) -> Iterator[Restoration]:
        """What writes a graph that an export tells into this store, which must be empty: one transaction.

        Raises: UsageError where there is a graph already. Whatever is raised within leaves the store empty.
        """
        with self._transaction():
            restoration = Restoration(self.db)
            restoration.begin()
            yield restoration
            self._next_generation(delta=True)

    def mark(self, listed: Iterable[Mark], blob: str) -> None:
        """Let these be the marks; ``blob`` names the bytes of the file that states them."""
        with self._transaction():
            marks.keep(self.db, listed, blob)

    def find_names(self, *, limit: int = occurrences.AT_ONCE) -> int:
        """How many texts that waited have been searched for names, at most ``limit``, newest first.

        One transaction. Call it until it says 0; what it has done is kept if it is stopped between.
        :attr:`unread` says how many wait.
        """
        with self._transaction():
            done = occurrences.read(self.db, limit)
            if done:
                occurrences.reject(self.db)
                self._next_generation(delta=True)
        return done

    @property
    def unread(self) -> int:
        """How many nodes have texts that wait to be searched for names."""
        return occurrences.waiting(self.db)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Many large transactions in a row: more memory, and the log is put into the file less often."""
        (mapped,) = self.db.execute("PRAGMA mmap_size").fetchone() or (0,)
        self.db.execute("PRAGMA mmap_size = 0")  # a page would be in memory twice
        self.db.execute("PRAGMA cache_size = -65536")
        self.db.execute("PRAGMA wal_autocheckpoint = 150000")
        try:
            yield
        finally:
            self.db.execute("PRAGMA wal_autocheckpoint = 1000")
            self.db.execute("PRAGMA cache_size = -2000")
            self.db.execute(f"PRAGMA mmap_size = {int(mapped)}")
            with suppress(sqlite3.Error):  # a reader may be in the log still: then the next one does it
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def remembered(self, key: str) -> str | None:
        """What was to be remembered under that key, or None."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, key: str, value: str | None) -> None:
        """Remember a value under that key; None: forget it."""
        with self._transaction():
            if value is None:
                self.db.execute("DELETE FROM meta WHERE key = ?", (key,))
            else:
                self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def checked(self, *keys: str) -> None:
        """Note that these documents were looked at just now and say what they said."""
        with self._transaction() as (_, now):
            self.db.executemany(
                "UPDATE document SET checked_at = ? WHERE key = ?", [(now, key) for key in keys]
            )

    def begin_run(self, process: int) -> int:
        """The number of a run of that process, which begins now."""
        with self._transaction() as (_, now):
            return runs.begin(self.db, process, now)

    def end_run(self, number: int, code: int, reason: str, changes: int = 0) -> None:
        """Note that a run has ended: its exit code, why that is not 0, what it noted in the ledger."""
        with self._transaction() as (_, now):
            runs.end(self.db, number, now, code, reason, changes)

    def _derive(self, touched: Touched, now: str, *, find_names: bool = True) -> Delta:
        delta = derivation.derive(self.db, touched, now)
        if find_names:
            occurrences.read(self.db, occurrences.AT_ONCE)
        occurrences.reject(self.db)
        return delta

    def note_harvest(
        self,
        progress: harvest.Progress | None,
        versions: Mapping[str, Iterable[PaperVersion]] | None = None,
    ) -> None:
        """Keep how far arXiv's list of changes has been read (None: to its end), and what it told.

        ``versions``: by arXiv id what it said of the versions of a paper that has a record.
        """
        with self._transaction():
            harvest.note(self.db, progress, versions or {})

    def vouch(self, categories: Iterable[str], since: datetime, at: datetime, *, but: Iterable[str]) -> None:
        """Note that arXiv has answered at that time for all papers of the categories (none: for all papers).

        Only for those with a record for which it had answered since then, ``but`` for these ids.
        """
        with self._transaction():
            harvest.vouch(self.db, categories, since, at, but)

    @contextmanager
    def _transaction(self, *, dry_run: bool = False) -> Iterator[tuple[Touched, str]]:
        now = self.clock().astimezone(UTC).isoformat(timespec="seconds")
        try:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("PRAGMA defer_foreign_keys = ON")
            yield Touched(), now
            self.db.execute("ROLLBACK" if dry_run else "COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise schema.translated(error, self.path) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def _next_generation(self, delta: Delta | bool) -> None:  # noqa: FBT001 - whether anything changed
        """Name the new state, even where only lines have moved; count it where the graph has changed.

        The name is drawn, so that a database put back from a backup never gives another state the name
        of one that something outside was made from.
        """
        if delta:
            self.db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        self.db.execute("INSERT OR REPLACE INTO meta VALUES ('state', lower(hex(randomblob(16))))")

    def back_up(self, target: Path) -> None:
        """Copy the whole database to ``target``, consistently, while others may read and write."""
        try:
            copy = sqlite3.connect(target)
            try:
                self.db.backup(copy)
            finally:
                copy.close()
        except sqlite3.Error as error:
            raise schema.translated(error, target) from error


def _with_unchanged(delta: Delta, unchanged: int) -> Delta:
    from dataclasses import replace

    return replace(delta, documents_unchanged=unchanged)
