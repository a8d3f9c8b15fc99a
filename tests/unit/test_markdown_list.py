"""The graph as an awesome list: the starter comes back whole, lint is content, and what is lost is told."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from exports.markdown import LONGEST
from ingest.lists import read_list
from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.vocabulary import Kind, Predicate
from tests.cli.command import Kg
from tests.documents import claim, listed, mention
from tests.property.test_markdown import same, written
from tests.rdf_sample import fill, whole


@pytest.fixture
def starter(kg: Kg) -> Kg:
    kg("add", "starter")
    kg("export", "-o", "list.md")
    return kg


def test_the_starter_comes_back_fact_for_fact(starter: Kg, tmp_path: Path) -> None:
    place = tmp_path / "again"
    again = Kg(starter.desk, place, starter.environment | {"KG_WORKSPACE": str(place)})
    again("add", "list.md")
    for table, least in (("--nodes-csv", 400), ("--edges-csv", 800)):
        whole = sorted(starter("export", table).out.splitlines())
        assert len(whole) > least
        assert sorted(again("export", table).out.splitlines()) == whole
    again("export", "-o", "again.md")
    assert (again.desk / "again.md").read_bytes() == (starter.desk / "list.md").read_bytes()


def test_the_sample_with_every_kind_comes_back(tmp_path: Path) -> None:
    with whole(tmp_path / "g.db") as store:
        same(store, tmp_path)


def test_sections_and_entries_are_in_order_and_a_new_thing_adds_its_lines_only(tmp_path: Path) -> None:
    names = ["wren", "Heron", "egret", "Zebra finch"]
    mentions = [mention(name, Kind.MODEL) for name in names]
    with fill(tmp_path / "g.db", (listed("one", mentions),)) as store:
        before = written(store)[0].decode().splitlines()
        assert [line for line in before if line.startswith("- ") and "](#" not in line] == [
            "- egret", "- Heron", "- wren", "- Zebra finch",
        ]  # fmt: skip
        store.replace(listed("two", [mention("Kite", Kind.MODEL)]))
        after = written(store)[0].decode().splitlines()
    assert [line for line in after if line not in before] == ["- Kite"]
    assert [line for line in before if line not in after] == []


def test_the_rules_of_awesome_lint_hold(starter: Kg) -> None:
    """Those that a writer can break; the real one is asked where it is installed."""
    text = (starter.desk / "list.md").read_text("utf-8")
    lines = text.splitlines()
    assert lines[0] == "# Knowledge Graph [![Awesome](https://awesome.re/badge.svg)](https://awesome.re)"
    addresses = Counter(re.findall(r"\]\((\S+?)\)|<(https?://[^>]+)>", text))
    assert {times for address, times in addresses.items() if not address[0].startswith("#")} == {1}
    defined = set(re.findall(r"^\[([^\]]+)\]: #", text, re.MULTILINE))
    used = {full or short.casefold() for short, full in re.findall(r"\[([^\]]+)\]\[([^\]]*)\]", text)}
    assert defined == used == set(re.findall(r'<a id="([^"]+)"></a>', text))
    headings = [line[3:] for line in lines if line.startswith("## ")]
    contents = re.findall(r"^- \[([^\]]+)\]\(#", text, re.MULTILINE)
    assert headings == ["Contents", *contents]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not any(line != line.rstrip() for line in lines)


@pytest.mark.slow
def test_awesome_lint_is_content_with_the_list(starter: Kg) -> None:
    program = shutil.which("awesome-lint")
    if program is None:
        pytest.skip("awesome-lint is not installed (npm install -g awesome-lint)")
    done = subprocess.run(
        [program, "list.md"], cwd=starter.desk, capture_output=True, text=True, timeout=60, check=False
    )
    told = set(re.findall(r"remark-lint:[\w-]+|\berror\b.*", done.stdout + done.stderr))
    assert "Linting" in done.stdout + done.stderr
    # What it asks of the repository around the list.
    assert {one for one in told if one.startswith("remark-lint:")} <= {
        "remark-lint:awesome-contributing", "remark-lint:awesome-github", "remark-lint:awesome-license",
    }  # fmt: skip


def test_what_a_list_cannot_say_is_counted(tmp_path: Path) -> None:
    heron, egret = mention("Heron", Kind.MODEL, "github:x/birds"), mention("Egret", Kind.MODEL)
    said = [claim(heron, Predicate.DERIVED_FROM, egret), claim(heron, Predicate.LICENCE, "x" * (LONGEST + 1))]
    twin = mention("Heron", Kind.MODEL, "github:y/birds")
    with fill(tmp_path / "g.db", (listed("one", [heron, egret], said), listed("two", [twin]))) as store:
        assert len([n for n in Graph(store).nodes() if n.label == "Heron"]) == 2  # their repositories differ
        _, notes = written(store)
        assert notes.counts == {"facts left out: a list has no room for them": 1}
        renamed = Correction("rename", Anchor("Egret"), value="Heron", reason="a test")
        store.correct([renamed], b"x")
        _, notes = written(store)
        assert notes.counts["things that are read back as one"] == 1


def test_a_part_tells_which_edges_lead_out_of_it(kg: Kg) -> None:
    kg("add", "starter")
    told = kg("export", "--markdown", "--kind", "model")
    assert "edges left out: they lead out of the part" in told.err
    assert "## Methods" not in told.out


def test_facts_that_cannot_be_read_are_problems_and_the_rest_is_read() -> None:
    text = (
        "# Birds\n<!-- kg:stated -->\n\n## Models\n\n- [Wren](https://github.com/x/wren) - A small one.\n"
        "  - Licence: MIT\n  - Frobs: much\n  - Derived from: [Gone](#gone)\n  - Bits: `4` and `5`\n"
        "  - Uses: [Wren](https://x.example)\n  - Requires:\n\n## Odd things\n\n- Kite\n"
    )
    read = read_list(text.encode(), name="birds")
    assert [(p.line, p.message) for p in read.reading.problems] == [
        (8, "no predicate 'frobs'"),
        (9, "derived from: no entry has the anchor #gone"),
        (10, "bits: a comma or the end was expected"),
        (11, "uses: no entry has the anchor https://x.example"),
        (12, "requires: nothing is said"),
    ]
    assert [m.name for m in read.reading.mentions] == ["Wren"]
    told = {(c.predicate.word, getattr(c.object, "value", "")) for c in read.reading.claims}
    assert told == {
        ("description", "A small one."), ("licence", "MIT"), ("bits", "4"),
        ("has_code", "https://github.com/x/wren"),
    }  # fmt: skip
    assert {fate.line for fate in read.fates} == {1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 14, 16}
