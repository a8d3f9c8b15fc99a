"""``kg schedule``: the machine's own timer runs ``kg refresh --due`` once a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from ingest.schedule import SCHEDULERS, chosen, job_of, standing, starts
from ingest.schedule.health import History, Schedule, history, schedules
from ingest.schedule.job import Job, left_out
from ingest.schedule.scheduler import Scheduler
from ingest.schedule.system import System
from kg.cli.arguments import TypoGroup
from kg.cli.context import Context, formats, pass_context
from kg.cli.output import Exit, complain, exit_code, narrate, print_json, print_table
from kg.errors import ConfigError, StoreError, UsageError
from kg.store.runs import Run

_scheduler = click.option(
    "--scheduler", type=click.Choice(list(SCHEDULERS)), help="Not the first that can be used here, but this."
)


@click.group(
    cls=TypoGroup,
    epilog="""\b
Examples:
  kg schedule print --scheduler systemd
  kg schedule install
  kg schedule status""",
)
def schedule() -> None:
    """Let the machine refresh this workspace once a day, after arXiv's announcement.

    A timer of systemd, launchd, cron or Windows runs `kg refresh --due`; no program of kg stays
    behind.
    """


@schedule.command()
@_scheduler
@pass_context
def install(context: Context, scheduler: str | None) -> None:
    """Install the timer of this workspace, in place of an older one."""
    if not context.settings.sources:
        raise UsageError("there are no sources yet", hint="Add one: `kg add starter`, or `kg add LIST`.")
    system = System(context.environment)
    job = job_of(context.workspace.folder, context.clock(), context.environment)
    use = chosen(job, system, scheduler)
    if wrong := starts(job.command, system):
        raise ConfigError(
            f"{job.interpreter} does not start kg in an empty environment: {wrong}",
            hint="Install kg-ledger for that interpreter, such as with pipx, and call that kg.",
        )
    before = [other for other, _ in standing(job, system) if other.name != use.name]
    notes = use.install(job)
    for other in before:
        other.remove(job)
        narrate(f"note: removed the one of {other.name}")
    narrate(f"installed: {', '.join(unit.where for unit in use.units(job))}")
    narrate(f"next run: {_when(use, use.next_run(job, context.clock()))}")
    _settings(context, job, [use])
    for note in notes:
        narrate(f"note: {note}")


def _settings(context: Context, job: Job, used: list[Scheduler]) -> None:
    """Which settings of this environment the timer has, too, and which it has not."""
    names = ", ".join(name for name, _ in job.settings)
    if names and any(one.carries for one in used):
        narrate(f"note: carried, as set here: {names}")
    if names and not all(one.carries for one in used):
        narrate(f"note: a task of Windows carries no settings; set these for your account: {names}")
    for name in left_out(context.environment):
        narrate(f"note: {name} may hold a secret and is not carried; see docs/schedule.md")
    if context.offline:
        narrate("note: KG_OFFLINE is set here and is not carried")


def _when(scheduler: Scheduler | Schedule, moment: datetime) -> str:
    minutes = int(scheduler.delay.total_seconds() // 60)
    return f"{_minute(moment)}{f', or up to {minutes} min later' if minutes else ''}"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "?"


@schedule.command()
@pass_context
def remove(context: Context) -> None:
    """Remove the timer of this workspace."""
    job = job_of(context.workspace.folder, context.clock())
    found = standing(job, System(context.environment))
    for scheduler, installed in found:
        scheduler.remove(job)
        narrate(f"removed: {installed.where}")
    if not found:
        narrate(f"there is no schedule for {job.workspace}")


@schedule.command("print")
@_scheduler
@click.option("--json", "format_", flag_value="json", default="text", help="The units as JSON.")
@pass_context
def print_(context: Context, scheduler: str | None, format_: str) -> None:
    """Print what `install` would hand to the scheduler; for all where none can be used here."""
    system = System(context.environment)
    job = job_of(context.workspace.folder, context.clock(), context.environment)
    used = _shown(job, system, scheduler)
    units = []
    for use in used:
        try:
            units += [(use.name, unit) for unit in use.units(job)]
        except UsageError as error:
            if scheduler:
                raise
            narrate(f"note: {use.name}: {error.message}")
    if format_ == "json":
        listed = [{"scheduler": name, "where": unit.where, "text": unit.text} for name, unit in units]
        print_json({"command": job.command, "units": listed})
        return
    for name, unit in units:
        narrate(f"{name}: {unit.where}")
        click.echo(unit.text)
    _settings(context, job, used)


def _shown(job: Job, system: System, name: str | None) -> list[Scheduler]:
    if name:
        return [SCHEDULERS[name](system)]
    try:
        return [chosen(job, system)]
    except ConfigError:
        return [one(system) for one in SCHEDULERS.values()]


@schedule.command()
@formats()
@pass_context
def status(context: Context, format_: str) -> int:
    """Show what is installed, the last success and failure, and the next run."""
    found = schedules(context.workspace, context.environment, context.clock())
    code, past = Exit.DONE, History()
    try:
        past = history(context.workspace)
    except StoreError as error:
        complain(error)
        code = exit_code(error)
    if context.format(format_) == "json":
        print_json(_json(found, past))
    else:
        print_table(("What", "State"), _rows(found, past), whole=(1,))
    return code


def _rows(found: list[Schedule], past: History) -> list[tuple[str, str]]:
    rows = []
    for one in found:
        state = "active" if one.installed.active else "not active"
        rows.append(("schedule", f"{one.scheduler}, {state}: {one.installed.where}"))
        python = one.installed.command[0] if one.installed.command else "?"
        rows.append(("interpreter", f"{python}: {one.problem or 'starts kg'}"))
        rows.append(("next run", _when(one, one.next_run)))
    if not found:
        rows.append(("schedule", "none; `kg schedule install` makes one"))
    rows.append(("last success", _minute(past.last_success.ended_at) if past.last_success else "none"))
    failure = past.last_failure
    rows.append(("last failure", f"{_minute(failure.started_at)}: {past.reason}" if failure else "none"))
    if past.running:
        rows.append(("running", f"since {_minute(past.running.started_at)}, process {past.running.process}"))
    return rows


def _json(found: list[Schedule], past: History) -> dict[str, Any]:
    failure = _run(past.last_failure)
    return {
        "schedules": [
            {
                "scheduler": one.scheduler,
                "where": one.installed.where,
                "active": one.installed.active,
                "command": one.installed.command,
                "problem": one.problem or None,
                "next_run": one.next_run.isoformat(timespec="seconds"),
                "delay_seconds": int(one.delay.total_seconds()),
            }
            for one in found
        ],
        "last_success": _run(past.last_success),
        "last_failure": failure and {**failure, "reason": past.reason},
        "running": _run(past.running),
    }


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "process": run.process,
        "code": run.code,
        "reason": run.reason,
        "changes": run.changes,
    }
