"""``kg items``: each line's fate, what it became or why it was ignored."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.address import resolve
from ingest.fates import gold_rows, item_rows
from ingest.http import Http
from ingest.sources import read_any
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import json_text, print_json, print_table
from kg.workspace import Source


@click.command(
    epilog="""\b
Examples:
  kg items starter
  kg items notes/list.md --json
  kg items a.md b.md --jsonl"""
)
@click.argument("addresses", metavar="LIST...", nargs=-1, required=True, type=TEXT)
@click.option("--json", "format_", flag_value="json", help="All rows as one JSON object.")
@click.option("--jsonl", "format_", flag_value="jsonl", help="Used items only, one JSON object a line.")
@click.option("--format", "format_", type=click.Choice(["auto", "table", "json", "jsonl"]), default="auto")
@pass_context
def items(context: Context, addresses: tuple[str, ...], format_: str) -> None:
    """Show how each line of a list is read, and why. Nothing is stored.

    LIST is a file, a URL, owner/repo on GitHub, the name of a source, or starter.
    """
    chosen = context.format(format_, ("table", "json", "jsonl"))
    known = {source.name: source for source in context.settings.sources}
    http = Http(environ=context.environment, contact=context.settings.contact)
    workspace = context.workspace.folder
    rows = []
    for text in addresses:
        if text in known and not Path(text).exists():
            source = known[text]
        else:
            address = resolve(text, workspace=workspace, cwd=Path.cwd())
            source = Source(address.name, address.text)
        listed = read_any(source, http, workspace=workspace)
        file = Path(text).name if Path(text).exists() else text
        if chosen == "jsonl":
            for record in gold_rows(file, listed.fates):
                click.echo(json_text(record))
        else:
            rows += item_rows(file, listed.fates)
    if chosen == "json":
        print_json({"items": rows})
    elif chosen == "table":
        table = [(str(r["line"]), r["fate"], r.get("kind") or "", r.get("name") or r["reason"]) for r in rows]
        print_table(("Line", "Fate", "Kind", "Name or reason"), table, whole=(0,))
