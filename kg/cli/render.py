"""Nodes, statements and receipts as JSON values and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from kg.graph import Graph
from kg.marks import Mark, said_of
from kg.model import Change, Evidence, Literal, Lookup, Node, PaperRecord, Statement
from kg.papers import freshness, only_withdrawn, reason, resting, stale_since, successor
from kg.vocabulary import Predicate

from .output import safe

_HOW_MANY = 50
_SHORT = 40


def node_json(node: Node, base: str) -> dict[str, Any]:
    """A node as a JSON object."""
    return {
        "slug": node.slug,
        "iri": f"{base}node/{node.slug}",
        "kind": node.kind.label,
        "label": node.label,
        "aliases": list(node.aliases),
        "identifiers": [str(one) for one in node.identifiers],
        "support": node.support,
        "dissent": [kind.label for kind in node.dissent],
    }


def value_json(value: Node | Literal) -> dict[str, Any]:
    """The object of a statement: a node by slug, kind and label, or a literal."""
    if isinstance(value, Literal):
        return {"value": value.value, "datatype": value.datatype}
    return {"slug": value.slug, "kind": value.kind.label, "label": value.label}


def statement_json(statement: Statement) -> dict[str, Any]:
    """A statement as a JSON object."""
    return {
        "subject": value_json(statement.subject),
        "predicate": statement.predicate.word,
        "object": value_json(statement.object),
        "qualifiers": [{"name": name, **value_json(value)} for name, value in statement.qualifiers],
        "support": statement.support,
    }


def evidence_json(evidence: Evidence, graph: Graph) -> dict[str, Any]:
    """A receipt as a JSON object, with the lines it stands on in the current revision."""
    places = []
    for place, span in zip(evidence.places, evidence.spans, strict=True):
        excerpt = graph.excerpt(evidence.document, span, around=0) if span else None
        places.append(
            {
                "heading": list(place.heading),
                "item": place.digest,
                "line": span.line if span else None,
                "end_line": span.end_line if span else None,
                "text": "\n".join(excerpt.lines) if excerpt else None,
            }
        )
    return {
        "document": evidence.document,
        "rule": evidence.rule,
        "confidence": evidence.confidence,
        "places": places,
        "words": evidence.words or None,
    }


def record_json(record: PaperRecord) -> dict[str, Any]:
    """A paper's arXiv record as a JSON object."""
    return {
        "arxiv": record.arxiv_id,
        "version": record.version,
        "title": record.title,
        "authors": list(record.authors),
        "categories": list(record.categories),
        "published": record.published.isoformat(),
        "updated": record.updated.isoformat(),
        "comment": record.comment,
        "journal_ref": record.journal_ref,
        "doi": record.doi,
        "withdrawn": record.withdrawn,
        "withdrawn_because": reason(record) or None,
        "successor": f"arxiv:{successor(record)}" if successor(record) else None,
        "abstract": record.abstract,
    }


def mark_json(mark: Mark) -> dict[str, Any]:
    """What a mark says as a JSON object: all keys of a line of marks.jsonl but the node."""
    nothing: dict[str, Any] = {
        "reading": None,
        "reading_at": None,
        "starred_at": None,
        "tags": {},
        "note": None,
        "note_at": None,
    }
    return nothing | said_of(mark)


def mark_lines(mark: Mark) -> list[str]:
    """A mark as lines: in words, then the note."""
    said = safe(f"  marked: {mark}")
    return [said, *(safe(f"    {line}") for line in mark.note.splitlines())]


def change_json(change: Change) -> dict[str, Any]:
    """A change as a JSON object."""
    return {**asdict(change), "at": change.at.isoformat()}


