"""``kg mark``: read, to read, star, tag, note; listed, exported and imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kg.corrections import Anchor
from kg.errors import UnknownNode, UsageError
from kg.graph import Graph
from kg.identifiers import parse
from kg.marks import (
    READ,
    TO_READ,
    Mark,
    Marking,
    marked,
    note_of,
    read_marks,
    tag_of,
    together,
    written,
)
from kg.model import Node
from kg.names import name_key
from kg.store.marks import anchor_of, marks_of
from kg.textfile import write_text

from . import render
from .arguments import TEXT, TypoGroup
from .context import Context, formats, pass_context
from .output import narrate, print_json, print_table

_EPILOG = """\b
Examples:
  kg mark read lora
  kg mark tag lora peft adapters
  kg mark note lora 'compare with DoRA'
  kg search --ids kind:paper | kg mark to-read -
  kg search is:starred tag:peft
  kg mark list
  kg mark export marks-of-mine.jsonl

Marks stand in marks.jsonl of the workspace. They are yours: no list and no
refresh touches them, and `kg export` leaves them out. Copy or import the file
to have them elsewhere. In the interface: s m l t n"""

NODES = click.argument("nodes", metavar="NODE...", nargs=-1, required=True, type=TEXT)


@click.group(cls=TypoGroup, epilog=_EPILOG)
def mark() -> None:
    """Mark what you have read, like, want to read; tag it, take notes.

    NODE is a slug, a name, an identifier or a URL; - takes them from stdin, one a line.
    """


# ------------------------------------------------------------------------------ changing


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be marked: its name, its anchor, and the marks that it has until now."""

    label: str
    anchor: Anchor
    marks: tuple[Mark, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """The key of its mark."""
        return Mark(self.anchor, ()).key


def apply(
    context: Context, nodes: Sequence[str], markings: Callable[[Mark | None], Sequence[Marking]]
) -> list[tuple[str, str]]:
    """The name of each node and its mark in words ("" for none), after the markings were made.

    ``markings`` are made of the mark that stands there. All of them or none.
    Raises: UnknownNode, UsageError, ConfigError, StoreError.
    """
    told: list[tuple[str, str]] = []

    def change(graph: Graph, before: list[Mark]) -> Iterable[Mark]:
        after: dict[object, Mark] = {mark.key: mark for mark in before}
        for target in [_target(graph, node) for node in nodes]:
            united = together(target.marks)
            remarks = marked(united.remarks if united else (), markings(united), context.clock())
            if united is None or remarks != united.remarks:  # else nothing is to be written
                for old in target.marks:
                    after.pop(old.key, None)
                if remarks:
                    after[target.key] = Mark(target.anchor, remarks)
            told.append((target.label, str(Mark(target.anchor, remarks))))
        return after.values()

    context.mark(change)
    return told


def _target(graph: Graph, reference: str) -> Target:
    """What a person means: a node, else what they marked and is not in the graph now."""
    try:
        node = graph.find(reference)
    except UnknownNode:
        gone = [mark for mark, node in graph.marks() if node is None and _means(reference, mark)]
        if not gone:
            raise
        return Target(gone[0].anchor.name or reference, gone[0].anchor, tuple(gone))
    return Target(node.label, anchor_of(graph.db, node), tuple(marks_of(graph.db, node.slug)))


def _means(reference: str, mark: Mark) -> bool:
    return parse(reference) in mark.anchor.identifiers or name_key(reference) == name_key(mark.anchor.name)


def _mark(context: Context, nodes: Sequence[str], *markings: Marking) -> None:
    if nodes == ("-",):
        nodes = [line.strip() for line in _stdin().decode("utf-8", "replace").splitlines() if line.strip()]
    if len(nodes) > 1 and "-" in nodes:
        raise UsageError("- stands for all nodes and is given alone")
    with context.reading():  # a missing graph is told as everywhere
        pass
    for label, said in apply(context, nodes, lambda _: markings):
        if not context.quiet:
            narrate(f"{label}: {said or 'no mark'}")


def _stdin() -> bytes:
    return sys.stdin.buffer.read()


def _verb(name: str, *markings: Marking, help_: str) -> None:
    @mark.command(name, help=help_)
    @NODES
    @pass_context
    def verb(context: Context, nodes: tuple[str, ...]) -> None:
        _mark(context, nodes, *markings)


_verb("read", Marking("reading", READ), help_="You have read it.")
_verb("to-read", Marking("reading", TO_READ), help_="You want to read it.")
_verb("unread", Marking("reading", on=False), help_="Neither read nor to be read.")
_verb("star", Marking("star"), help_="You like it.")
_verb("unstar", Marking("star", on=False), help_="Take the star away.")


@mark.command()
@click.argument("node", type=TEXT)
@click.argument("tags", metavar="TAG...", nargs=-1, required=True, type=TEXT)
@pass_context
def tag(context: Context, node: str, tags: tuple[str, ...]) -> None:
    """Give NODE tags: words of your own. `kg search tag:TAG` finds them."""
    _mark(context, (node,), *(Marking("tag", _tag(one)) for one in tags))


@mark.command()
@click.argument("node", type=TEXT)
@click.argument("tags", metavar="TAG...", nargs=-1, required=True, type=TEXT)
@pass_context
def untag(context: Context, node: str, tags: tuple[str, ...]) -> None:
    """Take tags away from NODE."""
    _mark(context, (node,), *(Marking("tag", _tag(one), on=False) for one in tags))


def _tag(text: str) -> str:
    try:
        return tag_of(text)
    except ValueError as error:
        raise UsageError(str(error), hint="Like: peft, to-try, 2026.") from None


@mark.command()
@click.argument("node", type=TEXT)
@click.argument("text", type=TEXT)
@pass_context
def note(context: Context, node: str, text: str) -> None:
    """Keep TEXT as your note on NODE; '' takes the note away, - reads it from stdin."""
    if text == "-":
        text = _stdin().decode("utf-8", "replace")
    try:
        text = note_of(text)
    except ValueError as error:
        raise UsageError(str(error), hint="Keep the long text in a file and note its name.") from None
    _mark(context, (node,), Marking("note", text, on=bool(text)))


@mark.command()
@NODES
@pass_context
def clear(context: Context, nodes: tuple[str, ...]) -> None:
    """Take every mark away: reading, star, tags and note."""
    _mark(context, nodes, *(Marking(field, on=False) for field in ("reading", "star", "tag", "note")))


# ------------------------------------------------------------------------------- reading


@mark.command("list")
@formats()
@pass_context
def list_(context: Context, format_: str) -> None:
    """List all marks, also those of what is not in the graph now."""
    with context.reading() as graph:
        marks = graph.marks()
    if context.format(format_) == "table":
        print_table(("Name", "Mark", "Note", "Slug"), [_row(*pair) for pair in marks], whole=(3,))
    else:
        print_json({"count": len(marks), "marks": [_json(*pair) for pair in marks]})
    gone = sum(node is None for _, node in marks)
    if gone:
        narrate(f"note: {gone} of {len(marks)} are on nothing that is in the graph now; they are kept")


def _row(mark_: Mark, node: Node | None) -> tuple[str, str, str, str]:
    said = str(mark_).removesuffix("noted").removesuffix(", ")
    if node is not None:
        return node.label, said, mark_.note, node.slug
    name = mark_.anchor.name or str(mark_.anchor.identifiers[0])
    return name, said, mark_.note, "(not in the graph now)"


def _json(mark_: Mark, node: Node | None) -> dict[str, Any]:
    anchor = mark_.anchor
    return {
        "slug": node.slug if node else None,
        "kind": anchor.kind,
        "label": node.label if node else anchor.name,
        "identifiers": [str(one) for one in anchor.identifiers],
        **render.mark_json(mark_),
    }


@mark.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@pass_context
def export(context: Context, file: Path) -> None:
    """Write all marks to FILE (stdout) as JSON Lines, which `kg mark import` reads."""
    marks = context.marks()
    if str(file) == "-":
        sys.stdout.buffer.write(written(marks).encode())
        return
    write_text(file, written(marks))
    if not context.quiet:
        narrate(f"{len(marks)} marks in {file}")


@mark.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@pass_context
def import_(context: Context, file: Path) -> None:
    """Add the marks of FILE (- is stdin) to yours; twice is as good as once.

    Of two readings and of two notes on the same the newer one holds; stars and tags are united.
    """
    try:
        content = _stdin() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", hint="Name a file that `kg mark export` wrote."
        ) from error
    found, problems = read_marks(content)
    for problem in problems:
        narrate(f"{file}, line {problem.line}: {problem.message}")
    if problems:
        raise UsageError(
            f"{len(problems)} lines of {file} are no marks; nothing was imported",
            hint="Mend or delete these lines; each line is one mark, as `kg mark export` writes it.",
        )
    before, after = context.mark(lambda _graph, mine: [*mine, *found])
    known = {mark.key: mark for mark in before}
    added = sum(mark.key not in known for mark in after)
    changed = sum(mark.key in known and known[mark.key] != mark for mark in after)
    if not context.quiet:
        narrate(f"{len(found)} marks read: {added} new, {changed} changed, {len(after)} in all")
