"""Findings about names: corrections that find nothing, and things of one name that stay two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kg.agreement import contradict
from kg.graph import Graph
from kg.identifiers import CODE_HOSTS, DECISIVE, Identifier
from kg.model import Node
from kg.names import name_key
from kg.vocabulary import Kind
from kg.workspace import Settings

from . import Finding, place


def corrections(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for every correction that no longer finds what it is about."""
    del settings
    for correction, matched in graph.corrections():
        if not matched:
            yield Finding(
                "corrections",
                "warning",
                "corrections",
                correction.line,
                f"nothing in the graph answers to: {correction}",
                "Edit it, or take it out of corrections.toml (`kg correct --list` shows all).",
            )


def names(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for each name that several things of one group bear, kept apart by identifiers."""
    del settings
    named: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in graph.nodes():
        if node.kind is not Kind.HARDWARE_TIER and _telling(node):
            named[name_key(node.label), node.kind.group].append(node)
    for same in named.values():
        for number, node in enumerate(same):
            rivals = [other for other in same[:number] if contradict(_telling(other), _telling(node))]
            if rivals:
                yield _apart(graph, rivals[0], node)


def _telling(node: Node) -> tuple[Identifier, ...]:
    return tuple(one for one in node.identifiers if one.scheme in DECISIVE | CODE_HOSTS)


def _apart(graph: Graph, first: Node, second: Node) -> Finding:
    document, line = _mentioned(graph, second)
    ids = [" ".join(str(one) for one in _telling(node)) for node in (first, second)]
    code = all(any(one.scheme in CODE_HOSTS for one in node.identifiers) for node in (first, second))
    why = "one repository may have moved to the other" if code else "perhaps one of them is mistyped"
    return Finding(
        "names",
        "warning",
        document,
        line,
        f"two things are called {second.label!r}: {ids[0]} ({place(*_mentioned(graph, first))}) and {ids[1]};"
        f" {why}",
        f"If they are one: `kg correct merge {first.slug} {second.slug}`.",
    )


def _mentioned(graph: Graph, node: Node) -> tuple[str, int]:
    """The first place that names a node: a list's if there is one."""
    found = sorted(graph.mentioned(node.slug), key=lambda e: (not e.document.startswith("list:"), e.document))
    span = found[0].spans[0] if found else None
    return (found[0].document if found else "", span.line if span else 0)
