"""The life of a workspace: init, add, refresh, correct, remove, back up, and two at once."""

from __future__ import annotations

import sqlite3
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Kg, finish, rows
from tests.cli.lists import KELP, TIDES
from tests.fakes import loopback
from tests.fakes.list_server import ListServer


def graph(kg: Kg) -> dict[str, Any]:
    """All of the graph but for times and places: nodes by slug with their edges."""
    found = {}
    for node in kg("search", "--json", "--limit", "-1").json["nodes"]:
        found[node["slug"]] = (node, kg("show", node["slug"], "--json").json["edges"])
    return found


# ------------------------------------------------------------------------------------ init


@pytest.mark.parametrize(
    ("remote", "base"),
    [
        ("git@github.com:SaltLab/tides.git", "https://saltlab.github.io/tides/"),
        ("https://github.com/SaltLab/tides", "https://saltlab.github.io/tides/"),
        ("ssh://git@github.com/SaltLab/tides.git", "https://saltlab.github.io/tides/"),
        ("https://token@github.com/SaltLab/tides.git/", "https://saltlab.github.io/tides/"),
        ("https://gitlab.com/saltlab/tides.git", "https://saltlab.gitlab.io/tides/"),
        ("https://git.example.org/x/y", "https://example.org/kg/"),
        ("https://evilgithub.com/x/y", "https://example.org/kg/"),
        ("$(touch owned)", "https://example.org/kg/"),
        ("", "https://example.org/kg/"),
    ],
)
def test_init_proposes_a_base_from_the_git_remote(kg: Kg, remote: str, base: str) -> None:
    subprocess.run(["git", "init", "-q", kg.desk], env=kg.environment, check=True)
    if remote:
        command = ["git", "-C", str(kg.desk), "remote", "add", "origin", remote]
        subprocess.run(command, env=kg.environment, check=True)
    told = kg("init")
    assert base in told.err
    assert tomllib.loads((kg.desk / "kg.toml").read_text("utf-8"))["kg"]["base"] == base
    assert "token" not in (kg.desk / "kg.toml").read_text("utf-8")


def test_init_makes_a_folder_that_is_then_found_from_below(kg: Kg) -> None:
    kg("init", "reading/deep", "--title", 'A "title"\\ with [red]', "--base", "https://w3id.org/me/tides#")
    kg.desk = kg.desk / "reading" / "deep"
    (kg.desk / "below").mkdir()
    kg.desk = kg.desk / "below"
    kg.write("kelp.md", KELP)
    kg("add", "kelp.md")
    assert (kg.desk.parent / "graph.db").exists()
    settings = tomllib.loads((kg.desk.parent / "kg.toml").read_text("utf-8"))
    assert settings["kg"] == {"title": 'A "title"\\ with [red]', "base": "https://w3id.org/me/tides#"}
    assert settings["sources"] == {"kelp": {"address": "below/kelp.md"}}
    assert kg("show", "kelpnet").json["node"]["iri"] == "https://w3id.org/me/tides#node/kelpnet"
    assert not kg.workspace.exists()


def test_init_never_overwrites_and_keeps_nothing_of_a_bad_call(kg: Kg) -> None:
    assert "ends in / or #" in kg.refused("init", "--base", "nonsense")
    assert not (kg.desk / "kg.toml").exists()
    kg("init")
    before = (kg.desk / "kg.toml").read_bytes()
    assert "exists already" in kg.refused("init")
    assert (kg.desk / "kg.toml").read_bytes() == before
    kg.write("file", "x")
    assert kg.refused("init", "file")
    assert kg.refused("init", "file/below")


# ------------------------------------------------------------------------------------- add


def test_adding_again_says_no_change_and_changes_none(tides: Kg) -> None:
    before = tides.stored()
    assert "tides: no change" in tides("add", "tides.md").out
    assert "tides: no change" in tides("add", "./tides.md").out
    assert "tides: no change" in tides("add", str(tides.desk / "." / "tides.md"), "--name", "tides").out
    assert tides.stored() == before


