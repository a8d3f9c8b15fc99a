"""The mapping of the graph to RDF: what becomes which triple, and what does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.graph import Graph
from kg.identifiers import Identifier
from kg.model import Claim, Literal
from kg.rdf import Options, ontology, opened
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention
from tests.rdf_sample import HERON, exported, facts, fill, north, noted, paper, south, whole

Facts = dict[str, set[tuple[str, str]]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("rdf") / "graph.db") as opened_store:
        yield opened_store


@pytest.fixture(scope="module")
def said(store: Store) -> Facts:
    return facts(store)


def statements(said: Facts, subject: str, predicate: str) -> list[set[tuple[str, str]]]:
    wanted = {("rdf:subject", subject), ("rdf:predicate", predicate)}
    return [pairs for pairs in said.values() if wanted <= pairs]


def objects(pairs: set[tuple[str, str]], predicate: str) -> list[str]:
    return sorted(what for name, what in pairs if name == predicate)


def test_every_kind_has_its_types(said: Facts) -> None:
    for kind in Kind:
        assert any({("a", one) for one in kind.rdf_types} <= pairs for pairs in said.values()), kind


def test_every_subject_is_told_once_and_every_pair_once(store: Store) -> None:
    for options in (Options(), Options(receipts=True), Options(provenance=False)):
        with opened(Graph(store), options) as view:
            blocks = list(view.blocks())
        assert max(Counter(subject for subject, _ in blocks).values()) == 1
        assert all(len(set(pairs)) == len(pairs) for _, pairs in blocks)


def test_every_predicate_and_class_is_of_the_closed_list(store: Store) -> None:
    known = ontology.FOREIGN | {f"kg:{term.name}" for term in ontology.terms()}
    with opened(Graph(store), Options(receipts=True, abstracts=True)) as view:
        for _, predicate, what in view.triples():
            assert predicate in known
            assert predicate != "rdf:type" or what in known


def test_the_vocabulary_table_is_of_the_closed_list() -> None:
    known = ontology.FOREIGN | {f"kg:{term.name}" for term in ontology.terms()}
    assert {predicate.rdf for predicate in Predicate} <= known
    assert {one for kind in Kind for one in kind.rdf_types} <= known


def test_every_own_iri_is_a_prefixed_name_and_there_is_no_blank_node(store: Store) -> None:
    text = exported(store, receipts=True)
    body = text[text.index("####") :]
    assert "<https://example.org/kg/" not in body
    assert not re.search(r"(^|\s)(_:|\[)", re.sub(r'"(?:[^"\\]|\\.)*"', '""', body))
    assert "https://schema.org" not in text


def test_every_own_thing_that_is_pointed_to_is_described(store: Store) -> None:
    with opened(Graph(store), Options(receipts=True)) as view:
        triples = list(view.triples())
    described = {subject for subject, _, _ in triples}
    own = re.compile(r"(author|cat|ev|kg|node|req|rev|root|scheme|source|stmt):")
    pointed = {what for _, _, what in triples if own.match(what)}
    assert pointed <= described


def test_a_requirement_is_a_node_of_its_own_and_no_edge(said: Facts) -> None:
    (need,) = (s for s, pairs in said.items() if ("kg:forModel", "node:heron-7b") in pairs)
    assert said[need] >= {
        ("a", "kg:HardwareRequirement"),
        ("rdfs:label", '"Heron 7B with WADE (int4): 16-32 GB RAM"'),
        ("kg:needsTier", "node:16-32-gb-ram"),
        ("kg:withMethod", "node:wade"),
        ("kg:precision", '"int4"'),
    }
    assert not objects(said["node:heron-7b"], "kg:needsTier")
    assert len(statements(said, need, "kg:needsTier")) == 2
    assert len(objects(said[need], "prov:wasDerivedFrom")) == 2


def test_how_one_model_comes_from_another(said: Facts) -> None:
    assert ("fair4ml:fineTunedFrom", "node:egret") in said["node:heron-7b"]
    assert ("schema:isBasedOn", "node:egret") in said["node:heron-7b"]
    (tuned,) = statements(said, "node:heron-7b", "fair4ml:fineTunedFrom")
    (packed,) = statements(said, "node:heron-7b", "schema:isBasedOn")
    assert ("kg:how", '"fine-tuned"') in tuned
    assert ("kg:how", '"quantized"') in packed


def test_two_places_together_are_one_statement_and_two_sources_are_two(said: Facts) -> None:
    found = statements(said, "node:heron-7b", "kg:uses")
    assert sorted(len(objects(pairs, "prov:wasDerivedFrom")) for pairs in found) == [1, 2]
    assert all({("kg:rule", '"test"'), ("kg:confidence", "0.8")} <= pairs for pairs in found)


def test_the_best_rule_speaks_for_one_derivation(tmp_path: Path) -> None:
    egret = mention("Egret")
    claims = [claim(HERON, Predicate.DERIVED_FROM, egret, confidence=c) for c in (0.3, 0.9, 0.6)]
    with fill(tmp_path / "g.db", [listed("one", (HERON, egret), claims)]) as store:
        (one,) = statements(facts(store), "node:heron-7b", "schema:isBasedOn")
    assert ("kg:confidence", "0.9") in one


def test_evidence_is_a_place_without_line_or_revision(said: Facts) -> None:
    names = {what for pairs in said.values() for what in objects(pairs, "prov:wasDerivedFrom")}
    evidence = {name for name in names if name.startswith("ev:")}
    assert evidence == {name for name in said if name.startswith("ev:")}
    allowed = {"a", "dcterms:isPartOf", "kg:heading", "kg:textDigest", "kg:ordinal"}
    assert {name for one in evidence for name, _ in said[one]} <= allowed
    kinds = {objects(said[one], "a")[0] for one in evidence}
    assert kinds == {"kg:ListItem", "kg:ArxivRecord", "kg:CorrectionEntry"}
    assert ("kg:heading", r'"Needs > RAM \\> 8"') in {pair for one in evidence for pair in said[one]}


def test_equal_texts_under_one_heading_are_two_pieces_of_evidence(tmp_path: Path) -> None:
    first = mention("Egret")
    second = replace(first, place=replace(first.place, ordinal=1))
    with fill(tmp_path / "g.db", [listed("one", (first, second))]) as store:
        said = facts(store)
    assert len(objects(said["node:egret"], "prov:wasDerivedFrom")) == 2
    assert [pair for pairs in said.values() for pair in pairs if pair[0] == "kg:ordinal"] == [
        ("kg:ordinal", "1")
    ]


def test_a_tier_is_its_numbers(said: Facts) -> None:
    assert said["node:16-32-gb-ram"] >= {
        ("a", "kg:RamTier"),
        ("schema:minValue", "16"),
        ("schema:maxValue", "32"),
        ("schema:unitCode", '"E34"'),
        ("schema:unitText", '"GB"'),
        ("skos:altLabel", '"middling birds"'),
    }
    half = said["node:7.5-gib-vram"]
    assert half >= {("a", "kg:VramTier"), ("schema:minValue", "7.5"), ("schema:unitText", '"GiB"')}
    assert not {"schema:unitCode", "schema:maxValue"} & {name for name, _ in half}


def test_a_record_speaks_for_its_paper(said: Facts) -> None:
    pairs = said["node:arxiv-2203.01234"]
    assert pairs >= {
        ("a", "fabio:Preprint"),
        ("a", "schema:ScholarlyArticle"),
        ("dcterms:title", '"WADE: Weights As Deltas, Encoded"'),
        ("dcterms:issued", '"2026-03-01"^^xsd:date'),
        ("dcterms:creator", "author:arxiv-2203.01234-02"),
        ("fabio:hasArXivId", '"2203.01234"'),
        ("foaf:page", "<https://arxiv.org/abs/2203.01234>"),
        ("kg:primaryCategory", "cat:cs.CL"),
        ("kg:authorComment", '"12 pages; code at <https://birds.example>"'),
        ("kg:journalReference", '"J. Birds 3 (2023) 1-12"'),
        ("pav:version", '"2"'),
        ("prov:wasDerivedFrom", "ev:arxiv-2203.01234"),
    }
    assert objects(pairs, "owl:sameAs") == [
        "<https://doi.org/10.48550/arxiv.2203.01234>",
        "<https://doi.org/10.5555/wade.(1);2%233>",
    ]
    assert len(objects(pairs, "dcterms:title")) == 1
    assert not {"dcterms:abstract", "kg:withdrawn"} & {name for name, _ in pairs}
    assert ("kg:authorPosition", "2") in said["author:arxiv-2203.01234-02"]
    odd = [s for s, p in said.items() if ("skos:notation", '"68T50 (Primary)"') in p]
    assert odd == [next(c for c in objects(pairs, "dcterms:subject") if c != "cat:cs.CL")]


def test_many_authors_keep_their_order_and_a_withdrawal_is_told(tmp_path: Path) -> None:
    names = tuple(f"Author {n}" for n in range(120))
    with (
        fill(tmp_path / "g.db", [paper(authors=names, withdrawn=True)]) as store,
        opened(Graph(store)) as view,
    ):
        blocks = [(s, dict(pairs)) for s, pairs in view.blocks()]
    positions = [int(pairs["kg:authorPosition"]) for s, pairs in blocks if s.startswith("author:")]
    assert positions == list(range(1, 121))
    assert [pairs["kg:withdrawn"] for _, pairs in blocks if "kg:withdrawn" in pairs] == ["true"]


def test_a_paper_without_a_title_has_none(said: Facts) -> None:
    assert not objects(said["node:arxiv-hep-th-9901001"], "dcterms:title")
    assert objects(said["node:a-field-guide"], "dcterms:title") == ['"A Field Guide"']


def test_a_link_is_told_once_as_its_source_wrote_it(said: Facts) -> None:
    assert objects(said["node:heron-7b"], "schema:codeRepository") == ["<https://github.com/Birds/Heron>"]
    assert objects(said["node:perch.cpp"], "schema:codeRepository") == [
        "<https://github.com/birds/perch.cpp>"
    ]
    assert objects(said["node:eggs"], "owl:sameAs") == ["<https://doi.org/10.5555/eggs>"]


def test_a_merged_node_points_to_what_stands_for_it(said: Facts) -> None:
    assert said["node:dive"] == {("dcterms:isReplacedBy", "node:wade")}
    assert ("skos:altLabel", '"Dive"') in said["node:wade"]


def test_what_a_record_would_say_can_be_said_by_hand(tmp_path: Path) -> None:
    egret = mention("Egret", Kind.PAPER)
    values = ((Predicate.DOI, "10.5555/Egret"), (Predicate.CATEGORY, "cs.XY"), (Predicate.AUTHOR, "Cy Hand"))
    claims = [Claim(egret, p, Literal(v), (egret.place,), "test", 1.0) for p, v in values]
    with fill(tmp_path / "g.db", [listed("one", (egret,), claims)]) as store:
        said = facts(store)
        text = exported(store)
    assert {("owl:sameAs", "<https://doi.org/10.5555/egret>"), ("dcterms:subject", "cat:cs.XY")} <= said[
        "node:egret"
    ]
    (author,) = objects(said["node:egret"], "dcterms:creator")
    assert ("foaf:name", '"Cy Hand"') in said[author]
    assert "cat:cs.XY" in said
    assert "@prefix author:" in text


def test_an_author_who_is_named_under_two_conditions_is_described_once(tmp_path: Path) -> None:
    study = mention("A study", Kind.PAPER)
    conditions = [claim(study, Predicate.AUTHOR, "Ada Heron", ("how", one)) for one in ("first", "last")]
    with fill(tmp_path / "g.db", [listed("one", [study], conditions)]) as store:
        subjects = Counter(block[0] for block in _blocks(store))
    assert [n for subject, n in subjects.items() if subject.startswith("author:")] == [1]


def _blocks(store: Store) -> list[tuple[str, object]]:
    with opened(Graph(store)) as view:
        return list(view.blocks())


def test_nothing_is_lost_in_silence(tmp_path: Path) -> None:
    odd = mention("Odd", Kind.MODEL)
    other = mention("Other", Kind.MODEL)
    claims = [
        claim(odd, Predicate.HOMEPAGE, "ftp://example.com/"),
        claim(odd, Predicate.PARAMETERS, "about 7B"),
        claim(odd, Predicate.DOI, "no doi"),
        Claim(odd, Predicate.RUNS_ON, other, (odd.place,), "test", 0.5),
        Claim(odd, Predicate.DERIVED_FROM, Literal("text"), (odd.place,), "test", 0.5),
    ]
    with fill(tmp_path / "g.db", [listed("one", (odd, other), claims)]) as store:
        text, notes = noted(store)
    assert sorted(notes.counts.values()) == [1, 1, 1, 2]
    assert 'kg:parameters "about 7B"' in text
    assert "ftp:" not in text


def test_an_unknown_condition_is_kept_as_text(tmp_path: Path) -> None:
    egret = mention("Egret")
    claims = [claim(HERON, Predicate.DERIVED_FROM, egret, ("when", "wet"))]
    with fill(tmp_path / "g.db", [listed("one", (HERON, egret), claims)]) as store:
        (one,) = statements(facts(store), "node:heron-7b", "schema:isBasedOn")
    assert ("kg:condition", '"when: wet"') in one


def test_a_link_without_a_scheme_leads_where_it_means(tmp_path: Path) -> None:
    claims = [claim(HERON, Predicate.HAS_CODE, "github.com/birds/Heron")]
    with fill(tmp_path / "g.db", [listed("one", (HERON,), claims)]) as store:
        assert objects(facts(store)["node:heron-7b"], "schema:codeRepository") == [
            "<https://github.com/birds/heron>"
        ]


def test_identifiers_of_every_scheme_lead_somewhere(tmp_path: Path) -> None:
    values = ("openreview:abcdef12", "acl:2022.acl-short.8", "gitlab:a/b", "url:a.example/x y")
    identifiers = tuple(Identifier(*value.split(":", 1)) for value in values)
    one = replace(mention("Many", Kind.PAPER), identifiers=identifiers)
    with fill(tmp_path / "g.db", [listed("one", (one,))]) as store:
        (pairs,) = (p for s, p in facts(store).items() if s.startswith("node:"))
    assert objects(pairs, "foaf:page") == [
        "<https://a.example/x%20y>",
        "<https://aclanthology.org/2022.acl-short.8>",
        "<https://openreview.net/forum?id=abcdef12>",
    ]
    assert objects(pairs, "schema:codeRepository") == ["<https://gitlab.com/a/b>"]


def test_without_provenance_only_facts_remain(store: Store, said: Facts) -> None:
    bare = facts(store, provenance=False)
    kept = {
        s: {p for p in pairs if s == "root:dataset" or p[0] != "prov:wasDerivedFrom"}
        for s, pairs in said.items()
    }
    assert bare == {s: pairs for s, pairs in kept.items() if not s.startswith(("ev:", "stmt:"))}
    assert "@prefix ev:" not in exported(store, provenance=False)


def test_receipts_only_add(store: Store, said: Facts) -> None:
    full = facts(store, receipts=True)
    assert all(pairs <= full[subject] for subject, pairs in said.items())
    added = {p[0] for s, pairs in full.items() for p in pairs - said.get(s, set())}
    assert {"kg:line", "kg:endLine", "kg:firstLine", "kg:firstSeenIn", "pav:retrievedOn"} <= added
    revisions = [s for s in full if s.startswith("rev:")]
    assert len(revisions) == 3
    assert all(objects(full[one], "dcterms:identifier")[0].startswith('"swh:1:cnt:') for one in revisions)
    assert objects(full[revisions[0]], "pav:retrievedOn") == ['"2026-03-01T12:00:00Z"^^xsd:dateTime']


def test_receipts_link_to_the_lines_of_the_revision(tmp_path: Path) -> None:
    reading = north()
    page = "https://github.com/birds/list/blob/HEAD/README.md"
    reading = replace(reading, page=page, revision=replace(reading.revision, commit="c0ffee"))
    with fill(tmp_path / "g.db", [reading]) as store:
        text = exported(store, receipts=True)
    assert "<https://github.com/birds/list/blob/c0ffee/README.md?plain=1#L1>" in text
    assert 'pav:version "c0ffee"' in text


def test_a_path_of_this_machine_is_never_told(tmp_path: Path) -> None:
    reading = north()
    reading = replace(reading, revision=replace(reading.revision, retrieved_from="/home/me/list.md"))
    with fill(tmp_path / "g.db", [reading]) as store:
        assert "/home/me" not in exported(store, receipts=True)


def test_abstracts_are_written_on_request(store: Store) -> None:
    assert "dcterms:abstract" not in exported(store)
    assert 'dcterms:abstract "An invented abstract' in exported(store, abstracts=True)


def test_a_source_without_facts_is_none(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", [listed("empty")]) as store:
        text = exported(store)
    assert "source:" not in text
    assert "#### vocabulary" in text
    assert "#### evidence" not in text


def test_sources_never_share_an_iri(tmp_path: Path) -> None:
    lists = [listed(name, (mention(f"In {name}"),)) for name in ("arxiv", "corrections", "a/b", "a-b", "b.")]
    with fill(tmp_path / "g.db", [*lists, paper()]) as store:
        said = facts(store)
    names = [s for s in said if s.startswith("source:")]
    assert len(names) == 6
    assert ("a", "kg:ArxivRecord") in said["ev:arxiv-2203.01234"]
    assert all(re.fullmatch(r"source:[a-z0-9-]+", name) for name in names)


def test_a_second_source_only_adds(tmp_path: Path) -> None:
    with fill(tmp_path / "a.db", [north()]) as one, fill(tmp_path / "b.db", [north(), south()]) as two:
        before, after = facts(one), facts(two)
    assert all(pairs <= after[subject] for subject, pairs in before.items())
