"""One request at a time and one per delay, over all threads, processes and workspaces of a user.

A lock file is held while a request runs, so there are never two connections; a small file beside
it says from when the next one is allowed. It is written before the request too: a process that is
killed in the middle leaves the others the right time.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ConfigError, RateLimited

_LOCK_PATIENCE = 600.0
_PATIENCE = 300.0
_WORTH_TELLING = 5.0
_LONGEST = 86_400.0  # whatever a server asks for: a day, so that one bad header is no end of service


@dataclass(frozen=True, slots=True)
class Time:
    """The clocks: ``now`` is the wall's, ``clock`` never goes back, ``sleep`` lets both go on."""

    now: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Turn:
    """The right to one request; ``postpone`` moves the next one away for everybody."""

    def __init__(self, delay: float) -> None:
        """The next request is ``delay`` seconds after the end of this one."""
        self.wait = delay

    def postpone(self, seconds: float) -> None:
        """The next request is at least that many seconds after this one."""
        self.wait = max(self.wait, min(seconds, _LONGEST))


class Throttle:
    """The order of requests to arXiv.

    ``patience`` is the longest wait for a time that the server asked for; ``tell`` hears of waits.
    """

    def __init__(
        self,
        folder: Path,
        delay: float,
        *,
        name: str = "arxiv",
        patience: float = _PATIENCE,
        time: Time | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing is created before the first turn."""
        self.delay = delay
        self.patience = patience
        self._lock_file = folder / f"{name}.lock"
        self._state_file = folder / f"{name}.json"
        self.time = time or Time()
        self._tell = tell
        self._allowed = -math.inf  # by the clock that never goes back, for this process

    @contextlib.contextmanager
    def turn(self) -> Iterator[Turn]:
        """A turn, once it is one's own; the lock is held until the block ends.

        Raises: RateLimited (the next request is further away than patience, or another process does
        not end), ConfigError (the state folder cannot be used).
        """
        while True:
            with self._locked():
                wait = self._wait()
                if wait <= 0:
                    turn = Turn(self.delay)
                    self._stamp(turn.wait)
                    try:
                        yield turn
                    finally:
                        self._stamp(turn.wait)
                    return
            if wait > self.patience:
                raise RateLimited(
                    f"arXiv asked to be left alone for another {duration(wait)}",
                    hint="Run kg refresh later; what is stored stays usable.",
                    retry_after=wait,
                )
            if wait >= _WORTH_TELLING:
                self._tell(f"waiting {duration(wait)} before arXiv may be asked again")
            self.time.sleep(wait)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            self._lock_file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._lock_file, timeout=_LOCK_PATIENCE)
            lock.acquire()
        except Timeout:
            raise RateLimited(
                "another kg has been asking arXiv for ten minutes", hint="Wait for it, or end it."
            ) from None
        except (OSError, NotImplementedError) as error:
            raise ConfigError(
                f"the folder {self._lock_file.parent} cannot hold a lock: {error}",
                hint="Set KG_STATE to a folder on a local disk that you may write.",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _wait(self) -> float:
        """Seconds until the next request. A time that only a changed clock explains is put right."""
        left = self._allowed - self.time.clock()
        try:
            state = json.loads(self._state_file.read_text("utf-8"))
            then, length = float(state["next"]), float(state["wait"])
        except FileNotFoundError:
            return left
        except (OSError, ValueError, TypeError, KeyError):
            then, length = math.nan, math.nan
        if not (math.isfinite(then) and 0 <= length <= _LONGEST):  # written by nobody we know
            self._write(self.delay)
            return max(left, self.delay)
        if then - self.time.now() > length:  # the clock went back after it was written
            self._write(length)
            return max(left, length)
        return max(left, then - self.time.now())

    def _stamp(self, wait: float) -> None:
        self._allowed = self.time.clock() + wait
        self._write(wait)

    def _write(self, wait: float) -> None:
        fresh = self._state_file.with_suffix(f".{os.getpid()}")
        try:
            fresh.write_text(json.dumps({"next": self.time.now() + wait, "wait": wait}), "utf-8")
            fresh.replace(self._state_file)
        except OSError as error:
            raise ConfigError(
                f"the folder {self._state_file.parent} cannot be written: {error.strerror}",
                hint="Set KG_STATE to a folder on a local disk that you may write.",
            ) from None


def duration(seconds: float) -> str:
    """A length of time in a word or two.

    >>> duration(0.2), duration(59), duration(150)
    ('1 s', '59 s', '3 min')
    """
    minute = 60
    return f"{math.ceil(seconds)} s" if seconds < 2 * minute else f"{math.ceil(seconds / minute)} min"
