"""What every scheduler can do: show what it would be handed, install, remove, and tell what is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

from kg.errors import ConfigError, UsageError

from .job import HOUR, PERIOD, Job
from .system import Answer, System


@dataclass(frozen=True, slots=True)
class Unit:
    """A text that a scheduler reads, and where it stands: a file, or words for what is no file."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A schedule as it stands on this machine: what it runs, and whether it will."""

    command: tuple[str, ...]
    active: bool
    where: str


class Scheduler(ABC):
    """A scheduler of one machine. Nothing is written before :meth:`install`."""

    name: ClassVar[str]
    delay: ClassVar[timedelta] = timedelta()
    """How much later than planned it may start, by chance."""
    carries: ClassVar[bool] = True
    """Whether its units hold the settings of the job."""

    def __init__(self, system: System) -> None:
        """Of that machine."""
        self.system = system

    @abstractmethod
    def unusable(self) -> str:
        """Why it cannot be used here; "" where it can."""

    @abstractmethod
    def units(self, job: Job) -> tuple[Unit, ...]:
        """The texts that would be installed, the same on any day of a year."""

    @abstractmethod
    def install(self, job: Job) -> list[str]:
        """Put the job in place, also over an older one. Notes on what the user should know.

        Raises: ConfigError, and then nothing is installed.
        """

    @abstractmethod
    def remove(self, job: Job) -> None:
        """Take the job away. Raises: ConfigError."""

    @abstractmethod
    def installed(self, job: Job) -> Installed | None:
        """The job of this workspace as it stands here, or None."""

    def minute(self, job: Job) -> int:
        """The minute of the hour at which it may start first."""
        return job.minute

    def next_run(self, job: Job, now: datetime) -> datetime:
        """When it is started next, in UTC; by up to ``delay`` later."""
        moment = datetime.combine(now.date(), time(HOUR, self.minute(job)), UTC)
        return moment if moment > now else moment + PERIOD


class LocalScheduler(Scheduler):
    """A scheduler that goes by the machine's clock and knows no other zone."""

    def next_run(self, job: Job, now: datetime) -> datetime:
        """When it is started next, in UTC."""
        today, at = now.astimezone(job.zone).date(), job.local
        for days in range(3):
            day = datetime.combine(today + timedelta(days), at)
            moment = (day.astimezone() if job.zone is None else day.replace(tzinfo=job.zone)).astimezone(UTC)
            if moment > now:
                return moment
        raise AssertionError  # one of three days lies ahead


def demand(answer: Answer, what: str, hint: str) -> Answer:
    """The answer, if it is good. Raises: ConfigError."""
    if answer.code:
        raise ConfigError(f"{what}: {answer.reason}", hint=hint)
    return answer


def write(path: Path, text: str) -> None:
    """The file holds the text. Raises: UsageError."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, "utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", hint="`kg schedule print` shows what to put there."
        ) from error
