"""``kg export``: the graph to stdout or into a file, in one of the formats of the table."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import click

from exports import DEFAULT_KEY, FORMATS, Options, writer
from exports.part import Wanted
from exports.part import chosen as chosen_of
from kg.cli.arguments import TEXT
from kg.cli.context import Context, pass_context
from kg.cli.output import narrate
from kg.errors import ConfigError, ExportError, UsageError
from kg.filters import check_filters, kind_of
from kg.graph import Graph
from kg.query import Query
from kg.rdf import Notes
from kg.workspace import DEFAULT_BASE

DEFAULT = "turtle"
COMPRESSED = ".gz"


_ASKED = "kg.export.formats"


def _ask(context: click.Context, option: click.Parameter, given: object) -> None:
    if given:
        context.meta.setdefault(_ASKED, []).append(
            str(option.name).replace("_", "-") if given is True else str(given)
        )


def _format_options(command: Callable[..., object]) -> Callable[..., object]:
    """The command with ``--format`` and one flag a format, gathered in the context."""
    choice = click.Choice(list(FORMATS))
    named = click.option(
        "--format",
        type=choice,
        metavar="NAME",
        callback=_ask,
        expose_value=False,
        help="The same, by name.",
    )
    command = named(command)
    for name, row in reversed(FORMATS.items()):
        flag = click.option(f"--{name}", is_flag=True, callback=_ask, expose_value=False, help=row.help)
        command = flag(command)
    return command


@click.command(
    epilog="""\b
Examples:
  kg export --turtle
  kg export -o graph.ttl
  kg export -o graph.nt.gz --no-provenance
  kg export --bibtex --key "{author}{year}{word}" -o papers.bib
  kg export -o graph.gexf
  kg export --query "kind:method lora" --depth 1 -o lora.ttl
  kg search "kind:paper lora" --ids | kg export --refs - --bibtex"""
)
@_format_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File to write, whole or not at all; its ending tells the format, .gz compresses.",
)
@click.option("--kind", "kinds", metavar="KIND", multiple=True, type=TEXT, help="Only nodes of this kind.")
@click.option("--query", metavar="QUERY", type=TEXT, help="Only nodes that `kg search QUERY` finds.")
@click.option(
    "--refs",
    metavar="FILE",
    type=click.File("rb"),
    help="Only the nodes that FILE names, one a line; - is stdin.",
)
@click.option("--depth", type=click.IntRange(0), help="Also all nodes within so many steps of these.")
@click.option("--base", help="What all addresses of ours begin with, instead of what kg.toml says.")
@click.option("--no-provenance", is_flag=True, help="Facts only, without what says them.")
@click.option("--receipts", is_flag=True, help="Also lines, revisions, links and times of what says them.")
@click.option(
    "--key",
    metavar="PATTERN",
    help="Citation keys of this file: {slug} (the default), {author}, {year}, {word}, {arxiv}; see kg.toml.",
)
@click.option("--abstracts", is_flag=True, help="Also the abstracts of papers.")
@pass_context
def export(  # noqa: PLR0913 - one an option
    context: Context,
    *,
    output: Path | None,
    base: str | None,
    key: str | None,
    query: str | None,
    refs: BinaryIO | None,
    depth: int | None,
    kinds: tuple[str, ...],
    no_provenance: bool,
    receipts: bool,
    abstracts: bool,
) -> None:
    """Write the graph to a file or to stdout; the same graph gives the same bytes on any machine and day.

    Without a format it is Turtle. --kind, --query and --refs choose a part, together what all of
    them choose.
    """
    if no_provenance and receipts:
        raise UsageError("--receipts adds to what --no-provenance leaves out", hint="Choose one of them.")
    target = None if output is None or str(output) == "-" else output
    chosen = _format(click.get_current_context().meta.get(_ASKED, []), target)
    given = {
        "base": base,
        "key": key,
        "no_provenance": no_provenance,
        "receipts": receipts,
        "abstracts": abstracts,
    }
    _heeded(chosen, {name for name, value in given.items() if value})
    _fits(chosen, target, context)
    settings = context.settings
    options = Options(
        base=settings.base if base is None else base,
        citation_key=key or settings.citation_key or DEFAULT_KEY,
        title=settings.title,
        provenance=not no_provenance,
        receipts=receipts,
        abstracts=abstracts,
    )
    wanted = Wanted(tuple(map(kind_of, kinds)), query, None if refs is None else _references(refs))
    if depth is not None and not wanted:
        raise UsageError("--depth is steps from a part", hint="Choose it with --kind, --query or --refs.")
    with context.reading() as graph:
        told = _part(graph, wanted, depth or 0) if wanted else graph
        if "key" in FORMATS[chosen].heeds and settings.citation_key and not key:
            options = replace(options, citation_keys=_keys(context, told, settings.citation_key))
        notes = _write(told, chosen, target, options)
    if told.part is not None and not told.part and not context.quiet:
        narrate("note: no node is chosen, none is written")
    if not context.quiet:
        _tell(notes, options, placeholder="base" in FORMATS[chosen].heeds)


def _keys(context: Context, graph: Graph, pattern: str) -> dict[str, str]:
    """The keys by slug of all papers of the graph: those that are kept, and new ones, which are kept now.

    Raises: ConfigError for a pattern or a file that is none.
    """
    from exports.citations import given
    from exports.keys import FILE, check, keep, kept_in

    workspace = context.workspace
    path = workspace.folder / FILE
    try:
        check(pattern)
    except UsageError as error:
        raise ConfigError(f"{workspace.config}: {error.message}", hint=error.hint) from error
    with workspace.editing():
        kept = kept_in(path)
        # A paper that another one was merged into goes on under the key of that, if it has none.
        kept |= {new: kept[old] for old, new in graph.replaced().items() if old in kept and new not in kept}
        new = given(graph, pattern, kept)
        try:
            if new:
                keep(path, new)
        except UsageError as error:
            narrate(f"note: new citation keys could not be kept: {error.message}")
    return kept | new


def _references(file: BinaryIO) -> tuple[str, ...]:
    lines = (line.strip() for line in file.read().decode("utf-8", "replace").splitlines())
    return tuple(line for line in lines if line)


def _part(graph: Graph, wanted: Wanted, depth: int) -> Graph:
    if wanted.query is not None:
        check_filters(graph.db, Query.parse(wanted.query))
    return Graph(graph.store, chosen_of(graph, wanted, depth))


def _heeded(name: str, given: set[str]) -> None:
    """Nothing, if all options that were given make a difference to the format. Raises: UsageError."""
    for option in sorted(given - FORMATS[name].heeds):
        formats = ", ".join(f"--{other}" for other, row in FORMATS.items() if option in row.heeds)
        raise UsageError(f"--{option.replace('_', '-')} is not for --{name}", hint=f"It is for {formats}.")


def _fits(name: str, target: Path | None, context: Context) -> None:
    """Nothing, if that format can be written there. Raises: UsageError."""
    if target is None and FORMATS[name].binary:
        raise UsageError(
            f"--{name} writes a file, no text", hint=f"Name it: kg export -o graph{FORMATS[name].ending}"
        )
    database = context.workspace.database
    if target is not None and target.exists() and database.exists() and target.samefile(database):
        raise UsageError(f"{target} is the workspace's own database", hint="Name another file with -o.")


def _format(asked: list[str], target: Path | None) -> str:
    """The one format asked for, else that of the file's ending, else Turtle."""
    if len(set(asked)) > 1:
        raise UsageError(f"one format at a time, not {' and '.join(sorted(set(asked)))}")
    if asked:
        return asked[0]
    file = "" if target is None else target.name.lower().removesuffix(COMPRESSED)
    if target is None or "." not in file or not _is_plain(target):
        return DEFAULT
    fitting = [name for name, row in FORMATS.items() if file.endswith(row.ending)]
    if fitting:
        return max(fitting, key=lambda name: len(FORMATS[name].ending))
    endings = ", ".join(row.ending for row in FORMATS.values())
    raise UsageError(
        f"no format of ours ends in .{file.rpartition('.')[2]}",
        hint=f"Say which you mean (--turtle), or end in {endings}.",
    )


