"""The graph as programs that draw graphs want it: flat attributes, colours, weights, dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kg.graph import Graph
from kg.rdf import Notes
from kg.vocabulary import Kind, Predicate

from .networkx import to_networkx

if TYPE_CHECKING:
    import networkx as nx

# Paul Tol's "muted" scheme, told apart by people who see colours differently; grey for what is left.
_MUTED = "332288 88CCEE 44AA99 117733 999933 DDCC77 CC6677 882255 AA4499 6699CC BBBBBB".split()
COLOURS: dict[str, tuple[int, int, int]] = {
    kind.label: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))
    for kind, code in zip(Kind, _MUTED, strict=True)
}
"""Red, green and blue of each kind, 0 to 255."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: Extensible Markup Language 1.0, section 2.2."""


def drawn(graph: Graph) -> tuple[nx.MultiDiGraph[str], Notes]:
    """The nodes and edges of :func:`to_networkx`, and what had to be left out of their texts.

    Nodes: ``label``, ``kind``, ``colour`` (#RRGGBB), ``support``, and where known ``date`` (ISO 8601;
    of a paper that of its first version) and ``url``. Edges: ``id``, ``label`` (the predicate as people
    read it), ``predicate``, ``weight`` (the number of documents that say it).
    """
    import networkx as nx

    notes = Notes()
    whole = to_networkx(graph)
    pages, published = _pages(graph), _published(graph)
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for slug, told in whole.nodes(data=True):
        attributes: dict[str, Any] = {
            "label": _text(told["label"], notes),
            "kind": told["kind"],
            "colour": "#{:02X}{:02X}{:02X}".format(*COLOURS[told["kind"]]),
            "support": told["support"],
            "date": published.get(slug) or min(told.get(Predicate.RELEASED.word, []), default=""),
            "url": _text(pages.get(slug, ""), notes),
        }
        found.add_node(slug, **{name: value for name, value in attributes.items() if value != ""})
    for subject, object_, key, told in whole.edges(keys=True, data=True):
        found.add_edge(
            subject,
            object_,
            key,
            id=f"{subject} {key} {object_}",
            label=Predicate.of(told["predicate"]).label,
            predicate=told["predicate"],
            weight=told["support"],
        )
    return found, notes


def _pages(graph: Graph) -> dict[str, str]:
    """Where each node can be looked at: the page of its first identifier that has one."""
    found = {}
    for node in graph.nodes():
        if url := next((one.url for one in node.identifiers if one.scheme != "tier"), ""):
            found[node.slug] = url
    return found


def _published(graph: Graph) -> dict[str, str]:
    """The day of the first version of each paper that has a record."""
    papers = ((node, graph.record(node)) for node in graph.nodes([Kind.PAPER]))
    return {node.slug: record.published.date().isoformat() for node, record in papers if record}


def _text(text: str, notes: Notes) -> str:
    plain = _NOT_XML.sub("", text)
    if plain != text:
        notes.add("characters left out: XML has none for them", plain)
    return plain
