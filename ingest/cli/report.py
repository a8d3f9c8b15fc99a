"""What add and refresh tell at their end, and the exit code that it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ingest.papers import PapersReport
from ingest.sources import Gathered
from kg.cli.context import Context
from kg.cli.output import Exit, complain, exit_code, narrate, print_json
from kg.cli.read import summary
from kg.errors import KgError
from kg.model import Delta

_SHOWN = 5


def finish(
    context: Context,
    gathered: Sequence[Gathered],
    delta: Delta,
    papers: PapersReport | None,
    format_: str,
    *,
    strict: bool = False,
) -> int:
    """The exit code, after everything has been told: failures and notes first, the summary last.

    ``strict``: that papers got no answer is an error, not a note, unless there are worse.
    """
    failed = [one for one in gathered if one.error is not None]
    for one in failed:
        assert one.error is not None
        complain(one.error)
    strict = strict and not failed
    if strict and papers is not None and papers.error is not None:
        complain(unanswered(papers))
    _notes(context, gathered, papers, strict=strict)
    if format_ == "json":
        print_json(as_json(gathered, delta, papers))
    elif not context.quiet:
        click.echo("\n".join(_lines(context, gathered, delta, papers)))
    if failed and len(failed) == len(gathered):
        assert failed[0].error is not None
        return exit_code(failed[0].error)
    return Exit.PARTLY if failed else Exit.DONE


def unanswered(papers: PapersReport) -> KgError:
    """Why papers got no answer, as one error."""
    assert papers.error is not None
    if not papers.unanswered:
        return KgError(f"not all news of arXiv has come: {papers.error.message}", hint=papers.error.hint)
    count = "1 paper has" if papers.unanswered == 1 else f"{papers.unanswered} papers have"
    return KgError(f"{count} no fresh metadata: {papers.error.message}", hint=papers.error.hint)


def _notes(
    context: Context, gathered: Sequence[Gathered], papers: PapersReport | None, *, strict: bool
) -> None:
    if context.quiet:
        return
    for one in gathered:
        if one.note:
            narrate(f"note: {one.note}")
        problems = one.reading.problems if one.reading else ()
        for problem in problems[:_SHOWN]:
            narrate(f"note: {one.source.name}, line {problem.line}: {problem.message}")
        if len(problems) > _SHOWN:
            narrate(f"note: {one.source.name}: {len(problems) - _SHOWN} more problems (`kg sources --json`)")
    if papers is None:
        return
    for text in papers.problems[:_SHOWN]:
        narrate(f"note: {text}")
    if papers.missing:
        shown = ", ".join(papers.missing[:_SHOWN])
        narrate(f"note: arXiv knows no paper {shown}{' …' if len(papers.missing) > _SHOWN else ''}")
    if papers.error is not None and not strict:
        error = unanswered(papers)
        narrate(f"note: {error.message}")
        narrate(f"  {error.hint}")


def _lines(
    context: Context, gathered: Sequence[Gathered], delta: Delta, papers: PapersReport | None
) -> list[str]:
    read = [one for one in gathered if one.error is None and not one.source.address.startswith("arxiv:")]
    lines = []
    if read:
        what = read[0].source.name if len(read) == 1 else f"{len(read)} sources"
        lines.append(f"{what}: {told(delta)}")
    if papers is not None and papers.asked:
        answered = papers.asked - papers.unanswered
        of_all = f" of {papers.asked}" if papers.unanswered else ""
        changed = f", {papers.changed} changed" if papers.changed else ""
        lines.append(f"papers: {answered}{of_all} looked up, {papers.new} new{changed}")
    with context.reading() as graph:
        counts = graph.counts()
    lines += ["", *summary(counts), ""]
    if counts.papers_bare:
        lines.append(
            "next: kg tui, kg search lora, kg export --turtle; kg refresh fetches the missing metadata"
        )
    else:
        lines.append("next: kg tui, kg search lora, kg export --turtle")
    return lines


def told(delta: Delta) -> str:
    """A delta in one line; ``no change`` where there is none."""
    if not delta:
        return "no change"
    parts = [
        f"nodes +{delta.nodes_added} -{delta.nodes_removed} ~{delta.nodes_changed}",
        f"edges +{delta.statements_added} -{delta.statements_removed}",
        f"receipts +{delta.receipts_added} -{delta.receipts_removed}",
    ]
    return ", ".join(parts)


def reason(gathered: Sequence[Gathered], papers: PapersReport | None) -> str:
    """What failed, in one line; "" where nothing did."""
    errors = [one.error.message for one in gathered if one.error is not None]
    if papers is not None and papers.error is not None:
        errors.append(unanswered(papers).message)
    more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
    return "; ".join(errors[:_SHOWN]) + more


def as_json(gathered: Sequence[Gathered], delta: Delta, papers: PapersReport | None) -> dict[str, Any]:
    """The report for programs."""
    sources = [
        {
            "name": one.source.name,
            "address": one.source.address,
            "moved_from": one.moved or None,
            "error": one.error.message if one.error else None,
            "problems": [
                {"line": p.line, "message": p.message} for p in (one.reading.problems if one.reading else ())
            ],
        }
        for one in gathered
    ]
    return {
        "sources": sources,
        "delta": {
            "nodes": {
                "added": delta.nodes_added,
                "removed": delta.nodes_removed,
                "changed": delta.nodes_changed,
            },
            "edges": {"added": delta.statements_added, "removed": delta.statements_removed},
            "receipts": {"added": delta.receipts_added, "removed": delta.receipts_removed},
        },
        "papers": None
        if papers is None
        else {
            "asked": papers.asked,
            "new": papers.new,
            "changed": papers.changed,
            "missing": papers.missing,
            "changes": [
                {"document": c.document, "action": c.action, "title": c.text, "old": c.old, "new": c.new}
                for c in papers.changes
                if c.action != "new"
            ],
            "unanswered": papers.unanswered,
            "error": papers.error.message if papers.error else None,
        },
    }
