"""From arXiv into the store: which way is cheaper, what changes, what stays whatever breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingest.arxiv import Client, Harvester
from ingest.arxiv.plan import CHANGES, PAGE, overlapping, pages_from, plan
from ingest.arxiv.settings import Settings
from ingest.arxiv.throttle import Throttle
from ingest.http import Http, Limits
from ingest.papers import PapersReport, due_papers, fetch_papers
from kg.graph import Graph
from kg.identifiers import Identifier
from kg.ledger import history, versions
from kg.model import DocumentKind, Mention, Place, Reading, Revision, blob_id, digest
from kg.store import Store
from kg.store.harvest import progress
from kg.vocabulary import Kind
from tests.fakes import loopback, oai
from tests.fakes.arxiv_server import ArxivServer, Paper, invented, invented_ids
from tests.fakes.clock import Clock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)


# ------------------------------------------------------------------------------------- the choice


def test_few_papers_are_asked_for_by_id_and_thousands_by_list() -> None:
    yesterday = NOW - DAY

    def by_list(count: int, at: datetime = yesterday) -> bool:
        ids = thousands(count)
        return plan(ids, dict.fromkeys(ids, at), NOW).since is not None

    assert not by_list(1)
    assert not by_list(1000)
    assert not by_list(1500)
    assert by_list(1501)
    assert by_list(20_000)
    assert by_list(20_000, NOW - 20 * DAY)
    assert not by_list(20_000, NOW - 60 * DAY)


def test_papers_without_record_and_those_long_unasked_are_asked_for_by_id() -> None:
    ids = thousands(20_000)
    answered = dict.fromkeys(ids[:19_000], NOW - DAY) | dict.fromkeys(ids[19_000:19_500], NOW - 300 * DAY)
    found = plan(ids, answered, NOW)
    assert found.covered == tuple(ids[:19_000])
    assert found.asked == tuple(ids[19_000:])
    assert found.since == overlapping(NOW - DAY)
    assert found.pages == pages_from(found.since, NOW)


def test_a_time_that_lies_ahead_vouches_for_nothing() -> None:
    ids = thousands(20_000)
    assert plan(ids, dict.fromkeys(ids, NOW + 2 * DAY), NOW).asked == tuple(ids)


def test_the_list_begins_a_day_before_the_announcement_that_the_answer_showed() -> None:
    for hours in range(24 * 14):
        at = NOW + timedelta(hours=hours)
        assert timedelta() < at.date() - overlapping(at) <= 4 * DAY


def test_pages_are_never_none() -> None:
    assert pages_from(NOW.date(), NOW) == pages_from(NOW.date() - DAY, NOW) == -(-CHANGES // PAGE)


def thousands(count: int) -> list[str]:
    """Ids of two months."""
    return [f"24{1 + n // 10_000:02d}.{90_000 + n % 10_000}" for n in range(count)]


# -------------------------------------------------------------------------------------- the bench


@dataclass
class Bench:
    """A store that tracks the papers of one list, a fake arXiv, and a day that can be moved."""

    store: Store
    server: ArxivServer
    client: Client
    clock: Clock
    now: list[datetime] = field(default_factory=lambda: [NOW])

    def later(self, days: int = 1) -> None:
        """Some days pass, for both sides."""
        self.now[0] += days * DAY
        self.server.harvest.now = self.now[0]

    def track(self, ids: Iterable[str]) -> None:
        """A list names these papers."""
        papers = tuple(
            Mention(Place((), digest(i)), "", Kind.PAPER, "link", 1.0, (Identifier("arxiv", i),)) for i in ids
        )
        content = repr(papers).encode()
        revision = Revision(blob_id(content), "test/1")
        self.store.replace(Reading("list:papers", DocumentKind.LIST, "Papers", revision, papers))

    def refresh(self, *, everything: bool = False, dry_run: bool = False) -> PapersReport:
        """What a refresh does with papers."""
        ids = due_papers(self.store, everything=everything)
        harvester = Harvester.beside(self.client)
        return fetch_papers(
            self.store, ids, self.client, harvester=harvester, by_id=everything, dry_run=dry_run
        )

    def edit(self, arxiv_id: str, **changes: object) -> None:
        """The metadata of a paper is edited today; its version stays."""
        self.server.add(oai.changed(self.server.papers[arxiv_id], self.today, **changes))

    def revise(self, arxiv_id: str, **changes: object) -> None:
        """A new version is shown today."""
        paper = self.server.papers[arxiv_id]
        new = replace(paper, updated=(*paper.updated, self.now[0] - timedelta(hours=20)), modified=self.today)
        self.server.add(replace(new, **changes))  # type: ignore[arg-type]

    @property
    def today(self) -> date:
        return self.now[0].date()

    def news(self) -> list[tuple[str, str, str]]:
        """What the ledger tells of papers, oldest first: paper, action, what is now."""
        return [(c.document, c.action, c.new) for c in reversed(Graph(self.store).news())]

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is stored of papers but for when it was asked."""
        tables = ("meta", "paper_version", "paper", "paper_change", "change", "node", "statement", "mention")
        return {t: list(map(tuple, self.store.db.execute(f"SELECT * FROM {t} ORDER BY 1"))) for t in tables}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(tmp_path, "present")


