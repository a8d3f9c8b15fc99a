"""cron: one line of the user's table. It knows no day that it slept through, and no zone but its own."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from itertools import dropwhile

from kg.errors import ConfigError

from .job import Job
from .scheduler import Installed, LocalScheduler, Unit, demand

_NONE = ("no crontab for", "no such file")  # what programs called crontab say of a user who has no table


class Cron(LocalScheduler):
    """The user's crontab; lines that are not ours are never touched."""

    name = "cron"

    def unusable(self) -> str:
        """Why no line can be installed: there is no cron, or it does not serve this user."""
        if not self.system.has("crontab"):
            return "there is no crontab"
        try:
            self._lines()
        except ConfigError as error:
            return error.message
        return ""

    def units(self, job: Job) -> tuple[Unit, ...]:
        """The line."""
        return (Unit("a line of the crontab", self._line(job) + "\n"),)

    def _line(self, job: Job) -> str:
        at = job.local
        return f"{at.minute} {at.hour} * * * {escaped(job.command, job.settings)} # {job.name}"

    def install(self, job: Job) -> list[str]:
        """Put the line below the others, in place of an older one."""
        self._replace(job, [self._line(job)])
        return ["cron makes up for no day that the machine was off"]

    def remove(self, job: Job) -> None:
        """Take the line away."""
        self._replace(job, [])

    def _replace(self, job: Job, lines: list[str]) -> None:
        text = "".join(f"{line}\n" for line in [*self._others(job), *lines])
        hint = "`kg schedule print --scheduler cron` shows the line; `crontab -e` takes it."
        demand(self.system.run("crontab", "-", stdin=text), "the crontab cannot be written", hint)

    def installed(self, job: Job) -> Installed | None:
        """What the line runs."""
        if not self.system.has("crontab"):
            return None
        try:
            ours = [line for line in self._lines() if _is_ours(line, job)]
        except ConfigError:
            return None
        return Installed(words(ours[-1]), active=True, where="the crontab") if ours else None

    def _others(self, job: Job) -> list[str]:
        return [line for line in self._lines() if not _is_ours(line, job)]

    def _lines(self) -> list[str]:
        """The table as it stands. Raises: ConfigError where it cannot be read, so that none is lost."""
        answer = self.system.run("crontab", "-l")
        if answer.code and any(words in (answer.err + answer.out).casefold() for words in _NONE):
            return []
        demand(answer, "the crontab cannot be read", "`crontab -l` must work first.")
        lines = answer.out.split("\n")
        return lines[:-1] if not lines[-1] else lines


def _is_ours(line: str, job: Job) -> bool:
    return line.rstrip().endswith(f" # {job.name}") and not line.lstrip().startswith("#")


def escaped(command: Iterable[str], settings: Iterable[tuple[str, str]] = ()) -> str:
    r"""The command as a line of a crontab: quoted for sh, and each % for cron, to whom it ends a line.

    >>> print(escaped(("/a b/python", "100%"), [("KG_STATE", "/x")]))
    KG_STATE=/x '/a b/python' 100\%
    """
    assigned = (f"{name}={shlex.quote(value)}" for name, value in settings)
    return " ".join([*assigned, *map(shlex.quote, command)]).replace("%", "\\%")


def words(line: str) -> tuple[str, ...]:
    """The command of a line of ours, without its settings."""
    try:
        found = shlex.split(line.split(" ", 5)[-1].replace("\\%", "%"), comments=True)
    except ValueError:
        return ()
    return tuple(dropwhile(lambda word: not word.startswith("/"), found))
