"""What can be said against a node or an edge, and the correction that says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.corrections import Anchor, Correction
from kg.model import Literal, Node, Statement
from kg.vocabulary import Kind, Predicate

from .reading import Receipt
from .text import clean
from .widgets.choices import Choice


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be corrected: a node and, where the cursor stands on one, an edge of it."""

    node: Node
    statement: Statement | None = None

    @property
    def about(self) -> Statement | str:
        """What the receipts are asked for: the edge, else the node."""
        return self.node.slug if self.statement is None else self.statement


def spoken(statement: Statement) -> str:
    """A statement as a sentence: ``Alpaca derived from LLaMA (how: fine-tuned)``."""
    said = f"{statement.subject.label} {statement.predicate.label} {_end(statement.object)}"
    notes = "; ".join(f"{name}: {_end(value)}" for name, value in statement.qualifiers)
    return f"{said} ({notes})" if notes else said


def _end(value: Node | Literal) -> str:
    return value.label if isinstance(value, Node) else value.value


def verbs(aim: Aim) -> list[Choice]:
    """What may be wrong, the edge under the cursor first."""
    found = []
    if aim.statement is not None and (aim.statement.id or aim.statement.predicate is Predicate.MENTIONS):
        found.append(Choice("reject", "This edge is wrong", spoken(aim.statement)))
    found += [
        Choice("kind", "It is of another kind", f"now {aim.node.kind.label}"),
        Choice("rename", "It has another name", f"now {aim.node.label}"),
        Choice("merge", "It is the same as another node", "the other is folded into it"),
        Choice("ignore", "An entry should not be read at all", "choose among its receipts"),
    ]
    return found


def kinds(node: Node) -> list[Choice]:
    """The kinds that a node is not of."""
    return [Choice(kind.label, f"{kind.glyph}  {kind.label}") for kind in Kind if kind is not node.kind]


def entries(receipts: Iterable[Receipt]) -> list[Choice]:
    """The entries of lists among the receipts, by the digest of their text."""
    found: dict[str, Choice] = {}
    for receipt in receipts:
        for place, excerpt in zip(receipt.evidence.places, receipt.excerpts, strict=False):
            if not receipt.is_list:
                continue
            quoted, where = "", clean(receipt.title)
            if excerpt is not None:
                quoted = clean(excerpt.lines[excerpt.span.line - excerpt.first]).strip()
                where += f", line {excerpt.span.line}"
            found[place.digest] = Choice(place.digest, where, quoted)
    return list(found.values())


def rejection(statement: Statement, reason: str) -> Correction:
    """The correction that takes an edge out of the graph."""
    literal = isinstance(statement.object, Literal)
    return Correction(
        "reject",
        node=Anchor.of(statement.subject),
        other=None if isinstance(statement.object, Literal) else Anchor.of(statement.object),
        predicate=statement.predicate.word,
        value=_end(statement.object) if literal else "",
        reason=reason,
    )


def correction(verb: str, aim: Aim, value: str, other: Node | None, reason: str) -> Correction:
    """The correction of that verb: ``value`` is the kind, the name or the digest, ``other`` to merge."""
    if verb == "reject":
        assert aim.statement is not None
        return rejection(aim.statement, reason)
    if verb == "ignore":
        return Correction("ignore", items=(value,), reason=reason)
    if verb == "merge":
        assert other is not None
        return Correction("merge", node=Anchor.of(aim.node), other=Anchor.of(other), reason=reason)
    return Correction(verb, node=Anchor.of(aim.node), value=value, reason=reason)
