"""``kg changes``: what lists and papers have done, told once, exactly, and only if they did it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.store import Store
from tests.cli.command import Kg
from tests.cli.lists import TIDES
from tests.fakes.arxiv_server import ArxivServer, invented
from tests.unit.test_atom import read

MOONS, WAVES = "2401.90003", "2401.90001"
GONE = "This paper has been withdrawn; superseded by arXiv:2401.90001"
OWL = "- [Owl](https://github.com/saltlab/owl) - A model of owls.\n- [Ebbformer]"


def at(kg: Kg, day: int) -> Kg:
    kg.environment["KG_NOW"] = f"2026-01-{day:02}T12:00:00Z"
    return kg


def lived(kg: Kg, arxiv: ArxivServer) -> None:
    """A list and its papers on the 5th; on the 20th one entry more, one paper withdrawn, one published."""
    kg.write("tides.md", TIDES)
    at(kg, 5)("add", "tides.md")
    arxiv.add(invented(MOONS).revised(comment=GONE))
    arxiv.add(replace(invented(WAVES), doi="10.1234/abc"))
    kg.write("tides.md", TIDES.replace("- [Ebbformer]", OWL))
    at(kg, 20)("refresh")
    at(kg, 23)


def told(kg: Kg, *options: str) -> list[tuple[str, str, str]]:
    found = kg("changes", "--json", *options).json["changes"]
    return [(one["what"], one["action"], one["text"]) for one in found]


def test_a_first_import_is_no_news(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.api
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    nothing = kg("changes", "--json")
    assert nothing.json["changes"] == []
    assert "--cause all" in nothing.err
    assert told(kg, "--cause", "all", "--what", "list") == [("list", "added", "Awesome Tide Models")]
    assert len(told(kg, "--cause", "first-import", "--what", "paper")) == 4


def test_what_happened_is_told_the_latest_first(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    moons, waves = (kg("paper", one).json["record"]["title"] for one in (MOONS, WAVES))
    assert told(kg) == [
        ("paper", "withdrawn", moons),
        ("paper", "replaced", moons),
        ("paper", "published", waves),
        ("entry", "added", "Owl"),
    ]
    shown = kg("changes", "--format", "table").out.splitlines()
    assert [line.split()[:3] for line in shown[1:]] == [
        ["2026-01-20", what, action]
        for what, action in (
            ("paper", "withdrawn"), ("paper", "replaced"), ("paper", "published"), ("entry", "added"),
        )
    ]  # fmt: skip
    assert shown[1].rstrip().endswith(f"{GONE}; rests on it alone: Moon-phase gating")
    assert shown[4].rstrip().endswith("tides › Models")


def test_a_second_refresh_adds_nothing(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    before = kg("changes", "--json", "--cause", "all", "--what", "all", "--limit", "-1").out
    arxiv.dialect = "classic"
    at(kg, 27)("refresh", "--all")
    assert kg("changes", "--json", "--cause", "all", "--what", "all", "--limit", "-1").out == before


def test_blanks_and_dialects_are_no_news_and_the_export_is_the_same_bytes(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write("tides.md", TIDES)
    at(kg, 5)("add", "tides.md")
    before = kg("export", "--turtle").out
    kg.write("tides.md", TIDES.replace("\n\n", "\n\n\n").replace(" - ", "  - "))
    arxiv.dialect = "classic"
    at(kg, 20)("refresh", "--all")
    assert told(kg, "--cause", "source", "--cause", "rules", "--what", "all") == []
    assert kg("export", "--turtle").out == before


def test_news_can_be_narrowed(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    assert [one[1] for one in told(kg, "--action", "published", "--action", "added")] == [
        "published",
        "added",
    ]
    assert [one[0] for one in told(kg, "--what", "entry")] == ["entry"]
    assert told(kg, "--since", "2d") == []
    assert len(told(kg, "--since", "3d")) == 4
    assert len(told(kg, "--since", "2026-01-20")) == 4
    assert told(kg, "--since", "2026-01-21") == []
    assert len(told(kg, "--since", "99999w")) == 4
    last = kg("changes", "--json").json["last"]
    assert told(kg, "--after", str(last)) == []
    assert len(told(kg, "--after", str(last - 1))) == 1
    some = kg("changes", "--json", "--limit", "2")
    assert (some.json["count"], some.err) == (2, "note: the latest 2 are shown; --limit -1 for all\n")


@pytest.mark.parametrize("text", ["yesterday", "30", "30 days", "2026-13-01", "-1d", "0d", "\x1b"])
def test_a_time_that_is_none_is_refused(tides: Kg, text: str) -> None:
    assert "Like 2026-01-31, 12h, 30d or 4w." in tides.refused("changes", "--since", text)


def test_the_feed_is_atom_written_whole_and_the_same_again(kg: Kg, arxiv: ArxivServer) -> None:
    lived(kg, arxiv)
    assert kg("changes", "--atom", "news.xml").out == ""
    content = (kg.desk / "news.xml").read_bytes()
    assert len(read(content)) == 3 + 1 + 4
    assert at(kg, 27)("changes", "--atom", "-").out.encode() == content
    assert sorted(path.name for path in kg.desk.iterdir()) == ["news.xml", "tides.md"]
    assert "cannot be written" in kg.refused("changes", "--atom", "nowhere/news.xml")
    assert "a format of its own" in kg.refused("changes", "--atom", "-", "--json")
    assert (kg.desk / "news.xml").read_bytes() == content


@pytest.mark.parametrize("command", [("refresh",), ("add", "tides.md")])
def test_a_better_reader_is_no_news_even_where_the_list_has_changed_too(
    kg: Kg, arxiv: ArxivServer, command: tuple[str, ...]
) -> None:
    assert arxiv.api
    kg.write("tides.md", TIDES)
    at(kg, 5)("add", "tides.md", "--no-fetch")
    with Store(kg.database) as store:  # as an older reader left it: it did not see one of the entries
        store.db.execute("UPDATE document SET reader = 'list/0' WHERE key = 'list:tides'")
        store.db.execute(
            "DELETE FROM claim WHERE subject_id IN (SELECT id FROM mention WHERE name = 'Ebbformer')"
        )
        store.db.execute("DELETE FROM mention WHERE name = 'Ebbformer'")
    kg.write("tides.md", TIDES.replace("- [Ebbformer]", OWL))
    at(kg, 20)(*command)
    assert told(kg) == [("entry", "added", "Owl")]
    assert told(kg, "--cause", "rules") == [("entry", "added", "Ebbformer")]
