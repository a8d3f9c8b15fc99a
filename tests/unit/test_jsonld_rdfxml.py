"""JSON-LD and RDF/XML: the triples of the Turtle, in the forms that other tools ask for."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from lxml import etree

from kg.model import Reading
from kg.rdf import Namespaces
from kg.store import Store
from kg.vocabulary import Predicate
from tests.cli.command import Kg
from tests.documents import claim, listed, mention
from tests.property.test_turtle import readings
from tests.rdf_sample import exported, fill, north, noted, paper, whole

TURTLE, JSON_LD, XML = (
    pyoxigraph.RdfFormat.TURTLE,
    pyoxigraph.RdfFormat.JSON_LD,
    pyoxigraph.RdfFormat.RDF_XML,
)
OTHER = "https://data.example.net/birds?a=1&b=2#"
UNFIT = {*map(chr, range(32)), "\ufffe", "\uffff"} - set("\t\n\r")


def triples(text: str, form: pyoxigraph.RdfFormat = TURTLE) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(text.encode(), format=form)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("forms") / "graph.db") as filled:
        yield filled


def read_by_rdflib(text: str, form: str) -> rdflib.Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib calls what it has deprecated
        return rdflib.Graph().parse(data=text, format=form)


@pytest.fixture(autouse=True)
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else rdflib writes moments in another form."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"receipts": True, "abstracts": True},
    {"provenance": False},
    {"base": OTHER},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("name", "form", "theirs"), [("jsonld", JSON_LD, "json-ld"), ("rdfxml", XML, "xml")])
def test_every_tool_reads_the_triples_of_the_turtle(
    store: Store, tmp_path: Path, name: str, form: pyoxigraph.RdfFormat, theirs: str, options: dict[str, Any]
) -> None:
    text = exported(store, name, **options)
    expected = triples(exported(store, **options))
    found = triples(text, form)
    assert (found if name == "rdfxml" else sorted(found, key=str)) == (
        expected if name == "rdfxml" else sorted(expected, key=str)
    )  # RDF/XML in the same order, too; JSON-LD tells authors within their paper
    lines = read_by_rdflib(text, theirs).serialize(format="nt")
    assert set(triples(lines)) == set(expected)
    assert text == exported(store, name, **options)
    if name == "rdfxml" and shutil.which("rapper") is not None:
        file = tmp_path / "graph.rdf"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(["rapper", "-q", "-i", "rdfxml", file], capture_output=True, check=True)
        assert set(triples(done.stdout.decode())) == set(expected)


def _fit(triple: pyoxigraph.Triple) -> pyoxigraph.Triple:
    what = triple.object
    if isinstance(what, pyoxigraph.Literal) and UNFIT & set(what.value):
        value = "".join("\ufffd" if one in UNFIT else one for one in what.value)
        return pyoxigraph.Triple(triple.subject, triple.predicate, pyoxigraph.Literal(value))
    return triple


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(readings())
def test_in_any_graph_they_say_what_the_turtle_says(documents: list[Reading]) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as one:
        turtle, jsonld, rdfxml = (exported(one, name) for name in ("turtle", "jsonld", "rdfxml"))
    expected = triples(turtle)
    assert sorted(triples(jsonld, JSON_LD), key=str) == sorted(expected, key=str)
    subjects = dict.fromkeys(line for line in turtle.splitlines() if line[:1] not in {"", " ", "@", "#", "."})
    alone = [one for one in subjects if not one.startswith("author:")]
    assert [one["id"] for one in json.loads(jsonld)["@graph"]] == [one.strip("<>") for one in alone]
    assert set(triples(rdfxml, XML)) == set(map(_fit, expected))
    theirs = read_by_rdflib(jsonld, "json-ld")
    assert len(theirs) == len(expected)


def test_json_ld_is_plain_json_and_lists_only_what_is_several(store: Store) -> None:
    told = json.loads(exported(store, "jsonld"))
    by_id = {one["id"]: one for one in told["@graph"]}
    heron = by_id["node:heron-7b"]
    assert heron["type"] == ["MLModel", "Model"]
    assert heron["name"] == "Heron 7B"
    assert heron["parameters"] == 7_000_000_000
    assert heron["bits"] == "4.5"
    assert heron["fineTunedFrom"] == "node:egret"
    assert exported(store, "jsonld").count("\n") == len(told["@graph"]) + len(told["@context"]) + 6
    everything = [name for one in told["@graph"] for name in one]
    assert {name for name in everything if ":" in name} <= {"foaf:name", "owl:sameAs"}
    assert not [name for name in everything if name.startswith("@")]


def test_authors_stand_within_their_paper_in_their_order(store: Store) -> None:
    papers = [one for one in json.loads(exported(store, "jsonld"))["@graph"] if "creator" in one]
    assert papers
    for one in papers:
        creators = one["creator"] if isinstance(one["creator"], list) else [one["creator"]]
        assert [author["authorPosition"] for author in creators] == list(range(1, len(creators) + 1))
        assert all(author["type"] == "Person" and author["name"] for author in creators)


def test_the_context_alone_is_that_of_the_export_and_a_name_is_one_term(store: Store) -> None:
    alone = json.loads(exported(store, "context", base=OTHER))["@context"]
    within = json.loads(exported(store, "jsonld", base=OTHER))["@context"]
    assert within.items() <= alone.items()
    assert exported(store, "context", base=OTHER) == exported(store, "context", base=OTHER)
    meant = [one["@id"] if isinstance(one, dict) else one for one in alone.values()]
    assert len(meant) == len(set(meant))
    spaces = Namespaces(OTHER)
    for name, one in alone.items():
        if name not in spaces.declared and name not in {"id", "type"}:
            assert (one["@id"] if isinstance(one, dict) else one).partition(":")[0] in spaces.declared


def test_what_the_context_says_of_values_is_what_they_are(store: Store) -> None:
    """Else each of them would be written out with its type."""
    for one in json.loads(exported(store, "jsonld", receipts=True))["@graph"]:
        for name, values in one.items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, dict) and name != "creator":
                    assert {"@type", "@language"} & set(value) or name == "object", name
                    assert value.get("@type") not in {"xsd:string", "xsd:integer"}


def test_a_number_beyond_floating_point_keeps_its_digits(tmp_path: Path) -> None:
    vast = mention("Vast")
    said = claim(vast, Predicate.PARAMETERS, "9007199254740993")
    with fill(tmp_path / "g.db", (listed("one", [vast], [said]),)) as store:
        text = exported(store, "jsonld")
    assert '{"@value": "9007199254740993", "@type": "xsd:integer"}' in text


def test_text_from_outside_is_no_markup(tmp_path: Path) -> None:
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;]]><rdf:li/>\r\x0b</rdf:RDF>'
    said = mention("Evil")
    with fill(
        tmp_path / "g.db", (listed("one", [said], [claim(said, Predicate.DESCRIPTION, evil)]),)
    ) as store:
        text, notes = noted(store, "rdfxml")
    root = etree.fromstring(text.encode())
    found = root.findtext(".//{http://purl.org/dc/terms/}description")
    assert found == evil.replace("\x0b", "\ufffd")
    assert sum(notes.counts.values()) == 2  # the value, and the statement that tells who says it
    assert {etree.QName(one).localname for one in root} == {"Description"}


def test_the_command_writes_them_by_name_and_by_ending(kg: Kg) -> None:
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), paper())).close()
    for name, ending in (("jsonld", "jsonld"), ("rdfxml", "rdf")):
        kg("export", "-o", f"g.{ending}")
        assert (kg.desk / f"g.{ending}").read_text() == kg("export", f"--{name}").out
