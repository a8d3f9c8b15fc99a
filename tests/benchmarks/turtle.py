"""Triples a second of ``kg export --turtle``, beside reading the same rows and pyoxigraph's dump."""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from exports import Options, writer
from kg.graph import Graph
from kg.rdf import opened
from kg.store import Store
from kg.store.canonical import snapshot
from kg.vocabulary import Kind

from . import synthetic
from .figures import Figure, table

ROUNDS = 3
_PEAK = (
    "import sys; from pathlib import Path; from kg.store import Store; from kg.graph import Graph;"
    "from exports import Options, writer\n"
    "with Store(Path(sys.argv[1]), readonly=True) as store, open('/dev/null', 'wb') as file:\n"
    "    writer('turtle')(Graph(store), file, Options())\n"
    "print(next(int(line.split()[1]) / 1024 for line in open('/proc/self/status') if 'VmHWM' in line))"
)


def run(papers: int) -> str:
    """The figures for a synthetic graph of that many papers, as a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.db"
        synthetic.build(path, papers).close()
        with Store(path, readonly=True) as store:
            return table(measured(store))


def measured(store: Store) -> list[Figure]:
    """CPU time of the best of some rounds each, and the memory of a process that only exports."""
    with opened(Graph(store)) as view:
        triples = sum(len(pairs) for _, pairs in view.blocks())
    own = triples / _best(lambda: _export(store, _Nowhere()))
    rows = triples / _best(lambda: _read(store))
    load, lines, dump = _pyoxigraph(store)
    start, *_, end = _PEAK.splitlines(keepends=True)
    peak = float(subprocess.check_output([sys.executable, "-c", _PEAK, str(store.path)]))
    bare = float(subprocess.check_output([sys.executable, "-c", start + end]))
    return [
        Figure(f"Turtle, {triples:,} triples", own, "triples/s", "reading the same rows", rows),
        Figure("Turtle", own, "triples/s", "pyoxigraph's N-Triples dump, store loaded", triples / lines),
        Figure("Turtle", own, "triples/s", "pyoxigraph's Turtle dump, store loaded", triples / dump),
        Figure("Turtle", own, "triples/s", "pyoxigraph's load and dump", triples / (load + dump)),
        Figure("peak memory", peak, "MB", "importing the exporter", bare),
    ]


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        assert isinstance(data, bytes)
        return len(data)


def _export(store: Store, file: io.RawIOBase) -> None:
    writer("turtle")(Graph(store), file, Options())  # type: ignore[arg-type] # it is as much of one


def _read(store: Store) -> None:
    """All that the export reads, in its order, and nothing made of it."""
    with snapshot(store) as rows:
        for kind in Kind:
            for _ in rows.entries(kind):
                pass
        for source in rows.sources():
            rows.lines(source.key)
        for _ in rows.records():
            pass


def _pyoxigraph(store: Store) -> tuple[float, float, float]:
    """CPU seconds of loading the export, of dumping it as N-Triples, and as Turtle."""
    import pyoxigraph

    turtle = io.BytesIO()
    writer("turtle")(Graph(store), turtle, Options())
    loaded = pyoxigraph.Store()
    form = pyoxigraph.RdfFormat.TURTLE
    start = time.process_time()
    loaded.bulk_load(turtle.getvalue(), format=form)
    load = time.process_time() - start
    graph = pyoxigraph.DefaultGraph()
    lines, dump = (
        _best(lambda form=one: loaded.dump(io.BytesIO(), format=form, from_graph=graph))  # type: ignore[misc]
        for one in (pyoxigraph.RdfFormat.N_TRIPLES, form)
    )
    return load, lines, dump


def _best(work: Callable[[], object]) -> float:
    """Seconds of CPU time of the fastest of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best
