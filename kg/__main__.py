"""The command ``kg``: a lazy table of commands; errors become one plain line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kg import __version__
from kg.cli.commands import COMMANDS
from kg.cli.output import EXIT_HELP, Exit, complain, exit_code, narrate
from kg.errors import KgError, UsageError

EXAMPLES = """\
\b
Examples:
  kg add starter                     start with the bundled list
  kg add owner/awesome-list          add a list from GitHub
  kg search lora
  kg why alpaca requires 16-32
  kg export --turtle -o graph.ttl
"""


class LazyGroup(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the table, in its order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a mistyped name is answered with the nearest one."""
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            ctx.fail(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The one-line helps of the table, so that help imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
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
    from kg.cli.context import Context

    ctx.obj = Context(chosen=workspace, quiet=quiet)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one call; everything that can go wrong has been told on stderr."""
    try:
        result: Any = cli.main(args=arguments, prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
    except KgError as error:
        complain(error)
        return exit_code(error)
    except click.ClickException as error:
        return _usage(error)
    except (KeyboardInterrupt, click.Abort):
        narrate("kg: interrupted; what was finished is kept")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`kg search x | head`): not our failure. Python would complain once
        # more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception:  # noqa: BLE001 - the one place where a bug is caught and told
        return _bug()
    return int(result) if isinstance(result, int) else Exit.DONE


def _usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"See `{context.command_path} --help`." if context is not None else ""
    complain(UsageError(error.format_message(), hint=hint))
    return Exit.USAGE


def _bug() -> int:
    with tempfile.NamedTemporaryFile("w", prefix="kg-bug-", suffix=".log", delete=False) as log:
        traceback.print_exc(file=log)
    kind = sys.exc_info()[0]
    name = kind.__name__ if kind else ""
    complain(
        KgError(f"a bug in kg ({name}); the graph is unharmed", hint=f"Please report it with {log.name}")
    )
    return Exit.BUG


def main() -> None:
    """Run ``kg`` and leave with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
