"""Marking in the interface: keys, signs and words, dialogs, filters; texts are data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from kg.corrections import Anchor
from kg.marks import Mark, Marking, marked
from tests.tui import sample
from tests.tui.driving import WIDE, Driver, drive
from tests.tui.shelf import Shelf
from tui import marking
from tui.screens.write import Write


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    path = tmp_path / "graph.db"
    sample.fill(path)
    return Shelf(path)


def run(
    shelf: Shelf,
    keys: Callable[[Driver], object],
    *,
    start: str = "",
    size: tuple[int, int] = WIDE,
) -> None:
    async def script(driver: Driver) -> None:
        await keys(driver)  # type: ignore[misc]

    drive(sample.source(shelf.path, mark=shelf), script, start=start, size=size)


def test_keys_star_read_and_read_later_and_take_back(shelf: Shelf) -> None:
    async def keys(driver: Driver) -> None:
        node = driver.browse.results.node
        assert node is not None
        name = node.label
        await driver.press("s")
        assert driver.toasts[-1] == ("Marked", f"{name}: starred")
        assert any("★" in line and name in line for line in driver.lines)
        await driver.press("l")
        assert driver.toasts[-1] == ("Marked", f"{name}: to read, starred")
        assert "○★" in driver.text
        await driver.press("m")
        assert "✓★" in driver.text
        assert "✓ read · ★ starred" in driver.text  # words stand beside the signs
        await driver.press("m", "s")
        assert driver.toasts[-1] == ("Marked", f"{name}: no mark")
        assert "★" not in driver.text

    run(shelf, keys)
    assert shelf.marks == {}


def test_keys_that_come_faster_than_they_are_written_count_in_their_order(shelf: Shelf) -> None:
    shelf.naps = [0.3]  # the first one takes longest

    async def keys(driver: Driver) -> None:
        await driver.press("s", "s", "s", "m", "l", "m")

    run(shelf, keys, start="wren")
    (said,) = shelf.marks.values()
    assert said == "read, starred"


def test_the_cursor_stays_and_the_key_is_for_the_node_that_one_is_on(shelf: Shelf) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("j", "j")
        node = driver.browse.results.node
        assert node is not None
        await driver.press("s")
        assert driver.browse.results.cursor == 2
        await driver.press("enter")
        assert driver.focus == "edges"
        await driver.press("j", "j", "m")  # whatever edge the cursor is on
        assert shelf.marks == {node.label: "read, starred"}

    run(shelf, keys)


def test_tags_are_edited_as_words(shelf: Shelf) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("t")
        assert isinstance(driver.screen, Write)
        await driver.type("#Peft, to-try")
        await driver.press("enter")
        assert "#peft #to-try" in driver.text
        await driver.press("t")
        assert driver.screen.query_one(Input).value == "peft to-try"
        await driver.press(*["backspace"] * 6)
        await driver.type('no"tag')
        await driver.press("enter")
        assert "is no tag" in driver.text
        await driver.press(*["backspace"] * 6)
        await driver.type("small")
        await driver.press("enter")
        await driver.press("t")
        await driver.type("x")
        await driver.press("escape")  # leaves them as they were

    run(shelf, keys, start="wren")
    assert shelf.marks == {"Wren": "tags: peft, small"}


def test_a_note_is_written_edited_and_taken_away(shelf: Shelf) -> None:
    shelf("wren", lambda _: [Marking("note", "two\nlines")])

    async def keys(driver: Driver) -> None:
        assert "note: two ¶ lines" in driver.text
        await driver.press("n")
        assert driver.screen.query_one(Input).value == "two ¶ lines"
        await driver.press("enter")
        assert shelf.notes == ["two\nlines"]
        await driver.press("n")
        await driver.type("¶three")
        await driver.press("enter")
        assert shelf.notes == ["two\nlines\nthree"]
        await driver.press("n")
        await driver.press(*["backspace"] * 30)
        await driver.press("enter")
        assert shelf.notes == []
        assert "note:" not in driver.text

    run(shelf, keys, start="wren")


HARMFUL = "\x1b[31m[red]x[/red] [@click=app.quit]y[/] \u202e " + "long " * 500


def test_a_note_is_data_and_a_long_one_leaves_room_for_the_rest(shelf: Shelf) -> None:
    shelf("wren", lambda _: [Marking("note", HARMFUL.strip())])

    async def keys(driver: Driver) -> None:
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text
        assert "[red]x[/red] [@click=app.quit]y[/]" in driver.prose
        assert "…" in driver.text
        assert "Trained from nothing" in driver.text
        await driver.press("a")  # all of it
        assert driver.text.count("long") > 100
        await driver.press("n")
        assert "\x1b" not in driver.text
        await driver.press("enter")  # what was not changed is not written

    run(shelf, keys, start="wren", size=(80, 24))
    assert shelf.notes == [HARMFUL.strip()]


def test_marks_are_searched_for_and_the_counts_follow(shelf: Shelf) -> None:
    shelf("wren", lambda _: [Marking("star"), Marking("tag", "peft")])
    shelf("heron", lambda _: [Marking("star"), Marking("reading", "read")])

    async def keys(driver: Driver) -> None:
        for text, count in (("is:starred", 2), ("is:starred is:unread", 1), ("tag:peft", 1), ("is:noted", 0)):
            await driver.press("/", *["backspace"] * 30)
            await driver.type(text)
            assert driver.browse.results.count == count, text
        await driver.press(*["backspace"] * 30)
        await driver.type("is:starred")
        await driver.press("enter")
        assert driver.browse.results.count == 2
        await driver.press("s")  # it leaves the results, and the cursor goes to what is there
        assert driver.browse.results.count == 1

    run(shelf, keys)


def test_letters_are_text_in_the_search_box(shelf: Shelf) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("/")
        await driver.type("smltn")
        assert driver.browse.box.value == "smltn"
        offered = [command.title for command in driver.app.get_system_commands(driver.browse)]
        assert "Star (s)" not in offered

    run(shelf, keys)
    assert shelf.marks == {}


def test_what_cannot_be_written_is_told(shelf: Shelf) -> None:
    async def keys(driver: Driver) -> None:
        shelf.fails = True
        await driver.press("s")
        assert driver.toasts[-1] == ("Not marked", "somebody writes. Wait.")
        shelf.fails = False
        await driver.press("s")
        assert driver.toasts[-1][0] == "Marked"

    run(shelf, keys, start="wren")


def test_a_graph_that_is_only_read_says_so(shelf: Shelf) -> None:
    async def script(driver: Driver) -> None:
        for key in "smltn":
            await driver.press(key)
            assert driver.toasts[-1] == ("No marks here", "It is open for reading only.")

    drive(sample.source(shelf.path), script, start="wren")


def test_signs_and_words_of_a_mark() -> None:
    mark = Mark(
        Anchor("x"),
        marked((), [Marking("reading", "to-read"), Marking("star"), Marking("tag", "[b]")], sample.NOW),
    )
    assert (marking.signs(mark), marking.spoken(mark)) == ("○★", "○ to read · ★ starred · #[b]")
    assert marking.signs(None) == ""
