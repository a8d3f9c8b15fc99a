"""Any text, any link, any name: what is written is what other tools read, and nothing else."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exports.canonical import Turtle
from exports.turtle import header, written
from kg.graph import Graph
from kg.identifiers import Identifier
from kg.model import Claim, Literal, Mention, Place, Reading, digest
from kg.rdf import Namespaces, Notes, opened, terms
from kg.vocabulary import Kind, Predicate
from tests.documents import listed, record
from tests.rdf_sample import exported, fill, whole

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


# ----------------------------------------------------------------------- there and back again

Said = tuple[str, str, tuple[str, str]]
"""Subject, predicate, and object as :meth:`Namespaces.resolve` gives it."""


def by_pyoxigraph(text: str) -> set[Said]:
    """What a store of pyoxigraph holds of a file."""
    store = pyoxigraph.Store()
    store.bulk_load(text.encode(), format=TURTLE)
    return {(quad.subject.value, quad.predicate.value, _ends_of(quad.object)) for quad in store}


def _ends_of(term: Any) -> tuple[str, str]:
    if isinstance(term, pyoxigraph.NamedNode):
        return term.value, ""
    return term.value, f"@{term.language}" if term.language else term.datatype.value


def by_rdflib(text: str) -> set[Said]:
    """What a graph of rdflib holds of it, if rdflib may not write values in its own way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        graph = rdflib.Graph().parse(data=text, format="turtle")
    return {(str(s), str(p), _ends_in(o)) for s, p, o in graph}


def _ends_in(term: Any) -> tuple[str, str]:
    if isinstance(term, rdflib.URIRef):
        return str(term), ""
    kind = f"@{term.language}" if term.language else str(term.datatype or rdflib.XSD.string)
    return str(term), kind


def canonical(said: Iterable[Said], text: str) -> str:
    """The triples in canonical form by what docs/rdf.md says; sections and subjects as ``text`` has them."""
    source = Turtle(io.BufferedReader(io.BytesIO(text.encode())), "it")
    spaces = source.namespaces
    found: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, value in said:
        pair = (
            "a" if predicate == rdflib.RDF.type.toPython() else spaces.shorten(predicate),
            term(spaces, value),
        )
        found.setdefault(spaces.shorten(subject), []).append(pair)
    again = header(spaces)
    for name, blocks in source.sections():
        again += f"\n#### {name}\n"
        for subject, _ in blocks:
            again += written((subject, sorted(found.pop(subject), key=place)))
    assert not found
    return again


def place(pair: tuple[str, str]) -> tuple[bool, bool, tuple[str, str]]:
    """Types first, then the label, then all else as it is written."""
    return pair[0] != "a", pair[0] != "rdfs:label", pair


def term(spaces: Namespaces, said: tuple[str, str]) -> str:
    """The one way to write a value."""
    value, kind = said
    if not kind:
        return spaces.shorten(value)
    if kind.startswith("@"):
        return terms.text(value) + kind
    name = spaces.shorten(kind)
    bare: dict[str, Callable[[str], str]] = {
        "xsd:string": terms.text,
        "xsd:boolean": str,
        "xsd:integer": lambda digits: terms.integer(int(digits)),
        "xsd:decimal": lambda digits: terms.decimal(Decimal(digits)),
    }
    return bare[name](value) if name in bare else f"{terms.text(value)}^^{name}"


READERS = (by_pyoxigraph, by_rdflib)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
def test_what_others_have_read_is_the_same_file_again(
    tmp_path: Path, read: Callable[[str], set[Said]], options: dict[str, Any]
) -> None:
    with whole(tmp_path / "g.db") as store:
        text = exported(store, **options)
    assert canonical(read(text), text) == text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings(), st.booleans())
def test_any_graph_that_others_have_read_is_the_same_file_again(
    documents: list[Reading],
    receipts: bool,  # noqa: FBT001 - drawn
) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as store:
        text = exported(store, receipts=receipts)
    for read in READERS:
        assert canonical(read(text), text) == text
