"""``kg check``: exit codes, streams, and what it writes for people, programs, GitHub and SARIF."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from kg.checks import CHECKS, SOUNDNESS
from tests.cli.command import Kg, on_a_terminal
from tests.fakes.arxiv_server import ArxivServer
from tests.fakes.list_server import ListServer

MARSH = """\
# Awesome Marsh

## Models
- [Ebb, 1% salt](http:/ebb.org/a) - A model: of "tides".
- [Flow](https://github.com/salt/flow) - A model.
- [Flow](https://github.com/salt/flow) - The same.
"""


@pytest.fixture
def marsh(kg: Kg) -> Kg:
    (kg.desk / "a, b").mkdir()
    kg.write("a, b/marsh.md", MARSH)
    kg("add", "a, b/marsh.md")
    return kg


def found(kg: Kg, *arguments: str, code: int = 1) -> list[dict[str, Any]]:
    findings = kg("check", *arguments, "--json", code=code).json["findings"]
    assert isinstance(findings, list)
    return findings


def test_a_sound_graph_is_exit_0(kg: Kg) -> None:
    kg.write("a.md", "# A\n\n## Models\n- [Ebb](https://github.com/salt/ebb) - A model.\n")
    kg("add", "a.md")
    told = kg("check", "--format", "table")
    assert (told.out, told.err) == ("", "no findings\n")
    assert found(kg, code=0) == []


def test_findings_are_exit_1_with_file_and_line(marsh: Kg) -> None:
    before = marsh.stored()
    wrong, again = found(marsh)
    assert (wrong["check"], wrong["severity"], wrong["document"]) == ("links", "error", "list:marsh")
    assert (wrong["file"], wrong["line"]) == ("a, b/marsh.md", 4)
    assert "http:/ebb.org/a" in wrong["message"]
    assert wrong["hint"]
    assert (again["severity"], again["line"]) == ("warning", 6)
    assert marsh.stored() == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 1),
        (["--fail-on", "error"], 1),
        (["links"], 1),
        (["--links"], 1),
        (["--links", "titles"], 1),
        (["titles", "papers", "names"], 0),
    ],
    ids=str,
)
def test_names_pick_checks(marsh: Kg, arguments: list[str], code: int) -> None:
    found(marsh, *arguments, code=code)


def test_warnings_fail_only_where_they_are_asked_to(kg: Kg) -> None:
    kg.write("a.md", "# A\n\n## Models\n" + "- [Ebb](https://github.com/salt/ebb) - A model.\n" * 2)
    kg("add", "a.md")
    assert len(found(kg, "--fail-on", "error", code=0)) == 1
    assert len(found(kg, "--fail-on", "warning", code=1)) == 1


def test_an_unknown_check_is_a_usage_error(marsh: Kg) -> None:
    assert marsh.refused("check", "title") == "there is no check 'title'\nDid you mean titles?"


def test_without_a_graph_there_is_nothing_to_check(kg: Kg) -> None:
    assert "kg add" in kg.refused("check")


def test_the_help_names_every_check(kg: Kg) -> None:
    told = kg("check", "--help").out
    for name, (_, text) in CHECKS.items():
        assert name in told
        assert text in told


def test_a_table_on_a_terminal_says_where_and_what_to_do(marsh: Kg) -> None:
    told = "\n".join(on_a_terminal(marsh, "check", columns=200, code=1))
    assert "a, b/marsh.md:4" in told
    assert "An address begins with https://." in told
    assert "1 error, 1 warning" in told


def test_github_shows_findings_beside_the_lines(marsh: Kg) -> None:
    told = marsh("check", "--format", "github", code=1)
    first, second = told.out.splitlines()
    assert first == (
        "::error file=a%2C b/marsh.md,line=4,title=kg check links::malformed link of 'Ebb, 1%25 salt':"
        " http:/ebb.org/a. An address begins with https://."
    )
    assert second.startswith("::warning file=a%2C b/marsh.md,line=6,title=kg check links::'Flow' stands")


def test_nothing_in_a_list_can_write_a_command_of_its_own(kg: Kg) -> None:
    kg.write(
        "a.md", "# A\n\n## Models\n- [Ebb\r::error::x\x1b[31m](http:/ebb.org/%0A::error::y) - A model.\n"
    )
    kg("add", "a.md")
    told = kg("check", "--format", "github", code=1).out
    assert [line.partition("::")[0] for line in told.splitlines()] == [""] * len(told.splitlines())
    assert told.count("\n::error") + told.startswith("::error") == len(told.splitlines())
    assert "\x1b" not in told
    assert "\r" not in told


def test_sarif_is_a_log_that_others_take(marsh: Kg) -> None:
    log = json.loads(marsh("check", "--format", "sarif", code=1).out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CHECKS)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "links"
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "a,%20b/marsh.md"},
        "region": {"startLine": 4},
    }


def test_a_list_from_the_web_is_named_by_its_page(kg: Kg, web: ListServer) -> None:
    web.pages["/salt/marsh/HEAD/README.md"] = MARSH.encode()
    kg("add", "salt/marsh", "--no-fetch")
    assert found(kg)[0]["file"] == "https://github.com/salt/marsh/blob/HEAD/README.md"


def test_corrections_are_named_by_their_file(tides: Kg) -> None:
    tides("correct", "kind", "lora", "Topic")
    tides.corrections.write_text(tides.corrections.read_text().replace("LoRA", "LoRB"))
    text = tides.corrections.read_text()
    tides.corrections.write_text(text.replace("arxiv:", "doi:10.1000/").replace("github:", "gitlab:"))
    (one,) = found(tides, "corrections")
    assert one["file"].endswith("ws/corrections.toml")
    assert one["line"] > 0


def test_titles_and_unknown_ids_are_told_once_arxiv_has_been_asked(kg: Kg, arxiv: ArxivServer) -> None:
    kg.write(
        "a.md",
        "# A\n\n## Papers\n- [Gull Counting with Radar Pictures](https://arxiv.org/abs/2106.09685)\n"
        "- [Salt and Silt in Models of Rivers](https://arxiv.org/abs/2401.99999)\n",
    )
    arxiv.any_id = False
    kg("add", "a.md")
    title, unknown = found(kg, "titles", "papers")
    assert (title["check"], title["line"]) == ("titles", 4)
    assert "LoRA" in title["message"]
    assert (unknown["check"], unknown["line"]) == ("papers", 5)
    assert "2401.99999" in unknown["message"]


def test_what_is_wrong_with_the_database_is_told_with_its_row_and_what_to_do_helps(
    tides: Kg, arxiv: ArxivServer
) -> None:
    tides.environment |= arxiv.environment | {"KG_OFFLINE": ""}
    tides("refresh", "--all")
    sound = tides("check", *SOUNDNESS, "--json").json
    assert sound["findings"] == []
    with sqlite3.connect(tides.database) as db:
        db.execute("UPDATE node SET support = 7 WHERE slug = 'lora'")
    db.close()
    (one,) = found(tides, *SOUNDNESS)
    assert (one["check"], one["severity"], one["document"]) == ("nodes", "error", "database")
    assert one["file"].endswith("ws/graph.db")
    assert one["message"] == "lora is said to stand in 7 documents and stands in 1"
    assert "`kg refresh --all`" in one["hint"]
    labels = tides.labels()
    tides.database.unlink()
    tides("refresh", "--all")
    assert tides.labels() == labels
    found(tides, *SOUNDNESS, code=0)
