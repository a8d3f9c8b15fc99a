"""Reading a list in a process of its own, so that no text from outside can hang or exhaust kg."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

from kg.errors import NotAList

from .lists import ListReading, read_list

SECONDS = 60.0
MEMORY = 4 << 30  # bytes of address space; the largest real list needs a tenth


def read_guarded(
    content: bytes, *, name: str, page: str, commit: str, retrieved_from: str, seconds: float = SECONDS
) -> ListReading:
    """What :func:`ingest.lists.read_list` gives, or NotAList where it does not end in time."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (sender, content, name, page, commit, retrieved_from)
    process = context.Process(target=_read, args=arguments, daemon=True)
    with _interrupts_held():
        process.start()
    sender.close()
    try:
        if receiver.poll(seconds):
            reading = receiver.recv()
            assert isinstance(reading, ListReading)
            return reading
    except EOFError:
        pass  # the worker died: too much memory
    finally:
        process.kill()
        process.join()
        process.close()
        receiver.close()
    raise NotAList(
        f"{name} could not be read within {seconds:g} seconds and {MEMORY >> 30} GB",
        hint="Is it a Markdown list? Save it to a file and look at it.",
    )


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C reaches the whole group: a process started in here never hears it, this one afterwards."""
    resource_tracker.ensure_running()  # starting it would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _read(sender: Connection, content: bytes, name: str, page: str, commit: str, retrieved_from: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    reading = read_list(content, name=name, page=page, commit=commit, retrieved_from=retrieved_from)
    sender.send(reading)
    sender.close()
