"""The graph as a read-only endpoint of the SPARQL 1.1 Protocol: a WSGI application, and a page to try it.

It answers ``/sparql`` and shows ``/``. Whatever a request says, nothing is written: the store is opened
read-only, and each query runs in a process of its own with a time limit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from kg.errors import KgError, QueryError, QueryTimeout
from kg.graph import Graph
from kg.rdf import Options

from . import answers, page
from .asking import GRAPHS, SECONDS, SOLUTIONS
from .inquiry import ask
from .questions import question

LONGEST = 1 << 16
"""Bytes of a request's body, and of a query."""
TYPES = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
}
"""The media types that can be asked for, and the formats that they are; the first of a format is told."""

_AT_ONCE = 4
_PATIENCE = 10.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
]

Start = Callable[[str, list[tuple[str, str]]], Any]
Reading = Callable[[], AbstractContextManager[Graph]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with."""

    status: HTTPStatus
    type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """A request that is not answered: the status and why."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        """Keep them."""
        super().__init__(message)
        text = f"{message}\n".encode()
        told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self.reply = Reply(status, "text/plain; charset=utf-8", text, told)


class Endpoint:
    """The application. ``local``: only requests to a name of this machine are answered.

    That guards against pages of others whose name was made to point here.
    """

    def __init__(
        self, reading: Reading, options: Options, *, seconds: float = SECONDS, local: bool = True
    ) -> None:
        """``reading`` opens the graph for one request."""
        self._reading, self._options, self._seconds, self._local = reading, options, seconds, local
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """The body of the reply."""
        try:
            reply = self._reply(environ)
        except Refused as refused:
            reply = refused.reply
        headers = [("Content-Type", reply.type), ("Content-Length", str(len(reply.body)))]
        start(f"{reply.status.value} {reply.status.phrase}", [*headers, *_HEADERS, *reply.headers])
        return [reply.body]

    def _reply(self, environ: dict[str, Any]) -> Reply:
        self._guard(environ)
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path not in {"/", "/sparql"}:
            raise Refused(HTTPStatus.NOT_FOUND, "There are / and /sparql.")
        allowed = ("GET",) if path == "/" else ("GET", "POST")
        if method not in allowed:
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED, "This endpoint only reads.", Allow=", ".join(allowed)
            )
        given = _fields(environ["QUERY_STRING"]) if method == "GET" else _posted(environ)
        return self._page(given) if path == "/" else self._answer(given, environ.get("HTTP_ACCEPT", "*/*"))

    def _guard(self, environ: dict[str, Any]) -> None:
        """Nothing, if the request comes to this machine by a name of it, and from no page of others."""
        host = environ.get("HTTP_HOST", "")
        if self._local and _without_port(host).lower() not in _LOCAL:
            raise Refused(HTTPStatus.FORBIDDEN, f"{host or 'No name'} is no name of this machine.")
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin != f"http://{host}":
            raise Refused(HTTPStatus.FORBIDDEN, "Pages of others get no answers.")

    def _answer(self, given: dict[str, list[str]], accept: str) -> Reply:
        if "update" in given:
            raise Refused(HTTPStatus.FORBIDDEN, "This endpoint only reads: no update.")
        if found := {"default-graph-uri", "named-graph-uri"} & given.keys():
            raise Refused(HTTPStatus.BAD_REQUEST, f"There is one graph: leave out {min(found)}.")
        queries = given.get("query", [])
        if len(queries) != 1:
            raise Refused(HTTPStatus.BAD_REQUEST, f"Give one query, not {len(queries)}.")
        table, graph = accepted(accept)
        return self._asked(queries[0], table, graph)

    def _asked(self, query: str, table: str | None, graph: str | None) -> Reply:
        """The answer in one of two formats, for tables and for graphs; None: that is not acceptable."""
        if not self._free.acquire(timeout=_PATIENCE):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many questions at once.", Retry_After="10")
        try:
            written = table if table is None or table in SOLUTIONS else answers.READ
            with self._reading() as opened:
                answer = ask(
                    opened, query, self._options, seconds=self._seconds, solutions=written, triples=graph
                )
            out = BytesIO()
            with answer.file:
                format_ = graph if answer.kind == "graph" else table
                assert format_ is not None
                answers.write(answer, format_, out)
        except KgError as error:
            raise _refused(error) from error
        finally:
            self._free.release()
        media = next(name for name, format_of in TYPES.items() if format_of == format_)
        return Reply(HTTPStatus.OK, f"{media}; charset=utf-8", out.getvalue())

    def _page(self, given: dict[str, list[str]]) -> Reply:
        """The page, with a question and its answer if it was asked one."""
        query, status, shown = "", HTTPStatus.OK, ""
        try:
            if name := given.get("saved", [""])[0]:
                query = question(name).query
            elif query := given.get("query", [""])[0]:
                shown = page.answer(self._asked(query, "json", "turtle").body, self._options.base)
        except Refused as refused:
            status, shown = refused.reply.status, page.text(refused.reply.body.decode())
        except KgError as error:
            status, shown = HTTPStatus.BAD_REQUEST, page.text(error.message)
        return Reply(status, "text/html; charset=utf-8", page.whole(query, shown).encode())


def accepted(header: str) -> tuple[str | None, str | None]:
    """The formats, of a table and of a graph, that a header Accept likes best; None for none.

    >>> accepted("text/csv, application/json;q=0.5"), accepted("*/*")
    (('csv', None), ('json', 'turtle'))
    """
    liked: list[tuple[float, int, str]] = []
    for number, one in enumerate(header.split(",")):
        name, *parameters = (part.strip().lower() for part in one.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if weight > 0:
            liked.append((-weight, number, name))
    best: dict[bool, str] = {}
    for _, _, name in sorted(liked):
        for media, format_ in TYPES.items():
            if name in {media, "*/*", f"{media.partition('/')[0]}/*"}:
                best.setdefault(format_ in GRAPHS, format_)
    return best.get(False), best.get(True)


def _fields(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "The fields cannot be read as UTF-8.") from error


def _posted(environ: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a request with a body."""
    media = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media == "application/sparql-update":
        raise Refused(HTTPStatus.FORBIDDEN, "This endpoint only reads: no update.")
    if media not in {"application/sparql-query", "application/x-www-form-urlencoded"}:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/sparql-query, or a form.")
    length = environ.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdigit()):
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say how long the query is.")
    if int(length[:12]) > LONGEST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {LONGEST:,} bytes.")
    try:
        body = environ["wsgi.input"].read(int(length)).decode()
    except UnicodeDecodeError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "The query is not UTF-8.") from error
    if media == "application/sparql-query":
        return _fields(environ.get("QUERY_STRING", "")) | {"query": [body]}
    return _fields(body)


def _refused(error: KgError) -> Refused:
    """An error of ours as a refusal."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, QueryTimeout):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif isinstance(error, QueryError):
        status = HTTPStatus.NOT_ACCEPTABLE if "answer with a" in error.message else HTTPStatus.BAD_REQUEST
    return Refused(status, f"{error.message}\n{error.hint}")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
