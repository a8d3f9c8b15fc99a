"""Papers: from the list to arXiv's records, once, politely, and whole whatever breaks."""

from __future__ import annotations

import re
import signal
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.cli.command import Kg, finish, on_a_terminal, rows, until
from tests.cli.lists import KELP, TIDE_PAPERS, TIDES, long_list
from tests.fakes import loopback
from tests.fakes.arxiv_server import ArxivServer, Paper, invented, invented_ids
from tests.fakes.oai import changed


def recorded(kg: Kg) -> set[str]:
    """The arXiv ids that have a record."""
    return {row[0] for row in rows(kg.database)["paper"]}


def papers(kg: Kg) -> dict[str, int]:
    """What ``kg stats`` says of papers."""
    found: dict[str, int] = kg("stats", "--json").json["papers"]
    return found


def test_papers_fill_in_with_one_request(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md")
    assert "papers: 4 looked up, 4 new" in told.out
    assert "4 papers on arXiv: 4 with metadata" in told.out
    assert arxiv.asked == [TIDE_PAPERS]
    shown = kg("show", "arxiv:2106.09685", "--json").json
    assert shown["node"]["label"] == "LoRA: Low-Rank Adaptation of Large Language Models"
    assert shown["record"]["version"] == 2
    why = kg("why", "arxiv:2106.09685", "author", "Edward J. Hu", "--json").json
    assert why["answers"][0]["evidence"][0]["document"] == "arxiv:2106.09685"


@pytest.mark.row(10)
def test_500_papers_are_one_request(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("gauges.md", long_list(500))
    told = kg("add", "gauges.md", "--json").json
    assert told["papers"]["new"] == 500
    assert [len(ids) for ids in arxiv.asked] == [500]


@pytest.mark.row(48)
def test_a_second_run_the_same_day_asks_nothing(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    before = kg.stored()
    for call in (["add", "tides.md"], ["refresh"]):
        assert "tides: no change" in kg(*call).out
    kg("refresh", "--due")
    assert len(arxiv.log) == 1
    assert kg.stored() == before


def test_a_week_later_papers_are_asked_again_and_a_revision_is_seen(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    arxiv.add(invented("2401.90001").revised(title="Another Title of Gauges"))
    kg.environment["KG_NOW"] = "2026-01-20T12:00:00Z"
    told = kg("refresh", "--json").json
    assert told["papers"] | {"asked": 4, "new": 0, "changed": 1} == told["papers"]
    assert kg("show", "arxiv:2401.90001", "--json").json["node"]["label"] == "Another Title of Gauges"


def test_refresh_all_asks_for_every_paper(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    assert "papers: 4 looked up, 0 new, 0 changed" in kg("refresh", "--all", "--dry-run").out
    kg("refresh", "--all")
    assert arxiv.asked == [TIDE_PAPERS, TIDE_PAPERS, TIDE_PAPERS]


def test_no_fetch_asks_nothing_and_refresh_makes_up_for_it(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md", "--no-fetch")
    assert not arxiv.log
    assert "4 papers on arXiv: 0 with metadata" in told.out
    assert "kg refresh fetches the missing metadata" in told.out
    assert "papers: 4 looked up, 4 new" in kg("refresh").out


@pytest.mark.row(52)
def test_offline_add_is_exit_0_and_says_what_is_missing(kg: Kg) -> None:
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md")
    assert "note: 4 papers have no fresh metadata: KG_OFFLINE is set" in told.err
    assert "4 papers on arXiv: 0 with metadata" in told.out
    assert kg("path", "ebbformer", "lora").json["connected"]
    assert kg("why", "brinewave", "requires", "8-16").json["answers"]
    assert "no change" in kg("refresh", code=4).out
    assert papers(kg) == {"with_metadata": 0, "without_metadata": 4}


@pytest.mark.row(52)
def test_an_arxiv_that_is_down_is_told_and_the_list_is_kept(kg: Kg) -> None:
    kg.environment |= {
        "KG_OFFLINE": "",
        "KG_ARXIV_API": "http://127.0.0.1:9/api/query",
        "KG_ARXIV_DELAY": "0",
    }
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md")
    assert "cannot be reached" in told.err
    assert "LoRA" in kg.labels()


@pytest.mark.parametrize("dialect", ["classic", "present"])
def test_both_dialects_give_the_same_graph(kg: Kg, dialect: str) -> None:
    kg.write("tides.md", TIDES)
    with ArxivServer(any_id=True, dialect=dialect) as server:
        kg.environment |= {"KG_ARXIV_API": server.api, "KG_ARXIV_DELAY": "0", "KG_OFFLINE": ""}
        kg("add", "tides.md")
    assert recorded(kg) == set(TIDE_PAPERS)


# ------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize(
    "text",
    [f"arxiv:{text}" for text in ("", *"x 2106 2106.09685x 21061.09685 9913.00001 2106.09685v0".split())]
    + ["arxiv:math/03", "arxiv:\x1b[31m", "arxiv:../../etc", "arxiv:2106.09685,2305.14314"],
)
def test_malformed_arxiv_ids_are_refused_before_anything_is_asked(
    kg: Kg, arxiv: ArxivServer, text: str
) -> None:
    error = kg.refused("add", text)
    assert "arxiv:2106.09685" in error or "is no list" in error
    assert "\x1b" not in error
    assert not arxiv.log
    assert not kg.workspace.exists()


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("arxiv:2106.09685", "2106.09685"),
        ("arxiv:2106.09685v1", "2106.09685"),
        ("arXiv:2106.09685", "2106.09685"),
        ("arxiv:math/0309136", "math/0309136"),
        ("arxiv:math.GT/0309136v1", "math/0309136"),
        ("arxiv:hep-th/9901001", "hep-th/9901001"),
    ],
)
def test_ids_of_every_style_are_fetched_without_their_version(
    kg: Kg, arxiv: ArxivServer, text: str, bare: str
) -> None:
    told = kg("add", text)
    assert "papers: 1 looked up, 1 new" in told.out
    assert arxiv.asked == [[bare]]
    assert recorded(kg) == {bare}
    assert kg("sources", "--json").json["sources"][0]["address"] == f"arxiv:{bare}"
    assert kg("show", f"arxiv:{bare}v1", "--json").json["record"]["arxiv"] == bare
    assert kg("show", f"https://arxiv.org/abs/{bare}", "--json").json["record"]["arxiv"] == bare


def test_an_id_that_arxiv_does_not_know_is_exit_1_and_no_source(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.any_id = False
    error = kg.refused("add", "arxiv:2401.90001", code=1)
    assert "arXiv knows no paper 2401.90001" in error
    assert kg("sources", "--json").json["sources"] == []


def test_an_unknown_id_beside_a_known_one_is_exit_4(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.any_id = False
    told = kg("add", "arxiv:2401.90001", "arxiv:2106.09685", code=4)
    assert told.errors == ["arXiv knows no paper 2401.90001"]
    assert [s["address"] for s in kg("sources", "--json").json["sources"]] == ["arxiv:2106.09685"]
    assert recorded(kg) == {"2106.09685"}


def test_unknown_ids_in_a_list_are_told_and_the_others_fetched(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.any_id = False
    kg.write("tides.md", TIDES)
    told = kg("add", "tides.md")
    assert "note: arXiv knows no paper 2401.90001, 2401.90002, 2401.90003" in told.err
    assert recorded(kg) == {"2106.09685"}
    asked = len(arxiv.log)
    kg("refresh")
    assert len(arxiv.log) == asked, "what is unknown today is not asked for again today"


def test_an_id_that_arxiv_does_not_know_is_asked_for_less_and_less_often(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.any_id = False
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    kg.environment["KG_NOW"] = start.isoformat()
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    when = []
    for days in range(1, 17):
        kg.environment["KG_NOW"] = (start + timedelta(days=days, minutes=-days % 60)).isoformat()
        seen = len(arxiv.asked)
        kg("refresh")
        assert len(arxiv.asked) - seen <= 1
        if any("2401.90001" in ids for ids in arxiv.asked[seen:]):
            when.append(days)
    # After a day, 2, 4 and 8 days, and so on.
    assert when == [1, 3, 7, 15]
    arxiv.add(invented("2401.90001"))
    kg("refresh", "--all")
    kg.environment["KG_NOW"] = (start + timedelta(days=18)).isoformat()
    seen = len(arxiv.asked)
    kg("refresh")
    assert "2401.90001" in arxiv.asked[seen], "known again, it is asked for as all others are"


def test_a_paper_offline_is_a_source_that_waits(kg: Kg) -> None:
    told = kg("add", "arxiv:2106.09685")
    assert "no fresh metadata" in told.err
    assert kg("sources", "--json").json["sources"][0]["address"] == "arxiv:2106.09685"
    with ArxivServer() as server:
        kg.environment |= {"KG_ARXIV_API": server.api, "KG_ARXIV_DELAY": "0", "KG_OFFLINE": ""}
        assert "papers: 1 looked up, 1 new" in kg("refresh").out
    assert recorded(kg) == {"2106.09685"}


def test_removing_a_paper_takes_its_record_unless_a_list_names_it(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.api
    kg.write("tides.md", TIDES)
    kg("add", "tides.md", "arxiv:2106.09685", "arxiv:2401.99999")
    names = {s["address"]: s["name"] for s in kg("sources", "--json").json["sources"]}
    kg("sources", "rm", names["arxiv:2401.99999"])
    assert recorded(kg) == set(TIDE_PAPERS)
    kg("sources", "rm", names["arxiv:2106.09685"])
    assert recorded(kg) == set(TIDE_PAPERS)


def test_records_of_papers_that_no_list_names_any_more_leave_the_graph(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.api
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    kg.write("tides.md", "\n".join(line for line in TIDES.splitlines() if "90003" not in line))
    kg("refresh")
    assert recorded(kg) == set(TIDE_PAPERS) - {"2401.90003"}
    assert not kg("search", "kind:paper", "90003", "--json").json["nodes"]
    kg("sources", "rm", "tides")
    assert kg.labels() == set()


def test_evil_records_are_shown_harmlessly(kg: Kg, arxiv: ArxivServer) -> None:
    evil = "Red [red] \u202e {} \x9b31m &"
    first = invented("2401.90001")
    arxiv.add(Paper("2401.90001", evil, (evil,), first.updated, abstract=evil, comment=evil))
    kg("add", "arxiv:2401.90001")
    for format_ in ("table", "json"):
        told = kg("show", "arxiv:2401.90001", "--abstract", "--format", format_)
        assert not {"\u202e", "\x9b", "\x1b"} & set(told.out)
    assert kg("show", "arxiv:2401.90001", "--json").json["record"]["title"] == evil


# ------------------------------------------------------------------- faults told to people


@pytest.mark.row(8)
def test_a_malformed_id_is_told_with_its_list_and_line_and_never_asked_for(
    kg: Kg, arxiv: ArxivServer
) -> None:
    line = "- [Odd](https://arxiv.org/abs/9913.00001) - A method.\n"
    kg.write("tides.md", TIDES.replace("## Frameworks", f"{line}\n## Frameworks"))
    kg("add", "tides.md")
    assert arxiv.asked == [TIDE_PAPERS]
    told = kg("check", "--json", code=1).json
    (finding,) = [one for one in told["findings"] if "9913.00001" in one["message"]]
    number = 1 + (kg.desk / "tides.md").read_text().splitlines().index(line.strip())
    assert (finding["document"], finding["line"]) == ("list:tides", number)


@pytest.mark.row(10)
def test_a_paper_that_many_entries_name_is_one_node_with_all_its_mentions(kg: Kg, arxiv: ArxivServer) -> None:
    spelled = ["2106.09685", "2106.09685v1", "2106.09685v2"]
    entries = [f"- [Tide-{n}](https://arxiv.org/abs/{spelled[n % 3]}) - A method." for n in range(40)]
    kg.write("many.md", "# Many\n\n## Methods\n" + "\n".join(entries))
    kg("add", "many.md")
    assert arxiv.asked == [["2106.09685"]]
    told = kg("why", "arxiv:2106.09685", "--json").json["answers"]
    lines = [
        p["line"]
        for one in told
        for e in one["evidence"]
        if e["document"] == "list:many"
        for p in e["places"]
    ]
    assert set(lines) == set(range(4, 44))


@pytest.mark.row(52)
def test_offline_papers_are_shown_with_their_age(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.api
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    kg.environment |= {"KG_NOW": "2026-01-20T12:00:00Z", "KG_OFFLINE": "1"}
    told = kg("refresh", code=4)
    assert "4 papers have no fresh metadata: KG_OFFLINE is set" in told.err
    assert "stale since 2026-01-06" in kg("show", "arxiv:2106.09685", "--format", "table").out


def test_only_metadata_is_ever_asked_for_and_people_are_sent_to_the_abstract(
    kg: Kg, arxiv: ArxivServer
) -> None:
    kg.write("tides.md", TIDES.replace("/abs/", "/pdf/"))
    kg("add", "tides.md")
    assert {seen.path.partition("?")[0] for seen in arxiv.log} == {"/api/query"}
    agents = {seen.headers["user-agent"] for seen in arxiv.log}
    assert all(agent.startswith("kg/") for agent in agents)
    assert "https://arxiv.org/abs/2106.09685" in kg("show", "arxiv:2106.09685", "--format", "table").out
    config = kg.config.read_text("utf-8")
    kg.config.write_text(config.replace("[kg]", '[kg]\ncontact = "ada@example.org"'), "utf-8")
    kg("refresh", "--all")
    assert arxiv.log[-1].headers["user-agent"].endswith("(ada@example.org)")
    assert "Thank you to arXiv" in kg("doctor", "--format", "table").out


# ------------------------------------------------------------------------- the list of changes


def thousands(kg: Kg, arxiv: ArxivServer) -> list[str]:
    """A workspace with 1,600 papers that were fetched on a Monday; it is Tuesday."""
    ids = invented_ids(1600)
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    kg.write("gauges.md", long_list(1600))
    kg("add", "gauges.md")
    arxiv.add(*map(invented, ids))
    kg.environment["KG_NOW"] = "2026-01-06T12:00:00Z"
    arxiv.harvest.now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    return ids


def test_thousands_of_papers_are_looked_for_in_the_list_of_changes(kg: Kg, arxiv: ArxivServer) -> None:
    ids = thousands(kg, arxiv)
    assert kg("refresh", "--json").json["papers"]["unanswered"] == 0
    arxiv.harvest.now = datetime(2026, 1, 7, 12, tzinfo=UTC)
    kg.environment["KG_NOW"] = "2026-01-07T12:00:00Z"
    arxiv.add(changed(invented(ids[3]), date(2026, 1, 6), title="Another Title of Gauges"))
    asked = len(arxiv.log)
    dry = kg("refresh", "--dry-run").out
    assert "papers: 1600 looked up, 0 new, 1 changed" in dry
    assert f"  arxiv:{ids[3]} " in dry
    assert dry.endswith("→ Another Title of Gauges\n")
    told = kg("refresh", "--json").json["papers"]
    assert (told["asked"], told["changed"], told["unanswered"]) == (1600, 1, 0)
    assert [one["action"] for one in told["changes"]] == ["retitled"]
    assert len(arxiv.log) - asked == 2
    assert "stale" not in kg("show", f"arxiv:{ids[9]}", "--format", "table").out


def test_a_dry_run_without_an_arxiv_tells_of_lists_and_leaves_with_4(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    arxiv.script(*[loopback.status(403)] * 9)
    told = kg("refresh", "--all", "--dry-run", code=4)
    assert told.errors == ["4 papers have no fresh metadata: arXiv refuses to serve this address (HTTP 403)"]
    assert "would change: no change; papers: 0 looked up" in told.out


@pytest.mark.parametrize("call", [["refresh"], ["refresh", "--dry-run"]], ids=["refresh", "dry run"])
def test_where_nothing_but_papers_is_asked_for_and_none_answers_it_is_exit_3(kg: Kg, call: list[str]) -> None:
    kg("add", "arxiv:2106.09685")
    told = kg(*call, code=3)
    assert told.errors == ["1 paper has no fresh metadata: KG_OFFLINE is set: nothing is fetched"]


def test_a_terminal_sees_how_far_the_papers_are_and_how_long_it_takes(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("gauges.md", long_list(1600))
    arxiv.script(*[loopback.late(0.4)] * 4)
    shown = "\n".join(on_a_terminal(kg, "add", "gauges.md"))
    assert re.search(r"papers.* 31%.*about \d s left", shown)
    assert re.search(r"papers.* 62%.*about \d s left", shown)


# ---------------------------------------------------------------------- faults, interruptions


@pytest.mark.parametrize(("fault", "code"), [("empty_feed", 4), ("error_entry", 0), ("bomb", 4)])
def test_an_answer_of_nothing_overwrites_nothing(kg: Kg, arxiv: ArxivServer, fault: str, code: int) -> None:
    from tests.fakes import arxiv_server

    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    before = rows(kg.database)
    arxiv.script(*[getattr(arxiv_server, fault)()] * 20)
    assert kg("refresh", "--all", code=code).err
    assert rows(kg.database)["paper"] == before["paper"]
    assert rows(kg.database)["node"] == before["node"]


@pytest.mark.row(46)
def test_kill_9_in_the_middle_loses_no_page_and_the_next_run_asks_only_for_the_rest(
    kg: Kg, arxiv: ArxivServer
) -> None:
    kg.write("gauges.md", long_list(1100))
    arxiv.script(None, loopback.late(8))
    process = kg.start("add", "gauges.md")
    until(lambda: kg.database.exists() and arxiv.connections >= 2 and _count(kg) == 500)
    time.sleep(0.3)
    finish(process, signal_=signal.SIGKILL)
    assert papers(kg) == {"with_metadata": 500, "without_metadata": 600}
    first = set(arxiv.asked[0])
    assert recorded(kg) == first
    seen = len(arxiv.log)
    told = kg("refresh", "--json").json
    assert told["papers"]["new"] == 600
    asked = [i for ids in arxiv.asked[seen:] for i in ids]
    assert sorted(asked) == sorted(set(invented_ids(1100)) - first)
    assert papers(kg) == {"with_metadata": 1100, "without_metadata": 0}


def _count(kg: Kg) -> int:
    import sqlite3

    try:
        with sqlite3.connect(f"{kg.database.as_uri()}?mode=ro", uri=True) as db:
            (found,) = db.execute("SELECT count(*) FROM paper").fetchone()
    except sqlite3.Error:
        return 0
    finally:
        db.close()
    return int(found)


def test_control_c_keeps_what_was_finished_and_is_exit_130(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    arxiv.script(loopback.late(8))
    process = kg.start("add", "tides.md")
    until(lambda: arxiv.connections == 1)
    time.sleep(0.2)
    told = finish(process, signal_=signal.SIGINT)
    assert told.code == 130
    assert told.err == "kg: interrupted; what was finished is kept\n"
    assert "LoRA" in kg.labels()
    assert [s["name"] for s in kg("sources", "--json").json["sources"]] == ["tides"]
    assert "papers: 4 looked up, 4 new" in kg("refresh").out


def test_control_c_while_a_list_comes_changes_nothing(tides: Kg) -> None:
    from tests.fakes.list_server import ListServer

    before = tides.stored()
    with ListServer({"/kelp.md": KELP.encode()}) as web:
        web.script(loopback.late(8))
        tides.environment["KG_OFFLINE"] = ""
        process = tides.start("add", f"{web.url}/kelp.md")
        until(lambda: web.connections == 1)
        time.sleep(0.2)
        told = finish(process, signal_=signal.SIGINT)
    assert (told.code, told.err) == (130, "kg: interrupted; what was finished is kept\n")
    assert tides.stored() == before


def test_control_c_while_a_list_is_read_is_quiet(tides: Kg) -> None:
    """The worker process stands in the same group and is told nothing of it."""
    from tests.fakes.list_server import ListServer

    before = tides.stored()
    entry = b"- [Gauge](https://example.org/gauge) - A model of a gauge, which is told again and again.\n"
    with ListServer({"/big.md": b"# Big\n\n## Models\n" + entry * 90_000}) as web:
        tides.environment["KG_OFFLINE"] = ""
        for wait in (0.05, 0.3, 0.8):
            process = tides.start("add", f"{web.url}/big.md")
            seen = web.connections
            until(lambda seen=seen: web.connections > seen)
            time.sleep(wait)
            told = finish(process, signal_=signal.SIGINT)
            assert (told.code, told.err) == (130, "kg: interrupted; what was finished is kept\n"), wait
    assert tides.stored() == before
