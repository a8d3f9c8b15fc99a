"""``kg changes``: one feed of what lists and papers have done, for people, programs and feed readers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from exports.atom import Item, write
from kg.cli import render
from kg.cli.arguments import TEXT, since_of
from kg.cli.context import Context, formats, pass_context
from kg.cli.output import narrate, print_json, print_table
from kg.errors import ExportError, UsageError
from kg.ledger import ACTIONS, CAUSES, NEWS, THINGS, Wanted
from kg.papers import page_of, told

from .export import replacing

ALL = "all"


@click.command(
    epilog="""\b
Examples:
  kg changes --since 30d
  kg changes --action withdrawn --action replaced
  kg changes --cause all --what node --json
  kg changes --atom changes.xml"""
)
@click.option("--since", type=TEXT, help="Not before this day or age: 2026-01-31, 12h, 30d, 4w.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only after the change of this number.")
@click.option("--what", multiple=True, type=click.Choice([*THINGS, ALL]), help="What changes are about.")
@click.option(
    "--action",
    metavar="ACTION",
    multiple=True,
    type=click.Choice(ACTIONS),
    help=f"What happened: {', '.join(ACTIONS)}.",
)
@click.option(
    "--cause",
    multiple=True,
    type=click.Choice([*CAUSES, ALL]),
    default=CAUSES[:1],
    show_default=True,
    help="Why: the source changed, newer rules read it, it was new to the graph, you said so.",
)
@click.option("--limit", default=100, show_default=True, help="At most this many; -1 for all.")
@click.option(
    "--atom", type=click.Path(path_type=Path, allow_dash=True), help="Write an Atom feed; - for stdout."
)
@formats()
@pass_context
def changes(  # noqa: PLR0913 - one an option
    context: Context,
    *,
    since: str | None,
    after: int,
    what: tuple[str, ...],
    action: tuple[str, ...],
    cause: tuple[str, ...],
    limit: int,
    atom: Path | None,
    format_: str,
) -> None:
    """Show what lists and papers have done, the latest first.

    Only what changed at its source is news; a first import, a better reader and your own corrections
    come with --cause.
    """
    if atom is not None and format_ != "auto":
        raise UsageError("--atom is a format of its own", hint="Leave out --json and --format.")
    wanted = Wanted(
        since_of(since, context.clock()) if since else None,
        after,
        () if ALL in what else what or NEWS,
        action,
        () if ALL in cause else cause,
    )
    with context.reading() as graph:
        found = graph.changes(wanted, limit=limit + 1 if limit >= 0 else -1)
        more = 0 <= limit < len(found)
        found = found[:limit] if more else found
        if atom is not None:
            settings = context.settings
            items = [Item(one, told(graph, one), page_of(graph, one)) for one in found]
            _write(atom, items, settings.base, settings.title)
        elif context.format(format_) == "json":
            listed = [render.change_json(one) | {"detail": told(graph, one)} for one in found]
            print_json({"last": graph.last_change, "count": len(found), "changes": listed})
        elif found:
            rows = [(f"{c.at:%Y-%m-%d}", f"{c.what} {c.action}", c.text, told(graph, c)) for c in found]
            print_table(("Day", "What", "Name", "Detail"), rows, whole=(0,))
    if more:
        narrate(f"note: the latest {limit} are shown; --limit -1 for all")
    if not found and not context.quiet:
        narrate("nothing has changed of itself; --cause all also shows first imports, rules and corrections")


def _write(target: Path, items: list[Item], base: str, title: str) -> None:
    if str(target) == "-":
        write(sys.stdout.buffer, items, base=base, title=title)
        return
    try:
        with replacing(target) as file:
            write(file, items, base=base, title=title)
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written: {error.strerror or error}",
            hint="What stood there before is unharmed. Check the folder, its permissions and the disk.",
        ) from error
