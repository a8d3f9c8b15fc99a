"""Reading a list in a process of its own, so that no text from outside can hang or exhaust kg."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from kg.errors import NotAList

from .lists import ListReading, read_list

SECONDS = 60.0
MEMORY = 4 << 30  # bytes of address space; the largest real list needs a tenth
TOGETHER = 16 << 20  # bytes of lists for one process: cmarkgfm never frees the tree of a list that it parsed


class Worker:
    """A process that reads one list after the other; one list too many for it, and it is made anew.

    To be used as a context; it starts with the first list.
    """

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._read = 0  # bytes, by the process that runs

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(
        self,
        content: bytes,
        *,
        name: str,
        page: str,
        commit: str,
        retrieved_from: str,
        reader: Callable[..., ListReading] = read_list,
        seconds: float = SECONDS,
    ) -> ListReading:
        """What ``reader`` gives (:mod:`ingest.readers`), or NotAList where it does not end in time."""
        if self._read and self._read + len(content) > TOGETHER:
            self.close()
        connection = self._started()
        self._read += len(content)
        try:
            connection.send((reader, content, name, page, commit, retrieved_from))
            if connection.poll(seconds):
                return _unpacked(connection.recv())
        except (EOFError, OSError):
            pass  # the worker died: too much memory
        except BaseException:
            self.close()
            raise
        self.close()
        raise NotAList(
            f"{name} could not be read within {seconds:g} seconds and {MEMORY >> 30} GB",
            hint="Is it a list? Save it to a file and look at it.",
        )

    def _started(self) -> Connection:
        if self._connection is not None:
            return self._connection
        context = multiprocessing.get_context("spawn")
        connection, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with interrupts_held():
            process.start()
            # Only now: an interrupt in another thread closes what it finds, and it can only end what runs.
            self._process, self._connection = process, connection
        theirs.close()
        return connection

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None  # whoever closes first, in whatever thread
        connection, self._connection = self._connection, None
        self._read = 0
        if process is not None:
            process.kill()
            process.join()
            process.close()
        if connection is not None:
            connection.close()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C reaches the whole group: a process started in here never hears it, this one afterwards."""
    resource_tracker.ensure_running()  # starting it would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unpacked(outcome: object) -> ListReading:
    """The reading that a worker sent. Raises: the error that it sent instead, which is a bug."""
    if isinstance(outcome, Exception):
        raise outcome
    assert isinstance(outcome, ListReading)
    return outcome


def _serve(connection: Connection) -> None:
    """Read what comes, until the other side has gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with suppress(EOFError, OSError, MemoryError):
        while True:
            reader, content, name, page, commit, retrieved_from = connection.recv()
            outcome: ListReading | Exception
            try:
                outcome = reader(content, name=name, page=page, commit=commit, retrieved_from=retrieved_from)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - it is told where kg tells its bugs, not here
                outcome = error
            connection.send(outcome)
