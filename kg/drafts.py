"""What mentions that are one node say together: kind, name, aliases, identifiers, address."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .hardware import Memory
from .identifiers import DECISIVE, Identifier
from .model import Mention
from .names import name_key, slugify
from .vocabulary import Kind

RECORD_RULE = "arxiv-record"
"""The rule of the mention that an arXiv record makes: its name is the paper's title."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A mention as the store holds it; ``id`` grows with age, the smallest is the oldest."""

    id: int
    document: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Draft:
    """A node before it has an address: what its mentions, taken together, say.

    ``key`` depends on nothing but these mentions. ``leading`` are those members that give it its
    name and address: all, but for what a correction merged into it.
    ``slug`` is the address it asks for, never empty; whoever assigns it sees to collisions. Neither
    depends on corrections: a renamed thing keeps its address, also in a rebuild from nothing.
    """

    key: str
    kind: Kind
    label: str
    aliases: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    dissent: tuple[Kind, ...]
    support: int
    members: tuple[int, ...]
    leading: tuple[int, ...]
    slug: str


def weight_of(group: Iterable[Seen]) -> float:
    """How much these mentions count together; an arXiv record outweighs any list."""
    record = 1000.0
    return sum(record if s.mention.rule == RECORD_RULE else s.mention.confidence for s in group)


def kinds_of(tree: Iterable[Seen]) -> list[Kind]:
    """Kinds by evidence, best first: each document votes once for each kind, with its best.

    Topic stands behind every other kind: that a heading gathers entries on a thing says nothing
    against its being a method.
    """
    best: dict[tuple[str, Kind], float] = {}
    for one in tree:
        vote = one.document, one.mention.kind
        best[vote] = max(best.get(vote, 0.0), one.mention.confidence)
    total: Counter[Kind] = Counter()
    for (_, kind), confidence in sorted(best.items(), key=lambda item: (item[0][0], item[0][1].rank)):
        total[kind] += confidence  # type: ignore[assignment] # a Counter of weights
    return sorted(total, key=lambda kind: (kind is Kind.TOPIC, -round(total[kind], 6), kind.rank))


def draft_of(
    tree: list[Seen], disputed: dict[int, frozenset[Identifier]], parts: dict[int, str], leading: list[Seen]
) -> Draft:
    """The draft of mentions that are one node, oldest first.

    ``disputed``: identifiers that a mention claims wrongly. ``parts``: tags of those set apart.
    ``leading``: those that give the name and the address.
    """
    kinds, identifiers = kinds_of(tree), _identifiers(tree, disputed)
    kind, owned = kinds_of(leading)[0], _identifiers(leading, disputed)
    label = _label(leading, kind, owned)
    names = {n for one in tree for n in (one.mention.name, *one.mention.aliases) if n}
    return Draft(
        key=key_of(kind, label, owned) + parts.get(tree[0].id, ""),
        kind=kinds[0],
        label=label,
        aliases=tuple(sorted(names - {label})),
        identifiers=identifiers,
        dissent=tuple(kinds[1:]),
        support=len({one.document for one in tree}),
        members=tuple(one.id for one in tree),
        leading=tuple(one.id for one in leading),
        slug=_slug(kind, label, owned),
    )


def lone_draft(one: Seen) -> Draft:
    """The draft of a mention that shares nothing with any other: as :func:`draft_of` makes it, sooner."""
    mention, kind = one.mention, one.mention.kind
    identifiers = tuple(sorted(set(mention.identifiers)))
    label = _range(identifiers) if kind is Kind.HARDWARE_TIER else ""
    label = label or mention.name or unnamed(identifiers)
    return Draft(
        key=key_of(kind, label, identifiers),
        kind=kind,
        label=label,
        aliases=tuple(sorted({n for n in (mention.name, *mention.aliases) if n} - {label})),
        identifiers=identifiers,
        dissent=(),
        support=1,
        members=(one.id,),
        leading=(one.id,),
        slug=_slug(kind, label, identifiers),
    )


def key_of(kind: Kind, label: str, owned: tuple[Identifier, ...]) -> str:
    """The key of a thing of that kind and name that owns these identifiers."""
    strong = [i for i in owned if i.scheme in DECISIVE]
    if strong and kind in {Kind.PAPER, Kind.HARDWARE_TIER}:
        return str(strong[0])
    return f"{kind.group}|{name_key(label)}|{owned[0] if owned else ''}"


def _range(identifiers: Iterable[Identifier]) -> str:
    """How a tier is shown; empty where no identifier says it."""
    tier = next((i for i in identifiers if i.scheme == "tier"), None)
    return "" if tier is None else str(Memory.of(tier))


def _identifiers(tree: Iterable[Seen], disputed: dict[int, frozenset[Identifier]]) -> tuple[Identifier, ...]:
    found = {i for one in tree for i in one.mention.identifiers if i not in disputed.get(one.id, ())}
    return tuple(sorted(found))


def _slug(kind: Kind, label: str, identifiers: tuple[Identifier, ...]) -> str:
    for identifier in identifiers:
        if kind is Kind.PAPER and identifier.scheme in {"arxiv", "doi"}:
            return f"{identifier.scheme}-" + re.sub(r"[^a-z0-9.]+", "-", identifier.value).strip("-.")
    return slugify(label) or slugify(kind.label)


def _label(tree: list[Seen], kind: Kind, identifiers: tuple[Identifier, ...]) -> str:
    """The name that documents agree on most, in its commonest spelling."""
    votes: dict[tuple[str, str], float] = {}
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for one in tree:
        if name := one.mention.name:
            vote = one.document, name_key(name)
            votes[vote] = max(votes.get(vote, 0.0), weight_of([one]))
            spellings[name_key(name)][name] += 1
    total: Counter[str] = Counter()
    for (_, key), weight in sorted(votes.items()):
        total[key] += weight  # type: ignore[assignment] # a Counter of weights
    if kind is Kind.HARDWARE_TIER and (shown := _range(identifiers)):
        return shown
    if total:
        best = min(total, key=lambda key: (-round(total[key], 6), key))
        return min(spellings[best], key=lambda name: (-spellings[best][name], name))
    return unnamed(identifiers)


def unnamed(identifiers: tuple[Identifier, ...]) -> str:
    """The label of a thing that no document names: its first identifier."""
    first = identifiers[0] if identifiers else None
    if first is None:
        return "(no name)"
    return f"arXiv:{first.value}" if first.scheme == "arxiv" else str(first)


def corrected(draft: Draft, kind: Kind | None, label: str | None) -> Draft:
    """The draft with the kind and the label that corrections give; None leaves it as it is."""
    if kind is None and label is None:
        return draft
    kind, label = kind or draft.kind, label or draft.label
    return replace(
        draft,
        kind=kind,
        label=label,
        aliases=tuple(sorted({draft.label, *draft.aliases} - {label})),
        dissent=tuple(k for k in (draft.kind, *draft.dissent) if k is not kind),
    )
