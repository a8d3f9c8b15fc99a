"""``kg import arxiv``: a snapshot in any part, any number of times, interrupted or not."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.arxiv.snapshot import Extent, Part
from ingest.imports import import_snapshot
from kg.graph import Graph
from kg.search import Query
from kg.store import Store
from kg.vocabulary import Kind
from tests.cli.command import Kg


def line(arxiv_id: str, name: str, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "id": arxiv_id,
        "submitter": "A. Example",
        "authors": "A. Example and Zo\\'e Sample Jr.",
        "title": f"{name}\n  of the Tides",
        "comments": "8 pages",
        "journal-ref": None,
        "doi": "10.5555/Tides.1 " if arxiv_id == "2401.00001" else None,
        "report-no": None,
        "categories": "cs.LG cs.CL" if arxiv_id.startswith("2") else "hep-th",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "abstract": f"  We study {name.lower()} and\nSchr\\\"odinger's harbour.\n",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        ],
        "update_date": "2008-11-26",
        "authors_parsed": [["Example", "A.", ""], ["Sample", "Zoé", "Jr.", "Harbour Lab"]],
    }
    return json.dumps(fields | changes).encode() + b"\n"


SNAPSHOT = [
    line("2401.00001", "Small Models", update_date="2024-02-01"),
    line("2401.00002", "Low Rank Adapters"),
    line("hep-th/9901001", "Old Branes"),
]


@pytest.fixture
def snapshot(kg: Kg) -> Path:
    path = kg.desk / "snapshot.json"
    path.write_bytes(b"".join(SNAPSHOT))
    return path


def titles(kg: Kg) -> set[str]:
    return {node["label"] for node in kg("search", "kind:paper", "--json").json["nodes"]}


def test_all_fields_of_a_line_come_into_the_graph(kg: Kg, snapshot: Path) -> None:
    told = kg("import", "arxiv", snapshot)
    assert told.out == "read 3 lines: 3 new papers, 0 changed, 0 the same\n"
    assert "until 2024-02-01" in told.err
    with Store(kg.workspace / "graph.db", readonly=True) as store:
        graph = Graph(store)
        record = graph.record(graph.find("arxiv:2401.00001"))
        assert record is not None
        assert record.title == "Small Models of the Tides"
        assert record.abstract == "We study small models and Schrödinger's harbour."
        assert record.authors == ("A. Example", "Zoé Sample Jr.")
        assert (record.categories, record.doi, record.version) == (("cs.LG", "cs.CL"), "10.5555/tides.1", 2)
        assert str(record.published) == "2007-04-02 19:18:42+00:00"
        versions = store.db.execute(
            "SELECT version, licence FROM paper_version WHERE arxiv_id = '2401.00001'"
        )
        assert [row[0] for row in versions] == [1, 2]
        found = [node.slug for node in graph.search(Query.parse('harbour author:"zoe sample jr"'))]
        assert found == []  # é is no e: the name must be the name
        assert len(graph.search(Query.parse('harbour author:"Zoé Sample Jr."'))) == 3
        ages = [row[0] for row in store.db.execute("SELECT slug FROM node ORDER BY id")]
        assert ages[0] == "arxiv-hep-th-9901001"  # numbers grow with the years


def test_again_it_changes_nothing_and_a_later_snapshot_only_what_differs(kg: Kg, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot)
    with Store(kg.workspace / "graph.db", readonly=True) as store:
        before = Graph(store).generation
    assert kg("import", "arxiv", snapshot).out == "read 3 lines: 0 new papers, 0 changed, 3 the same\n"
    with Store(kg.workspace / "graph.db", readonly=True) as store:
        assert Graph(store).generation == before
    snapshot.write_bytes(SNAPSHOT[0] + line("2401.00002", "Lower Ranks", update_date="2024-03-01"))
    assert kg("import", "arxiv", snapshot).out == "read 2 lines: 0 new papers, 1 changed, 1 the same\n"
    assert "Lower Ranks of the Tides" in titles(kg)


def test_what_arxiv_said_later_stays(kg: Kg, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot)
    old = line(
        "2401.00002", "Forgotten Title", versions=[SNAPSHOT and json.loads(SNAPSHOT[1])["versions"][0]]
    )
    snapshot.write_bytes(old)
    assert "1 known later" in kg("import", "arxiv", snapshot).out
    snapshot.write_bytes(line("2401.00002", "Earlier Title", update_date="2007-08-01"))
    assert "1 known later" in kg("import", "arxiv", snapshot).out
    assert "Low Rank Adapters of the Tides" in titles(kg)


def test_a_part_is_taken_zipped_or_from_standard_input(kg: Kg, snapshot: Path) -> None:
    zipped = kg.desk / "snapshot.json.gz"
    zipped.write_bytes(gzip.compress(snapshot.read_bytes()))
    told = kg("import", "arxiv", zipped, "--category", "cs.CL", "--since", "2000-01-01", "--json").json
    assert (told["new"], told["unwanted"], told["texts_waiting"]) == (2, 1, 2)
    assert 'address = "arxiv:snapshot/cs.CL"' in (kg.workspace / "kg.toml").read_text()
    assert kg("import", "arxiv", zipped, "--since", "2020-01-01").out.endswith("3 not wanted\n")
    command = [sys.executable, "-m", "kg", "import", "arxiv", "-", "--category", "hep-th"]
    done = subprocess.run(
        command, input=snapshot.read_bytes(), env=kg.environment, cwd=kg.desk, capture_output=True, check=True
    )
    assert done.stdout == b"read 3 lines: 1 new papers, 0 changed, 0 the same, 2 not wanted\n"


def test_lines_that_are_no_papers_are_told_and_stop_nothing(kg: Kg, snapshot: Path) -> None:
    bad = [
        b"\n", b"[]\n", b"{\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n",
        line("nonsense", "x"), line("2401.00003", "x", title=""), line("2401.00004", "x", title=7),
        line("2401.00005", "x", versions=[]), line("2401.00006", "x", versions=[{"version": "v1"}]),
        line("2401.00007", "x", authors_parsed=[7]), b'{"id": "2401.00008"}\n',
    ]  # fmt: skip
    snapshot.write_bytes(b"".join([*bad, *SNAPSHOT]) + line("2401.00009", "\ud800 \0 Half")[:-1])
    told = kg("import", "arxiv", snapshot, "--json", code=4).json
    assert (told["new"], told["faulty"]) == (4, len(bad) - 1)
    found = {problem["line"]: problem["message"] for problem in told["problems"]}
    assert sorted(found) == list(range(2, len(bad) + 1))
    assert found[2] == "is no JSON object"
    assert found[9] == "2401.00005 has no version"
    assert kg("import", "arxiv", kg.desk / "nowhere.json", code=2).error.startswith(f"{kg.desk}/nowhere.json")
    broken = kg.desk / "cut.json.gz"
    broken.write_bytes(gzip.compress(snapshot.read_bytes() * 50)[:-400])
    assert "cannot be read to its end" in kg("import", "arxiv", broken, code=2).error


def test_who_is_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    count = 2 * 1_000 + 10
    path.write_bytes(b"".join(line(f"2401.{n:05d}", f"Paper {n}", doi=None) for n in range(1, count)))
    seen: list[int] = []

    class Stop(Exception):
        pass

    def done(lines: int) -> None:
        seen.append(lines)
        if len(seen) == 1:
            raise Stop

    with Store(tmp_path / "graph.db") as store:
        sizes: list[Extent] = []
        with pytest.raises(Stop):
            import_snapshot(store, path, Part(), begun=sizes.append, done=done, batch=1_000)
        assert sizes == [Extent(count - 1, "2008-11-26")]
        assert Graph(store).facets(Query())[Kind.PAPER] == 1_000
        report = import_snapshot(store, path, Part(), begun=sizes.append, done=done, batch=1_000)
        assert (report.resumed, report.read, report.new, report.same) == (
            True,
            count - 1_001,
            count - 1_001,
            0,
        )
        again = import_snapshot(store, path, Part(), begun=sizes.append, done=done, batch=1_000)
        assert (again.resumed, again.new, again.same) == (False, 0, count - 1)
        (told,) = {change.text for change in Graph(store).changes() if change.text.startswith("1,000")}
        assert told == "1,000 papers with their metadata"


def test_imported_papers_stay_until_their_source_goes(kg: Kg, snapshot: Path) -> None:
    kg("import", "arxiv", snapshot, "--category", "cs.CL")
    kg("import", "arxiv", snapshot, "--category", "hep-th")
    (kg.desk / "list.md").write_text(
        "# Tides\n\n## Models\n\n- [Wren](https://github.com/a/wren) - A model.\n"
    )
    kg("add", "list.md", "--no-fetch")
    assert len(titles(kg)) == 3
    assert "arxiv:snapshot/cs.CL+hep-th" in kg("sources").out
    assert "kg import arxiv" in kg("add", "arxiv:snapshot", code=2).error
    kg("sources", "rm", "arxiv-snapshot")
    assert titles(kg) == set()
