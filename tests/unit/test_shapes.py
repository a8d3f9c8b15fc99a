"""The SHACL shapes: every export conforms to them, and each small corruption of one breaks one."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyshacl
import pytest
import rdflib

from exports.checks import broken
from exports.shapes import FINE_TUNED, SHACL, shapes
from kg.checks import SOUNDNESS
from kg.model import Reading
from kg.rdf import Namespaces
from kg.vocabulary import Kind, Predicate
from tests.cli.command import Kg
from tests.documents import claim, listed, mention
from tests.fakes.arxiv_server import ArxivServer
from tests.rdf_sample import CLUB, EGGS, HERON, PERCH, RACE, WADE, exported, whole

from .test_list_scores import SHARED

BASE = "https://example.org/kg/"
GOLDEN = Path(__file__).parents[1] / "golden" / "turtle" / "shapes.ttl"
SH = rdflib.Namespace(SHACL)
UNIFIED = mention("a whole machine", Kind.HARDWARE_TIER, "tier:unified:64-128:GB", heading=("Needs",))


def east() -> Reading:
    """What the two lists of the sample leave unsaid: every other predicate that lists may state."""
    p = Predicate
    said = (
        claim(HERON, p.ACTIVE_PARAMETERS, "3000000000"),
        claim(HERON, p.CONTEXT_LENGTH, "32768"),
        claim(HERON, p.LICENCE, "Apache-2.0"),
        claim(HERON, p.TOKENS, "2T"),
        claim(HERON, p.PUBLISHED_IN, "Birds 2023"),
        claim(HERON, p.REQUIRES, UNIFIED, ("how", "slowly"), ("season", "winter")),
        claim(EGGS, p.SAMPLES, "12k"),
        claim(RACE, p.MENTIONS, WADE),
        claim(PERCH, p.SAME_AS, CLUB),
    )
    return listed("east", (HERON, EGGS, RACE, WADE, PERCH, CLUB, UNIFIED), said)


@pytest.fixture(scope="module")
def turtle(tmp_path_factory: pytest.TempPathFactory) -> str:
    with whole(tmp_path_factory.mktemp("shapes") / "graph.db") as store:
        store.replace(east())
        return exported(store, receipts=True, abstracts=True)


@pytest.fixture(scope="module")
def data(turtle: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=turtle, format="turtle")


@pytest.fixture(scope="module")
def rules() -> rdflib.Graph:
    return rdflib.Graph().parse(data=shapes(BASE), format="turtle")


def targets(rules: rdflib.Graph, data: rdflib.Graph, shape: rdflib.term.Node) -> set[object]:
    found: set[object] = set()
    for one in rules.objects(shape, SH.targetClass):
        found |= set(data.subjects(rdflib.RDF.type, one))
    for one in rules.objects(shape, SH.targetSubjectsOf):
        found |= set(data.subjects(one))
    for one in rules.objects(shape, SH.targetObjectsOf):
        found |= set(data.objects(None, one))
    return found


# -------------------------------------------------------------------------------- the shapes


def test_the_shapes_are_those_that_were_looked_at(kg: Kg) -> None:
    """GOLDEN=write in the environment writes them anew; look at the difference before you keep it."""
    kg.write("a.md", "# A\n\n## Models\n- [Ebb](https://github.com/salt/ebb) - A model.\n")
    kg("add", "a.md")
    kg("export", "-o", "ours.shapes.ttl")
    kg("export", "--shapes", "-o", "named.ttl")
    text = (kg.desk / "ours.shapes.ttl").read_text("utf-8")
    assert text == (kg.desk / "named.ttl").read_text("utf-8") == shapes(BASE)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")


def test_another_base_changes_the_prefixes_and_nothing_else() -> None:
    ours, theirs = (shapes(base).splitlines() for base in (BASE, "https://birds.example/#"))
    differing = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    assert differing
    assert all(a.startswith("@prefix ") and b.startswith("@prefix ") for a, b in differing)


@pytest.mark.slow
def test_they_are_themselves_what_shapes_must_be(rules: rdflib.Graph) -> None:
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=rules, meta_shacl=True)
    assert conforms, text


def test_they_do_without_sparql_and_speak_of_every_row_of_the_vocabulary(rules: rdflib.Graph) -> None:
    assert set(rules.objects(None, rdflib.RDF.type)) == {SH.NodeShape, SH.PropertyShape}
    assert not any(rules.objects(None, SH.sparql))
    spaces = Namespaces(BASE)
    paths = set(rules.objects(None, SH.path)) | set(rules.objects(None, SH.targetObjectsOf))
    classes = set(rules.objects(None, SH.targetClass))
    for term in (*(row.rdf for row in Predicate), FINE_TUNED):
        assert rdflib.URIRef(spaces.resolve(term)[0]) in paths, term
    for kind in Kind:
        assert {rdflib.URIRef(spaces.resolve(term)[0]) for term in kind.rdf_types} & classes, kind


def test_every_rule_says_what_is_wrong(rules: rdflib.Graph) -> None:
    constraints = {SH.datatype, SH.minCount, SH.pattern, SH["class"], SH["or"], SH["in"], SH.nodeKind}
    named = {shape for shape in rules.subjects() if isinstance(shape, rdflib.URIRef)}
    shapes = named | {inner for shape in named for inner in rules.objects(shape, SH.property)}
    for shape in shapes:
        if constraints & set(rules.predicates(shape)):
            (message,) = rules.objects(shape, SH.message)
            assert str(message).endswith((".", "…")), message


# ------------------------------------------------------------------------------ conforming


def test_the_sample_conforms_and_every_shape_has_a_target_in_it(
    data: rdflib.Graph, rules: rdflib.Graph
) -> None:
    assert [one for one in broken(data, BASE) if one.severity == "error"] == []
    for shape in rules.subjects(rdflib.RDF.type, SH.NodeShape):
        assert targets(rules, data, shape), shape


def test_every_class_and_predicate_of_an_export_is_told_of_in_the_shapes(
    data: rdflib.Graph, rules: rdflib.Graph
) -> None:
    told = {one for name in ("targetClass", "class") for one in rules.objects(None, SH[name])}
    assert set(data.objects(None, rdflib.RDF.type)) <= told
    told = {
        one
        for name in ("path", "targetSubjectsOf", "targetObjectsOf", "inversePath")
        for one in rules.objects(None, SH[name])
    }
    untold = {str(one) for one in set(data.predicates()) - told}
    assert all(one.startswith((str(rdflib.RDFS), "http://purl.org/vocab/vann/")) for one in untold), untold


@pytest.mark.parametrize("base", ["https://birds.example/#", "https://birds.example/a+b/"])
def test_an_export_of_any_base_conforms_to_the_shapes_of_that_base(base: str, tmp_path: Path) -> None:
    with whole(tmp_path / "graph.db") as store:
        data = rdflib.Graph().parse(data=exported(store, base=base), format="turtle")
    assert list(broken(data, base)) == []
    told = [one.message for one in broken(data, "https://other.example/")]
    assert any("export both with one base" in one for one in told)


# ------------------------------------------------------------------------------- mutations


@dataclass(frozen=True)
class Mutation:
    """One small corruption: the shape that it breaks, and the triples that go (-) and come (+)."""

    shape: str
    what: str
    lines: tuple[tuple[str, str, str, str], ...]

    def __str__(self) -> str:
        return self.what

    def apply(self, data: rdflib.Graph, header: str) -> None:
        def term(text: str) -> rdflib.term.Node | None:
            if text == "*":
                return None
            parsed = rdflib.Graph().parse(data=f"{header}root:s root:p {text} .", format="turtle")
            return next(parsed.objects())

        for sign, *triple in self.lines:
            subject, predicate, object_ = map(term, (_named(data, triple[0]), *triple[1:]))
            if sign == "-":
                assert (subject, predicate, object_) in data
                data.remove((subject, predicate, object_))
            else:
                assert subject is not None
                assert predicate is not None
                assert object_ is not None
                data.add((subject, predicate, object_))


_CLASSES = {
    "{stmt}": "rdf:Statement", "{req}": "kg:HardwareRequirement", "{item}": "kg:ListItem",
    "{rev}": "kg:SourceRevision", "{correction}": "kg:CorrectionEntry",
}  # fmt: skip


def _named(data: rdflib.Graph, text: str) -> str:
    """A subject as Turtle; ``{stmt}`` and such stand for the first of a class."""
    if text not in _CLASSES:
        return text
    kind = rdflib.URIRef(Namespaces(BASE).resolve(_CLASSES[text])[0])
    return f"<{min(map(str, data.subjects(rdflib.RDF.type, kind)))}>"


TABLE = """
label | a node without a name
    - node:egret rdfs:label *
