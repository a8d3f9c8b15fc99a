"""The checks one by one, over small graphs: what they find, where, and what they leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.lists import read_list
from kg.checks import CHECKS, SEVERITIES, Finding, findings
from kg.corrections import Anchor, Correction
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Reading
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from kg.workspace import Settings
from tests.documents import NOON, claim, ids, listed, mention, record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "graph.db", clock=lambda: NOON) as store:
        yield store


def found(store: Store, *names: str) -> list[Finding]:
    return findings(Graph(store), Settings(), names)


def a_list(name: str, *lines: str) -> Reading:
    return read_list("\n".join(["# Things", "", "## Models", "", *lines, ""]).encode(), name=name).reading


def links(store: Store, *lines: str) -> list[tuple[int, str, str]]:
    store.replace(a_list("a", *lines))
    return [(one.line - 4, one.severity, one.message) for one in found(store, "links")]


# ------------------------------------------------------------------------------- the table


def test_every_check_of_the_table_is_a_function_of_graph_and_settings(store: Store) -> None:
    assert found(store) == []
    for name in CHECKS:
        assert found(store, name) == []


def test_an_unknown_check_is_told_with_the_nearest(store: Store) -> None:
    with pytest.raises(UsageError) as error:
        found(store, "link")
    assert error.value.hint == "Did you mean links?"


def test_findings_come_by_check_document_and_line_each_once(store: Store) -> None:
    store.replace(
        a_list(
            "b", "- [Ebb](https://example.org/your-link) - x", "- [Ebb](https://example.org/your-link) - x"
        )
    )
    store.replace(a_list("a", "- [Flow](http:/flow.org/x) - x"))
    store.correct((Correction("kind", Anchor("Nobody"), value="Model", line=3),), b"x")
    seen = [(one.check, one.document, one.line) for one in found(store)]
    assert seen == [
        ("corrections", "corrections", 3),
        ("links", "list:a", 5),
        ("links", "list:b", 5),
        ("links", "list:b", 6),
        ("links", "list:b", 6),
    ]
    assert {one.severity for one in found(store)} <= set(SEVERITIES)
    assert all(one.hint for one in found(store))


# ------------------------------------------------------------------------------ corrections


def test_a_correction_that_finds_nothing_is_told_one_that_does_is_not(store: Store) -> None:
    store.replace(listed("a", [mention("Brinewave")]))
    store.correct(
        (
            Correction("kind", Anchor("Brinewave"), value="Method", line=1),
            Correction("merge", Anchor("Ebb"), Anchor("Flow"), line=7),
        ),
        b"x",
    )
    (one,) = found(store, "corrections")
    assert (one.document, one.line, one.severity) == ("corrections", 7, "warning")
    assert "merge Flow into Ebb" in one.message


# ----------------------------------------------------------------------------------- titles


@pytest.mark.row(51)
@pytest.mark.parametrize(
    ("title", "fits"),
    [
        ("Salt in the Marsh: A Study of Tides", True),
        ("salt in the marsh", True),
        ("A Study of Salt Marsh Tides", True),
        ("Marsh", True),  # one or two words may be short for anything
        ("SMT", True),
        ("Gull Counting with Radar Pictures", False),
        ("海潮的研究", True),  # another script cannot be compared
    ],
)
def test_a_title_that_is_not_the_papers_is_told(store: Store, title: str, *, fits: bool) -> None:
    store.replace(listed("a", [mention(title, Kind.PAPER, "arxiv:2401.90001")], first_line=9))
    assert found(store, "titles") == []  # nothing is known of the paper yet
    store.replace(record("2401.90001", "Salt in the Marsh: A Study of Tides"))
    told = found(store, "titles")
    assert (not told) == fits
    for one in told:
        assert (one.document, one.line, one.severity) == ("list:a", 9, "error")
        assert title in one.message
        assert "Salt in the Marsh" in one.message


def test_a_title_that_the_paper_once_bore_fits(store: Store) -> None:
    store.replace(record("2401.90001", "Gull Counting with Radar Pictures"))
    renamed = record("2401.90001", "Bird Surveys from Weather Stations", version=2)
    store.replace(renamed)
    store.replace(listed("a", [mention("Gull Counting with Radar", Kind.PAPER, "arxiv:2401.90001")]))
    assert found(store, "titles") == []


# ---------------------------------------------------------------------------------- domains


def test_edges_that_the_decided_kinds_do_not_allow_are_told(store: Store) -> None:
    driftkit = mention("Driftkit", Kind.FRAMEWORK)
    brinewave = mention("Brinewave")
    store.replace(listed("a", [driftkit, brinewave], [claim(driftkit, Predicate.SUPPORTS, brinewave)]))
    assert found(store, "domains") == []
    store.correct((Correction("kind", Anchor("Driftkit"), value="Topic"),), b"x")
    (one,) = found(store, "domains")
    assert (one.document, one.severity) == ("list:a", "warning")
    assert "Driftkit (Topic) supports Brinewave (Model): 'Driftkit' is no Framework" in one.message
    assert "kg correct kind driftkit" in one.hint


# ------------------------------------------------------------------------------------ names


def test_one_name_in_two_repositories_may_be_a_move(store: Store) -> None:
    store.replace(listed("a", [mention("Driftkit", Kind.FRAMEWORK, "github:salt/driftkit")]))
    store.replace(listed("b", [mention("Driftkit", Kind.FRAMEWORK, "github:lab/driftkit")], first_line=5))
    (one,) = found(store, "names")
    assert one.severity == "warning"
    assert {"github:salt/driftkit", "github:lab/driftkit"} <= set(one.message.replace(";", "").split())
    assert "moved" in one.message
    assert one.hint.startswith("If they are one: `kg correct merge driftkit driftkit-")


def test_one_name_of_two_groups_is_no_finding(store: Store) -> None:
    store.replace(
        listed(
            "a",
            [
                mention("Driftkit", Kind.FRAMEWORK, "github:salt/driftkit"),
                mention("Driftkit", Kind.TUTORIAL, "github:lab/driftkit"),
            ],
        )
    )
    assert found(store, "names") == []


# ----------------------------------------------------------------------------------- papers


def test_ids_that_arxiv_does_not_know_are_told_wherever_they_stand(store: Store) -> None:
    unknown = mention("Salt and Silt in Models", Kind.PAPER, "arxiv:2401.90001")
    store.replace(listed("a", [unknown], first_line=4))
    store.replace(listed("b", [replace(unknown, name="")], first_line=8))
    assert found(store, "papers") == []  # not asked yet
    store.replace(lookups={"2401.90001": False, "2401.90099": False})
    told = found(store, "papers")
    assert [(one.document, one.line, one.severity) for one in told] == [
        ("list:a", 4, "error"),
        ("list:b", 8, "error"),
    ]
    assert "2401.90001 ('Salt and Silt in Models')" in told[0].message
    store.replace(record("2401.90001", "Salt and Silt in Models"), lookups={"2401.90001": True})
    assert found(store, "papers") == []


# ------------------------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("link", "severity", "what"),
    [
        ("[Ebb](https://example.com/your-link)", "error", "placeholder"),
        ("[Ebb](https://docs.example.net)", "error", "placeholder"),
        ("[Ebb](https://ebb.org) [[Paper](link-here)]", "error", "placeholder"),
        ("[Ebb](https://ebb.org) [[Paper](#)]", "error", "placeholder"),
        ("[Ebb](https://ebb.org) [[Code](URL)]", "error", "placeholder"),
        ("[Ebb](http:/ebb.org/a)", "error", "malformed"),
        ("[Ebb](htps://ebb.org/a)", "error", "malformed"),
        ("[Ebb](https:ebb.org/a)", "error", "malformed"),
        ("[Ebb](https://arxiv.org/abs/9913.00001)", "error", "no arXiv identifier"),
        ("[Ebb](https://www.arxiv.org/pdf/2106.096.pdf)", "error", "no arXiv identifier"),
        ("[Ebb](https://https//github.com/salt/ebb)", "error", "malformed"),
        ("[Ebb](github.com/salt/ebb)", "error", "without https://"),
        ("[Ebb](www.ebb.org/a)", "error", "without https://"),
        ("[Ebb](https://ebb.org/ahttps://github.com/salt/ebb)", "error", "glued"),
        ("[Ebb](https://github.com/salt/ebb))", "warning", ""),
        ("[Ebb](javascript:alert)", "warning", "no page of the web"),
        ("[Ebb](https://github.com/salt/ebb)", "", ""),
        ("[Ebb](https://web.archive.org/web/2020/https://ebb.org/a)", "", ""),
        ("[Ebb](https://ebb.org/?next=https://flow.org/a)", "", ""),
        ("[Ebb](https://exampled.com/links)", "", ""),
        ("[Ebb](docs/ebb.md)", "", ""),
        ("[Ebb](#models)", "", ""),
        ("[Ebb](https://ebb.org/blog/add-your-own-url-loader)", "", ""),
    ],
)
def test_addresses(store: Store, link: str, severity: str, what: str) -> None:
    told = links(store, f"- {link} - A model.", "- [Flow](https://flow.org) - A model.")
    assert all(what in message for _, _, message in told), told
    if severity and what:
        assert [(line, how) for line, how, _ in told][:1] == [(1, severity)], told
    if not severity:
        assert told == []


def test_what_stands_in_code_is_no_link(store: Store) -> None:
    assert links(store, "- [Flow](https://flow.org) - x", "", "```", "[a](http:/b)", "```") == []


def test_the_line_is_that_of_the_link_not_of_its_entry(store: Store) -> None:
    told = links(store, "- [Flow](https://flow.org) - A model", "  of rivers, with [code](http:/flow).")
    assert [line for line, _, _ in told] == [2]


def test_the_second_entry_of_a_thing_is_told_with_the_line_of_the_first(store: Store) -> None:
    told = links(
        store,
        "- [Ebb](https://github.com/salt/ebb) - A model.",
        "- [Flow](https://github.com/salt/flow) - A model.",
        "- [EBB](https://github.com/Salt/Ebb/) - Again.",
    )
    (one,) = told
    assert one[:2] == (3, "warning")
    assert "'EBB' stands in this list already, on line 5 (github:salt/ebb)" in one[2]


def test_things_that_share_a_repository_under_different_names_are_no_duplicates(store: Store) -> None:
    assert (
        links(
            store,
            "- [Ebb](https://github.com/salt/marsh) - A model.",
            "- [Gull 7B](https://github.com/salt/marsh) - Another.",
        )
        == []
    )


def test_one_id_under_two_titles_is_told_also_across_lists(store: Store) -> None:
    papers = ("## Papers", "", "- [Salt in the Marsh at Night](https://arxiv.org/abs/2401.90001)")
    store.replace(a_list("a", *papers))
    other = ("## Papers", "", "- [Gull Counting with Radar](https://arxiv.org/pdf/2401.90001v2)")
    store.replace(a_list("b", *other))
    (one,) = found(store, "links")
    assert (one.document, one.line) == ("list:b", 7)
    assert "'Gull Counting with Radar' here and as 'Salt in the Marsh at Night' in a, line 7" in one.message


def test_a_list_whose_bytes_are_not_kept_is_passed_over(store: Store) -> None:
    store.replace(listed("a", [mention("Ebb", Kind.MODEL, "github:salt/ebb")]))
    assert found(store, "links") == []
    assert ids("github:salt/ebb")
