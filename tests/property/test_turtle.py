"""Any text, any link, any name: what is written is what other tools read, and nothing else."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exports.turtle import written
from kg.graph import Graph
from kg.identifiers import Identifier
from kg.model import Claim, Literal, Mention, Place, Reading, digest
from kg.rdf import Namespaces, Notes, opened, terms
from kg.vocabulary import Kind, Predicate
from tests.documents import listed, record
from tests.rdf_sample import exported, fill

SPACES = Namespaces("https://example.org/kg/")
PREFIXES = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in SPACES.declared.items())
TURTLE = pyoxigraph.RdfFormat.TURTLE

ODD = "\"\\'<>{}|^`%#[]()@:;,. \t\n\r\x00\x1b\x85\u200f\u202eaé通\U0001f600/?&=_-~"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
hostile = st.text(st.sampled_from(ODD), max_size=30)
starts = st.sampled_from(("http://", "https://", "HTTPS://x.", "ftp://", ""))
links = st.builds("".join, st.tuples(starts, st.one_of(hostile, texts)))
numbers = st.decimals().map(str) | st.dates().map(str)


def one(term: str) -> tuple[str, str]:
    """What a parser reads where this term is written."""
    text = PREFIXES + written(("node:a", [("rdfs:label", term)]))
    (quad,) = pyoxigraph.parse(text.encode(), format=TURTLE)
    what = quad.object
    if isinstance(what, pyoxigraph.Literal):
        return what.value, what.datatype.value
    assert isinstance(what, pyoxigraph.NamedNode)
    return what.value, ""


@given(st.one_of(texts, hostile))
def test_any_text_comes_back(value: str) -> None:
    term = terms.text(value)
    assert "\n" not in term
    assert one(term) == SPACES.resolve(term)
    assert SPACES.resolve(term)[0] == value.replace("\0", "\ufffd")


@given(st.one_of(links, texts, hostile))
@example("https://example.org/kg/node/a.b-")
@example("http://schema.org/a:b")
@example("http://\u1680")
@example("http://example.org/\u1680")
def test_any_link_is_an_iri_or_is_left_out(iri: str) -> None:
    notes = Notes()
    term = SPACES.link(iri, notes)
    assert (term is None) == bool(notes.counts)
    if term is not None:
        assert one(term) == SPACES.resolve(term)
        iri_ = SPACES.resolve(term)[0]
        assert terms.bracketed(iri_) == f"<{iri_}>"
        assert pyoxigraph.NamedNode(iri_).value == iri_
        graph = rdflib.Graph().parse(data=f"<{iri_}> <{iri_}> <{iri_}> .", format="nt")
        assert next(iter(graph)) == (rdflib.URIRef(iri_),) * 3


@given(st.sampled_from(("string", "integer", "decimal", "date", "odd")), st.one_of(texts, hostile, numbers))
def test_any_value_comes_back_and_is_canonical(datatype: str, said: str) -> None:
    term = terms.value(said, datatype, Notes())
    read = one(term)
    assert read == SPACES.resolve(term)
    kind = read[1].rpartition("#")[2]
    again = {"gYear": "date", "gYearMonth": "date"}.get(kind, kind)
    if again in {"integer", "decimal", "date"}:
        assert terms.value(read[0], again, Notes()) == term


names = st.one_of(
    st.sampled_from(("Heron", "heron", "Egret 7B", "a.", ".b", "通义", '"quoted"')), hostile.filter(str.strip)
)
identifiers = st.builds(
    Identifier, st.sampled_from(("github", "hf", "url", "doi", "openreview")), hostile.filter(bool)
) | st.sampled_from((Identifier("arxiv", "2203.01234"), Identifier("tier", "ram:4-8:GB")))
places = st.builds(
    lambda headings, text: Place(tuple(headings), digest(text)), st.lists(hostile, max_size=2), texts
)
mentions = st.builds(
    Mention,
    places,
    names,
    st.sampled_from(Kind),
    hostile,
    st.floats(0, 1),
    st.lists(identifiers, max_size=2, unique=True).map(tuple),
    st.lists(hostile, max_size=2).map(tuple),
)
literals = st.builds(
    Literal, st.one_of(texts, links), st.sampled_from(("string", "integer", "decimal", "date", "iri"))
)
claims = st.builds(
    Claim,
    mentions,
    st.sampled_from(Predicate),
    st.one_of(mentions, literals),
    st.lists(places, min_size=1, max_size=2, unique=True).map(tuple),
    hostile,
    st.floats(0, 1),
    st.lists(
        st.tuples(st.sampled_from(("how", "with", "precision", "odd")), st.one_of(mentions, literals)),
        max_size=2,
    ).map(tuple),
)


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    """Lists with any names, and perhaps the record of a paper."""
    found = []
    for number in range(draw(st.integers(1, 2))):
        said = draw(st.lists(mentions, max_size=4))
        reading = listed(f"list-{number}", said, draw(st.lists(claims, max_size=4)))
        found.append(replace(reading, title=draw(texts), page=draw(links)))
    if draw(st.booleans()):
        values = {
            "authors": tuple(draw(st.lists(texts, max_size=3))),
            "doi": draw(hostile),
            "comment": draw(texts),
        }
        categories = tuple(dict.fromkeys(draw(st.lists(hostile, max_size=3))))
        found.append(record("2203.01234", draw(texts), **values, categories=categories))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings(), st.booleans())
def test_any_graph_is_read_as_it_was_meant(documents: list[Reading], receipts: bool) -> None:  # noqa: FBT001
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as store:
        text = exported(store, receipts=receipts)
        with opened(Graph(store)) as view:
            subjects = [subject for subject, _ in view.blocks()]
        lines = exported(store, "ntriples", receipts=receipts).splitlines()
    quads = list(pyoxigraph.parse(text.encode(), format=TURTLE))
    assert len(set(quads)) == len(quads) == len(lines)
    read = pyoxigraph.parse("\n".join(lines).encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert set(read) == set(quads)
    assert len(set(subjects)) == len(subjects)
    assert not any(isinstance(q.subject, pyoxigraph.BlankNode) for q in quads)
