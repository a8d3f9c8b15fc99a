"""Faults of arXiv, by the rows of the research's table; what the server saw is what counts."""

from __future__ import annotations

import email.utils
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ingest.arxiv import Client, Page, fetch_records
from ingest.arxiv.client import Refused
from ingest.arxiv.feed import BadAnswer
from ingest.arxiv.settings import Settings
from ingest.arxiv.throttle import Throttle
from ingest.arxiv.transport import LIMITS
from ingest.http import Broken, Http, Limits
from kg.errors import FetchError, Offline, RateLimited
from tests.fakes import arxiv_server as fake
from tests.fakes import loopback
from tests.fakes.arxiv_server import ArxivServer, invented, invented_ids
from tests.fakes.clock import Clock

LORA, QLORA = "2106.09685", "2305.14314"
IDS = invented_ids(3)
QUICK = Limits(connect=5, read=0.5, total=1.0)


@dataclass
class Bench:
    """A fake arXiv, a client at the true pace of 3 s, and a clock on which waiting takes no time."""

    server: ArxivServer
    clock: Clock
    client: Client

    def fetch(self, *ids: str) -> list[Page]:
        return list(fetch_records(ids or IDS, self.client))

    def page(self, *ids: str) -> Page:
        (page,) = self.fetch(*ids)
        return page


