"""``kg import arxiv``: arXiv's metadata snapshot, taken in from a file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from ingest.arrivals import follow
from ingest.arxiv.snapshot import Extent, Part
from ingest.imports import PROBLEMS, Imported, import_snapshot
from ingest.lock import alone
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import Exit, narrate, print_json, safe
from kg.errors import StoreLocked
from kg.workspace import SNAPSHOT, Source

_SHOWN = 5


@click.command(
    "arxiv",
    epilog="""\b
Examples:
  kg import arxiv arxiv-metadata-oai-snapshot.json
  kg import arxiv arxiv-metadata-oai-snapshot.json --since 2018-01-01
  kg import arxiv snapshot.json.gz --category cs.CL --category cs.LG""",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--category", "categories", multiple=True, type=TEXT, help="Only papers of it; may be repeated."
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Only papers submitted since then."
)
@click.option("--json", "format_", flag_value="json", default="table", help="The report as JSON.")
@pass_context
def arxiv(
    context: Context, file: Path, categories: tuple[str, ...], since: datetime | None, format_: str
) -> int:
    """Take in arXiv's metadata snapshot.

    FILE has JSON lines, one paper a line, and may be gzipped; - is standard input. Interrupted, it
    goes on where it was; again, it changes nothing. `kg refresh` then brings the news of these papers
    and the new papers of these categories, as long as `kg sources` shows the snapshot.
    """
    part = Part(tuple(sorted(set(categories))), since.date() if since else None)
    workspace = context.workspace
    with _kept(file) as path, context.writing() as store, alone(workspace.folder) as ours:
        if not ours:
            raise StoreLocked(
                f"a refresh of {workspace.folder} is running", hint="Wait for it, then try again."
            )
        _add_source(context, part)
        with _bar(context) as (begun, done):
            report = import_snapshot(store, path, part, begun=begun, done=done)
        follow(store, part.categories, report.day)
        waiting = store.unread
    if format_ == "json":
        print_json({**_json(report), "texts_waiting": waiting})
    else:
        _tell(report, waiting)
    return Exit.PARTLY if report.faulty else Exit.DONE


@contextmanager
def _kept(file: Path) -> Iterator[Path]:
    """The file itself; of standard input, which is read three times, a copy."""
    if str(file) != "-":
        yield file
        return
    with NamedTemporaryFile(suffix=".jsonl") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)


def _add_source(context: Context, part: Part) -> None:
    """Let kg.toml name the snapshot: the papers of its categories stay in the graph."""
    known = [source for source in context.settings.sources if source.snapshot is not None]
    wanted = set(part.categories).union(*(source.snapshot or () for source in known))
    every = not part.categories or any(source.snapshot == () for source in known)
    address = SNAPSHOT if every else f"{SNAPSHOT}/{'+'.join(sorted(wanted))}"
    name = known[0].name if known else "arxiv-snapshot"
    days = [source.since for source in known] + [str(part.since or "")]
    context.workspace.add_sources([Source(name, address, since=min(days))])


@contextmanager
def _bar(context: Context) -> Iterator[tuple[Callable[[Extent], None], Callable[[int], None]]]:
    """What shows how far the file has been read, and how long it will take; on a terminal only."""
    if context.quiet or not sys.stderr.isatty():
        yield lambda _: None, lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("papers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("papers", total=None)
        yield (
            lambda size: progress.update(task, total=size.lines),
            lambda count: progress.advance(task, count),
        )


def _json(report: Imported) -> dict[str, object]:
    found = asdict(report)
    found["day"] = report.day or None
    return found


def _tell(report: Imported, waiting: int) -> None:
    told = [f"{report.new:,} new papers", f"{report.changed:,} changed", f"{report.same:,} the same"]
    told += [f"{report.older:,} known later than the snapshot"] if report.older else []
    told += [f"{report.unwanted:,} not wanted"] if report.unwanted else []
    click.echo(f"read {report.read:,} lines: {', '.join(told)}")
    for problem in report.problems[:_SHOWN]:
        narrate(safe(f"line {problem.line}: {problem.message}"))
    if report.faulty > _SHOWN:
        kept = f"the first {PROBLEMS} with --json" if report.faulty > PROBLEMS else "all with --json"
        narrate(f"note: {report.faulty:,} lines are no papers; {kept}")
    if report.day:
        narrate(f"note: the snapshot knows arXiv until {report.day}; `kg refresh` brings the news")
    if waiting:
        narrate(f"note: {waiting:,} texts wait to be searched for names; `kg refresh` does it")
