"""Commands about the workspace and the installation: init, sources, backup, doctor, completion."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kg import __version__
from kg.errors import ConfigError, KgError, StoreError, UsageError
from kg.graph import Graph
from kg.store import Store
from kg.store.exported import LONG_AGO
from kg.workspace import DEFAULT_BASE, Workspace

from .arguments import TEXT, TypoGroup
from .commands import COMPLETE
from .context import Context, formats, pass_context
from .output import Exit, narrate, print_json, print_table, safe

_LOOKED_AT = ("ingest.schedule.health:findings",)


@click.command(
    epilog="""\b
Examples:
  kg init
  kg init reading --title 'Small models' --base https://w3id.org/me/slm/"""
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--title", type=TEXT, default="", help="The title of the graph.")
@click.option(
    "--base", type=TEXT, help="What all addresses in exports begin with; proposed from the git remote."
)
@pass_context
def init(context: Context, folder: Path, title: str, base: str | None) -> None:
    """Make FOLDER (this one) a workspace: write its kg.toml."""
    del context
    proposed = base or _base_from_git(folder if folder.is_dir() else folder.parent) or DEFAULT_BASE
    workspace = Workspace(folder.absolute())
    if workspace.config.exists():
        raise UsageError(f"{workspace.config} exists already", hint="Edit it, or choose another folder.")
    workspace.create(title=title, base=proposed)
    try:
        workspace.settings()
    except ConfigError:
        workspace.config.unlink()
        raise
    narrate(f"wrote {workspace.config}; base {proposed}")
    narrate("next: `kg add starter`, or `kg add LIST`")


def _base_from_git(folder: Path) -> str:
    """The pages address of the git remote's repository, or "" where there is none."""
    git = shutil.which("git")
    if git is None:
        return ""
    found = subprocess.run(  # noqa: S603 - fixed arguments
        [git, "-C", str(folder), "remote", "get-url", "origin"], capture_output=True, text=True, check=False
    )
    hosts = {"github.com": "github.io", "gitlab.com": "gitlab.io"}
    remote = re.search(
        r"(?:@|//|^)(?:[\w.-]+@)?(github\.com|gitlab\.com)[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$",
        found.stdout.strip(),
    )
    if not remote:
        return ""
    return f"https://{remote[2].lower()}.{hosts[remote[1]]}/{remote[3]}/"


@click.group(cls=TypoGroup, invoke_without_command=True)
@formats()
@pass_context
@click.pass_context
def sources(ctx: click.Context, context: Context, format_: str) -> None:
    """Show the sources of this workspace: what each is read from, when, and its problems."""
    if ctx.invoked_subcommand is not None:
        return
    configured = context.settings.sources
    documents = {}
    if context.workspace.database.exists():
        with context.reading() as graph:
            documents = {document.key: document for document in graph.documents(records=False)}
    rows: list[dict[str, Any]] = []
    for source in configured:
        document = documents.get(f"list:{source.name}")
        rows.append(
            {
                "name": source.name,
                "address": source.address,
                "title": document.title if document else None,
                "checked_at": _when(document.checked_at if document else None),
                "changed_at": _when(document.changed_at if document else None),
                "problems": [{"line": p.line, "message": p.message} for p in document.problems]
                if document
                else [],
            }
        )
    if context.format(format_) != "table":
        print_json({"sources": rows})
        return
    table = [
        (
            str(r["name"]),
            str(r["address"]),
            str(r["checked_at"] or "never")[:16],
            str(len(r["problems"] or ())),
        )
        for r in rows
    ]
    print_table(("Name", "Address", "Read", "Problems"), table, whole=(0, 1))
    if not rows:
        narrate("no sources yet; `kg add starter` or `kg add LIST`")


def _when(moment: datetime | None) -> str | None:
    """The moment as text; None where it is not known."""
    return None if moment is None or moment.isoformat() == LONG_AGO else moment.isoformat()


@sources.command("rm")
@click.argument("name", type=TEXT)
@pass_context
def remove(context: Context, name: str) -> None:
    """Remove a source, and from the graph all that only it says."""
    workspace = context.workspace
    workspace.source(name)
    if not workspace.database.exists():
        workspace.remove_source(name)
        return
    with context.writing() as store:
        delta = store.remove(f"list:{name}")
        workspace.remove_source(name)
        context.forget_unnamed(store)
    narrate(
        f"removed {name}: nodes -{delta.nodes_removed} ~{delta.nodes_changed},"
        f" edges -{delta.statements_removed}"
    )


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
@pass_context
def backup(context: Context, target: Path | None) -> None:
    """Copy the database to TARGET (beside it, with the time in its name). Safe while kg writes.

    The copy holds your marks as well: where marks.jsonl is lost, they come back from it.
    """
    workspace = context.workspace
    if not workspace.database.exists():
        raise UsageError(
            f"there is no graph in {workspace.folder} yet",
            hint="Make one: `kg add starter`, or `kg add LIST`.",
        )
    stamp = context.clock().strftime("%Y%m%dT%H%M%SZ")
    target = target or workspace.folder / f"graph-{stamp}.db"
    if target.is_dir():
        target /= f"graph-{stamp}.db"
    if target.exists():
        raise UsageError(f"{target} exists already", hint="Name another file.")
    with Store(workspace.database, readonly=True, clock=context.clock) as store:
        store.back_up(target)
    click.echo(os.fsencode(target))  # its very bytes, for the next program