@pytest.fixture(params=["present", "classic"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    papers = [*fake.FACTS, *map(invented, IDS)]
    with ArxivServer(papers, dialect=request.param) as server:
        clock = Clock()
        throttle = Throttle(tmp_path, 3.0, time=clock.time)
        client = Client(
            Settings(server.api, 3.0, tmp_path),
            Http(environ={}),
            throttle,
            limits=Limits(connect=5, read=10, total=20, size=1_000_000),
            jitter=lambda: 0.5,
        )
        yield Bench(server, clock, client)


def ids_of(page: Page) -> list[str]:
    return [record.arxiv_id for record in page.records]


# ------------------------------------------------------------------------- limits (rows 1-4, 6)


@pytest.mark.row(1)
def test_retry_after_in_seconds_is_kept(bench: Bench) -> None:
    bench.server.script(loopback.status(429, Retry_After="77"))
    assert ids_of(bench.page()) == IDS
    assert bench.clock.slept == [77]
    assert bench.server.asked[0] == bench.server.asked[1]


@pytest.mark.row(2)
def test_retry_after_as_a_date(bench: Bench) -> None:
    later = email.utils.formatdate(bench.clock.wall + 100, usegmt=True)
    past = email.utils.formatdate(bench.clock.wall - 100, usegmt=True)
    bench.server.script(loopback.status(503, Retry_After=later), loopback.status(503, Retry_After=past))
    assert ids_of(bench.page()) == IDS
    assert bench.clock.slept == [pytest.approx(100, abs=1), 3.0]


@pytest.mark.row(3)
def test_a_limit_without_a_time_ends_after_growing_waits(bench: Bench) -> None:
    bench.server.script(*[loopback.status(429, b"Rate exceeded.")] * 9)
    with pytest.raises(RateLimited) as caught:
        bench.fetch()
    assert len(bench.server.log) == 4
    assert bench.clock.slept == [pytest.approx(s * 1.125) for s in (15, 60, 240)]
    assert "later" in caught.value.hint
    # The next run is told at once, without a request.
    with pytest.raises(RateLimited, match="left alone"):
        bench.fetch()
    assert len(bench.server.log) == 4


@pytest.mark.row(3)
def test_a_limit_of_an_hour_is_not_waited_for(bench: Bench) -> None:
    bench.server.script(loopback.status(429, Retry_After="3600"))
    with pytest.raises(RateLimited) as caught:
        bench.fetch()
    assert caught.value.retry_after == 3600
    assert bench.clock.slept == []
    assert len(bench.server.log) == 1


@pytest.mark.row(4)
def test_trouble_that_passes_is_waited_out(bench: Bench) -> None:
    bench.server.script(loopback.status(503), loopback.status(502))
    assert ids_of(bench.page()) == IDS
    assert bench.clock.slept == [pytest.approx(6 * 1.125), pytest.approx(18 * 1.125)]


@pytest.mark.row(5)
def test_trouble_that_stays_spares_the_other_chunks(bench: Bench) -> None:
    bench.client.batch = 2
    bench.server.script(*[loopback.status(500)] * 4)
    failed, good = bench.fetch()
    assert failed.unanswered == tuple(IDS[:2])
    assert failed.missing == ()
    assert "HTTP 500" in failed.problems[0]
    assert ids_of(good) == IDS[2:]


@pytest.mark.row(5)
def test_trouble_everywhere_stops_the_run(bench: Bench) -> None:
    bench.client.batch = 1
    bench.server.script(*[loopback.status(500)] * 20)
    pages: list[Page] = []
    with pytest.raises(FetchError, match="HTTP 500"):
        pages.extend(fetch_records(IDS, bench.client))
    assert len(bench.server.log) == 8


@pytest.mark.row(6)
def test_a_refusal_is_never_asked_again(bench: Bench) -> None:
    bench.client.batch = 1
    bench.server.script(*[loopback.status(403)] * 9)
    with pytest.raises(Refused) as caught:
        bench.fetch()
    assert "Do not try again" in caught.value.hint
    assert len(bench.server.log) == 1
    with pytest.raises(RateLimited):
        bench.fetch()
    assert len(bench.server.log) == 1


# ------------------------------------------------------------------------------ ids (rows 7-11)


def only_bad(bad: str, *, named: bool = True) -> Callable[[ArxivServer], None]:
    """Makes the server fail every question that holds this id, as for a wrong form."""

    def spoil(server: ArxivServer) -> None:
        good = server.answer

        def answer(path: str, query: dict[str, str], headers: dict[str, str]) -> loopback.Answer:
            if bad in query.get("id_list", "").split(","):
                text = fake.error_feed(bad, server.dialect) if named else "Bad Request"
                return loopback.Answer(400, text.encode())
            return good(path, query, headers)

        server.answer = answer  # type: ignore[method-assign]

    return spoil


@pytest.mark.row(7)
def test_an_id_that_arxiv_names_is_dropped_and_the_rest_asked_once(bench: Bench) -> None:
    only_bad(IDS[1])(bench.server)
    page = bench.page()
    assert ids_of(page) == [IDS[0], IDS[2]]
    assert page.missing == (IDS[1],)
    assert IDS[1] in page.problems[0]
    assert len(bench.server.log) == 2


@pytest.mark.row(7)
def test_an_id_that_is_not_named_is_found_by_halves(bench: Bench) -> None:
    ids = invented_ids(16)
    bench.server.add(*map(invented, ids))
    only_bad(ids[5], named=False)(bench.server)
    page = bench.page(*ids)
    assert ids_of(page) == [i for i in ids if i != ids[5]]
    assert page.missing == (ids[5],)
    assert len(bench.server.log) == 9


@pytest.mark.row(8, 9)
def test_malformed_ids_never_reach_the_server(bench: Bench) -> None:
    bench.server.papers |= {i: invented(i) for i in ("cs/0501076", "math/0309136")}
    spelled = [
        "arXiv:2106.09685v2",
        " 2106.09685 ",
        "2106.09685v1.pdf",
        "CS/0501076",
        "math.GT/0309136",
        "1501.0001",
        "abc",
        "2401.90000\nX",
    ]
    page = bench.page(*spelled)
    assert bench.server.asked == [[LORA, "cs/0501076", "math/0309136"]]
    assert ids_of(page) == [LORA, "cs/0501076", "math/0309136"]
    assert page.problems == (
        "1501.0001 is no arXiv identifier",
        "abc is no arXiv identifier",
        "2401.90000 X is no arXiv identifier",
    )


@pytest.mark.row(8)
def test_with_nothing_but_malformed_ids_nothing_is_asked(bench: Bench) -> None:
    page = bench.page("abc")
    assert page == Page(problems=("abc is no arXiv identifier",))
    assert bench.fetch("") == [Page(problems=(" is no arXiv identifier",))]
    assert list(fetch_records([], bench.client)) == []
    assert bench.server.log == []


@pytest.mark.row(10)
def test_a_paper_named_forty_times_is_asked_once(bench: Bench) -> None:
    page = bench.page(*[LORA, f"{LORA}v1", f"arXiv:{LORA}v2"] * 14)
    assert bench.server.asked == [[LORA]]
    assert len(page.records) == 1


@pytest.mark.row(11)
def test_an_unknown_id_is_missing_only_beside_a_witness(bench: Bench) -> None:
    page = bench.page(LORA, "2401.00001")
    assert ids_of(page) == [LORA]
    assert page.missing == ("2401.00001",)
    assert bench.server.asked == [[LORA, "2401.00001"], ["2401.00001", LORA]]


@pytest.mark.row(11)
def test_a_single_unknown_id_is_missing(bench: Bench) -> None:
    page = bench.page("2401.00001")
    assert page.missing == ("2401.00001",)
    assert len(bench.server.log) == 2


@pytest.mark.row(11)
def test_an_id_that_was_not_known_before_takes_no_second_question(bench: Bench) -> None:
    (page,) = fetch_records([LORA, "2401.00001"], bench.client, doubted={"2401.00001"})
    assert (ids_of(page), page.missing) == ([LORA], ("2401.00001",))
    (page,) = fetch_records(["2401.00001"], bench.client, doubted={"2401.00001"})
    assert (ids_of(page), page.missing, page.problems) == ([], ("2401.00001",), ())
    assert bench.server.asked == [[LORA, "2401.00001"], ["2401.00001", LORA]]


@pytest.mark.row(11, 12)
def test_an_id_that_was_not_known_before_is_not_missing_in_an_empty_answer(bench: Bench) -> None:
    bench.server.script(*[fake.empty_feed()] * 9)
    with pytest.raises(FetchError):
        list(fetch_records(["2401.00001"], bench.client, doubted={"2401.00001"}))


# ------------------------------------------------------------- answers not to believe (12-22)


@pytest.mark.row(12)
def test_an_empty_feed_is_asked_again(bench: Bench) -> None:
    bench.server.script(fake.empty_feed())
    assert ids_of(bench.page()) == IDS
    assert len(bench.server.log) == 2


@pytest.mark.row(12)
def test_the_witnesses_themselves_need_no_witness(bench: Bench) -> None:
    bench.server.script(fake.empty_feed(), fake.empty_feed())
    assert ids_of(bench.page(LORA, QLORA)) == [LORA, QLORA]
    assert bench.server.asked == [[LORA, QLORA]] * 3


@pytest.mark.row(12)
def test_empty_feeds_for_ever_say_nothing_about_the_papers(bench: Bench) -> None:
    bench.server.script(*[fake.empty_feed()] * 20)
    pages: list[Page] = []
    with pytest.raises(BadAnswer):
        pages.extend(fetch_records(IDS, bench.client))
    assert len(bench.server.log) == 5


@pytest.mark.row(13)
def test_an_empty_first_page_that_counts_papers_is_asked_again(bench: Bench) -> None:
    bench.server.script(fake.empty_feed(total=3))
    page = bench.page()
    assert ids_of(page) == IDS
    assert page.missing == ()


@pytest.mark.row(14)
def test_only_what_was_left_out_is_asked_again(bench: Bench) -> None:
    rounds = iter([IDS[1]])

    def drop(entries: list[str]) -> list[str]:
        gone = next(rounds, None)
        return [e for e in entries if not gone or gone not in e]

    bench.server.arrange = drop
    page = bench.page()
    assert ids_of(page) == IDS
    assert (page.missing, page.problems) == ((), ())
    assert bench.server.asked == [IDS, [IDS[1], IDS[0]]]


@pytest.mark.row(15, 29)
def test_doubled_and_shuffled_entries_are_matched_by_id(bench: Bench) -> None:
    bench.server.arrange = lambda entries: [*reversed(entries), *entries]
    page = bench.page()
    assert ids_of(page) == IDS
    assert [record.title for record in page.records] == [invented(i).title for i in IDS]
    assert len(bench.server.log) == 1


@pytest.mark.row(15)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_versions_on_one_page_the_higher_is_kept(bench: Bench, *, turned: bool) -> None:
    both = [fake.entry(fake.FACTS[0], version, bench.server.dialect) for version in (1, 2)]
    bench.server.arrange = lambda _: both[::-1] if turned else both
    assert [record.version for record in bench.page(LORA).records] == [2]


def test_entries_that_were_not_asked_for_are_ignored(bench: Bench) -> None:
    bench.server.arrange = lambda entries: [
        *entries,
        fake.entry(invented("2401.99999"), 1, bench.server.dialect),
    ]
    page = bench.page()
    assert ids_of(page) == IDS
    assert "2401.99999, which was not asked for" in page.problems[0]


@pytest.mark.row(16)
def test_an_error_entry_never_becomes_a_paper(bench: Bench) -> None:
    bench.server.script(fake.error_entry("abc"))
    page = bench.page()
    assert ids_of(page) == IDS
    assert all(record.title != "Error" for record in page.records)


@pytest.mark.row(17, 18, 19, 20, 21, 25, 49)
@pytest.mark.parametrize(
    "fault",
    [
        loopback.says(b"<!DOCTYPE html><html><body>Prove that you are human</body></html>"),
        loopback.says(b"<html><body>Down for maintenance</body></html>"),
        loopback.says(b"We will be back soon", "text/plain"),
        loopback.says(b""),
        loopback.says(b"   \n"),
        loopback.says(b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "text/xml"),
        loopback.says(b'<feed xmlns="urn:of-something-else"><entry/></feed>', "text/xml"),
        loopback.says(b"\x00\x01\x02\xff", "application/octet-stream"),
        loopback.says(b'<feed xmlns="http://www.w3.org/2005/Atom"'),
        loopback.truncated(),
        loopback.truncated(0.98),
        loopback.short(),
        loopback.chunk_cut(),
        loopback.reset(),
        loopback.torn(),
        fake.control_character(),
        fake.bad_utf8(),
        fake.undefined_entity(),
        fake.bomb(),
    ],
    ids="html maintenance text empty blanks rss other binary torn half nearly short chunk reset rst "
    "control utf8 entity bomb".split(),
)
def test_one_bad_answer_is_forgotten(bench: Bench, fault: loopback.Fault) -> None:
    one_bad_answer_is_forgotten(bench, fault)


@pytest.mark.row(23, 24)
@pytest.mark.parametrize("bench", ["present"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [loopback.silence(), loopback.drip(), loopback.drip(head=True)],
    ids=["silence", "drip", "drip in the head"],
)
def test_a_slow_answer_is_cut_and_forgotten(bench: Bench, fault: loopback.Fault) -> None:
    bench.client.limits = QUICK
    one_bad_answer_is_forgotten(bench, fault)


def one_bad_answer_is_forgotten(bench: Bench, fault: loopback.Fault) -> None:
    bench.server.script(fault)
    page = bench.page()
    assert ids_of(page) == IDS
    assert (page.missing, page.problems) == ((), ())
    assert page.records[0].abstract == " ".join(fake.invented(IDS[0]).abstract.split())
    assert len(bench.server.log) == 2
    assert bench.server.peak == 1
    assert bench.clock.slept == [pytest.approx(6 * 1.125)]


@pytest.mark.row(17)
def test_the_words_of_a_limit_under_a_200_are_a_limit(bench: Bench) -> None:
    bench.server.script(*[loopback.says(b"Rate exceeded.", "text/plain")] * 9)
    with pytest.raises(RateLimited):
        bench.fetch()
    assert bench.clock.slept[0] == pytest.approx(15 * 1.125)


@pytest.mark.row(17)
def test_what_was_answered_is_quoted_harmlessly(bench: Bench) -> None:
    bench.server.script(*[loopback.says(b"<html>\x1b[31mSorry</html>")] * 9)
    with pytest.raises(BadAnswer, match="Sorry") as caught:
        bench.fetch()
    assert "\x1b" not in caught.value.message


@pytest.mark.row(19)
def test_of_a_page_that_is_cut_every_time_nothing_is_stored(bench: Bench) -> None:
    bench.server.script(*[loopback.truncated()] * 9)
    pages: list[Page] = []
    with pytest.raises(BadAnswer):
        pages.extend(fetch_records(IDS, bench.client))
    assert [page.records for page in pages] == [()]
    assert [page.unanswered for page in pages] == [tuple(IDS)]


@pytest.mark.row(21)
@pytest.mark.parametrize(
    "spoilt", ["inv\x08ented", "inv&eacute;nted", "<b>inv"], ids=["control", "entity", "tag"]
)
def test_one_entry_that_is_damaged_every_time_costs_only_itself(bench: Bench, spoilt: str) -> None:
    def spoil(entries: list[str]) -> list[str]:
        return [e.replace("invented", spoilt, 1) if IDS[1] in e else e for e in entries]

    bench.server.arrange = spoil
    page = bench.page()
    assert ids_of(page) == [IDS[0], IDS[2]]
    assert page.unanswered == (IDS[1],)
    assert page.missing == ()
    assert page.problems == (f"{IDS[1]} arrived damaged and was not stored",)
    assert len(bench.server.log) == 4


@pytest.mark.row(22)
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("<published>20", "<published>2O", "no usable date: published"),
        ("<updated>20", "<updated>0", "no usable date: updated"),
        ("<title>", "<title></title><x>", "no title"),
    ],
)
def test_one_bad_entry_costs_only_itself(bench: Bench, old: str, new: str, why: str) -> None:
    def spoil(entry: str) -> str:
        spoilt = entry.replace(old, new, 1) if IDS[1] in entry else entry
        return spoilt.replace("</title>\n", "</x>\n", 1) if "<x>" in spoilt else spoilt

    bench.server.arrange = lambda entries: [spoil(e) for e in entries]
    page = bench.page()
    assert ids_of(page) == [IDS[0], IDS[2]]
    assert page.unanswered == (IDS[1],)
    assert IDS[1] in page.problems[0]
    assert why in page.problems[0]
    assert len(bench.server.log) == 1


@pytest.mark.row(22)
def test_an_entry_without_an_id_leaves_its_paper_in_doubt(bench: Bench) -> None:
    def spoil(entry: str) -> str:
        if IDS[1] not in entry:
            return entry
        head, _, tail = entry.partition("<id>")
        return head + tail.partition("</id>")[2]

    bench.server.arrange = lambda entries: [spoil(e) for e in entries]
    page = bench.page()
    assert ids_of(page) == [IDS[0], IDS[2]]
    assert page.missing == ()
    assert page.unanswered == (IDS[1],)


# -------------------------------------------------------------------- connections (rows 23-28)


@pytest.mark.row(23)
@pytest.mark.parametrize("bench", ["present"], indirect=True)
def test_silence_for_ever_ends(bench: Bench) -> None:
    bench.server.script(*[loopback.silence()] * 9)
    bench.client.limits = QUICK
    with pytest.raises(Broken, match="silent"):
        bench.fetch()
    assert len(bench.server.log) == 4


@pytest.mark.row(26)
def test_a_redirect_is_followed_at_the_pace_and_remembered(bench: Bench) -> None:
    bench.server.script(loopback.redirect(f"{bench.server.url}/v2/api/query?id_list=x"))
    bench.client.batch = 2
    pages = bench.fetch()
    assert [i for page in pages for i in ids_of(page)] == IDS
    assert bench.clock.slept == [3.0, 3.0]


@pytest.mark.row(26)
def test_the_new_place_is_asked_from_then_on(bench: Bench, tmp_path: Path) -> None:
    papers = map(invented, IDS)
    with ArxivServer(papers, dialect=bench.server.dialect) as moved:
        bench.server.script(loopback.redirect(moved.api, 307))
        bench.client.batch = 1
        assert [i for page in bench.fetch() for i in ids_of(page)] == IDS
        assert (len(bench.server.log), len(moved.log)) == (1, 3)
        assert bench.client.base == moved.api
    assert (tmp_path / "arxiv.json").exists()


@pytest.mark.row(26)
def test_redirects_in_a_circle_end(bench: Bench) -> None:
    bench.server.script(*[loopback.redirect(bench.server.api)] * 9)
    with pytest.raises(FetchError, match="without an end"):
        bench.fetch()
    assert len(bench.server.log) == 1


@pytest.mark.row(26)
def test_a_local_server_cannot_send_a_fast_client_out(bench: Bench, tmp_path: Path) -> None:
    bench.server.script(loopback.redirect("https://export.arxiv.org/api/query"))
    fast = replace(bench.client, throttle=Throttle(tmp_path, 0.0, time=bench.clock.time))
    with pytest.raises(FetchError, match="another machine"):
        list(fetch_records(IDS, fast))


@pytest.mark.row(27)
def test_a_question_too_long_is_halved_and_the_size_remembered(bench: Bench) -> None:
    ids = invented_ids(300)
    bench.server.add(*map(invented, ids))
    bench.server.longest_url = 2200
    pages = bench.fetch(*ids)
    assert [i for page in pages for i in ids_of(page)] == ids
    assert bench.client.batch == 150
    assert [len(a) for a in bench.server.asked] == [300, 150, 150]


@pytest.mark.row(27)
def test_the_limit_of_our_own_is_below_the_servers(bench: Bench) -> None:
    old = [f"cond-mat/{n:07d}" for n in range(9901001, 9901001 + 500)]
    bench.server.add(*map(invented, old))
    pages = bench.fetch(*old)
    assert [i for page in pages for i in ids_of(page)] == old
    assert all(len(seen.path) <= 6000 for seen in bench.server.log)
    assert len(bench.server.log) == 2


@pytest.mark.row(28)
def test_a_server_that_gives_ten_at_a_time_gives_them_all(bench: Bench) -> None:
    ids = invented_ids(100)
    bench.server.add(*map(invented, ids))
    bench.server.cap = 10
    page = bench.page(*ids)
    assert ids_of(page) == ids
    assert (page.missing, page.problems) == ((), ())


@pytest.mark.row(28)
def test_five_hundred_ids_are_one_request(bench: Bench) -> None:
    ids = invented_ids(500)
    bench.server.add(*map(invented, ids))
    assert ids_of(bench.page(*ids)) == ids
    (seen,) = bench.server.log
    assert len(seen.path) <= 6000
    assert "," in seen.path
    assert seen.query["max_results"] == "500"
    assert "sortBy" not in seen.query


@pytest.mark.row(30)
def test_ids_are_asked_without_version_and_answers_keep_theirs(bench: Bench) -> None:
    page = bench.page("2106.09685v1", QLORA)
    assert bench.server.asked == [[LORA, QLORA]]
    lora, qlora = page.records
    assert (lora.version, qlora.version) == (2, 1)
    assert lora.published < lora.updated
    assert qlora.published == qlora.updated


@pytest.mark.row(49)
def test_a_page_over_the_limit_is_not_read(bench: Bench) -> None:
    bench.server.script(*[fake.padded(1_100_000)] * 9)
    with pytest.raises(FetchError, match="larger than 1,000,000 bytes"):
        bench.fetch()
    assert len(bench.server.log) == 1


@pytest.mark.row(49)
def test_of_fifty_megabytes_no_more_is_taken_than_allowed(bench: Bench) -> None:
    bench.client.limits = LIMITS
    bench.server.script(fake.padded(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 20,000,000 bytes"):
            bench.fetch()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 50_000_000, "the server's own copies are counted, too"
    assert len(bench.server.log) == 1


@pytest.mark.row(49)
def test_no_file_of_this_machine_is_read_for_a_document(bench: Bench) -> None:
    bench.server.script(*[fake.bomb()] * 9)
    with pytest.raises(BadAnswer, match="document type"):
        bench.fetch()


@pytest.mark.row(50)
def test_three_thousand_authors_a_title_of_zero(bench: Bench) -> None:
    names = tuple(f"Author {n} of Many" for n in range(3000))
    bench.server.add(replace(invented(IDS[0]), title="0", authors=names))
    record = bench.page(IDS[0]).records[0]
    assert record.title == "0"
    assert record.authors == names
    assert record.comment == ""


@pytest.mark.row(52)
def test_offline_nothing_waits_and_nothing_is_opened(bench: Bench) -> None:
    bench.fetch()
    bench.client.http = Http(environ={"KG_OFFLINE": "1"})
    with pytest.raises(Offline):
        bench.fetch()
    assert bench.server.connections == 1
    assert bench.clock.slept == []


@pytest.mark.row(52)
def test_a_server_that_is_down_is_offline_at_once(bench: Bench) -> None:
    bench.client.base = "http://127.0.0.1:1/api/query"
    with pytest.raises(Offline, match="cannot be reached"):
        bench.fetch()
    assert bench.clock.slept == []


# ------------------------------------------------------------------------------- what callers see


def test_what_was_answered_before_a_limit_is_handed_over_first(bench: Bench) -> None:
    bench.client.batch = 2
    bench.server.script(None, *[loopback.status(429)] * 9)
    pages: list[Page] = []
    with pytest.raises(RateLimited):
        pages.extend(fetch_records(IDS, bench.client))
    assert [ids_of(page) for page in pages] == [IDS[:2]]


def test_records_survive_a_failure_of_the_second_question(bench: Bench) -> None:
    bench.server.script(None, *[loopback.status(403)] * 9)
    pages: list[Page] = []
    with pytest.raises(Refused):
        pages.extend(fetch_records([*IDS, "2401.00001"], bench.client))
    assert [ids_of(page) for page in pages] == [IDS]
    assert pages[0].missing == ()
    assert pages[0].unanswered == ("2401.00001",)


def test_each_page_is_asked_only_when_it_is_wanted(bench: Bench) -> None:
    bench.client.batch = 1
    pages = fetch_records(IDS, bench.client)
    next(pages)
    assert len(bench.server.log) == 1


def test_the_client_of_the_environment(bench: Bench, tmp_path: Path) -> None:
    env = {"KG_ARXIV_API": bench.server.api, "KG_ARXIV_DELAY": "0", "KG_STATE": str(tmp_path / "state")}
    client = Client.from_environ(env, contact="https://example.org/us")
    (page,) = fetch_records([LORA], client)
    assert page.records[0].title == "LoRA: Low-Rank Adaptation of Large Language Models"
    assert bench.server.log[-1].headers["user-agent"].endswith("(https://example.org/us)")
    assert sorted(p.name for p in (tmp_path / "state").iterdir()) == [
        "arxiv-loopback.json",
        "arxiv-loopback.lock",
    ]
