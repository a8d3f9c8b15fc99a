"""The command ``kg`` as the tests call it: in this process, which is fast, or in one of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.__main__ import run

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds that a process of a test may take before the test fails


@dataclass(frozen=True)
class Told:
    """What one call told: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object on stdout, whose schema version has been looked at."""
        value = json.loads(self.out)
        assert value["schema_version"] == 1
        assert isinstance(value, dict)
        return value

    @property
    def errors(self) -> list[str]:
        """What stands behind ``kg: error:`` in each such line."""
        mark = "kg: error: "
        return [line.removeprefix(mark) for line in self.err.splitlines() if line.startswith(mark)]

    @property
    def error(self) -> str:
        """The one error and the hint below it, joined by a line feed."""
        lines = self.err.splitlines()
        (error,) = self.errors
        after = lines[lines.index(f"kg: error: {error}") + 1 :]
        hints = [line.strip() for line in after if line.startswith("  ")]
        assert len(hints) == 1, f"an error needs one line that says what to do next: {self.err!r}"
        return f"{error}\n{hints[0]}"


class Kg:
    """Calls of ``kg`` in one folder (``desk``) with one workspace; ``environment`` is all it sees."""

    def __init__(self, desk: Path, workspace: Path, environment: Mapping[str, str]) -> None:
        self.desk, self.workspace = desk, workspace
        self.environment = dict(environment)

    def __call__(self, *arguments: str | Path, code: int | None = 0) -> Told:
        """A call in this process that must leave with ``code`` (None: with any but that of a bug)."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        before, here = dict(os.environ), Path.cwd()
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(self.desk)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                found = int(run([str(one) for one in arguments]))
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
        texts = []
        for stream in (out, err):
            stream.flush()
            raw = stream.detach()
            assert isinstance(raw, io.BytesIO)
            texts.append(raw.getvalue().decode())
        return self._held(Told(found, *texts), code)

    def process(
        self,
        *arguments: str | bytes | Path,
        code: int = 0,
        stdin: str = "",
        wrap: tuple[str, ...] = (),
        **options: Any,
    ) -> Told:
        """A call in a process of its own; ``wrap`` is a command that starts it."""
        environment = {**self.environment, **options.pop("environment", {})}
        done = subprocess.run(
            [*wrap, sys.executable, "-m", "kg", *arguments],
            cwd=self.desk,
            env=environment,
            input=stdin.encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            **options,
        )
        return self._held(Told(done.returncode, os.fsdecode(done.stdout), done.stderr.decode()), code)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """A process that runs beside the test, in a group of its own; whoever starts it ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "kg", *arguments],
            cwd=self.desk,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )

    def refused(self, *arguments: str | Path, code: int = 2, process: bool = False) -> str:
        """The one error line of a call that must fail with ``code``, and the hint below it."""
        call = self.process if process else self.__call__
        return call(*arguments, code=code).error

    @staticmethod
    def _held(told: Told, code: int | None) -> Told:
        assert "Traceback" not in told.err, told.err
        right = told.code in range(6) if code is None else told.code == code
        assert right, f"exit {told.code}, not {code}: {told.out[-800:]!r} {told.err!r}"
        return told

    # ------------------------------------------------------------------ what is stored

    @property
    def database(self) -> Path:
        """The database of the workspace."""
        return self.workspace / "graph.db"

    @property
    def config(self) -> Path:
        """Its kg.toml."""
        return self.workspace / "kg.toml"

    @property
    def corrections(self) -> Path:
        """Its corrections.toml."""
        return self.workspace / "corrections.toml"

    def stored(self) -> dict[str, Any]:
        """All that must not be harmed: the text files, the counts, every row of the graph."""
        files = {p.name: p.read_bytes() for p in (self.config, self.corrections) if p.exists()}
        if not self.database.exists():
            return {"files": files}
        stats = self("stats", "--json").json
        del stats["refreshed_at"]  # when all was read is no part of what was read
        return {"files": files, "stats": stats, "rows": rows(self.database)}

    def labels(self) -> set[str]:
        """The names of all nodes."""
        return {node["label"] for node in self("search", "--json", "--limit", "-1").json["nodes"]}

    def write(self, name: str, content: str | bytes) -> Path:
        """A file on the desk."""
        path = self.desk / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that hold the graph, and what documents say."""
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as db:
        (sound,) = db.execute("PRAGMA integrity_check").fetchone()
        assert sound == "ok"
        tables = ("node", "statement", "mention", "claim", "place", "paper", "slug", "correction")
        found = {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in tables}
    db.close()
    return found


def finish(process: subprocess.Popen[bytes], *, signal_: int | None = None) -> Told:
    """What a process told at its end; ``signal_`` goes to its whole group, as a terminal does it."""
    if signal_ is not None:
        os.killpg(process.pid, signal_)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Told(process.returncode, out.decode(), err.decode())


def until(condition: Any, seconds: float = 20.0) -> None:
    """Wait until a condition holds; fail when it does not in that time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def on_a_terminal(kg: Kg, *arguments: str, columns: int = 80, code: int = 0) -> list[str]:
    """The lines that a call shows on a terminal of that width, with the escapes that it sent."""
    import fcntl
    import pty
    import struct
    import termios

    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", *arguments],
        cwd=kg.desk,
        env=kg.environment | {"TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(mine, 65536):
            shown += piece
    except OSError:
        pass  # the other side has closed: the way a terminal ends
    finally:
        os.close(mine)
        found = process.wait(PATIENCE)
    text = shown.decode()
    assert "Traceback" not in text, text
    assert found == code, text
    return text.splitlines()
