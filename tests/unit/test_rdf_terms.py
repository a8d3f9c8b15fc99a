"""Terms of RDF as text: each value has one canonical form, and what cannot be written is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kg.errors import UsageError
from kg.rdf import Namespaces, Notes, ontology, terms

SPACES = Namespaces("https://example.org/kg/")
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("LoRA", '"LoRA"'),
        ("", '""'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a\nb\r\tc\b\f", '"a\\nb\\r\\tc\\b\\f"'),
        ("\x1b[31m\x7f\x9b", '"\\u001B[31m\\u007F\\u009B"'),
        ("a\0b", '"a\ufffdb"'),
        ("a\ud800b", '"a\ufffdb"'),
        ("通义\u202e\u00a0\U0001f600", '"通义\u202e\u00a0\U0001f600"'),
    ],
)
def test_a_text_is_one_line_and_comes_back(value: str, written: str) -> None:
    assert terms.text(value) == written
    kept = value.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert SPACES.resolve(written) == (kept, f"{XSD}string")


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("HTTPS://example.com/a", "https://example.com/a"),
        (" https://example.com/a ", "https://example.com/a"),
        ('http://example.com/a b<c>"d"{e}|f\\g^h`i',
         "http://example.com/a%20b%3Cc%3E%22d%22%7Be%7D%7Cf%5Cg%5Eh%60i"),
        ("https://example.com/%zz%4", "https://example.com/%25zz%254"),
        ("https://example.com/a%20b", "https://example.com/a%20b"),
        ("https://example.com/a#b#c", "https://example.com/a#b%23c"),
        ("https://example.com/[x]?[y]#[z]", "https://example.com/%5Bx%5D?%5By%5D#%5Bz%5D"),
        ("https://example.com/č/通义", "https://example.com/č/通义"),
        ("https://example.com/a\u202eb\u00a0c", "https://example.com/a%E2%80%AEb%C2%A0c"),
        ("https://user@example.com:8080?x", "https://user@example.com:8080?x"),
        ("https://例え.example/", "https://例え.example/"),
        ("https://example.com/a/../b/./c/..", "https://example.com/b/"),
        ("https://example.com/../.", "https://example.com/"),
        ("https://example.com/.well-known/x..y?a=/../#/.", "https://example.com/.well-known/x..y?a=/../#/."),
    ],
)  # fmt: skip
def test_an_iri_is_percent_encoded_where_it_must_be(iri: str, written: str) -> None:
    assert terms.bracketed(iri) == f"<{written}>"


@pytest.mark.parametrize(
    "iri",
    ["", "https://", "https:///a", "ftp://example.com/", "javascript:alert(1)", "mailto:a@example.com",
     "/README.md", "//example.com/", "https://exa mple.com/", "https://example.com:port/", "https://[::1]/",
     "https://exam<ple.com/", "https://a%zz/"],
)  # fmt: skip
def test_what_is_no_iri_is_left_out_and_told(iri: str) -> None:
    notes = Notes()
    assert SPACES.link(iri, notes) is None
    assert notes.counts == {"links left out: no absolute http(s) IRI": 1}
    assert list(notes.examples.values()) == [iri]


@pytest.mark.parametrize(
    ("said", "datatype", "written"),
    [
        ("7000000000", "integer", "7000000000"),
        ("-0", "integer", "0"),
        ("+007", "integer", "7"),
        ("4", "decimal", '"4"^^xsd:decimal'),
        ("4.50", "decimal", "4.5"),
        ("-.5", "decimal", "-0.5"),
        ("1e-3", "decimal", "0.001"),
        ("0.0", "decimal", '"0"^^xsd:decimal'),
        ("2022", "date", '"2022"^^xsd:gYear'),
        ("2022-04", "date", '"2022-04"^^xsd:gYearMonth'),
        ("2022-04-30", "date", '"2022-04-30"^^xsd:date'),
        ("  kept  ", "string", '"  kept  "'),
    ],
)
def test_values_have_one_canonical_form(said: str, datatype: str, written: str) -> None:
    notes = Notes()
    assert terms.value(said, datatype, notes) == written
    assert not notes.counts


@pytest.mark.parametrize(
    ("said", "datatype"),
    [("7B", "integer"), ("٣", "integer"), ("1" * 60, "integer"), ("NaN", "decimal"), ("Infinity", "decimal"),
     ("1e9999999", "decimal"), ("2022-13", "date"), ("0000", "date"), ("April", "date"), ("x", "unheard-of")],
)  # fmt: skip
def test_a_value_not_of_its_datatype_is_written_as_text_and_told(said: str, datatype: str) -> None:
    notes = Notes()
    assert terms.value(said, datatype, notes) == f'"{said}"'
    assert notes.counts == {f"values written as text: no {datatype}": 1}


@pytest.mark.parametrize("number", [0.85, 1.0, 0.0, 1e-7, 123456789.125, Decimal("1E+3"), Decimal("-0.0")])
def test_decimals_are_exact(number: float | Decimal) -> None:
    value, datatype = SPACES.resolve(terms.decimal(number))
    assert Decimal(value) == Decimal(repr(number)) if isinstance(number, float) else Decimal(value) == number
    assert datatype == f"{XSD}decimal"


def test_the_longest_namespace_wins_and_odd_names_stay_whole() -> None:
    notes = Notes()
    links = {
        "http://schema.org/": "schema:",
        "http://schema.org/Thing": "schema:Thing",
        "http://schema.org/a/b": "<http://schema.org/a/b>",
        "http://schema.org/ends.": "<http://schema.org/ends.>",
        "https://schema.org/Thing": "<https://schema.org/Thing>",
        "https://example.org/kg/node/lora": "node:lora",
        "https://example.org/kg/other": "root:other",
        "https://example.org/kg/": "root:",
    }
    assert {iri: SPACES.link(iri, notes) for iri in links} == links
    assert all(SPACES.resolve(term) == (iri, "") for iri, term in links.items())
    assert SPACES.own("node", "doi-10.1-a.") == "<https://example.org/kg/node/doi-10.1-a.>"


def test_only_declared_prefixes_are_used() -> None:
    spaces = Namespaces("https://example.org/kg/", frozenset({"schema"}))
    assert spaces.link("https://example.org/kg/node/lora", Notes()) == "<https://example.org/kg/node/lora>"
    assert spaces.declared == {"schema": "http://schema.org/"}


@pytest.mark.parametrize(
    "base", ["", "example.org/", "https://example.org", "https://a b/", "urn:x:", "ftp://a/"]
)
def test_a_bad_base_is_refused(base: str) -> None:
    with pytest.raises(UsageError, match="no http"):
        Namespaces(base)


def test_a_base_with_a_fragment_keeps_every_iri_valid() -> None:
    spaces = Namespaces("https://example.org/kg#")
    assert all(terms.bracketed(space) == f"<{space}>" for space in spaces.every.values())


def test_every_own_term_is_defined() -> None:
    found = ontology.terms()
    assert [term.name for term in found] == sorted({term.name for term in found})
    for term in found:
        assert term.comment, term.name
        assert term.label, term.name
        for other in (term.domain, term.range, term.parent):
            assert not other.startswith("kg:") or other[3:] in {one.name for one in found}, term
