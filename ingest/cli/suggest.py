"""``kg suggest``: a patch for a list itself, from what the graph knows."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ingest.address import resolve
from ingest.lists import read_list
from ingest.patches import patch
from ingest.readers import reader_of
from ingest.suggestions import Suggestions
from ingest.suggestions import suggest as suggestions_of
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import narrate, print_json
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Document
from kg.workspace import Source

_STARTER = "small-language-models.md"


@click.command(
    epilog="""\b
Examples:
  kg suggest my-list.md | git apply --allow-empty
  kg suggest my-list.md > list.patch
  kg suggest my-list.md --json"""
)
@click.argument("name", metavar="LIST", type=TEXT)
@click.option("--json", "format_", flag_value="json", help="All suggestions and the patch as JSON.")
@click.option("--format", "format_", type=click.Choice(["auto", "patch", "json"]), default="auto")
@pass_context
def suggest(context: Context, name: str, format_: str) -> None:
    """Propose changes of a list from what the graph knows, as a patch for `git apply`.

    LIST is the name or the address of a source. On stdout stands the patch with all that is sure: DOIs that
    arrived, withdrawals, new titles, ids of other papers, entries that stand twice, repositories that a
    correction says have moved. On stderr stands each reason, and what wants a look. Nothing is fetched. It
    exits 0 whether or not there is something to propose.
    """
    source = _source(context, name)
    with context.reading() as graph:
        document = next((one for one in graph.documents() if one.key == f"list:{source.name}"), None)
        content = graph.content(document.key) if document else None
        if document is None or content is None:
            raise UsageError(f"{source.name} has not been read yet", hint="Read it: `kg refresh --all`.")
        reader = reader_of(document.reader)
        if reader is None or reader.read is not read_list:
            raise UsageError(f"{source.name} is no Markdown list", hint="Only those are patched.")
        found = suggestions_of(graph, content)
        path = _path(context, graph, document, source)
    made = patch(found.before, found.after, path)
    if format_ == "json":
        print_json({"list": source.name, "path": path, "suggestions": _listed(found), "patch": _text(made)})
        return
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    if not context.quiet:
        _tell(context, source, found)


def _source(context: Context, name: str) -> Source:
    """The source that a person means. Raises: UsageError."""
    sources = [one for one in context.settings.sources if not one.address.startswith("arxiv:")]
    named = next((one for one in sources if one.name == name), None)
    if named is not None and not Path(name).exists():
        return named
    address = resolve(name, workspace=context.workspace.folder, cwd=Path.cwd())
    meant = next((one for one in sources if one.address == address.text), named)
    if meant is None:
        known = ", ".join(one.name for one in sources)
        hint = f"Sources are {known}." if known else "Add it first."
        raise UsageError(f"{name} is no source of this workspace", hint=f"{hint} `kg add {name}` adds it.")
    return meant


def _path(context: Context, graph: Graph, document: Document, source: Source) -> str:
    """Where the list stands, as the patch names it: from here, or within its repository."""
    if source.address == "starter":
        return _STARTER
    file = context.workspace.folder / Path(source.address).expanduser()
    if file.is_file():
        here = Path(os.path.relpath(file.absolute())).as_posix()
        return file.name if here.startswith("../") or Path(here).is_absolute() else here
    sql = "SELECT retrieved_from FROM revision r JOIN document d ON d.id = r.document_id AND d.blob = r.blob"
    row = graph.db.execute(f"{sql} WHERE d.key = ?", (document.key,)).fetchone()
    parts = [one for one in urlsplit(row[0] if row else "").path.split("/") if one]
    # owner/name/ref/path, as raw files of repositories have it
    within = parts[3:] if source.address.startswith("github:") else parts[-1:]
    return "/".join(within) or f"{source.name}.md"


def _tell(context: Context, source: Source, found: Suggestions) -> None:
    file = context.workspace.folder / Path(source.address).expanduser()
    if source.address != "starter" and file.is_file() and file.read_bytes() != found.before:
        narrate(f"note: {source.name} has changed since it was read; `kg refresh` first")
    for one in found.found:
        doubt = "" if one.sure else " (doubtful)"
        narrate(f"line {one.line}: {one.what}{doubt}: {one.reason}")
    sure = sum(one.sure for one in found.found)
    doubtful = len(found.found) - sure
    narrate(f"{sure:,} to change, {doubtful:,} to look at" if found.found else "nothing to suggest")


def _listed(found: Suggestions) -> list[dict[str, Any]]:
    return [
        {"line": one.line, "what": one.what, "reason": one.reason, "sure": one.sure} for one in found.found
    ]


def _text(made: bytes) -> str:
    return made.decode("utf-8", "replace")
