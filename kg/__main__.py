"""The command ``kg``: a lazy table of commands; errors become one plain line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kg import __version__
from kg.cli.arguments import LazyGroup
from kg.cli.call import Call
from kg.cli.commands import COMMANDS, COMPLETE
from kg.cli.output import EXIT_HELP, Exit, complain, exit_code, narrate
from kg.errors import ExportError, KgError, UsageError

EXAMPLES = """\
\b
Examples:
  kg add starter                     start with the bundled list
  kg add owner/awesome-list          add a list from GitHub
  kg search lora
  kg why alpaca requires 16-32
  kg export --turtle -o graph.ttl
"""


class Commands(LazyGroup):
    """All commands of ``kg``."""

    table = COMMANDS


@click.command(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXAMPLES + "\n" + EXIT_HELP,
)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    help="The workspace folder (else the nearest kg.toml, KG_WORKSPACE, your own).",
)
@click.option("-q", "--quiet", is_flag=True, help="Errors only.")
@click.version_option(__version__, prog_name="kg", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None, *, quiet: bool) -> None:
    """Keep a knowledge graph of curated lists and arXiv papers, with a receipt for every fact."""
    ctx.obj = Call(workspace, quiet=quiet, is_whole=ctx.obj is True)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str] | None = None, *, is_whole: bool = False) -> int:
    """The exit code of one call; everything that can go wrong has been told on stderr.

    ``is_whole``: the call is all that this process is for, and may end it.
    """
    try:
        result = _call(list(sys.argv[1:] if arguments is None else arguments), is_whole=is_whole)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where a bug is told
        return _told(error)
    return int(result) if isinstance(result, int) else Exit.DONE


def _call(arguments: list[str], *, is_whole: bool) -> Any:
    """What click's own ``main`` does, but nothing is told and no closed pipe is made an exit code here."""
    if asked := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "kg", COMPLETE, asked)
    try:
        with cli.make_context("kg", arguments, obj=is_whole) as context:
            return cli.invoke(context)
    except click.exceptions.Exit as left:
        return left.exit_code


def _told(error: BaseException) -> int:
    code: int = Exit.DONE
    match error:
        case KgError():
            complain(error)
            code = exit_code(error)
        case click.ClickException():
            code = _usage(error)
        case KeyboardInterrupt() | click.Abort():
            if sys.stderr.isatty():
                click.echo(err=True)  # behind the ^C that the terminal shows
            narrate("kg: interrupted; what was finished is kept")
            code = Exit.INTERRUPTED
        case BrokenPipeError():  # the reader has gone (`kg search x | head`): not our failure
            _discard_stdout()
        case OSError(errno=number, filename=None) if number in _UNWRITABLE:
            code = _unwritable(error)
        case _:
            code = _bug(error)
    return code


_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _unwritable(error: OSError) -> int:
    _discard_stdout()
    why = (error.strerror or str(error)).lower()
    wrong = ExportError(f"the output cannot be written: {why}", hint="Free some space, or send it elsewhere.")
    complain(wrong)
    return exit_code(wrong)


def _discard_stdout() -> None:
    """What is left in the buffer goes nowhere; else Python would complain of it once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"See `{context.command_path} --help`." if context is not None else ""
    complain(UsageError(error.format_message(), hint=hint))
    return Exit.USAGE


def _bug(error: BaseException) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="kg-bug-", suffix=".log", delete=False) as log:
        traceback.print_exception(error, file=log)
    name = type(error).__name__
    complain(
        KgError(f"a bug in kg ({name}); the graph is unharmed", hint=f"Please report it with {log.name}")
    )
    return Exit.BUG


def main() -> None:
    """Run ``kg`` and leave with its exit code."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller: what is written goes nowhere
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif isinstance(stream, io.TextIOWrapper):  # what its encoding lacks is written as an escape
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(is_whole=True))


if __name__ == "__main__":
    main()