def lookup_json(looked: Lookup, now: datetime) -> dict[str, Any]:
    """How fresh a paper is, as a JSON object."""
    since = stale_since(looked, now)
    return {
        "answered": _instant(looked.answered),
        "asked": _instant(looked.asked),
        "misses": looked.misses,
        "stale_since": _instant(since),
        "text": freshness(looked, now),
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def withdrawal_lines(graph: Graph, node: Node, record: PaperRecord | None) -> list[str]:
    """What a withdrawal means for a node, in lines: why, what takes its place, what rests on it."""
    lines = []
    if record is not None and record.withdrawn:
        lines.append(f"  WITHDRAWN: {reason(record)}")
        if found := successor(record):
            known = next((one.label for one in graph.with_identifier(f"arxiv:{found}")), "")
            lines.append(f"    in its place it names arXiv:{found}{f'  {known}' if known else ''}")
        if alone := resting(graph, node):
            lines.append(f"    rests on it alone: {', '.join(f'{one.label} [{one.slug}]' for one in alone)}")
    elif papers := only_withdrawn(graph, node):
        lines.append(f"  RESTS ON WITHDRAWN PAPERS ALONE: {', '.join(one.label for one in papers)}")
    return [safe(line) for line in lines]


def qualified(statement: Statement) -> str:
    """The qualifiers of a statement in brackets, with a leading blank; empty without any.

    A qualifier that is a node is told by its label: `` (with LoRA)``.
    """
    told = [
        f"{name} {value.label}" if isinstance(value, Node) else value.value
        for name, value in statement.qualifiers
    ]
    return f" ({', '.join(told)})" if told else ""


def sentence(statement: Statement) -> str:
    """The statement in one line: ``Alpaca requires 16-32 GB RAM (with LoRA)``."""
    return (
        f"{statement.subject.label} {statement.predicate.label} {label(statement.object)}"
        f"{qualified(statement)}"
    )


def label(value: Node | Literal) -> str:
    """What an object is called."""
    return value.label if isinstance(value, Node) else value.value


def edge_lines(node: Node, edges: Iterable[Statement]) -> list[str]:
    """The edges of a node by predicate and direction, with counts; literals as values."""
    lines: list[str] = []
    for (predicate, direction), group in groupby(edges, key=lambda s: (s.predicate, _direction(s, node))):
        statements = list(group)
        if direction == "=":
            lines += _values(statements)
            continue
        name = predicate.label if direction == "→" else predicate.inverse
        if direction == "·":
            name = f"part of: {predicate.label}"
        lines.append(f"  {direction} {name} ({len(statements)})")
        for statement in statements[:_HOW_MANY]:
            lines.append(f"      {_end(statement, node, direction)}{_support(statement)}")
        if len(statements) > _HOW_MANY:
            lines.append(f"      … {len(statements) - _HOW_MANY} more")
    return lines


def _values(statements: list[Statement]) -> list[str]:
    """Literals of one predicate: long ones a line each, short ones together."""
    told = [safe(f"{value(s)}{_support(s)}") for s in statements]
    name = statements[0].predicate.label
    if any(len(one) > _SHORT for one in told):
        return [f"  {name}: {one}" for one in told]
    return [f"  {name}: {', '.join(told)}"]


def value(statement: Statement) -> str:
    """The literal of a statement as people write it: parameters as 0.5B or 350M."""
    text = label(statement.object)
    if statement.predicate in {Predicate.PARAMETERS, Predicate.ACTIVE_PARAMETERS} and text.isdigit():
        for unit, size in (("T", 10**12), ("B", 10**9), ("M", 10**6), ("K", 10**3)):
            if int(text) >= size // (2 if unit == "B" else 1):
                return f"{int(text) / size:g}{unit}"
    return text


def _direction(statement: Statement, node: Node) -> str:
    if isinstance(statement.object, Literal):
        return "="
    if statement.subject == node:
        return "→"
    return "←" if statement.object == node else "·"


def _end(statement: Statement, node: Node, direction: str) -> str:
    if direction == "·":
        return safe(sentence(statement))
    other = statement.object if statement.subject == node else statement.subject
    assert isinstance(other, Node)
    return safe(f"{other.kind.glyph} {other.label}{qualified(statement)}  [{other.slug}]")


def _support(statement: Statement) -> str:
    return f"  ×{statement.support}" if statement.support > 1 else ""


def evidence_lines(evidence: Evidence, graph: Graph) -> list[str]:
    """A receipt as lines: document, heading path, then the entry itself with line numbers."""
    head = f"  {evidence.document}, rule {evidence.rule}, confidence {evidence.confidence:.2f}"
    if evidence.document.startswith("arxiv:"):
        told = f", rule {evidence.rule}, confidence {evidence.confidence:.2f}" if evidence.words else ""
        head = f"  {evidence.document}: the arXiv record{told}"
    lines = [safe(head)]
    if evidence.words and not evidence.places:
        lines.append(safe(f"    {evidence.words}"))
    for place, span in zip(evidence.places, evidence.spans, strict=True):
        if place.heading:
            lines.append(safe("    " + " › ".join(place.heading)))
        excerpt = graph.excerpt(evidence.document, span, around=1) if span else None
        if excerpt and span:
            for number, line in enumerate(excerpt.lines, excerpt.first):
                mark = "▌" if span.line <= number <= span.end_line else " "
                lines.append(f"    {mark}{number:>5}  {safe(line)}")
    return lines
