"""Findings about kinds: edges whose ends turned out to be what their predicate does not join."""

from __future__ import annotations

from collections.abc import Iterator

from kg.graph import Graph
from kg.model import Literal, Node, Statement
from kg.vocabulary import Kind, Predicate
from kg.workspace import Settings

from . import Finding


def domains(graph: Graph, settings: Settings) -> Iterator[Finding]:
    """A finding for each edge whose subject or object has a kind outside the vocabulary's table."""
    del settings
    for statement in graph.statements():
        wrong = [
            (node, kinds)
            for node, kinds in _ends(statement)
            if node.kind not in kinds and statement.predicate is not Predicate.SAME_AS
        ]
        if wrong:
            yield _finding(graph, statement, wrong[0][0], wrong[0][1])


def _ends(statement: Statement) -> Iterator[tuple[Node, tuple[Kind, ...]]]:
    yield statement.subject, statement.predicate.domain
    if not isinstance(statement.object, Literal):
        yield statement.object, statement.predicate.range


def _finding(graph: Graph, statement: Statement, node: Node, kinds: tuple[Kind, ...]) -> Finding:
    receipt = graph.evidence(statement)[0]
    span = receipt.spans[0] if receipt.spans else None
    value = statement.object
    object_ = value.value if isinstance(value, Literal) else f"{value.label} ({value.kind.label})"
    subject = f"{statement.subject.label} ({statement.subject.kind.label})"
    wanted = " or ".join(kind.label for kind in kinds)
    other = f"; other sources call it {', '.join(k.label for k in node.dissent)}" if node.dissent else ""
    return Finding(
        "domains",
        "warning",
        receipt.document,
        span.line if span else 0,
        f"{subject} {statement.predicate.label} {object_}: {node.label!r} is no {wanted}{other}",
        f"Look with `kg why {node.slug}`; settle it with `kg correct kind {node.slug} KIND`,"
        " or `kg correct reject` the edge.",
    )
