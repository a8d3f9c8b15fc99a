"""Questions to the graph in SPARQL, read-only, answered by an engine in a process of its own.

The engine (:mod:`exports.engine`) reads the index of :mod:`exports.index`, or, where none can be
kept, the triples from its input. It never reaches the network: SERVICE is refused.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from kg.errors import QueryError, QueryTimeout
from kg.graph import Graph
from kg.rdf import Namespaces, Options, View, opened

from .index import indexed
from .ntriples import writer_of_lines

SOLUTIONS = {"json": "JSON", "tsv": "TSV", "xml": "XML"}
"""The formats of the engine for answers to SELECT and ASK."""
GRAPHS = {"turtle": "TURTLE", "ntriples": "N_TRIPLES"}
"""Its formats for answers to CONSTRUCT and DESCRIBE."""
SECONDS = 60.0
"""How long a question may take, unless said otherwise."""

_ENGINE = Path(__file__).with_name("engine.py")

Feed = Callable[[BinaryIO], None]


@dataclass(slots=True)
class Answer:
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


def ask(
    graph: Graph,
    query: str,
    options: Options | None = None,
    *,
    seconds: float = SECONDS,
    solutions: str | None = "json",
    triples: str | None = "turtle",
) -> Answer:
    """The answer to a query, in the format ``solutions`` (SELECT, ASK) or ``triples`` (the others).

    None for one of these says that no such answer is wanted. All prefixes of kg are declared, unless
    the query declares them itself. The index is built first if need be; ``seconds`` is for the query.
    Raises: QueryError, QueryTimeout, StoreError, ExportError (the triples cannot be read).
    """
    options = options or Options(receipts=True)
    prefixes = Namespaces(options.base).declared
    job = {
        "query": query,
        "prefixes": prefixes,
        "seconds": seconds,
        "solutions": solutions and SOLUTIONS[solutions],
        "graph": triples and GRAPHS[triples],
    }
    answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads the answer
    try:
        told = _asked(graph, options, job, answer)
    except BaseException:
        answer.close()
        raise
    if "error" in told:
        answer.close()
        from .faults import explained

        raise explained(told["error"], told["message"], query, prefixes)
    answer.seek(0)
    return Answer(told["kind"], told.get("truth"), cast("BinaryIO", answer))


def _asked(graph: Graph, options: Options, job: dict[str, Any], answer: Any) -> dict[str, Any]:
    """What the engine tells, from an index, else from a new one, else from the triples themselves."""
    for anew in (False, True):
        with indexed(graph, options, _build, anew=anew) as folder:
            if folder is None:
                break
            told = _engine(job | {"store": str(folder)}, answer)
        if told.get("error") != "damaged":
            return told
        answer.seek(0)
        answer.truncate()
    with opened(graph, options) as view:
        return _engine(job | {"store": None}, answer, lambda file: _write(view, file))


def _build(folder: Path, view: View) -> None:
    told = _engine({"build": str(folder)}, subprocess.DEVNULL, lambda file: _write(view, file))
    if "error" in told:
        raise OSError(told["message"])  # no room, most likely: the memory may do


def _write(view: View, file: BinaryIO) -> None:
    lines = writer_of_lines(view.namespaces)
    file.writelines(lines(block, "").encode() for block in view.blocks())


def _engine(job: dict[str, Any], answer: Any, feed: Feed | None = None) -> dict[str, Any]:
    """What the engine tells of a job. Raises: QueryTimeout, QueryError (it was ended from outside)."""
    command = [sys.executable, "-P", str(_ENGINE)]
    with subprocess.Popen(  # noqa: S603 - our own program; the query goes to its stdin
        command, stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.PIPE
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
        raise QueryTimeout(
            f"the query was ended after {job['seconds']:g} seconds",
            hint="Ask for less (a LIMIT, fewer variables), or give it more time with --timeout.",
        )
    try:
        found: dict[str, Any] = json.loads(told.splitlines()[-1])
    except (IndexError, ValueError):
        raise QueryError(
            f"the SPARQL engine ended without an answer ({_end(process.returncode)})",
            hint="If memory ran out, ask for less: a LIMIT, fewer variables.",
        ) from None
    return found


def _end(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
