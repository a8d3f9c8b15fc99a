"""``kg items``: each line's fate, what it became or why it was ignored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ingest.address import resolve
from ingest.fates import gold_rows, item_rows
from ingest.http import Http
from ingest.lists import ListReading, read_list
from ingest.readers import reader_for
from ingest.sources import read_any
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import json_text, print_json, print_table, safe
from kg.errors import UsageError
from kg.workspace import Source

from .progress import steps


@click.command(
    epilog="""\b
Examples:
  kg items starter
  kg items notes/list.md --json
  kg items a.md b.md --jsonl
  kg items notes/list.md --line 9
  kg items notes/list.md --line 9 --report"""
)
@click.argument("addresses", metavar="LIST...", nargs=-1, required=True, type=TEXT)
@click.option("--line", type=click.IntRange(min=1), help="Only what stands at this line, in full.")
@click.option("--report", "reported", is_flag=True, help="A bug report of the misread --line, to be pasted.")
@click.option("--json", "format_", flag_value="json", help="All rows as one JSON object.")
@click.option("--jsonl", "format_", flag_value="jsonl", help="Used items only, one JSON object a line.")
@click.option("--format", "format_", type=click.Choice(["auto", "table", "json", "jsonl"]), default="auto")
@pass_context
def items(
    context: Context, addresses: tuple[str, ...], line: int | None, format_: str, *, reported: bool
) -> None:
    """Show how each line of a list is read, and why. Nothing is stored.

    LIST is a file, a URL, owner/repo on GitHub, the name of a source, or starter.
    """
    chosen = context.format(format_, ("table", "json", "jsonl"))
    if line is not None and len(addresses) != 1:
        raise UsageError("--line goes with one LIST", hint="Ask of the lists one by one.")
    if reported and line is None:
        raise UsageError("--report needs --line", hint="Say which line is misread: --line N.")
    read = _read_all(context, addresses)
    if reported and reader_for(addresses[0]).read is not read_list:
        raise UsageError(f"--report is about Markdown; {addresses[0]} is a library", hint="Report the entry.")
    if line is not None:
        _, listed = read[0]
        _check_line(addresses[0], listed, line)
        if reported:
            _report(context, listed, line)
            return
    _print(read, line, chosen)


def _read_all(context: Context, addresses: tuple[str, ...]) -> list[tuple[str, ListReading]]:
    """The lists as they read, each with the name that its rows bear."""
    known = {source.name: source for source in context.settings.sources}
    http = Http(environ=context.environment, contact=context.settings.contact)
    workspace = context.workspace.folder
    read = []
    for text in addresses:
        if text in known and not Path(text).exists():
            source = known[text]
        else:
            address = resolve(text, workspace=workspace, cwd=Path.cwd())
            source = Source(address.name, address.text)
        listed = read_any(source, http, workspace=workspace)
        file = Path(text).name if Path(text).exists() else text  # after it was read: a name may be too long
        read.append((file, listed))
    return read


def _check_line(shown: str, listed: ListReading, line: int) -> None:
    """Nothing, if something stands at that line. Raises: UsageError with the nearest line."""
    if any(fate.line <= line <= fate.end_line for fate in listed.fates):
        return
    ends = [end for fate in listed.fates for end in (fate.line, fate.end_line)]
    near = min(ends, key=lambda end: (abs(end - line), end), default=0)
    hint = f"The nearest line that holds something is {near}." if near else "The list is empty."
    raise UsageError(f"nothing stands at line {line} of {shown}", hint=hint)


def _report(context: Context, listed: ListReading, line: int) -> None:
    from ingest.misreading import report, smallest

    with steps(context, "making the list smaller") as tell:
        tell("")
        found = smallest(listed.reading.revision.content or b"", line)
    assert found is not None  # something stands there
    for text in report(found).split("\n"):
        click.echo("\t".join(map(safe, text.split("\t"))))  # a tab may be what makes the difference


def _print(read: list[tuple[str, ListReading]], line: int | None, chosen: str) -> None:
    def asked(row: dict[str, Any]) -> bool:
        return line is None or row["line"] <= line <= row["end_line"]

    rows = [row for file, listed in read for row in item_rows(file, listed.fates) if asked(row)]
    if chosen == "jsonl":
        for file, listed in read:
            for record in filter(asked, gold_rows(file, listed.fates)):
                click.echo(json_text(record))
    elif chosen == "json":
        print_json({"items": rows})
    elif line is not None:
        click.echo("\n\n".join("\n".join(_details(row)) for row in rows))
    else:
        table = [(str(r["line"]), r["fate"], r.get("kind") or "", r.get("name") or r["reason"]) for r in rows]
        print_table(("Line", "Fate", "Kind", "Name or reason"), table, whole=(0,))


def _details(row: dict[str, Any]) -> list[str]:
    """All that a row says, a line each."""
    lines = (
        f"line {row['line']}" if row["line"] == row["end_line"] else f"lines {row['line']}-{row['end_line']}"
    )
    if "name" not in row:
        return [f"{lines}: {row['fate']} ({row['reason']})"]
    told = [f"{lines}: {row['kind']} {row['name']!r} (rule {row['rule']}, confidence {row['confidence']:g})"]
    told += [f"  also: {alias}" for alias in row["aliases"]]
    told += [f"  {key}: {row[key]}" for key in ("url", "repo") if row[key]]
    told += [f"  arxiv: {arxiv_id}" for arxiv_id in row["arxiv"]]
    told += [f"  {edge['rel']}: {edge['target']}" for edge in row["edges"]]
    told += [f"  {name} = {json_text(value)}" for name, value in row["attrs"].items()]
    return [safe(one) for one in told]
