"""Paper metadata into the store: what is due is asked of arXiv, page by page, each page kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kg.announcements import SKEW, last_announcement, patience
from kg.errors import SourceError
from kg.graph import Graph
from kg.store import Store
from kg.store.records import lapsed, restored_ids
from kg.workspace import Source

from .lookup import Lookup, PapersReport

if TYPE_CHECKING:
    from .arxiv import Client, Found, Harvester

__all__ = ["PapersReport", "due_papers", "due_queries", "fetch_papers", "find_papers"]


def due_papers(store: Store, *, everything: bool = False) -> tuple[str, ...]:
    """The arXiv ids of the graph that arXiv may have news of, sorted; or all of them.

    An id that arXiv did not know is asked for less and less often.
    """
    if everything:
        return tuple(Graph(store).arxiv_ids())
    now = store.clock()

    def waits(answered: str | None, misses: int) -> bool:
        """Whether the id was not known lately, so that it is left alone."""
        ago = now - datetime.fromisoformat(answered) if answered and misses > 1 else None
        return ago is not None and timedelta() <= ago < patience(misses)

    found = lapsed(store.db, last_announcement(now), now + SKEW)
    return tuple(one for one, answered, misses in found if not waits(answered, misses))


def fetch_papers(  # noqa: PLR0913 - what a refresh may choose
    store: Store,
    ids: Iterable[str],
    client: Client,
    *,
    harvester: Harvester | None = None,
    by_id: bool = False,
    report: PapersReport | None = None,
    done: Callable[[int], None] = lambda _: None,
    dry_run: bool = False,
) -> PapersReport:
    """What became of these papers, added to ``report`` (:class:`ingest.lookup.Lookup`)."""
    lookup = Lookup(store, client, report or PapersReport(), done, dry_run=dry_run)
    lookup.run(ids, harvester, by_id=by_id)
    return lookup.report


def find_papers(
    store: Store,
    source: Source,
    client: Client,
    *,
    report: PapersReport | None = None,
    done: Callable[[int], None] = lambda _: None,
    dry_run: bool = False,
) -> PapersReport:
    """What a query found that it had not found before, added to ``report``: each page is one transaction.

    The document of the query names all that it ever found, so that they stay as long as it does.
    ``dry_run`` asks and tells the same, and keeps nothing.
    """
    from .arxiv import Found, find, reading_of_query
    from .arxiv.queries import LIMIT

    report = report or PapersReport()
    lookup = Lookup(store, client, report, dry_run=dry_run)
    before = found = _found(store, source)
    try:
        for page in find(before, client, limit=source.limit or LIMIT):
            report.problems += page.problems
            if page.records:
                found = Found(found.query, found.ids | set(page.requested), whole=False)
                readings = [reading_of_query(source.name, found), *lookup.readings(page.records)]
                lookups = dict.fromkeys(page.requested, True)
                lookup.note(store.replace(*readings, lookups=lookups, dry_run=dry_run))
                report.asked += len(page.records)
                done(len(page.records))
        store.replace(reading_of_query(source.name, replace(found, whole=True)), dry_run=dry_run)
    except SourceError as error:
        report.error = error
    return report


def due_queries(store: Store, sources: Iterable[Source], *, everything: bool = False) -> list[Source]:
    """The queries among the sources to which arXiv may have another answer by now; or all of them.

    Each has its own period; without one, the time between two announcements.
    """
    from .arxiv import is_query

    now = store.clock()
    checked = {document.key: document.checked_at for document in Graph(store).documents(records=False)}
    found = []
    for source in sources:
        if not is_query(source.address):
            continue
        last = checked.get(f"list:{source.name}")
        fresh = last is not None and last >= last_announcement(now)
        if last is not None and source.period is not None:
            fresh = fresh or now - last < source.period
        if everything or not fresh or not _found(store, source).whole:
            found.append(source)
    return found


def _found(store: Store, source: Source) -> Found:
    from .arxiv import Found

    key, query = f"list:{source.name}", source.address.removeprefix("arxiv:")
    content = Graph(store).content(key)
    if content is None and (ids := restored_ids(store.db, key, query)):
        return Found(query, frozenset(ids))
    return Found.of(content, query)
