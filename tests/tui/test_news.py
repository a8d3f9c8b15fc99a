"""The inbox: what lists and papers have done, and the way from a change to its node."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui import sample
from tests.tui.driving import Driver, drive
from tui.screens.news import News
from tui.source import Source


@pytest.fixture
def lived(tmp_path: Path) -> Source:
    path = tmp_path / "graph.db"
    sample.fill(path)
    sample.live(path)
    return sample.source(path)


def test_i_tells_what_has_happened_by_day_and_no_first_import(lived: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("i")
        assert isinstance(driver.screen, News)
        told = [" ".join(line.split()) for line in driver.lines]
        assert "2026-03-03" in driver.text
        assert "2026-03-01" not in driver.text
        for line in (
            "removed Dodo",
            "moved Nest Wren",
            "walks: Models → Models › Tiny",
            "added Eagle Owl",
            "withdrawn Moulting: Which Layers Can a Model Spare?",
            "Withdrawn: the count of layers was wrong",
            "10.1234/feathers",
        ):
            assert any(line in shown for shown in told), line
        assert "Awesome Small Birds" not in driver.text
        await driver.press("escape")
        assert driver.focus == "results"

    drive(lived, script)


def test_enter_goes_to_the_node_of_a_change(lived: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("i")
        while not any("▌" in line and "Eagle Owl" in line for line in driver.lines):
            await driver.press("j")
        await driver.press("enter")
        assert driver.screen is driver.browse
        assert driver.browse.pane.view is not None
        assert driver.browse.pane.view.node.slug == "eagle-owl"
        await driver.press("i", "g", "enter")
        assert isinstance(driver.screen, News), "a day is no node"

    drive(lived, script)


def test_what_is_gone_cannot_be_opened_and_says_so(lived: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("i")
        while not any("▌" in line and "Dodo" in line for line in driver.lines):
            await driver.press("j")
        await driver.press("enter")
        assert isinstance(driver.screen, News)
        assert "It is no longer in the graph." in driver.text

    drive(lived, script)


def test_without_news_it_says_what_to_do(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("i")
        assert "Nothing has changed at its source yet." in driver.text
        await driver.press("enter", "escape")
        assert driver.screen is driver.browse

    drive(source, script)
