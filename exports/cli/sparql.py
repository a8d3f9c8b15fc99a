"""``kg sparql``: the graph asked in SPARQL, read-only."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from exports.sparql import answers, engine, standing
from exports.sparql.asking import GRAPHS, SECONDS, Answer, Damaged, Wanted, answered, late, run
from exports.sparql.questions import question, questions
from kg.cli.arguments import TEXT
from kg.cli.call import Call, pass_call
from kg.cli.clock import watched
from kg.cli.output import Exit, narrate, print_json, print_table
from kg.errors import UsageError

LONGEST = 1 << 20
"""Bytes of a query; a longer one is a mistake."""
_SHORT = 2_000  # characters: the parser runs out of stack, and its process dies, at several thousand brackets
_OWN = ("csv", "tsv", "xml", "turtle", "ntriples")


@click.command(
    epilog="""\b
Examples:
  kg sparql --saved
  kg sparql --saved memory
  kg sparql "SELECT ?name { ?m a mls:Model ; rdfs:label ?name } LIMIT 5"
  kg sparql "DESCRIBE node:lora" --format ntriples
  kg sparql -f question.rq --format csv
  kg sparql "ASK { ?paper kg:withdrawn true }" || echo "none is withdrawn\""""
)
@click.argument("query", required=False, type=TEXT)
@click.option(
    "-f", "--file", type=click.Path(path_type=Path, allow_dash=True), help="Read the query from a file."
)
@click.option(
    "--saved",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="Ask a question that comes along; without a name, list them.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86400, min_open=True),
    default=SECONDS,
    show_default=True,
    help="End the query after this many seconds.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["auto", "table", "json", *_OWN]),
    default="auto",
    help="Output format.",
)
@click.option("--json", "format_", flag_value="json", help="JSON as SPARQL 1.1 has it.")
@pass_call
def sparql(
    call: Call, *, query: str | None, file: Path | None, saved: str | None, timeout: float, format_: str
) -> int:
    """Ask the graph in SPARQL: SELECT, ASK, CONSTRUCT or DESCRIBE; - reads the query from stdin.

    All prefixes of kg are declared. Nothing is changed and no other server asked. The first question
    after a change makes an index of the graph. ASK leaves with 1 if the answer is no. The formats of
    graphs are turtle (the default) and ntriples.
    """
    if (query is not None) + (file is not None) + (saved is not None) != 1:
        raise UsageError(
            "give one query: as an argument, with --file, or one of --saved",
            hint="Try: kg sparql --saved",
        )
    if saved == "":
        _list(call, format_)
        return Exit.DONE
    text = question(saved).query if saved else _read(Path("-") if query == "-" else file, query)
    format_ = format_ if format_ in _OWN else call.format(format_)
    solutions, triples = answers.asked_for(format_)
    if not _is_explicit():
        triples = next(iter(GRAPHS))
    wanted = Wanted(text, timeout, solutions, triples)
    at_once = _answer_at_once(call, wanted)
    answer, base = at_once or _answer(call, wanted)
    with answer.file:
        _show(call, answer, format_ if answer.kind != "graph" else triples or "", base)
    code = Exit.NO if answer.truth is False else Exit.DONE
    return call.end(code) if at_once else code


def _answer_at_once(call: Call, wanted: Wanted) -> tuple[Answer, str] | None:
    """The answer and the base of its addresses, if the index of the last question still stands.

    The engine then runs in this process, if that may be ended: it is there in no time.
    """
    with standing.found(call.folder) as index:
        if index is None:
            return None
        job = wanted.job(index.prefixes) | {"store": str(index.folder)}
        try:
            if not call.is_whole or len(wanted.query) > _SHORT or not hasattr(signal, "sigtimedwait"):
                return answered(job, run), index.base
            with watched(wanted.seconds, late(wanted.seconds)):
                return answered(job | {"seconds": None}, engine.told), index.base
        except Damaged:
            return None


def _answer(call: Call, wanted: Wanted) -> tuple[Answer, str]:
    """The same from the graph, in whatever state the workspace is; the next question finds the index."""
    from exports.sparql import inquiry
    from kg.cli.context import Context
    from kg.rdf import Options

    context = Context.of(call)
    config, settings = standing.config_of(context.folder), context.settings
    options = Options(base=settings.base, title=settings.title, receipts=True)
    with context.reading() as graph:
        answer = inquiry.answer(graph, wanted, options)
        if config == standing.config_of(context.folder):
            inquiry.note(context.folder, graph, options, config)
    return answer, settings.base


def _is_explicit() -> bool:
    """Whether this call names a format, so that no other will do."""
    source = click.get_current_context().get_parameter_source("format_")
    return source is click.core.ParameterSource.COMMANDLINE


def _read(file: Path | None, query: str | None) -> str:
    """The query itself. Raises: UsageError."""
    if file is None:
        return query or ""
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(LONGEST + 1)
        else:
            with file.open("rb") as opened:
                content = opened.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise UsageError(f"{file} is longer than {LONGEST:,} bytes", hint="A query is a few lines.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", hint="Give a file that holds one SPARQL query."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", hint="Save the query as UTF-8.") from error


def _show(call: Call, answer: Answer, format_: str, base: str) -> None:
    if format_ != "table":
        sys.stdout.flush()
        notes = answers.write(answer, format_, sys.stdout.buffer)
        if notes is not None:
            for reason, count in notes.counts.items():
                narrate(f"note: {reason} ({count:,}; first: {notes.examples[reason]})")
        return
    columns, rows = answers.solutions(answer, answers.shortener(base))
    if answer.kind == "boolean":
        click.echo("yes" if answer.truth else "no")
    elif rows and columns:
        print_table(columns, rows)
    elif not call.quiet:
        narrate(f"{len(rows):,} solutions" if rows else "no solution")


def _list(call: Call, format_: str) -> None:
    found = questions()
    if call.format(format_) == "json":
        told = [{"name": one.name, "question": one.text, "query": one.query} for one in found]
        print_json({"count": len(told), "saved": told})
    else:
        print_table(("Name", "Question"), [(one.name, one.text) for one in found], whole=(0, 1))
