"""How fast a snapshot becomes searchable, in how much memory, and how fast what came is found."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.graph import Graph
from kg.search import Query
from kg.store import Store

from . import snapshot
from .figures import Figure

FLOOR = "json.loads, then one insert of the same text"
ROOT = Path(__file__).parents[2]
SEARCHES = (
    *("lora", "learning", "the", "lear", "quantiz", "deep neural", "language model", "l"),
    *("category:cs.LG", "learning category:cs.CL", "kind:paper", "of the and a"),
)
FOUND_IN, SHOWN_IN = 20.0, 5.0
"""Milliseconds: what the first page of a search and a node may take in a graph of any size."""


def run(papers: int) -> Iterator[Figure]:
    """Rates, memory of all processes together, size, and milliseconds of CPU after the import."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "snapshot.json"
        size = snapshot.write(file, papers)
        floor = _floor(file)
        work = f"{papers:,} records, {size / 1e6:,.0f} MB"
        for again in ("", ", again"):
            wall, cpu, peak = _imported(file, Path(folder))
            yield Figure(f"import {work}{again}", papers / cpu, "records/s", FLOOR, papers / floor)
            yield Figure(f"the same by the clock{again}", papers / wall, "records/s")
            yield Figure(f"memory of all processes{again}", peak / 1e6, "MB")
        database = Path(folder) / "graph.db"
        yield Figure(
            "database", database.stat().st_size / papers, "bytes a record", "the file", size / papers
        )
        with Store(database, readonly=True) as store:
            yield from _asked(Graph(store))


def _floor(file: Path) -> float:
    """CPU seconds of parsing the lines and of storing title and abstract in the plainest table."""
    with TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "floor.db") as db:
        db.execute("CREATE TABLE paper (id TEXT, title TEXT, abstract TEXT, line BLOB)")
        start = time.process_time()
        with file.open("rb") as lines:
            parsed = ((json.loads(line), line) for line in lines)
            rows = ((one["id"], one["title"], one["abstract"], line) for one, line in parsed)
            db.executemany("INSERT INTO paper VALUES (?, ?, ?, ?)", rows)
        db.commit()
        spent = time.process_time() - start
    db.close()
    return spent


def _imported(file: Path, workspace: Path) -> tuple[float, float, int]:
    """Seconds by the clock, CPU seconds of the slower process, and peak bytes of all together."""
    environment = {**os.environ, "KG_WORKSPACE": str(workspace), "KG_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kg", "--quiet", "import", "arxiv", str(file)]
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, spent = 0, dict[int, float]()
    while process.poll() is None:
        resident = 0
        for one in (process.pid, *_children(process.pid)):
            with suppress(OSError, IndexError):
                resident += _resident(one)
                spent[one] = _cpu(one)
        peak = max(peak, resident)
        time.sleep(0.2)
    assert process.returncode == 0
    return time.monotonic() - start, max(spent.values()), peak


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _asked(graph: Graph) -> Iterator[Figure]:
    for text in SEARCHES:
        query = Query.parse(text)
        spent = _milliseconds(lambda query=query: graph.search(query, limit=20))  # type: ignore[misc]
        yield Figure(f"search {text!r}, first 20", spent, "ms", "what it may take", FOUND_IN)
    (slug,) = (node.slug for node in graph.search(Query.parse("learning"), limit=1))

    def show() -> object:
        node = graph.find(slug)
        return graph.edges(node.slug), graph.record(node)

    yield Figure("show", _milliseconds(show), "ms", "what it may take", SHOWN_IN)
    yield Figure("count all", _milliseconds(graph.counts), "ms")


def _milliseconds(work: Callable[[], object]) -> float:
    """CPU milliseconds, the median of five."""
    found = []
    for _ in range(5):
        start = time.process_time()
        work()
        found.append(1000 * (time.process_time() - start))
    return sorted(found)[2]
