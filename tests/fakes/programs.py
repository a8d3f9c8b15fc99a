"""Programs of a machine that a test owns: real processes on a PATH of their own, which note their calls."""

from __future__ import annotations

import json
import sys
from pathlib import Path

_PRELUDE = """\
#!{python} -IS
import json, os, sys
name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
state = {state!r}
with open(os.path.join(state, "calls"), "a") as calls:
    calls.write(json.dumps([name, *arguments]) + "\\n")
"""

CRONTAB = """\
table = os.path.join(state, "table")
if arguments == ["-l"]:
    if not os.path.exists(table):
        sys.exit("no crontab for somebody")
    sys.stdout.buffer.write(open(table, "rb").read())
else:
    open(table, "wb").write(sys.stdin.buffer.read())
"""


class Programs:
    """A folder for PATH that holds these programs and no others."""

    def __init__(self, folder: Path) -> None:
        self.state = folder
        self.path = folder / "bin"
        self.path.mkdir(parents=True)

    def add(self, name: str, body: str = "") -> None:
        """A program that does what ``body`` says, in Python; without one it does nothing and succeeds."""
        program = self.path / name
        program.write_text(_PRELUDE.format(python=sys.executable, state=str(self.state)) + body, "utf-8")
        program.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        """The argument lists of all calls so far, each behind the program's name."""
        noted = self.state / "calls"
        return [json.loads(line) for line in noted.read_text("utf-8").splitlines()] if noted.exists() else []

    @property
    def table(self) -> Path:
        """The crontab."""
        return self.state / "table"
