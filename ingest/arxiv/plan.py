"""By which way the news of papers comes cheaper: by their ids, or in the list of all changes.

A question by ids tells of 500 papers. A page of the list tells of 2,500 changes, whatever the
papers, and there is about one page a day. So a few papers are asked for by id, thousands by list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kg.announcements import last_announcement

from .client import BATCH

CHANGES = 3000
"""Records changed a day, over all arXiv, about: 2,000 to 6,000."""

PAGE = 2500


@dataclass(frozen=True, slots=True)
class Plan:
    """``covered`` papers by the list of changes from the day ``since`` on, the ``asked`` ones by id.

    Both sorted; without ``since`` all are asked by id. ``pages`` is what the list is thought to have.
    """

    asked: tuple[str, ...]
    covered: tuple[str, ...] = ()
    since: date | None = None
    pages: int = 0


def plan(ids: Iterable[str], answered: Mapping[str, datetime], now: datetime, *, batch: int = BATCH) -> Plan:
    """The fewest requests that bring the news of these papers.

    ``answered``: when arXiv last answered for those papers that have a record; only for them the
    list can tell that nothing has changed. ``batch``: how many ids a question takes.
    """
    listed = sorted(set(ids))
    days: dict[datetime, date] = {}
    since: dict[str, date] = {}
    for one in listed:
        at = answered.get(one)
        if at is not None and at <= now:
            if at not in days:
                days[at] = overlapping(at)
            since[one] = days[at]
    best: tuple[int, int, date | None] = (_questions(len(listed), batch), 0, None)
    covered = 0
    for day, count in sorted(Counter(since.values()).items(), reverse=True):
        covered += count
        pages = pages_from(day, now)
        cost = (pages + _questions(len(listed) - covered, batch), pages, day)
        best = min(best, cost, key=lambda c: c[:2])
    first = best[2]
    if first is None:
        return Plan(tuple(listed))
    chosen = tuple(one for one in listed if one in since and since[one] >= first)
    kept = set(chosen)
    return Plan(tuple(one for one in listed if one not in kept), chosen, first, best[1])


def overlapping(answered: datetime) -> date:
    """The day from which the list holds all that an answer of that time did not show.

    A change bears the day on which it was made, and is shown at the next announcement: so the list
    begins a day before the announcement that the answer was built on.

    >>> from datetime import UTC
    >>> str(overlapping(datetime(2026, 11, 22, 12, tzinfo=UTC)))  # Sunday; Thursday evening's
    '2026-11-19'
    """
    return last_announcement(answered).date() - timedelta(days=1)


def pages_from(day: date, now: datetime) -> int:
    """How many pages the list from that day on is thought to have.

    >>> from datetime import UTC
    >>> pages_from(date(2026, 11, 23), datetime(2026, 11, 25, 12, tzinfo=UTC))
    3
    """
    return -(-max((now.date() - day).days, 1) * CHANGES // PAGE)


def _questions(count: int, batch: int) -> int:
    return -(-count // batch)
