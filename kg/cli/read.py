"""Commands that ask the graph: search, show, why, path, stats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from kg.errors import UnknownNode, UsageError
from kg.filters import check_filters
from kg.graph import Graph
from kg.model import Counts, Evidence, Literal, Node, PaperRecord, Statement
from kg.names import name_key
from kg.papers import freshness, lookup_of, only_withdrawn
from kg.search import COUNTED, Query
from kg.store.marks import marked_slugs
from kg.vocabulary import Predicate

from . import render
from .arguments import TEXT
from .context import Context, formats, pass_context
from .output import Exit, json_text, narrate, print_json, print_table, safe


@click.command(
    epilog="""\b
Examples:
  kg search lora
  kg search 'quantiz kind:method'
  kg search 'kind:paper author:"Tim Dettmers"'
  kg search is:to-read

In the interface: /"""
)
@click.argument("query", nargs=-1, type=TEXT)
@click.option("--limit", default=50, show_default=True, help="At most this many; -1 for all.")
@click.option("--ids", "format_", flag_value="ids", help="Slugs only, one a line.")
@formats("jsonl", "ids")
@pass_context
def search(context: Context, query: tuple[str, ...], limit: int, format_: str) -> None:
    """Find nodes by the beginnings of words, with kind:, author:, category: and in:SOURCE.

    What you marked is found with is:read, is:unread, is:to-read, is:starred, is:noted, is:marked
    and tag:TAG.
    """
    parsed = Query.parse(" ".join(query))
    with context.reading() as graph:
        check_filters(graph.db, parsed)
        found = graph.search(parsed, limit=limit)
        total = graph.count(parsed)
        near = graph.nearest(" ".join(parsed.words)) if parsed.words and not found else []
        marks = _marks(graph, found)
    chosen = context.format(format_, ("table", "json", "jsonl", "ids"))
    nodes = [
        {**render.node_json(node, context.settings.base), "mark": marks.get(node.slug)} for node in found
    ]
    if chosen == "json":
        print_json({"count": min(total, COUNTED), "more": total > COUNTED, "nodes": nodes})
    elif chosen == "jsonl":
        for one in nodes:
            click.echo(json_text(one))
    elif chosen == "ids":
        for node in found:
            click.echo(node.slug)
    else:
        rows = [(n.kind.label, n.label, str(n.support), n.slug) for n in found]
        print_table(("Kind", "Name", "Lists", "Slug"), rows, whole=(3,))
    if near:
        narrate(f"nothing matches; did you mean {', '.join(near)}?")
    if 0 <= limit < total:
        many = f"more than {COUNTED:,}" if total > COUNTED else f"{total:,}"
        narrate(f"note: {len(found)} of {many} shown; --limit -1 for all")


def _marks(graph: Graph, nodes: Sequence[Node]) -> dict[str, dict[str, Any]]:
    """What is marked of these nodes, by slug, as JSON values; nodes without a mark left out."""
    some = marked_slugs(graph.db)
    marks = {node.slug: graph.mark(node) for node in nodes if node.slug in some}
    return {slug: render.mark_json(mark) for slug, mark in marks.items() if mark is not None}


@click.command(
    epilog="""\b
Examples:
  kg show lora
  kg show arxiv:2106.09685 --abstract
  kg show https://github.com/huggingface/peft --json"""
)
@click.argument("node", type=TEXT)
@click.option("--depth", default=1, show_default=True, help="Also list nodes within this many steps.")
@click.option("--abstract", is_flag=True, help="The abstract of a paper, too.")
@formats()
@pass_context
def show(context: Context, node: str, depth: int, format_: str, *, abstract: bool) -> None:
    """Show a node and its edges. NODE is a slug, a name, an identifier or a URL."""
    with context.reading() as graph:
        found = graph.find(node)
        edges = graph.edges(found.slug)
        record = graph.record(found)
        mark = graph.mark(found)
        near = graph.neighbourhood(found.slug, depth) if depth > 1 else {}
        looked = lookup_of(graph, found)
        if context.format(format_) == "table":
            lines = heading(found)
            lines += render.mark_lines(mark) if mark else []
            lines += _record_lines(record)
            lines += render.withdrawal_lines(graph, found, record)
            lines += [f"  {freshness(looked, context.clock())}"] if looked else []
            lines += [safe(f"  {record.abstract}")] if record and abstract else []
            lines += render.edge_lines(found, edges)
            lines += [f"  {distance} steps away: {slug}" for slug, distance in near.items() if distance > 1]
            click.echo("\n".join(lines))
            return
        print_json(
            {
                "node": render.node_json(found, context.settings.base),
                "mark": render.mark_json(mark) if mark else None,
                "record": render.record_json(record) if record else None,
                "lookup": render.lookup_json(looked, context.clock()) if looked else None,
                "rests_on_withdrawn": [paper.slug for paper in only_withdrawn(graph, found)],
                "edges": [render.statement_json(edge) for edge in edges],
                "near": near,
            }
        )