label | a node with two names
    + node:egret rdfs:label "Little Egret"
label | a name with a blank behind it
    - node:egret rdfs:label *
    + node:egret rdfs:label "Egret "
label | a name in a language
    - node:egret rdfs:label *
    + node:egret rdfs:label "Egret"@en
alias | another name that is the name
    + node:egret skos:altLabel "Egret"
evidence | a node that rests on nothing
    - node:egret prov:wasDerivedFrom *
evidence | a node that rests on a source, not on its item
    + node:egret prov:wasDerivedFrom source:north
described | a node that rests on an item that is gone
    + node:egret prov:wasDerivedFrom ev:north-0000000000000000
Model | half a model
    - node:egret rdf:type mls:Model
Framework | half a framework
    - node:nest rdf:type schema:SoftwareApplication
Dataset | data that are neither a dataset nor a benchmark
    - node:eggs rdf:type dcat:Dataset
of-kg-parameters | a parameter count of a club
    + node:bird-club kg:parameters 7
kg-parameters | a parameter count in words
    - node:heron-7b kg:parameters *
    + node:heron-7b kg:parameters "7B"
kg-parameters | a parameter count below nothing
    + node:heron-7b kg:parameters -7
kg-bits | bits as a whole number
    + node:heron-7b kg:bits 4
