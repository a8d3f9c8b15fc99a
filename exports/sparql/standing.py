"""The index that answered last, taken again at once while all that it depends on stands as it stood.

``kg sparql`` asks here first: nothing of the graph is imported for it. A file beside the indexes tells what
the last answer rested on: kg.toml, the state of the database, the version of kg. Whatever differs, or
cannot be read, leads to :mod:`exports.sparql.index`, which knows better and tells what is wrong.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kg import __version__
from kg.place import CONFIG, CORRECTIONS, DATABASE

_FILE = "last.json"


class Standing(NamedTuple):
    """An index, held so that nobody deletes it; the base of its addresses, and all prefixes."""

    folder: Path
    base: str
    prefixes: dict[str, str]


def home(database: Path) -> Path:
    """The folder of the indexes of a database."""
    return database.with_name(f".{database.stem}.rdf")


def state_of(db: sqlite3.Connection) -> list[Any]:
    """What the triples of a database depend on: whatever changes them changes this."""
    sql = (
        "SELECT user_version, (SELECT value FROM meta WHERE key = 'generation'),"
        " (SELECT value FROM meta WHERE key = 'state') FROM pragma_user_version"
    )
    pages = "SELECT key, page FROM document WHERE kind <> 'arxiv' ORDER BY key"  # they may change alone
    return [*db.execute(sql).fetchone(), [[*row] for row in db.execute(pages)]]


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether the folder is there and stays there."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        yield _is_locked(number, folder)
    finally:
        os.close(number)


def _is_locked(number: int, folder: Path) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_SH)
        return os.path.samestat(os.fstat(number), folder.stat())  # not deleted while we waited
    except OSError:
        return False


def note(workspace: Path, index: Standing, config: str, state: list[Any]) -> None:
    """Let the next question find the index, if kg.toml and the database are like this then.

    A failure costs only time.
    """
    told: dict[str, Any] = {"kg": __version__, "config": config, "state": state}
    told |= {"folder": index.folder.name, "base": index.base, "prefixes": index.prefixes}
    place = home(workspace / DATABASE) / _FILE
    part = place.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_text(json.dumps(told), "utf-8")
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)


@contextmanager
def found(workspace: Path) -> Iterator[Standing | None]:
    """The index that the last question noted, if it stands for what the workspace says now."""
    database = workspace / DATABASE
    try:
        told = json.loads((home(database) / _FILE).read_text("utf-8"))
        index = Standing(home(database) / told["folder"], told["base"], told["prefixes"])
        stands = told["kg"] == __version__ and told["config"] == config_of(workspace)
        stands = stands and _taken_in(workspace, told["state"])
    except (KeyError, OSError, TypeError, ValueError, sqlite3.Error):
        stands = False
    if not stands:
        yield None
        return
    with held(index.folder) as is_held:
        yield index if is_held else None


def config_of(workspace: Path) -> str:
    """The text of kg.toml; nothing where there is none, or none that can be read."""
    try:
        return (workspace / CONFIG).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _taken_in(workspace: Path, before: list[Any]) -> bool:
    """Whether the database is in that state, and holds the corrections of the text file."""
    address = f"{(workspace / DATABASE).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
        if state_of(db) != before:
            return False
        row = db.execute("SELECT blob FROM document WHERE key = 'corrections'").fetchone()
    try:
        content = (workspace / CORRECTIONS).read_bytes()
    except FileNotFoundError:
        return row is None
    return row is not None and _blob_id(content) == row[0]


def _blob_id(content: bytes) -> str:
    """As :func:`kg.model.blob_id`, which would take as long to import as all of this."""
    from hashlib import sha1

    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
