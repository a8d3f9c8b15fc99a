"""Search, kinds, list: what each key does and what is seen then."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kg.graph import Graph
from kg.vocabulary import Kind
from tests.tui import sample
from tests.tui.driving import NARROW, NORMAL, WIDE, Driver, drive
from tui import reading
from tui.reading import Found
from tui.source import Source


def test_it_opens_on_the_list_with_counts_and_age(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert driver.focus == "results"
        assert "field-notes" in driver.lines[0]
        assert "31 nodes" in driver.lines[0]
        assert "papers checked 3 days ago" in driver.lines[0]
        assert driver.browse.results.count == 31
        assert "M Heron" in driver.lines[4]
        assert driver.lines[2].startswith(" M 10  T 5  F 4  H 2  P 3")

    drive(source, script)


def test_typing_searches_and_escape_clears(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash")
        assert driver.focus == "search"
        await driver.type("feath")
        assert rows(driver)[0].node.label == "Feather Adapters"
        assert driver.browse.results.count == 3
        await driver.press("escape")
        assert driver.browse.box.value == ""
        assert driver.browse.results.count == 31
        assert driver.focus == "search"
        await driver.press("escape")
        assert driver.focus == "results"

    drive(source, script)


def rows(driver: Driver) -> list[reading.Row]:
    results = driver.browse.results
    found = [results.row_at(number) for number in range(results.count)]
    return [row for row in found if row is not None]


def test_letters_are_text_while_one_types(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash")
        await driver.type("qpeoy?")
        assert driver.browse.box.value == "qpeoy?"
        assert driver.app.is_running
        assert len(driver.app.screen_stack) == 1

    drive(source, script)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("kind:framework wren", []),
        ("kind:dataset", ["Dawn Chorus"]),
        ('author:"ravi nair"', ["Feather Adapters: Tuning Small Models with a Handful of Vectors"]),
        ("in:small-things kind:method", ["Feather Adapters"]),
        ("arxiv:2305.11111", ["Moulting: Which Layers Can a Model Spare?"]),
        ("https://github.com/example/perch", ["Perch"]),
        ("four-bit pack", ["Four-bit Packing"]),
    ],
)
def test_filters_and_identifiers(source: Source, text: str, labels: list[str]) -> None:
    with source.graph() as graph:
        found = reading.find(graph, text, ())
    assert [row.node.label for row in found.rows] == labels
    assert found.total == len(found.rows)


def test_enter_on_an_identifier_opens_its_node(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash")
        await driver.type("2305.11111")
        await driver.press("enter")
        assert driver.focus == "edges"
        assert "Moulting: Which Layers Can a Model Spare?" in driver.text

    drive(source, script)


def test_enter_right_after_typing_still_opens_the_node(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash", *"2305.11111", "enter")
        assert driver.focus == "edges"
        assert driver.browse.pane.view is not None
        assert driver.browse.pane.view.node.slug == "arxiv-2305.11111"

    drive(source, script)


def test_nothing_matches_says_so_and_enter_takes_the_nearest(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash")
        await driver.type("murmuratoin")
        assert "Nothing matches ‘murmuratoin’. Did you mean Murmuration?" in driver.text
        assert "esc clears" in driver.text
        await driver.press("enter")
        assert driver.browse.box.value == "Murmuration"
        assert driver.browse.results.count == 1

    drive(source, script)


def test_kinds_narrow_and_are_told_without_colour(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("f")
        assert driver.focus == "facets"
        assert any("[ ] F Framework" in line for line in driver.lines)
        await driver.press("j", "j", "space")
        assert any("[x] F Framework" in line for line in driver.lines)
        assert driver.browse.results.count == 4
        assert "4 of 31" in driver.text
        await driver.press("f")
        assert driver.focus == "results"
        assert "✓F 4" in driver.lines[2]
        await driver.press("escape")
        assert driver.browse.results.count == 31

    drive(source, script)


def test_a_typed_kind_and_ticked_ones_must_both_hold(source: Source) -> None:
    with source.graph() as graph:
        assert reading.find(graph, "kind:method", [Kind.METHOD, Kind.MODEL]).total == 5
        assert reading.find(graph, "kind:method", [Kind.MODEL]).rows == ()
        assert reading.find(graph, "", [Kind.METHOD, Kind.DATASET]).total == 6


def test_ticked_kinds_are_named_where_nothing_matches(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("f", "space", "f", "slash")
        await driver.type("perchx")
        assert "Only Model (f changes that)" in " ".join(driver.text.replace("┃", " ").split())

    drive(source, script)


def test_moving_in_the_list(source: Source) -> None:
    async def script(driver: Driver) -> None:
        results = driver.browse.results
        places = []
        for key in ("j", "down", "k", "up", "pagedown", "pageup", "G", "g", "end", "home"):
            await driver.press(key)
            places.append(results.cursor)
        assert places == [1, 2, 1, 0, 17, 0, 30, 0, 30, 0]

    drive(source, script)


def test_tab_goes_round_in_reading_order(source: Source) -> None:
    async def script(driver: Driver) -> None:
        seen = [driver.focus]
        for _ in range(4):
            await driver.press("tab")
            seen.append(driver.focus)
        assert seen == ["results", "edges", "search", "facets", "results"]
        await driver.press("shift+tab")
        assert driver.focus == "facets"

    drive(source, script, size=WIDE)


def test_a_second_pane_shows_the_node_under_the_cursor(source: Source) -> None:
    async def script(driver: Driver) -> None:
        pane = driver.browse.pane
        assert pane.view is not None
        assert pane.view.node.label == "Heron"
        await driver.press("j")
        assert pane.view.node.label == "Heron Coder"
        assert not pane.trail.stops

    drive(source, script, size=NORMAL)


def test_the_list_stands_alone_in_eighty_columns(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert driver.browse.pane.view is None
        await driver.press("enter")
        assert driver.browse.pane.view is not None
        assert not driver.browse.results.is_on_screen
        await driver.press("escape")
        assert driver.browse.results.is_on_screen

    drive(source, script, size=NARROW)


def test_a_long_list_is_read_by_pages(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    sample.fill(path, many=1000)

    async def script(driver: Driver) -> None:
        results = driver.browse.results
        assert results.count == 1031
        assert results.pages_read == {0}
        await driver.press("G")
        assert len(results.pages_read) <= 3
        assert results.node is not None
        assert "·" not in driver.lines[5][:4]
        await driver.press("slash")
        await driver.type("variation 00999")
        assert results.count == 1

    drive(sample.source(path), script)


def test_a_late_answer_never_overwrites_a_newer_one(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    real = reading.find

    def slow(graph: Graph, text: str, kinds: tuple[object, ...]) -> Found:
        if text == "w":
            gate.wait(5)
        return real(graph, text, kinds)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.screens.searching.find", slow)

    async def script(driver: Driver) -> None:
        await driver.pilot.press("slash", "w")
        await driver.pilot.pause(0.1)
        await driver.pilot.press("r", "e", "n")
        await driver.pilot.pause(0.2)
        shown = driver.browse.results.count
        gate.set()
        await driver.settle()
        assert driver.browse.results.count == shown
        assert {row.node.label[:4] for row in rows(driver)[:3]} == {"Wren"}

    drive(source, script)


def test_letters_typed_fast_are_one_search(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = reading.find

    def counted(graph: Graph, text: str, kinds: tuple[object, ...]) -> Found:
        asked.append(text)
        return real(graph, text, kinds)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.screens.searching.find", counted)
    monkeypatch.setattr("tui.widgets.search.DEBOUNCE", 0.3)

    async def script(driver: Driver) -> None:
        await driver.press("slash", *"siskin")
        assert asked == ["", "siskin"]

    drive(source, script)


def test_another_process_may_write_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    sample.fill(path, many=300)

    async def script(driver: Driver) -> None:
        sample.fill(path, many=400)
        await driver.press("G")
        assert driver.browse.results.count == 431

    drive(sample.source(path), script)
