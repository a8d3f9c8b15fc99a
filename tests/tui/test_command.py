"""``kg tui``: what it needs, what it hands to the interface, what it leaves behind."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.__main__ import run
from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.store import Store
from tests.tui import sample
from tui.app import KgApp


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KG_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("KG_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def apps(monkeypatch: pytest.MonkeyPatch) -> list[KgApp]:
    """The interfaces that would have been run on a terminal."""
    found: list[KgApp] = []
    monkeypatch.setattr("tui.cli.tui.on_terminal", lambda: True)

    def not_run(app: KgApp) -> None:
        found.append(app)

    monkeypatch.setattr(KgApp, "run", not_run)
    return found


def test_without_a_terminal_it_names_the_command_to_use(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["tui"]) == 2
    assert "the interface needs a terminal" in capfd.readouterr().err
    assert run(["tui", "lora"]) == 2
    assert "`kg show lora`" in capfd.readouterr().err
    assert not list(workspace.iterdir())


def test_it_begins_at_the_node_that_is_named(workspace: Path, apps: list[KgApp]) -> None:
    sample.fill(workspace / "graph.db")
    assert run(["tui"]) == 0
    assert run(["tui", "hf:aviary/wren-1b"]) == 0
    assert [app.start for app in apps] == ["", "wren"]
    assert apps[0].source.title == workspace.name


def test_an_unknown_node_is_answered_before_the_screen_is_taken(
    workspace: Path, apps: list[KgApp], capfd: pytest.CaptureFixture[str]
) -> None:
    sample.fill(workspace / "graph.db")
    assert run(["tui", "wrenn"]) == 1
    assert "Did you mean wren" in capfd.readouterr().err
    assert not apps


def test_a_node_of_an_empty_workspace_is_a_usage_error(workspace: Path, apps: list[KgApp]) -> None:
    assert run(["tui", "wren"]) == 2
    assert run(["tui"]) == 0
    assert not (workspace / "graph.db").exists()
    assert not apps[0].source.exists


def test_the_starter_list_is_added_and_corrected_as_by_the_commands(
    workspace: Path, apps: list[KgApp]
) -> None:
    assert run(["tui"]) == 0
    source = apps[0].source
    assert source.add_starter is not None
    assert source.correct is not None
    told = source.add_starter()
    assert "nodes" in told
    assert 'address = "starter"' in (workspace / "kg.toml").read_text()
    with Store(workspace / "graph.db", readonly=True) as store:
        node = Graph(store).find("alpaca")
    told = source.correct(Correction("kind", Anchor.of(node), value="Dataset", reason="a test"))
    assert told == "kind Alpaca: Dataset: nodes +0 -0 ~1, edges +0 -0. `kg correct --undo` takes it back."
    assert 'reason = "a test"' in (workspace / "corrections.toml").read_text()


def test_a_bug_in_the_interface_is_told_by_the_command(
    workspace: Path,  # noqa: ARG001
    apps: list[KgApp],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def crash(app: KgApp) -> None:
        app.bug = RuntimeError("boom")

    monkeypatch.setattr(KgApp, "run", crash)
    assert run(["tui"]) == 70
    err = capfd.readouterr().err
    assert "a bug in kg (RuntimeError); the graph is unharmed" in err
    assert "Traceback" not in err
    assert not apps


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = ("ingest", "exports", "networkx", "rdflib", "arxiv", "requests", "lxml", "pyoxigraph", "tomlkit")
    code = f"import sys, tui.app; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --------------------------------------------------------------------- on a real terminal


class Terminal:
    """``kg tui`` on a pseudo terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process, self.screen = pty.fork()
        if not self.process:
            environment = {**os.environ, "TERM": "xterm-256color", "LINES": "30", "COLUMNS": "110"}
            environment |= {"KG_WORKSPACE": str(folder), "KG_OFFLINE": "1"}
            os.execve(sys.executable, [sys.executable, "-m", "kg", "tui", *arguments], environment)
        self.seen = b""

    def wait_for(self, text: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            ready, _, _ = select.select([self.screen], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} did not come:\n{self.seen[-2000:]!r}"
            self.seen += os.read(self.screen, 1 << 16)

    def send(self, keys: str) -> None:
        self.seen = b""
        os.write(self.screen, keys.encode())

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> int:
        """The exit code, once it has left."""
        try:
            while os.read(self.screen, 1 << 16):
                pass
        except OSError:
            pass
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal(tmp_path)
    yield running
    try:
        os.kill(running.process, 9)
        os.waitpid(running.process, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_a_new_user_adds_the_starter_list_walks_and_leaves(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("No sources yet.")
    terminal.send("+")
    terminal.wait_for("Add the starter list?")
    terminal.send("\r")
    terminal.wait_for("Added", 60)
    time.sleep(1)  # a person looks first: the dialog closes, the list comes
    for keys in ("/", "tinystories", "\r"):  # as fast as fingers, no faster
        time.sleep(0.5)
        terminal.send(keys)
        if keys == "tinystories":
            terminal.wait_for("TinyStories")  # far below in the list of all: it was found
    time.sleep(0.5)
    terminal.send("s")
    terminal.wait_for("starred")
    time.sleep(0.5)
    terminal.send("q")
    assert terminal.close() == 0
    assert '"TinyStories"' in (tmp_path / "marks.jsonl").read_text("utf-8")
    assert (tmp_path / "graph.db").exists()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="CPU time is read from /proc")
def test_the_first_screen_with_data_costs_little(tmp_path: Path) -> None:
    sample.fill(tmp_path / "graph.db", many=1000)
    spent = []
    for _ in range(3):
        terminal = Terminal(tmp_path)
        terminal.wait_for("Heron Coder")
        spent.append(terminal.cpu_seconds())
        time.sleep(0.3)
        terminal.send("q")
        assert terminal.close() == 0
    assert min(spent) <= 0.8