dcterms-issued | a release at a moment
    + node:heron-7b dcterms:issued "2022-04-01T00:00:00Z"^^xsd:dateTime
schema-codeRepository | a repository as a text
    + node:heron-7b schema:codeRepository "https://github.com/birds/heron"
foaf-page | a page of another scheme
    + node:heron-7b foaf:page <ftp://heron.example/>
dcterms-description | an empty description
    + node:heron-7b dcterms:description " "
schema-about | a subject as a text
    + node:how-to-perch schema:about "perch.cpp"
described | an edge to nowhere
    + node:how-to-perch schema:about node:perch.c
fair4ml-trainedOn | a model trained on a club
    + node:heron-7b fair4ml:trainedOn node:bird-club
of-fair4ml-trainedOn | a club trained on data
    + node:bird-club fair4ml:trainedOn node:eggs
kg-introduces | a paper that introduces a club
    + node:arxiv-2203.01234 kg:introduces node:bird-club
prefLabel | a concept with another name
    - node:wade skos:prefLabel *
    + node:wade skos:prefLabel "Wade"
inScheme | a concept of no scheme
    - node:wade skos:inScheme *
inScheme | a concept of a scheme that is none
    - node:wade skos:inScheme *
    + node:wade skos:inScheme node:shore-birds
Concept | a topic that rests on nothing
    - node:shore-birds prov:wasDerivedFrom *
Category | a category with another notation
    - cat:cs.CL skos:notation *
    + cat:cs.CL skos:notation "cs.LG"
minValue | a tier upside down
    - node:16-32-gb-ram schema:minValue *
    + node:16-32-gb-ram schema:minValue 64
maxValue | a bound as a text
    - node:16-32-gb-ram schema:maxValue *
    + node:16-32-gb-ram schema:maxValue "32"
