"""How a schedule is doing: what is installed, what its runs came to, and whether that is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.lock import is_refreshed
from kg.errors import StoreError, UsageError
from kg.graph import Graph
from kg.model import RESTORED, DocumentKind
from kg.store import Store
from kg.store.runs import Run
from kg.workspace import Workspace

from . import job_of, standing, starts
from .job import PERIOD
from .scheduler import Installed
from .system import System

PATIENCE = 3
"""After how many periods without a success something is wrong."""

_KILLED = "it ended without a word: it was killed, or the machine stopped"


@dataclass(frozen=True, slots=True)
class Schedule:
    """An installed schedule; ``problem`` says why its interpreter would not start kg, "" if it would."""

    scheduler: str
    installed: Installed
    next_run: datetime
    delay: timedelta
    problem: str


@dataclass(frozen=True, slots=True)
class History:
    """What the runs came to. ``fresh`` is when everything was last known to be read."""

    last_success: Run | None = None
    last_failure: Run | None = None
    running: Run | None = None
    fresh: datetime | None = None

    @property
    def reason(self) -> str:
        """Why the last run that did not go well did not; "" where all did."""
        failure = self.last_failure
        return "" if failure is None else failure.reason or _KILLED


def schedules(workspace: Workspace, environment: Mapping[str, str], now: datetime) -> list[Schedule]:
    """The schedules of a workspace that stand on this machine."""
    system = System(environment)
    try:
        job = job_of(workspace.folder, now)
    except UsageError:
        return []  # no scheduler could be handed that
    return [
        Schedule(
            scheduler.name,
            installed,
            scheduler.next_run(job, now),
            scheduler.delay,
            starts(installed.command, system),
        )
        for scheduler, installed in standing(job, system)
    ]


def history(workspace: Workspace) -> History:
    """What the runs of a workspace came to. Raises: StoreError."""
    if not workspace.database.exists():
        return History()
    with Store(workspace.database, readonly=True) as store:
        graph = Graph(store)
        runs = graph.runs()
        lists = [one for one in graph.documents(records=False) if one.kind is DocumentKind.LIST]
        read = [one.checked_at for one in lists if one.reader != RESTORED]
    open_ = [run for run in runs[:1] if run.code is None and is_refreshed(workspace.folder)]
    success = next((run for run in runs if run.code == 0), None)
    failure = next((run for run in runs if run.code != 0 and run not in open_), None)
    fresh = success.ended_at if success else min(read, default=None)
    return History(success, failure, open_[0] if open_ else None, fresh)


def findings(
    workspace: Workspace, environment: Mapping[str, str], clock: Callable[[], datetime]
) -> list[tuple[str, bool, str]]:
    """What `kg doctor` says of the schedules: a name, whether all is well, and the finding."""
    now = clock()
    found = schedules(workspace, environment, now)
    if not found:
        return [("schedule", True, "none (`kg schedule install`)")]
    try:
        past = history(workspace)
    except StoreError:
        past = History()  # what is wrong with the database is a finding of its own
    return [("schedule", *_finding(one, past, now)) for one in found]


def _finding(schedule: Schedule, past: History, now: datetime) -> tuple[bool, str]:
    name = schedule.scheduler
    if schedule.problem:
        return False, f"{name}: its interpreter does not start kg: {schedule.problem}"
    if not schedule.installed.active:
        return False, f"{name}: {schedule.installed.where} is there but not active"
    if past.fresh is not None and now - past.fresh > PATIENCE * PERIOD:
        because = f"; last failure: {past.reason}" if past.reason else ""
        return False, f"{name}: no success since {past.fresh:%Y-%m-%d %H:%M} UTC{because}"
    if past.last_success is None:
        return True, f"{name}: no run yet; the next is at {schedule.next_run:%Y-%m-%d %H:%M} UTC"
    return True, f"{name}: last success {past.fresh:%Y-%m-%d %H:%M} UTC"
