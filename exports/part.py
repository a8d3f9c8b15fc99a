"""Which nodes an export tells of, where it is not all of them."""

from __future__ import annotations

from dataclasses import dataclass

from kg.graph import Graph
from kg.query import Query
from kg.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a node must be to be chosen: of one of these kinds, found by the query, named by a reference."""

    kinds: tuple[Kind, ...] = ()
    query: str | None = None
    references: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.kinds) or self.query is not None or self.references is not None


def chosen(graph: Graph, wanted: Wanted, depth: int = 0) -> frozenset[str]:
    """The slugs of the nodes that are all that is wanted, and of those within ``depth`` steps of these.

    Steps are those of :meth:`kg.graph.Graph.neighbourhood`. Raises: UnknownNode for a reference.
    """
    found = None
    if wanted.references is not None:
        found = {node.slug: node.kind for node in map(graph.find, wanted.references)}
    if wanted.query is not None:
        matching = graph.search(Query.parse(wanted.query), limit=-1)
        found = {one.slug: one.kind for one in matching if found is None or one.slug in found}
    if found is None:
        found = {node.slug: node.kind for node in graph.nodes(wanted.kinds)}
    slugs = {slug for slug, kind in found.items() if not wanted.kinds or kind in wanted.kinds}
    return frozenset(graph.neighbourhood(sorted(slugs), depth) if depth else slugs)
