"""What a refresh costs this machine when arXiv has no news: CPU time of the asking thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.arxiv import Client, Harvester
from ingest.arxiv.settings import Settings
from ingest.arxiv.throttle import Throttle
from ingest.http import Http
from ingest.papers import due_papers, fetch_papers
from kg.store import Store
from tests.fakes.arxiv_server import ArxivServer, Paper, invented

from . import synthetic
from .figures import Figure

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHANGES = 3000
"""Records of others on the list of changes: a day's, a page and a half."""


def run(papers: int = 20_000) -> Iterator[Figure]:
    """CPU milliseconds of a refresh without news, and of its parts; the floor parses the same pages."""
    with TemporaryDirectory() as name, ArxivServer() as server:
        folder = Path(name)
        synthetic.build(folder / "graph.db", papers).close()
        strangers = [_changed(number) for number in range(CHANGES)]
        server.papers.clear()
        server.add(*strangers)
        server.harvest.now = NOW
        clock = [NOW - timedelta(days=1)]
        with Store(folder / "graph.db", clock=lambda: clock[0]) as store:
            store.replace(lookups={synthetic.paper_id(number): True for number in range(papers)})
            clock[0] = NOW
            settings = Settings(server.api, 0.0, folder, server.oai)
            client = Client(settings, Http(environ={}), Throttle(folder, 0.0))
            start = time.thread_time()
            ids = due_papers(store)
            due = time.thread_time() - start
            report = fetch_papers(store, ids, client, harvester=Harvester.beside(client))
            whole = time.thread_time() - start
            assert len(ids) == report.asked == papers
            assert (report.changed, report.unanswered, report.problems) == (0, 0, [])
            requests = len(server.log)
            start = time.thread_time()
            assert due_papers(store) == ()
            again = time.thread_time() - start
        floor = _parsed(server)
    work = f"refresh {papers:,} papers without news, {requests} requests"
    yield Figure(work, 1000 * whole, "ms CPU", f"parse {CHANGES:,} records", 1000 * floor)
    yield Figure("see which papers are due", 1000 * due, "ms CPU")
    yield Figure("see that none is due", 1000 * again, "ms CPU")


def _changed(number: int) -> Paper:
    paper = invented(f"2611.{1 + number:05d}")
    day = NOW.date() - timedelta(days=number % 2)
    return Paper(
        paper.arxiv_id, paper.title, paper.authors, paper.updated, abstract=7 * paper.abstract, modified=day
    )


def _parsed(server: ArxivServer) -> float:
    """CPU seconds to parse what was sent, and nothing more."""
    from lxml import etree

    query = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": str(date(2026, 1, 1))}
    server.harvest.size = CHANGES
    body = server.harvest.answer(query).body
    start = time.thread_time()
    for _, element in etree.iterparse(BytesIO(body), tag="{http://www.openarchives.org/OAI/2.0/}record"):
        element.clear()
    return time.thread_time() - start
