"""Correcting: each verb writes the correction that `kg correct` would, and the screen follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Static

from kg.corrections import Correction
from kg.errors import StoreLocked
from kg.store import Store
from tests.tui import sample
from tests.tui.driving import Driver, drive
from tui.screens.correct import Correct


class Book:
    """Corrections as a workspace keeps them, without its files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: list[Correction] = []

    def __call__(self, correction: Correction) -> str:
        self.kept.append(correction)
        with Store(self.path, clock=sample.clock) as store:
            store.correct(self.kept, repr(self.kept).encode())
        return f"{correction}: done"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    path = tmp_path / "graph.db"
    sample.fill(path)
    return Book(path)


def run(book: Book, keys: Callable[[Driver], object], start: str) -> None:
    async def script(driver: Driver) -> None:
        await keys(driver)  # type: ignore[misc]

    drive(sample.source(book.path, correct=book), script, start=start)


async def choose(driver: Driver, label: str) -> None:
    """Put the cursor of the dialog on the line with that label and take it."""
    assert isinstance(driver.screen, Correct)
    choices = driver.screen.choices
    for _ in range(20):
        if choices.choice is not None and label in choices.choice.label:
            break
        await driver.press("j")
    else:
        raise AssertionError(f"no choice {label!r} in\n{driver.text}")
    await driver.press("enter")


def test_an_edge_is_rejected(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        assert driver.browse.edges.statement is not None
        assert "trained on (1)" in driver.text
        await driver.press("e")
        await choose(driver, "This edge is wrong")
        assert "reject Wren trained_on Dawn Chorus" in driver.text
        await driver.type("a typo")
        await driver.press("enter")
        assert driver.toasts[-1] == ("Corrected", "reject Wren trained_on Dawn Chorus: done")
        assert "trained on (1)" not in driver.text

    run(book, keys, "wren")
    assert [(one.verb, one.predicate, one.reason) for one in book.kept] == [
        ("reject", "trained_on", "a typo")
    ]


def test_a_kind_is_corrected(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("e")
        await choose(driver, "another kind")
        await choose(driver, "Benchmark")
        await driver.press("enter")
        assert driver.browse.pane.view is not None
        assert driver.browse.pane.view.node.kind.label == "Benchmark"

    run(book, keys, "dawn-chorus")
    assert [(one.verb, one.value, one.reason) for one in book.kept] == [("kind", "Benchmark", "")]


def test_a_name_is_corrected(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("e")
        await choose(driver, "another name")
        await driver.press(*(["backspace"] * len("Siskin")))
        await driver.type("Siskin 3B")
        await driver.press("enter", "enter")
        assert driver.browse.pane.view is not None
        assert driver.browse.pane.view.node.label == "Siskin 3B"

    run(book, keys, "siskin")
    assert [(one.verb, one.value) for one in book.kept] == [("rename", "Siskin 3B")]


def test_two_nodes_become_one(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("e")
        await choose(driver, "same as another")
        await driver.type("nosuchnode")
        await driver.press("enter")
        assert "No such node" in driver.text
        await driver.press(*(["backspace"] * len("nosuchnode")))
        await driver.type("tern")
        await driver.press("enter")
        assert "That is the node itself." in driver.text
        await driver.press(*(["backspace"] * len("tern")))
        await driver.type("tern medical")
        await driver.press("enter")
        assert "merge Tern Medical into Tern" in driver.text
        await driver.press("enter")

    run(book, keys, "tern")
    assert [str(one) for one in book.kept] == ["merge Tern Medical into Tern"]
    with sample.source(book.path).graph() as graph:
        assert graph.find("tern medical").slug == "tern"


def test_an_entry_is_ignored(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("escape", "slash")
        await driver.type("birdwatch")
        await driver.press("down", "e")
        await choose(driver, "An entry should not be read")
        await choose(driver, "Awesome Small Birds")
        await driver.press("enter")
        assert driver.browse.results.count == 0

    run(book, keys, "wren")
    assert [one.verb for one in book.kept] == ["ignore"]


def test_what_a_record_says_is_no_edge_to_reject(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        while getattr(driver.browse.edges.other, "value", "") != "Lena Roth":
            await driver.press("j")
        await driver.press("e")
        assert "This edge is wrong" not in driver.text

    run(book, keys, "arxiv-2301.04567")


def test_escape_goes_back_a_step_and_out_and_nothing_is_written(book: Book) -> None:
    async def keys(driver: Driver) -> None:
        await driver.press("e")
        await choose(driver, "another kind")
        await choose(driver, "Dataset")
        await driver.press("escape")
        assert "What is wrong?" in driver.text
        await driver.press("escape")
        assert not isinstance(driver.screen, Correct)
        assert driver.focus == "edges"

    run(book, keys, "wren")
    assert not book.kept


def test_a_busy_store_is_told_and_can_be_tried_again(book: Book) -> None:
    tries: list[Correction] = []

    def busy(correction: Correction) -> str:
        tries.append(correction)
        if len(tries) == 1:
            raise StoreLocked("it is being written by another process", hint="Wait, then try again.")
        return "done"

    async def script(driver: Driver) -> None:
        await driver.press("e")
        await choose(driver, "another kind")
        await choose(driver, "Dataset")
        await driver.press("enter")
        note = str(driver.screen.query_one("#note", Static).content)
        assert note == "Not written: it is being written by another process. Wait, then try again."
        await driver.press("enter")
        assert driver.toasts[-1] == ("Corrected", "done")

    drive(sample.source(book.path, correct=busy), script, start="wren")


def test_a_graph_for_reading_only_takes_no_correction(database: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("e")
        assert driver.toasts[-1][0] == "No corrections here"

    drive(sample.source(database), script)