def test_lists_in_any_order_give_the_same_graph(kg: Kg, tmp_path: Path) -> None:
    kg.write("tides.md", TIDES)
    kg.write("kelp.md", KELP)
    kg.write("more.md", KELP.replace("Kelpnet", "Brinewave").replace("forest/kelpnet", "saltlab/brinewave"))
    exports = []
    for number, order in enumerate([("tides", "kelp", "more"), ("more", "tides", "kelp")]):
        kg.environment["KG_WORKSPACE"] = str(tmp_path / f"w{number}")
        kg("add", *(f"{name}.md" for name in order))
        kg("-q", "export", "-o", f"{number}.ttl")
        exports.append((kg.desk / f"{number}.ttl").read_bytes())
    assert exports[0] == exports[1]


def test_a_name_is_for_one_list_and_must_be_one(tides: Kg) -> None:
    tides.write("kelp.md", KELP)
    before = tides.stored()
    assert "one LIST" in tides.refused("add", "kelp.md", "tides.md", "--name", "x")
    assert "'bad-name'" in tides.refused("add", "kelp.md", "--name", "Bad Name")
    assert tides.stored() == before
    tides("add", "kelp.md", "--name", "weeds")
    assert [s["name"] for s in tides("sources").json["sources"]] == ["tides", "weeds"]


def test_a_name_that_another_list_has_is_refused(tides: Kg) -> None:
    tides.write("kelp.md", KELP)
    before = tides.stored()
    assert "tides" in tides.refused("add", "kelp.md", "--name", "tides")
    assert tides.stored() == before


def test_two_files_of_one_name_are_two_sources(kg: Kg) -> None:
    for folder, text in (("a", KELP), ("b", TIDES)):
        (kg.desk / folder).mkdir()
        kg.write(f"{folder}/list.md", text)
    kg("add", "a/list.md")
    kg("add", "b/list.md")
    assert len({s["name"] for s in kg("sources").json["sources"]}) == 2
    assert {"Kelpnet", "LoRA"} <= kg.labels()


def test_the_summary_is_what_a_newcomer_understands(kg: Kg) -> None:
    told = kg("add", "starter")
    assert "starter: nodes +" in told.out
    assert " models\n" in told.out
    assert " edges\n" in told.out
    assert "papers on arXiv: 0 with metadata" in told.out
    assert told.out.splitlines()[-1].startswith("next: kg tui, kg search")


# --------------------------------------------------------------------------------- refresh


def test_refresh_takes_in_an_edit_and_says_what_changed(tides: Kg) -> None:
    tides.write("tides.md", TIDES.replace("## Frameworks", "- **Foghorn** - A method.\n\n## Frameworks"))
    dry = tides("refresh", "--dry-run", code=4).out  # as of a refresh: no network
    assert "Foghorn" not in tides.labels()
    wet = tides("refresh", code=4).out
    assert "nodes +1 -0" in dry
    assert "nodes +1 -0" in wet
    assert "Foghorn" in tides.labels()
    tides.write("tides.md", TIDES)
    assert "nodes +0 -1" in tides("refresh", code=4).out
    assert "Foghorn" not in tides.labels()


def test_dry_run_changes_nothing(tides: Kg) -> None:
    before = tides.stored()
    tides.write("tides.md", KELP)
    for call in (
        ["refresh", "--dry-run"],
        ["refresh", "--dry-run", "--json"],
        ["refresh", "--dry-run", "--all"],
    ):
        tides(*call)
        assert tides.stored() == before
    told = tides("refresh", "--dry-run", "--json").json["delta"]
    real = tides("refresh", "--json", code=0).json["delta"]
    assert told == real


@pytest.mark.parametrize("content", [b"", b"# Nothing\n", b"\0\0\0\0", b"<!doctype html><html>"])
def test_a_list_that_became_empty_or_unreadable_leaves_the_graph(tides: Kg, content: bytes) -> None:
    before = tides.stored()
    tides.write("tides.md", content)
    for call in (["refresh"], ["add", "tides.md"], ["refresh", "tides"]):
        assert len(tides(*call, code=2).errors) == 1
        assert tides.stored() == before
    told = tides("refresh", "--json", code=2).json
    assert told["sources"][0]["error"]
    tides.write("tides.md", TIDES)
    assert "no change" in tides("refresh", code=4).out


