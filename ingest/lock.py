"""One refresh at a time: a lock beside the database, which goes with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".refresh.lock"
"""The file that the lock is on. It stays, empty; what counts is whether a process holds it."""


PATIENCE = 1.0
"""Seconds for which the lock is waited for: longer than somebody holds it who only looks."""


@contextmanager
def alone(workspace: Path, patience: float = PATIENCE) -> Iterator[bool]:
    """Whether nobody else refreshes the workspace in that folder; nobody else will until the block ends.

    A folder that cannot hold a lock is no reason to wait: the refresh itself tells what is wrong with it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(workspace / LOCK, timeout=patience)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except (OSError, NotImplementedError):
        yield True
        return
    try:
        yield True
    finally:
        lock.release()


def is_refreshed(workspace: Path) -> bool:
    """Whether a process refreshes the workspace now."""
    if not (workspace / LOCK).exists():
        return False
    with alone(workspace, patience=0) as ours:
        return not ours
