"""The papers of imported categories that arXiv has announced since: found in its list of changes.

A snapshot is a source for good (``kg.toml``): what is new in its categories joins the graph at each
refresh, and what has changed there is taken in on the way. How far the list has been read is kept by
category; a list that is left in the middle goes on with its token on the same day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kg.announcements import last_announcement
from kg.errors import FetchError, SourceError
from kg.store import Store
from kg.store.harvest import Progress, carried, progress, vouched
from kg.store.touched import FIRST_IMPORT, SOURCE
from kg.workspace import Source

from .lookup import Lookup

if TYPE_CHECKING:
    from .arxiv import Harvester
    from .arxiv.oai import OaiPage
    from .arxiv.raw import RawRecord

_KEY = "arrivals"
_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reached:
    """Until when arXiv has told of a category (UTC, ISO); ``first``: only the snapshot has, so far."""

    until: str
    first: bool = True

    @property
    def at(self) -> datetime:
        """The same as a time."""
        return datetime.fromisoformat(self.until)


def reached(store: Store) -> dict[str, Reached]:
    """How far each category has been followed; "" stands for all of arXiv."""
    said = json.loads(store.remembered(_KEY) or "{}")
    return {category: Reached(**one) for category, one in said.items()}


def follow(store: Store, categories: Iterable[str], day: str) -> None:
    """Follow these categories (none: all) from that day on, the last that their snapshot knows of.

    One that is followed further already goes on as it was.
    """
    if not day:
        return
    begin = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    found = reached(store)
    for category in tuple(categories) or ("",):
        if category not in found or found[category].at < begin:
            found[category] = Reached(begin.isoformat())
    _note(store, found)


def _note(store: Store, found: dict[str, Reached]) -> None:
    said = json.dumps({category: asdict(one) for category, one in sorted(found.items())})
    if said != store.remembered(_KEY):
        store.remember(_KEY, said)


@dataclass(frozen=True, slots=True)
class List:
    """One list of changes to be read: of the set ``within`` (empty: all), for these categories ("": all).

    It goes on from the day ``since``, for arXiv has told of them until ``from_``; ``first``: that is
    what the snapshot did.
    """

    within: str
    categories: tuple[str, ...]
    since: date
    from_: datetime
    first: bool

    @property
    def told_of(self) -> tuple[str, ...]:
        """The categories of the graph's papers that it tells of; () for all papers."""
        return self.categories if self.within else ()


