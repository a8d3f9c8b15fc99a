"""Paper metadata into the store: what is due is asked of arXiv, page by page, each page kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.errors import SourceError
from kg.graph import Graph
from kg.store import Store

if TYPE_CHECKING:
    from .arxiv import Client


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
    store: Store, ids: Iterable[str], client: Client, *, done: Callable[[int], None] = lambda _: None
) -> PapersReport:
    """What became of these papers. Each page is one transaction; ``done`` hears how many are done.

    The store's lock is never held while arXiv is asked. An id that an answer lacked is never
    touched; nothing is overwritten by an error.
    """
    from .arxiv import fetch_records, reading_of

    report = PapersReport()
    wanted = tuple(ids)
    report.asked = len(wanted)
    answered = 0
    try:
        for page in fetch_records(wanted, client) if wanted else ():
            lookups = dict.fromkeys((record.arxiv_id for record in page.records), True)
            lookups |= dict.fromkeys(page.missing, False)
            delta = store.replace(*(reading_of(record) for record in page.records), lookups=lookups)
            report.new += delta.records_added
            report.changed += delta.records_changed
            report.missing += page.missing
            report.problems += page.problems
            answered += len(lookups)
            done(len(page.requested))
    except SourceError as error:
        report.error = error
    report.unanswered = report.asked - answered
    return report
