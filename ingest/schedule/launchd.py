"""launchd, of macOS: an agent of the user. What was due while the machine slept is run when it wakes."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from kg.errors import ConfigError

from .job import Job
from .scheduler import Installed, LocalScheduler, Unit, demand, write


class Launchd(LocalScheduler):
    """Agents of the user's own launchd."""

    name = "launchd"

    def unusable(self) -> str:
        """Why no agent can be installed: this is no macOS."""
        return "" if self.system.has("launchctl") else "there is no launchctl"

    def _file(self, job: Job) -> Path:
        return self.system.home / "Library" / "LaunchAgents" / f"{job.name}.plist"

    def units(self, job: Job) -> tuple[Unit, ...]:
        """The property list of the agent."""
        at = job.local
        log = str(self.system.home / "Library" / "Logs" / f"{job.name}.log")
        agent: dict[str, object] = {
            "Label": job.name,
            "ProgramArguments": list(job.command),
            "StartCalendarInterval": {"Hour": at.hour, "Minute": at.minute},
            "ProcessType": "Background",
            "StandardOutPath": log,
            "StandardErrorPath": log,
        }
        if job.settings:
            agent["EnvironmentVariables"] = dict(job.settings)
        return (Unit(str(self._file(job)), plistlib.dumps(agent, sort_keys=False).decode()),)

    def install(self, job: Job) -> list[str]:
        """Write the property list and load it, in place of an older one."""
        (unit,) = self.units(job)
        write(Path(unit.where), unit.text)
        self.system.run("launchctl", "bootout", f"{self._domain()}/{job.name}")
        answer = self.system.run("launchctl", "bootstrap", self._domain(), unit.where)
        try:
            demand(answer, "launchd refuses the agent", "`kg schedule print` shows it.")
        except ConfigError:
            self.remove(job)
            raise
        return []

    def remove(self, job: Job) -> None:
        """Unload the agent and take its property list away."""
        self.system.run("launchctl", "bootout", f"{self._domain()}/{job.name}")
        self._file(job).unlink(missing_ok=True)

    def installed(self, job: Job) -> Installed | None:
        """What the property list runs; active if launchd knows it."""
        path = self._file(job)
        try:
            agent = plistlib.loads(path.read_bytes())
            command = tuple(str(word) for word in agent["ProgramArguments"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, ExpatError):
            command = ()
        active = self.system.run("launchctl", "print", f"{self._domain()}/{job.name}").code == 0
        return Installed(command, active, str(path))

    def _domain(self) -> str:
        return f"gui/{os.getuid()}"
