from __future__ import annotations

import json
import os
import time
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.arxiv import canonical_json, due, last_announcement, reading_of
from ingest.arxiv.feed import read
from ingest.arxiv.records import is_withdrawn, record_of
from kg.announcements import Eastern
from kg.identifiers import Identifier
from kg.model import DocumentKind, PaperRecord, Place, blob_id
from kg.vocabulary import Kind
from tests.fakes.arxiv_server import FACTS, Paper, entry, feed, invented

LORA = FACTS[0]
FULL = replace(
    invented("2401.90000"),
    comment="12 pages, 3 figures; code at https://example.org/x",
    journal_ref="Journal of Invented Results 7 (2024) 1-12",
    doi="10.1234/Invented.7",
    categories=("cs.CL", "stat.ML", "physics.data-an", "cond-mat.stat-mech", "hep-th"),
)


def record(paper: Paper, dialect: str = "present", version: int | None = None) -> PaperRecord:
    return record_in(feed([entry(paper, version or len(paper.updated), dialect)], 1, 1, dialect))


def record_in(text: str) -> PaperRecord:
    page = read(text.encode())
    assert page.problems == ()
    (result,) = page.results
    return record_of(result)


# ------------------------------------------------------------------------------------------- fields


def test_a_record_holds_what_the_entry_says() -> None:
    held = record(LORA)
    assert held.arxiv_id == "2106.09685"
    assert held.version == 2
    assert held.title == "LoRA: Low-Rank Adaptation of Large Language Models"
    assert held.authors[:2] == ("Edward J. Hu", "Yelong Shen")
    assert len(held.authors) == 8
    assert held.categories == ("cs.CL", "cs.AI", "cs.LG")
    assert held.published == datetime(2021, 6, 17, 17, 37, 18, tzinfo=UTC)
    assert held.updated == datetime(2021, 10, 16, 18, 40, 34, tzinfo=UTC)
    assert (held.comment, held.journal_ref, held.doi, held.withdrawn) == ("", "", "", False)


@pytest.mark.row(34)
def test_the_dialects_give_the_same_record_and_the_same_bytes() -> None:
    for paper in (*FACTS, FULL):
        present, classic = record(paper, "present"), record(paper, "classic")
        assert present == classic
        assert canonical_json(present) == canonical_json(classic)
        assert reading_of(present) == reading_of(classic)


@pytest.mark.row(34)
def test_white_space_changes_nothing() -> None:
    spaced = replace(
        FULL,
        title="  " + FULL.title.replace(" ", "\n   "),
        abstract="\n\t" + FULL.abstract.replace(". ", ".\r\n\n"),
        comment=FULL.comment.replace(" ", "\u00a0 "),
        journal_ref=f" {FULL.journal_ref}\n",
        doi=f" {FULL.doi}\n",
        authors=tuple(name.replace(" ", "  ") for name in FULL.authors),
    )
    assert record(spaced) == record(FULL)


@pytest.mark.row(32)
def test_every_other_difference_changes_the_blob() -> None:
    held = record(FULL)
    blobs = {reading_of(held).revision.blob}
    for field in fields(PaperRecord):
        value = getattr(held, field.name)
        changed: Any
        if isinstance(value, bool):
            changed = not value
        elif isinstance(value, int):
            changed = value + 1
        elif isinstance(value, datetime):
            changed = value + timedelta(seconds=1)
        elif isinstance(value, tuple):
            changed = value[1:]
        else:
            changed = value + "1"
        blobs.add(reading_of(replace(held, **{field.name: changed})).revision.blob)
    assert len(blobs) == 1 + len(fields(PaperRecord))


def test_text_behind_nested_markup_is_kept_whole() -> None:
    text = feed([entry(FULL, 1, "present")], 1, 1, "present")
    text = text.replace(f"<title>{FULL.title}", "<title>On <i>knots</i> and <b>their <i>ends</i></b>, again")
    text = text.replace("<summary>This", "<summary>H<sub>2</sub>O<!-- no --> it is. This")
    text = text.replace(f"<name>{FULL.authors[0]}", "<name>Ada <x>B</x>rook")
    held = record_in(text)
    assert held.title == "On knots and their ends, again"
    assert held.abstract.startswith("H2O it is. This abstract")
    assert held.authors[0] == "Ada Brook"


