"""systemd: a service and a timer of the user. A day that the machine slept through is made up for."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from kg.errors import ConfigError

from .job import FIRST, HOUR, SPREAD, Job
from .scheduler import Installed, Scheduler, Unit, demand, write
from .system import Answer

_SERVICE = """\
[Unit]
Description=Refresh of the knowledge graph in {folder} (kg)

[Service]
Type=oneshot
{settings}ExecStart={command}
Nice=10
TimeoutStartSec=12h
"""

_TIMER = f"""\
[Unit]
Description=Daily refresh of the knowledge graph in {{folder}} (kg)

[Timer]
# arXiv announces on Sunday to Thursday at 20:00 US Eastern; some hours later its metadata are there.
OnCalendar=*-*-* {HOUR:02}:{FIRST}:00 UTC
RandomizedDelaySec={SPREAD}min
Persistent=true

[Install]
WantedBy=timers.target
"""

_PLAIN = re.compile(r"[A-Za-z0-9_/.=:,+-]+")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


class Systemd(Scheduler):
    """Timers of the user's own systemd."""

    name = "systemd"
    delay = timedelta(minutes=SPREAD)

    @property
    def folder(self) -> Path:
        """Where the user's units stand."""
        config = self.system.environment.get("XDG_CONFIG_HOME", "")
        return (Path(config) if config else self.system.home / ".config") / "systemd" / "user"

    def unusable(self) -> str:
        """Why no timer can be installed: there is no systemd, or none that serves this user."""
        if not self.system.has("systemctl"):
            return "there is no systemctl"
        answer = self._ask("show-environment")
        return answer.reason if answer.code else ""

    def units(self, job: Job) -> tuple[Unit, ...]:
        """The service and the timer."""
        folder = _specifiers(str(job.workspace))
        settings = "".join(f"Environment={quoted(f'{name}={value}')}\n" for name, value in job.settings)
        # A colon before the command: no variable in it is replaced. systemd knows it since 244.
        literal = ":" if any("$" in word for word in job.command) else ""
        command = literal + " ".join(map(quoted, job.command))
        return (
            Unit(
                str(self.folder / f"{job.name}.service"),
                _SERVICE.format(folder=folder, settings=settings, command=command),
            ),
            Unit(str(self.folder / f"{job.name}.timer"), _TIMER.format(folder=folder)),
        )

    def minute(self, job: Job) -> int:
        """The same for all: systemd itself draws the delay."""
        del job
        return FIRST

    def install(self, job: Job) -> list[str]:
        """Write both units, looked at by systemd-analyze where it is, and start the timer."""
        units = self.units(job)
        self._verify(job, units)
        for unit in units:
            write(Path(unit.where), unit.text)
        hint = "`kg schedule print` shows the units; `--scheduler cron` may serve here."
        try:
            demand(self._ask("daemon-reload"), "systemd does not read its units again", hint)
            demand(self._ask("enable", "--now", f"{job.name}.timer"), "systemd refuses the timer", hint)
        except ConfigError:
            self.remove(job)
            raise
        return self._lingering()

    def _verify(self, job: Job, units: tuple[Unit, ...]) -> None:
        """Nothing, if systemd-analyze has nothing against our units, or cannot look at them here."""
        folder = Path(tempfile.mkdtemp(prefix="kg-units-"))
        try:
            paths = [folder / Path(unit.where).name for unit in units]
            for path, unit in zip(paths, units, strict=True):
                path.write_text(unit.text, "utf-8")
            answer = self.system.run("systemd-analyze", "verify", "--user", "--man=no", *map(str, paths))
        finally:
            shutil.rmtree(folder)
        ours = [line for line in (answer.err + answer.out).splitlines() if job.name in line]
        if answer.code and ours:
            raise ConfigError(
                f"systemd-analyze refuses the units: {ours[0]}",
                hint="Please report it with what `kg schedule print --scheduler systemd` shows.",
            )

    def _lingering(self) -> list[str]:
        user = str(os.getuid())
        answer = self.system.run("loginctl", "show-user", user, "--property=Linger")
        if answer.out.strip() != "Linger=no":
            return []
        return ["timers of yours stop when you log out; `loginctl enable-linger` lets them go on"]

    def remove(self, job: Job) -> None:
        """Stop the timer and take both units away, even where no systemd answers."""
        self._ask("disable", "--now", f"{job.name}.timer")
        for ending in ("timer", "service"):
            (self.folder / f"{job.name}.{ending}").unlink(missing_ok=True)
        self._ask("daemon-reload")

    def installed(self, job: Job) -> Installed | None:
        """What the service file runs; active if the timer is."""
        path = self.folder / f"{job.name}.service"
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        lines = [
            line.removeprefix("ExecStart=") for line in text.splitlines() if line.startswith("ExecStart=")
        ]
        command = words(lines[0]) if lines else ()
        active = self._ask("is-active", f"{job.name}.timer").code == 0
        return Installed(command, active, str(path.with_suffix(".timer")))

    def _ask(self, *arguments: str) -> Answer:
        return self.system.run("systemctl", "--user", *arguments)


def quoted(word: str) -> str:
    r"""The word as unit files write it, with nothing left for systemd to replace.

    >>> print(quoted("/srv/kg"), quoted('/a b/100%"'))
    /srv/kg "/a b/100%%\""
    """
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifiers(escaped)}"'


def words(line: str) -> tuple[str, ...]:
    """The words of a command that :func:`quoted` wrote."""
    found = (inside or bare for inside, bare in _WORD.findall(line.removeprefix(":")))
    return tuple(re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in found)


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")
