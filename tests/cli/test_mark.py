"""``kg mark``: what a person marks is kept, found, carried elsewhere, and never lost or published."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exports import FORMATS
from tests.cli.command import Kg, finish, on_a_terminal
from tests.cli.lists import KELP, TIDES

NOW = "2026-03-01T12:00:00Z"


@pytest.fixture
def kg(tides: Kg) -> Kg:
    """The workspace of tides at a known time."""
    tides.environment["KG_NOW"] = NOW
    return tides


def marks(kg: Kg) -> dict[str, str]:
    """The line of each mark by its node's name."""
    lines = kg("mark", "export").out.splitlines()
    return {json.loads(line)["node"]["name"]: line for line in lines}


def test_verbs_mark_and_take_back(kg: Kg) -> None:
    assert kg("mark", "to-read", "lora", "driftkit").err == "LoRA: to read\nDriftkit: to read\n"
    assert kg("mark", "read", "https://github.com/saltlab/driftkit").err == "Driftkit: read\n"
    assert kg("mark", "star", "lora").err == "LoRA: to read, starred\n"
    assert kg("mark", "tag", "lora", "#Peft", "small").err == "LoRA: to read, starred, tags: peft, small\n"
    assert kg("mark", "note", "lora", "see DoRA").err.endswith("tags: peft, small, noted\n")
    shown = kg("show", "lora", "--format", "table").out
    assert "  marked: to read, starred, tags: peft, small, noted\n    see DoRA\n" in shown
    assert kg("show", "lora").json["mark"] == {
        "reading": "to-read",
        "reading_at": NOW,
        "starred_at": NOW,
        "tags": {"peft": NOW, "small": NOW},
        "note": "see DoRA",
        "note_at": NOW,
    }
    assert kg("mark", "untag", "lora", "peft", "never").err == "LoRA: to read, starred, tags: small, noted\n"
    assert kg("mark", "note", "lora", "").err == "LoRA: to read, starred, tags: small\n"
    assert kg("mark", "unstar", "lora").err == "LoRA: to read, tags: small\n"
    assert kg("mark", "unread", "lora").err == "LoRA: tags: small\n"
    assert kg("mark", "clear", "lora").err == "LoRA: no mark\n"
    assert kg("show", "lora").json["mark"] is None
    assert kg("mark", "list").json["count"] == 1


def test_the_time_is_that_of_the_clock_and_stays(kg: Kg) -> None:
    kg("mark", "read", "lora")
    kg.environment["KG_NOW"] = "2027-01-01T00:00:00.5+01:00"
    kg("mark", "read", "lora")
    kg("mark", "star", "lora")
    mark = kg("show", "lora").json["mark"]
    assert (mark["reading_at"], mark["starred_at"]) == (NOW, "2026-12-31T23:00:00Z")


def test_search_filters_and_pipes(kg: Kg) -> None:
    script = f"{sys.executable} -m kg search --ids kind:paper | {sys.executable} -m kg mark to-read -"
    subprocess.run(["bash", "-c", script], cwd=kg.desk, env=kg.environment, check=True)
    found = kg("search", "is:to-read", "--json").json
    assert found["count"] == kg("search", "kind:paper").json["count"] > 1
    assert {node["mark"]["reading"] for node in found["nodes"]} == {"to-read"}
    assert "is:to-read" in kg.refused("search", "is:to-raed")
    assert kg("search", "is:starred").json["count"] == 0
    assert kg("search", "lora", "--json").json["nodes"][0]["mark"] is None


def test_unknown_nodes_and_bad_words_mark_nothing(kg: Kg) -> None:
    assert "no node 'lroa'" in kg.refused("mark", "star", "driftkit", "lroa", code=1)
    assert "is no tag" in kg.refused("mark", "tag", "lora", "good", "two words")
    assert "at most" in kg.refused("mark", "note", "lora", "x" * 20_001)
    assert "given alone" in kg("mark", "star", "lora", "-", code=2).err
    assert "star" in kg.refused("mark", "satr", "lora")
    assert not (kg.workspace / "marks.jsonl").exists()
    assert kg("mark", "list").json == {"schema_version": 1, "count": 0, "marks": []}


def test_without_a_graph_there_is_nothing_to_mark(tmp_path: Path, kg: Kg) -> None:
    kg.environment["KG_WORKSPACE"] = str(tmp_path / "nowhere")
    assert "no graph" in kg.refused("mark", "star", "lora")
    assert "no graph" in kg.refused("mark", "export")
    assert not (tmp_path / "nowhere").exists()


# ----------------------------------------------------------------------------------- kept


