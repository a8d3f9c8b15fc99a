"""A node from its triples: the inverse of :mod:`kg.rdf.nodes`, as far as triples tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from urllib.parse import unquote

from kg.hardware import Memory
from kg.identifiers import Identifier, identify
from kg.store.exported import Record, Saying, Stated, Told, Value, Where
from kg.vocabulary import Kind, Predicate

from . import names, papers
from .nodes import LINKS, TIERS, Nodes
from .sources import ARXIV
from .terms import Namespaces, Notes, Pair

_PREDICATES = {one.rdf: one for one in Predicate} | {"fair4ml:fineTunedFrom": Predicate.DERIVED_FROM}
_DATATYPES = {
    "integer": "integer",
    "decimal": "decimal",
    "gYear": "date",
    "gYearMonth": "date",
    "date": "date",
}
_PAGES = ("schema:codeRepository", "schema:sameAs", "foaf:page", "owl:sameAs")
_CONDITIONS = frozenset({"kg:how", "kg:precision", "kg:condition", "kg:withMethod"})
_DOI = "https://doi.org/"


@dataclass(slots=True)
class Thing:
    """A subject and what is told behind it: the pairs of each, in the order they came, and their graphs."""

    head: str
    pairs: dict[str, dict[Pair, set[str]]] = field(default_factory=dict)

    def of(self, subject: str) -> dict[str, list[str]]:
        """The objects of a subject by predicate."""
        found: dict[str, list[str]] = {}
        for predicate, term in self.pairs.get(subject, ()):
            found.setdefault(predicate, []).append(term)
        return found

    @property
    def own(self) -> dict[str, list[str]]:
        """The objects of the head by predicate."""
        return self.of(self.head)


def local(term: str) -> str:
    """The last part of the IRI of something of ours."""
    return term.partition(":")[2]


class NodeOf:
    """A node as a thing tells it. Raises: LookupError, ValueError, ArithmeticError where that is none."""

    def __init__(self, thing: Thing, spaces: Namespaces, where: Callable[[str], Where]) -> None:
        """``where`` gives the place that a piece of evidence stands for."""
        self.thing = thing
        self.spaces = spaces
        self.where = where
        self.own = thing.own
        self.graphs = set().union(*thing.pairs[thing.head].values())
        self.kind = _kind(self.own["rdf:type"])
        self.said = self._said()
        self.stated = {edge[1:3] for edge in self.said if edge[0] == thing.head}

    @property
    def told(self) -> Told:
        """The node with all that is said of it."""
        own = self.own
        identifiers = tuple(sorted(self._identifiers()))
        return Told(
            slug=local(self.thing.head),
            kind=self.kind,
            label=self._one("rdfs:label"),
            aliases=tuple(sorted(map(self._text, own.get("skos:altLabel", ())))),
            identifiers=identifiers,
            places=tuple(map(self.where, own.get("prov:wasDerivedFrom", ()))),
            statements=tuple(map(self._statement, self.said.items())),
            record=self._record(identifiers) if "dcterms:modified" in own else None,
            named=tuple(map(local, self._free("schema:mentions"))),
        )

    def _text(self, term: str) -> str:
        return self.spaces.resolve(term)[0]

    def _one(self, predicate: str) -> str:
        """The one value of that predicate, empty where there is none."""
        terms = self.own.get(predicate)
        return self._text(terms[0]) if terms else ""

    def _free(self, predicate: str) -> list[str]:
        """The objects that no document states: a record does, or the node itself."""
        return [term for term in self.own.get(predicate, ()) if (predicate, term) not in self.stated]

    # ------------------------------------------------------------------------ statements

    def _said(self) -> dict[Edge, list[Saying]]:
        """What is stated, as it is written: subject, predicate, object, conditions; and what says each."""
        found: dict[Edge, list[Saying]] = {}
        for subject, pairs in self.thing.pairs.items():
            if not subject.startswith("stmt:"):
                continue
            part = self.thing.of(subject)
            whose = part["rdf:subject"][0]
            about = self.thing.pairs[whose] if whose.startswith("req:") else pairs
            conditions = tuple(sorted(pair for pair in about if pair[0] in _CONDITIONS))
            edge = whose, part["rdf:predicate"][0], part["rdf:object"][0], conditions
            places = tuple(map(self.where, part["prov:wasDerivedFrom"]))
            saying = self._text(part["kg:rule"][0]), float(self._text(part["kg:confidence"][0])), places
            found.setdefault(edge, []).append(saying)
        return found

    def _statement(self, said: tuple[Edge, list[Saying]]) -> Stated:
        (_, predicate, term, conditions), sayings = said
        meant = _PREDICATES[predicate]
        object_ = self._value(meant, term) if meant.is_literal else (local(term), "", "")
        return Stated(meant.name, object_, tuple(map(self._qualifier, conditions)), tuple(sayings))

    def _value(self, predicate: Predicate, term: str) -> Value:
        """A value as it was read; what an arXiv record says, a correction may say as well."""
        if predicate is Predicate.AUTHOR:
            return None, self._text(self.thing.of(term)["foaf:name"][0]), "string"
        if predicate is Predicate.CATEGORY:
            return None, local(term), "string"
        if predicate is Predicate.DOI:
            return None, unquote(self._text(term).removeprefix(_DOI)), "string"
        return None, *self._literal(term)

    def _literal(self, term: str) -> tuple[str, str]:
        value, datatype = self.spaces.resolve(term)
        return value, _DATATYPES.get(datatype.rpartition("#")[2], "string") if datatype else "iri"

    def _qualifier(self, pair: Pair) -> tuple[str, Value]:
        if pair[0] == "kg:withMethod":
            return "with", (local(pair[1]), "", "")
        if pair[0] != "kg:condition":
            return local(pair[0]), (None, *self._literal(pair[1]))
        name, _, value = self._text(pair[1]).partition(": ")
        # Only a thing is a condition of those names: a value would have a predicate of its own.
        return name, (value, "", "") if name in {"how", "precision"} else (None, value, "string")

    # ------------------------------------------------------------------------ identifiers

    def _identifiers(self) -> set[Identifier]:
        if self.kind is Kind.HARDWARE_TIER:
            return {*self._tiers(), *self._linked(frozenset())}
        ids = [self._text(term) for term in self.own.get("fabio:hasArXivId", ())]
        follows = {pair for one in ids for pair in papers.identity(one)}
        return {*(Identifier("arxiv", one) for one in ids), *self._linked(follows)}

    def _linked(self, follows: Iterable[Pair]) -> Iterator[Identifier]:
        """The identifiers whose pages are given, but for what ``follows`` from others."""
        nodes = Nodes(self.spaces, Notes(), provenance=False)
        for pair in ((predicate, term) for predicate in _PAGES for term in self.own.get(predicate, ())):
            if pair in follows or self._is_recorded(pair):
                continue
            page = self._text(pair[1])
            stated = pair in self.stated
            meant = identify(page)
            if stated and pair[0] != "owl:sameAs":
                # A page that a list gives names the thing itself, but for a paper's code.
                if self.kind is not Kind.PAPER and meant and LINKS.get(meant.scheme, "foaf:page") == pair[0]:
                    yield meant
                continue
            for one in (meant, *_raw(page)):
                if one is not None and nodes.link(self.kind, one, set()) == [pair]:
                    yield one
                    break

    def _is_recorded(self, pair: Pair) -> bool:
        """Whether nothing but the arXiv record says that, though lists name the paper as well."""
        return {ARXIV} == self.thing.pairs[self.thing.head][pair] != self.graphs

    def _tiers(self) -> Iterator[Identifier]:
        kinds = [kind for kind, term in sorted(TIERS.items()) if term in self.own["rdf:type"]]
        least, most = (
            sorted(Decimal(self._text(term)) for term in self.own.get(predicate, ()))
            for predicate in ("schema:minValue", "schema:maxValue")
        )
        units = [self._text(term) for term in self.own.get("schema:unitText", ())]
        if kinds and units:
            for n, bounds in enumerate(zip_longest(least, most)):
                yield Memory(kinds[n % len(kinds)], *bounds, units[n % len(units)]).identifier

    # ---------------------------------------------------------------------------- record

    def _record(self, identifiers: Iterable[Identifier]) -> Record:
        places = {name for _, name in map(self.where, self.own.get("prov:wasDerivedFrom", ()))}
        ids = [one.value for one in identifiers if one.scheme == "arxiv"]
        recorded = [one for one in ids if names.record(f"arxiv:{one}") in places]
        follows = {term for one in ids for _, term in papers.identity(one)}
        dois = [term for term in self._free("owl:sameAs") if term not in follows]
        issued = self._free("dcterms:issued") or self.own["dcterms:issued"]
        first = self.own.get("kg:primaryCategory", [])
        categories = [*first, *(one for one in self._free("dcterms:subject") if one not in first)]
        return Record(
            arxiv_id=(recorded or ids)[0],
            version=int(self._one("pav:version") or 0),
            title=self._one("dcterms:title"),
            abstract=self._one("dcterms:abstract"),
            comment=self._one("kg:authorComment"),
            journal_ref=self._one("kg:journalReference"),
            doi=unquote(self._text(dois[0]).removeprefix(_DOI)) if dois else "",
            days=(self._text(issued[0]), self._one("dcterms:modified")),
            withdrawn=self._one("kg:withdrawn") == "true",
            authors=tuple(self._authors()),
            categories=tuple(map(local, categories)),
        )

    def _authors(self) -> list[str]:
        found = []
        for term in self._free("dcterms:creator"):
            author = self.thing.of(term)
            found.append((int(author["kg:authorPosition"][0]), self._text(author["foaf:name"][0])))
        return [name for _, name in sorted(found)]


Edge = tuple[str, str, str, tuple[Pair, ...]]
"""Subject, predicate, object and conditions, as terms."""


def _raw(page: str) -> Iterator[Identifier]:
    """The identifiers that lead to a page, whether they are in the form of one or not."""
    for scheme in ("doi", "github", "gitlab", "hf", "openreview", "acl", "url"):
        start = Identifier(scheme, "").url
        if page.startswith(start):
            rest = page.removeprefix(start)
            yield Identifier(scheme, unquote(rest) if scheme == "doi" else rest)


def _kind(types: Iterable[str]) -> Kind:
    """The kind whose types these are, with others or not."""
    given = set(types)
    fitting = [kind for kind in Kind if given.issuperset(kind.rdf_types)]
    return max(fitting, key=lambda kind: len(kind.rdf_types))