unitText | a tier without a unit
    - node:16-32-gb-ram schema:unitText *
unitCode | a code of another unit
    - node:16-32-gb-ram schema:unitCode *
    + node:16-32-gb-ram schema:unitCode "KGM"
Tier | a tier without bounds
    - node:16-32-gb-ram schema:minValue *
    - node:16-32-gb-ram schema:maxValue *
arxivId | an arXiv id with a version
    - node:arxiv-2203.01234 fabio:hasArXivId *
    + node:arxiv-2203.01234 fabio:hasArXivId "2203.01234v2"
arxivId | a preprint without an id
    - node:arxiv-2203.01234 fabio:hasArXivId *
SameAs | a DOI in capitals
    + node:arxiv-2203.01234 owl:sameAs <https://doi.org/10.48550/arXiv.2203.01234>
SameAs | a DOI as a text
    + node:eggs owl:sameAs "10.5555/eggs"
version | a version before the first
    - node:arxiv-2203.01234 pav:version *
    + node:arxiv-2203.01234 pav:version "0"
modified | a paper changed at two times
    + node:arxiv-2203.01234 dcterms:modified "2020-01-01"^^xsd:date
withdrawn | a paper that says that it was not withdrawn
    + node:arxiv-2203.01234 kg:withdrawn false
described | a category that is not there
    + node:arxiv-2203.01234 dcterms:subject cat:cs.XX
Author | an author of no paper
    - node:arxiv-2203.01234 dcterms:creator author:arxiv-2203.01234-01
Author | an author of two papers
    + node:arxiv-hep-th-9901001 dcterms:creator author:arxiv-2203.01234-01
Author | an author with an address
    + author:arxiv-2203.01234-01 foaf:page <https://ada.example/>
Author | an author before the first
    - author:arxiv-2203.01234-01 kg:authorPosition *
    + author:arxiv-2203.01234-01 kg:authorPosition 0
Replaced | a node that was replaced and is still there
    + node:dive rdf:type mls:Algorithm
described | a successor that is not there
    - node:dive dcterms:isReplacedBy *
    + node:dive dcterms:isReplacedBy node:plunge
Requirement | a requirement of nobody
    - {req} kg:forModel *
Requirement | a requirement of two tiers
    + {req} kg:needsTier node:16-32-gb-ram
    + {req} kg:needsTier node:7.5-gib-vram
Requirement | a requirement with a misspelt condition
    + {req} kg:withMethods node:wade
Statement | a statement without a subject
    - {stmt} rdf:subject *
Statement | a statement of two objects
    + {stmt} rdf:object "another"
Statement | a statement with a predicate of nobody
    - {stmt} rdf:predicate *
    + {stmt} rdf:predicate foaf:knows
Statement | a statement surer than sure
    - {stmt} kg:confidence *
    + {stmt} kg:confidence 1.5
Statement | a statement by no rule
    - {stmt} kg:rule *
evidence | a statement that nobody makes
    - {stmt} prov:wasDerivedFrom *
Source | a source with a title of another vocabulary
    + source:north dcterms:title "North"
source | an item of no source
    - {item} dcterms:isPartOf *
digest | an item with a digest of another sort
    - {item} kg:textDigest *
    + {item} kg:textDigest "md5:0123"
ListItem | a correction without a digest
    - {correction} kg:textDigest *
line | an item that ends before it begins
    - {item} kg:endLine *
    + {item} kg:endLine 0
ordinal | an item that is the nought-th of its like
    + {item} kg:ordinal 0
firstSeenIn | an item first seen in a source
    - {item} kg:firstSeenIn *
    + {item} kg:firstSeenIn source:north
Revision | a revision of no source
    - {rev} prov:specializationOf *
Revision | a revision with a shortened name
    - {rev} dcterms:identifier *
    + {rev} dcterms:identifier "swh:1:cnt:0123"
moment | a time with an offset
    - {rev} pav:retrievedOn *
    + {rev} pav:retrievedOn "2026-03-01T13:00:00+01:00"^^xsd:dateTime
