"""The Task Scheduler of Windows: a task of the user, in UTC. A time that was missed is made up for."""

from __future__ import annotations

import tempfile
from pathlib import Path
from subprocess import list2cmdline
from xml.sax.saxutils import escape

from kg.errors import UsageError

from .job import HOUR, Job
from .scheduler import Installed, Scheduler, Unit, demand

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Daily refresh of the knowledge graph in {folder} (kg)</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{hour:02}:{minute:02}:00Z</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


class Windows(Scheduler):
    """Tasks of the user; they carry no settings, which Windows keeps with the user's account."""

    name = "windows"
    carries = False

    def unusable(self) -> str:
        """Why no task can be installed: this is no Windows."""
        return "" if self.system.has("schtasks") else "there is no schtasks"

    def units(self, job: Job) -> tuple[Unit, ...]:
        """The task. Raises: UsageError for paths in which Windows would replace words."""
        command, *arguments = job.command
        for word in job.command:
            if word.count("%") > 1 or "$(" in word:
                raise UsageError(
                    f"the Task Scheduler would replace parts of {word}",
                    hint="Move it to a folder without % and $ in its name.",
                )
        text = _TASK.format(
            folder=escape(str(job.workspace)),
            hour=HOUR,
            minute=job.minute,
            command=escape(command),
            arguments=escape(list2cmdline(arguments)),
        )
        return (Unit(f"the task {_title(job)}", text),)

    def install(self, job: Job) -> list[str]:
        """Register the task, in place of an older one."""
        (unit,) = self.units(job)
        with tempfile.TemporaryDirectory(prefix="kg-task-") as folder:
            path = Path(folder) / f"{job.name}.xml"
            path.write_text(unit.text, "utf-16")  # with its mark: the only form that all versions take
            answer = self.system.run("schtasks", "/Create", "/TN", _title(job), "/XML", str(path), "/F")
        demand(answer, "the Task Scheduler refuses the task", "`kg schedule print` shows it.")
        return ["the task runs while you are logged in"]

    def remove(self, job: Job) -> None:
        """Take the task away."""
        answer = self.system.run("schtasks", "/Delete", "/TN", _title(job), "/F")
        demand(answer, "the Task Scheduler keeps the task", "Remove it in the Task Scheduler's window.")

    def installed(self, job: Job) -> Installed | None:
        """What the task runs."""
        if not self.system.has("schtasks"):
            return None
        answer = self.system.run("schtasks", "/Query", "/TN", _title(job), "/XML")
        if answer.code:
            return None
        return Installed(words(answer.out), active=True, where=f"the task {_title(job)}")


def _title(job: Job) -> str:
    return f"\\kg\\{job.name}"


def words(text: str) -> tuple[str, ...]:
    """The program that a task runs, and what it is handed as one text."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    start = text.partition("?>")[2] or text  # what it says of its encoding is true of the file only
    try:
        task = etree.fromstring(start.strip().encode(), parser)
    except etree.XMLSyntaxError:
        return ()
    found = (task.findtext(f".//{{*}}Exec/{{*}}{name}") for name in ("Command", "Arguments"))
    return tuple(word for word in found if word)
