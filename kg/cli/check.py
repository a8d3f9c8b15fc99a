"""``kg check``: findings as a table, JSON, annotations of a GitHub workflow, or SARIF."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kg.checks import CHECKS, DATABASE, SEVERITIES, Finding, findings
from kg.graph import Graph
from kg.workspace import Workspace

from .annotations import sarif, workflow_command
from .arguments import TEXT
from .context import Context, formats, pass_context
from .output import Exit, json_text, narrate, print_json, print_table

_HELP = "\n".join(f"  {name:<11}  {text}" for name, (_, text) in CHECKS.items())


@click.command(
    epilog=f"""\b
Checks:
{_HELP}

\b
Examples:
  kg check --fail-on error
  kg check titles papers --fail-on error
  kg check --links --fail-on error --format sarif
  kg check --shacl
  kg check thorough"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, type=TEXT)
@click.option("--links", "only_links", is_flag=True, help="The check of links only, as by its name.")
@click.option("--shacl", is_flag=True, help="The check of shapes only, as by its name; needs the extra rdf.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="Exit 1 when something at least so bad is found.",
)
@formats("github", "sarif")
@pass_context
def check(
    context: Context, names: tuple[str, ...], fail_on: str, format_: str, *, only_links: bool, shacl: bool
) -> int:
    """Look for what is wrong in lists, papers and the graph; exit 1 when something is.

    NAME picks checks; none stands for all but the two slow ones, thorough and shapes. Lists are checked as
    they were read last: nothing is fetched, and nothing is changed.
    """
    with context.reading() as graph:
        settings = context.settings
        flags = {"links": only_links, "shapes": shacl}
        found = findings(graph, settings, (*names, *(name for name, on in flags.items() if on)))
        files = _files(graph, context.workspace)
    located = [(one, files.get(one.document, one.document)) for one in found]
    chosen = format_ if format_ in {"github", "sarif"} else context.format(format_)
    _print(located, chosen)
    if not context.quiet and chosen in {"table", "github"}:
        counted = Counter(one.severity for one in found)
        narrate(
            ", ".join(_count(counted[name], name) for name in SEVERITIES if counted[name]) or "no findings"
        )
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return Exit.NO if any(one.severity in bad for one in found) else Exit.DONE


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' if number > 1 else ''}"


def _files(graph: Graph, workspace: Workspace) -> Mapping[str, str]:
    """What stands behind the key of a document: the path of a file from here, or else a page."""
    addresses = {f"list:{source.name}": source.address for source in workspace.settings().sources}
    found = {"corrections": _from_here(workspace.corrections), DATABASE: _from_here(workspace.database)}
    for document in graph.documents():
        address = addresses.get(document.key, "")
        if document.page:
            found[document.key] = document.page
        elif address and address != "starter":
            found[document.key] = _from_here(workspace.folder / Path(address).expanduser())
    return found


def _from_here(path: Path) -> str:
    return Path(os.path.relpath(path.absolute())).as_posix()


def _print(located: Sequence[tuple[Finding, str]], chosen: str) -> None:
    if chosen == "json":
        print_json({"findings": [_json(one, file) for one, file in located]})
    elif chosen == "sarif":
        click.echo(json_text(sarif(located), indent=2))
    elif chosen == "github":
        for one, file in located:
            click.echo(workflow_command(one, file))
    elif located:
        rows = [
            (one.severity, one.check, f"{file}:{one.line}" if one.line else file, _text(one))
            for one, file in located
        ]
        print_table(("Severity", "Check", "Where", "Finding"), rows, whole=(2, 3))


def _text(finding: Finding) -> str:
    return f"{finding.message}. {finding.hint}" if finding.hint else finding.message


def _json(finding: Finding, file: str) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "document": finding.document,
        "file": file,
        "line": finding.line,
        "message": finding.message,
        "hint": finding.hint,
    }
