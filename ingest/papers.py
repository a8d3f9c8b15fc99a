"""Paper metadata into the store: what is due is asked of arXiv, page by page, each page kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kg.errors import SourceError
from kg.graph import Graph
from kg.store import Store
from kg.workspace import Source

if TYPE_CHECKING:
    from .arxiv import Client, Found


@dataclass(slots=True)
class PapersReport:
    """What became of the papers asked for. ``error`` ended it early; what was answered is kept."""

    asked: int = 0
    new: int = 0
    changed: int = 0
    missing: list[str] = field(default_factory=list)
    unanswered: int = 0
    problems: list[str] = field(default_factory=list)
    error: SourceError | None = None


def due_papers(store: Store, *, everything: bool = False) -> tuple[str, ...]:
    """The arXiv ids of the graph that arXiv may have news of, sorted; or all of them."""
    from .arxiv import due

    known = Graph(store).arxiv_ids()
    if everything:
        return tuple(known)
    return due(known, {i: at for i, at in known.items() if at is not None}, store.clock())


def fetch_papers(
    store: Store,
    ids: Iterable[str],
    client: Client,
    *,
    report: PapersReport | None = None,
    done: Callable[[int], None] = lambda _: None,
) -> PapersReport:
    """What became of these papers, added to ``report``.

    Each page is one transaction; ``done`` hears how many are done.

    The store's lock is never held while arXiv is asked. An id that an answer lacked is never
    touched; nothing is overwritten by an error.
    """
    from .arxiv import fetch_records, reading_of

    report = report or PapersReport()
    wanted = tuple(ids)
    report.asked += len(wanted)
    report.unanswered += len(wanted)
    try:
        for page in fetch_records(wanted, client) if wanted else ():
            lookups = dict.fromkeys((record.arxiv_id for record in page.records), True)
            lookups |= dict.fromkeys(page.missing, False)
            delta = store.replace(*map(reading_of, page.records), lookups=lookups)
            report.new += delta.records_added
            report.changed += delta.records_changed
            report.missing += page.missing
            report.problems += page.problems
            report.unanswered -= len(lookups)
            done(len(page.requested))
    except SourceError as error:
        report.error = error
    return report


def find_papers(
    store: Store,
    source: Source,
    client: Client,
    *,
    report: PapersReport | None = None,
    done: Callable[[int], None] = lambda _: None,
) -> PapersReport:
    """What a query found that it had not found before, added to ``report``: each page is one transaction.

    The document of the query names all that it ever found, so that they stay as long as it does.
    """
    from .arxiv import Found, find, reading_of, reading_of_query
    from .arxiv.queries import LIMIT

    report = report or PapersReport()
    before = found = _found(store, source)
    try:
        for page in find(before, client, limit=source.limit or LIMIT):
            report.problems += page.problems
            if page.records:
                found = Found(found.query, found.ids | set(page.requested), whole=False)
                readings = [reading_of_query(source.name, found), *map(reading_of, page.records)]
                delta = store.replace(*readings, lookups=dict.fromkeys(page.requested, True))
                report.asked += len(page.records)
                report.new += delta.records_added
                report.changed += delta.records_changed
                done(len(page.records))
        store.replace(reading_of_query(source.name, replace(found, whole=True)))
    except SourceError as error:
        report.error = error
    return report


def due_queries(store: Store, sources: Iterable[Source], *, everything: bool = False) -> list[Source]:
    """The queries among the sources to which arXiv may have another answer by now; or all of them.

    Each has its own period; without one, the time between two announcements.
    """
    from .arxiv import is_query, last_announcement

    now = store.clock()
    checked = {document.key: document.checked_at for document in Graph(store).documents()}
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

    return Found.of(Graph(store).content(f"list:{source.name}"), source.address.removeprefix("arxiv:"))
