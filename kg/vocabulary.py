"""THE table of kinds and predicates: a new kind or predicate of the graph is one row here.

Rows are enum members, so that code names them (``Kind.MODEL``) and every reader of the table
(facets, glyphs, RDF, JSON, the documents, the property tests) sees a new row by itself.
"""

from __future__ import annotations

from enum import Enum
from typing import Self


class Kind(Enum):
    """A kind of node. The order of rows breaks ties when evidence for two kinds is equal.

    ``group``: kinds of one group may name the same thing (a topic in one list, a method in
    another); kinds of different groups never become one node because of a name alone.
    """

    MODEL = ("Model", "models", "M", "model", ("fair4ml:MLModel", "mls:Model"))
    METHOD = ("Method", "methods", "T", "concept", ("mls:Algorithm", "skos:Concept"))
    FRAMEWORK = (
        "Framework",
        "frameworks",
        "F",
        "software",
        ("mls:Software", "schema:SoftwareApplication"),
    )
    HARDWARE_TIER = (
        "HardwareTier",
        "hardware tiers",
        "H",
        "tier",
        ("kg:HardwareTier", "schema:QuantitativeValue"),
    )
    PAPER = ("Paper", "papers", "P", "paper", ("schema:ScholarlyArticle",))
    APPLICATION = ("Application", "applications", "A", "concept", ("kg:Application", "skos:Concept"))
    TUTORIAL = ("Tutorial", "tutorials", "G", "tutorial", ("schema:LearningResource",))
    DATASET = ("Dataset", "datasets", "D", "data", ("dcat:Dataset", "schema:Dataset"))
    BENCHMARK = ("Benchmark", "benchmarks", "B", "data", ("kg:Benchmark", "schema:Dataset"))
    ORGANIZATION = ("Organization", "organizations", "O", "organization", ("foaf:Organization",))
    TOPIC = ("Topic", "topics", "C", "concept", ("skos:Concept",))

    def __init__(self, label: str, plural: str, glyph: str, group: str, rdf_types: tuple[str, ...]) -> None:
        """One row: name, name of many, one letter for narrow screens, name group, RDF types."""
        self.label = label
        self.plural = plural
        self.glyph = glyph
        self.group = group
        self.rdf_types = rdf_types
        self.rank = len(type(self).__members__)  # the row number, from 0: facets, sections, ties

    def __repr__(self) -> str:
        return str(self)

    @classmethod
    def of(cls, text: str) -> Self:
        """The kind of that name, upper or lower case, singular or plural.

        >>> Kind.of("hardwaretier") is Kind.of("hardware tiers") is Kind.HARDWARE_TIER
        True

        Raises: KeyError for a name that is not in the table.
        """
        wanted = _bare(text)
        for kind in cls:
            if wanted in {_bare(kind.label), _bare(kind.plural)}:
                return kind
        raise KeyError(text)


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


_M, _T, _F, _H = Kind.MODEL, Kind.METHOD, Kind.FRAMEWORK, Kind.HARDWARE_TIER
_P, _A, _G, _D = Kind.PAPER, Kind.APPLICATION, Kind.TUTORIAL, Kind.DATASET
_B, _O, _C = Kind.BENCHMARK, Kind.ORGANIZATION, Kind.TOPIC
_ANY = tuple(Kind)