def test_a_list_that_is_gone_leaves_the_graph(tides: Kg) -> None:
    before = tides.stored()
    (tides.desk / "tides.md").unlink()
    assert "there is no file" in tides("refresh", code=2).errors[0]
    assert tides.stored() == before


def test_one_bad_list_of_two_is_exit_4_and_the_other_is_taken_in(tides: Kg) -> None:
    tides.write("kelp.md", KELP)
    tides("add", "kelp.md")
    (tides.desk / "tides.md").unlink()
    tides.write("kelp.md", KELP.replace("Kelpnet", "Wracknet"))
    assert len(tides("refresh", code=4).errors) == 1
    assert {"Wracknet", "LoRA"} <= tides.labels()


def test_a_web_list_that_fails_now_leaves_the_graph_and_is_exit_3(kg: Kg, web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    kg("add", f"{web.url}/kelp.md", "--no-fetch")
    before = kg.stored()
    for fault in (loopback.status(500), loopback.status(429, Retry_After="60"), loopback.reset()):
        web.script(fault)
        assert len(kg("refresh", code=3).errors) == 1
        assert kg.stored() == before
    assert "no change" in kg("refresh").out


def test_a_list_that_its_server_still_has_is_not_sent_again(kg: Kg, web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    kg("add", f"{web.url}/kelp.md", "--no-fetch")
    before = graph(kg)
    kg("refresh")
    assert [entry.status for entry in web.log] == [200, 304]
    assert graph(kg) == before
    web.pages["/kelp.md"] = KELP.replace("Kelpnet", "Kelpnet 2").encode()
    kg("refresh")
    assert web.log[-1].status == 200
    assert "Kelpnet 2" in kg.labels()


def test_a_tag_of_one_address_is_never_sent_to_another(kg: Kg, web: ListServer) -> None:
    web.pages |= {"/kelp.md": KELP.encode(), "/other.md": KELP.encode()}
    kg("add", f"{web.url}/kelp.md", "--no-fetch")
    config = kg.workspace / "kg.toml"
    config.write_text(config.read_text("utf-8").replace("kelp.md", "other.md"), "utf-8")
    kg("refresh")
    assert web.log[-1].status == 200


def test_a_newer_reader_reads_the_stored_bytes_again_where_the_list_is_out_of_reach(tides: Kg) -> None:
    before = graph(tides)
    with sqlite3.connect(tides.database) as db:
        db.execute("UPDATE document SET reader = 'list/0' WHERE kind = 'list'")
        db.execute("DELETE FROM claim_qualifier")  # what an older reader did not see yet
        db.execute("DELETE FROM claim_place")
        db.execute("DELETE FROM claim")
        db.execute("DELETE FROM statement_qualifier")
        db.execute("DELETE FROM statement")
    db.close()
    tides.desk.joinpath("tides.md").unlink()
    tides("refresh", code=2)
    assert graph(tides) == before
    with sqlite3.connect(tides.database) as db:
        causes = db.execute("SELECT DISTINCT cause FROM change WHERE what = 'statement'").fetchall()
    db.close()
    assert ("rules",) in causes


def test_refresh_due_leaves_lists_of_today_alone(kg: Kg, web: ListServer) -> None:
    web.pages["/kelp.md"] = KELP.encode()
    kg.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    kg("add", f"{web.url}/kelp.md", "--no-fetch")
    asked = len(web.log)
    kg("refresh", "--due")
    assert len(web.log) == asked
    kg.environment["KG_NOW"] = "2026-01-06T12:00:00Z"
    kg("refresh", "--due")
    assert len(web.log) == asked + 1


def test_a_source_taken_out_of_kg_toml_by_hand_leaves_at_the_next_refresh(tides: Kg) -> None:
    tides.write("kelp.md", KELP)
    tides("add", "kelp.md")
    text = tides.config.read_text("utf-8").replace('[sources.tides]\naddress = "../desk/tides.md"\n', "")
    tides.config.write_text(text, "utf-8")
    told = tides("refresh")
    assert "no longer in kg.toml: list:tides" in told.err
    assert tides.labels() == {"Kelpnet", "Urchin-1B"}


def test_a_wrong_clock_is_told(tides: Kg) -> None:
    before = tides.stored()
    tides.environment["KG_NOW"] = "yesterday"
    assert "KG_NOW is no ISO 8601 time" in tides.refused("refresh")
    assert tides.stored() == before


# --------------------------------------------------------------------------------- sources


def test_removing_a_source_takes_what_only_it_says(tides: Kg) -> None:
    tides.write("kelp.md", KELP + "- **LoRA** - A method. [Paper](https://arxiv.org/abs/2106.09685)\n")
    before = graph(tides)
    tides("add", "kelp.md")
    assert "removed kelp" in tides("sources", "rm", "kelp").err
    assert graph(tides) == before
    tides("sources", "rm", "tides")
    assert tides.labels() == set()
    assert tides("sources").json["sources"] == []


# --------------------------------------------------------------------------------- correct


CORRECTIONS: dict[str, tuple[list[str], str]] = {
    "kind": (["kind", "driftkit", "method"], "driftkit"),
    "rename": (["rename", "driftkit", "Drift Kit 2"], "driftkit"),
    "merge": (["merge", "lora", "moon-phase-gating"], "lora"),
    "reject": (["reject", "ebbformer", "derived_from", "brinewave"], "ebbformer"),
    "reject a value": (["reject", "shoreling", "parameters", "80000000"], "shoreling"),
    "add": (["add", "ebbformer", "uses", "lora"], "ebbformer"),
    "add a new thing": (["add", "ebbformer", "uses", "Sandglass", "--kind", "method"], "ebbformer"),
    "add a value": (["add", "ebbformer", "licence", "MIT"], "ebbformer"),
    "ignore": (["ignore", "tides:18"], "brinewave"),
}


@pytest.mark.parametrize(("call", "slug"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_every_verb_changes_the_graph_is_listed_survives_a_refresh_and_is_undone(
    tides: Kg, call: list[str], slug: str
) -> None:
    plain = graph(tides)
    told = tides("correct", *call, "--reason", 'I "know" it\n[red]')
    assert "matches nothing" not in told.err
    corrected = graph(tides)
    assert corrected != plain
    (listed,) = tides("correct", "--list", "--json").json["corrections"]
    assert (listed["verb"], listed["reason"], listed["applies"]) == (call[0], 'I "know" it\n[red]', True)
    tides.write("tides.md", "New first line.\n\n" + TIDES)
    tides("refresh", code=4)
    assert graph(tides) == corrected
    tides.database.unlink()
    for suffix in ("-wal", "-shm"):
        tides.database.with_name("graph.db" + suffix).unlink(missing_ok=True)
    tides("refresh", code=4)
    rebuilt = graph(tides)
    assert rebuilt[slug] == corrected[slug]
    assert rebuilt == corrected
    told = tides("correct", "--undo")
    assert told.err.startswith("took back: ")
    assert graph(tides) == plain
    assert "[[correction]]" not in tides.corrections.read_text("utf-8")


@pytest.mark.parametrize("pair", [("ebbformer", "shoreling"), ("shoreling", "ebbformer")])
def test_a_merged_node_has_one_address_in_any_history(tides: Kg, pair: tuple[str, str]) -> None:
    tides("correct", "merge", *pair)
    corrected = graph(tides)
    for suffix in ("", "-wal", "-shm"):
        tides.database.with_name("graph.db" + suffix).unlink(missing_ok=True)
    tides("refresh", code=4)
    assert graph(tides).keys() == corrected.keys()


def test_split_takes_a_list_s_own_thing_apart(tides: Kg) -> None:
    tides.write("kelp.md", KELP.replace("[Kelpnet](https://github.com/forest/kelpnet)", "Shoreling"))
    tides("add", "kelp.md")
    plain = graph(tides)
    assert tides("show", "shoreling").json["node"]["support"] == 2
    tides("correct", "split", "shoreling", "list:kelp")
    assert tides("show", "shoreling").json["node"]["support"] == 1
    assert [n["label"] for n in tides("search").json["nodes"]].count("Shoreling") == 2
    tides("correct", "--undo")
    assert graph(tides) == plain


def test_undo_takes_back_the_last_or_the_one_that_is_named(tides: Kg) -> None:
    plain = graph(tides)
    tides("correct", "rename", "lora", "First")
    tides("correct", "rename", "shoreling", "Second")
    tides("correct", "kind", "driftkit", "method")
    assert "Second" in tides("correct", "--undo", "2").err
    assert {"First", "Shoreling"} <= tides.labels()
    assert "kind Driftkit" in tides("correct", "--undo").err
    assert "First" in tides("correct", "--undo").err
    assert "no correction to take back" in tides.refused("correct", "--undo")
    assert graph(tides) == plain


def test_a_thing_is_corrected_by_the_name_that_it_was_given(tides: Kg) -> None:
    tides("correct", "rename", "shoreling", "Coastling")
    tides("correct", "kind", "coastling", "method")
    tides("correct", "add", "Coastling", "uses", "lora")
    shown = tides("show", "shoreling").json
    assert (shown["node"]["label"], shown["node"]["kind"]) == ("Coastling", "Method")
    assert "uses" in {edge["predicate"] for edge in shown["edges"]}
    assert all(c["applies"] for c in tides("correct", "--list").json["corrections"])
    tides("correct", "--undo", "1")
    shown = tides("show", "shoreling").json
    assert (shown["node"]["label"], shown["node"]["kind"]) == ("Shoreling", "Method")


def test_a_correction_whose_thing_is_gone_is_kept_and_told(tides: Kg) -> None:
    tides("correct", "rename", "driftkit", "Drift Kit 2")
    tides.write("tides.md", TIDES.replace("Driftkit", "Otherkit").replace("driftkit", "otherkit"))
    tides("refresh", code=4)
    told = tides("correct", "--list", "--json")
    assert told.json["corrections"][0]["applies"] is False
    assert "1 no longer match anything" in told.err
    assert "corrections apply" in [c["check"] for c in tides("doctor", code=1).json["checks"] if not c["ok"]]
    tides.write("tides.md", TIDES)
    tides("refresh", code=4)
    assert "Drift Kit 2" in tides.labels()


def test_corrections_edited_by_hand_are_taken_in_by_the_next_read(tides: Kg) -> None:
    text = "# mine\n[[correction]]\nverb = 'rename'\nnode = {name = 'LoRA'}\nname = 'By Hand'\n"
    tides.corrections.write_text(text, "utf-8")
    assert "By Hand" in tides.labels()
    tides("correct", "rename", "shoreling", "Two")
    assert tides.corrections.read_text("utf-8").startswith("# mine\n")
    tides.corrections.unlink()
    assert {"LoRA", "Shoreling"} <= tides.labels()


# ---------------------------------------------------------------------------------- backup


def test_a_backup_is_a_whole_database_beside_the_first(tides: Kg) -> None:
    tides.environment["KG_NOW"] = "2026-01-05T12:00:00Z"
    told = tides("backup")
    copy = Path(told.out.strip())
    assert copy == tides.workspace / "graph-20260105T120000Z.db"
    assert rows(copy) == rows(tides.database)
    assert "exists already" in tides.refused("backup")
    assert Path(tides("backup", str(tides.desk)).out.strip()).parent == tides.desk
    assert tides.refused("backup", "no/such/folder/x.db", code=5)


# ------------------------------------------------------------------------------- two at once


def test_two_adds_at_once_lose_nothing(kg: Kg, web: ListServer) -> None:
    count = 4
    for number in range(count):
        web.pages[f"/kelp-{number}.md"] = KELP.replace("Kelpnet", f"Kelpnet {number}").encode()
    processes = [kg.start("add", f"{web.url}/kelp-{n}.md", "--no-fetch") for n in range(count)]
    for told in map(finish, processes):
        assert told.code == 0, told
    assert {f"Kelpnet {n}" for n in range(count)} <= kg.labels()
    assert len(kg("sources").json["sources"]) == count
    with sqlite3.connect(kg.database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_corrections_at_once_lose_nothing(tides: Kg) -> None:
    slugs = ["lora", "shoreling", "brinewave", "ebbformer"]
    processes = [tides.start("correct", "rename", slug, f"New {slug}") for slug in slugs]
    for told in map(finish, processes):
        assert told.code == 0, told
    assert {f"New {slug}" for slug in slugs} <= tides.labels()
    assert len(tides("correct", "--list").json["corrections"]) == len(slugs)
