"""The index that SPARQL is answered from: a store of triples in a folder beside ``graph.db``.

It can be deleted at any time; only kg itself deletes parts of it. ``.graph.rdf/`` holds a folder for
one state of the graph, named after all that its triples depend on, so that an old index is never taken
for a new one. It is built under another name and then renamed. One process builds at a time, and what
others still read is not deleted.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg import __version__
from kg.graph import Graph
from kg.rdf import Options, View, opened

FORMAT = 1
"""Raised when an index is built in another way."""

_TRIES = 3
_OURS = re.compile(r"[0-9a-f]{16}(?:\.part)?")

Build = Callable[[Path, View], None]
"""Makes an index of a state of the graph in a folder that is not there yet. Raises: OSError."""


def home(database: Path) -> Path:
    """The folder of the index of a database."""
    return database.with_name(f".{database.stem}.rdf")


@contextmanager
def indexed(graph: Graph, options: Options, build: Build, *, anew: bool = False) -> Iterator[Path | None]:
    """The folder of an index of this state of the graph, built if need be; nobody deletes it meanwhile.

    None where no index can be kept: the folder of the database cannot be written. ``anew``: one that
    is there is damaged. Raises: StoreError, and what ``build`` raises but for OSError.
    """
    for _ in range(_TRIES):
        folder = home(graph.store.path) / _name(graph, options)
        if not anew:
            with _held(folder) as held:
                if held:
                    yield folder
                    return
        if not _built(graph, options, build, anew=anew):
            break
        anew = False
    yield None


def _name(graph: Graph, options: Options) -> str:
    """The name of an index of this state: a digest of all that its triples depend on."""
    pages = "SELECT key, page FROM document WHERE kind <> 'arxiv' ORDER BY key"  # they may change alone
    listed = [tuple(row) for row in graph.db.execute(pages)]
    depends = [FORMAT, __version__, graph.state, repr(options), listed]
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:16]


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
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


def _built(graph: Graph, options: Options, build: Build, *, anew: bool) -> bool:
    """Whether there is an index of the state of the graph now."""
    place = home(graph.store.path)
    try:
        place.mkdir(exist_ok=True)
        lock = os.open(place / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever builds now may build just this
        with opened(graph, options) as view:
            folder = place / _name(graph, options)
            if anew:
                shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                part = folder.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)
                build(part, view)
                part.rename(folder)
        _clean(place, folder)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _clean(place: Path, kept: Path) -> None:
    """Delete the other indexes that nobody reads."""
    for folder in sorted(place.iterdir()):
        if folder == kept or not _OURS.fullmatch(folder.name):
            continue
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(number)
