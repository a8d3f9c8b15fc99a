"""The own terms alone, and the description of the data set: what they say is what the Turtle holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyoxigraph
import pytest
import rdflib

from kg.rdf import ontology
from kg.store import Store
from tests.cli.command import Kg
from tests.rdf_sample import exported, fill, north, paper, whole

VOID = "http://rdfs.org/ns/void#"
BASE = "https://example.org/kg/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def triples(text: str) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("void") / "graph.db") as filled:
        yield filled


def test_the_ontology_is_the_definitions_of_the_export_and_nothing_else(store: Store) -> None:
    text = exported(store, "ontology")
    found = triples(text)
    assert set(found) <= set(triples(exported(store)))
    subjects = {str(triple.subject) for triple in found}
    assert subjects == {f"<{BASE}ns#>", *(f"<{BASE}ns#{term.name}>" for term in ontology.terms())}


def test_the_ontology_is_the_same_for_every_graph(store: Store, tmp_path: Any) -> None:
    with Store(tmp_path / "g.db") as empty:
        assert exported(empty, "ontology") == exported(store, "ontology")


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
def test_void_counts_what_the_turtle_holds(store: Store, options: dict[str, Any]) -> None:
    found = triples(exported(store, **options))
    graph = rdflib.Graph().parse(data=exported(store, "void", **options), format="turtle")
    void = rdflib.Namespace(VOID)
    dataset = rdflib.URIRef(f"{BASE}dataset")

    def number(subject: rdflib.term.Node, name: str) -> int:
        return int(str(graph.value(subject, void[name])))

    assert str(graph.value(dataset, void.uriSpace)) == BASE
    assert number(dataset, "triples") == len(found)
    assert number(dataset, "distinctSubjects") == len({triple.subject for triple in found})
    classes = Counter(str(t.object)[1:-1] for t in found if t.predicate.value == TYPE)
    predicates = Counter(triple.predicate.value for triple in found)
    for part, name, count, expected in (
        ("classPartition", "class", "entities", classes),
        ("propertyPartition", "property", "triples", predicates),
    ):
        parts = list(graph.objects(dataset, void[part]))
        assert {str(graph.value(one, void[name])): number(one, count) for one in parts} == expected
        assert number(dataset, {"class": "classes", "property": "properties"}[name]) == len(expected)


@pytest.mark.parametrize("name", ["ontology", "void"])
def test_the_prefixes_are_those_used(store: Store, name: str) -> None:
    text = exported(store, name)
    head, _, body = text.partition("\n\n")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", body)
    assert {line.split()[1] for line in head.splitlines()} == set(re.findall(r"(?<![\w.-])[a-z0-9]+:", bare))
    assert "_:" not in bare
    assert "[" not in bare


def test_the_ending_that_says_most_tells_the_format(kg: Kg) -> None:
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), paper())).close()
    for name in ("ontology", "void"):
        kg("export", "-o", f"g.{name}.ttl")
        assert (kg.desk / f"g.{name}.ttl").read_text() == kg("export", f"--{name}").out
    assert "--receipts is not for --ontology" in kg.refused("export", "--ontology", "--receipts")
