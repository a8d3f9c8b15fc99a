"""Refreshes that nobody watches: one at a time, each recorded, and the hooks that are run after them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.hooks import run_hook
from ingest.lock import alone
from kg.graph import Graph
from kg.store import Store, runs
from kg.store.runs import Run
from tests.cli.command import Kg, finish, until
from tests.cli.lists import TIDES
from tests.fakes import loopback
from tests.fakes.arxiv_server import ArxivServer

NOW = "2026-11-24T12:00:00+00:00"


def history(kg: Kg) -> list[Run]:
    with Store(kg.database, readonly=True) as store:
        return Graph(store).runs()


def hooked(kg: Kg, hook: str, body: str = "") -> Path:
    """kg.toml names a hook that writes what it is told to a file; ``body`` is what else it does."""
    told = kg.workspace / f"{hook}.json"
    script = (
        "import os, sys; text = sys.stdin.read();"
        f" open({str(told)!r}, 'a').write(text + chr(10)); print(os.getcwd()); {body}"
    )
    words = json.dumps([sys.executable, "-IS", "-c", script])
    text = kg.config.read_text("utf-8")
    kg.config.write_text(text + ("" if "[hooks]" in text else "\n[hooks]\n") + f"{hook} = {words}\n", "utf-8")
    return told


def events(told: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.read_text("utf-8").splitlines()] if told.exists() else []


# --------------------------------------------------------------------------------- records


def test_a_refresh_is_recorded_with_its_end_its_reason_and_its_changes(tides: Kg, arxiv: ArxivServer) -> None:
    tides.environment["KG_NOW"] = NOW
    tides("refresh")
    tides.write("tides.md", TIDES.replace("Driftkit", "Otherkit"))
    tides.environment["KG_OFFLINE"] = "1"
    tides("refresh", "--all", code=4)
    last, first = history(tides)
    assert (first.code, first.reason, first.started_at.isoformat()) == (0, "", NOW)
    assert (last.code, last.process) == (4, os.getpid())
    assert last.reason.startswith("4 papers have no fresh metadata")
    assert last.changes > 0
    told = tides("schedule", "status").json
    assert told["last_success"]["ended_at"] == NOW
    assert told["last_failure"]["reason"] == last.reason
    assert tides("stats").json["refreshed_at"] == NOW
    assert len(arxiv.log) == 1


def test_a_dry_run_and_a_refresh_of_some_sources_are_no_runs(tides: Kg) -> None:
    tides("refresh", "--dry-run", code=4)
    tides("refresh", "tides", code=4)
    assert history(tides) == []
    assert tides("stats").json["refreshed_at"] is None


def test_a_mistake_in_kg_toml_is_a_failed_run(tides: Kg) -> None:
    good = tides.config.read_text("utf-8")
    tides.config.write_text("[kgg]\n", "utf-8")
    tides("refresh", "--due", code=2)
    tides.config.write_text(good, "utf-8")
    assert "unknown key 'kgg'" in history(tides)[0].reason
    assert "unknown key 'kgg'" in tides("schedule", "status").json["last_failure"]["reason"]


def test_a_workspace_rebuilt_from_its_text_files_records_its_first_run(tides: Kg, arxiv: ArxivServer) -> None:
    for path in tides.workspace.glob("graph.db*"):
        path.unlink()
    told = hooked(tides, "on_change")
    tides("refresh")
    assert [run.code for run in history(tides)] == [0]
    (event,) = events(told)
    assert event["delta"]["nodes"]["added"] == 14
    assert event["changes"] == [], "a first import is no news"
    assert history(tides)[0].changes > 14
    assert arxiv.log


def test_nothing_is_made_where_there_is_nothing_to_refresh(kg: Kg, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    kg.refused("--workspace", tmp_path / "empty", "refresh")
    kg.refused("refresh")
    assert list((tmp_path / "empty").iterdir()) == []
    assert not kg.workspace.exists()


def test_a_run_that_was_killed_is_told_as_a_failure(tides: Kg, arxiv: ArxivServer) -> None:
    arxiv.script(loopback.late(8))
    process = tides.start("refresh")
    until(lambda: arxiv.connections == 1)
    finish(process, signal_=signal.SIGKILL)
    told = tides("schedule", "status").json
    assert told["running"] is None
    assert "it was killed" in told["last_failure"]["reason"]
    tides("refresh")
    assert tides("schedule", "status").json["last_success"]


def test_a_run_that_was_interrupted_says_so_and_runs_no_hook(tides: Kg, arxiv: ArxivServer) -> None:
    told = hooked(tides, "on_failure")
    arxiv.script(loopback.late(8))
    process = tides.start("refresh")
    until(lambda: arxiv.connections == 1)
    assert finish(process, signal_=signal.SIGINT).code == 130
    (run,) = history(tides)
    assert (run.code, run.reason) == (130, "interrupted")
    assert events(told) == []


def test_a_bug_is_a_failed_run(tides: Kg, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.cli import refresh

    monkeypatch.delattr(refresh, "gather")
    told = hooked(tides, "on_failure")
    tides("refresh", code=70)
    assert events(told)[0]["reason"] == history(tides)[0].reason == "a bug in kg (NameError)"


def test_only_the_last_runs_are_kept_but_always_the_last_success_and_failure(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    codes = [0, 4, 0, *[3] * 120, *[0] * 150, 4]
    moment = iter(now + timedelta(days=n // 2) for n in range(10_000))
    with Store(tmp_path / "graph.db", clock=lambda: next(moment)) as store:
        for number, code in enumerate(codes):
            run = store.begin_run(number)
            store.end_run(run, code, f"reason {number}")
            kept = Graph(store).runs()
            assert [one.process for one in kept][: runs.KEPT] == list(range(number, -1, -1))[: runs.KEPT]
            for good in (True, False):
                wanted = max((n for n, c in enumerate(codes[: number + 1]) if (c == 0) is good), default=None)
                assert wanted == next((one.process for one in kept if (one.code == 0) is good), None)
            assert len(kept) <= runs.KEPT + 2


# --------------------------------------------------------------------------------- two at once


def test_the_second_of_two_refreshes_says_who_runs_and_leaves(tides: Kg, arxiv: ArxivServer) -> None:
    tides.environment["KG_NOW"] = NOW
    arxiv.script(loopback.late(8))
    process = tides.start("refresh")
    until(lambda: arxiv.connections == 1)
    running = f"{tides.workspace} is running since 2026-11-24 12:00 UTC (process {process.pid})"
    assert tides("schedule", "status").json["running"]["process"] == process.pid
    for call in (["refresh"], ["refresh", "tides"], ["refresh", "--all"]):
        assert running in tides.refused(*call, code=5)
    told = tides("refresh", "--due")
    assert told.err == f"note: another refresh of {running}; this one leaves\n"
    assert "lora" in tides("search", "lora").out, "reading goes on"
    assert len(arxiv.log) == 0
    finish(process, signal_=signal.SIGKILL)
    tides("refresh")  # what was killed keeps nobody out
    assert [run.code for run in history(tides)] == [0, None]


def test_who_only_looks_whether_one_runs_keeps_none_out(tides: Kg, arxiv: ArxivServer) -> None:
    looking = threading.Event()

    def look() -> None:
        with alone(tides.workspace, patience=0) as ours:
            assert ours
            looking.set()
            time.sleep(0.2)

    thread = threading.Thread(target=look)
    thread.start()
    looking.wait()
    tides("refresh")
    thread.join()
    assert arxiv.log


# --------------------------------------------------------------------------------- hooks


def test_a_change_runs_its_hook_once_with_what_changed(tides: Kg, arxiv: ArxivServer) -> None:
    tides("refresh")
    told = hooked(tides, "on_change")
    failure = hooked(tides, "on_failure")
    tides("refresh")
    assert events(told) == [], "nothing changed"
    tides.write("tides.md", TIDES.replace("Driftkit", "Otherkit"))
    shown = tides.process("refresh", "--json")
    (event,) = events(told)
    assert shown.json["delta"] == event["delta"]
    assert f"{tides.workspace}\n" in shown.err, "what a hook prints is narration; it runs in the workspace"
    assert (event["schema_version"], event["event"], event["code"]) == (1, "on_change", 0)
    assert event["workspace"] == str(tides.workspace)
    assert {c["cause"] for c in event["changes"]} == {"source"}
    assert [c["action"] for c in event["changes"]] == ["edited", "edited"]
    assert event["count"] == 2
    assert events(failure) == []
    assert arxiv.log


def test_a_failure_runs_its_hook_with_the_reason(tides: Kg) -> None:
    told = hooked(tides, "on_failure")
    tides("refresh", "--due", code=3)
    (event,) = events(told)
    assert (event["event"], event["code"]) == ("on_failure", 3)
    assert event["reason"].startswith("4 papers have no fresh metadata: ")
    (tides.desk / "tides.md").unlink()
    tides("refresh", code=2)
    assert "tides.md" in events(told)[1]["reason"]


def test_a_store_that_cannot_be_opened_runs_the_hook(tides: Kg) -> None:
    told = hooked(tides, "on_failure")
    with sqlite3.connect(tides.database) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    tides("refresh", code=5)
    assert "made by a newer kg" in events(told)[0]["reason"]


def test_a_hook_that_fails_is_a_warning_and_no_more(tides: Kg, arxiv: ArxivServer) -> None:
    hooked(tides, "on_change", "sys.exit(3)")
    told = tides("refresh")
    assert f"warning: on_change ({sys.executable}): exit code 3" in told.err
    assert history(tides)[0].code == 0
    assert arxiv.log


def test_a_hook_that_is_not_there_is_a_warning_and_no_more(tides: Kg) -> None:
    tides.config.write_text(
        tides.config.read_text("utf-8") + "[hooks]\non_failure = ['./no-such']\n", "utf-8"
    )
    told = tides("refresh", code=4)
    assert "warning: on_failure (./no-such): it cannot be run: No such file or directory" in told.err


def test_a_hook_gets_an_argument_list_and_no_shell(tmp_path: Path) -> None:
    script = "import json, sys; json.dump([sys.argv[1:], json.load(sys.stdin)], open('told', 'w'))"
    words = ["a b", "$HOME", "`id`", "*", "; false", "é"]
    command = [sys.executable, "-IS", "-c", script, *words]
    assert run_hook(command, {"x": "\udcff"}, folder=tmp_path, environment={}) == ""
    assert json.loads((tmp_path / "told").read_text("utf-8")) == [words, {"x": "?"}]


def test_a_hook_that_reads_nothing_is_no_failure(tmp_path: Path) -> None:
    event = {"x": "x" * 1_000_000}
    assert run_hook(["true"], event, folder=tmp_path, environment=dict(os.environ)) == ""


def test_a_hook_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    script = (
        "import os, subprocess, time; p = subprocess.Popen(['sleep', '60']);"
        "open('child', 'w').write(str(p.pid)); time.sleep(60)"
    )
    command = [sys.executable, "-IS", "-c", script]
    wrong = run_hook(command, {}, folder=tmp_path, environment=dict(os.environ), deadline=1)
    assert wrong == "it was ended after 1 s"
    child = Path("/proc") / (tmp_path / "child").read_text("utf-8") / "stat"
    until(lambda: not child.exists() or child.read_text("utf-8").split()[2] == "Z")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("on_change = 'a b'", "on_change"),
        ("on_change = []", "on_change"),
        ("on_failure = ['a', 1]", "on_failure"),
        ("on_failure = ['']", "on_failure"),
        ('on_failure = ["a\\u0000"]', "on_failure"),
        ("on_failure = {a = 'b'}", "on_failure"),
        ("on_chang = ['a']", "on_change"),
    ],
)
def test_a_hook_that_is_no_argument_list_is_a_mistake_in_kg_toml(tides: Kg, line: str, word: str) -> None:
    lines = tides.config.read_text("utf-8").count("\n") + 2
    tides.config.write_text(tides.config.read_text("utf-8") + f"[hooks]\n{line}\n", "utf-8")
    error = tides.refused("refresh")
    assert f"{tides.config}, line {lines}" in error
    assert word in error
