"""``kg import``: what comes in from a file as a whole; each kind of file is a command of its own."""

from __future__ import annotations

import click

from .arguments import LazyGroup

COMMANDS = {
    "graph": ("exports.cli.restore:graph", "Bring an export of your own back into an empty workspace."),
    "arxiv": ("ingest.cli.imports:arxiv", "Take in arXiv's metadata snapshot."),
}
"""The commands: where each is, a line of help. Nothing is imported before it is called."""


class ImportGroup(LazyGroup):
    """A group that takes the name of a file for ``graph FILE``."""

    table = COMMANDS

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