def _write(graph: Graph, name: str, target: Path | None, options: Options) -> Notes:
    write = writer(name)
    if target is None:
        try:
            return write(graph, sys.stdout.buffer, options)
        except BrokenPipeError:
            # The reader has gone (`kg export | head`): not our failure. Python would complain once
            # more when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Notes()
    try:
        with replacing(target) as file:
            return write(graph, file, options)
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written: {error.strerror or error}",
            hint="What stood there before is unharmed. Check the folder, its permissions and the disk.",
        ) from error


def _is_plain(target: Path) -> bool:
    """Whether the target is a file or nothing yet: not a device, a pipe or a folder."""
    return target.is_file() or not target.exists()


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file to write beside ``target``, which takes its place when all is written."""
    if not _is_plain(target):
        with target.open("wb") as device:
            yield device
        return
    real = target.resolve()
    beside = real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            if target.suffix.lower() == COMPRESSED:
                import gzip

                # No name and no time in the header: equal graphs give equal bytes.
                with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                    yield packed  # type: ignore[misc] # it is one, but for its type
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, beside)
        beside.replace(real)
    finally:
        beside.unlink(missing_ok=True)


def _tell(notes: Notes, options: Options, *, placeholder: bool) -> None:
    for reason, count in sorted(notes.counts.items()):
        narrate(f"note: {reason} ({count:,}; first: {notes.examples[reason]})")
    if placeholder and options.base == DEFAULT_BASE:
        narrate(f"note: IRIs begin with {DEFAULT_BASE}, a placeholder; before publishing set base in kg.toml")
