"""Unattended running: the machine's own timer runs ``kg refresh --due`` once a day.

One module for each scheduler, behind one table. What a scheduler is handed is rendered by pure
functions of a :class:`Job`; programs of the machine are called with argument lists only.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from kg.errors import ConfigError

from .cron import Cron
from .job import Job, carried
from .launchd import Launchd
from .scheduler import Installed, Scheduler
from .system import System
from .systemd import Systemd
from .windows import Windows

SCHEDULERS: dict[str, type[Scheduler]] = {one.name: one for one in (Systemd, Launchd, Windows, Cron)}
"""The schedulers, those that make up for missed days first."""


def job_of(workspace: Path, now: datetime, environment: Mapping[str, str] | None = None) -> Job:
    """The job that refreshes a workspace with the interpreter that runs now.

    ``environment``: whose settings it carries. Raises: UsageError for what no scheduler can be handed.
    """
    if not sys.executable:
        raise ConfigError("Python does not say where it is", hint="Call kg by its full path.")
    return Job(
        workspace.resolve(), Path(sys.executable).absolute(), carried(environment or {}), None, now.year
    )


def chosen(job: Job, system: System, name: str | None = None) -> Scheduler:
    """The scheduler of that name, or the first that can be used here. Raises: ConfigError."""
    tried = [SCHEDULERS[name](system)] if name else [one(system) for one in SCHEDULERS.values()]
    reasons = []
    for scheduler in tried:
        reason = scheduler.unusable()
        if not reason:
            return scheduler
        if name or scheduler.name in {Systemd.name, Cron.name}:  # the others are of other systems
            reasons.append(f"{scheduler.name}: {reason}")
    raise ConfigError(
        f"no scheduler can be used here ({'; '.join(reasons)})",
        hint="Let what starts this machine or container run, once a day after 04:00 UTC: "
        + shlex.join(job.command),
    )


def starts(command: Sequence[str], system: System) -> str:
    """Why a job's interpreter would not start kg in an empty environment; "" if it would."""
    if not command:
        return "it cannot be told from what is installed"
    if not Path(command[0]).exists():
        return "it is gone"
    answer = system.call((command[0], "-P", "-m", "kg", "--version"), environment={})
    return "" if answer.code == 0 else answer.reason


def standing(job: Job, system: System) -> list[tuple[Scheduler, Installed]]:
    """Every schedule of this workspace on this machine."""
    schedulers = [one(system) for one in SCHEDULERS.values()]
    found = [(scheduler, scheduler.installed(job)) for scheduler in schedulers]
    return [(scheduler, installed) for scheduler, installed in found if installed is not None]
