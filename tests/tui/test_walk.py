"""Walking from node to node: edges both ways, back and forward, pages, copies."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.driving import NARROW, WIDE, Driver, drive
from tui import reading
from tui.reading import Group
from tui.source import Source


def groups(source: Source, slug: str) -> list[Group]:
    with source.graph() as graph:
        view = reading.view(graph, slug, reading.Rarity())
    assert view is not None
    return list(view.groups)


def test_edges_are_grouped_by_predicate_and_direction_rarest_first(source: Source) -> None:
    told = [(g.arrow, g.label, len(g.leaves)) for g in groups(source, "wren")]
    assert told == [
        ("→", "trained on", 1),
        ("←", "subject of", 1),
        ("→", "requires", 1),
        ("←", "base of", 3),
        ("←", "supported by", 4),
        ("→", "made by", 1),
        ("→", "parameters", 1),
        ("→", "licence", 1),
        ("→", "description", 1),
    ]


def test_a_leaf_tells_qualifiers_support_and_its_first_receipt(source: Source) -> None:
    base_of = next(g for g in groups(source, "wren") if g.label == "base of")
    chat = next(leaf for leaf in base_of.leaves if leaf.statement.subject.slug == "wren-chat")
    assert chat.notes == "how: fine-tuned"
    assert chat.statement.support == 2
    assert chat.source.startswith("birds:L")


def test_a_qualifier_sees_the_statement_it_qualifies(source: Source) -> None:
    (group,) = [g for g in groups(source, "feather-adapters") if g.arrow == "↔"]
    assert group.label == "in requires"
    assert group.leaves[0].notes == "→ 8-16 GB RAM"
    requires = next(g for g in groups(source, "heron") if g.label == "requires")
    assert {leaf.notes for leaf in requires.leaves} == {"", "with Feather Adapters"}


def test_following_edges_and_going_back_and_forward(source: Source) -> None:
    async def script(driver: Driver) -> None:
        pane = driver.browse.pane
        assert pane.view is not None
        assert driver.focus == "edges"
        await driver.press("enter")
        assert pane.view.node.label == "Dawn Chorus"
        await driver.press("enter")
        assert pane.view.node.label == "Wren"
        assert driver.lines[2].startswith(" Wren › Dawn Chorus › Wren")
        assert "[ back" in driver.lines[2]
        await driver.press("[")
        assert pane.view.node.label == "Dawn Chorus"
        assert "] forward" in driver.lines[2]
        await driver.press("backspace")
        assert pane.view.node.label == "Wren"
        await driver.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        assert pane.view.node.label == "Wren"
        assert pane.trail.at == 2
        await driver.press("[", "[", "[")
        assert driver.focus == "results"
        assert driver.browse.results.is_on_screen

    drive(source, script, start="wren", size=NARROW)


def test_going_back_from_another_node_that_is_only_looked_at(source: Source) -> None:
    async def script(driver: Driver) -> None:
        pane = driver.browse.pane
        assert pane.view is not None
        await driver.press("escape", "j")
        assert driver.focus == "results"
        assert pane.view.node.label == "Heron Coder"
        await driver.press("[")
        assert pane.view.node.label == "Wren"
        assert driver.focus == "edges"

    drive(source, script, start="wren", size=WIDE)


def test_following_from_a_node_looked_at_comes_back_to_it(source: Source) -> None:
    async def script(driver: Driver) -> None:
        pane = driver.browse.pane
        await driver.press("tab", "enter")
        await driver.press("[")
        assert pane.view is not None
        assert pane.view.node.label == "Heron"

    drive(source, script, size=WIDE)


def test_groups_fold(source: Source) -> None:
    async def script(driver: Driver) -> None:
        edges = driver.browse.edges
        before = edges.count
        await driver.press("space")
        assert edges.count == before - 1
        assert any("▶ → trained on (1)  Dawn Chorus" in line for line in driver.lines)
        await driver.press("enter")
        assert edges.count == before
        assert any("▼ → trained on (1)" in line for line in driver.lines)

    drive(source, script, start="wren")


def test_a_busy_node_shows_a_few_edges_of_each_group(source: Source) -> None:
    with source.graph() as graph:
        view = reading.view(graph, "wren", reading.Rarity())
    assert view is not None
    supported = next(g for g in view.groups if g.label == "supported by")
    busy = replace(
        view, groups=(replace(supported, leaves=supported.leaves * 30), *view.groups[1:])
    )  # 120 edges of one predicate

    async def script(driver: Driver) -> None:
        edges = driver.browse.edges
        edges.show(replace(busy, node=replace(view.node, slug="other")), height=20)
        await driver.settle()
        assert "… 117 more" in driver.text
        assert any("subject of" in line for line in driver.lines)
        await driver.press("g", "j", "j", "j", "j", "enter")
        assert "… 67 more" not in driver.lines[5]
        assert edges.count > 53

    drive(source, script, start="heron")


def test_an_author_is_a_name_and_not_surely_a_person(source: Source) -> None:
    async def script(driver: Driver) -> None:
        edges = driver.browse.edges
        while edges.other is None or getattr(edges.other, "value", "") != "Lena Roth":
            await driver.press("j")
        await driver.press("enter")
        assert driver.browse.box.value == 'author:"Lena Roth"'
        assert driver.browse.results.count == 2
        assert ('author:"Lena Roth"', "Same name, not surely the same person.") in driver.toasts
        assert driver.focus == "results"

    drive(source, script, start="arxiv-2301.04567")


def test_a_value_leads_nowhere_and_says_so(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("G", "enter")
        assert driver.toasts[-1][0] == "Nothing to follow"

    drive(source, script, start="wren")


def test_o_opens_the_page_of_what_is_under_the_cursor(source: Source) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return len(opened) < 3

    async def script(driver: Driver) -> None:
        await driver.press("o")
        await driver.press("enter")
        await driver.press("g", "o")
        assert opened == [
            "https://huggingface.co/aviary/heron-7b",
            "https://huggingface.co/aviary/heron-7b",
        ]
        await driver.press("o")
        assert driver.toasts[-1] == (
            "No browser here",
            "The address is https://huggingface.co/aviary/heron-7b",
        )

    drive(replace(source, browse=browse), script)


def test_o_opens_nothing_but_web_pages(source: Source) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    async def script(driver: Driver) -> None:
        await driver.press("g", "o")
        assert driver.toasts[-1][0] == "No page to open"

    drive(replace(source, browse=browse), script, start="flocking")
    assert not opened


def test_y_copies_the_reference(source: Source) -> None:
    async def script(driver: Driver) -> None:
        await driver.press("y")
        assert driver.app.clipboard == "heron"
        assert driver.toasts[-1] == ("Copied", "kg show heron")

    drive(source, script)


def test_a_shows_the_whole_abstract_and_g_the_rest_stays(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert "We say where this fails" not in driver.text
        await driver.press("a")
        assert "We say where this fails, and why." in " ".join(driver.text.replace("│", " ").split())
        await driver.press("a")
        assert "We say where this fails" not in driver.text

    drive(source, script, start="arxiv-2301.04567")


def test_a_paper_tells_its_age_and_that_it_was_withdrawn(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert "WITHDRAWN Withdrawn: superseded by arXiv:2301.04567" in driver.text
        assert "in its place it names arxiv:2301.04567" in driver.text
        assert "rests on it alone: Four-bit Packing" in driver.text
        assert "2023-07-17 · v2 · cs.CL, cs.LG · as of 3 days ago" in driver.text
        await driver.press("escape", "slash")
        await driver.type("four bits")
        assert any("withdrawn" in line and "2023" in line for line in driver.lines)

    drive(source, script, start="arxiv-2307.22222")


def test_what_rests_on_withdrawn_papers_alone_is_marked(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert "RESTS ON WITHDRAWN PAPERS ALONE Four Bits Are Enough" in driver.text

    drive(source, script, start="four-bit-packing")


def test_dissent_is_told(source: Source) -> None:
    async def script(driver: Driver) -> None:
        assert "also called a Model by other entries" in driver.text
        assert "F Framework · github:example/fledge" in driver.text

    drive(source, script, start="fledge")