Record | a record of a list
    - ev:arxiv-2203.01234 dcterms:isPartOf *
    + ev:arxiv-2203.01234 dcterms:isPartOf source:north
dataSource | a data set made of a node
    + root:dataset prov:wasDerivedFrom node:egret
definedBy | a term of nobody
    - kg:uses rdfs:isDefinedBy *
"""


def mutations() -> Iterator[Mutation]:
    for entry in re.split(r"\n(?! )", TABLE.strip()):
        head, *lines = entry.splitlines()
        shape, _, what = head.partition(" | ")
        parts = (line.split(maxsplit=3) for line in lines)
        yield Mutation(shape, what, tuple((a, b, c, d) for a, b, c, d in parts))


MUTATIONS = list(mutations())


def test_there_are_enough_corruptions_and_no_two_are_alike() -> None:
    assert len(MUTATIONS) >= 60
    assert len({one.lines for one in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_every_small_corruption_breaks_its_shape(mutation: Mutation, data: rdflib.Graph) -> None:
    header = "".join(f"@prefix {p}: <{space}> .\n" for p, space in Namespaces(BASE).every.items())
    mutated = rdflib.Graph()
    mutated += data
    mutation.apply(mutated, header)
    told = list(broken(mutated, BASE))
    assert any(f"shape:{mutation.shape} " in one.hint for one in told), told


# ------------------------------------------------------------------------------ the command


def test_kg_check_shacl_conforms_or_says_which_rule_is_broken(tides: Kg) -> None:
    assert tides("check", "--shacl").json["findings"] == []
    assert tides("check", "shapes", "--format", "table").err == "no findings\n"
    with sqlite3.connect(tides.database) as db:
        db.execute("UPDATE node SET label = 'LoRA ' WHERE slug = 'lora'")
    db.close()
    told = tides("check", "--shacl", code=1).json["findings"]
    assert {one["check"] for one in told} == {"shapes"}
    assert "node:lora: The name is missing" in told[0]["message"]
    assert "(here: 'LoRA ')" in told[0]["message"]
    assert "shape:label" in told[0]["hint"]
    rules = json.loads(tides("check", "--shacl", "--format", "sarif", code=1).out)["runs"][0]["results"]
    assert {one["ruleId"] for one in rules} == {"shapes"}


def test_shapes_are_looked_at_only_where_they_are_named(tides: Kg) -> None:
    with sqlite3.connect(tides.database) as db:
        db.execute("UPDATE node SET label = 'LoRA ' WHERE slug = 'lora'")
        db.execute("UPDATE search_text SET label = 'LoRA ' WHERE label = 'LoRA'")
    db.close()
    assert all(one["check"] != "shapes" for one in tides("check", code=None).json["findings"])


def test_without_pyshacl_one_is_told_what_to_install(tides: Kg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    told = tides.refused("check", "--shacl")
    assert "pySHACL" in told
    assert "kg-ledger[rdf]" in told


@pytest.mark.slow
def test_the_starter_list_with_its_papers_conforms_without_a_warning(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.any_id
    kg.environment |= {"KG_OFFLINE": ""}
    kg("add", "starter")
    assert kg("check", "--shacl").json["findings"] == []
    assert kg("check", *SOUNDNESS).json["findings"] == []


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "corpus").exists(), reason="the lists are not part of the repository")
def test_all_lists_of_the_corpus_with_their_papers_conform_in_one_graph(kg: Kg, arxiv: ArxivServer) -> None:
    assert arxiv.any_id
    kg.environment |= {"KG_OFFLINE": ""}
    kg("add", *sorted(map(str, (SHARED / "corpus").glob("*.md"))))
    assert (
        kg("check", "--shacl", "--fail-on", "error").json["findings"]
        == kg("check", "--shacl", "--fail-on", "error").json["findings"]
    )
    assert kg("check", *SOUNDNESS).json["findings"] == []