def test_only_arxivs_categories_are_kept_and_the_primary_is_first() -> None:
    text = feed([entry(replace(FULL, categories=("stat.ML", "cs.CL")), 1, "classic")], 1, 1, "classic")
    assert "05C30, 05A16" in text
    text = text.replace(
        'primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="stat.ML"',
        'primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.CL"',
    )
    assert record_in(text).categories == ("cs.CL", "stat.ML")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("10.1234/Abc.7", "10.1234/abc.7"),
        ("https://doi.org/10.1234/abc", "10.1234/abc"),
        ("10.1234/abc 10.1234/def", "10.1234/abc"),
        ("see 10.1234/abc", "10.1234/abc"),
        ("10.48550/arXiv.2106.09685", ""),
        ("in print", ""),
    ],
)
def test_a_doi_is_bare_lower_case_and_never_arxivs_own(given: str, kept: str) -> None:
    assert record(replace(FULL, doi=given)).doi == kept


def test_an_old_id_and_a_version_of_its_own() -> None:
    held = record(replace(LORA, arxiv_id="math/0309136"), version=1)
    assert (held.arxiv_id, held.version) == ("math/0309136", 1)
    assert held.updated == held.published


def test_names_that_look_like_markup_are_text() -> None:
    title = "[red]Evil[/red] \u202e\u200f <b> & \"quotes\" 'all' ]]> the way"
    assert record(replace(FULL, title=title)).title == title


# ---------------------------------------------------------------------------------------- withdrawn


@pytest.mark.row(35)
@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to a crucial error in equation 3",
        "This paper has been withdrawn",
        "this article has been withdrawn by the authors.",
        "This submission has been withdrawn by arXiv administrators because of disputed authorship",
        "This manuscript is withdrawn for a major revision",
        "The paper has now been withdrawn",
        "Withdrawn",
        "withdrawn by author",
        "Paper withdrawn due to an error in Lemma 2",
        "Article withdrawn.",
        "8 pages. Withdrawn: superseded by 2106.09685",
        "12 pages; this paper has been withdrawn from arXiv",
        "The authors have withdrawn this paper",
        "Author withdraws this manuscript, see 2106.09685",
        "We have withdrawn this paper due to a bug",
        "[Withdrawn]",
        "*withdrawn*",
    ],
)
def test_a_withdrawal_is_seen(comment: str) -> None:
    assert record(replace(FULL, comment=comment)).withdrawn


@pytest.mark.row(35)
@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 3 figures",
        "Submitted to ICLR 2022 (withdrawn)",
        "Withdrawn from ICLR 2020",
        "This paper was withdrawn from NeurIPS 2019; revised version",
        "This paper has not been withdrawn",
        "replaces the withdrawn paper 2106.09685",
        "An earlier version was withdrawn; this one corrects it",
        "This paper supersedes arXiv:2106.09685, which has been withdrawn",
        "We study withdrawn papers",
        "On how this paper has been withdrawn-proofed",
        "cash withdrawn by customers",
    ],
)
def test_what_is_no_withdrawal(comment: str) -> None:
    assert not record(replace(FULL, comment=comment)).withdrawn


@pytest.mark.row(35)
def test_an_abstract_that_only_says_so() -> None:
    gone = "This paper has been withdrawn by the author due to an error."
    assert record(replace(FULL, abstract=gone)).withdrawn
    assert not record(replace(FULL, abstract=f"We study papers. {gone}")).withdrawn


@pytest.mark.row(36)
def test_a_later_version_without_the_comment_is_back() -> None:
    gone = replace(FULL, comment="This paper has been withdrawn")
    assert record(gone).withdrawn
    assert not record(gone.revised(comment="corrected")).withdrawn


def test_withdrawal_is_found_in_linear_time() -> None:
    start = time.perf_counter()
    assert not is_withdrawn(
        "this paper has " + "now been " * 20_000 + "( " * 20_000 + ". the authors " * 20_000
    )
    assert time.perf_counter() - start < 10


# ------------------------------------------------------------------------------------------ reading