@click.command()
@formats()
@pass_context
def doctor(context: Context, format_: str) -> int:
    """Check the installation and the workspace; exit 1 when something is wrong."""
    checks = [*_installation(), *_workspace(context), *_elsewhere(context)]
    bad = [check for check in checks if not check[1]]
    if context.format(format_) == "table":
        print_table(
            ("", "Check", "Finding"), [("ok" if ok else "NO", name, text) for name, ok, text in checks]
        )
        click.echo("\nThank you to arXiv for use of its open access interoperability.")
    else:
        listed = [{"check": name, "ok": ok, "finding": text} for name, ok, text in checks]
        print_json({"version": __version__, "checks": listed})
    return Exit.NO if bad else Exit.DONE


def _elsewhere(context: Context) -> list[tuple[str, bool, str]]:
    """What other rooms look at: called by name, since kg imports none of them."""
    found: list[tuple[str, bool, str]] = []
    for where in _LOOKED_AT:
        module, _, function = where.partition(":")
        look = getattr(importlib.import_module(module), function)
        found += look(context.workspace, context.environment, context.clock)
    return found


def _installation() -> list[tuple[str, bool, str]]:
    found = []
    home = Path(__file__).parents[2]
    for name in ("ingest", "exports", "tui"):
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).parents[1] if spec and spec.origin else None
        text = f"beside kg in {home}" if origin == home else f"another program's: {origin}"
        found.append((f"package {name}", origin == home, text))
    with sqlite3.connect(":memory:") as db:
        options = {row[0] for row in db.execute("PRAGMA compile_options")}
    db.close()
    found.append(("SQLite full text", "ENABLE_FTS5" in options, f"SQLite {sqlite3.sqlite_version}"))
    found.append(("Python", sys.version_info >= (3, 11), sys.version.split()[0]))
    return found


def _workspace(context: Context) -> list[tuple[str, bool, str]]:
    workspace = context.workspace
    found = [("workspace", True, str(workspace.folder))]
    try:
        settings = workspace.settings()
        text = f"{len(settings.sources)} sources, base {settings.base}"
        found.append(("kg.toml", True, text if workspace.config.exists() else "none yet"))
        corrections, _ = workspace.load_corrections()
        found.append(("corrections.toml", True, f"{len(corrections)} corrections"))
    except ConfigError as error:
        found.append(("configuration", False, error.message))
    try:
        marks = context.marks() if workspace.marks.exists() else []
        found.append(("marks.jsonl", True, f"{len(marks)} marks" if marks else "none yet"))
    except ConfigError as error:
        found.append(("marks.jsonl", False, error.message))
    if workspace.database.exists():
        found += _database(context, workspace)
    else:
        found.append(("graph.db", True, "none yet"))
    found.append(("network", True, "off (KG_OFFLINE)" if context.offline else "allowed"))
    return found


def _database(context: Context, workspace: Workspace) -> list[tuple[str, bool, str]]:
    try:
        with Store(workspace.database, readonly=True, clock=context.clock) as store:
            graph = Graph(store)
            (sound,) = store.db.execute("PRAGMA quick_check(1)").fetchone()
            found = [("graph.db", sound == "ok", f"generation {graph.generation}, check: {safe(sound)}")]
            idle = [str(one) for one, matched in graph.corrections() if not matched]
            if idle:
                found.append(("corrections apply", False, f"{len(idle)} match nothing: {idle[0]}"))
            counts = graph.counts()
            known = counts.papers_recorded + counts.papers_bare
            found.append(("papers", True, f"{counts.papers_recorded} of {known} with metadata"))
            if counts.texts_unread:
                waiting = f"of {counts.texts_unread:,} nodes still to be searched; `kg refresh` does it"
                found.append(("texts", True, waiting))
    except (StoreError, sqlite3.Error) as error:
        text = error.message if isinstance(error, KgError) else str(error)
        return [("graph.db", False, text)]
    return found


@click.command(
    epilog="""\b
Examples:
  kg completion bash >> ~/.bashrc
  kg completion zsh > ~/.zfunc/_kg
  kg completion fish > ~/.config/fish/completions/kg.fish"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    # The script asks `kg` itself for the words; the group given here is not looked at.
    click.echo(found(click.Group("kg"), {}, "kg", COMPLETE).source())
