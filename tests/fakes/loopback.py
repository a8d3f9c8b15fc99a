"""A real HTTP server on this machine that logs what it sees and can be told to misbehave."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

REASONABLE = 30.0  # no fault lasts longer, whatever a test forgets


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it; times by the clock that never goes back."""

    start: float
    end: float
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    connection: int
    status: int


@dataclass(frozen=True)
class Answer:
    """What goes back: status, body, headers."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A way to misbehave once: another answer, or another way to deliver it."""

    name: str
    answer: Callable[[Answer], Answer] = lambda answer: answer
    deliver: Callable[[Handler, Answer], None] | None = None


class Handler(BaseHTTPRequestHandler):
    """One connection; the server decides what it says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.number = self.server.owner.connected(self.connection)

    def finish(self) -> None:
        self.server.owner.disconnected(self.number)
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length", "0"))).decode())

    def _serve(self, form: str) -> None:
        owner, start = self.server.owner, time.monotonic()
        owner.busy(1)
        parts = urlsplit(self.path)
        query = {k: v[-1] for text in (parts.query, form) for k, v in parse_qs(text).items()}
        headers = {k.lower(): v for k, v in self.headers.items()}
        fault = owner.next_fault()
        answer = fault.answer(owner.answer(self.path, query, headers))
        try:
            if fault.deliver:
                self.close_connection = True
                fault.deliver(self, answer)
            else:
                self.send(answer)
        except OSError:
            self.close_connection = True  # the client has gone
        finally:
            end = time.monotonic()
            owner.note(Seen(start, end, self.command, self.path, query, headers, self.number, answer.status))

    def send(self, answer: Answer, length: int | None = None) -> None:
        """The whole answer, with the length it has or the one it is told to claim."""
        self.head(answer, {"Content-Length": str(len(answer.body) if length is None else length)})
        self.wfile.write(answer.body)

    def head(self, answer: Answer, more: dict[str, str]) -> None:
        """Status line and headers."""
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "text/plain"} | answer.headers | more).items():
            self.send_header(name, value)
        self.end_headers()

    def pause(self, seconds: float) -> bool:
        """Whether to stop after that time, or before it: the client hung up, or the server closes."""
        end = time.monotonic() + seconds
        while not hung_up(self.connection):
            left = end - time.monotonic()
            if self.server.owner.closing.wait(min(max(left, 0), 0.01)):
                return True
            if left <= 0:
                return False
        return True

    def log_message(self, *_: Any) -> None:
        """Silence: the log is a list."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: LoopbackServer

    def handle_error(self, *_: Any) -> None:
        """Silence: a client that hangs up is what the tests are about."""


class LoopbackServer:
    """A server to be used as a context; ``peak`` is the most connections that were open at once."""

    def __init__(self, port: int = 0) -> None:
        self._log: list[Seen] = []
        self._busy = 0
        self.peak = 0
        self.connections = 0
        self.closing = threading.Event()
        self._open: dict[int, socket.socket] = {}
        self._faults: deque[Fault | None] = deque()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The root, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def script(self, *faults: Fault | None) -> None:
        """The next requests meet these faults, one each; None is good behaviour."""
        with self._lock:
            self._faults.extend(faults)

    def calm(self) -> None:
        """No fault is left."""
        with self._lock:
            self._faults.clear()

    def next_fault(self) -> Fault:
        with self._lock:
            return (self._faults.popleft() if self._faults else None) or Fault("none")

    def busy(self, change: int) -> None:
        with self._lock:
            self._busy += change

    def note(self, seen: Seen) -> None:
        with self._lock:
            self._log.append(seen)
            self._busy -= 1

    @property
    def log(self) -> list[Seen]:
        """Every request answered so far; one that is being answered is waited for, but not for long."""
        end = time.monotonic() + 0.5
        while self._busy and time.monotonic() < end:
            time.sleep(0.002)
        with self._lock:
            return list(self._log)

    def connected(self, connection: socket.socket) -> int:
        with self._lock:
            self.connections += 1
            self._open[self.connections] = connection
            self.peak = max(self.peak, sum(not hung_up(s) for s in self._open.values()))
            return self.connections

    def disconnected(self, number: int) -> None:
        with self._lock:
            del self._open[number]

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        """What is said when all is well; ``path`` with its query string."""
        raise NotImplementedError

    @property
    def gaps(self) -> list[float]:
        """Seconds from the end of each request to the start of the next; negative: they overlapped."""
        seen = sorted(self.log, key=lambda s: s.start)
        return [b.start - a.end for a, b in pairwise(seen)]


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side has closed: nothing is left to read and nothing will come."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


# ------------------------------------------------------------------------------------------ faults


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """That status instead; header names are written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(f"status {code}", lambda _: Answer(code, body, named))


def redirect(to: str, code: int = 301) -> Fault:
    """Elsewhere."""
    return status(code, Location=to)


def says(body: bytes, media_type: str = "text/html") -> Fault:
    """Another body under a 200."""
    return Fault("another body", lambda _: Answer(200, body, {"Content-Type": media_type}))


def rewrites(change: Callable[[bytes], bytes]) -> Fault:
    """The good body, changed."""
    return Fault("changed body", lambda answer: replace(answer, body=change(answer.body)))


def truncated(share: float = 0.5) -> Fault:
    """The body cut, the length right for what is left."""
    return rewrites(lambda body: body[: int(len(body) * share)])


def short() -> Fault:
    """Fewer bytes than the length promises."""
    return Fault("short", deliver=lambda h, a: h.send(replace(a, body=a.body[:100]), len(a.body)))


def chunk_cut() -> Fault:
    """A chunked body whose last chunk never comes."""

    def deliver(handler: Handler, answer: Answer) -> None:
        handler.head(answer, {"Transfer-Encoding": "chunked"})
        handler.wfile.write(b"400\r\n" + answer.body[:500])

    return Fault("chunk cut", deliver=deliver)


def drip(pause: float = 0.05, *, head: bool = False) -> Fault:
    """One byte at a time, from the first byte of the head or of the body."""

    def deliver(handler: Handler, answer: Answer) -> None:
        text = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 2000 if head else answer.body
        if not head:
            handler.head(answer, {"Content-Length": str(len(answer.body))})
        end = time.monotonic() + REASONABLE
        for number in range(len(text)):
            handler.wfile.write(text[number : number + 1])
            if handler.pause(pause) or time.monotonic() > end:
                return

    return Fault("drip", deliver=deliver)


def silence(seconds: float = REASONABLE) -> Fault:
    """The connection is accepted and nothing is ever said."""

    def deliver(handler: Handler, answer: Answer) -> None:
        del answer
        handler.pause(seconds)

    return Fault("silence", deliver=deliver)


def late(seconds: float) -> Fault:
    """The good answer, after a while."""

    def deliver(handler: Handler, answer: Answer) -> None:
        handler.pause(seconds)
        handler.send(answer)

    return Fault("late", deliver=deliver)


def reset() -> Fault:
    """The connection dropped before a single byte."""
    return Fault("reset", deliver=lambda _handler, _answer: None)


def torn() -> Fault:
    """The connection reset in the middle of the body, so that the client's kernel tells an error."""

    def deliver(handler: Handler, answer: Answer) -> None:
        handler.head(answer, {"Content-Length": str(len(answer.body))})
        handler.wfile.write(answer.body[:100])
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return Fault("torn", deliver=deliver)
