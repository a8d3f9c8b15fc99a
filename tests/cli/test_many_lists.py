"""Many lists in one call: side by side, in any order, followed where they moved and where they lead."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ingest.errands import Errand, run_all
from ingest.fates import Fate
from ingest.follow import lists_named
from ingest.github import Standing, standing
from ingest.http import Http
from ingest.lists import read_list
from ingest.worker import Worker
from kg.errors import NotAList
from tests.cli.command import Kg, on_a_terminal, rows
from tests.fakes import loopback
from tests.fakes.list_server import ListServer


def a_list(name: str, entries: int = 2, *, weight: int = 0) -> str:
    """A list of models; ``weight``: bytes of a log that stands below them."""
    log = [
        "```",
        *["a line of a log of one hundred bytes, which makes the list heavy but says nothing at all"]
        * (weight // 89),
        "```",
    ]
    lines = [
        f"- [{name} {n}](https://github.com/{name}/{name}-{n}) - A model of {n}B." for n in range(entries)
    ]
    return "\n".join([f"# Awesome {name}", "", "## Models", *lines, "", *(log if weight else ()), ""])


def logical(kg: Kg) -> dict[str, Any]:
    """What the graph holds, without row numbers and times."""
    return {"turtle": kg("export", "--turtle").out, "nodes": kg("search", "--json", "--limit", "-1").json}


# ---------------------------------------------------------------------------------- errands


def test_results_come_in_the_order_of_the_errands_whatever_takes_how_long() -> None:
    def errand(number: int) -> Callable[[], int]:
        def run() -> int:
            time.sleep(0.02 * (7 - number % 8))
            return number

        return run

    errands = [Errand(str(n), errand(n)) for n in range(12)]
    assert run_all(errands, hands=4) == list(range(12))
    assert run_all([], hands=4) == []


def test_a_lane_is_one_after_the_other_and_hands_are_bounded() -> None:
    lock, running, seen = threading.Lock(), [], []

    def errand(lane: str) -> Callable[[], None]:
        def run() -> None:
            with lock:
                running.append(lane)
                seen.append(list(running))
            time.sleep(0.01)
            with lock:
                running.remove(lane)

        return run

    lanes = [*"aabbccddeeff", *"ab"]
    run_all([Errand(lane, errand(lane)) for lane in lanes], hands=3)
    assert max(map(len, seen)) == 3
    assert all(len(set(now)) == len(now) for now in seen)


def test_what_an_errand_raises_is_raised_and_ends_the_others() -> None:
    begun: list[int] = []

    def errand(number: int) -> Callable[[], int]:
        def run() -> int:
            begun.append(number)
            time.sleep(0.02)
            if number == 1:
                raise KeyError(number)
            return number

        return run

    with pytest.raises(KeyError):
        run_all([Errand("", errand(n)) for n in range(9)], hands=1)
    assert len(begun) < 9


# ----------------------------------------------------------------------------------- workers


def test_a_worker_reads_one_list_after_the_other_and_is_made_anew_after_a_bad_one() -> None:
    place: dict[str, Any] = {"page": "https://example.org", "commit": "", "retrieved_from": ""}
    text = a_list("ebb").encode()
    with Worker() as worker:
        first = worker.read(text, name="a", **place)
        assert first == read_list(text, name="a", **place)
        with pytest.raises(NotAList, match="could not be read within"):
            worker.read(text * 400, name="b", seconds=0.0, **place)
        assert worker.read(text, name="a", **place) == first


# --------------------------------------------------------------------------- many at once


def test_one_bad_list_never_stops_the_others(kg: Kg, web: ListServer) -> None:
    web.pages["/good/list/HEAD/README.md"] = a_list("good").encode()
    web.pages["/page/list/HEAD/README.md"] = b"<!doctype html><html></html>"
    web.pages["/empty/list/HEAD/README.md"] = b"# Nothing\n"
    kg.write("local.md", a_list("local"))
    names = ["none/list", "page/list", "good/list", "empty/list", "missing.md", "local.md"]
    told = kg("add", *names, "--no-fetch", code=4)
    assert len(told.errors) == 4
    assert {source["name"] for source in kg("sources", "--json").json["sources"]} == {"good-list", "local"}
    again = kg("add", *reversed(names), "--no-fetch", code=4)
    assert again.errors == told.errors


def test_any_order_of_many_lists_gives_the_same_bytes_and_the_same_words(kg: Kg, tmp_path: Path) -> None:
    names = [f"list-{n}.md" for n in range(5)]
    for n, name in enumerate(names):
        kg.write(name, a_list("shared" if n == 2 else f"lab{n}", 3 + n, weight=70_000))
    assert sum((kg.desk / name).stat().st_size for name in names) > 300_000
    found: list[tuple[dict[str, Any], str]] = []
    for order in (names, names[::-1], names[2:] + names[:2]):
        kg.environment["KG_WORKSPACE"] = str(tmp_path / f"ws{len(found)}")
        told = kg("add", *order, "--no-fetch", "--json").json
        found.append((told, kg("export", "--turtle").out))
    assert found[0] == found[1] == found[2]


def test_workers_read_what_this_process_would(kg: Kg, tmp_path: Path) -> None:
    kg.write("big.md", a_list("big", 9, weight=310_000))
    kg.write("small.md", a_list("small"))
    kg("add", "big.md", "small.md", "--no-fetch")
    together = logical(kg)
    kg.environment["KG_WORKSPACE"] = str(tmp_path / "one-by-one")
    for name in ("small.md", "big.md"):
        kg("add", name, "--no-fetch")
    assert logical(kg) == together


def test_one_host_is_asked_for_one_thing_at_a_time(kg: Kg, web: ListServer) -> None:
    for n in range(6):
        web.pages[f"/lab/list-{n}/HEAD/README.md"] = a_list(f"lab{n}").encode()
    kg("add", *(f"lab/list-{n}" for n in range(6)), "--no-fetch")
    assert len(web.log) == 6
    seen = sorted(web.log, key=lambda one: one.start)
    assert all(before.end <= after.start for before, after in pairwise(seen))


def test_different_hosts_are_asked_side_by_side(kg: Kg, web: ListServer) -> None:
    with ListServer() as other:
        for server in (web, other):
            server.pages["/list.md"] = a_list("ebb").encode()
            server.script(loopback.late(0.4))
        kg("add", f"{web.url}/list.md", f"{other.url}/list.md", "--no-fetch")
        (one,), (two,) = web.log, other.log
    assert one.start < two.end
    assert two.start < one.end


def test_refresh_reads_many_lists_and_asks_by_entity_tag(kg: Kg, web: ListServer) -> None:
    for n in range(3):
        web.pages[f"/lab/list-{n}/HEAD/README.md"] = a_list(f"lab{n}").encode()
    kg("add", *(f"lab/list-{n}" for n in range(3)), "--no-fetch")
    web.pages["/lab/list-1/HEAD/README.md"] = a_list("lab1", 3).encode()
    kg("refresh")
    assert [one.status for one in web.log[3:]] == [304, 200, 304]
    assert "lab1 2" in kg.labels()


def test_many_lists_are_summed_up_on_a_terminal(kg: Kg) -> None:
    for n in range(3):
        kg.write(f"{n}.md", a_list(f"lab{n}"))
    told = "\n".join(on_a_terminal(kg, "add", "0.md", "1.md", "2.md", "--no-fetch"))
    assert "3 sources" in told


# ------------------------------------------------------------------------------------ moves


def moved(web: ListServer) -> None:
    web.pages["/new/place/HEAD/README.md"] = a_list("ebb").encode()
    web.moved["/old/place/HEAD/README.md"] = f"{web.url}/new/place/HEAD/README.md"


def test_a_moved_repository_is_followed_and_told_once(kg: Kg, web: ListServer) -> None:
    web.pages["/old/place/HEAD/README.md"] = a_list("ebb").encode()
    kg("add", "old/place", "--no-fetch")
    before = kg.labels()
    moved(web)
    web.pages["/new/place/HEAD/README.md"] = a_list("ebb", 3).encode()
    told = kg("refresh")
    assert told.err.count("note: old/place has moved to new/place") == 1
    (source,) = kg("sources", "--json").json["sources"]
    assert (source["name"], source["address"]) == ("old-place", "github:new/place")
    assert kg.labels() > before
    asked = len(web.log)
    assert "moved" not in kg("refresh").err
    assert [one.path for one in web.log[asked:]] == ["/new/place/HEAD/README.md"]


def test_a_list_that_has_moved_before_it_was_added_is_named_as_typed(kg: Kg, web: ListServer) -> None:
    moved(web)
    told = kg("add", "Old/Place", "--no-fetch", code=3)  # this stand-in tells case, unlike GitHub
    assert told.errors
    told = kg("add", "old/place", "--no-fetch", "--json")
    assert "note: old/place has moved to new/place" in told.err
    (one,) = told.json["sources"]
    assert (one["name"], one["address"], one["moved_from"]) == (
        "old-place",
        "github:new/place",
        "github:old/place",
    )
    (document,) = (row for row in _documents(kg) if row["key"] == "list:old-place")
    assert document["page"] == "https://github.com/new/place/blob/HEAD/README.md"


def _documents(kg: Kg) -> list[dict[str, Any]]:
    import sqlite3

    with sqlite3.connect(kg.database) as db:
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute("SELECT * FROM document")]
    db.close()
    return found


def test_a_dry_run_follows_but_writes_nothing(kg: Kg, web: ListServer) -> None:
    web.pages["/old/place/HEAD/README.md"] = a_list("ebb").encode()
    kg("add", "old/place", "--no-fetch")
    moved(web)
    before = kg.stored()
    kg("refresh", "--dry-run")
    assert kg.stored() == before


@pytest.mark.parametrize("order", [("old/place", "new/place"), ("new/place", "old/place")])
def test_two_names_of_one_repository_are_one_source(kg: Kg, web: ListServer, order: tuple[str, str]) -> None:
    moved(web)
    told = kg("add", *order, "--no-fetch")
    assert "old/place has moved to new/place, which is the source new-place already" in told.err
    (source,) = kg("sources", "--json").json["sources"]
    assert source["name"] == "new-place"
    told = kg("add", "old/place", "--no-fetch")
    assert "new-place already" in told.err
    assert len(kg("sources", "--json").json["sources"]) == 1


def test_the_api_tells_of_a_move_that_the_raw_host_hides(kg: Kg, web: ListServer) -> None:
    kg.environment["KG_GITHUB_API"] = f"{web.url}/api"
    web.pages["/old/place/HEAD/README.md"] = a_list("ebb").encode()
    web.moved["/api/repos/old/place/commits"] = "/api/repositories/7/commits"
    web.moved["/api/repos/old/place"] = "/api/repositories/7"
    web.pages["/api/repositories/7/commits"] = b"[]"
    web.pages["/api/repositories/7"] = json.dumps({"full_name": "new/place"}).encode()
    assert "note: old/place has moved to new/place" in kg("add", "old/place", "--no-fetch").err
    (document,) = (row for row in _documents(kg) if row["key"] == "list:old-place")
    assert document["page"].startswith("https://github.com/new/place/")


@pytest.mark.parametrize(
    "answer",
    [b'{"full_name": "old/place"}', b'{"full_name": "../x"}', b'{"full_name": 1}', b"[]", b"<html>"],
)
def test_an_answer_of_the_api_that_names_no_other_repository_moves_nothing(
    web: ListServer, answer: bytes
) -> None:
    http = Http(environ={"KG_GITHUB_RAW": web.url, "KG_GITHUB_API": f"{web.url}/api"})
    web.moved["/api/repos/old/place/commits"] = "/api/repositories/7/commits"
    web.pages["/api/repositories/7/commits"] = b"[]"
    web.pages["/api/repos/old/place"] = answer
    assert standing(f"{web.url}/old/place/HEAD/README.md", b"", http) == Standing()


def test_where_the_raw_host_shows_nothing_the_api_may_know_the_new_name(kg: Kg, web: ListServer) -> None:
    kg.environment["KG_GITHUB_API"] = f"{web.url}/api"
    web.pages["/api/repos/old/place"] = json.dumps({"full_name": "new/place"}).encode()
    web.pages["/new/place/HEAD/README.md"] = a_list("ebb").encode()
    assert "note: old/place has moved to new/place" in kg("add", "old/place", "--no-fetch").err
    (source,) = kg("sources", "--json").json["sources"]
    assert source["address"] == "github:new/place"


def test_a_file_of_a_moved_repository_keeps_its_path(kg: Kg, web: ListServer) -> None:
    web.pages["/new/place/main/docs/a.md"] = a_list("ebb").encode()
    web.moved["/old/place/main/docs/a.md"] = f"{web.url}/new/place/main/docs/a.md"
    kg("add", "https://github.com/old/place/blob/main/docs/a.md", "--no-fetch")
    (source,) = kg("sources", "--json").json["sources"]
    assert source["address"] == "https://github.com/new/place/blob/main/docs/a.md"


def test_a_redirect_within_one_repository_or_to_elsewhere_is_no_move(kg: Kg, web: ListServer) -> None:
    web.pages["/old/place/main/README.md"] = a_list("ebb").encode()
    web.moved["/old/place/HEAD/README.md"] = f"{web.url}/old/place/main/README.md"
    web.pages["/elsewhere.md"] = a_list("flow").encode()
    web.moved["/other/place/HEAD/README.md"] = f"{web.url}/elsewhere.md"
    assert "moved" not in kg("add", "old/place", "other/place", "--no-fetch").err


# ------------------------------------------------------------------------------------ follow

HUB = """\
# Awesome Awesome

