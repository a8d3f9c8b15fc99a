"""The SPARQL engine, a program of its own: it can be ended at any time, and asks no other server.

It runs as a script (``python -P engine.py``) and imports nothing of kg, which halves its start. A process
that may be ended itself can call :func:`told`.

stdin: one line with a job as JSON, then Turtle where there is no store to read. A job to build is
``{"build": folder}``. A job to ask is ``{"store": folder or null, "query": text, "prefixes": {...},
"seconds": number or null, "solutions": format or null, "graph": format or null}``; null for a format says
that the caller cannot take such an answer.

stdout: the answer in its format. stderr: what came of it in one line of JSON, ``{"kind": "solutions" |
"boolean" | "graph" | "store", "truth": bool}`` or ``{"error": "syntax" | "service" | "format" |
"damaged" | "failed", "message": text}``. A job that takes too long is ended by the signal of its timer.
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyoxigraph

_SERVICE = re.compile("service", re.IGNORECASE | re.ASCII)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_KEPT: list[pyoxigraph.Store] = []
"""Stores that were asked: to take one apart takes longer than many a question."""


class Refused(Exception):
    """A job that cannot be done: the sort of error, and a message."""

    def __init__(self, error: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.told = {"error": error, "message": message}


def main() -> None:
    """Do the job on stdin and leave: with 0 if it was done, with 1 if an error was told."""
    for number in (signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)  # Python's own handlers would wait for the engine
    found = told(json.loads(sys.stdin.buffer.readline()), sys.stdout.buffer)
    print(json.dumps(found), file=sys.stderr, flush=True)  # noqa: T201 - the protocol
    os._exit("error" in found)  # all is written: to take a store apart would only cost time


def told(job: dict[str, Any], out: BinaryIO) -> dict[str, Any]:
    """What came of a job; its answer is in ``out``."""
    try:
        found = _build(job["build"]) if "build" in job else _ask(job, out)
        out.flush()
    except Refused as refused:
        return refused.told
    except SyntaxError as error:
        return {"error": "syntax", "message": str(error)}
    except OSError as error:
        return {"error": "failed" if error.errno in _FULL else "damaged", "message": str(error)}
    except (RuntimeError, ValueError) as error:
        return {"error": "failed", "message": str(error)}
    return found


def _build(folder: str) -> dict[str, Any]:
    from pyoxigraph import RdfFormat, Store

    store = Store(folder)
    store.bulk_load(input=sys.stdin.buffer, format=RdfFormat.TURTLE)
    store.flush()
    del store
    return {"kind": "store"}


def _ask(job: dict[str, Any], out: BinaryIO) -> dict[str, Any]:
    if _SERVICE.search(job["query"]):
        _end_after(job["seconds"])
        _without_service(job)
        _end_after(0)
    store = _opened(job["store"])
    _KEPT.append(store)
    _end_after(job["seconds"])
    return _written(store.query(job["query"], prefixes=job["prefixes"]), job, out)


def _end_after(seconds: float | None) -> None:
    """End this process then, unless somebody else looks at the clock; 0: never."""
    if seconds is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _without_service(job: dict[str, Any]) -> None:
    """Nothing, if the query asks no other server; pyoxigraph would do it. Raises: Refused.

    Its own parser is the judge: where the word is but a part of a text, a name or an address, the query
    is still one when the word is another one everywhere; a keyword would be none any more.
    """
    from pyoxigraph import Store

    other = "sxrvice"
    while other in job["query"].lower():
        other += "x"
    prefixes = {_SERVICE.sub(other, name): space for name, space in job["prefixes"].items()}
    try:
        Store().query(_SERVICE.sub(other, job["query"]), prefixes=prefixes)
    except SyntaxError as error:
        raise Refused("service", str(error)) from error
    except (OSError, RuntimeError, ValueError):
        return  # it was parsed


def _opened(folder: str | None) -> pyoxigraph.Store:
    from pyoxigraph import RdfFormat, Store

    if folder is not None:
        return Store.read_only(folder)
    store = Store()
    store.bulk_load(input=sys.stdin.buffer, format=RdfFormat.TURTLE)
    return store


def _written(found: Any, job: dict[str, Any], out: BinaryIO) -> dict[str, Any]:
    from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat, serialize

    kind = "graph" if isinstance(found, QueryTriples) else "solutions"
    name = job[kind]
    if name is None:
        raise Refused("format", kind)
    if isinstance(found, QueryTriples):
        # Each triple once and in order: the same question to the same graph gives the same bytes.
        triples = sorted(set(found), key=str)
        text = serialize(triples, format=getattr(RdfFormat, name), prefixes=job["prefixes"])
        out.write(_headed(text or b""))
        return {"kind": kind}
    found.serialize(out, getattr(QueryResultsFormat, name))
    return {"kind": "boolean", "truth": bool(found)} if isinstance(found, QueryBoolean) else {"kind": kind}


def _headed(text: bytes) -> bytes:
    """Turtle with its prefixes in order, those that are used."""
    lines = text.split(b"\n")
    head = [line for line in lines if line.startswith(b"@prefix ")]
    body = b"\n".join(lines[len(head) :])
    return b"".join(line + b"\n" for line in sorted(head) if line.split(b" ")[1] in body) + body


if __name__ == "__main__":
    main()
