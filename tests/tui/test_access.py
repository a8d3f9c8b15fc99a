"""Readable by everyone: never colour alone, enough contrast, right widths, a footer that fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.color import Color
from rich.segment import Segment
from textual.geometry import Region

from kg.vocabulary import Kind
from tests.tui import sample
from tests.tui.driving import NARROW, WIDE, Driver, drive
from tui import themes
from tui.bindings import TABLE, keys
from tui.source import Source
from tui.text import width
from tui.widgets.keys import KeyBar

FRAMES = re.compile(r"^[\s─-╿▁-▟▏]*$")
ENOUGH = 4.5  # WCAG AA for text


def segments(driver: Driver) -> Iterator[Segment]:
    for strip in driver.screen._compositor.render_strips():  # noqa: SLF001 - there is no public way
        yield from strip


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in color.get_truecolor()
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def inside(driver: Driver, region: Region) -> Iterator[Segment]:
    strips = driver.screen._compositor.render_strips()  # noqa: SLF001 - there is no public way
    for strip in strips[region.y : region.bottom]:
        yield from strip.crop(region.x, region.right)


def faint(driver: Driver, region: Region | None = None) -> set[tuple[str, float]]:
    """Texts on screen whose contrast is too low."""
    found = set()
    for text, style, _ in inside(driver, region or driver.screen.region):
        if FRAMES.match(text) or style is None or style.color is None or style.bgcolor is None:
            continue
        fore, back = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
        if (ratio := contrast(fore, back)) < ENOUGH:
            found.add((text.strip(), round(ratio, 2)))
    return found


@pytest.mark.parametrize("theme", [themes.DARK.name, themes.LIGHT.name])
def test_contrast_is_enough_in_both_themes(source: Source, theme: str) -> None:
    async def script(driver: Driver) -> None:
        driver.app.theme = theme
        await driver.settle()
        assert not faint(driver)
        for key in ("escape", "slash", "escape", "f", "space"):
            await driver.press(key)
            assert not faint(driver), key
        driver.app.notify("body", title="Title", severity="error")
        await driver.press("down", "escape")
        assert not faint(driver)

    drive(source, script, size=WIDE, start="arxiv-2307.22222")


@pytest.mark.parametrize("theme", [themes.DARK.name, themes.LIGHT.name])
@pytest.mark.parametrize("key", ["p", "e", "?"])
def test_contrast_is_enough_in_dialogs(source: Source, theme: str, key: str) -> None:
    async def script(driver: Driver) -> None:
        driver.app.theme = theme
        await driver.press(key)
        assert not faint(driver, driver.screen.query_one("#frame").region)

    drive(source, script, size=NARROW, start="wren")


def test_no_color_is_grey_and_loses_nothing(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def script(driver: Driver) -> None:
        seen.append(driver.text)
        if len(seen) == 2:
            colours = {s.style.color.get_truecolor() for s in segments(driver) if s.style and s.style.color}
            assert all(max(colour) - min(colour) <= 2 for colour in colours)

    drive(source, script, size=WIDE, start="wren")
    monkeypatch.setenv("NO_COLOR", "1")
    drive(source, script, size=WIDE, start="wren")
    assert seen[0] == seen[1]


def test_focus_is_a_heavy_frame_and_the_cursor_a_bar(source: Source) -> None:
    async def script(driver: Driver) -> None:
        for pane in ("results", "edges", "facets"):
            while driver.focus != pane:
                await driver.press("tab")
            region = driver.browse.query_one(f"#{pane}").region
            assert driver.lines[region.y][region.x] == "┏"
            assert sum(line.count("┏") for line in driver.lines) == 1
            inside = [line[region.x + 1] for line in driver.lines[region.y + 1 : region.bottom - 1]]
            assert inside.count("▌") == 1

    drive(source, script, size=WIDE)


def test_every_kind_has_its_own_letter_in_list_and_help(source: Source) -> None:
    assert len({kind.glyph for kind in Kind}) == len(Kind)

    async def script(driver: Driver) -> None:
        await driver.press("?")
        await driver.press("G")
        for kind in Kind:
            assert f"{kind.glyph}  {kind.label}" in driver.text

    drive(source, script, size=(100, 60))


def test_all_keys_of_the_last_line_fit_in_eighty_columns(source: Source) -> None:
    async def script(driver: Driver) -> None:
        bar = driver.browse.query_one(KeyBar)
        for key in ("j", "enter", "escape", "slash", "escape", "f", "f"):
            await driver.press(key)
            assert bar.entries == bar.wanted, key
            assert driver.lines[-1].endswith("^p Commands")

    drive(source, script, size=NARROW)


def test_the_last_line_is_clicked_like_keys_and_ends_where_the_screen_does(source: Source) -> None:
    async def script(driver: Driver) -> None:
        bar = driver.browse.query_one(KeyBar)
        assert [entry.label for entry in bar.entries] == [
            "Open",
            "Search",
            "Why",
            "Correct",
            "Web page",
            "Help",
        ]
        await driver.pilot.click("#keys", offset=(driver.lines[-1].index("Search"), 0))
        await driver.settle()
        assert driver.focus == "search"

    drive(source, script, size=(60, 16))


def test_wide_letters_keep_the_columns(source: Source) -> None:
    async def script(driver: Driver) -> None:
        lines = [line for line in driver.lines if line.startswith("┃")]
        assert any("山雀 (Tit)" in line for line in lines)
        assert {width(line) for line in lines} == {80}
        ends = {width(line[: line.index("Model")]) for line in lines if "Model" in line}
        assert len(ends) == 1

    drive(source, script)


def test_nothing_blinks_and_nothing_moves_by_itself(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("slash", "w")
        assert not driver.browse.box.cursor_blink
        assert not any(s.style.blink for s in segments(driver) if s.style)

    drive(source, script)


# ------------------------------------------------------------------------ the table of keys


def test_a_key_means_one_thing_in_the_whole_program() -> None:
    meanings: dict[str, set[str]] = {}
    for row in TABLE:
        for key in row.keys.split(","):
            meanings.setdefault(key, set()).add(row.id)
    twice = {key: ids for key, ids in meanings.items() if len(ids) > 1}
    # Where one types, Enter and ↓ lead to the results instead: choosing and moving all the same.
    assert twice == {"enter": {"open", "submit"}, "down": {"lists.down", "leave-down"}}


def test_rows_have_ids_and_sentences() -> None:
    assert len({row.id for row in TABLE}) == len(TABLE)
    assert all(row.tooltip or row.id == "pane-back" for row in TABLE)


@pytest.mark.parametrize("place", ["list", "edges", "search", "why", "correct"])
def test_help_begins_with_what_has_the_focus(source: Source, place: str) -> None:
    wanted, opening = {
        "list": ("In lists and trees", ()),
        "edges": ("On a node or an edge", ("enter",)),
        "search": ("In the search box", ("slash",)),
        "why": ("In the receipts", ("p",)),
        "correct": ("In a dialog", ("e",)),
    }[place]

    async def script(driver: Driver) -> None:
        await driver.press(*opening)
        await driver.press("f1")
        assert f"{wanted}  (here)" in driver.text
        await driver.press("?")
        assert len([screen for screen in driver.app.screen_stack if type(screen).__name__ == "Help"]) == 1
        await driver.press("escape")

    drive(source, script, size=(80, 50))


def test_help_names_every_key(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("?")
        for place in ("lists", "browse", "search", "why", "dialog"):
            for row in keys(place):
                assert row.display in driver.text
                assert row.tooltip[:30] in driver.text

    drive(source, script, size=(110, 90))


def test_the_palette_offers_what_the_table_has(source: Source) -> None:
    async def script(driver: Driver) -> None:
        commands = [command.title for command in driver.app.get_system_commands(driver.browse)]
        assert "Why (p)" in commands
        assert "Starter list (+)" not in commands
        assert "Theme: choose" in commands
        await driver.pilot.press("ctrl+p")
        await driver.pilot.press(*"why", "enter")
        await driver.settle()
        assert "Why: Heron" in driver.text

    drive(source, script)


def test_q_quits(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.pilot.press("q")
        assert not driver.app.is_running

    drive(source, script)


def test_a_light_terminal_gets_the_light_theme(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")

    async def script(driver: Driver) -> None:
        assert driver.app.theme == "kg-light"
        driver.app.theme = "dracula"  # a theme that does not know our tokens
        await driver.press("j")

    drive(sample.source(database), script)
