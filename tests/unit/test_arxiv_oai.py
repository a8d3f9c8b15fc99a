"""OAI-PMH: lists of changes to their end or not at all; what the server saw is what counts."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.arxiv import Harvester
from ingest.arxiv.feed import BadAnswer, Malformed
from ingest.arxiv.oai import FIRST_DAY, OaiError, OaiPage, read
from ingest.arxiv.settings import OAI, Settings, settings_from
from ingest.arxiv.throttle import Throttle
from ingest.arxiv.transport import Refused
from ingest.http import Broken, Http, Limits
from kg.errors import ConfigError, FetchError, RateLimited
from tests.fakes import loopback, oai
from tests.fakes.arxiv_server import FACTS, ArxivServer, Paper, invented, invented_ids
from tests.fakes.clock import Clock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.date()
IDS = invented_ids(30)


def modified(number: int) -> date:
    """Three papers on each of ten days."""
    return DAY - timedelta(days=9 - number // 3)


@dataclass
class Bench:
    server: ArxivServer
    clock: Clock
    harvester: Harvester

    def pages(self, days: int = 30, token: str = "") -> list[OaiPage]:
        return list(self.harvester.pages(DAY - timedelta(days=days), token=token))

    def ids(self, days: int = 30) -> list[str]:
        return [raw.arxiv_id for page in self.pages(days) for raw in page.records]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    papers = [replace(invented(i), modified=modified(n)) for n, i in enumerate(IDS)]
    with ArxivServer(papers) as server:
        server.harvest.now, server.harvest.size = NOW, 8
        clock = Clock()
        harvester = Harvester(
            Settings(server.api, 3.0, tmp_path, server.oai),
            Http(environ={}),
            Throttle(tmp_path, 3.0, time=clock.time),
            limits=Limits(connect=5, read=10, total=20, size=1_000_000),
            jitter=lambda: 0.5,
        )
        yield Bench(server, clock, harvester)


# ------------------------------------------------------------------------------------ good weather


@pytest.mark.parametrize("ends", ["empty", "none"])
@pytest.mark.parametrize("size", [1, 2, 3, 8, 29, 30, 31])
def test_a_list_comes_whole_and_in_order_whatever_the_size_of_its_pages(
    bench: Bench, size: int, ends: str
) -> None:
    bench.server.harvest.size, bench.server.harvest.ends = size, ends
    assert bench.ids() == IDS
    first, *others = bench.server.listed
    assert first == {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2026-10-25"}
    assert all(query.keys() == {"verb", "resumptionToken"} for query in others)
    assert len(others) == -(-30 // size) - 1
    assert bench.clock.slept == [3.0] * len(others)
    assert bench.server.peak == 1


def test_a_day_is_included(bench: Bench) -> None:
    assert bench.ids(days=0) == IDS[27:]
    assert bench.ids(days=1) == IDS[24:]


def test_no_day_before_the_first_is_asked_for(bench: Bench) -> None:
    list(bench.harvester.pages(date(1999, 1, 1)))
    assert bench.server.listed[0]["from"] == str(FIRST_DAY)


def test_records_that_nobody_wants_are_counted_and_dropped(bench: Bench) -> None:
    wanted = {IDS[3], IDS[20]}
    pages = list(bench.harvester.pages(DAY - timedelta(days=30), wanted=wanted.__contains__))
    assert [raw.arxiv_id for page in pages for raw in page.records] == sorted(wanted)
    assert sum(page.count for page in pages) == 30
    assert pages[0].days == (modified(0), modified(7))
    assert pages[0].responded == NOW


def test_a_raw_record_holds_what_the_service_says(bench: Bench) -> None:
    paper = replace(
        FACTS[0],
        comment="12 pages",
        journal_ref="Invented 7",
        doi="10.1234/x.7",
        raw=(("title", r"Schr\"odinger & \'{e}"),),
        modified=DAY,
        withdrawn=True,
    )
    bench.server.add(paper)
    raw = bench.harvester.record(paper.arxiv_id)
    assert raw is not None
    assert raw.title == r"Schr\"odinger & \'{e}"
    assert raw.authors.endswith("Lu Wang and Weizhu Chen")
    assert raw.categories == "cs.CL cs.AI cs.LG"
    assert (raw.comments, raw.journal_ref, raw.doi) == ("12 pages", "Invented 7", "10.1234/x.7")
    assert raw.license == "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    assert (raw.submitter, raw.modified) == ("Somebody", DAY)
    assert [(v.number, v.submitted, v.source_type) for v in raw.versions] == [
        (1, paper.updated[0], "D"),
        (2, paper.updated[1], "I"),
    ]
    assert bench.server.listed == [
        {"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": f"oai:arXiv.org:{paper.arxiv_id}"}
    ]


def test_an_old_id_is_asked_for_and_found(bench: Bench) -> None:
    bench.server.add(replace(invented("math/0309136"), modified=DAY))
    raw = bench.harvester.record("math/0309136")
    assert raw is not None
    assert raw.arxiv_id == "math/0309136"
    assert bench.harvester.record("math/0309137") is None


# --------------------------------------------------------------------------- faults (rows 37-43)


@pytest.mark.row(37)
def test_a_token_that_is_no_longer_good_begins_again_a_day_before_the_last(bench: Bench) -> None:
    bench.server.script(None, None, oai.oai_error("badResumptionToken"))
    seen = bench.ids()
    assert seen[:16] == IDS[:16]
    assert list(dict.fromkeys(seen)) == IDS, "no gap"
    begun = [query["from"] for query in bench.server.listed if "from" in query]
    assert begun == ["2026-10-25", str(modified(15) - timedelta(days=1))]


@pytest.mark.row(37)
def test_a_token_of_yesterday_begins_again_at_the_day_it_was_asked_with(bench: Bench) -> None:
    found = [raw.arxiv_id for page in bench.pages(2, token="stale%3D%26") for raw in page.records]
    assert found == IDS[21:]
    assert bench.server.listed[0]["resumptionToken"] == "stale%3D%26"


@pytest.mark.row(37)
def test_tokens_that_are_never_good_end_the_run(bench: Bench) -> None:
    fault = oai.oai_error("badResumptionToken")
    bench.server.script(None, fault, None, fault, None, fault, None, fault, None, fault)
    with pytest.raises(OaiError, match="badResumptionToken"):
        bench.pages()
    assert len(bench.server.log) == 8


@pytest.mark.row(38)
def test_a_page_that_is_cut_is_no_end_and_nothing_of_it_is_believed(bench: Bench) -> None:
    bench.server.script(None, loopback.truncated(), oai.without_token())
    assert bench.ids() == IDS
    assert len(bench.server.log) == 6
    assert bench.clock.slept[1:3] == [pytest.approx(s * 1.125) for s in (6, 18)]


@pytest.mark.row(38)
def test_a_page_that_is_cut_every_time_ends_the_run(bench: Bench) -> None:
    bench.server.script(None, *[oai.without_token()] * 9)
    pages: list[OaiPage] = []
    with pytest.raises(Malformed):
        pages.extend(bench.harvester.pages(DAY - timedelta(days=30)))
    assert [len(page.records) for page in pages] == [8]


@pytest.mark.row(39)
def test_a_list_that_goes_round_in_a_circle_ends(bench: Bench) -> None:
    token = "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-11-01%26skip%3D8"
    bench.server.script(*[oai.same_token(token)] * 50)
    with pytest.raises(FetchError, match="circle"):
        bench.pages()
    assert len(bench.server.log) == 2


@pytest.mark.row(40)
def test_no_change_is_a_success(bench: Bench) -> None:
    bench.server.papers.clear()
    (page,) = bench.pages()
    assert page == OaiPage()
    assert len(bench.server.log) == 1


@pytest.mark.row(41)
def test_memory_is_that_of_a_page_however_long_the_list(bench: Bench) -> None:
    """A day on which very many records were edited at once: every page holds the same."""
    bench.server.harvest.size = 50
    text = "Invented. " * 150
    bench.server.add(*(replace(invented(i), modified=DAY, abstract=text) for i in invented_ids(1000)))
    bench.harvester.throttle.delay = 0.0
    peaks: list[int] = []
    count = 0
    tracemalloc.start()
    try:
        for page in bench.harvester.pages(DAY, wanted=lambda _: True):
            count += page.count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert count == 1000
    assert len(peaks) == 20
    assert max(peaks[10:]) < 2 * max(peaks[:5])


@pytest.mark.row(42)
def test_a_deleted_record_is_told_and_is_no_record(bench: Bench) -> None:
    bench.server.add(replace(invented(IDS[29]), modified=DAY, deleted=True))
    (page,) = bench.pages(days=0)
    assert page.deleted == (IDS[29],)
    assert [raw.arxiv_id for raw in page.records] == IDS[27:29]
    assert page.rejected == ()


@pytest.mark.row(43)
def test_a_token_is_encoded_once_more_and_sent_alone(bench: Bench) -> None:
    bench.pages()
    tokens = [query["resumptionToken"] for query in bench.server.listed[1:]]
    assert all("%3D" in token and "%26" in token for token in tokens)
    raw = sorted(bench.server.log, key=lambda seen: seen.start)[1].path
    assert "%253D" in raw
    assert "metadataPrefix=" not in raw


@pytest.mark.row(43)
@given(token=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1))
def test_any_token_arrives_as_it_was_given(token: str) -> None:
    from urllib.parse import parse_qs, quote

    query = f"verb=ListRecords&resumptionToken={quote(token, safe='')}"
    assert parse_qs(query)["resumptionToken"] == [token]


# ------------------------------------------------------------------------ the same faults as ever


@pytest.mark.parametrize(
    "fault",
    [
        loopback.says(b"<!DOCTYPE html><html><body>Prove that you are human</body></html>"),
        loopback.says(b"We will be back soon", "text/plain"),
        loopback.says(b""),
        loopback.says(b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "text/xml"),
        loopback.says(b'<OAI-PMH xmlns="urn:of-something-else"/>', "text/xml"),
        loopback.says(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>', "text/xml"),
        loopback.truncated(0.98),
        loopback.short(),
        loopback.chunk_cut(),
        loopback.reset(),
        loopback.rewrites(lambda body: body.replace(b"invented", b"inv\x08ented", 1)),
        loopback.rewrites(lambda body: body.replace(b"invented", b"inv\xffented", 1)),
        loopback.rewrites(lambda body: body.replace(b"invented", b"inv&eacute;nted", 1)),
        oai.oai_bomb(),
        loopback.status(500),
        loopback.status(503),
    ],
    ids="html text empty rss other nothing torn short chunk reset control utf8 entity bomb 500 503".split(),
)
def test_one_bad_answer_is_forgotten(bench: Bench, fault: loopback.Fault) -> None:
    bench.server.script(fault)
    assert bench.ids() == IDS
    assert len(bench.server.log) == 5
    assert bench.clock.slept[0] == pytest.approx(6 * 1.125)
    assert bench.server.peak == 1


@pytest.mark.parametrize("fault", [loopback.silence(), loopback.drip()], ids=["silence", "drip"])
def test_a_slow_answer_is_cut_and_forgotten(bench: Bench, fault: loopback.Fault) -> None:
    bench.harvester.limits = Limits(connect=5, read=0.5, total=1.0)
    bench.server.script(fault)
    assert bench.ids() == IDS


def test_silence_for_ever_ends(bench: Bench) -> None:
    bench.harvester.limits = Limits(connect=5, read=0.3, total=1.0)
    bench.server.script(*[loopback.silence()] * 9)
    with pytest.raises(Broken):
        bench.pages()
    assert len(bench.server.log) == 4


@pytest.mark.parametrize("fault", [loopback.status(429, b"Rate exceeded."), loopback.says(b"Rate exceeded.")])
def test_a_limit_ends_after_growing_waits(bench: Bench, fault: loopback.Fault) -> None:
    bench.server.script(*[fault] * 9)
    with pytest.raises(RateLimited):
        bench.pages()
    assert bench.clock.slept == [pytest.approx(s * 1.125) for s in (15, 60, 240)]


def test_retry_after_is_kept_and_the_same_page_asked_again(bench: Bench) -> None:
    bench.server.script(None, loopback.status(503, Retry_After="77"))
    assert bench.ids() == IDS
    assert bench.clock.slept == [3.0, 77, 3.0, 3.0]
    assert bench.server.listed[1] == bench.server.listed[2]


def test_a_refusal_is_never_asked_again(bench: Bench) -> None:
    bench.server.script(*[loopback.status(403)] * 9)
    with pytest.raises(Refused):
        bench.pages()
    assert len(bench.server.log) == 1


def test_a_redirect_is_followed_at_the_pace_and_remembered(bench: Bench) -> None:
    bench.server.script(loopback.redirect(f"{bench.server.url}/v2/oai?x"))
    assert bench.ids() == IDS
    assert bench.clock.slept == [3.0] * 4
    assert all(seen.path.startswith("/v2/oai?") for seen in bench.server.log[1:])


def test_a_page_over_the_limit_is_not_read(bench: Bench) -> None:
    fault = loopback.rewrites(lambda body: body.replace(b"</OAI-PMH>", b" " * 1_100_000 + b"</OAI-PMH>"))
    bench.server.script(*[fault] * 9)
    with pytest.raises(FetchError, match="larger than 1,000,000 bytes"):
        bench.pages()
    assert len(bench.server.log) == 1


def test_an_error_of_the_protocol_is_told_and_not_repeated(bench: Bench) -> None:
    bench.server.harvest.now = NOW - timedelta(days=40)  # our clock is ahead of the server's
    with pytest.raises(OaiError, match="badArgument") as caught:
        bench.pages()
    assert caught.value.code == "badArgument"
    assert len(bench.server.log) == 1


@pytest.mark.parametrize(
    "spoilt", ["inv\x08ented", "inv&eacute;nted", "<b>inv"], ids=["control", "entity", "tag"]
)
def test_one_record_that_is_damaged_every_time_costs_only_itself(bench: Bench, spoilt: str) -> None:
    def spoil(body: bytes) -> bytes:
        head, middle, tail = body.partition(IDS[2].encode())
        return head + middle + tail.replace(b"invented", spoilt.encode(), 1)

    bench.server.script(*[loopback.rewrites(spoil)] * 4)
    pages = bench.pages()
    assert [raw.arxiv_id for page in pages for raw in page.records] == [i for i in IDS if i != IDS[2]]
    assert pages[0].rejected == (IDS[2],)
    assert pages[0].problems == (f"{IDS[2]} arrived damaged and was not stored",)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b":07 GMT", b":99 GMT", "no usable date: version 1"),
        (b'version="v1"', b'version="one"', "a version without number"),
        (b"<title>", b"<title></title><x>", "has no title"),
        (b"<datestamp>", b"<datestamp>x", "no usable datestamp"),
        (b"arXivRaw/", b"arXivRow/", "no metadata"),
        (b"oai:arXiv.org:", b"oai:example.org:", "is no paper's"),
    ],
)
def test_one_bad_record_costs_only_itself(bench: Bench, old: bytes, new: bytes, why: str) -> None:
    def spoil(body: bytes) -> bytes:
        body = body.replace(old, new, 1)
        return body.replace(b"</title>\n", b"</x>\n", 1) if b"<x>" in body else body

    bench.server.script(loopback.rewrites(spoil))
    pages = bench.pages()
    assert [raw.arxiv_id for page in pages for raw in page.records] == IDS[1:]
    assert why in pages[0].problems[0]
    assert len(pages[0].rejected) == 1


# ------------------------------------------------------------------------------------- whole pages


BODY = (
    oai.Oai({p.arxiv_id: p for p in FACTS}, now=NOW)
    .answer({"verb": "ListRecords", "metadataPrefix": "arXivRaw"})
    .body
)


def test_no_prefix_of_a_page_is_believed() -> None:
    assert len(read(BODY).records) == 4
    for end in range(0, len(BODY.rstrip()), 7):
        for salvage in (False, True):
            with pytest.raises(BadAnswer):
                read(BODY[:end], salvage=salvage)


@given(start=st.floats(0, 1), length=st.integers(0, 60), piece=st.binary(max_size=8), salvage=st.booleans())
def test_spoilt_bytes_give_records_as_they_are_or_an_error_of_ours(
    start: float, length: int, piece: bytes, *, salvage: bool
) -> None:
    whole = {raw.arxiv_id: raw for raw in read(BODY).records}
    at = int(start * len(BODY))
    try:
        page = read(BODY[:at] + piece + BODY[at + length :], salvage=salvage)
    except FetchError:
        return
    assert len(page.problems) == len(page.rejected)
    assert sum(raw != whole.get(raw.arxiv_id) for raw in page.records) <= 2


def test_many_unclosed_records_are_read_in_linear_time() -> None:
    with pytest.raises(Malformed):
        read(b"<OAI-PMH>" + b"<record>" * 200_000 + b"\x00</OAI-PMH>", salvage=True)


# ---------------------------------------------------------------------------------------- settings


def test_the_service_has_arxivs_address_unless_told_otherwise() -> None:
    assert settings_from({}).oai == OAI == "https://oaipmh.arxiv.org/oai"
    assert settings_from({"KG_ARXIV_OAI": "https://export.arxiv.org/oai2"}).oai.endswith("/oai2")


def test_a_fake_api_alone_never_sends_anybody_to_the_true_service() -> None:
    fake = {"KG_ARXIV_API": "http://127.0.0.1:9/q", "KG_ARXIV_DELAY": "0"}
    assert settings_from(fake).oai == ""
    with pytest.raises(ConfigError, match="KG_ARXIV_DELAY"):
        settings_from(fake | {"KG_ARXIV_OAI": OAI})
    for bad in ("oai", "ftp://arxiv.org/oai", f"{OAI}?verb=Identify"):
        with pytest.raises(ConfigError, match="KG_ARXIV_OAI"):
            settings_from({"KG_ARXIV_OAI": bad})


# ------------------------------------------------------------------- the fake, by arXiv's own rules


def ask(paper: Paper, **query: str) -> str:
    service = oai.Oai({paper.arxiv_id: paper}, now=NOW)
    return service.answer(query).body.decode()


def test_the_fake_speaks_the_protocol() -> None:
    paper = replace(FACTS[1], modified=DAY)
    assert "<granularity>YYYY-MM-DD<" in ask(paper, verb="Identify")
    assert "badVerb" in ask(paper, verb="Sing")
    headers = ask(paper, verb="ListIdentifiers", metadataPrefix="arXivRaw")
    assert "<datestamp>2026-11-24<" in headers
    assert "<title>" not in headers
    assert "noRecordsMatch" in ask(paper, verb="ListRecords", metadataPrefix="arXivRaw", until="2026-11-23")
    together = ask(paper, verb="ListRecords", metadataPrefix="arXivRaw", resumptionToken="x")
    assert "badArgument" in together
    for day in ("2005-09-15", "2026-11-25", "today"):
        assert "badArgument" in ask(paper, verb="ListRecords", metadataPrefix="arXivRaw", **{"from": day})
