"""Connections that are cut when their time is over, whatever the other side is doing.

A read timeout bounds one silence; a server that drips a byte a second never meets it, neither in
the head of an answer nor in its body. A deadline bounds the whole. This module imports requests;
only :mod:`ingest.http` imports this module, and only when something is fetched.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter


class Deadline:
    """A context that shuts the sockets it watches once ``seconds`` have passed.

    ``passed`` tells afterwards whether it came to that: whatever was read then is not whole.
    """

    def __init__(self, seconds: float) -> None:
        """The clock starts with the ``with`` block."""
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(seconds, 0.0), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def watch(self, connected: socket.socket) -> None:
        """The socket is cut at the deadline; at once if that has passed."""
        with self._lock:
            self._sockets.append(connected)
            late = self.passed
        if late:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            for connected in self._sockets:
                # The plain shutdown, also for TLS: the reader wakes up, and it alone closes.
                with contextlib.suppress(OSError, ValueError):
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """An adapter of requests whose connections are watched by one deadline; it never retries."""

    def __init__(self, deadline: Deadline) -> None:
        """One adapter serves one exchange."""
        self._deadline = deadline
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool that requests asks for, with connections that report their socket."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self._deadline)
        return pool


def _watched(plain: Any, deadline: Deadline) -> Any:
    """The connection class ``plain`` with a ``connect`` that hands its socket to the deadline."""

    def connect(self: HTTPConnection) -> None:
        plain.connect(self)
        deadline.watch(self.sock)

    return type(f"Watched{plain.__name__}", (plain,), {"connect": connect})
