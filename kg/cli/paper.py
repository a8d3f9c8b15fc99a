"""``kg paper``: one paper's record, how fresh it is, where it is named, and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from kg.errors import UnknownNode
from kg.graph import Graph
from kg.ledger import history, versions
from kg.model import Evidence, Node, PaperChange, PaperRecord, PaperVersion
from kg.papers import freshness, introduced, lookup_of, resting
from kg.vocabulary import Kind, Predicate

from . import render
from .arguments import TEXT
from .context import Context, formats, pass_context
from .output import print_json, safe
from .read import heading

_SHORT = 200


@click.command(
    epilog="""\b
Examples:
  kg paper 2106.09685
  kg paper arxiv:2106.09685 --history
  kg paper https://arxiv.org/abs/2106.09685 --json"""
)
@click.argument("paper", type=TEXT)
@click.option("--history", "past", is_flag=True, help="Its versions and all that changed, oldest first.")
@formats()
@pass_context
def paper(context: Context, paper: str, format_: str, *, past: bool) -> None:
    """Show a paper: its record and how fresh it is, where it is named, what it introduces."""
    with context.reading() as graph:
        node = _paper(graph, paper)
        record, looked = graph.record(node), lookup_of(graph, node)
        named = [one for one in graph.mentioned(node.slug) if not one.document.startswith("arxiv:")]
        bare = next((one.value for one in node.identifiers if one.scheme == "arxiv"), "")
        met, changed = (versions(graph.db, bare), history(graph.db, bare)) if past else ([], [])
        if context.format(format_) == "table":
            lines = heading(node)
            lines += _record_lines(record) if record else []
            lines += render.withdrawal_lines(graph, node, record)
            lines.append(f"  {freshness(looked, context.clock()) if looked else 'not on arXiv'}")
            lines += _named_lines(named)
            lines += _introduced_lines(introduced(graph, node))
            lines += _history_lines(met, changed) if past else []
            click.echo("\n".join(lines))
            return
        found: dict[str, Any] = {
            "node": render.node_json(node, context.settings.base),
            "record": render.record_json(record) if record else None,
            "lookup": render.lookup_json(looked, context.clock()) if looked else None,
            "named": [render.evidence_json(one, graph) for one in named],
            "introduces": [render.value_json(one) for one in introduced(graph, node)],
            "rests_on_it_alone": [one.slug for one in resting(graph, node)],
        }
        if past:
            found["versions"] = [_version_json(one) for one in met]
            found["changes"] = [_change_json(one, bare) for one in changed]
        print_json(found)


def _paper(graph: Graph, reference: str) -> Node:
    """The paper that a person means. Raises: UnknownNode, for what is no paper with its papers."""
    node = graph.find(reference)
    if node.kind is Kind.PAPER:
        return node
    edges = graph.edges(node.slug)
    papers = [e.subject.slug for e in edges if e.predicate is Predicate.INTRODUCES and e.object == node]
    hint = f"Introduced by: {', '.join(papers)}." if papers else f"`kg show {node.slug}` shows it."
    raise UnknownNode(f"{node.label} is a {node.kind.label} and no paper", hint=hint)


# ------------------------------------------------------------------------------------ text


def _record_lines(record: PaperRecord) -> list[str]:
    version = f"v{record.version}" if record.version else ""
    dates = f"{record.published:%Y-%m-%d}"
    if record.updated.date() != record.published.date():
        dates += f", this version {record.updated:%Y-%m-%d}"
    published = " · ".join(
        part for part in (record.journal_ref, f"doi:{record.doi}" if record.doi else "") if part
    )
    lines = [
        f"  {', '.join(record.authors)}",
        f"  arXiv:{record.arxiv_id}{version} · {', '.join(record.categories)} · {dates}",
        f"  published: {published}" if published else "",
        f"  comment: {record.comment}" if record.comment and not record.withdrawn else "",
    ]
    return [safe(line) for line in lines if line]


def _named_lines(named: list[Evidence]) -> list[str]:
    lines = [f"  named in ({len(named)})"]
    for one in named:
        span = one.spans[0] if one.spans else None
        line = f", line {span.line}" if span else ""
        path = " › ".join(one.places[0].heading) if one.places else ""
        lines.append(safe(f"      {one.document.removeprefix('list:')}{line}{f': {path}' if path else ''}"))
    return lines


def _introduced_lines(nodes: list[Node]) -> list[str]:
    if not nodes:
        return []
    shown = [safe(f"      {one.kind.glyph} {one.label}  [{one.slug}]") for one in nodes]
    return [f"  introduces ({len(nodes)})", *shown]


def _history_lines(met: list[PaperVersion], changed: list[PaperChange]) -> list[str]:
    """Versions and changes in one order of time; a change of the version is told by the version."""
    told: list[tuple[datetime | None, str]] = [(one.submitted or one.seen_at, _version(one)) for one in met]
    told += [(one.at, _change(one)) for one in changed if one.field != "version"]
    dated = sorted((at, n, text) for n, (at, text) in enumerate(told) if at is not None)
    lines = [f"      {at:%Y-%m-%d}  {text}" for at, _, text in dated]
    lines += [f"      {'?':10}  {text}" for at, text in told if at is None]
    return ["  history", *map(safe, lines or ["      nothing is known yet"])]


def _version(one: PaperVersion) -> str:
    state = ", withdrawn" if one.withdrawn else ""
    seen = f", first seen {one.seen_at:%Y-%m-%d}" if one.seen_at and one.submitted else ""
    return f"v{one.version} {'submitted' if one.submitted else 'first seen'}{seen}{state}"


def _change(one: PaperChange) -> str:
    name = one.field.replace("_ref", " reference")
    old, new = (_cut(text) for text in (one.old, one.new))
    return f"{name}: {old or '(none)'} → {new or '(none)'}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"


# ------------------------------------------------------------------------------------ JSON


def _version_json(one: PaperVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "submitted": one.submitted.isoformat() if one.submitted else None,
        "first_seen": one.seen_at.isoformat() if one.seen_at else None,
        "withdrawn": one.withdrawn,
        "size": one.size or None,
        "source_type": one.source_type or None,
        "licence": one.licence or None,
    }


def _change_json(one: PaperChange, arxiv_id: str) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "document": f"arxiv:{arxiv_id}",
        "revision": one.blob,
    }
