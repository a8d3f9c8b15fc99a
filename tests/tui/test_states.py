"""What is seen when there is nothing, too little room, or something fails; never a traceback."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import StoreLocked
from kg.graph import Graph
from kg.store import Store
from tests.tui import sample
from tests.tui.driving import NARROW, WIDE, Driver, drive
from tui.source import Source


def test_an_empty_workspace_offers_the_starter_list(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    gate = threading.Event()

    def add() -> str:
        gate.wait(5)
        sample.fill(path)
        return "31 nodes, 82 statements"

    async def script(driver: Driver) -> None:
        assert "No sources yet." in driver.text
        assert "Press + to add the bundled starter list; nothing leaves this computer." in driver.text
        assert "+ Starter list" in driver.lines[-1]
        assert "Why" not in driver.lines[-1]
        await driver.press("+")
        assert "Add the starter list?" in driver.text
        await driver.press("escape", "+")
        await driver.pilot.press("enter")
        await driver.pilot.pause(0.1)
        assert "⟳ reading the starter list …" in driver.lines[0]
        gate.set()
        await driver.settle()
        assert driver.toasts[-1] == ("Added", "31 nodes, 82 statements")
        assert driver.browse.results.count == 31
        assert "+ Starter list" not in driver.lines[-1]

    drive(sample.source(path, add_starter=add), script)


def test_a_database_without_anything_in_it_is_an_empty_workspace(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    Store(path).close()

    async def script(driver: Driver) -> None:
        assert "Press + to add the bundled starter list" in driver.text
        await driver.press("+", "j", "enter")
        assert not driver.toasts

    drive(sample.source(path, add_starter=lambda: "never"), script)


def test_an_empty_workspace_for_reading_only_names_the_command(tmp_path: Path) -> None:
    async def script(driver: Driver) -> None:
        assert "kg add starter" in driver.text
        await driver.press("+", "p", "e", "o", "y", "enter", "space", "[", "f", "/")
        assert len(driver.app.screen_stack) == 1
        assert not driver.toasts

    drive(sample.source(tmp_path / "graph.db"), script)


def test_a_starter_list_that_cannot_be_added_says_why_and_what_next(tmp_path: Path) -> None:
    def add() -> str:
        raise StoreLocked("it is being written", hint="Wait, then try again.")

    async def script(driver: Driver) -> None:
        await driver.press("+")
        await driver.press("enter")
        title, body = driver.toasts[-1]
        assert title == "The starter list was not added"
        assert body == "it is being written. Wait, then try again."
        await driver.press("+")
        assert "Add the starter list?" in driver.text

    drive(sample.source(tmp_path / "graph.db", add_starter=add), script)


@pytest.mark.parametrize("size", [(59, 30), (100, 15)])
def test_too_small_a_terminal_says_so(source: Source, size: tuple[int, int]) -> None:
    async def script(driver: Driver) -> None:
        assert "at least 60 columns and 16 lines" in driver.prose
        assert not driver.browse.results.is_on_screen
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert driver.browse.results.is_on_screen
        assert driver.focus == "results"
        await driver.press("enter")
        await driver.pilot.resize_terminal(50, 10)
        await driver.settle()
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert driver.focus == "edges"

    drive(source, script, size=size)


@pytest.mark.parametrize("size", [(60, 16), (300, 100)])
def test_the_smallest_and_a_huge_terminal_work(source: Source, size: tuple[int, int]) -> None:
    async def script(driver: Driver) -> None:
        assert "Wren" in driver.text or "Heron" in driver.text
        for key in ("p", "escape", "e", "escape", "?", "escape", "f", "f"):
            await driver.press(key)
        assert not driver.toasts

    drive(source, script, size=size, start="wren")


def test_a_file_that_is_no_graph_is_told(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE something (x)")
    other.close()

    async def script(driver: Driver) -> None:
        assert "The search failed" in driver.text
        assert "is a database of another program" in driver.prose
        await driver.press("j", "enter", "p", "o", "y", "e", "f", "f")

    drive(sample.source(path), script)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(b"not a database, but long enough to look like one " * 100)

    async def script(driver: Driver) -> None:
        assert "is damaged" in driver.prose

    drive(sample.source(path), script)


def test_a_bug_in_a_question_is_one_message(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(graph: Graph, slug: str, rarity: object) -> None:  # noqa: ARG001
        raise ValueError("[b]unexpected[/b]")

    monkeypatch.setattr("tui.widgets.pane.view", broken)

    async def script(driver: Driver) -> None:
        await driver.press("enter")
        title, body = driver.toasts[-1]
        assert title == "The node cannot be read"
        assert body == "[b]unexpected[/b]. What is stored is unharmed. `kg doctor` looks closer."

    drive(source, script)


def test_a_node_that_has_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    sample.fill(path)

    async def script(driver: Driver) -> None:
        with Store(path) as store:
            store.remove("list:birds", "list:small-things")
        await driver.press("enter")
        assert "no longer in the graph" in driver.text

    drive(sample.source(path), script, start="wren")


def test_resizing_moves_from_one_pane_to_three(source: Source) -> None:
    async def script(driver: Driver) -> None:
        browse = driver.browse
        assert not browse.pane.is_on_screen
        assert not browse.facets.is_on_screen
        await driver.pilot.resize_terminal(110, 30)
        await driver.settle()
        assert browse.pane.is_on_screen
        assert browse.results.is_on_screen
        assert not browse.facets.is_on_screen
        await driver.pilot.resize_terminal(*WIDE)
        await driver.settle()
        assert browse.facets.is_on_screen

    drive(replace(source), script, size=NARROW)
