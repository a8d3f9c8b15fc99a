"""``kg paper``: the record, its age, its places and its history; and withdrawals wherever shown."""

from __future__ import annotations

from dataclasses import replace

from tests.cli.command import Kg
from tests.cli.lists import TIDES
from tests.fakes.arxiv_server import ArxivServer, invented

MOONS, WAVES = "2401.90003", "2401.90001"
GONE = "This paper has been withdrawn; superseded by arXiv:2401.90001"


def lived(kg: Kg, arxiv: ArxivServer) -> None:
    """A list and its papers on a Monday; a fortnight later one is withdrawn and one is published."""
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    arxiv.add(invented(MOONS).revised(comment=GONE, title="Moons"))
    arxiv.add(replace(invented(WAVES), doi="10.1234/abc", journal_ref="J. Tides 3 (2026)"))
    kg.environment["KG_NOW"] = "2026-01-20T12:00:00Z"
    kg("refresh")
    kg.environment["KG_NOW"] = "2026-01-23T12:00:00Z"


def test_a_paper_is_shown_with_its_history_the_oldest_first(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    told = kg("paper", WAVES, "--history", "--format", "table").out.splitlines()
    assert told[4] == "  published: J. Tides 3 (2026) · doi:10.1234/abc"
    assert told[5] == "  as of 3 days ago, stale since 2026-01-21"
    assert told[6:10] == [
        "  named in (1)",
        "      tides, line 9: Models",
        "  introduces (1)",
        "      M Brinewave  [brinewave]",
    ]
    past = told[told.index("  history") + 1 :]
    assert past[-2:] == [
        "      2026-01-20  journal reference: (none) → J. Tides 3 (2026)",
        "      2026-01-20  doi: (none) → 10.1234/abc",
    ]
    assert "v1 submitted" in past[0]
    dates = [line.split()[0] for line in past]
    assert dates == sorted(dates)


def test_a_papers_history_is_json_with_its_evidence(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    found = kg("paper", f"arxiv:{MOONS}", "--history").json
    assert [one["version"] for one in found["versions"]] == [1, 2, 3]
    assert [one["withdrawn"] for one in found["versions"]] == [None, False, True]
    told = [(one["field"], one["new"], one["at"], one["document"]) for one in found["changes"]]
    assert told == [
        (field, new, "2026-01-20T12:00:00+00:00", f"arxiv:{MOONS}")
        for field, new in (("version", "v3"), ("title", "Moons"), ("comment", GONE), ("withdrawn", "yes"))
    ]
    assert "changes" not in kg("paper", MOONS).json


def test_a_withdrawal_is_shown_with_reason_successor_and_what_rests_on_it(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    for command in ("paper", "show"):
        told = kg(command, MOONS, "--format", "table").out
        assert f"  WITHDRAWN: {GONE}\n    in its place it names arXiv:{WAVES}  " in told
        assert "rests on it alone: Moon-phase gating [moon-phase-gating]" in told
        assert "as of 3 days ago, stale since 2026-01-21" in told
        record = kg(command, MOONS).json["record"]
        assert (record["withdrawn_because"], record["successor"]) == (GONE, f"arxiv:{WAVES}")
    told = kg("show", "moon-phase-gating", "--format", "table").out
    assert "  RESTS ON WITHDRAWN PAPERS ALONE: Moons\n" in told
    assert kg("show", "moon-phase-gating").json["rests_on_withdrawn"] == [f"arxiv-{MOONS}"]
    assert kg("show", "brinewave").json["rests_on_withdrawn"] == []
    (finding,) = kg("check", "withdrawn", "--json", code=1).json["findings"]
    assert (finding["document"], finding["line"]) == ("list:tides", 15)
    assert "nothing else introduces Moon-phase gating" in finding["message"]
    assert f"https://arxiv.org/abs/{WAVES}" in finding["hint"]


def test_a_paper_that_arxiv_does_not_know_says_how_often_it_was_asked(kg: Kg, arxiv: ArxivServer) -> None:
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    arxiv.any_id = False
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    kg.environment["KG_NOW"] = "2026-01-07T12:00:00Z"
    kg("refresh")
    kg.environment["KG_NOW"] = "2026-01-08T12:00:00Z"
    told = kg("paper", MOONS, "--format", "table").out
    assert "  not found, 2 times, asked 1 day ago\n" in told
    looked = kg("paper", MOONS).json
    assert (looked["record"], looked["lookup"]["misses"]) == (None, 2)


def test_a_paper_without_metadata_is_shown_as_it_is(tides: Kg) -> None:
    told = tides("paper", MOONS, "--history", "--format", "table").out
    assert "  never looked up\n" in told
    assert "tides, line 15: Fine-tuning methods" in told


def test_what_is_no_paper_is_refused_with_its_papers(tides: Kg) -> None:
    error = tides.refused("paper", "moon-phase-gating", code=1)
    assert error == f"Moon-phase gating is a Method and no paper\nIntroduced by: arxiv-{MOONS}."
    assert "kg show driftkit" in tides.refused("paper", "driftkit", code=1)


def test_a_reason_is_data_and_obeyed_by_no_terminal(kg: Kg, arxiv: ArxivServer) -> None:
    evil = "Withdrawn. [red]\x9b31m \u202e superseded by arXiv:2401.90001"
    arxiv.add(invented(MOONS).revised(comment=evil))
    kg("add", f"arxiv:{MOONS}")
    for format_ in ("table", "json"):
        for command in ("paper", "show"):
            told = kg(command, MOONS, "--format", format_).out
            assert not {"\u202e", "\x9b", "\x1b"} & set(told)
            assert "[red]" in told
