"""The graph as RDF: plain tuples of terms, a subject at a time, in canonical order.

No RDF library is needed to make them; what writes a format takes them as they come::

    with opened(graph, Options(base="https://example.org/kg/")) as view:
        for section, blocks in view.sections():
            for subject, pairs in blocks: ...

See ``docs/rdf.md`` for the mapping. Terms are explained in :mod:`kg.rdf.terms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from kg.errors import UsageError
from kg.graph import Graph
from kg.store.canonical import Snapshot, snapshot
from kg.vocabulary import Kind
from kg.workspace import DEFAULT_BASE

from . import ontology, papers, terms
from .graphs import parted
from .nodes import SCHEMES, Nodes, block
from .sources import Sources
from .terms import VOCABULARIES, Block, Namespaces, Notes, Pair

__all__ = ["SECTIONS", "Block", "Namespaces", "Notes", "Options", "Pair", "View", "opened", "prefixes_of"]

SECTIONS = (
    "dataset",
    "vocabulary",
    "sources",
    *(kind.plural for kind in Kind),
    "categories",
    "replaced",
    "evidence",
)
"""The names of the sections of an export, in their order."""

_USED = "dcterms fabio fair4ml foaf kg mls pav prov schema skos".split()
_CATEGORIES = "scheme:arxiv-categories"


@dataclass(frozen=True, slots=True)
class Options:
    """What to tell: ``title`` of the data set; evidence; lines, revisions and times; abstracts."""

    base: str = DEFAULT_BASE
    title: str = ""
    provenance: bool = True
    receipts: bool = False
    abstracts: bool = False


class View:
    """One state of the graph as RDF. ``notes`` fill while it is read."""

    def __init__(self, rows: Snapshot, options: Options, prefixes: frozenset[str] | None = None) -> None:
        """Read from ``rows``; ``prefixes``: those used, where they are known.

        Raises: UsageError for a base that is none.
        """
        self.rows = rows
        self.options = options
        self.notes = Notes()
        self.namespaces = Namespaces(options.base, prefixes or _prefixes(rows, options))
        self._sources = Sources(rows, self.namespaces, self.notes, receipts=options.receipts)

    def sections(self) -> Iterator[tuple[str, Iterator[Block]]]:
        """The sections of the file, each with its blocks; one may be empty. Read them in this order."""
        return self._sections(Nodes(self.namespaces, self.notes, provenance=self.options.provenance))

    def _sections(self, nodes: Nodes) -> Iterator[tuple[str, Iterator[Block]]]:
        yield "dataset", self._dataset()
        yield "vocabulary", _vocabulary()
        yield "sources", self._sources.blocks()
        for kind in Kind:
            yield kind.plural, self._nodes(nodes, kind)
        yield "categories", _categories(nodes)
        yield "replaced", self._replaced()
        if self.options.provenance:
            yield "evidence", self._sources.evidence()

    def blocks(self) -> Iterator[Block]:
        """All blocks in canonical order."""
        for _, blocks in self.sections():
            yield from blocks

    def graphs(self) -> Iterator[tuple[str, Iterator[tuple[str, Iterable[Block]]]]]:
        """The sections, their blocks parted by named graph: the term of a source, or "" for the default one.

        See :mod:`kg.rdf.graphs`. In the default graph stands what no source says: the data set, the
        vocabulary, the sources themselves, categories, slugs that were merged away. Read all in order.
        Raises: UsageError without provenance, which tells the sources apart.
        """
        if not self.options.provenance:
            raise UsageError("named graphs are told apart by provenance", hint="Leave it in.")
        nodes = Nodes(self.namespaces, self.notes, provenance=True)
        kinds = {kind.plural: kind for kind in Kind}
        for name, blocks in self._sections(nodes):
            if name in kinds:
                yield name, self._parted(nodes, kinds[name])
            elif name == "evidence":
                yield name, groupby(blocks, key=_source_of)
            else:
                yield name, iter([("", blocks)])

    def _parted(self, nodes: Nodes, kind: Kind) -> Iterator[tuple[str, Iterable[Block]]]:
        again = Nodes(self.namespaces, Notes(), provenance=True)  # what it notes has been noted
        for entry in self.rows.entries(kind, abstracts=self.options.abstracts):
            yield from parted(entry, nodes.blocks(kind, entry), again.recorded(entry))

    def triples(self) -> Iterator[tuple[str, str, str]]:
        """All triples in canonical order, as terms; ``a`` is written out as ``rdf:type``."""
        for subject, pairs in self.blocks():
            for predicate, object_ in pairs:
                yield subject, "rdf:type" if predicate == "a" else predicate, object_

    def _nodes(self, nodes: Nodes, kind: Kind) -> Iterator[Block]:
        for entry in self.rows.entries(
            kind, derivations=self.options.provenance, abstracts=self.options.abstracts
        ):
            yield from nodes.blocks(kind, entry)

    def _replaced(self) -> Iterator[Block]:
        own = self.namespaces.own
        for old, new in self.rows.replaced():
            yield own("node", old), [("dcterms:isReplacedBy", own("node", new))]

    def _dataset(self) -> Iterator[Block]:
        title = terms.text(self.options.title or "Knowledge graph")
        pairs = [
            ("dcterms:title", title),
            *(("prov:wasDerivedFrom", source) for source in self._sources.terms),
            *(("void:vocabulary", f"{prefix}:") for prefix in _USED),
        ]
        yield block("root:dataset", ("dcat:Dataset", "void:Dataset"), title, pairs)
        labels = {scheme: kind.plural.capitalize() for kind, scheme in SCHEMES.items()}
        labels[_CATEGORIES] = "arXiv categories"
        for scheme in sorted(labels):
            yield block(scheme, ("skos:ConceptScheme",), terms.text(labels[scheme]), ())


@contextmanager
def opened(graph: Graph, options: Options | None = None) -> Iterator[View]:
    """The graph as RDF, or its part, in one read transaction.

    Raises: UsageError (the base), StoreError and its kinds, also while it is read.
    """
    options = options or Options()
    with snapshot(graph.store, graph.part) as rows:
        view = View(rows, options)
        # Of a part it is not known beforehand which prefixes it uses: it is read twice.
        yield view if graph.part is None else View(rows, options, prefixes_of(view.blocks()))


def prefixes_of(blocks: Iterable[Block]) -> frozenset[str]:
    """The prefixes of all terms."""
    found = set()
    for subject, pairs in blocks:
        found |= {_prefix(term) for pair in pairs for term in (subject, *pair)}
    return frozenset(found - {""})


def _prefix(term: str) -> str:
    """The prefix of a name, or of the datatype of a value; empty where there is none."""
    name = term.rpartition('"')[2].removeprefix("^^") if term[0] == '"' else term
    return "" if name[:1] in {"<", "@"} else name.partition(":")[0] if ":" in name else ""


def _prefixes(rows: Snapshot, options: Options) -> frozenset[str]:
    """The prefixes that the file uses: known before its first line, so that it can be streamed."""
    shown = (  # a record may be of a paper that a correction keeps out of the graph
        "EXISTS (SELECT 1 FROM mention m JOIN node n ON n.id = m.node_id"
        " WHERE m.document_id = p.document_id AND n.kind = 'PAPER')"
    )
    when = {
        "node": "SELECT 1 FROM node",
        "req": "SELECT 1 FROM statement WHERE predicate = 'REQUIRES'",
        "author": f"SELECT 1 FROM paper p WHERE authors <> '[]' AND {shown}"  # noqa: S608 - a constant above
        " UNION ALL SELECT 1 FROM statement WHERE predicate = 'AUTHOR'",
        "cat": f"SELECT 1 FROM paper p WHERE categories <> '[]' AND {shown}"  # noqa: S608 - a constant above
        " UNION ALL SELECT 1 FROM statement WHERE predicate = 'CATEGORY'",
        "source": "SELECT 1 FROM node",
    }
    if options.provenance:
        when["ev"] = "SELECT 1 FROM node"
        when["stmt"] = when["rdf"] = "SELECT 1 FROM claim WHERE statement_id IS NOT NULL"
    if options.receipts:
        when["rev"] = (
            "SELECT 1 FROM document d JOIN mention m ON m.document_id = d.id"
            " WHERE d.kind <> 'arxiv' AND m.node_id IS NOT NULL"
        )
    always = {*VOCABULARIES, "kg", "root", "scheme"} - {"rdf"}
    return frozenset(always | {prefix for prefix, sql in when.items() if rows.has(sql)})


def _vocabulary() -> Iterator[Block]:
    yield block(
        "kg:",
        ("owl:Ontology",),
        '"kg vocabulary"',
        (
            ("dcterms:title", '"kg vocabulary"@en'),
            ("vann:preferredNamespacePrefix", '"kg"'),
        ),
    )
    for term in ontology.terms():
        yield f"kg:{term.name}", [("a", term.type), ("rdfs:label", f'"{term.label}"'), *term.pairs]


def _source_of(evidence: Block) -> str:
    return next(term for predicate, term in evidence[1] if predicate == "dcterms:isPartOf")


def _categories(nodes: Nodes) -> Iterator[Block]:
    """The categories of the papers that have been written by then."""
    for term, notation in sorted((papers.category(one), terms.text(one)) for one in nodes.categories):
        pairs = [
            ("skos:inScheme", _CATEGORIES),
            ("skos:notation", notation),
            ("skos:prefLabel", notation),
        ]
        yield block(term, ("skos:Concept",), notation, pairs)
