"""The graph as JSON Lines: an object a node, with all that is said of it, one a line."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from kg.graph import Graph
from kg.model import Literal, Node, Statement
from kg.rdf import Notes, Options


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: all nodes are in ``file``, by slug; streamed."""
    options = options or Options()
    for node in graph.nodes():
        told = told_of(graph, node, provenance=options.provenance)
        file.write(f"{json.dumps(told, ensure_ascii=False)}\n".encode())
    return Notes()


def told_of(graph: Graph, node: Node, *, provenance: bool = True) -> dict[str, Any]:
    """A node as an object: its names, what it is, and its statements, outgoing only."""
    record = graph.record(node)
    found: dict[str, Any] = {
        "slug": node.slug,
        "kind": node.kind.label,
        "label": node.label,
        "aliases": list(node.aliases),
        "identifiers": [str(one) for one in node.identifiers],
        "urls": [one.url for one in node.identifiers if one.scheme != "tier"],
        "support": node.support,
        "statements": [
            _statement(graph, one, provenance=provenance)
            for one in graph.edges(node.slug)
            if one.subject.slug == node.slug
        ],
    }
    if record is not None:
        found["paper"] = {
            "arxiv": record.arxiv_id,
            "version": record.version,
            "published": record.published.isoformat(),
            "updated": record.updated.isoformat(),
            "withdrawn": record.withdrawn,
        }
    return found


def _statement(graph: Graph, one: Statement, *, provenance: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"predicate": one.predicate.word, **_object(one.object)}
    if one.qualifiers:
        found["qualifiers"] = {name: _object(value) for name, value in one.qualifiers}
    if provenance:
        found["evidence"] = [
            {"document": e.document, "rule": e.rule, "confidence": e.confidence} for e in graph.evidence(one)
        ]
    return found


def _object(value: Node | Literal) -> dict[str, str]:
    if isinstance(value, Node):
        return {"node": value.slug, "label": value.label}
    return {"value": value.value, "datatype": value.datatype}
