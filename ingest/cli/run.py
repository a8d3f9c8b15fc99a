"""One refresh at a time in a workspace, with a record of how it ended and the user's hooks after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.hooks import run_hook
from ingest.lock import alone
from kg.cli.context import Context, tell_migration
from kg.cli.output import SCHEMA_VERSION, Exit, exit_code, narrate
from kg.errors import ConfigError, KgError, StoreError, StoreLocked
from kg.graph import Graph
from kg.model import Change
from kg.store import Store

_SHOWN = 1000
"""How many news a hook is told one by one; it is told the count of all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a refresh ended: its exit code, why that is not 0, and the report as JSON."""

    code: int
    reason: str = ""
    report: dict[str, Any] = field(default_factory=dict)


def attended(context: Context, work: Callable[[], Outcome], *, whole: bool, due: bool) -> int:
    """The exit code of a refresh that was alone in its workspace.

    A run of the ``whole`` workspace is recorded, and its hooks are run. Where another one is at it, a
    timer's (``due``) leaves with 0: the work is being done. Raises: StoreLocked, and what ``work`` raises.
    """
    workspace = context.workspace
    if not (workspace.config.exists() or workspace.database.exists()):
        return work().code  # nothing that two could write to: the work itself says what is missing
    with alone(workspace.folder) as ours:
        if ours:
            return _Attempt(context).run(work) if whole else work().code
    message = f"another refresh of {workspace.folder} is running{_who(context)}"
    if not due:
        raise StoreLocked(message, hint="Wait for it, or end it; nothing was done here.")
    narrate(f"note: {message}; this one leaves")
    return Exit.DONE


def _who(context: Context) -> str:
    """Which process, and since when, where its record says so."""
    try:
        with Store(context.workspace.database, readonly=True) as store:
            open_ = next((run for run in Graph(store).runs() if run.code is None), None)
    except StoreError:
        return ""
    return f" since {open_.started_at:%Y-%m-%d %H:%M} UTC (process {open_.process})" if open_ else ""


class _Attempt:
    """A refresh of the whole workspace, from its begin to its end."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.database = context.workspace.database
        self.started = context.clock()
        self.number: int | None = None
        self.last_change = 0

    def run(self, work: Callable[[], Outcome]) -> int:
        try:
            self._begin()
            outcome = work()
        except BaseException as error:
            self._end(_outcome_of(error))
            raise
        self._end(outcome)
        return outcome.code

    def _begin(self) -> None:
        """Note that it begins; not where there is nothing yet that a refresh could be about."""
        if self.database.exists() or self.context.settings.sources:
            with Store(self.database, clock=self.context.clock) as store:
                tell_migration(store)
                self.last_change = Graph(store).last_change
                self.number = store.begin_run(os.getpid())

    def _end(self, outcome: Outcome) -> None:
        changes, news = 0, list[Change]()
        if self.number is not None:
            try:
                with Store(self.database, clock=self.context.clock) as store:
                    graph = Graph(store)
                    changes = graph.last_change - self.last_change
                    news = graph.news(after=self.last_change)[::-1]
                    store.end_run(self.number, outcome.code, outcome.reason, changes)
            except StoreError as error:
                narrate(f"note: how this refresh ended could not be noted: {error.message}")
        if outcome.code == Exit.INTERRUPTED:
            return
        try:
            settings = self.context.settings
        except ConfigError:
            return  # a file that cannot be read names no hooks
        if changes and settings.on_change:
            self._hook("on_change", settings.on_change, outcome, news)
        if outcome.code and settings.on_failure:
            self._hook("on_failure", settings.on_failure, outcome, news)

    def _hook(self, name: str, command: Sequence[str], outcome: Outcome, news: list[Change]) -> None:
        event = {
            "schema_version": SCHEMA_VERSION,
            "event": name,
            "workspace": str(self.context.workspace.folder.absolute()),
            "started_at": self.started.isoformat(timespec="seconds"),
            "code": outcome.code,
            "reason": outcome.reason,
            **outcome.report,
            "count": len(news),
            "changes": [asdict(change) | {"at": change.at.isoformat()} for change in news[:_SHOWN]],
        }
        folder, environment = self.context.workspace.folder, self.context.environment
        if wrong := run_hook(command, event, folder=folder, environment=environment):
            narrate(f"warning: {name} ({command[0]}): {wrong}")


def _outcome_of(error: BaseException) -> Outcome:
    """How a refresh ended that an error ended."""
    match error:
        case KgError():
            return Outcome(exit_code(error), error.message)
        case BrokenPipeError():  # whoever read the report has gone; the work was done before
            return Outcome(Exit.DONE)
        case OSError():
            return Outcome(Exit.USAGE, str(error))
        case Exception():
            return Outcome(Exit.BUG, f"a bug in kg ({type(error).__name__})")
        case _:
            return Outcome(Exit.INTERRUPTED, "interrupted")
