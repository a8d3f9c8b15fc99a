"""The table of formats: one file each.

``FORMATS`` is the table of formats: a new one is a new file and a row here. Each has a function
``write(graph, file, options) -> Notes`` that writes bytes to ``file`` and tells what it could not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from kg import rdf
from kg.graph import Graph
from kg.rdf import Notes

DEFAULT_KEY = "{slug}"
"""The citation key of a paper: the one that never changes, whatever becomes of titles and authors."""


@dataclass(frozen=True, slots=True)
class Options(rdf.Options):
    """What to tell, and of papers ``citation_key``, the pattern of their keys (:mod:`exports.keys`).

    ``citation_keys``: the keys by slug that are given already.
    """

    citation_key: str = DEFAULT_KEY
    citation_keys: Mapping[str, str] = field(default_factory=dict, hash=False)


Writer = Callable[[Graph, BinaryIO, Options], Notes]


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table: where its writer is, the ending of its files, a line of help.

    ``heeds`` names the options that make a difference to it; ``binary`` files are no text for stdout.
    """

    place: str
    ending: str
    help: str
    heeds: frozenset[str] = frozenset()
    binary: bool = False

    @property
    def write(self) -> Writer:
        """The writer, imported now."""
        module, _, attribute = self.place.partition(":")
        found: Writer = getattr(importlib.import_module(module), attribute)
        return found


_RDF = frozenset({"base", "no_provenance", "receipts", "abstracts"})
_QUADS = _RDF - {"no_provenance"}  # it tells the graphs apart
_PAPERS = frozenset({"key"})

FORMATS = {
    "turtle": Format("exports.turtle:write", ".ttl", "RDF for people: sorted, one fact a line.", _RDF),
    "ntriples": Format("exports.ntriples:write", ".nt", "RDF for programs: one whole triple a line.", _RDF),
    "jsonld": Format(
        "exports.jsonld:write", ".jsonld", "RDF as JSON-LD, for those who know JSON: a node a line.", _RDF
    ),
    "rdfxml": Format("exports.rdfxml:write", ".rdf", "RDF as XML.", _RDF),
    "trig": Format("exports.trig:write", ".trig", "RDF with a named graph a source, for people.", _QUADS),
    "nquads": Format("exports.nquads:write", ".nq", "RDF with a named graph a source, for programs.", _QUADS),
    "ontology": Format(
        "exports.ontology:write", ".ontology.ttl", "Our own RDF terms only, as Turtle.", frozenset({"base"})
    ),
    "shapes": Format(
        "exports.shapes:write",
        ".shapes.ttl",
        "What every export of ours holds, as SHACL shapes.",
        frozenset({"base"}),
    ),
    "context": Format(
        "exports.context:write", ".context.jsonld", "The context of the JSON-LD, alone.", frozenset({"base"})
    ),
    "void": Format("exports.void:write", ".void.ttl", "What the Turtle holds, counted, as VoID.", _RDF),
    "bibtex": Format("exports.bibtex:write", ".bib", "The papers, for LaTeX.", _PAPERS),
    "csl": Format(
        "exports.csl:write", ".csl.json", "The papers as CSL-JSON, for Zotero and Pandoc.", _PAPERS
    ),
    "graphml": Format("exports.graphml:write", ".graphml", "For yEd, Cytoscape and igraph."),
    "gexf": Format("exports.gexf:write", ".gexf", "For Gephi: colours by kind, sizes by support."),
    "jsonl": Format(
        "exports.jsonlines:write", ".jsonl", "A JSON object a node, one a line.", frozenset({"no_provenance"})
    ),
    "sqlite": Format(
        "exports.sqlite:write",
        ".sqlite",
        "A database for Datasette and SQL: a view a kind, full text.",
        frozenset({"base", "abstracts"}),
        binary=True,
    ),
    "markdown": Format("exports.markdown:write", ".md", "An awesome list that kg reads back to this graph."),
    "nodes-csv": Format("exports.table:write_nodes", ".nodes.csv", "The nodes as a table."),
    "edges-csv": Format("exports.table:write_edges", ".edges.csv", "The edges as a table."),
}


def writer(name: str) -> Writer:
    """The writer of that format. Raises: KeyError."""
    return FORMATS[name].write
