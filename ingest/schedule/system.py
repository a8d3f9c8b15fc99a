"""The machine that a schedule is installed on: its programs, called with argument lists, and its home."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_DEADLINE = 60.0
_ABSENT, _LATE = 127, 124  # as a shell and as timeout(1) say it


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended and what it said."""

    code: int
    out: str = ""
    err: str = ""

    @property
    def reason(self) -> str:
        """The first line of what it said was wrong."""
        lines = [line.strip() for line in (self.err or self.out).splitlines() if line.strip()]
        return lines[0] if lines else f"exit code {self.code}"


@dataclass(frozen=True, slots=True)
class System:
    """A machine as one environment sees it."""

    environment: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The user's home."""
        return Path(self.environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - never raises

    def has(self, program: str) -> bool:
        """Whether there is such a program."""
        return self._path(program) is not None

    def run(self, program: str, *arguments: str, stdin: str = "") -> Answer:
        """What a program answers; a missing or a stuck one is an answer too. No shell is in between."""
        path = self._path(program)
        if path is None:
            return Answer(_ABSENT, err=f"there is no {program}")
        return self.call((path, *arguments), environment={**self.environment, "LC_ALL": "C"}, stdin=stdin)

    def call(self, command: tuple[str, ...], *, environment: Mapping[str, str], stdin: str = "") -> Answer:
        """What a command line answers in that environment and no other, from the root folder."""
        try:
            done = subprocess.run(  # noqa: S603 - an argument list
                command,
                env=dict(environment),
                input=stdin.encode("utf-8", "surrogateescape"),
                capture_output=True,
                check=False,
                timeout=_DEADLINE,
                cwd=Path(os.sep),
            )
        except subprocess.TimeoutExpired:
            return Answer(_LATE, err=f"no answer within {_DEADLINE:g} s")
        except OSError as error:
            return Answer(_ABSENT, err=error.strerror or str(error))
        out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
        return Answer(done.returncode, out, err)

    def _path(self, program: str) -> str | None:
        return shutil.which(program, path=self.environment.get("PATH", os.defpath))
