"""``kg correct``: kind, merge, split, reject, add, rename, ignore; listed and taken back."""

from __future__ import annotations

import click

from kg.corrections import Anchor, Correction
from kg.errors import UnknownNode, UsageError
from kg.filters import kind_of
from kg.graph import Graph
from kg.model import Delta, Node
from kg.vocabulary import Predicate

from .arguments import TEXT, TypoGroup
from .context import Context, formats, pass_context
from .output import narrate, print_json, print_table
from .read import matching

_EPILOG = """\b
Examples:
  kg correct kind lora method --reason 'a technique, not a model'
  kg correct merge onnx-runtime ort
  kg correct split llama github:owner/other-llama
  kg correct reject alpaca 'derived from' gpt-2
  kg correct ignore my-list:42
  kg correct --undo"""

REASON = click.option("--reason", type=TEXT, default="", help="Why; kept in corrections.toml.")


@click.group(cls=TypoGroup, invoke_without_command=True, epilog=_EPILOG)
@click.option("--list", "list_", is_flag=True, help="List the corrections and whether each still applies.")
@click.option(
    "--undo", "undo", is_flag=False, flag_value=-1, type=int, help="Take back the last, or number N."
)
@formats()
@pass_context
@click.pass_context
def correct(ctx: click.Context, context: Context, undo: int | None, format_: str, *, list_: bool) -> None:
    """Correct the graph. Corrections stand in corrections.toml and outrank all rules."""
    if ctx.invoked_subcommand is not None:
        return
    if undo is not None:
        taken: list[Correction] = []
        delta = context.correct(lambda workspace: taken.append(workspace.remove_correction(undo)))
        _tell(f"took back: {taken[0]}", delta)
    elif list_:
        _list(context, format_)
    else:
        click.echo(ctx.get_help())


def _list(context: Context, format_: str) -> None:
    with context.reading() as graph:
        corrections = graph.corrections()
    if context.format(format_) == "table":
        rows = [
            (str(n), str(one), "yes" if matched else "NO", one.reason)
            for n, (one, matched) in enumerate(corrections, 1)
        ]
        print_table(("#", "Correction", "Applies", "Reason"), rows)
    else:
        listed = [
            {"number": n, "correction": str(one), "verb": one.verb, "reason": one.reason, "applies": matched}
            for n, (one, matched) in enumerate(corrections, 1)
        ]
        print_json({"corrections": listed})
    idle = sum(not matched for _, matched in corrections)
    if idle:
        narrate(f"note: {idle} no longer match anything; they are kept")


def _apply(context: Context, correction: Correction) -> None:
    delta = context.correct(lambda workspace: workspace.add_correction(correction))
    _tell(str(correction), delta)
    with context.reading() as graph:
        corrections = graph.corrections()
        if corrections and not corrections[-1][1]:
            narrate("note: it matches nothing now; it is kept, and listed by `kg correct --list`")


def _tell(what: str, delta: Delta) -> None:
    narrate(what)
    narrate(
        f"nodes +{delta.nodes_added} -{delta.nodes_removed} ~{delta.nodes_changed},"
        f" edges +{delta.statements_added} -{delta.statements_removed}"
    )


def _anchor(context: Context, reference: str) -> Anchor:
    with context.reading() as graph:
        return Anchor.of(graph.find(reference))


@correct.command()
@click.argument("node", type=TEXT)
@click.argument("kind", type=TEXT)
@REASON
@pass_context
def kind(context: Context, node: str, kind: str, reason: str) -> None:
    """NODE is a KIND, whatever lists say."""
    _apply(context, Correction("kind", _anchor(context, node), value=kind_of(kind).label, reason=reason))


@correct.command()
@click.argument("node", type=TEXT)
@click.argument("name", type=TEXT)
@REASON
@pass_context
def rename(context: Context, node: str, name: str, reason: str) -> None:
    """Show NODE under NAME; the old name stays an alias, the address stays."""
    _apply(context, Correction("rename", _anchor(context, node), value=name, reason=reason))


@correct.command()
@click.argument("node", type=TEXT)
@click.argument("other", type=TEXT)
@REASON
@pass_context
def merge(context: Context, node: str, other: str, reason: str) -> None:
    """NODE and OTHER are one thing."""
    first, second = _anchor(context, node), _anchor(context, other)
    if first == second:
        raise UsageError(f"{node!r} and {other!r} are one node already", hint=f"See `kg show {first.name}`.")
    _apply(context, Correction("merge", first, second, reason=reason))


