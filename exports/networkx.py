"""The graph as a networkx graph: the public face in memory, for algorithms and further formats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg.api import KnowledgeGraph, reading
from kg.filters import kind_of
from kg.graph import Graph
from kg.model import Literal, Node, Statement
from kg.vocabulary import Kind

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(graph: KnowledgeGraph | Graph, kinds: Iterable[Kind | str] = ()) -> nx.MultiDiGraph[str]:
    """A directed multigraph: nodes by slug, an edge for each statement between two of them.

    Nodes have ``kind``, ``label``, ``support`` and, by predicate, a sorted list of each literal
    that is said of them. Edges have the predicate's word as key, ``predicate``, ``support`` and
    their qualifiers by name (a node's label or a value). ``kinds`` keeps only such nodes.
    Order is the graph's own, so two calls on one graph give equal results. All is held in memory.
    Raises: UsageError for a kind that is none.

    >>> found = to_networkx(kg.open(), ["model"])
    >>> found.nodes["alpaca"]["label"], found.edges["alpaca", "llama", "derived_from"]["how"]
    ('Alpaca', 'fine-tuned')
    """
    import networkx as nx

    wanted = [one if isinstance(one, Kind) else kind_of(one) for one in kinds]
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    with reading(graph) as reader:
        for node in reader.nodes(wanted):
            found.add_node(node.slug, kind=node.kind.label, label=node.label, support=node.support)
        for statement in reader.statements():
            if statement.subject.slug in found:
                _add(found, statement)
    return found


def _add(found: nx.MultiDiGraph[str], statement: Statement) -> None:
    subject, word, said = statement.subject.slug, statement.predicate.word, statement.object
    if isinstance(said, Literal):
        found.nodes[subject].setdefault(word, []).append(said.value)
    elif said.slug in found:
        told: dict[str, Any] = {name: _told(value) for name, value in statement.qualifiers}
        told |= {"predicate": word, "support": statement.support}
        found.add_edge(subject, said.slug, _key(found, said, subject, word), **told)


def _key(found: nx.MultiDiGraph[str], object_: Node, subject: str, word: str) -> str:
    """The word, or the word and a number where qualifiers make two statements of one predicate."""
    number, key = 1, word
    while found.has_edge(subject, object_.slug, key):
        number += 1
        key = f"{word}-{number}"
    return key


def _told(value: Node | Literal) -> str:
    return value.label if isinstance(value, Node) else value.value
