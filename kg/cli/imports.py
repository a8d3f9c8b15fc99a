"""``kg import``: what comes in from a file as a whole; each kind of file is a command of its own."""

from __future__ import annotations

import importlib

import click

from .arguments import TypoGroup

COMMANDS = {
    "graph": ("exports.cli.restore:graph", "Bring an export of your own back into an empty workspace."),
    "arxiv": ("ingest.cli.imports:arxiv", "Take in arXiv's metadata snapshot."),
}
"""The commands: where each is, a line of help. Nothing is imported before it is called."""


class ImportGroup(TypoGroup):
    """A group that takes the name of a file for ``graph FILE``."""

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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The lines of the table, so that help imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As its parent does; what has a dot in it is a file."""
        if args and args[0] not in COMMANDS and "." in args[0] and not args[0].startswith("-"):
            return "graph", self.get_command(ctx, "graph"), args
        return super().resolve_command(ctx, args)


@click.group(
    "import",
    cls=ImportGroup,
    epilog="""\b
Examples:
  kg import graph.ttl
  kg import arxiv arxiv-metadata-oai-snapshot.json""",
)
def import_() -> None:
    """Bring back an export of your own, or take in what others publish in bulk.

    `kg import FILE` is short for `kg import graph FILE`.
    """
