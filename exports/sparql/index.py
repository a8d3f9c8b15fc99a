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
from typing import Any

from kg import __version__
from kg.graph import Graph
from kg.rdf import Options, View, opened

from .standing import held, home, state_of

FORMAT = 1
"""Raised when an index is built in another way."""

_TRIES = 3
_OURS = re.compile(r"[0-9a-f]{16}(?:\.part)?")

Build = Callable[[Path, View], None]
"""Makes an index of a state of the graph in a folder that is not there yet. Raises: OSError."""


@contextmanager
def indexed(graph: Graph, options: Options, build: Build, *, anew: bool = False) -> Iterator[Path | None]:
    """The folder of an index of this state of the graph, built if need be; nobody deletes it meanwhile.

    None where no index can be kept: the folder of the database cannot be written. ``anew``: one that
    is there is damaged. Raises: StoreError, and what ``build`` raises but for OSError.
    """
    for _ in range(_TRIES):
        folder = folder_of(graph.store.path, options, state_of(graph.db))
        if not anew:
            with held(folder) as is_held:
                if is_held:
                    yield folder
                    return
        if not _built(graph, options, build, anew=anew):
            break
        anew = False
    yield None


def folder_of(database: Path, options: Options, state: list[Any]) -> Path:
    """The folder of the index of a state of a database; its name is a digest of all that it depends on."""
    depends = json.dumps([FORMAT, __version__, repr(options), state])
    return home(database) / hashlib.sha256(depends.encode()).hexdigest()[:16]


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
            folder = folder_of(graph.store.path, options, state_of(graph.db))
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
