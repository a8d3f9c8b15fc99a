"""The page of commands, written from their helps."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kg.__main__ import cli

WIDTH = 100

_TOP = """\
# Commands

Every command and what its `--help` says. This page is written by `python -m tests.docs`; run it after
a change of a help text.
"""


def page() -> str:
    """The page as it should be now."""
    context = click.Context(cli, info_name="kg", terminal_width=WIDTH, **cli.context_settings)
    sections = (f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(context))
    return "\n".join([_TOP, *sections])


def _helps(context: click.Context) -> Iterator[tuple[str, str]]:
    command = context.command
    yield context.command_path, "\n".join(line.rstrip() for line in context.get_help().splitlines())
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _helps(click.Context(found, parent=context, info_name=name))
