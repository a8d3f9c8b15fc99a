"""``kg import graph``: an export of one's own, back into an empty workspace."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from exports import FORMATS
from exports.own import ENDINGS, Export, Restored, restore
from kg.cli.context import Context, pass_context
from kg.cli.output import narrate, print_json
from kg.graph import Graph
from kg.model import DocumentKind

_SHOWN = 5
_READ = 2  # times that the file is read: to take it in, and to look whether all is there


@click.command(
    "graph",
    epilog="""\b
Examples:
  kg import graph.ttl
  kg import graph graph.trig.gz
  kg export --nquads | kg --workspace copy import graph - --format nquads""",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--format",
    "form",
    type=click.Choice([name for name in FORMATS if FORMATS[name].ending in ENDINGS]),
    metavar="NAME",
    help="What FILE is, where its ending does not tell: turtle, trig, ntriples, nquads.",
)
@click.option("--json", "format_", flag_value="json", default="table", help="The report as JSON.")
@pass_context
def graph(context: Context, file: Path, form: str | None, format_: str) -> None:
    """Bring an export of your own back into an empty workspace.

    FILE is Turtle, TriG, N-Triples or N-Quads that `kg export` wrote, whole and with provenance; it
    may be gzipped, and - is standard input. All of it comes back or nothing. kg.toml and
    corrections.toml stay as they are; the next `kg refresh` fetches what exports leave out.
    """
    stdin = str(file) == "-"
    ending = FORMATS[form or "turtle"].ending if form or stdin else ""
    names = [source.name for source in context.settings.sources]
    with _kept(file) as path, _bar(context, path) as done:
        export = Export(path, "stdin" if stdin else str(file), ending=ending, done=done)
        with context.writing(texts=False) as store, store.bulk():
            found = restore(store, export, listed=names)
    workspace = context.workspace
    if not workspace.config.exists():
        workspace.create(title=found.title, base=found.base)
    with context.writing() as store:  # corrections and marks of the text files
        graph = Graph(store)
        lists = [one.key.removeprefix("list:") for one in graph.documents() if one.kind is DocumentKind.LIST]
    unknown = [name for name in lists if name not in names]
    if format_ == "json":
        print_json({**asdict(found), "sources_missing": unknown})
        return
    click.echo(f"{found.nodes:,} nodes are back, with all that {export.name} says of them")
    if not context.quiet:
        _tell(context, found, unknown)


def _tell(context: Context, found: Restored, unknown: list[str]) -> None:
    base = context.settings.base
    if base != found.base:
        narrate(f"note: IRIs begin with {base}, as kg.toml says; in the file it was {found.base}")
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        shown = ", ".join(unknown[:_SHOWN]) + more
        narrate(f"note: kg.toml does not name {shown}: add them before the next `kg refresh`, or they leave")


@contextmanager
def _kept(file: Path) -> Iterator[Path]:
    """The file itself; of standard input, which is read twice, a copy."""
    if str(file) != "-":
        yield file
        return
    with NamedTemporaryFile() as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def _bar(context: Context, path: Path) -> Iterator[Callable[[int], None]]:
    """What shows how much of the file has been read; on a terminal only."""
    if context.quiet or not sys.stderr.isatty() or not path.is_file():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("graph"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("graph", total=path.stat().st_size * _READ)
        yield lambda count: progress.advance(task, count)