@dataclass(slots=True)
class Arrivals:
    """The new papers of a snapshot's categories on their way; what became of them goes into the report.

    ``done`` hears of records that went by. ``seen``: of papers that need not be asked for again, the
    lists that vouch for them.
    """

    lookup: Lookup
    harvester: Harvester
    done: Callable[[int], None] = lambda _: None
    seen: list[List] = field(default_factory=list)

    def run(self, sources: Iterable[Source]) -> None:
        """Read the lists of the categories of these snapshots, where arXiv has announced anything since."""
        store, report = self.lookup.store, self.lookup.report
        listed = [source for source in sources if source.snapshot is not None]
        wanted = {category for source in listed for category in source.snapshot or ("",)}
        since = min((source.since for source in listed), default="")
        if not self.harvester.settings.oai:
            return
        stand = {category: one for category, one in reached(store).items() if category in wanted}
        try:
            for one in lists(stand, store.clock()):
                self._read_set(one, since)
        except SourceError as error:
            report.error = error

    def _read_set(self, wanted: List, since: str) -> None:
        """Read one list; where arXiv has no such set, the list of all changes in its place."""
        from .arxiv.oai import OaiError

        try:
            self._read(wanted, since)
        except OaiError as error:
            if not wanted.within or error.code not in {"badArgument", "noSetHierarchy"}:
                raise
            self._read(replace(wanted, within=""), since)

    def vouched(self) -> set[str]:
        """The papers that the lists read so far have told of: for a dry run, which keeps nothing."""
        db = self.lookup.store.db
        return {i for one in self.seen for i in vouched(db, one.told_of, one.from_)}

    def _read(self, wanted: List, since: str) -> None:
        """Read one list to its end; then its categories are followed until the time when it began."""
        store = self.lookup.store
        at = self._resumed(wanted) or Progress(
            str(wanted.since), store.clock().isoformat(), "", wanted.within or "*"
        )
        began = datetime.fromisoformat(at.began)
        doubtful: set[str] = set()
        first = date.fromisoformat(at.since)
        for page in self.harvester.pages(first, token=at.token, within=wanted.within):
            if page.responded is not None and abs(page.responded - began) > _SKEW:
                raise FetchError("this machine's clock and arXiv's differ by more than a day")
            at = Progress(at.since, at.began, page.token, at.set)
            doubtful.update(page.rejected)
            self._keep(page, at if page.token else None, wanted, since)
            self.done(page.count)
        self.seen.append(wanted)
        if not self.lookup.dry_run and last_announcement(store.clock()) <= began:
            store.vouch(wanted.told_of, wanted.from_, began, but=doubtful)
            until = began.astimezone(UTC).isoformat(timespec="seconds")
            _note(store, reached(store) | {one: Reached(until, first=False) for one in wanted.categories})

    def _resumed(self, wanted: List) -> Progress | None:
        """This list, where an earlier run left it in the middle today."""
        left, now = progress(self.lookup.store.db), self.lookup.store.clock()
        if left is None or not left.token or left.set != (wanted.within or "*"):
            return None
        began = datetime.fromisoformat(left.began)
        fits = left.since <= str(wanted.since) and began <= now and began.date() == now.date()
        return left if fits else None

    def _keep(self, page: OaiPage, now: Progress | None, wanted: List, since: str) -> None:
        """Store what a page tells of papers of the graph, and those of its papers that are new to it."""
        from .arxiv.raw import record_of_raw, versions_of

        lookup = self.lookup
        ours = carried(lookup.store.db, [*(raw.arxiv_id for raw in page.records), *page.deleted])
        kept = [raw for raw in page.records if raw.arxiv_id in ours or _wanted(raw, wanted, since)]
        lookup.report.asked += sum(raw.arxiv_id not in ours for raw in kept)
        cause = FIRST_IMPORT if wanted.first else SOURCE
        lookup.keep(map(record_of_raw, kept), raw=True, arrived=cause)
        if not lookup.dry_run:
            lookup.store.note_harvest(now, {raw.arxiv_id: versions_of(raw) for raw in kept})
        lookup.report.problems += page.problems
        gone = [one for one in page.deleted if one in ours]
        lookup.report.problems += [f"arXiv calls {one} deleted; it stays as it was" for one in gone]


def lists(stand: dict[str, Reached], now: datetime) -> Iterator[List]:
    """The fewest lists that tell of these categories since then; none where nothing was announced.

    Each set is a request at least, and the list of all changes has two pages or three a day.
    """
    from .arxiv.plan import overlapping, pages_from
    from .arxiv.sets import set_of

    due = {category: one for category, one in stand.items() if one.at < last_announcement(now)}
    if not due:
        return
    oldest = min(one.at for one in due.values())
    sets = {category: set_of(category) for category in sorted(due)}
    if "" in due or not all(sets.values()) or len(due) > pages_from(overlapping(oldest), now):
        first = any(one.first for one in due.values())
        yield List("", tuple(sorted(due)), overlapping(oldest), oldest, first)
        return
    for category, within in sets.items():
        one = due[category]
        yield List(within, (category,), overlapping(one.at), one.at, one.first)


def changes_expected(store: Store) -> int:
    """How many changes the lists are thought to have: what a bar is drawn with."""
    from .arxiv.plan import PAGE, pages_from

    now = store.clock()
    return sum(PAGE * pages_from(one.since, now) for one in lists(reached(store), now))


def _wanted(raw: RawRecord, wanted: List, since: str) -> bool:
    """Whether a paper that the graph does not know is one that the snapshot's source stands for."""
    if "" not in wanted.categories and not set(wanted.categories) & set(raw.categories.split()):
        return False
    return str(raw.versions[0].submitted.date()) >= since
