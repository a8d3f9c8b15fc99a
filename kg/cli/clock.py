"""Work that is no Python and hears no signal, in a process that may end with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import NoReturn

from kg.errors import KgError

from .output import Exit, complain, exit_code, narrate


@contextmanager
def watched(seconds: float, late: KgError) -> Iterator[None]:
    """Let this process end at Ctrl-C, or with ``late`` after so many seconds, whatever it does meanwhile.

    The work must let other threads run. It is called in the main thread.
    """
    done = Event()

    def watch() -> None:
        found = signal.sigtimedwait({signal.SIGINT}, seconds)
        if done.is_set():
            return
        if found is None:
            complain(late)
            _leave(exit_code(late))
        narrate("kg: interrupted; what was finished is kept")
        _leave(Exit.INTERRUPTED)

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    watcher = Thread(target=watch, daemon=True)  # inherits the mask: the signal waits for it alone
    watcher.start()
    try:
        yield
    finally:
        done.set()
        assert watcher.ident is not None
        signal.pthread_kill(watcher.ident, signal.SIGINT)  # else it would wait for its time
        watcher.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave(code: int) -> NoReturn:
    os._exit(code)  # the main thread is busy elsewhere