## Platforms
- [Ebb](https://github.com/lab/awesome-ebb#readme) - Models of ebbs.
- [Flow](https://github.com/lab/Awesome-Flow) - Models of flows.
- [Tool](https://github.com/lab/tool) - No list, see [ebb](https://github.com/lab/awesome-other).
- [Page](https://github.com/lab/awesome-page/blob/main/x.md) - A page of one.
- [Gull Counting with Radar](https://arxiv.org/abs/2401.90001) [[Code](https://github.com/lab/awesome-paper)]

## Other lists
- [Gulls](https://github.com/lab/gulls) - Lists of gulls.
- [Ebb again](https://github.com/lab/awesome-ebb) - Twice.
"""


@pytest.fixture
def hub(kg: Kg, web: ListServer) -> Kg:
    kg.write("hub.md", HUB)
    for name in ("awesome-ebb", "Awesome-Flow", "gulls"):
        web.pages[f"/lab/{name}/HEAD/README.md"] = a_list(name.lower()).encode()
    return kg


def test_lists_are_named_by_entries_whose_own_link_is_a_list() -> None:
    fates: tuple[Fate, ...] = read_list(HUB.encode(), name="hub").fates
    texts = [address.text for address in lists_named(fates)]
    assert texts == ["github:lab/awesome-ebb", "github:lab/Awesome-Flow", "github:lab/gulls", texts[0]]


def sources(kg: Kg) -> list[str]:
    return [source["name"] for source in kg("sources", "--json").json["sources"]]


def test_follow_adds_the_lists_that_a_list_names(hub: Kg) -> None:
    told = hub("add", "hub.md", "--follow", "20", "--no-fetch")
    assert "note: following 3 lists\n" in told.err
    assert sorted(sources(hub)) == ["hub", "lab-awesome-ebb", "lab-awesome-flow", "lab-gulls"]
    assert {"gulls 0", "awesome-ebb 1", "awesome-flow 1"} <= hub.labels()


def test_follow_adds_no_more_than_it_may_the_first_first(hub: Kg) -> None:
    told = hub("add", "hub.md", "--follow", "2", "--no-fetch")
    assert "note: following 2 lists of 3 (--follow 3 for all)" in told.err
    assert sorted(sources(hub)) == ["hub", "lab-awesome-ebb", "lab-awesome-flow"]
    assert "note: following 1 list\n" in hub("add", "hub.md", "--follow", "2", "--no-fetch").err
    assert "lab-gulls" in sources(hub)


def test_follow_goes_one_step_and_no_further(hub: Kg, web: ListServer) -> None:
    web.pages["/lab/gulls/HEAD/README.md"] = (
        b"# Gulls\n\n## Lists\n- [Terns](https://github.com/lab/awesome-terns) - A list.\n"
    )
    hub("add", "hub.md", "--follow", "20", "--no-fetch")
    assert "lab-awesome-terns" not in sources(hub)


def test_a_list_that_cannot_be_followed_is_told_and_the_rest_is_kept(hub: Kg, web: ListServer) -> None:
    del web.pages["/lab/gulls/HEAD/README.md"]
    told = hub("add", "hub.md", "--follow", "20", "--no-fetch", code=4)
    assert "lab/gulls" in told.error
    assert sorted(sources(hub)) == ["hub", "lab-awesome-ebb", "lab-awesome-flow"]


@pytest.mark.parametrize("number", ["0", "-1", "all", ""])
def test_follow_wants_a_number(hub: Kg, number: str) -> None:
    hub("add", "hub.md", "--follow", number, code=2)
    assert not hub.database.exists()


def test_a_list_that_has_moved_to_where_another_is_is_not_added_twice(hub: Kg, web: ListServer) -> None:
    web.moved["/lab/gulls/HEAD/README.md"] = f"{web.url}/lab/terns/HEAD/README.md"
    web.pages["/lab/terns/HEAD/README.md"] = a_list("terns").encode()
    told = hub("add", "hub.md", "lab/terns", "--follow", "20", "--no-fetch")
    assert "lab/gulls has moved to lab/terns, which is the source lab-terns already" in told.err
    assert sorted(sources(hub)) == ["hub", "lab-awesome-ebb", "lab-awesome-flow", "lab-terns"]


def test_a_list_that_names_no_lists_is_added_alone(kg: Kg) -> None:
    kg.write("a.md", a_list("ebb"))
    assert "following 0 lists" in kg("add", "a.md", "--follow", "5", "--no-fetch").err
    assert rows(kg.database)["node"]