@correct.command()
@click.argument("node", type=TEXT)
@click.argument("away", nargs=-1, required=True, type=TEXT)
@REASON
@pass_context
def split(context: Context, node: str, away: tuple[str, ...], reason: str) -> None:
    """Some mentions of NODE are a thing of their own.

    AWAY says which: an identifier (github:owner/name), a whole source (list:NAME), an entry
    (SOURCE:LINE) or an item's digest.
    """
    with context.reading() as graph:
        anchor = Anchor.of(graph.find(node))
        selectors = tuple(_selector(graph, one) for one in away)
    _apply(context, Correction("split", anchor, away=selectors, reason=reason))


@correct.command()
@click.argument("subject", type=TEXT)
@click.argument("predicate", type=TEXT)
@click.argument("object", type=TEXT)
@REASON
@pass_context
def reject(context: Context, subject: str, predicate: str, object: str, reason: str) -> None:  # noqa: A002
    """The edge SUBJECT PREDICATE OBJECT is wrong, whoever says it."""
    with context.reading() as graph:
        node = graph.find(subject)
        said = _predicate(predicate)
        if said.is_literal:
            correction = Correction(
                "reject", Anchor.of(node), predicate=said.word, value=object, reason=reason
            )
        else:
            other = _object_of(graph, node.slug, said, object)
            correction = Correction("reject", Anchor.of(node), other, said.word, reason=reason)
    _apply(context, correction)


def _object_of(graph: Graph, slug: str, predicate: Predicate, text: str) -> Anchor:
    node = graph.node(slug)
    assert node is not None
    for edge in matching(graph, node, predicate.word, text):
        if edge.subject == node and isinstance(edge.object, Node):
            return Anchor.of(edge.object)
    raise UnknownNode(
        f"{node.label} has no edge {predicate.label!r} to {text!r}", hint=f"See `kg show {node.slug}`."
    )


@correct.command()
@click.argument("subject", type=TEXT)
@click.argument("predicate", type=TEXT)
@click.argument("object", type=TEXT)
@click.option("--kind", "kind_", help="The kind of OBJECT, where it is not in the graph yet.")
@REASON
@pass_context
def add(
    context: Context,
    subject: str,
    predicate: str,
    object: str,  # noqa: A002 - the name that the help shows
    kind_: str | None,
    reason: str,
) -> None:
    """SUBJECT PREDICATE OBJECT holds, though no document says it."""
    said = _predicate(predicate)
    with context.reading() as graph:
        anchor = Anchor.of(graph.find(subject))
        if said.is_literal:
            correction = Correction("add", anchor, predicate=said.word, value=object, reason=reason)
        else:
            other = Anchor(object, kind_of(kind_).label) if kind_ else Anchor.of(graph.find(object))
            correction = Correction("add", anchor, other, said.word, reason=reason)
    _apply(context, correction)


@correct.command()
@click.argument("items", nargs=-1, required=True, type=TEXT)
@REASON
@pass_context
def ignore(context: Context, items: tuple[str, ...], reason: str) -> None:
    """Take no notice of entries of a list: SOURCE:LINE (as it stands now) or an item's digest."""
    with context.reading() as graph:
        digests = tuple(_selector(graph, one).removeprefix("item:") for one in items)
    _apply(context, Correction("ignore", items=digests, reason=reason))


def _predicate(text: str) -> Predicate:
    try:
        predicate = Predicate.of(text)
    except KeyError:
        from difflib import get_close_matches

        near = get_close_matches(text.replace("_", " "), [p.label for p in Predicate], n=1)
        hint = f"Did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"there is no predicate {text!r}", hint=hint) from None
    if predicate in {Predicate.AUTHOR, Predicate.CATEGORY, Predicate.DOI}:
        raise UsageError(f"{predicate.label!r} comes from the arXiv record", hint="Correct it at arXiv.")
    return predicate


def _selector(graph: Graph, text: str) -> str:
    """A selector as corrections.toml keeps it; ``SOURCE:LINE`` becomes the digest of that entry."""
    from kg.identifiers import parse

    source, colon, line = text.rpartition(":")
    if colon and line.isdigit():
        key = source if source.startswith("list:") else f"list:{source}"
        digests = graph.items_at(key, int(line))
        if not digests:
            raise UsageError(
                f"{source} has no entry at line {line}", hint=f"See `kg items {source}` and `kg sources`."
            )
        return f"item:{digests[0]}"
    if text.startswith(("item:", "list:")):
        return text
    if len(text) == len("0123456789abcdef") and all(c in "0123456789abcdef" for c in text):
        return f"item:{text}"
    if identifier := parse(text):
        return str(identifier)
    raise UsageError(
        f"{text!r} selects nothing", hint="An identifier, list:NAME, SOURCE:LINE or an item's digest."
    )
