"""From one day to the next: the ledger tells exactly what papers and lists have done, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import turtle
from ingest.arxiv import reading_of
from ingest.arxiv.feed import read
from ingest.arxiv.records import record_of
from ingest.lists import read_list
from kg.graph import Graph
from kg.ledger import ACTIONS, CAUSES, THINGS, Wanted, history, versions
from kg.model import Change, PaperVersion, Reading, Revision, blob_id
from kg.rdf import Options
from kg.store import Store
from kg.store.entries import ListEntry, compared
from kg.store.records import note_versions
from tests.documents import NOON, record
from tests.fakes.arxiv_server import Paper, entry, feed, invented

DAY = timedelta(days=1)
FIRST = replace(
    invented("2401.90001"),
    title="Tides in Small Models",
    updated=(NOON - 30 * DAY,),
    categories=("cs.CL", "cs.LG", "stat.ML"),
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "graph.db", clock=clock) as opened:
        yield opened


def answer(paper: Paper, dialect: str = "present") -> Reading:
    page = read(feed([entry(paper, len(paper.updated), dialect)], 1, 1, dialect).encode())
    return reading_of(record_of(page.results[0]))


def tides(*lines: str, name: str = "tides") -> Reading:
    return read_list("\n".join(("# Tides", "", *lines, "")).encode(), name=name).reading


def brief(changes: list[Change]) -> list[tuple[str, ...]]:
    """The news in the order in which it came."""
    return [(c.action, c.what, c.text, c.old, c.new) for c in reversed(changes)]


def exported(store: Store) -> bytes:
    out = BytesIO()
    turtle.write(Graph(store), out, Options(receipts=False))
    return out.getvalue()


# --------------------------------------------------------------------------------- papers

TITLE = FIRST.title
GONE = "This paper has been withdrawn by the authors: the gauge was upside down."
PAPER_DAYS: dict[str, tuple[Paper, list[tuple[str, ...]]]] = {
    "nothing": (FIRST, []),
    "version": (FIRST.revised(), [("replaced", "paper", TITLE, "v1", "v2")]),
    "version, abstract and comment": (
        FIRST.revised(abstract="Other words.", comment="8 pages"),
        [("replaced", "paper", TITLE, "v1", "v2 (abstract, comment)")],
    ),
    "doi": (replace(FIRST, doi="10.1234/x"), [("published", "paper", TITLE, "", "10.1234/x")]),
    "journal": (
        replace(FIRST, journal_ref="J. Tides 3"),
        [("published", "paper", TITLE, "", "J. Tides 3")],
    ),
    "doi and journal": (
        replace(FIRST, doi="10.1234/x", journal_ref="J. Tides 3"),
        [("published", "paper", TITLE, "", "10.1234/x · J. Tides 3")],
    ),
    "title": (
        replace(FIRST, title="Tides in Tiny Models"),
        [("retitled", "paper", "Tides in Tiny Models", TITLE, "Tides in Tiny Models")],
    ),
    "categories": (
        replace(FIRST, categories=("cs.LG", "cs.CL")),
        [("recategorised", "paper", TITLE, "cs.CL, cs.LG, stat.ML", "cs.LG, cs.CL")],
    ),
    "comment": (replace(FIRST, comment="9 pages"), [("changed", "paper", TITLE, "", "comment")]),
    "authors": (replace(FIRST, authors=("Nobody Else",)), [("changed", "paper", TITLE, "", "authors")]),
    "abstract": (replace(FIRST, abstract="Other."), [("changed", "paper", TITLE, "", "abstract")]),
    "withdrawn": (
        FIRST.revised(comment=GONE),
        [("replaced", "paper", TITLE, "v1", "v2"), ("withdrawn", "paper", TITLE, "", GONE)],
    ),
    "withdrawn in place": (replace(FIRST, comment=GONE), [("withdrawn", "paper", TITLE, "", GONE)]),
    "order of cross-lists": (replace(FIRST, categories=("cs.CL", "stat.ML", "cs.LG")), []),
    "all at once": (
        FIRST.revised(title="Tides", doi="10.1234/x", categories=("cs.LG",), comment="Final"),
        [
            ("replaced", "paper", "Tides", "v1", "v2 (comment)"),
            ("published", "paper", "Tides", "", "10.1234/x"),
            ("retitled", "paper", "Tides", TITLE, "Tides"),
            ("recategorised", "paper", "Tides", "cs.CL, cs.LG, stat.ML", "cs.LG"),
        ],
    ),
}


@pytest.mark.parametrize("day", PAPER_DAYS)
@pytest.mark.parametrize("dialects", permutations(("classic", "present")))
def test_day_2_of_a_paper_is_told_exactly(
    store: Store, clock: Clock, day: str, dialects: tuple[str, str]
) -> None:
    second, told = PAPER_DAYS[day]
    store.replace(answer(FIRST, dialects[0]))
    before, last = exported(store), Graph(store).last_change
    assert Graph(store).news() == []
    clock.now += DAY
    store.replace(answer(second, dialects[1]))
    news = Graph(store).news()
    assert brief(news) == told
    assert Graph(store).news(after=last) == news
    assert Graph(store).news(after=Graph(store).last_change) == []
    assert {(c.subject, c.cause, c.document, c.at) for c in news} <= {
        ("arxiv-2401.90001", "source", "arxiv:2401.90001", clock.now)
    }
    assert (exported(store) == before) is not bool(told)


def test_a_paper_that_is_withdrawn_comes_back_and_keeps_its_history(store: Store, clock: Clock) -> None:
    for day, paper in enumerate((FIRST, replace(FIRST, comment=GONE), FIRST.revised(comment="Repaired"))):
        clock.now = NOON + day * DAY
        store.replace(answer(paper))
    assert brief(Graph(store).news())[1:] == [
        ("replaced", "paper", TITLE, "v1", "v2"),
        ("restored", "paper", TITLE, "", "Repaired"),
    ]
    told = [(c.at - NOON, c.field, c.old, c.new) for c in history(store.db, "2401.90001")]
    assert told == [
        (DAY, "comment", "", GONE),
        (DAY, "withdrawn", "no", "yes"),
        (2 * DAY, "version", "v1", "v2"),
        (2 * DAY, "comment", GONE, "Repaired"),
        (2 * DAY, "withdrawn", "yes", "no"),
    ]
    graph = Graph(store)
    record = graph.record(graph.find("2401.90001"))
    assert record is not None
    assert not record.withdrawn


def test_changes_within_one_second_are_all_kept(store: Store) -> None:
    for comment in ("", "8 pages", "9 pages", "10 pages"):
        store.replace(answer(replace(FIRST, comment=comment)))
    told = [(c.old, c.new) for c in history(store.db, "2401.90001")]
    assert told == [("", "8 pages"), ("8 pages", "9 pages"), ("9 pages", "10 pages")]
    assert [c.new for c in Graph(store).news()] == ["comment"] * 3


def test_a_change_names_the_revision_that_says_so(store: Store) -> None:
    store.replace(answer(FIRST))
    second = answer(replace(FIRST, comment="8 pages"))
    store.replace(second)
    (change,) = history(store.db, "2401.90001")
    assert change.blob == second.revision.blob


def test_versions_get_the_dates_that_a_record_holds(store: Store, clock: Clock) -> None:
    third = FIRST.revised().revised()
    store.replace(answer(third))
    assert versions(store.db, "2401.90001") == [
        PaperVersion(1, third.updated[0]),
        PaperVersion(3, third.updated[2], NOON, withdrawn=False),
    ]
    clock.now += DAY
    store.replace(answer(third.revised(comment=GONE)))
    assert versions(store.db, "2401.90001")[2:] == [
        PaperVersion(4, third.updated[2] + 7 * DAY, NOON + DAY, withdrawn=True)
    ]


def test_what_is_learnt_of_a_version_stays_when_less_is_said(store: Store) -> None:
    store.replace(answer(FIRST.revised()))
    whole = PaperVersion(2, NOON, size="81kb", source_type="D", licence="https://example.org/l")
    note_versions(store.db, {"2401.90001": [whole]})
    note_versions(store.db, {"2401.90001": [PaperVersion(2)]})
    assert versions(store.db, "2401.90001")[1] == replace(whole, seen_at=NOON, withdrawn=False)


def test_a_version_that_was_not_known_is_no_replacement(store: Store) -> None:
    store.replace(record("2401.90001", "A Title", version=0))
    store.replace(record("2401.90001", "A Title", version=3))
    assert Graph(store).news() == []
    assert [(c.field, c.old, c.new) for c in history(store.db, "2401.90001")] == [("version", "", "v3")]


def test_a_lower_version_changes_nothing(store: Store) -> None:
    store.replace(answer(FIRST.revised(title="Later")))
    before = exported(store)
    store.replace(answer(FIRST))
    assert (Graph(store).news(), exported(store)) == ([], before)


def test_history_outlives_the_absence_of_its_paper(store: Store, clock: Clock) -> None:
    store.replace(answer(FIRST))
    clock.now += DAY
    store.replace(answer(FIRST.revised(title="Later")))
    store.remove("arxiv:2401.90001")
    assert len(history(store.db, "2401.90001")) == 2
    store.replace(answer(FIRST.revised(title="Later")))
    assert [v.seen_at for v in versions(store.db, "2401.90001")] == [NOON, NOON + DAY]


# ---------------------------------------------------------------------------------- lists

ONE = "- [Wren](https://github.com/aviary/wren) - A small model."
TWO = "- [Finch](https://github.com/aviary/finch) - A base model."
PAPER = "- [Songs of Small Birds](https://arxiv.org/abs/2401.90001) - On models of songs."
LIST_DAYS: dict[str, tuple[list[str], list[tuple[str, ...]]]] = {
    "nothing": (["## Models", ONE, TWO, "## Papers", PAPER], []),
    "blanks, lines and order": (
        ["", "## Models", "", TWO.replace(" - ", "  -  "), ONE, "", "", "## Papers", PAPER],
        [],
    ),
    "added": (
        ["## Models", ONE, TWO, "- [Owl](https://github.com/aviary/owl) - A model.", "## Papers", PAPER],
        [("added", "entry", "Owl", "", "Models")],
    ),
    "removed": (
        ["## Models", TWO, "## Papers", PAPER],
        [("removed", "entry", "Wren", "Models", "")],
    ),
    "moved": (
        ["## Models", TWO, "### Tiny", ONE, "## Papers", PAPER],
        [("moved", "entry", "Wren", "Models", "Models › Tiny")],
    ),
    "edited": (
        ["## Models", ONE.replace("small", "tiny"), TWO, "## Papers", PAPER],
        [("edited", "entry", "Wren", "Models", "Models")],
    ),
    "renamed": (
        ["## Models", ONE.replace("Wren", "Wren 2"), TWO, "## Papers", PAPER],
        [("edited", "entry", "Wren 2 (was Wren)", "Models", "Models")],
    ),
    "moved and edited": (
        ["## Models", TWO, "### Tiny", ONE.replace("small", "tiny"), "## Papers", PAPER],
        [("moved", "entry", "Wren", "Models", "Models › Tiny")],
    ),
    "exchanged": (
        [
            "## Models",
            ONE,
            "- [Owl](https://github.com/aviary/owl) - A model.",
            "## Papers",
            PAPER,
        ],
        [("added", "entry", "Owl", "", "Models"), ("removed", "entry", "Finch", "Models", "")],
    ),
    "one more of the same": (
        ["## Models", ONE, ONE, TWO, "## Papers", PAPER],
        [("added", "entry", "Wren", "", "Models")],
    ),
    "heading renamed": (
        ["## Models", ONE, TWO, "## Articles", PAPER],
        [("moved", "entry", "Songs of Small Birds", "Papers", "Articles")],
    ),
    "a heading that names a topic": (
        ["## Models", ONE, TWO, "## Knowledge distillation", PAPER],
        [("moved", "entry", "Songs of Small Birds", "Papers", "Knowledge distillation")],
    ),
    "an edit beside a removal of the same name": (
        ["## Models", TWO, "## Papers", PAPER, "## Tiny", ONE.replace("small", "tiny")],
        [("edited", "entry", "Wren", "Tiny", "Tiny"), ("removed", "entry", "Wren", "Models", "")],
    ),
    "a paper": (
        ["## Models", ONE, TWO, "## Papers", PAPER, PAPER.replace("90001", "90002").replace("Small", "Big")],
        [("added", "entry", "Songs of Big Birds", "", "Papers")],
    ),
    "a model with its paper": (
        [
            *("## Models", ONE, TWO),
            "- [Owl](https://github.com/aviary/owl) - A model. [Paper](https://arxiv.org/abs/2401.90003)",
            *("## Papers", PAPER),
        ],
        [("new", "paper", "arXiv:2401.90003", "", ""), ("added", "entry", "Owl", "", "Models")],
    ),
}
DAY_1 = ["## Models", ONE, TWO, "## Papers", PAPER]


@pytest.mark.parametrize("day", LIST_DAYS)
def test_day_2_of_a_list_is_told_exactly(store: Store, clock: Clock, day: str) -> None:
    lines, told = LIST_DAYS[day]
    twice = ["## Tiny", ONE] if "of the same name" in day else []
    store.replace(tides(*DAY_1, *twice))
    before = exported(store)
    assert Graph(store).news() == []
    clock.now += DAY
    store.replace(tides(*lines))
    news = Graph(store).news()
    assert brief(news) == told
    assert {(c.cause, c.document, c.at) for c in news} <= {("source", "list:tides", clock.now)}
    if not told:
        assert exported(store) == before


def test_an_event_points_to_the_node_of_its_entry(store: Store) -> None:
    store.replace(tides(*DAY_1), tides("## Models", ONE, name="other"))
    store.replace(tides("## Models", TWO, "### Tiny", "- [Owl](https://github.com/aviary/owl) - A model."))
    found = {c.text: c.subject for c in Graph(store).news() if c.what == "entry"}
    assert found == {"Owl": "owl", "Wren": "wren", "Songs of Small Birds": "arxiv-2401.90001"}


def test_a_first_import_and_a_removed_source_are_one_line_each_and_no_news(store: Store) -> None:
    store.replace(tides(*DAY_1), answer(FIRST))
    store.remove("list:tides")
    graph = Graph(store)
    assert graph.news() == []
    told = [(c.action, c.text, c.cause) for c in graph.changes(Wanted(what=("list",)))]
    assert told == [("removed", "Tides", "user"), ("added", "Tides", "first-import")]
    assert graph.changes(Wanted(what=("entry",))) == []


def test_what_only_a_newer_reader_sees_is_no_news(store: Store) -> None:
    old = tides("## Models", ONE)
    store.replace(replace(old, revision=replace(old.revision, blob=blob_id(b"same"))))
    new = tides("## Models", ONE, TWO)
    store.replace(replace(new, revision=Revision(blob_id(b"same"), "lists/next")))
    graph = Graph(store)
    assert graph.news() == []
    told = [(c.action, c.text, c.cause) for c in graph.changes(Wanted(what=("entry",)))]
    assert told == [("added", "Finch", "rules")]


def test_wanted_narrows_by_every_column(store: Store, clock: Clock) -> None:
    store.replace(tides(*DAY_1), answer(FIRST))
    clock.now += DAY
    store.replace(tides("## Models", TWO, "## Papers", PAPER), answer(FIRST.revised(title="Other")))
    graph = Graph(store)
    every = graph.changes()
    assert [c.id for c in every] == sorted((c.id for c in every), reverse=True)
    assert {c.what for c in every} <= set(THINGS)
    assert {c.action for c in every} <= set(ACTIONS)
    assert {c.cause for c in every} <= set(CAUSES)
    for wanted, holds in (
        (Wanted(what=("node",)), lambda c: c.what == "node"),
        (Wanted(actions=("retitled", "removed")), lambda c: c.action in {"retitled", "removed"}),
        (Wanted(causes=("source",)), lambda c: c.cause == "source"),
        (Wanted(causes=("first-import", "source")), lambda c: c.cause in {"first-import", "source"}),
        (Wanted(since=clock.now), lambda c: c.at == clock.now),
        (Wanted(since=clock.now + DAY), lambda _: False),
        (Wanted(after=every[3].id), lambda c: c.id > every[3].id),
    ):
        expected = [c for c in every if holds(c)]
        assert graph.changes(wanted) == expected
    assert graph.changes(limit=2) == every[:2]
    assert graph.changes(limit=0) == []


# ------------------------------------------------------------------------------ any change

entries = st.builds(
    lambda heading, digest, ordinal, key: ListEntry(
        f'["{heading}"]', digest, ordinal, key, frozenset({key}), ordinal, None
    ),
    st.sampled_from("AB"),
    st.sampled_from("xyz"),
    st.integers(0, 1),
    st.sampled_from(("p", "q")),
)
lists = st.lists(entries, max_size=6, unique_by=lambda entry: entry.place)


@given(lists, lists)
def test_every_difference_is_told_once_and_nothing_else(
    before: list[ListEntry], after: list[ListEntry]
) -> None:
    events = compared("list:x", before, after)
    was, now = {e.place for e in before}, {e.place for e in after}
    olds = [event.old.place for event in events if event.old]
    news = [event.new.place for event in events if event.new]
    assert sorted(olds) == sorted(was - now)
    assert sorted(news) == sorted(now - was)
    for event in events:
        if event.old and event.new:
            assert event.old.digest == event.new.digest or event.old.keys & event.new.keys
            assert (event.action == "moved") is (event.old.heading != event.new.heading)
    gone = [e.old for e in events if e.action == "removed"]
    fresh = [e.new for e in events if e.action == "added"]
    for one in gone:
        for other in fresh:
            assert one is not None
            assert other is not None
            assert one.digest != other.digest
            assert not one.keys & other.keys