def test_a_reading_is_one_mention_resting_on_the_record() -> None:
    held = record(FULL)
    reading = reading_of(held)
    (mention,) = reading.mentions
    assert reading.key == "arxiv:2401.90000"
    assert reading.kind is DocumentKind.ARXIV
    assert reading.page == "https://arxiv.org/abs/2401.90000"
    assert reading.record == held
    assert reading.revision.reader == "arxiv/1"
    assert reading.revision.blob == blob_id(canonical_json(held))
    assert reading.claims == ()
    assert mention.kind is Kind.PAPER
    assert (mention.name, mention.rule, mention.confidence) == (held.title, "arxiv-record", 1.0)
    assert mention.identifiers == (Identifier("arxiv", "2401.90000"), Identifier("doi", "10.1234/invented.7"))
    assert mention.place == Place((), mention.place.digest, 0)
    assert len(mention.place.digest) == 16


def test_canonical_json_is_ordered_and_readable() -> None:
    text = canonical_json(record(replace(FULL, title="Über \u4e2d"))).decode()
    assert json.loads(text)["title"] == "Über \u4e2d"
    assert "Über \u4e2d" in text
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert json.loads(text)["published"].endswith("Z")


def test_canonical_json_knows_no_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    held = record(FULL)
    east = replace(held, updated=held.updated.astimezone(ZoneInfo("Asia/Tokyo")))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    try:
        time.tzset()
        assert canonical_json(east) == canonical_json(held) == canonical_json(record(FULL))
    finally:
        os.environ.pop("TZ")
        time.tzset()


# ---------------------------------------------------------------------------------------------- due


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-11-24T12:00Z", "2026-11-24T04:00Z"),  # Tuesday; Monday evening's, winter
        ("2026-11-24T03:59Z", "2026-11-23T04:00Z"),
        ("2026-07-22T02:59Z", "2026-07-21T03:00Z"),  # summer
        ("2026-07-22T03:00Z", "2026-07-22T03:00Z"),
        ("2026-07-24T12:00Z", "2026-07-24T03:00Z"),  # Friday noon; Thursday evening's
        ("2026-07-25T12:00Z", "2026-07-24T03:00Z"),  # Saturday
        ("2026-07-26T23:00Z", "2026-07-24T03:00Z"),  # Sunday before the evening
        ("2026-07-27T03:00Z", "2026-07-27T03:00Z"),  # Sunday evening's
        ("2026-03-08T12:00Z", "2026-03-06T04:00Z"),  # the Sunday on which summer time begins
        ("2026-03-09T12:00Z", "2026-03-09T03:00Z"),
        ("2026-11-01T12:00Z", "2026-10-30T03:00Z"),  # and ends
        ("2026-11-02T12:00Z", "2026-11-02T04:00Z"),
    ],
)
def test_the_last_announcement(now: str, since: str) -> None:
    assert last_announcement(datetime.fromisoformat(now)) == datetime.fromisoformat(since)


@pytest.mark.row(48)
def test_nothing_is_due_twice_between_announcements() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    checked = {
        "2401.00001": now - timedelta(hours=1),
        "2401.00002": now - timedelta(hours=9),
        "2401.00003": now + timedelta(days=400),  # a clock was wrong
    }
    ids = ["2401.00004", "2401.00003", "2401.00002", "2401.00001", "2401.00004"]
    assert due(ids, checked, now) == ("2401.00002", "2401.00003", "2401.00004")
    assert due(ids[:3], dict.fromkeys(ids, now), now + timedelta(hours=10)) == ()
    assert due(ids[:1], dict.fromkeys(ids, now), now + timedelta(hours=17)) == ("2401.00004",)


def test_without_the_time_zone_database_the_rule_of_2007_holds() -> None:
    zone, ours = ZoneInfo("America/New_York"), Eastern()
    for day in range(0, 366 * 12, 3):
        evening = datetime(2024, 1, 1, 20) + timedelta(days=day)  # noqa: DTZ001 - a zone is put to it
        assert evening.replace(tzinfo=zone).utcoffset() == evening.replace(tzinfo=ours).utcoffset()
    assert datetime(2026, 7, 1, tzinfo=ours).tzname() == "EDT"
