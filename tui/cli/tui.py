"""``kg tui``: the graph of this workspace on the whole terminal."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from kg.cli.context import Context, pass_context
from kg.corrections import Correction
from kg.errors import UsageError
from kg.model import Delta
from tui.marking import Change
from tui.source import Source


@click.command(
    epilog="""\b
Examples:
  kg tui
  kg tui lora
  kg tui arxiv:2106.09685

Without a terminal: kg search, kg show."""
)
@click.argument("node", required=False)
@pass_context
def tui(context: Context, node: str | None) -> None:
    """Browse the graph in the terminal, at NODE if given. ? shows the keys."""
    if not on_terminal():
        twin = f"kg show {node}" if node else "kg search"
        raise UsageError("the interface needs a terminal", hint=f"Without one: `{twin}`.")
    title = context.settings.title  # a mistake in kg.toml is told before the screen is taken
    start = _resolved(context, node)
    from tui.app import KgApp

    workspace = context.workspace
    source = Source(
        workspace.database,
        title or workspace.folder.name,
        add_starter=partial(_add_starter, context),
        correct=partial(_correct, context),
        browse=_browse,
        clock=context.clock,
        mark=partial(_mark, context),
    )
    app = KgApp(source, start=start)
    app.run()
    if app.bug is not None:
        raise app.bug


def on_terminal() -> bool:
    """Whether there is a terminal to read keys from and to paint on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _resolved(context: Context, reference: str | None) -> str:
    """The slug to begin with; corrections.toml is taken in on the way. Raises: UnknownNode."""
    if not context.workspace.database.exists():
        if reference is None:
            return ""
        raise UsageError(
            f"there is no graph in {context.workspace.folder} yet",
            hint="Start `kg tui` alone: it offers the starter list.",
        )
    with context.reading() as graph:
        return graph.find(reference).slug if reference else ""


def _browse(url: str) -> bool:
    from tui.browser import open_page

    return open_page(url)


def _correct(context: Context, correction: Correction) -> str:
    delta = context.correct(lambda workspace: workspace.add_correction(correction))
    return f"{correction}: {_told(delta)}. `kg correct --undo` takes it back."


def _mark(context: Context, slug: str, change: Change) -> str:
    from kg.cli.mark import apply

    ((_, told),) = apply(context, (slug,), change)
    return told or "no mark"


def _told(delta: Delta) -> str:
    if not delta:
        return "no change"
    nodes = f"nodes +{delta.nodes_added} -{delta.nodes_removed} ~{delta.nodes_changed}"
    return f"{nodes}, edges +{delta.statements_added} -{delta.statements_removed}"


def _add_starter(context: Context) -> str:
    """What the bundled list brought; it is read from the package, nothing is fetched."""
    from ingest.http import Http
    from ingest.sources import gather, name_all, resolve_all

    workspace = context.workspace
    found = resolve_all(("starter",), workspace=workspace.folder, cwd=Path.cwd())
    http = Http(environ=context.environment, contact=context.settings.contact)
    sources = name_all(found, context.settings.sources, workspace=workspace.folder)
    gathered = gather(sources, http, workspace=workspace.folder, tell=lambda _: None)
    for one in gathered:
        if one.error is not None:
            raise one.error
    with context.writing() as store:
        delta = store.replace(*(one.reading for one in gathered if one.reading is not None))
        workspace.add_sources([one.source for one in gathered])
    return (
        f"{delta.nodes_added:,} nodes, {delta.statements_added:,} statements. Press / and look for lora;"
        " `kg refresh` fetches the metadata of its papers."
    )
