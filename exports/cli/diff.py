"""``kg diff``: what two graphs say differently, as text, JSON, or release notes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from io import BufferedReader
from pathlib import Path
from typing import cast

import click

from exports import diff as diffs
from exports import release_notes as notes
from exports.diff import Change, Counts, Side, is_receipt
from kg.cli.context import Context, formats, pass_context
from kg.cli.output import SCHEMA_VERSION, Exit, json_text, narrate, safe
from kg.errors import UsageError

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_PATH = click.Path(path_type=Path, allow_dash=True)


@click.command(
    epilog="""\b
Examples:
  kg diff graph.ttl
  kg diff graph.ttl --no-provenance
  git show HEAD:graph.ttl | kg diff - graph.ttl
  kg diff graph.ttl --release-notes"""
)
@click.argument("before", type=_PATH)
@click.argument("after", type=_PATH, required=False)
@click.option("--no-provenance", is_flag=True, help="Facts only, without what says them.")
@click.option("--release-notes", is_flag=True, help="Markdown for people: what is new, published, withdrawn.")
@formats()
@pass_context
def diff(
    context: Context,
    before: Path,
    after: Path | None,
    format_: str,
    *,
    no_provenance: bool,
    release_notes: bool,
) -> int:
    """Show what two graphs say differently; exit 1 when they do.

    Each is a workspace, a graph.db, or Turtle that `kg export` wrote; - is stdin. Without AFTER it
    is this workspace. Lines, times, abstracts, base and title are not compared.
    """
    if release_notes and format_ != "auto":
        raise UsageError("--release-notes is a format of its own", hint="Leave out --json and --format.")
    if str(before) == str(after) == "-":
        raise UsageError("stdin can be read only once", hint="Name a file for one of the two.")
    with ExitStack() as stack:
        left = stack.enter_context(_side(before))
        if after is None:
            graph = stack.enter_context(context.reading())
            right = stack.enter_context(diffs.of_graph(graph, context.workspace))
        else:
            right = stack.enter_context(_side(after))
        provenance = not no_provenance and all(map(diffs.tells_provenance, (left, right)))
        if not (provenance or no_provenance or context.quiet):
            narrate("note: one of them does not tell what says its facts; only facts are compared")
        counts = Counts()
        changes = diffs.differences(left, right, counts, provenance=provenance)
        if release_notes:
            title = f"Changes since {_name(before)}"
            lines = notes.written(changes, counts, right.namespaces, title=title)
        elif context.format(format_) == "json":
            lines = _json(changes, counts)
        else:
            lines = _text(changes, counts)
        for line in lines:
            click.echo(line, nl=False)
    if not counts and not context.quiet:
        narrate("no difference")
    return Exit.NO if counts else Exit.DONE


def _side(where: Path) -> AbstractContextManager[Side]:
    stdin = cast("BufferedReader", sys.stdin.buffer)
    return diffs.opened(None if str(where) == "-" else where, stdin)


def _name(where: Path) -> str:
    return "stdin" if str(where) == "-" else where.name or str(where)


# ------------------------------------------------------------------------------------ text


def _text(changes: Iterator[Change], counts: Counts) -> Iterator[str]:
    """A line a thing, below it what is said otherwise of it; at last how much that is."""
    section = ""
    for change in changes:
        thing = change.thing
        if thing.section == "evidence":
            continue  # of no use to people one by one: counted below
        if thing.section != section:
            section = thing.section
            yield f"{section.capitalize()}\n"
        label = "" if thing.label == thing.id else f"  {thing.label}"
        yield f"  {_SIGNS[change.action]} {safe(thing.id + label)}\n"
        if change.action == "changed" or not thing.label:
            yield from _details(change)
    if counts:
        yield "\n" if section else ""
        for name, many in counts.actions.items():
            told = ", ".join(f"{many[action]:,} {action}" for action in _SIGNS if many[action])
            yield f"{name}: {told}\n"
    for slug, (before, after) in sorted(counts.kinds.items()):
        yield f"other kind: {safe(slug)}, {before} before, {after} after\n"


def _details(change: Change) -> Iterator[str]:
    receipts = []
    for sign, triples in (("-", change.removed), ("+", change.added)):
        facts = [triple for triple in triples if not is_receipt(triple)]
        for subject, predicate, term in facts:
            whose = "" if subject == change.thing.blocks[0][0] else f"{subject} "
            yield f"      {sign} {safe(f'{whose}{predicate} {term}')}\n"
        if more := len(triples) - len(facts):
            receipts.append(f"{sign}{more:,}")
    if receipts:
        yield f"      receipts: {' '.join(receipts)} lines\n"


# ------------------------------------------------------------------------------------ JSON


def _json(changes: Iterator[Change], counts: Counts) -> Iterator[str]:
    """One object, written while the graphs are read: what is known only at the end stands at the end."""
    yield f'{{\n  "schema_version": {SCHEMA_VERSION},\n  "changes": ['
    mark = ""
    for change in changes:
        yield f"{mark}\n    {json_text(_object(change))}"
        mark = ","
    yield "\n  ],\n" if mark else "],\n"
    totals = {
        section: {action: many[action] for action in _SIGNS} for section, many in counts.actions.items()
    }
    kinds = {slug: {"before": old, "after": new} for slug, (old, new) in sorted(counts.kinds.items())}
    yield f'  "counts": {json_text(totals)},\n  "kinds": {json_text(kinds)},\n'
    yield f'  "same": {json_text(not counts)}\n}}\n'


def _object(change: Change) -> dict[str, object]:
    thing = change.thing
    return {
        "section": thing.section,
        "action": change.action,
        "id": thing.id,
        "label": thing.label,
        "added": change.added,
        "removed": change.removed,
    }