class Predicate(Enum):
    """A predicate of the graph, in its one stored direction.

    ``domain`` lists the kinds a subject may have. ``range`` lists the kinds of the object node;
    where it is empty the object is a literal of ``datatype``. ``rdf`` is the one RDF predicate of
    the edge (``kg:`` terms are our own); a predicate whose RDF form is a node of its own, such as
    ``requires``, says so in :mod:`kg.rdf`.
    """

    INTRODUCES = ("introduces", "introduced by", (_P,), (_M, _T, _F, _D, _B), "", "kg:introduces")
    DERIVED_FROM = ("derived_from", "base of", (_M, _F, _D), (_M, _F, _D), "", "schema:isBasedOn")
    USES = ("uses", "used by", (_M, _F), (_T, _F), "", "kg:uses")
    IMPLEMENTS = ("implements", "implemented by", (_F,), (_T,), "", "mls:implements")
    SUPPORTS = ("supports", "supported by", (_F,), (_M,), "", "kg:supports")
    WORKS_WITH = ("works_with", "works with", (_F,), (_F,), "", "kg:worksWith")
    REQUIRES = ("requires", "required by", (_M,), (_H,), "", "kg:needsTier")
    ABOUT = ("about", "subject of", _ANY, _ANY, "", "schema:about")
    BROADER = ("broader", "narrower", (_T, _A, _C), (_T, _A, _C), "", "skos:broader")
    MADE_BY = ("made_by", "maker of", (_M, _F, _D, _B, _P, _A, _G), (_O,), "", "schema:creator")
    TRAINED_ON = ("trained_on", "training data of", (_M,), (_D,), "", "fair4ml:trainedOn")
    GENERATED_WITH = ("generated_with", "used to generate", (_D,), (_M,), "", "kg:generatedWith")
    EVALUATES = ("evaluates", "evaluated by", (_B,), (_M, _T, _A, _C), "", "kg:evaluates")
    SUITS = ("suits", "suited by", (_M, _T, _F), (_A,), "", "kg:suits")
    MENTIONS = ("mentions", "mentioned by", _ANY, _ANY, "", "schema:mentions")
    SAME_AS = ("same_as", "same as", _ANY, _ANY, "", "skos:exactMatch")

    RUNS_ON = ("runs_on", "", (_M, _T, _F, _A), (), "string", "kg:runsOn")
    DESCRIPTION = ("description", "", _ANY, (), "string", "dcterms:description")
    HOMEPAGE = ("homepage", "", _ANY, (), "iri", "foaf:page")
    HAS_CODE = ("has_code", "", _ANY, (), "iri", "schema:codeRepository")
    PUBLISHED_IN = ("published_in", "", (_P, _D, _B, _T, _M, _F), (), "string", "kg:publishedIn")
    RELEASED = ("released", "", _ANY, (), "date", "dcterms:issued")
    PARAMETERS = ("parameters", "", (_M,), (), "integer", "kg:parameters")
    ACTIVE_PARAMETERS = ("active_parameters", "", (_M,), (), "integer", "kg:activeParameters")
    BITS = ("bits", "", _ANY, (), "decimal", "kg:bits")
    CONTEXT_LENGTH = ("context_length", "", (_M,), (), "integer", "kg:contextLength")
    LICENCE = ("licence", "", _ANY, (), "string", "kg:licence")
    SAMPLES = ("samples", "", (_D, _B), (), "string", "kg:samples")
    TOKENS = ("tokens", "", (_M, _D), (), "string", "kg:tokens")

    # What an arXiv record says of its paper: read from the record, never stored as statements.
    AUTHOR = ("author", "", (_P,), (), "string", "dcterms:creator")
    CATEGORY = ("category", "", (_P,), (), "string", "dcterms:subject")
    DOI = ("doi", "", (_P,), (), "string", "owl:sameAs")

    def __init__(
        self,
        word: str,
        inverse: str,
        domain: tuple[Kind, ...],
        range_: tuple[Kind, ...],
        datatype: str,
        rdf: str,
    ) -> None:
        """One row: name, label seen from the object, domain, range, datatype, RDF predicate."""
        self.word = word
        self.inverse = inverse
        self.domain = domain
        self.range = range_
        self.datatype = datatype
        self.rdf = rdf
        self.rank = len(type(self).__members__)  # the row number, from 0

    def __repr__(self) -> str:
        return str(self)

    @property
    def label(self) -> str:
        """The name as people read it: ``derived from``."""
        return self.word.replace("_", " ")

    @property
    def is_literal(self) -> bool:
        """Whether the object is a value and not a node."""
        return not self.range

    @classmethod
    def of(cls, text: str) -> Self:
        """The predicate of that name, by word or label in any case.

        >>> Predicate.of("derived from") is Predicate.of("derived_from")
        True

        Raises: KeyError for a name that is not in the table.
        """
        wanted = _bare(text)
        for predicate in cls:
            if wanted == _bare(predicate.word):
                return predicate
        raise KeyError(text)


HUB_KINDS = (Kind.TOPIC, Kind.ORGANIZATION, Kind.HARDWARE_TIER)
"""Kinds whose busy members (over HUB_DEGREE edges) say nothing about a path between two nodes."""

HUB_DEGREE = 50