def test_marks_outlive_edits_removal_corrections_and_the_database(kg: Kg) -> None:
    kg("mark", "star", "lora", "driftkit", "moon-phase gating")
    before = (kg.workspace / "marks.jsonl").read_bytes()
    edited = TIDES.replace("[Driftkit](", "[Driftkit Tools](").replace("Moon-phase gating", "Gates")
    kg.write("tides.md", edited)
    kg("refresh", code=4)  # without a network
    kg("correct", "rename", "lora", "Low-Rank Adaptation")
    told = kg("mark", "list")
    assert {mark["label"]: mark["slug"] for mark in told.json["marks"]} == {
        "Driftkit Tools": "driftkit",
        "Low-Rank Adaptation": "lora",
        "Moon-phase gating": None,
    }
    assert "1 of 3 are on nothing that is in the graph now; they are kept" in told.err
    kg("sources", "rm", "tides")
    assert {mark["slug"] for mark in kg("mark", "list").json["marks"]} == {None}
    kg.database.unlink()
    kg.write("tides.md", TIDES)
    kg("add", "tides.md")
    assert {mark["slug"] for mark in kg("mark", "list").json["marks"]} == {
        "lora",
        "driftkit",
        "moon-phase-gating",
    }
    assert kg("search", "is:starred").json["count"] == 3
    assert (kg.workspace / "marks.jsonl").read_bytes() == before


def test_a_mark_on_what_has_gone_is_cleared_by_name_or_identifier(kg: Kg) -> None:
    kg("mark", "star", "driftkit", "ebbformer")
    kg("sources", "rm", "tides")
    kg.write("kelp.md", KELP)
    kg("add", "kelp.md")
    kg("mark", "clear", "Driftkit")
    assert list(marks(kg)) == ["Ebbformer"]
    kg("mark", "clear", "hf:saltlab/ebbformer")
    assert not marks(kg)
    assert (kg.workspace / "marks.jsonl").read_bytes() == b""


def test_marks_of_a_lost_file_are_in_the_database_and_in_its_backup(kg: Kg) -> None:
    kg("mark", "star", "lora")
    kg("backup", "copy.db")
    (kg.workspace / "marks.jsonl").unlink()
    assert kg("search", "is:starred", "--ids").out == "lora\n"
    kg("mark", "read", "driftkit")
    assert list(marks(kg)) == ["Driftkit", "LoRA"]
    assert len((kg.workspace / "marks.jsonl").read_text("utf-8").splitlines()) == 2
    (kg.workspace / "marks.jsonl").unlink()
    for name in ("graph.db", "graph.db-wal", "graph.db-shm"):
        (kg.workspace / name).unlink(missing_ok=True)
    shutil.copy(kg.desk / "copy.db", kg.database)
    assert list(marks(kg)) == ["LoRA"]


def test_marks_made_at_once_are_all_kept(kg: Kg) -> None:
    running = [kg.start("mark", "tag", "lora", f"tag-{n}") for n in range(4)]
    assert [finish(one).code for one in running] == [0] * 4
    assert list(kg("show", "lora").json["mark"]["tags"]) == [f"tag-{n}" for n in range(4)]


def test_an_edited_file_is_taken_in_by_the_next_command(kg: Kg) -> None:
    kg("mark", "star", "lora")
    line = marks(kg)["LoRA"]
    edited = line.replace('"LoRA"', '"Driftkit"').replace('"Method"', '"Framework"')
    (kg.workspace / "marks.jsonl").write_text(f"{edited}\n", "utf-8")
    assert kg("search", "is:starred", "--ids").out == "driftkit\n"


def test_a_mistake_in_the_file_stops_only_marking_and_is_never_written_over(kg: Kg) -> None:
    kg("mark", "star", "lora")
    path = kg.workspace / "marks.jsonl"
    path.write_text(path.read_text("utf-8") + "<<<<<<< mine\n", "utf-8")
    before = path.read_bytes()
    told = kg("search", "is:starred", "--ids")
    assert told.out == "lora\n"
    assert "marks.jsonl, line 2: no JSON" in told.err
    kg("refresh", code=4)
    for call in (["star", "driftkit"], ["clear", "lora"], ["export"]):
        assert "line 2" in kg.refused("mark", *call)
    assert "line 2" in kg("doctor", "--format", "table", code=1).out
    assert path.read_bytes() == before


# ----------------------------------------------------------------------- carried elsewhere


