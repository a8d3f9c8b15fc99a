"""When arXiv has news: between two announcements nothing can have changed, so nothing is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_HOUR = time(20)  # Sunday to Thursday, 20:00 US Eastern (arXiv's availability page)
_MARGIN = timedelta(hours=3)  # until the metadata service has it: about 22:30 Eastern
_QUIET = frozenset({4, 5})  # Friday and Saturday; holidays only cost one needless request
SKEW = timedelta(hours=12)
"""So far may an answer lie ahead: two clocks are never the same."""

_SLACK = timedelta(hours=4)  # a daily timer is never quite on time
_LONGEST = 30  # days


def due(ids: Iterable[str], last_checked: Mapping[str, datetime], now: datetime) -> tuple[str, ...]:
    """The ids, sorted and once each, whose last good answer is older than the last announcement.

    An id that was never answered is due; so is one whose answer lies in the future, for then a
    clock was wrong.
    """
    since = last_announcement(now)

    def fresh(arxiv_id: str) -> bool:
        checked = last_checked.get(arxiv_id)
        return checked is not None and since <= checked <= now + SKEW

    return tuple(sorted({i for i in ids if not fresh(i)}))


def patience(misses: int) -> timedelta:
    """How long an id is left alone that arXiv did not know so many times in a row: twice as long each time.

    After the first time only until the next announcement, for it may be that of today.

    >>> [patience(misses).total_seconds() / 3600 for misses in (0, 1, 2, 3, 9)]
    [0.0, 0.0, 44.0, 92.0, 716.0]
    """
    return timedelta(days=min(2 ** min(misses - 1, 9), _LONGEST)) - _SLACK if misses > 1 else timedelta()


def last_announcement(now: datetime) -> datetime:
    """The latest moment, in UTC and not after ``now``, from which an announcement could be read.

    >>> str(last_announcement(datetime(2026, 11, 24, 12, tzinfo=UTC)))  # a Tuesday noon
    '2026-11-24 04:00:00+00:00'
    >>> str(last_announcement(datetime(2026, 7, 25, 12, tzinfo=UTC)))  # a Saturday in summer
    '2026-07-24 03:00:00+00:00'
    """
    zone = _eastern()
    day = now.astimezone(UTC).date() + timedelta(days=1)
    while (moment := _announced(day, zone)) is None or moment > now:
        day -= timedelta(days=1)
    return moment


def next_announcement(then: datetime) -> datetime:
    """The first moment, in UTC and after ``then``, from which an announcement could be read.

    >>> str(next_announcement(datetime(2026, 11, 20, 12, tzinfo=UTC)))  # a Friday noon
    '2026-11-23 04:00:00+00:00'
    """
    zone = _eastern()
    day = then.astimezone(UTC).date() - timedelta(days=2)
    while (moment := _announced(day, zone)) is None or moment <= then:
        day += timedelta(days=1)
    return moment


def _announced(day: date, zone: tzinfo) -> datetime | None:
    """When the announcement of a day could be read; None on days without one."""
    if day.weekday() in _QUIET:
        return None
    return datetime.combine(day, _HOUR, tzinfo=zone).astimezone(UTC) + _MARGIN


def _eastern() -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:  # a system without the time zone database
        return Eastern()


class Eastern(tzinfo):
    """US Eastern time by the rule of 2007: summer from March's second to November's first Sunday.

    Exact but for the two hours of the change itself, which no announcement touches.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """The offset on that day."""
        return timedelta(hours=-5) + self.dst(moment)

    def dst(self, moment: datetime | None) -> timedelta:
        """One hour in summer."""
        if moment is None:
            return timedelta()
        day, year = moment.date(), moment.year
        return timedelta(hours=int(_sunday(year, 3, 2) <= day < _sunday(year, 11, 1)))

    def tzname(self, moment: datetime | None) -> str:
        """EST or EDT."""
        return "EDT" if self.dst(moment) else "EST"


def _sunday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
