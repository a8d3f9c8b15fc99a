"""The graph as a networkx graph: the public face in memory, for algorithms and further formats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg.graph import Graph
from kg.model import Literal, Node
from kg.vocabulary import Kind

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(graph: Graph, kinds: Iterable[Kind] = ()) -> nx.MultiDiGraph[str]:
    """A directed multigraph: nodes by slug, an edge for each statement between two of them.

    Nodes have ``kind``, ``label``, ``support`` and, by predicate, a sorted list of each literal
    that is said of them. Edges have the predicate's word as key, ``predicate``, ``support`` and
    their qualifiers by name (a node's label or a value). ``kinds`` keeps only such nodes.
    Order is the graph's own, so two calls on one graph give equal results.
    """
    import networkx as nx

    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in graph.nodes(kinds):
        found.add_node(node.slug, kind=node.kind.label, label=node.label, support=node.support)
    for statement in graph.statements():
        subject, word = statement.subject.slug, statement.predicate.word
        if subject not in found:
            continue
        if isinstance(statement.object, Literal):
            found.nodes[subject].setdefault(word, []).append(statement.object.value)
        elif statement.object.slug in found:
            told: dict[str, Any] = {name: _told(value) for name, value in statement.qualifiers}
            told |= {"predicate": word, "support": statement.support}
            key = _key(found, statement.object, subject, word)
            found.add_edge(subject, statement.object.slug, key, **told)
    return found


def _key(found: nx.MultiDiGraph[str], object_: Node, subject: str, word: str) -> str:
    """The word, or the word and a number where qualifiers make two statements of one predicate."""
    number, key = 1, word
    while found.has_edge(subject, object_.slug, key):
        number += 1
        key = f"{word}-{number}"
    return key


def _told(value: Node | Literal) -> str:
    return value.label if isinstance(value, Node) else value.value
