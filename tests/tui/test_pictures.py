"""Pictures of the screens, compared with those that were looked at and found good.

``pytest tests/tui/test_pictures.py --snapshot-update`` takes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kg.marks import Marking
from tests.tui import sample
from tests.tui.driving import NARROW, WIDE, Driver
from tests.tui.shelf import Shelf
from tui import themes
from tui.app import KgApp
from tui.source import Source

Compare = Callable[..., bool]


def pictured(source: Source, *keys: str, start: str = "", theme: str = "") -> tuple[KgApp, object]:
    """An interface, and what brings it to the state that is pictured."""
    app = KgApp(source, start=start)

    async def prepare(pilot: Pilot[None]) -> None:
        driver = Driver(app, pilot)
        await driver.settle()
        if theme:
            app.theme = theme
        for key in keys:
            await driver.press(key)
        await driver.settle()

    return app, prepare


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", [themes.DARK.name, themes.LIGHT.name])
def test_browse(snap_compare: Compare, source: Source, size: tuple[int, int], theme: str) -> None:
    app, prepare = pictured(source, "j", "j", theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=prepare)


def test_browse_without_colour(
    snap_compare: Compare, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, prepare = pictured(source, start="wren")
    assert snap_compare(app, terminal_size=WIDE, run_before=prepare)


def test_node(snap_compare: Compare, source: Source) -> None:
    app, prepare = pictured(source, start="wren")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_paper(snap_compare: Compare, source: Source) -> None:
    app, prepare = pictured(source, start="arxiv-2301.04567")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_why(snap_compare: Compare, source: Source) -> None:
    app, prepare = pictured(source, *"jjjjjjj", "p", start="wren")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_news(snap_compare: Compare, tmp_path: Path) -> None:
    sample.fill(tmp_path / "graph.db")
    sample.live(tmp_path / "graph.db")
    app, prepare = pictured(sample.source(tmp_path / "graph.db"), "i", "j")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_correct(snap_compare: Compare, source: Source) -> None:
    app, prepare = pictured(source, "e", start="wren")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


@pytest.fixture
def marked(tmp_path: Path) -> Source:
    """The invented graph with some marks."""
    path = tmp_path / "graph.db"
    sample.fill(path)
    shelf = Shelf(path)
    shelf("wren", lambda _: [Marking("star"), Marking("reading", "read"), Marking("tag", "laptop")])
    shelf("wren", lambda _: [Marking("note", "try with Feather Adapters\nask about the licence")])
    shelf("heron", lambda _: [Marking("reading", "to-read")])
    shelf("arxiv-2301.04567", lambda _: [Marking("star")])
    return sample.source(path, mark=shelf)


@pytest.mark.parametrize("theme", [themes.DARK.name, themes.LIGHT.name])
def test_marks(snap_compare: Compare, marked: Source, theme: str) -> None:
    app, prepare = pictured(marked, "/", *"is:marked", "enter", "j", "j", theme=theme)
    assert snap_compare(app, terminal_size=WIDE, run_before=prepare)


def test_note(snap_compare: Compare, marked: Source) -> None:
    app, prepare = pictured(marked, "n", start="wren")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_help(snap_compare: Compare, source: Source) -> None:
    app, prepare = pictured(source, "?")
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)


def test_harmful_names(snap_compare: Compare, bad_database: Path) -> None:
    app, prepare = pictured(sample.source(bad_database))
    assert snap_compare(app, terminal_size=WIDE, run_before=prepare)


def test_empty(snap_compare: Compare, tmp_path: Path) -> None:
    app, prepare = pictured(sample.source(tmp_path / "graph.db", add_starter=lambda: ""))
    assert snap_compare(app, terminal_size=NARROW, run_before=prepare)
