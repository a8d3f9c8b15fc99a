"""Papers on their way from arXiv into the store: by their ids, or by the list of all changes.

Each page is one transaction. The store's lock is never held while arXiv is asked; an id that an
answer lacked is never touched; nothing is overwritten by an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kg.errors import FetchError, Offline, RateLimited, SourceError
from kg.model import Change, Delta, PaperRecord, Reading
from kg.store import Store
from kg.store.harvest import Progress, answered, held, progress, without_history
from kg.store.records import missed

if TYPE_CHECKING:
    from .arxiv import Client, Harvester
    from .arxiv.oai import OaiPage
    from .arxiv.plan import Plan

HISTORIES = 20
"""How many papers of a run are asked for one by one, for all their versions and their licence."""

_SKEW = timedelta(hours=12)


@dataclass(slots=True)
class PapersReport:
    """What became of the papers asked for. ``error`` ended it early; what was answered is kept."""

    asked: int = 0
    new: int = 0
    changed: int = 0
    missing: list[str] = field(default_factory=list)
    unanswered: int = 0
    problems: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    error: SourceError | None = None


@dataclass(slots=True)
class Lookup:
    """The papers of one refresh on their way into the store; what became of them goes into ``report``.

    ``done`` hears how many are done. ``dry_run`` asks and tells the same, and keeps nothing.
    """

    store: Store
    client: Client
    report: PapersReport = field(default_factory=PapersReport)
    done: Callable[[int], None] = lambda _: None
    dry_run: bool = False
    _waiting: set[str] = field(default_factory=set)

    def run(self, ids: Iterable[str], harvester: Harvester | None = None, *, by_id: bool = False) -> None:
        """Bring the news of these papers.

        With a ``harvester`` thousands of papers are looked for in arXiv's list of changes, unless
        ``by_id``, and papers that have a new version are asked for once more, for their history.
        """
        wanted = tuple(ids)
        self._waiting = set(wanted)
        self.report.asked += len(self._waiting)
        if harvester is not None and not harvester.settings.oai:
            harvester = None
        try:
            if harvester is not None and not by_id:
                wanted = self._harvest(harvester, wanted)
            self._ask(wanted)
            if harvester is not None and not self.dry_run:
                self._histories(harvester)
        except SourceError as error:
            self.report.error = error
        self.report.unanswered += len(self._waiting)

    # ------------------------------------------------------------------------- by ids

    def _ask(self, ids: Sequence[str]) -> None:
        from .arxiv import fetch_records

        doubted = missed(self.store.db, ids)
        for page in fetch_records(ids, self.client, doubted=doubted) if ids else ():
            self.keep(page.records, page.missing)
            self.report.missing += page.missing
            self.report.problems += page.problems
            self.done(len(page.requested))

    def keep(
        self,
        records: Iterable[PaperRecord],
        missing: Iterable[str] = (),
        *,
        raw: bool = False,
        arrived: str = "",
    ) -> None:
        """Store these records; their papers, and those that arXiv does not know, are answered for.

        ``raw``: they come from OAI-PMH; ``arrived``: the cause of those that are new, if harvested.
        """
        readings = self.readings(records, raw=raw)
        lookups = {r.record.arxiv_id: True for r in readings if r.record} | dict.fromkeys(missing, False)
        self.note(self.store.replace(*readings, lookups=lookups, dry_run=self.dry_run, arrived=arrived))
        self._waiting.difference_update(lookups)

    def note(self, delta: Delta) -> None:
        """Count what a transaction changed."""
        self.report.new += delta.records_added
        self.report.changed += delta.records_changed
        self.report.changes += [change for change in delta.changes if change.what == "paper"]

    def readings(self, records: Iterable[PaperRecord], *, raw: bool = False) -> list[Reading]:
        """The records as documents, in the words of what is held where the services only write otherwise."""
        from .arxiv import READER, reading_of
        from .arxiv.raw import READER as RAW
        from .arxiv.raw import settled

        listed = list(records)
        known = held(self.store.db, [record.arxiv_id for record in listed])
        readings = []
        for record in listed:
            old, old_reader = known.get(record.arxiv_id, (None, ""))
            said, reader = record, RAW if raw else READER
            if old is not None and record.version < old.version:
                self.report.problems.append(
                    f"arXiv answered with version {record.version} of {record.arxiv_id};"
                    f" version {old.version} is known and stays"
                )
            elif old is not None and raw:
                said = settled(record, old, raw=True)
                reader = old_reader if said == old else RAW
            elif old is not None and old_reader == RAW:
                said = settled(record, old, raw=False)
                reader = READER if said == record else RAW
            readings.append(reading_of(said, reader=reader))
        return readings

    # ------------------------------------------------------------- by the list of changes

    def _harvest(self, harvester: Harvester, ids: Sequence[str]) -> tuple[str, ...]:
        """The ids that remain to be asked for, after the list of changes was read for the others.

        A list that cannot be read costs nothing but its requests: then all are asked for by id.
        """
        from .arxiv.plan import plan

        known = answered(self.store.db, ids)
        found = plan(ids, known, self.store.clock(), batch=self.client.batch)
        if found.since is None:
            return found.asked
        try:
            self._read_changes(harvester, found)
        except (Offline, RateLimited):
            raise
        except FetchError as error:
            from .arxiv.transport import Refused

            if isinstance(error, Refused):
                raise
            self.report.problems.append(f"{error.message}; the papers are asked for by id")
        return tuple(one for one in sorted({*found.asked, *found.covered}) if one in self._waiting)

    def _read_changes(self, harvester: Harvester, found: Plan) -> None:
        """Read the list to its end, page by page; then all papers that it covers are answered for."""
        from .arxiv import last_announcement

        assert found.since is not None
        at = self._resumed(found) or Progress(str(found.since), self.store.clock().isoformat(), "")
        began = datetime.fromisoformat(at.began)
        since = found.since.fromisoformat(at.since)
        wanted, doubtful = frozenset(found.covered), set[str]()
        step = len(found.covered) // max(found.pages, 1)
        for page in harvester.pages(since, token=at.token, wanted=wanted.__contains__):
            if page.responded is not None and abs(page.responded - began) > 2 * _SKEW:
                raise FetchError("this machine's clock and arXiv's differ by more than a day")
            at = Progress(at.since, at.began, page.token)
            doubtful.update(page.rejected)
            self._keep_changes(page, at if page.token else None)
            self.done(min(step, len(found.covered)))
        if "" not in doubtful and last_announcement(self.store.clock()) <= began:
            certain = wanted - doubtful
            lookups = dict.fromkeys(certain & self._waiting, True)
            if not self.dry_run:
                self.store.replace(lookups=lookups)
                self.store.checked(*(f"arxiv:{one}" for one in sorted(lookups)))
            self._waiting -= certain

    def _resumed(self, found: Plan) -> Progress | None:
        """The list that an earlier run left in the middle today, if it covers as much."""
        left = progress(self.store.db)
        now = self.store.clock()
        if left is None or not left.token or left.since > str(found.since):
            return None
        began = datetime.fromisoformat(left.began)
        return left if began <= now and began.date() == now.date() else None

    def _keep_changes(self, page: OaiPage, now: Progress | None) -> None:
        from .arxiv.raw import record_of_raw, versions_of

        records, versions = [], {}
        for raw in page.records:
            records.append(record_of_raw(raw))
            versions[raw.arxiv_id] = versions_of(raw)
        self.keep(records, raw=True)
        if not self.dry_run:
            self.store.note_harvest(now, versions)
        self.report.problems += page.problems
        self.report.problems += [f"arXiv calls {one} deleted; it stays as it was" for one in page.deleted]

    # ---------------------------------------------------------------------- histories

    def _histories(self, harvester: Harvester) -> None:
        """Ask for the versions and the licence of papers that have a new version; the least urgent of all.

        What goes wrong here ends it and nothing else.
        """
        from .arxiv.raw import record_of_raw, versions_of

        replaced = [c.document.removeprefix("arxiv:") for c in self.report.changes if c.action == "replaced"]
        for one in without_history(self.store.db, replaced)[:HISTORIES]:
            try:
                raw = harvester.record(one)
            except SourceError:
                return
            if raw is not None:
                self.keep([record_of_raw(raw)], raw=True)
                self.store.note_harvest(progress(self.store.db), {one: versions_of(raw)})
