"""What a record means: its age in words, why it was withdrawn, what takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.announcements import last_announcement, next_announcement
from kg.graph import Graph
from kg.model import Lookup, PaperRecord
from kg.papers import (
    freshness,
    introduced,
    lookup,
    only_withdrawn,
    reason,
    resting,
    stale_since,
    successor,
    withdrawn,
)
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed, mention, record

PAPER = PaperRecord(
    "2106.09685", 2, "A Title", "An abstract.", ("Ada Example",), ("cs.CL",), NOON, NOON, withdrawn=True
)


def gone(comment: str, **changes: object) -> PaperRecord:
    return replace(PAPER, comment=comment, **changes)  # type: ignore[arg-type] # by name


# ------------------------------------------------------------------------------- successors


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn: superseded by arXiv:2401.90001",
        "This paper has been withdrawn; it is superseded by 2401.90001v3.",
        "withdrawn and replaced by arXiv: 2401.90001",
        "Withdrawn. This paper has been replaced by our new paper, arXiv:2401.90001",
        "This submission has been withdrawn, see arXiv:2401.90001",
        "Withdrawn, please see https://arxiv.org/abs/2401.90001v2 for the corrected version",
        "Withdrawn by the author. Merged into arXiv:2401.90001",
        "withdrawn: the results were incorporated in the paper arXiv:2401.90001",
        "Withdrawn. A newer version can be found at arXiv:2401.90001",
        'Withdrawn; subsumed by "A Longer Title", arXiv:2401.90001',
        "This article is withdrawn since it is a duplicate of arXiv:2401.90001",
        "withdrawn, use arXiv:2401.90001 instead",
        "Version 2 of arXiv:2106.09685 is withdrawn; superseded by arXiv:2401.90001",
        "Withdrawn (superseded by http://arxiv.org/pdf/2401.90001v1)",
    ],
)
def test_a_successor_is_read_from_the_words_of_a_withdrawal(comment: str) -> None:
    assert successor(gone(comment)) == "2401.90001"


def test_a_successor_of_the_old_form_is_read_in_its_normal_form() -> None:
    assert successor(gone("Withdrawn: replaced by math.GT/0309136v2")) == "math/0309136"
    assert successor(gone("Withdrawn: see HEP-TH/9901001")) == "hep-th/9901001"


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "This paper has been withdrawn due to an error in equation 2401.90001",
        "Withdrawn: an error was found, see arXiv:2401.90001 for a counterexample",
        "Withdrawn; see arXiv:2401.90001 where the error is discussed",
        "Withdrawn. This paper superseded arXiv:2401.90001",
        "Withdrawn; it replaces arXiv:2401.90001",
        "withdrawn, superseded by arXiv:2106.09685v3",
        "Withdrawn, see arXiv:2106.09685",
        "Withdrawn: superseded by a paper in J. Tides 2401 (2013)",
        "Withdrawn: replaced by 2499.90001",
        "Withdrawn; uses data of arXiv:2401.90001",
        "Withdrawn: superseded by 2401.900012",
    ],
)
def test_what_names_no_successor_gives_none(comment: str) -> None:
    assert successor(gone(comment)) == ""


def test_a_paper_that_stands_has_neither_reason_nor_successor() -> None:
    standing = replace(PAPER, withdrawn=False, comment="Superseded by arXiv:2401.90001")
    assert (reason(standing), successor(standing)) == ("", "")


def test_the_reason_is_the_comment_or_the_abstract_that_says_it() -> None:
    assert reason(gone("Withdrawn: wrong")) == "Withdrawn: wrong"
    said = "This paper has been withdrawn. It is superseded by arXiv:2401.90001."
    told = gone("12 pages", abstract=said)
    assert (reason(told), successor(told)) == (said, "2401.90001")
    assert reason(gone("12 pages")) == "12 pages"


@pytest.mark.parametrize("piece", ["new version ", "see ", "superseded by the ", '"', "see (", "2401.9000"])
def test_a_hostile_comment_is_read_to_its_end(piece: str) -> None:
    assert successor(gone(piece * 20_000)) == "", "a pattern that runs away would never end"


@given(st.text())
def test_no_comment_makes_a_paper_succeed_itself(text: str) -> None:
    assert successor(gone(f"Withdrawn: superseded by {text}")) != PAPER.arxiv_id


# -------------------------------------------------------------------------------------- age


def test_data_is_stale_from_the_first_announcement_after_it() -> None:
    monday = datetime(2026, 1, 5, 12, tzinfo=UTC)
    news = datetime(2026, 1, 6, 4, tzinfo=UTC)
    looked = Lookup(monday, monday)
    assert next_announcement(monday) == news
    assert stale_since(looked, news - timedelta(seconds=1)) is None
    assert stale_since(looked, news) == news
    assert stale_since(Lookup(), news) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_announcement_is_the_one_after_the_last(moment: datetime) -> None:
    last, following = last_announcement(moment), next_announcement(moment)
    assert last <= moment < following
    assert next_announcement(last - timedelta(seconds=1)) == last
    assert last_announcement(following) == following


def test_the_words_for_age_cover_every_state() -> None:
    friday = datetime(2026, 1, 9, 12, tzinfo=UTC)
    assert freshness(Lookup(friday, friday), friday) == "as of just now"
    assert freshness(Lookup(friday, friday, 1), friday) == "as of just now; not found since, 1 time"
    assert freshness(Lookup(None, friday, 2), friday) == "not found, 2 times, asked just now"
    assert freshness(Lookup(), friday) == "never looked up"


# -------------------------------------------------------------------------------- in a graph


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "graph.db", clock=clock) as opened:
        yield opened


def test_a_lookup_tells_answers_and_misses_apart(store: Store, clock: Clock) -> None:
    one, other = "2106.09685", "2401.90001"
    store.replace(record(one, "A Title"), lookups={one: True, other: False})
    for _ in range(2):
        clock.now += timedelta(days=1)
        store.replace(lookups={one: False, other: False})
    graph = Graph(store)
    assert lookup(graph, one) == Lookup(NOON, clock.now, 2)
    assert lookup(graph, other) == Lookup(None, clock.now, 3)
    assert lookup(graph, "2401.90002") == Lookup()
    store.replace(record(one, "A Title"), lookups={one: True})
    assert lookup(graph, one) == Lookup(clock.now, clock.now, 0)


FIRST = mention("", Kind.PAPER, "arxiv:2106.09685")
SECOND = mention("", Kind.PAPER, "arxiv:2401.90001")
GATE, WAVE = mention("Gate", Kind.METHOD), mention("Wave", Kind.MODEL)


def test_what_rests_on_withdrawn_papers_alone_is_found_and_nothing_else(store: Store) -> None:
    said = [claim(paper, Predicate.INTRODUCES, GATE) for paper in (FIRST, SECOND)]
    said += [claim(FIRST, Predicate.INTRODUCES, WAVE), claim(FIRST, Predicate.ABOUT, GATE)]
    store.replace(listed("one", [FIRST, SECOND, GATE, WAVE], said))
    graph = Graph(store)

    def alone() -> tuple[list[str], list[str], list[str]]:
        first = graph.find("2106.09685")
        found = [only_withdrawn(graph, graph.find(name)) for name in ("gate", "wave")]
        slugs = [[node.slug for node in nodes] for nodes in (*found, resting(graph, first))]
        return slugs[0], slugs[1], slugs[2]

    assert [node.slug for node in introduced(graph, graph.find("2106.09685"))] == ["gate", "wave"]
    assert alone() == ([], [], [])
    assert list(withdrawn(graph)) == []
    store.replace(record("2106.09685", "A Title", withdrawn=True))
    assert alone() == ([], ["arxiv-2106.09685"], ["wave"]), "the other paper has no record: it may stand"
    assert [(node.slug, one.arxiv_id) for node, one in withdrawn(graph)] == [
        ("arxiv-2106.09685", "2106.09685")
    ]
    store.replace(record("2401.90001", "B Title", withdrawn=True))
    both = ["arxiv-2106.09685", "arxiv-2401.90001"]
    assert alone() == (both, ["arxiv-2106.09685"], ["gate", "wave"])
    store.replace(record("2106.09685", "A Title", version=2))
    assert alone() == ([], [], [])
