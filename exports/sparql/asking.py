"""Jobs for the SPARQL engine, each in a process of its own: it can be ended, and may run out of memory."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from kg.errors import QueryError, QueryTimeout

from . import engine

SOLUTIONS = {"json": "JSON", "tsv": "TSV", "xml": "XML"}
"""The formats of the engine for answers to SELECT and ASK."""
GRAPHS = {"turtle": "TURTLE", "ntriples": "N_TRIPLES"}
"""Its formats for answers to CONSTRUCT and DESCRIBE."""
SECONDS = 60.0
"""How long a question may take, unless said otherwise."""


class Damaged(Exception):
    """The engine cannot read the index."""


Feed = Callable[[BinaryIO], None]
Run = Callable[[dict[str, Any], BinaryIO], dict[str, Any]]


class Answer(NamedTuple):
    """An answer: ``kind`` is solutions, boolean or graph; ``truth`` that of a boolean, else None.

    ``file`` is at the begin of its bytes, a temporary file that is gone when it is closed.
    """

    kind: str
    truth: bool | None
    file: BinaryIO

    def read(self) -> bytes:
        """All of its bytes; the file is closed."""
        with self.file:
            return self.file.read()


class Wanted(NamedTuple):
    """A question: the query, the seconds it may take, and the formats of its answer.

    ``solutions`` for SELECT and ASK, ``triples`` for the others; None: no such answer is wanted.
    """

    query: str
    seconds: float = SECONDS
    solutions: str | None = "json"
    triples: str | None = "turtle"

    def job(self, prefixes: dict[str, str]) -> dict[str, Any]:
        """The job for the engine, but for the store."""
        return {
            "query": self.query,
            "prefixes": prefixes,
            "seconds": self.seconds,
            "solutions": self.solutions and SOLUTIONS[self.solutions],
            "graph": self.triples and GRAPHS[self.triples],
        }


def answered(job: dict[str, Any], run: Run) -> Answer:
    """The answer to a job that asks, done by ``run``: by :func:`run`, most likely.

    Raises: Damaged (the store), QueryError, QueryTimeout, OSError.
    """
    file = _nameless()
    try:
        told = _sound(run(job, file), job)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Answer(told["kind"], told.get("truth"), file)


def _sound(told: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    if told.get("error") == "damaged":
        raise Damaged(told["message"])
    if "error" in told:
        from .faults import explained

        raise explained(told["error"], told["message"], job["query"], job["prefixes"])
    return told


def _nameless() -> BinaryIO:
    """A temporary file without a name, as :mod:`tempfile` makes one, without its slow import."""
    try:
        number = os.open(os.environ.get("TMPDIR") or "/tmp", os.O_RDWR | os.O_TMPFILE, 0o600)  # noqa: S108 - no name
    except (AttributeError, OSError):
        from tempfile import TemporaryFile

        return cast("BinaryIO", TemporaryFile())
    return open(number, "w+b")  # noqa: PTH123 - a number, and as above


def run(job: dict[str, Any], out: BinaryIO, feed: Feed | None = None) -> dict[str, Any]:
    """What the engine tells of a job that it does in a process of its own; its answer is in ``out``.

    ``feed`` writes the triples that the job needs. Raises: QueryTimeout, QueryError (the engine was
    ended from outside).
    """
    import subprocess

    command = [sys.executable, "-P", str(Path(engine.__file__))]
    with subprocess.Popen(  # noqa: S603 - our own program; the query goes to its stdin
        command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it has said why it does not listen
                process.stdin.write(json.dumps(job).encode() + b"\n")
                if feed is not None:
                    feed(cast("BinaryIO", process.stdin))
            _, told = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode == -signal.SIGALRM:
        raise late(job["seconds"])
    try:
        found: dict[str, Any] = json.loads(told.splitlines()[-1])
    except (IndexError, ValueError):
        raise QueryError(
            f"the SPARQL engine ended without an answer ({_end(process.returncode)})",
            hint="If memory ran out, ask for less: a LIMIT, fewer variables.",
        ) from None
    return found


def late(seconds: float) -> QueryTimeout:
    """What is told of a query that took longer."""
    return QueryTimeout(
        f"the query was ended after {seconds:g} seconds",
        hint="Ask for less (a LIMIT, fewer variables), or give it more time with --timeout.",
    )


def _end(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