def test_export_and_import_carry_marks_to_another_workspace(kg: Kg, tmp_path: Path) -> None:
    kg("mark", "tag", "lora", "peft")
    kg("mark", "note", "driftkit", 'two\nlines of "Ünïcode"')
    kg("mark", "export", "mine.jsonl")
    assert kg("mark", "export", "-").out == (kg.desk / "mine.jsonl").read_text("utf-8")
    kg.environment["KG_WORKSPACE"] = str(tmp_path / "other")
    kg("add", "tides.md")
    assert "2 marks read: 2 new, 0 changed, 2 in all" in kg("mark", "import", "mine.jsonl").err
    assert "2 marks read: 0 new, 0 changed, 2 in all" in kg("mark", "import", "mine.jsonl").err
    assert kg("mark", "export").out == (kg.desk / "mine.jsonl").read_text("utf-8")
    assert kg("show", "driftkit").json["mark"]["note"] == 'two\nlines of "Ünïcode"'


def test_import_unites_and_the_newer_reading_holds(kg: Kg) -> None:
    kg("mark", "to-read", "lora")
    kg("mark", "tag", "lora", "mine")
    old = marks(kg)["LoRA"]
    kg.environment["KG_NOW"] = "2026-05-01T00:00:00Z"
    kg("mark", "read", "lora")
    kg("mark", "untag", "lora", "mine")
    kg.write("old.jsonl", old + "\n")
    told = kg.process("mark", "import", "-", stdin=old)
    assert "0 new, 1 changed" in told.err
    mark = kg("show", "lora").json["mark"]
    assert (mark["reading"], list(mark["tags"])) == ("read", ["mine"])


def test_an_import_with_bad_lines_imports_nothing_and_tells_each(kg: Kg) -> None:
    kg("mark", "star", "lora")
    good = marks(kg)["LoRA"].replace("LoRA", "Other")
    kg.write("bad.jsonl", f"{good}\nnonsense\n{good}\n{{}}\n".encode() + b"\xff\n")
    told = kg("mark", "import", "bad.jsonl", code=2)
    for line in ("line 2: no JSON", "line 4: a mark needs 'node'", "line 5: not UTF-8"):
        assert line in told.err
    assert "3 lines of bad.jsonl are no marks; nothing was imported" in told.error
    assert list(marks(kg)) == ["LoRA"]
    assert "cannot be read" in kg.refused("mark", "import", "missing.jsonl")


# -------------------------------------------------------------------------- never obeyed


HOSTILE = "\x1b[31m[red]x[/red] '; DROP TABLE mark; -- \u202e <b>"


def test_a_note_is_data(kg: Kg) -> None:
    kg("mark", "note", "lora", HOSTILE)
    for call in (
        ["show", "lora", "--format", "table"],
        ["mark", "list"],
        ["mark", "list", "--format", "table"],
    ):
        out = kg(*call).out
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert kg("show", "lora").json["mark"]["note"] == HOSTILE
    assert kg("mark", "list").json["marks"][0]["note"] == HOSTILE
    shown = on_a_terminal(kg, "mark", "list")
    assert any("[red]x[/red]" in line for line in shown)


def test_marks_are_in_no_export(kg: Kg) -> None:
    def exports() -> list[bytes]:
        for name in FORMATS:
            kg("export", f"--{name}", "-o", f"all.{name}")
        return [(kg.desk / f"all.{name}").read_bytes() for name in FORMATS]

    before = exports()
    kg("mark", "note", "lora", "privatissimum")
    kg("mark", "tag", "lora", "privatissimum")
    kg("mark", "star", "lora")
    assert exports() == before


def test_what_several_nodes_answer_to_is_not_marked(kg: Kg) -> None:
    more = "## Models\n- [Seiche](https://github.com/saltlab/driftkit) - A 2B model of lakes.\n"
    kg.write("more.md", f"# More\n\n{more}")
    kg("add", "more.md")
    kg("mark", "star", "driftkit")
    assert "names several nodes" in kg.refused("mark", "read", "github:saltlab/driftkit", code=1)


def test_where_the_file_cannot_be_written_the_graph_has_no_mark_either(kg: Kg) -> None:
    kg("mark", "star", "lora")
    blocked = kg.workspace / f".marks.jsonl.{os.getpid()}"  # written beside, then renamed
    blocked.mkdir()
    assert "cannot be written" in kg.refused("mark", "star", "driftkit")
    blocked.rmdir()
    (kg.workspace / "marks.jsonl").unlink()
    assert kg("search", "is:starred", "--ids").out == "lora\n"


def test_no_mark_is_half_made_where_the_file_cannot_be_written(kg: Kg) -> None:
    kg("mark", "star", "lora")
    (kg.workspace / "marks.jsonl").unlink()
    (kg.workspace / "marks.jsonl").mkdir()
    assert "cannot be read" in kg.refused("mark", "star", "driftkit")
    told = kg("search", "is:starred", "--ids")
    assert told.out == "lora\n"
    assert "cannot be read" in told.err
