"""Questions to the graph in SPARQL, read-only, answered by an engine in a process of its own.

The engine (:mod:`exports.sparql.engine`) reads the index of :mod:`exports.sparql.index`, or, where none
can be kept, the triples from its input. It never reaches the network: SERVICE is refused.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from exports.turtle import write_view
from kg.graph import Graph
from kg.rdf import Namespaces, Options, View, opened

from . import standing
from .asking import SECONDS, Answer, Damaged, Wanted, answered, run
from .index import folder_of, indexed
from .standing import Standing, state_of


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
    return answer(graph, Wanted(query, seconds, solutions, triples), options or Options(receipts=True))


def answer(graph: Graph, wanted: Wanted, options: Options) -> Answer:
    """The same for a question in one piece."""
    job = wanted.job(Namespaces(options.base).declared)
    for anew in (False, True):
        with indexed(graph, options, build, anew=anew) as folder:
            if folder is None:
                break
            with suppress(Damaged):
                return answered(job | {"store": str(folder)}, run)
    with opened(graph, options) as view:
        return answered(
            job | {"store": None}, lambda job, out: run(job, out, lambda file: write_view(view, file))
        )


def note(workspace: Path, graph: Graph, options: Options, config: str) -> None:
    """Let :mod:`exports.sparql.standing` find the index of this state of the graph, if there is one."""
    state = state_of(graph.db)
    index = Standing(
        folder_of(graph.store.path, options, state), options.base, Namespaces(options.base).declared
    )
    if index.folder.exists():
        standing.note(workspace, index, config, state)


def build(folder: Path, view: View) -> None:
    """Make the index of a state of the graph in a folder that is not there yet. Raises: OSError."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path
        told = run({"build": str(folder)}, nowhere, lambda file: write_view(view, file))
    if "error" in told:
        raise OSError(told["message"])  # no room, most likely: the memory may do
