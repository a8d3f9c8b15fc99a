"""After an import the graph follows arXiv: new papers of the imported categories join it at each refresh."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.arrivals import Reached, follow, lists, reached
from kg.graph import Graph
from kg.store import Store
from kg.store.harvest import progress
from tests.cli.command import Kg, finish, until
from tests.cli.test_import import line, titles
from tests.fakes import loopback
from tests.fakes.arxiv_server import ArxivServer, Paper
from tests.fakes.oai import oai_error

DAY = "2026-01-04"
FIRST, SECOND = "2601.00001", "2601.00002"


def paper(arxiv_id: str, name: str, *categories: str, on: str = "2026-01-05", since: str = "") -> Paper:
    """A paper that arXiv showed on that day, submitted that day or ``since``."""
    at = datetime.fromisoformat(f"{since or on}T09:00:00+00:00")
    return Paper(arxiv_id, name, ("A. Example",), (at,), categories, modified=date.fromisoformat(on))


def day(kg: Kg, arxiv: ArxivServer, text: str) -> None:
    """It is noon of that day, for both sides."""
    kg.environment["KG_NOW"] = f"{text}T12:00:00Z"
    arxiv.harvest.now = datetime.fromisoformat(f"{text}T12:00:00+00:00")


def asked(arxiv: ArxivServer) -> list[str]:
    """The sets of the lists that were asked for: "" is all, + the next page of one."""
    return [q.get("set", "+" if "resumptionToken" in q else "") for q in arxiv.listed]


@pytest.fixture
def snapshot(kg: Kg, arxiv: ArxivServer) -> Path:
    """A snapshot of two papers, known until Sunday; it is Tuesday, and arXiv knows three papers more."""
    path = kg.desk / "snapshot.json"
    said = {"versions": [{"version": "v1", "created": "Mon, 1 Jan 2024 12:00:00 GMT"}], "doi": None}
    path.write_bytes(
        line("2401.00001", "Wrens", categories="cs.CL", update_date=DAY, **said)
        + line("2401.00002", "Finches", categories="cs.LG hep-th", update_date="2024-02-01", **said)
    )
    arxiv.any_id = False
    arxiv.papers.clear()
    arxiv.add(
        paper("2401.00001", "Wrens of the Tides", "cs.CL", on="2024-02-01", since="2024-01-01"),
        paper("2401.00002", "Finches of the Tides", "cs.LG", "hep-th", on="2024-02-01", since="2024-01-01"),
        paper(FIRST, "Robins", "cs.CL"),
        paper(SECOND, "Larks", "cs.LG", "cs.CL"),
        paper("2601.00003", "Branes", "hep-th"),
    )
    day(kg, arxiv, "2026-01-06")
    return path


def news(kg: Kg) -> list[tuple[str, str]]:
    return [(one["action"], one["text"]) for one in kg("changes", "--json").json["changes"]]


def test_new_papers_of_an_imported_category_join_the_graph(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    told = kg("refresh", "--json").json["papers"]
    assert titles(kg) == {"Wrens of the Tides", "Robins", "Larks"}
    assert (told["new"], told["changed"], told["unanswered"]) == (2, 0, 0)
    assert asked(arxiv) == ["cs:cs:CL"]
    assert arxiv.listed[0]["from"] <= "2026-01-03"
    assert arxiv.asked == [], "the list vouches for the papers of its category"
    assert news(kg) == [], "what the snapshot did not know yet is no news"
    told = kg("changes", "--cause", "all", "--what", "record", "--json").json
    change = told["changes"][0]
    assert (change["cause"], change["text"]) == ("first-import", "2 papers with their metadata")
    kg("refresh")
    assert len(arxiv.log) == 1, "between two announcements nothing is asked twice"


def test_what_arxiv_announces_later_is_news_and_never_a_flood(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    kg("refresh")
    day(kg, arxiv, "2026-01-07")
    arxiv.add(paper("2601.00009", "Terns", "cs.CL", on="2026-01-06"))
    kg("refresh")
    assert news(kg) == [("new", "Terns")]
    day(kg, arxiv, "2026-01-08")
    arxiv.add(*(paper(f"2601.01{n:03d}", f"Gull {n}", "cs.CL", on="2026-01-07") for n in range(30)))
    assert kg("refresh", "--json").json["papers"]["new"] == 30
    assert news(kg)[0] == ("new", "30 papers")
    assert len(news(kg)) == 2
    kg("changes")


def test_of_all_of_arxiv_one_list_tells_what_is_new_and_what_has_changed(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot)
    gone = [paper("2401.00002", "Finches", since="2024-01-01"), paper("2601.00004", "Nobody")]
    arxiv.add(paper("2401.00001", "Wrens, Renamed", "cs.CL", since="2024-01-01"))
    arxiv.add(*(replace(one, deleted=True) for one in gone))
    said = kg("refresh", "--json")
    told = said.json["papers"]
    assert asked(arxiv) == [""]
    assert (told["new"], told["changed"], told["unanswered"]) == (3, 1, 0)
    assert said.err == "note: arXiv calls 2401.00002 deleted; it stays as it was\n"
    assert titles(kg) == {"Wrens, Renamed", "Finches of the Tides", "Robins", "Larks", "Branes"}
    assert {action for action, _ in news(kg)} == {"retitled", "changed"}, "of the one paper that was known"


def test_only_papers_submitted_since_the_day_of_the_import_join(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL", "--since", "2023-01-01")
    assert 'since = "2023-01-01"' in kg.config.read_text()
    arxiv.add(paper("1501.00001", "Edited Lately", "cs.CL", since="2015-01-02"))
    kg("refresh")
    assert titles(kg) == {"Wrens of the Tides", "Robins", "Larks"}
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    assert "since" not in kg.config.read_text(), "without --since it is all of them from now on"


def test_the_source_ends_it(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    (kg.desk / "list.md").write_text(
        "# Tides\n\n## Models\n\n- [Wren](https://github.com/a/wren) - A model.\n"
    )
    kg("add", "list.md", "--no-fetch")
    assert "arxiv:snapshot/cs.CL" in kg("sources").out
    kg("sources", "rm", "arxiv-snapshot")
    kg("refresh")
    assert titles(kg) == set()
    assert arxiv.log == []


def test_two_sources_are_followed_each_by_itself(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL", "--category", "hep-th")
    both = kg.config.read_text()
    one = both.replace("arxiv:snapshot/cs.CL+hep-th", "arxiv:snapshot/cs.CL")
    kg.config.write_text(one + '\n[sources.branes]\naddress = "arxiv:snapshot/hep-th"\n')
    kg("refresh", "arxiv-snapshot")
    assert asked(arxiv) == ["cs:cs:CL"]
    kg("refresh")
    assert asked(arxiv) == ["cs:cs:CL", "physics:hep-th"]
    assert titles(kg) == {"Wrens of the Tides", "Finches of the Tides", "Robins", "Larks", "Branes"}


def test_a_dry_run_tells_the_same_and_keeps_nothing(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.add(paper("2401.00001", "Wrens, Renamed", "cs.CL", since="2024-01-01"))
    assert "2 new, 1 changed" in kg("refresh", "--dry-run").out
    assert titles(kg) == {"Wrens of the Tides"}
    assert arxiv.asked == []
    told = kg("refresh", "--json").json["papers"]
    assert (told["new"], told["changed"]) == (2, 1)


def test_a_list_left_in_the_middle_goes_on_with_its_token(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.harvest.size = 5
    arxiv.add(*(paper(f"2601.01{n:03d}", f"Gull {n}", "cs.CL") for n in range(12)))
    arxiv.script(None, None, *[loopback.status(403)] * 3)
    told = kg("refresh", "--json", code=None)
    assert told.code != 0
    assert told.json["papers"]["new"] == 10
    with Store(kg.database) as store:
        left = progress(store.db)
        assert left is not None
        assert reached(store)["cs.CL"].first
    arxiv.calm()
    (Path(kg.environment["KG_STATE"]) / "arxiv.json").unlink(missing_ok=True)  # an hour goes by
    seen = len(arxiv.log)
    assert kg("refresh", "--json").json["papers"]["new"] == 4
    assert arxiv.listed[seen]["resumptionToken"] == left.token
    assert len(titles(kg)) == 15


def test_a_token_that_is_no_longer_good_begins_the_list_again(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.harvest.size = 5
    arxiv.add(*(paper(f"2601.01{n:03d}", f"Gull {n}", "cs.CL") for n in range(12)))
    arxiv.script(None, oai_error("badResumptionToken"))
    assert kg("refresh", "--json").json["papers"]["new"] == 14
    assert asked(arxiv) == ["cs:cs:CL", "+", "cs:cs:CL", "+", "+"]
    assert len(titles(kg)) == 15


def test_kill_9_in_the_middle_loses_no_page(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.harvest.size = 5
    arxiv.add(*(paper(f"2601.01{n:03d}", f"Gull {n}", "cs.CL") for n in range(12)))
    arxiv.script(None, loopback.late(8))
    process = kg.start("refresh")
    until(lambda: arxiv.connections >= 2)
    time.sleep(0.3)
    finish(process, signal_=signal.SIGKILL)
    assert len(titles(kg)) == 6
    arxiv.calm()
    seen = len(arxiv.log)
    assert kg("refresh", "--json").json["papers"]["new"] == 9
    assert "resumptionToken" in arxiv.listed[seen]
    assert len(titles(kg)) == 15
    assert news(kg) == []


def test_a_set_that_arxiv_does_not_know_is_looked_for_in_the_whole_list(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.script(oai_error("badArgument"))
    kg("refresh")
    assert asked(arxiv) == ["cs:cs:CL", ""]
    assert titles(kg) == {"Wrens of the Tides", "Robins", "Larks"}


def test_an_arxiv_that_is_down_is_told_and_nothing_is_asked_by_id(
    kg: Kg, arxiv: ArxivServer, snapshot: Path
) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    arxiv.script(*[loopback.status(404)] * 9)
    told = kg("refresh", code=3)
    assert "1 paper has no fresh metadata: arXiv answers HTTP 404" in told.error
    assert arxiv.asked == []
    arxiv.calm()
    kg("refresh")
    assert len(titles(kg)) == 3


def test_nothing_new_takes_three_requests_at_most(kg: Kg, arxiv: ArxivServer, snapshot: Path) -> None:
    kg(
        "import",
        "arxiv",
        snapshot,
        *(f"--category={c}" for c in ("cs.CL", "cs.LG", "hep-th", "math.AG", "stat.ML")),
    )
    kg("refresh")
    assert asked(arxiv) == ["cs:cs:CL", "cs:cs:LG", "physics:hep-th", "math:math:AG", "stat:stat:ML"]
    assert len(titles(kg)) == 5
    day(kg, arxiv, "2026-01-07")
    seen = len(arxiv.log)
    kg("refresh")
    assert len(arxiv.log) - seen <= 3


def test_few_categories_are_sets_many_and_all_are_one_list() -> None:
    now = datetime(2026, 1, 7, 12, tzinfo=UTC)
    until_ = Reached("2026-01-06T12:00:00+00:00", first=False)
    assert [one.within for one in lists({"cs.CL": until_, "hep-th": until_}, now)] == [
        "cs:cs:CL",
        "physics:hep-th",
    ]
    many = {f"cs.{a}{b}": until_ for a in "AB" for b in "ABC"}
    (whole,) = lists(many, now)
    assert (whole.within, whole.told_of, len(whole.categories)) == ("", (), 6)
    assert [one.within for one in lists({"": until_, "cs.CL": until_}, now)] == [""]
    assert [one.within for one in lists({"alg-geom": until_}, now)] == [""], "an archive of old times"
    assert list(lists({"cs.CL": Reached("2026-01-07T11:00:00+00:00")}, now)) == []


def test_a_later_snapshot_moves_what_is_followed_on_and_an_earlier_one_does_not(tmp_path: Path) -> None:
    with Store(tmp_path / "graph.db") as store:
        follow(store, ("cs.CL",), "2026-01-04")
        follow(store, ("cs.CL", "cs.LG"), "2026-01-02")
        follow(store, (), "")
        assert {c: one.until[:10] for c, one in reached(store).items()} == {
            "cs.CL": "2026-01-04",
            "cs.LG": "2026-01-02",
        }
        follow(store, ("cs.LG",), "2026-02-02")
        assert reached(store)["cs.LG"].until.startswith("2026-02-02")
        assert Graph(store).last_change == 0
