"""The graph as an rdflib graph, for tools that speak rdflib: SHACL, RDF/XML, own queries."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from kg.api import KnowledgeGraph, reading, settings
from kg.graph import Graph
from kg.rdf import Namespaces, Options

from .ntriples import write

if TYPE_CHECKING:
    import rdflib


def to_rdflib(graph: KnowledgeGraph | Graph, options: Options | None = None) -> rdflib.Graph:
    """The triples of :func:`exports.turtle.write`, with the same prefixes bound.

    Base and title are those of the workspace, unless ``options`` say others. The whole graph is held in
    memory: meant for thousands of nodes, not millions. Raises: UsageError for a base that is none.

    >>> found = to_rdflib(kg.open())
    >>> [str(row.name) for row in found.query("SELECT ?name { node:lora rdfs:label ?name }")]
    ['LoRA']
    """
    import rdflib

    said = settings(graph)
    options = options or Options(base=said.base, title=said.title)
    content = BytesIO()
    with reading(graph) as reader:
        write(reader, content, options)
    found = rdflib.Graph(bind_namespaces="none")
    for prefix, space in Namespaces(options.base).declared.items():
        found.bind(prefix, space, override=True, replace=True)
    return found.parse(data=content.getvalue(), format="nt")