@pytest.fixture(params=["present", "classic"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(tmp_path, request.param)


def _bench(folder: Path, dialect: str) -> Iterator[Bench]:
    now = [NOW]
    with (
        ArxivServer(dialect=dialect) as server,
        Store(folder / "graph.db", clock=lambda: now[0]) as store,
    ):
        server.harvest.now = NOW
        clock = Clock()
        client = Client(
            Settings(server.api, 3.0, folder, server.oai),
            Http(environ={}),
            Throttle(folder, 3.0, time=clock.time),
            limits=Limits(connect=5, read=10, total=30),
            jitter=lambda: 0.5,
        )
        yield Bench(store, server, client, clock, now)


IDS = invented_ids(80)  # with ten of them a question enough for the list to be cheaper
FIRST = IDS[0]


def old(paper: Paper) -> Paper:
    """A paper that was not touched lately."""
    return replace(paper, modified=date(2026, 1, 5))


@pytest.fixture
def many(bench: Bench) -> Bench:
    """A bench whose 80 papers were all fetched yesterday, ten at a time."""
    bench.client.batch = 10
    bench.server.add(*(old(invented(i)) for i in IDS))
    bench.track(IDS)
    assert bench.refresh().new == 80
    bench.later()
    return bench


# --------------------------------------------------------------------- rows 30-36, at the store


def few(bench: Bench, count: int = 3) -> list[str]:
    ids = invented_ids(count)
    bench.server.add(*(old(invented(i)) for i in ids))
    bench.track(ids)
    assert bench.refresh().new == count
    bench.later()
    return ids


@pytest.mark.row(30)
def test_a_version_never_goes_back_and_a_warning_says_so(both: Bench) -> None:
    first, *_ = few(both)
    both.revise(first, title="Second Thoughts")
    both.refresh()
    both.later()
    new = both.server.papers[first]
    both.server.add(replace(new, updated=new.updated[:-1], title="From a Cache"))
    before = both.rows()
    report = both.refresh()
    assert both.rows() == before
    assert f"of {first}; version {len(new.updated)} is known and stays" in report.problems[0]
    assert (report.changed, report.unanswered) == (0, 0)


@pytest.mark.row(31)
def test_a_new_version_is_one_event_and_its_history_is_fetched(both: Bench) -> None:
    first, *_ = few(both)
    count = len(both.server.papers[first].updated)
    both.revise(first, abstract="Now with proof.")
    report = both.refresh()
    assert report.changed == 1
    assert both.news()[-1][:2] == (f"arxiv:{first}", "replaced")
    assert {change.field for change in history(both.store.db, first)} == {"version", "abstract"}
    known = versions(both.store.db, first)
    assert [one.version for one in known] == list(range(1, count + 2))
    assert [one.submitted for one in known] == list(both.server.papers[first].updated)
    assert all(one.size for one in known)
    assert known[-1].licence == "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    assert [query["verb"] for query in both.server.listed] == ["GetRecord"]


@pytest.mark.row(32)
@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({"doi": "10.1234/new.1"}, "published"),
        ({"journal_ref": "Invented Letters 9"}, "published"),
        ({"comment": "13 pages"}, "changed"),
        ({"title": "Retitled"}, "retitled"),
        ({"categories": ("stat.ML", "cs.AI")}, "recategorised"),
        ({"abstract": "Another one."}, "changed"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_metadata_changed_without_a_new_version(both: Bench, changes: dict[str, object], action: str) -> None:
    first, *_ = few(both)
    both.edit(first, **changes)
    assert both.refresh().changed == 1
    assert [event[:2] for event in both.news()] == [(f"arxiv:{first}", action)]
    assert {change.field for change in history(both.store.db, first)} == set(changes)


@pytest.mark.row(33)
def test_where_nothing_changed_nothing_is_written_but_when_it_was_asked(both: Bench) -> None:
    few(both)
    before, generation = both.rows(), Graph(both.store).generation
    report = both.refresh()
    assert (report.asked, report.changed, report.unanswered) == (3, 0, 0)
    assert both.rows() == before
    assert Graph(both.store).generation == generation


@pytest.mark.row(34)
def test_the_other_dialect_is_no_event(both: Bench) -> None:
    few(both)
    before = both.rows()
    both.server.dialect = "classic" if both.server.dialect == "present" else "present"
    assert both.refresh().changed == 0
    assert both.rows() == before


@pytest.mark.row(35)
@pytest.mark.row(36)
def test_a_withdrawal_keeps_the_paper_and_its_reason_and_a_later_version_lifts_it(both: Bench) -> None:
    first, *_ = few(both)
    title = both.server.papers[first].title
    both.revise(first, comment="This paper has been withdrawn due to an error in eq. 3", withdrawn=True)
    both.refresh()
    event = both.news()[-1]
    assert event == (f"arxiv:{first}", "withdrawn", "This paper has been withdrawn due to an error in eq. 3")
    node = Graph(both.store).node(f"arxiv-{first}")
    assert node is not None
    record = Graph(both.store).record(node)
    assert record is not None
    assert (record.withdrawn, record.title) == (True, title)
    assert [one.withdrawn for one in versions(both.store.db, first)][-1]
    both.later()
    both.revise(first, comment="corrected", withdrawn=False)
    both.refresh()
    assert (f"arxiv:{first}", "restored") in [event[:2] for event in both.news()]
    assert len(history(both.store.db, first)) > 3


@pytest.mark.row(12)
def test_an_empty_answer_changes_nothing_and_leaves_papers_due(both: Bench) -> None:
    few(both)
    before = both.rows()
    both.server.script(*[fake_empty()] * 20)
    report = both.refresh()
    assert report.error is not None
    assert report.unanswered == 3
    assert both.rows() == before
    assert len(due_papers(both.store)) == 3


def fake_empty() -> loopback.Fault:
    from tests.fakes.arxiv_server import empty_feed

    return empty_feed()


# ------------------------------------------------------------------------------ how many requests


@pytest.mark.row(48)
def test_between_two_announcements_nothing_is_asked_twice(many: Bench) -> None:
    many.refresh()
    asked = len(many.server.log)
    many.now[0] += timedelta(hours=14)
    assert many.refresh() == PapersReport()
    assert len(many.server.log) == asked


@pytest.mark.slow
@pytest.mark.row(41)
def test_twenty_thousand_papers_take_forty_requests_and_then_three(bench: Bench) -> None:
    ids = thousands(20_000)
    bench.server.add(*(old(invented(i)) for i in ids))
    strangers = [f"2611.{n:05d}" for n in range(1, 6001)]
    bench.track(ids)
    assert bench.refresh().new == 20_000
    assert len(bench.server.log) <= 40
    bench.later()
    bench.server.add(
        *(replace(invented(i), modified=bench.today - (n % 2) * DAY) for n, i in enumerate(strangers))
    )
    before, asked = bench.rows(), len(bench.server.log)
    report = bench.refresh()
    assert (report.asked, report.changed, report.unanswered, report.error) == (20_000, 0, 0, None)
    assert len(bench.server.log) - asked <= 3
    assert bench.rows() == before
    assert due_papers(bench.store) == ()
    assert bench.server.peak == 1


# ----------------------------------------------------------------------------- the list of changes


def test_only_tracked_papers_are_kept_of_the_list(many: Bench) -> None:
    many.server.add(*(replace(invented(f"2611.{n:05d}"), modified=many.today) for n in range(1, 50)))
    many.edit(IDS[7], title="Retitled")
    many.revise(IDS[9], abstract="Now with proof.")
    report = many.refresh()
    assert (report.asked, report.new, report.changed, report.unanswered) == (80, 0, 2, 0)
    assert [event[:2] for event in many.news()] == [
        (f"arxiv:{IDS[7]}", "retitled"),
        (f"arxiv:{IDS[9]}", "replaced"),
    ]
    assert [query["verb"] for query in many.server.listed] == ["ListRecords"]
    assert many.store.db.execute("SELECT count(*) FROM paper").fetchone()[0] == 80
    known = versions(many.store.db, IDS[9])
    assert [one.submitted for one in known] == list(many.server.papers[IDS[9]].updated)
    assert len(many.server.asked) == 8, "no paper was asked for by its id but on the first day"


@pytest.mark.row(34)
def test_a_change_of_service_is_no_event(many: Bench) -> None:
    """Every paper comes by the list today, in TeX, and by the API tomorrow."""

    def stored() -> dict[str, list[tuple[object, ...]]]:
        return {name: rows for name, rows in many.rows().items() if name != "paper_version"}  # sizes come

    before = stored()
    for one in IDS:
        many.edit(one, raw=(("title", f"  {{{invented(one).title}}}\n"), ("comments", "~")))
    assert many.refresh().changed == 0
    assert stored() == before
    many.later(days=40)
    assert many.refresh(everything=True).changed == 0
    assert stored() == before


@pytest.mark.row(34)
def test_a_paper_that_changed_by_the_list_is_no_event_by_the_api(many: Bench) -> None:
    many.edit(FIRST, title="Schrödinger Maps", raw=(("title", r"Schr\"{o}dinger {Maps}"),))
    assert many.refresh().changed == 1
    events = many.news()
    for _ in range(2):
        many.later(days=40)
        assert many.refresh(everything=True).changed == 0
    assert many.news() == events
    many.later(days=3)
    many.edit(FIRST, title="Other Maps", raw=())
    assert many.refresh().changed == 1
    assert len(many.news()) == len(events) + 1


@pytest.mark.row(40)
def test_a_weekend_without_changes_answers_for_all(many: Bench) -> None:
    report = many.refresh()
    assert (report.asked, report.unanswered, report.problems) == (80, 0, [])
    assert [query["verb"] for query in many.server.listed] == ["ListRecords"]
    assert due_papers(many.store) == ()


@pytest.mark.row(42)
def test_a_paper_that_arxiv_calls_deleted_is_kept(many: Bench) -> None:
    many.edit(FIRST, deleted=True)
    before = many.rows()
    report = many.refresh()
    assert report.problems == [f"arXiv calls {FIRST} deleted; it stays as it was"]
    assert many.rows() == before


@pytest.mark.row(46)
def test_a_list_that_was_left_in_the_middle_goes_on_where_it_was(many: Bench) -> None:
    many.server.harvest.size = 10
    for number in range(40):
        many.edit(IDS[number], title=f"Retitled {number}")
    many.server.script(None, None, *[loopback.status(429, Retry_After="9000")] * 9)
    report = many.refresh()
    assert report.error is not None
    assert report.changed == 20
    left = progress(many.store.db)
    assert left is not None
    assert left.token
    asked = len(many.server.log)
    many.clock.wall += 10_000
    many.clock.steady += 10_000
    many.server.script()
    many.server._faults.clear()  # noqa: SLF001 - what was scripted and not met
    report = many.refresh()
    assert (report.changed, report.unanswered, report.error) == (20, 0, None)
    assert many.server.listed[asked - 8]["resumptionToken"] == left.token
    assert len(many.news()) == 40
    assert progress(many.store.db) is None


@pytest.mark.row(37)
def test_a_list_that_was_left_yesterday_begins_again(many: Bench) -> None:
    many.server.harvest.size = 10
    for number in range(40):
        many.edit(IDS[number], title=f"Retitled {number}")
    many.server.script(None, *[loopback.status(403)] * 9)
    assert many.refresh().changed == 10
    many.later()
    many.clock.wall += DAY.total_seconds()
    many.clock.steady += DAY.total_seconds()
    many.server._faults.clear()  # noqa: SLF001 - what was scripted and not met
    report = many.refresh()
    assert (report.changed, report.unanswered) == (30, 0)
    assert len(many.news()) == 40, "nothing is told twice"


@pytest.mark.parametrize(
    "fault",
    [oai.oai_error("badArgument"), oai.oai_error("badVerb"), loopback.status(404), loopback.says(b"<html/>")],
    ids=["argument", "verb", "gone", "html"],
)
def test_a_service_that_fails_is_told_and_the_papers_are_asked_for_by_id(
    many: Bench, fault: loopback.Fault
) -> None:
    many.edit(FIRST, title="Retitled")
    many.server.script(*[fault] * (4 if b"html" in fault.answer(loopback.Answer()).body else 1))
    report = many.refresh()
    assert (report.changed, report.unanswered, report.error) == (1, 0, None)
    assert "asked for by id" in report.problems[0]
    assert [len(ids) for ids in many.server.asked[8:]] == [10] * 8


def test_a_clock_that_is_a_day_off_is_not_trusted(many: Bench) -> None:
    many.server.harvest.now = many.now[0] - timedelta(hours=25)
    many.edit(FIRST, title="Retitled")
    report = many.refresh()
    assert (report.changed, report.unanswered) == (1, 0)
    assert "asked for by id" in report.problems[0]


def test_an_announcement_in_the_middle_makes_the_list_vouch_for_nothing(many: Bench) -> None:
    good = many.server.answer

    def announced(path: str, query: dict[str, str], headers: dict[str, str]) -> loopback.Answer:
        if "verb" in query:
            many.now[0] = datetime(2026, 11, 26, 4, 1, tzinfo=UTC)  # Wednesday evening's
        return good(path, query, headers)

    many.server.answer = announced  # type: ignore[method-assign]
    report = many.refresh()
    assert (report.unanswered, report.problems) == (0, [])
    assert [len(ids) for ids in many.server.asked[8:]] == [10] * 8
    assert due_papers(many.store) == ()


@pytest.mark.row(21)
def test_a_paper_whose_record_is_damaged_stays_due_and_is_asked_for_by_id(many: Bench) -> None:
    many.edit(FIRST, title="Retitled")
    many.server.script(*[loopback.rewrites(lambda body: body.replace(b"Retitled", b"Ret\x08itled"))] * 4)
    report = many.refresh()
    assert (report.changed, report.unanswered) == (1, 0)
    assert many.server.asked[8:] == [[FIRST]]


def test_a_list_that_is_out_of_reach_ends_the_run(many: Bench) -> None:
    many.server.script(*[loopback.status(429, Retry_After="9000")] * 9)
    report = many.refresh()
    assert report.error is not None
    assert report.unanswered == 80
    assert len(many.server.asked) == 8


def test_a_paper_that_is_new_is_asked_for_by_id_beside_the_list(many: Bench) -> None:
    many.server.add(old(invented("2611.00001")))
    many.track([*IDS, "2611.00001"])
    report = many.refresh()
    assert (report.new, report.unanswered) == (1, 0)
    assert many.server.asked[8:] == [["2611.00001"]]
    assert len(many.server.listed) == 1


# ----------------------------------------------------------------------------------- a rehearsal


def test_a_dry_run_tells_what_a_run_does_and_keeps_nothing(many: Bench) -> None:
    many.edit(IDS[7], title="Retitled")
    many.revise(IDS[9], abstract="Now with proof.")
    many.server.add(old(invented("2611.00001")))
    many.track([*IDS, "2611.00001"])
    before = many.rows()
    dry = many.refresh(dry_run=True)
    assert many.rows() == before
    assert progress(many.store.db) is None
    assert len(due_papers(many.store)) == 81
    wet = many.refresh()
    assert (dry.new, dry.changed, dry.unanswered) == (wet.new, wet.changed, wet.unanswered) == (1, 2, 0)
    assert [(c.document, c.action, c.new) for c in dry.changes] == [
        (c.document, c.action, c.new) for c in wet.changes
    ]


# -------------------------------------------------------------------------------------- histories


def test_histories_are_capped_and_come_last(both: Bench) -> None:
    ids = few(both, count=30)
    for one in ids:
        both.revise(one, abstract="Now with proof.")
    report = both.refresh()
    assert (report.changed, report.unanswered) == (30, 0)
    assert len(both.server.asked[1:]) == 1
    assert [query["verb"] for query in both.server.listed] == ["GetRecord"] * 20


@pytest.mark.parametrize(
    "fault", [loopback.status(403), loopback.status(500), oai.oai_error("idDoesNotExist")]
)
def test_what_goes_wrong_with_a_history_is_no_error_of_the_run(both: Bench, fault: loopback.Fault) -> None:
    first, *_ = few(both)
    both.revise(first, abstract="Now with proof.")
    both.server.script(None, *[fault] * 9)
    report = both.refresh()
    assert (report.changed, report.unanswered, report.error) == (1, 0, None)
