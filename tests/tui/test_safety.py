"""Text from lists and papers is data: nothing in it is obeyed, whatever view shows it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui import sample
from tests.tui.driving import WIDE, Driver, drive
from tui import text as texts
from tui.browser import is_page
from tui.correcting import Aim
from tui.screens.correct import Correct
from tui.screens.why import Why


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
@settings(max_examples=300, deadline=None)
def test_clean_text_holds_nothing_that_a_terminal_obeys(raw: str) -> None:
    shown = texts.clean(raw)
    assert not {unicodedata.category(char) for char in shown.replace("\u200c", "").replace("\u200d", "")} & {
        "Cc", "Cf", "Cs", "Zl", "Zp",
    }  # fmt: skip
    shown.encode("utf-8")
    assert texts.clean(shown) == shown


@given(st.text(max_size=80), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_cut_fill_and_wrap_keep_to_the_width(raw: str, cells: int) -> None:
    shown = texts.clean(raw)
    assert texts.width(texts.cut(shown, cells)) <= cells
    assert texts.width(texts.fill(shown, cells)) == cells
    assert all(texts.width(line) <= max(cells, 2) for line in texts.wrap(shown, cells))
    assert "".join(texts.wrap(shown, cells)).replace(" ", "") == shown.replace(" ", "")


def styles_of(driver: Driver, text: str) -> set[str]:
    """The colours of the cells that show ``text``."""
    found = set()
    for strip in driver.screen._compositor.render_strips():  # noqa: SLF001 - there is no public way
        for segment in strip:
            if text in segment.text and segment.style is not None:
                found.add(str(segment.style.color))
    return found


def test_harmful_names_are_shown_as_they_are_everywhere(bad_database: Path) -> None:
    shown = {"[red]x[/red]", "�[31mred�[0m �bell", "�gnp.exe� right to left", "[@click=app.quit]click me[/]"}

    async def script(driver: Driver) -> None:
        assert all(name in driver.text for name in shown)
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text
        plain = styles_of(driver, "Heron Coder")
        assert styles_of(driver, "[red]x[/red]") == plain
        results = driver.browse.results
        for number in range(7):
            row = results.row_at(number)
            assert row is not None
            results.cursor = number
            await driver.settle()
            name = texts.clean(row.node.label)[:20]
            assert driver.text.count(name) >= 2  # the list, and the pane beside it
            await driver.press("p")
            assert isinstance(driver.screen, Why)
            assert name in driver.text
            await driver.press("escape", "e")
            assert isinstance(driver.screen, Correct)
            assert name in driver.text
            await driver.press("escape", "y")
        assert driver.app.is_running

    drive(sample.source(bad_database, correct=str), script, size=WIDE)


def test_a_click_on_a_harmful_name_runs_nothing(bad_database: Path) -> None:
    async def script(driver: Driver) -> None:
        for number in range(1, 8):
            await driver.pilot.click("#results", offset=(6, number))
        await driver.settle()
        assert driver.app.is_running
        assert driver.browse.results.cursor == 6

    drive(sample.source(bad_database), script, size=WIDE)


def test_harmful_text_in_edges_trail_toasts_and_search(bad_database: Path) -> None:
    async def script(driver: Driver) -> None:
        assert "how: �[31mred" in driver.text
        await driver.press("enter")
        await driver.press("[")
        await driver.press("slash")
        await driver.type("[red]x[/red]")
        assert driver.browse.results.count >= 1
        await driver.type(" nothing [/such] [b]")
        assert "Nothing matches ‘[red]x[/red] nothing [/such] [b]’" in driver.text
        await driver.press("escape")
        driver.browse.fail("[b]title", ValueError("[/b] \x1b[31m"))
        await driver.settle()
        assert driver.toasts[-1][1].startswith("[/b] �[31m.")
        assert driver.app.is_running

    with sample.source(bad_database).graph() as graph:
        (bell,) = [node for node in graph.nodes() if "bell" in node.label]
    drive(sample.source(bad_database), script, size=WIDE, start=bell.slug)


def test_lines_that_are_very_long_or_very_many_do_no_harm() -> None:
    long = "x" * 2_000_000
    assert len(texts.clean(long)) == 4000
    assert len(texts.wrap(texts.clean(long), 60)) == 67


def test_only_web_pages_are_opened() -> None:
    for url in ("javascript:alert(1)", "file:///etc/passwd", "https://a\x1b[31m", "ftp://x", "", "http:///x"):
        assert not is_page(url)


def test_an_aim_asks_for_the_receipts_of_the_edge_or_the_node(bad_database: Path) -> None:
    with sample.source(bad_database).graph() as graph:
        edge = graph.edges("wren")[0]
        assert Aim(edge.subject).about == edge.subject.slug
        assert Aim(edge.subject, edge).about is edge