def heading(node: Node) -> list[str]:
    """What a node is called, in lines: name, kind, support, slug; other names, identifiers, dissent."""
    lines = [safe(f"{node.label}  ({node.kind.label}, {_lists(node.support)})  [{node.slug}]")]
    if node.aliases:
        lines.append(safe("  also: " + "; ".join(node.aliases)))
    if node.identifiers:
        lines.append(safe("  " + "  ".join(one.url or str(one) for one in node.identifiers)))
    if node.dissent:
        lines.append("  others call it: " + ", ".join(kind.label for kind in node.dissent))
    return lines


def _lists(support: int) -> str:
    return "1 document" if support == 1 else f"{support} documents"


def _record_lines(record: PaperRecord | None) -> list[str]:
    if record is None:
        return []
    version = f"v{record.version}" if record.version else ""
    return [f"  arXiv:{record.arxiv_id}{version}, {record.published:%Y-%m-%d}"]


@click.command(
    epilog="""\b
Examples:
  kg why lora
  kg why alpaca requires 16-32
  kg why lora 'introduced by'
  kg why lora --same"""
)
@click.argument("subject", type=TEXT)
@click.argument("predicate", required=False, type=TEXT)
@click.argument("object", required=False, type=TEXT)
@click.option("--same", is_flag=True, help="Why all mentions of SUBJECT are one thing.")
@formats()
@pass_context
def why(
    context: Context,
    subject: str,
    predicate: str | None,
    object: str | None,  # noqa: A002 - the name that the help shows
    format_: str,
    *,
    same: bool,
) -> int:
    """Show the receipts of a node, or of its edges: which document, which entry, which rule."""
    with context.reading() as graph:
        node = graph.find(subject)
        if same:
            return _same(graph, node, context.format(format_))
        if predicate is None:
            told: list[tuple[str, list[Evidence]]] = [
                (f"{node.label} is a {node.kind.label}", graph.mentioned(node.slug))
            ]
            statements: list[Statement] = []
        else:
            statements = matching(graph, node, predicate, object)
            told = [(render.sentence(one), graph.evidence(one)) for one in statements]
        if not told:
            what = " ".join(part for part in (predicate, object) if part)
            raise UnknownNode(f"{node.label}: nothing says {what!r}", hint=f"See `kg show {node.slug}`.")
        if context.format(format_) == "table":
            for text, receipts in told:
                click.echo(safe(text))
                for one in receipts:
                    click.echo("\n".join(render.evidence_lines(one, graph)))
            return Exit.DONE
        answers = []
        for number, (text, receipts) in enumerate(told):
            stated = render.statement_json(statements[number]) if statements else None
            evidence = [render.evidence_json(one, graph) for one in receipts]
            answers.append({"text": text, "statement": stated, "evidence": evidence})
        print_json({"node": render.node_json(node, context.settings.base), "answers": answers})
    return Exit.DONE


def _same(graph: Graph, node: Node, format_: str) -> int:
    found = graph.ties(node.slug)
    if format_ == "table":
        click.echo(safe(f"{node.label} is one {node.kind.label}:"))
        for tie in found:
            because = f"; {tie.reason}" if tie.reason else ""
            click.echo(safe(f"  {tie.name or '(no name)'}  {' '.join(tie.identifiers)}"))
            click.echo(safe(f"      in {', '.join(tie.documents)}{because}"))
    else:
        told = [{f: getattr(tie, f) for f in ("name", "identifiers", "documents", "reason")} for tie in found]
        print_json({"slug": node.slug, "ties": told})
    return Exit.DONE


