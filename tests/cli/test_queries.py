"""Papers that no list names: asked for by a query, or out of a reader's own library."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.command import Kg, rows
from tests.fakes.arxiv_server import ArxivServer, Paper, empty_feed, invented
from tests.fakes.loopback import status

QUERY = "arxiv:cat:cs.KT AND ti:wren"


def wren(number: int) -> Paper:
    """A paper of the query, the later the higher its number."""
    base = invented(f"2401.{90000 + number:05d}")
    first = base.updated[0].replace(year=2024, month=1, day=1, hour=0) + timedelta(hours=number)
    return Paper(base.arxiv_id, f"Wren study {number}", base.authors, (first,), ("cs.KT",))


def stored(kg: Kg) -> list[str]:
    return sorted(row[0] for row in rows(kg.database)["paper"])


def ids(*numbers: int) -> list[str]:
    return sorted(wren(n).arxiv_id for n in numbers)


def test_a_query_brings_the_latest_papers_up_to_its_limit(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.add(*map(wren, range(9)), invented("2402.90000"))
    told = kg("add", QUERY, "--limit", "4", "--every", "7d")
    assert "papers: 4 looked up, 4 new" in told.out
    assert stored(kg) == ids(5, 6, 7, 8)
    text = (kg.workspace / "kg.toml").read_text()
    assert 'address = "arxiv:cat:cs.KT AND ti:wren"\nlimit = 4\nevery = "7d"' in text
    assert [s.query["search_query"] for s in arxiv.log] == ["cat:cs.KT AND ti:wren"]
    assert kg("show", f"arxiv:{ids(8)[0]}", "--json").json["node"]["label"] == "Wren study 8"


def test_later_runs_bring_only_new_papers_and_keep_the_old(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    arxiv.add(*map(wren, range(3)))
    kg("add", QUERY)
    kg("refresh")
    assert len(arxiv.log) == 1  # nothing was announced in between
    kg.environment["KG_NOW"] = "2026-01-07T12:00:00Z"
    arxiv.papers.pop(wren(0).arxiv_id)  # the query finds it no more: it stays
    arxiv.add(*map(wren, range(3, 5)))
    told = kg("refresh", "--json").json
    assert told["papers"]["new"] == 2
    assert stored(kg) == ids(0, 1, 2, 3, 4)
    assert [s.query.get("search_query", "ids") for s in arxiv.log][1:2] == ["cat:cs.KT AND ti:wren"]
    asked = [set(one) for one in arxiv.asked[2:] if one != [""]]
    assert asked[0] == set(ids(0, 1, 2))  # what the query brought just now is not asked for again


def test_a_later_run_ends_with_the_first_page_that_holds_a_known_paper(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    arxiv.cap = 2
    arxiv.add(*map(wren, range(6)))
    kg("add", QUERY)
    kg.environment["KG_NOW"] = "2026-01-07T12:00:00Z"
    before = len(arxiv.log)
    arxiv.add(wren(6))
    kg("refresh")
    assert stored(kg) == ids(*range(7))
    assert sum("search_query" in seen.query for seen in arxiv.log[before:]) == 1


def test_a_query_that_was_cut_short_is_taken_up_again(kg: Kg, arxiv: ArxivServer) -> None:
    arxiv.add(*map(wren, range(6)))
    arxiv.cap = 2
    arxiv.script(None, status(403))
    told = kg("add", QUERY)
    assert stored(kg) == ids(4, 5)
    assert "refuses" in told.err
    kg.environment["KG_ARXIV_DELAY"] = "0"
    kg.environment["KG_STATE"] = str(kg.workspace / "other-state")
    kg("refresh")
    assert stored(kg) == ids(0, 1, 2, 3, 4, 5)


def test_an_empty_answer_takes_nothing_away(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    arxiv.add(*map(wren, range(3)))
    kg("add", QUERY)
    before = kg("export", "--turtle").out
    kg.environment["KG_NOW"] = "2026-01-07T12:00:00Z"
    arxiv.script(empty_feed())
    kg("refresh")
    assert kg("export", "--turtle").out == before


def test_removing_a_query_takes_its_papers_but_not_those_that_a_list_names(
    kg: Kg, arxiv: ArxivServer
) -> None:
    arxiv.add(*map(wren, range(3)))
    kg.write("kelp.md", f"# L\n\n## Papers\n- [Wren study 1](https://arxiv.org/abs/{ids(1)[0]})\n")
    kg("add", QUERY, "kelp.md")
    name = next(s["name"] for s in kg("sources", "--json").json["sources"] if s["name"] != "kelp")
    kg("sources", "rm", name)
    assert stored(kg) == ids(1)


def test_a_period_keeps_a_query_quiet(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    arxiv.add(*map(wren, range(3)))
    kg("add", QUERY, "--every", "2w")
    kg.environment["KG_NOW"] = "2026-01-14T12:00:00Z"
    kg("refresh", "--due")
    queries = [s for s in arxiv.log if "search_query" in s.query]
    assert len(queries) == 1
    kg.environment["KG_NOW"] = "2026-01-20T12:00:00Z"
    kg("refresh", "--due")
    assert len([s for s in arxiv.log if "search_query" in s.query]) == 2


def test_what_is_no_query_is_refused_with_both_forms(kg: Kg) -> None:
    assert "no arXiv identifier and no query" in kg.refused("add", "arxiv:lora")
    assert "--limit is for queries" in kg.refused("add", "starter", "--limit", "3")
    assert "is no time" in kg.refused("add", "starter", "--every", "soon")


def test_a_library_is_a_source_like_any_list(kg: Kg, arxiv: ArxivServer) -> None:
    paper = wren(1)
    arxiv.add(paper)
    kg.write("shelf.bib", f"@misc{{w, title={{Wren study 1}}, eprint={{{paper.arxiv_id}}}, year=2024}}\n")
    kg.write(
        "zotero.json",
        json.dumps([{"type": "article", "title": "Wren study 1", "number": f"arXiv:{paper.arxiv_id}"}]),
    )
    kg("add", "shelf.bib", "zotero.json")
    shown = kg("show", f"arxiv:{paper.arxiv_id}", "--json").json
    assert shown["node"]["support"] == 3  # two libraries and arXiv
    assert kg("items", "shelf.bib", "--json").json["items"][0]["name"] == "Wren study 1"
    assert "is a library" in kg.refused("items", "shelf.bib", "--line", "1", "--report")
    kg.write("shelf.bib", "@misc{w, title={Another}}\n")
    kg("refresh")
    assert kg("show", "another", "--json").json["node"]["kind"] == "Paper"
    assert "names nothing" in kg.refused("add", kg.write("empty.bib", "nothing here"))
