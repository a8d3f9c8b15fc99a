"""A command with a bug, to see how bugs are told."""

from __future__ import annotations

import click


@click.command()
def bug() -> None:
    """Divide by zero."""
    click.echo(str(1 // 0))
