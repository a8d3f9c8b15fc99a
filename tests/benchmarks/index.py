"""The index for SPARQL made anew, beside pyoxigraph's own bulk load of the same triples from a file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from exports import Options, writer
from kg.graph import Graph
from kg.store import Store

from . import synthetic
from .figures import Figure

ROUNDS = 3
_BUILD = """
import sys
from pathlib import Path
from exports.sparql.index import indexed
from exports.sparql.inquiry import build
from kg.graph import Graph
from kg.rdf import Options
from kg.store import Store
with Store(Path(sys.argv[1]), readonly=True) as store:
    with indexed(Graph(store), Options(receipts=True), build, anew=True):
        pass
"""
_LOAD = """
import sys
from pyoxigraph import RdfFormat, Store
store = Store(sys.argv[2])
store.bulk_load(path=sys.argv[1], format=RdfFormat.N_TRIPLES)
store.flush()
"""


def run(papers: int) -> Iterator[Figure]:
    """Seconds of the clock, and of the processor, for a synthetic graph of that many papers."""
    with tempfile.TemporaryDirectory() as folder:
        path, triples = Path(folder) / "graph.db", Path(folder) / "graph.nt"
        synthetic.build(path, papers).close()
        with Store(path, readonly=True) as store, triples.open("wb") as file:
            writer("ntriples")(Graph(store), file, Options(receipts=True))
        with triples.open("rb") as file:
            count = sum(1 for _ in file)
        own = min(_took(_BUILD, str(path)) for _ in range(ROUNDS))
        load = min(_took(_LOAD, str(triples), f"{folder}/store{number}") for number in range(ROUNDS))
    floor = "pyoxigraph's bulk load of the same file"
    yield Figure(f"index of {count:,} triples", own[0], "s", floor, load[0])
    yield Figure("the same", own[1], "s CPU", floor, load[1])


def _took(code: str, *arguments: str) -> tuple[float, float]:
    """Seconds that a process takes, and seconds of CPU time with all that it starts."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime
