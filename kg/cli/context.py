"""What a command works with: workspace, environment, clock and format, built once, passed down."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Self

import click

from kg.corrections import settled
from kg.errors import ConfigError, StoreError, UsageError
from kg.graph import Graph
from kg.marks import Mark, merged, read_marks, written
from kg.model import RESTORED, Delta, blob_id
from kg.store import Store
from kg.store.marks import blob_of
from kg.store.schema import translated
from kg.textfile import write_text
from kg.workspace import Settings, Workspace, now

from .call import Call, pass_call
from .output import narrate

_AT_ONCE = 5_000  # records that leave in one transaction


class Context(Call):
    """The surroundings of one call of ``kg``: its workspace and its graph."""

    @classmethod
    def of(cls, call: Call) -> Self:
        """The surroundings of that call."""
        return cls(call.chosen, quiet=call.quiet, environment=call.environment)

    @property
    def workspace(self) -> Workspace:
        """The workspace that this call is about."""
        return Workspace(self.folder)

    @property
    def settings(self) -> Settings:
        """What its kg.toml says. Raises: ConfigError."""
        return self.workspace.settings()

    @property
    def offline(self) -> bool:
        """Whether KG_OFFLINE forbids the network."""
        return self.environment.get("KG_OFFLINE", "") not in {"", "0"}

    def clock(self) -> datetime:
        """The present in UTC, or KG_NOW."""
        return now(self.environment)

    @contextmanager
    def reading(self) -> Iterator[Graph]:
        """The graph of this workspace, read-only, after changed text files were taken in."""
        workspace = self.workspace
        workspace.settings()  # a mistake in kg.toml is told by every command alike
        if not workspace.database.exists():
            raise UsageError(
                f"there is no graph in {workspace.folder} yet",
                hint="Make one: `kg add starter`, or `kg add LIST`.",
            )
        with self._open(workspace.database) as store:
            stale = _corrections_differ(store, workspace) or _marks_wait(store, workspace)
            if not stale:
                yield Graph(store)
                return
        try:
            with self.writing():
                pass
        except StoreError as error:
            narrate(f"note: corrections or marks have changed but could not be taken in: {error.message}")
        with self._open(workspace.database) as store:
            yield Graph(store)

    @contextmanager
    def _open(self, path: Path) -> Iterator[Store]:
        """The store, read-only; damage that shows only while it is read is told as damage."""
        try:
            with Store(path, readonly=True, clock=self.clock) as store:
                yield store
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise  # a mistake of ours
        except sqlite3.Error as error:
            raise translated(error, path) from error

    @contextmanager
    def writing(self, *, texts: bool = True) -> Iterator[Store]:
        """The store of this workspace, with the corrections as corrections.toml states them now.

        Without ``texts`` neither these nor marks are taken in yet.
        """
        workspace = self.workspace
        workspace.settings()  # a mistake in kg.toml is told before anything is written
        try:
            workspace.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{workspace.folder} cannot be made: {error.strerror}",
                hint="Name another folder with --workspace or KG_WORKSPACE.",
            ) from error
        with Store(workspace.database, clock=self.clock) as store:
            tell_migration(store)
            if not texts:
                yield store
                return
            if _corrections_differ(store, workspace):
                corrections, content = workspace.load_corrections()
                store.correct(settled(corrections), content)
            with suppress(ConfigError):  # what reads the graph tells of it
                _take_in_marks(store, workspace)
            yield store

    def forget_unnamed(self, store: Store) -> None:
        """Records of papers that no list names any more, and that no source holds, leave the graph."""
        sources = self.settings.sources
        snapshots = [source.snapshot for source in sources if source.snapshot is not None]
        if () in snapshots:
            return  # all of arXiv is a source
        kept = {source.address for source in sources}
        held = [category for categories in snapshots for category in categories]
        gone = [key for key in Graph(store).unnamed_records(but=held) if key not in kept]
        for start in range(0, len(gone), _AT_ONCE):
            store.remove(*gone[start : start + _AT_ONCE])
        if gone and not self.quiet:
            narrate(f"note: {len(gone)} records of papers that no list names any more have left the graph")

    def correct(self, change: Callable[[Workspace], object]) -> Delta:
        """What changed in the graph, after ``change`` has edited corrections.toml.

        Where the graph cannot take the corrections in, the file is put back as it was.
        """
        workspace = self.workspace
        with self.writing() as store, workspace.editing():
            before = workspace.corrections.read_bytes() if workspace.corrections.exists() else None
            change(workspace)
            try:
                corrections, content = workspace.load_corrections()
                return store.correct(settled(corrections), content)
            except BaseException:
                if before is None:
                    workspace.corrections.unlink(missing_ok=True)
                else:
                    workspace.corrections.write_bytes(before)
                raise

    def marks(self) -> list[Mark]:
        """All marks in order: those of marks.jsonl, else those that the graph holds. Raises: ConfigError."""
        workspace = self.workspace
        content = _marks_content(workspace)
        if content is not None:
            return list(_marks_in(content, workspace.marks))
        with self.reading() as graph:
            return [mark for mark, _ in graph.marks()]

    def mark(self, change: Callable[[Graph, list[Mark]], Iterable[Mark]]) -> tuple[list[Mark], list[Mark]]:
        """The marks before and after ``change`` has made new ones of them, in marks.jsonl and the graph.

        Raises: ConfigError where marks.jsonl has mistakes, which are never written over.
        """
        workspace = self.workspace
        with self.writing() as store, workspace.editing():
            _take_in_marks(store, workspace)
            before, name = [mark for mark, _ in Graph(store).marks()], blob_of(store.db)
            after = merged(change(Graph(store), before))
            if after != before:
                text = written(after)
                store.mark(after, blob_id(text.encode()))
                try:
                    write_text(workspace.marks, text)
                except BaseException:
                    store.mark(before, name)
                    raise
        return before, after


def _take_in_marks(store: Store, workspace: Workspace) -> None:
    """Let the marks be those of marks.jsonl; where there is none, those that the graph holds stay.

    Raises: ConfigError.
    """
    content = _marks_content(workspace)
    if content is not None and blob_id(content) != blob_of(store.db):
        store.mark(_marks_in(content, workspace.marks), blob_id(content))


def _marks_wait(store: Store, workspace: Workspace) -> bool:
    """Whether marks.jsonl has changed and can be taken in; its mistakes are told, and stop nothing."""
    try:
        content = _marks_content(workspace)
        if content is None or blob_id(content) == blob_of(store.db):
            return False
        _marks_in(content, workspace.marks)
    except ConfigError as error:
        narrate(f"note: {error.message}; marks are shown as they were before")
        return False
    return True


def _marks_content(workspace: Workspace) -> bytes | None:
    try:
        return workspace.marks.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(
            f"{workspace.marks} cannot be read: {error.strerror}", hint="Check its permissions."
        ) from error


def _marks_in(content: bytes, path: Path) -> tuple[Mark, ...]:
    marks, problems = read_marks(content)
    if problems:
        more = f" (and {len(problems) - 1} more lines)" if len(problems) > 1 else ""
        raise ConfigError(
            f"{path}, line {problems[0].line}: {problems[0].message}{more}",
            hint="Edit or delete that line; each line is one mark, as `kg mark export` writes it.",
        )
    return marks


def tell_migration(store: Store) -> None:
    """Say so, if opening the store has migrated it."""
    if store.backup is not None:
        narrate(f"note: the database was migrated; the old one is kept as {store.backup.name}")


def _corrections_differ(store: Store, workspace: Workspace) -> bool:
    row = store.db.execute("SELECT blob, reader FROM document WHERE key = 'corrections'").fetchone()
    try:
        content = workspace.corrections.read_bytes()
    except FileNotFoundError:
        return row is not None and row["blob"] != blob_id(b"")
    # An export tells what corrections say, and not how.
    return row is None or row["blob"] != blob_id(content) or row["reader"] == RESTORED


def pass_context(command: Callable[..., object]) -> Callable[..., object]:
    """A command gets the surroundings of its call as its first argument."""

    @pass_call
    @wraps(command)
    def with_context(call: Call, /, *arguments: Any, **options: Any) -> object:
        return command(Context.of(call), *arguments, **options)

    return with_context


def formats(*more: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """A command gets ``--format`` and ``--json``, as its argument ``format_``; ``more``: others it has."""
    choice = click.Choice(["auto", "table", "json", *more])
    options = [
        click.option("--json", "format_", flag_value="json", help="JSON with a schema version."),
        click.option("--format", "format_", type=choice, default="auto", help="Output format."),
    ]

    def decorate(command: Callable[..., object]) -> Callable[..., object]:
        for option in options:
            command = option(command)
        return command

    return decorate
