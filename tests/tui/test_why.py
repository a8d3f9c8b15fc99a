"""Why: each receipt with the lines around it, or the arXiv record."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.driving import Driver, drive
from tui import reading
from tui.screens.why import Why, lines
from tui.source import Source


def test_p_shows_each_receipt_with_the_lines_around_it(source: Source) -> None:
    async def script(driver: Driver) -> None:
        edges = driver.browse.edges
        while edges.statement is None or edges.statement.subject.slug != "wren-chat":
            await driver.press("j")
        await driver.press("p")
        assert isinstance(driver.screen, Why)
        assert "Why: Wren Chat derived from Wren (how: fine-tuned)" in driver.text
        assert "Awesome Small Birds  1 of 2" in driver.text
        assert "Models  line 8" in driver.text
        assert "rule entry-text · confidence 0.90" in driver.text
        marked = [line for line in driver.lines if "┃    8  - [Wren Chat](https://huggingface.co" in line]
        assert len(marked) == 1
        assert any(" 7  - [Wren](" in line and "┃    7" not in line for line in driver.lines)
        await driver.press("G")
        assert "Small Things  2 of 2" in driver.text
        await driver.press("escape")
        assert driver.focus == "edges"

    drive(source, script, start="wren", size=(80, 30))


def test_p_on_a_group_or_in_the_list_tells_why_the_node_is_there(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("p")
        assert "Why: Heron" in driver.text
        assert "rule entry · confidence 0.95" in driver.text
        await driver.press("p")
        assert not isinstance(driver.screen, Why)
        await driver.press("enter")
        await driver.press("g", "p")
        assert "Why: Heron" in driver.text

    drive(source, script)


def test_what_an_arxiv_record_says_has_the_record_as_receipt(source: Source) -> None:
    async def script(driver: Driver) -> None:
        edges = driver.browse.edges
        while edges.statement is None or edges.statement.predicate.word != "author":
            await driver.press("j")
        await driver.press("p")
        assert "arXiv record 2307.22222 v2 WITHDRAWN  1 of 1" in driver.text
        assert "Four Bits Are Enough" in driver.text
        assert "rule arxiv-record · confidence 1.00" in driver.text

    drive(source, script, start="arxiv-2307.22222")


def test_o_opens_the_line_of_the_list_or_the_paper(source: Source) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    async def script(driver: Driver) -> None:
        await driver.press("p")
        await driver.press("o")
        assert opened == ["https://github.com/example/birds/blob/main/README.md#L10"]

    drive(replace(source, browse=browse), script)


def test_no_line_of_a_receipt_is_wider_than_the_screen(source: Source) -> None:
    with source.graph() as graph:
        receipts = reading.receipts(graph, "wren-chat")
    assert len(receipts) == 2
    for cells in (40, 60, 100):
        for receipt in receipts:
            for line in lines(receipt, "1 of 1", cells, source.clock())[1:]:
                assert sum(len(text) for text, _ in line) <= cells


def test_a_receipt_without_kept_lines_says_so(source: Source) -> None:
    with source.graph() as graph:
        receipt = reading.receipts(graph, "wren-chat")[0]
    bare = replace(receipt, excerpts=(None,))
    text = ["".join(text for text, _ in line) for line in lines(bare, "1 of 1", 60, source.clock())]
    assert "  The lines themselves are not kept." in text
