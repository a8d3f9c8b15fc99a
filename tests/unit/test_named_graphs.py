"""TriG and N-Quads: the same triples as the Turtle, each in the graphs of the sources that say it."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings

from exports import Options, writer
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Reading
from kg.store import Store
from tests.cli.command import Kg
from tests.property.test_turtle import readings
from tests.rdf_sample import CORRECTIONS, exported, fill, north, paper, south, whole

BASE = "https://example.org/kg/"
TRIG, NQUADS, TURTLE = (
    pyoxigraph.RdfFormat.TRIG,
    pyoxigraph.RdfFormat.N_QUADS,
    pyoxigraph.RdfFormat.TURTLE,
)


def quads(text: str, form: pyoxigraph.RdfFormat = NQUADS) -> list[pyoxigraph.Quad]:
    return list(pyoxigraph.parse(text.encode(), format=form))


def name_of(quad: pyoxigraph.Quad) -> str:
    assert isinstance(quad.subject, pyoxigraph.NamedNode)
    return quad.subject.value


def graph_of(quad: pyoxigraph.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, pyoxigraph.NamedNode) else ""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("quads") / "graph.db") as filled:
        yield filled


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}])
def test_every_tool_reads_the_same_quads(store: Store, tmp_path: Path, options: dict[str, Any]) -> None:
    texts = {name: exported(store, name, **options) for name in ("trig", "nquads")}
    read = quads(texts["nquads"])
    assert len(set(read)) == len(read) == texts["nquads"].count("\n")
    assert quads(texts["trig"], TRIG) == read  # the same order, too
    for name, text in texts.items():
        data = rdflib.Dataset()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib calls what it has deprecated
            data.parse(data=text, format=name)
        assert len(list(data.quads())) == len(read)
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        if shutil.which("rapper") is not None:
            done = subprocess.run(
                ["rapper", "-q", "-i", name, "-o", "nquads", file], capture_output=True, check=True
            )
            assert set(quads(done.stdout.decode())) == set(read), name
            assert done.stdout.count(b"\n") == len(read)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_in_any_graph_the_quads_say_what_the_turtle_says(documents: list[Reading]) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as one:
        turtle, trig, lines = (exported(one, name) for name in ("turtle", "trig", "nquads"))
    read = quads(lines)
    assert {quad.triple for quad in read} == {quad.triple for quad in quads(turtle, TURTLE)}
    assert quads(trig, TRIG) == read
    assert len(set(read)) == len(read)
    sourced = {
        name_of(q)
        for q in read
        if isinstance(q.object, pyoxigraph.NamedNode) and q.object.value == f"{BASE}ns#Source"
    }
    assert {graph_of(quad) for quad in read} <= {"", *sourced}
    assert not [q for q in read if not graph_of(q) and name_of(q).startswith(f"{BASE}node/")]
    assert not [q for q in read if not graph_of(q) and name_of(q).startswith(f"{BASE}statement/")]


def graphs_of(store: Store, subject: str, predicate: str, part: str = "") -> set[str]:
    """The names of the sources in whose graphs such a triple stands."""
    return {
        graph_of(quad).removeprefix(f"{BASE}source/")
        for quad in quads(exported(store, "nquads"))
        if name_of(quad) == BASE + subject
        and quad.predicate.value.endswith(predicate)
        and part in str(quad.object)
    }


@pytest.mark.parametrize(
    ("subject", "predicate", "part", "graphs"),
    [
        ("node/heron-7b", "label", "", "north south corrections"),  # named by all three
        ("node/perch.cpp", "label", "", "north"),
        ("node/heron-7b", "wasDerivedFrom", "evidence/south", "south"),
        ("node/heron-7b", "fineTunedFrom", "", "north"),
        ("node/heron-7b", "isBasedOn", "", "south"),
        ("node/heron-7b", "suits", "shore-walks", "corrections"),
        ("node/arxiv-2203.01234", "fabio/hasArXivId", "", "north arxiv"),
        ("node/arxiv-2203.01234", "issued", "", "arxiv"),
        ("node/arxiv-2203.01234", "introduces", "", "north"),
        ("author/arxiv-2203.01234-01", "name", "", "arxiv"),
        ("evidence/arxiv-2203.01234", "isPartOf", "", "arxiv"),
        ("source/north", "label", "", ""),
        ("category/cs.CL", "label", "", ""),
        ("node/dive", "isReplacedBy", "", ""),
        ("dataset", "title", "", ""),
    ],
)
def test_a_triple_stands_in_the_graphs_of_those_who_say_it(
    store: Store, subject: str, predicate: str, part: str, graphs: str
) -> None:
    assert graphs_of(store, subject, predicate, part) == set(graphs.split() or [""])


def test_a_statement_stands_where_its_evidence_does(store: Store) -> None:
    read = quads(exported(store, "nquads"))
    derived = {q for q in read if q.predicate.value.endswith("#wasDerivedFrom") and graph_of(q)}
    part = {q.subject: q.object for q in read if q.predicate.value.endswith("/isPartOf")}
    assert all(part[q.object] == q.graph_name for q in derived)  # type: ignore[index] # evidence is named
    places = {(q.subject, q.graph_name) for q in derived}
    said = {(q.subject, q.graph_name) for q in read if name_of(q).startswith(f"{BASE}statement/")}
    assert said <= places
    needs = {(q.subject, q.graph_name) for q in read if name_of(q).startswith(f"{BASE}requirement/")}
    assert needs <= places


def test_the_graphs_of_a_node_come_by_name(store: Store) -> None:
    read = quads(exported(store, "nquads"))
    heron = dict.fromkeys(graph_of(quad) for quad in read if name_of(quad) == f"{BASE}node/heron-7b")
    assert list(heron) == [f"{BASE}source/{name}" for name in ("corrections", "north", "south")]


@pytest.mark.parametrize("name", ["trig", "nquads"])
def test_the_order_of_arrival_does_not_show(tmp_path: Path, name: str) -> None:
    found = set()
    for number, order in enumerate(permutations((north(), south(), paper()))):
        with fill(tmp_path / f"{number}.db", (order[0],), order[1:], corrections=CORRECTIONS[:1]) as one:
            found.add(exported(one, name))
    assert len(found) == 1


def test_a_new_source_changes_no_other_graph(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (north(),)) as store:
        before = set(quads(exported(store, "nquads")))
        store.replace(south())
        after = set(quads(exported(store, "nquads")))
    assert not before - after
    assert {graph_of(quad) for quad in after - before} == {"", f"{BASE}source/south"}


def test_without_provenance_no_graph_can_be_told(store: Store) -> None:
    for name in ("trig", "nquads"):
        with pytest.raises(UsageError, match="named graphs"):
            writer(name)(Graph(store), io.BytesIO(), Options(provenance=False))


def test_the_command_writes_them_by_name_and_by_ending(kg: Kg) -> None:
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), paper())).close()
    kg("export", "-o", "g.trig")
    kg("export", "-o", "g.nq")
    assert (kg.desk / "g.trig").read_text() == kg("export", "--trig").out
    assert (kg.desk / "g.nq").read_text() == kg("export", "--nquads").out
    assert "--no-provenance is not for --trig" in kg.refused("export", "--trig", "--no-provenance")