def matching(graph: Graph, node: Node, predicate: str, object_: str | None) -> list[Statement]:
    """The edges of a node that a person means by a predicate (either way) and part of a name."""
    wanted = {p for p in Predicate if name_key(predicate) in {name_key(p.label), name_key(p.inverse or "-")}}
    if not wanted:
        from difflib import get_close_matches

        near = get_close_matches(predicate.replace("_", " "), [p.label for p in Predicate], n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "The predicates: docs/rdf.md, `kg show`."
        raise UsageError(f"there is no predicate {predicate!r}", hint=hint)
    edges = [edge for edge in graph.edges(node.slug) if edge.predicate in wanted]
    if object_ is None:
        return edges
    exact = [edge for edge in edges if _is(edge, node, object_)]
    return exact or [edge for edge in edges if name_key(object_) in name_key(render.label(_end(edge, node)))]


def _end(edge: Statement, node: Node) -> Node | Literal:
    return edge.object if edge.subject == node else edge.subject


def _is(edge: Statement, node: Node, text: str) -> bool:
    end = _end(edge, node)
    if isinstance(end, Literal):
        return end.value == text
    names = {name_key(name) for name in (end.label, *end.aliases)}
    return text == end.slug or name_key(text) in names or text in {str(i) for i in end.identifiers}


@click.command(
    epilog="""\b
Examples:
  kg path bert-mini lora
  kg path alpaca qlora --through-hubs"""
)
@click.argument("start", type=TEXT)
@click.argument("end", type=TEXT)
@click.option("--through-hubs", is_flag=True, help="Also pass busy topics, organizations and tiers.")
@formats()
@pass_context
def path(context: Context, start: str, end: str, format_: str, *, through_hubs: bool) -> int:
    """Show a shortest path between two nodes, each step with its receipt.

    Names found in texts are steps only where there is no path without them.
    """
    with context.reading() as graph:
        first, last = graph.find(start), graph.find(end)
        found = graph.path(first.slug, last.slug, through_hubs=through_hubs)
        if context.format(format_) == "json":
            steps = [
                {
                    "statement": render.statement_json(statement),
                    "to": render.value_json(node),
                    "documents": sorted({one.document for one in graph.evidence(statement)}),
                }
                for statement, node in found or ()
            ]
            print_json({"from": first.slug, "to": last.slug, "connected": found is not None, "steps": steps})
        elif found is not None:
            click.echo(safe(first.label))
            for statement, node in found:
                sources = ", ".join(sorted({one.document for one in graph.evidence(statement)}))
                click.echo(safe(f"  {_arrow(statement, node)} {node.label}   [{sources}]"))
    if found is None:
        hint = "" if through_hubs else "; --through-hubs also passes busy topics, organizations and tiers"
        narrate(f"no path from {first.label} to {last.label}{hint}")
        return Exit.NO
    return Exit.DONE


def _arrow(statement: Statement, to: Node) -> str:
    note = render.qualified(statement)
    if statement.object == to:
        return f"→ {statement.predicate.label}{note} →"
    if statement.subject == to:
        return f"← {statement.predicate.inverse}{note} ←"
    return f"· in: {render.sentence(statement)} ·"


@click.command()
@formats()
@pass_context
def stats(context: Context, format_: str) -> None:
    """Count nodes and edges by kind, documents, and papers with and without metadata."""
    with context.reading() as graph:
        counts = graph.counts()
        refreshed = next((run.ended_at for run in graph.runs() if run.code == 0), None)
    if context.format(format_) == "table":
        click.echo("\n".join(summary(counts)))
        if refreshed:
            click.echo(f"last refreshed {refreshed:%Y-%m-%d %H:%M} UTC")
        return
    print_json(
        {
            "nodes": {kind.label: number for kind, number in counts.nodes.items()},
            "edges": {predicate.word: number for predicate, number in counts.statements.items()},
            "documents": {kind.value: number for kind, number in counts.documents.items()},
            "papers": {"with_metadata": counts.papers_recorded, "without_metadata": counts.papers_bare},
            "refreshed_at": refreshed.isoformat() if refreshed else None,
            "names_in_text": {"found": counts.names_in_text, "texts_unread": counts.texts_unread},
        }
    )


def summary(counts: Counts) -> list[str]:
    """The size of the graph in a few lines that a newcomer understands."""
    nodes, edges = sum(counts.nodes.values()), sum(counts.statements.values())
    lines = [f"{nodes:,} nodes"]
    lines += [f"  {number:>6,}  {kind.plural}" for kind, number in counts.nodes.items()]
    lines.append(f"{edges:,} edges")
    lines += [f"  {number:>6,}  {predicate.label}" for predicate, number in counts.statements.items()]
    known = counts.papers_recorded + counts.papers_bare
    if known:
        lines.append(f"{known:,} papers on arXiv: {counts.papers_recorded:,} with metadata")
    if counts.names_in_text or counts.texts_unread:
        lines.append(f"names found in descriptions and abstracts: {counts.names_in_text:,}")
    if counts.texts_unread:
        lines.append(f"nodes with texts still to be searched: {counts.texts_unread:,}; `kg refresh` does it")
    return lines
