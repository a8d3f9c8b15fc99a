"""Which mentions are one node, and what that node is: pure functions, the same for any order.

Three rules, each explainable, then the corrections:

1. Mentions that share an identifier and agree in name are one. An identifier that names one thing
   by itself (an arXiv id, a DOI, a memory range) is forgiving about names; a repository or a page
   is strict, since one repository may hold a model and its server.
2. Things of the same normalised name and of compatible kinds are one, unless their identifiers
   contradict each other.
3. Nothing else merges. A paper and the method that it introduces are always two.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .corrections import Anchor, Correction
from .hardware import Memory
from .identifiers import CODE_HOSTS, DECISIVE, Identifier
from .model import Mention
from .names import name_key, slugify, words
from .vocabulary import Kind

RECORD_RULE = "arxiv-record"
"""The rule of the mention that an arXiv record makes: its name is the paper's title."""

_SHORTEST_ALIAS = 3
_TITLES_AGREE = 0.5
_GENERIC = frozenset(
    """the a of for by from library libraries framework toolkit official project team model models
    tool tools python pytorch package repo repository code github"""
    .split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A mention as the store holds it; ``id`` grows with age, the smallest is the oldest."""

    id: int
    document: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Draft:
    """A node before it has an address: what its mentions, taken together, say.

    ``key`` depends on nothing but these mentions; drafts sorted by key get their slugs in order.
    """

    key: str
    kind: Kind
    label: str
    aliases: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    dissent: tuple[Kind, ...]
    support: int
    members: tuple[int, ...]

    @property
    def slug(self) -> str:
        """The address it asks for; the caller sees to collisions. Never empty."""
        for identifier in self.identifiers:
            if self.kind is Kind.PAPER and identifier.scheme in {"arxiv", "doi"}:
                return f"{identifier.scheme}-" + re.sub(r"[^a-z0-9.]+", "-", identifier.value).strip("-.")
        return slugify(self.label) or slugify(self.kind.label)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Drafts in key order, and which corrections (by key) found what they are about."""

    drafts: tuple[Draft, ...]
    matched: frozenset[str]


def keys_of(mention: Mention) -> tuple[str, ...]:
    """The keys that tie a mention to others: identifiers, name, aliases. Sorted."""
    names = {name_key(name) for name in (mention.name, *mention.aliases) if name}
    return tuple(sorted({f"name:{n}" for n in names} | {f"id:{i}" for i in mention.identifiers}))


def resolve(seen: Sequence[Seen], corrections: Sequence[Correction] = ()) -> Resolution:
    """The nodes that these mentions make.

    ``seen`` must hold every mention that shares a key (:func:`keys_of`) with one of its own, also
    through corrections; the order does not matter. Cost: about linear in mentions.
    """
    ignored = {item for c in corrections if c.verb == "ignore" for item in c.items}
    matched = {
        c.key
        for c in corrections
        if c.verb == "ignore" and any(one.mention.place.digest in c.items for one in seen)
    }
    kept = sorted((s for s in seen if s.mention.place.digest not in ignored), key=lambda s: s.id)
    parts = _parts(kept, [c for c in corrections if c.verb == "split"], matched)
    forest = _Forest(kept)
    disputed = _by_identifier(kept, parts, forest)
    _by_name(kept, parts, forest)
    _by_correction(forest, [c for c in corrections if c.verb == "merge"], matched)
    drafts = [_draft(members, disputed, parts) for members in forest.trees()]
    drafts = _corrected(drafts, forest, corrections, matched)
    return Resolution(tuple(sorted(drafts, key=lambda d: d.key)), frozenset(matched))


# ------------------------------------------------------------------------------ the forest


class _Forest:
    """Disjoint sets of mentions; the smallest id is the root, so that order never shows."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self.seen = {one.id: one for one in seen}
        self.parent = {i: i for i in self.seen}

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, a: int, b: int) -> None:
        a, b = sorted((self.root(a), self.root(b)))
        self.parent[b] = a

    def trees(self) -> list[list[Seen]]:
        found: dict[int, list[Seen]] = defaultdict(list)
        for i in sorted(self.seen):
            found[self.root(i)].append(self.seen[i])
        return list(found.values())


# --------------------------------------------------------------------- rule 1: identifiers


def _realm(mention: Mention) -> str:
    """Kinds that an identifier never ties together: a paper, a tier, a tutorial, all else."""
    return mention.kind.group if mention.kind.group in {"paper", "tier", "tutorial"} else ""


def _by_identifier(
    seen: Sequence[Seen], parts: dict[int, str], forest: _Forest
) -> dict[int, frozenset[Identifier]]:
    """Join by rule 1; what comes back are the identifiers that a mention claims wrongly."""
    buckets: dict[tuple[Identifier, str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        for identifier in one.mention.identifiers:
            buckets[identifier, _realm(one.mention), parts.get(one.id, "")].append(one)
    disputed: dict[int, set[Identifier]] = defaultdict(set)
    for (identifier, _, _), members in sorted(buckets.items(), key=lambda item: item[0][0]):
        groups = _agreeing(members, _judge(identifier))
        for group in groups:
            for other in group[1:]:
                forest.join(group[0].id, other.id)
        if identifier.scheme in DECISIVE:
            for group in groups[1:]:
                for one in group:
                    disputed[one.id].add(identifier)
    return {i: frozenset(found) for i, found in disputed.items()}


def _agreeing(members: Sequence[Seen], agree: Callable[[Mention, Mention], bool]) -> list[list[Seen]]:
    """Members grouped by agreement in name, the best supported group first.

    Nameless members stand with the best group: they say only the identifier.
    """
    named: dict[str, list[Seen]] = defaultdict(list)
    for one in members:
        named[name_key(one.mention.name) if one.mention.name else ""].append(one)
    nameless = named.pop("", [])
    groups: list[list[Seen]] = []
    for key in sorted(named):
        mine = named[key]
        near = [g for g in groups if any(agree(mine[0].mention, other.mention) for other in g)]
        for group in near:
            mine = mine + group
            groups.remove(group)
        groups.append(mine)
    groups.sort(key=lambda g: (-_weight(g), min(name_key(s.mention.name) for s in g)))
    if nameless:
        groups[:1] = [(groups[0] if groups else []) + nameless]
    return groups


def _weight(group: Iterable[Seen]) -> float:
    record = 1000.0
    return sum(record if s.mention.rule == RECORD_RULE else s.mention.confidence for s in group)


def _judge(identifier: Identifier) -> Callable[[Mention, Mention], bool]:
    if identifier.scheme == "tier":
        return lambda _a, _b: True
    if identifier.scheme in DECISIVE:
        return _titles_agree
    own = frozenset(words(identifier.value.replace("/", " "))) | {
        part for word in words(identifier.value.replace("/", " ")) for part in re.split(r"[.]", word)
    }
    compact = name_key(identifier.value.replace("/", ""))
    return lambda a, b: names_agree(a, b, own, compact)


def names_agree(a: Mention, b: Mention, own: frozenset[str] = frozenset(), compact: str = "") -> bool:
    """Whether two names under one identifier mean one thing.

    They do if they are equal, also as aliases, or if the longer one only adds words of the
    identifier itself (``own``, or standing together in ``compact``) or words that say nothing.
    Digits always count: "Foo 7B" and "Foo 13B" are two.
    """
    names = [{name_key(n) for n in (m.name, *m.aliases) if n} for m in (a, b)]
    if names[0] & names[1]:
        return True
    shorter, longer = sorted((words(a.name), words(b.name)), key=len)
    if not shorter or not set(shorter) <= set(longer):
        return False
    extra = [word for word in longer if word not in shorter]
    if any(any(c.isdigit() for c in word) for word in extra):
        return False
    said = all(word in own or word in _GENERIC for word in extra)
    return said or (bool(compact) and "".join(extra) in compact)


def _titles_agree(a: Mention, b: Mention) -> bool:
    """Whether two titles under one paper identifier may be the same: half of the shorter's words.

    Titles in different scripts cannot be compared and are believed.
    """
    first, second = set(words(a.name)), set(words(b.name))
    if not first or not second or a.name.isascii() != b.name.isascii():
        return True
    return len(first & second) / min(len(first), len(second)) >= _TITLES_AGREE


# --------------------------------------------------------------------------- rule 2: names


def _by_name(seen: Sequence[Seen], parts: dict[int, str], forest: _Forest) -> None:
    trees = forest.trees()
    group_of: dict[int, str] = {}
    for tree in trees:
        kind = _kinds(tree)[0]
        group_of[tree[0].id] = kind.group
    buckets: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for one in seen:
        root = forest.root(one.id)
        group = group_of[root]
        if group == "tier":
            continue  # "small models" is a different range in every list
        for key in _names(one.mention):
            buckets[key, group, parts.get(one.id, "")].add(root)
    members = {tree[0].id: tree for tree in trees}
    joins = []
    for roots in buckets.values():
        if len(roots) > 1:
            joins += _joins([members[root] for root in roots])
    for a, b in joins:
        forest.join(a, b)


def _names(mention: Mention) -> set[str]:
    found = {name_key(alias) for alias in mention.aliases}
    found = {key for key in found if len(key) >= _SHORTEST_ALIAS}
    return found | ({name_key(mention.name)} if mention.name else set())


def _joins(trees: list[list[Seen]]) -> list[tuple[int, int]]:
    """Pairs to join among things of one name: all, but for those whose identifiers contradict."""
    trees.sort(key=lambda t: (-_weight(t), _strong(t), min((s.mention.place, s.document) for s in t)))
    strong = [tree for tree in trees if _strong(tree)]
    anchors: list[list[list[Seen]]] = []
    for tree in strong:
        for anchor in anchors:
            if not any(_contradict(_strong(tree), _strong(other)) for other in anchor):
                anchor.append(tree)
                break
        else:
            anchors.append([tree])
    weak = [tree for tree in trees if not _strong(tree)]
    groups = [*anchors]
    if groups:
        groups[0] = groups[0] + weak
    elif weak:
        groups = [weak]
    return [(group[0][0].id, tree[0].id) for group in groups for tree in group[1:]]


def _strong(tree: Iterable[Seen]) -> tuple[Identifier, ...]:
    found = {i for s in tree for i in s.mention.identifiers if i.scheme in DECISIVE | CODE_HOSTS}
    return tuple(sorted(found))


def _contradict(a: tuple[Identifier, ...], b: tuple[Identifier, ...]) -> bool:
    """Whether both have an identifier of one scheme and none in common.

    A repository that moved to another owner keeps its name and contradicts nothing.
    """
    for scheme in {i.scheme for i in a} & {i.scheme for i in b}:
        mine, theirs = ({i.value for i in ids if i.scheme == scheme} for ids in (a, b))
        if scheme in CODE_HOSTS:
            mine, theirs = ({value.rpartition("/")[2] for value in ids} for ids in (mine, theirs))
        if not mine & theirs:
            return True
    return False


# ----------------------------------------------------------------------------- corrections


def _parts(seen: Sequence[Seen], splits: Sequence[Correction], matched: set[str]) -> dict[int, str]:
    """For each mention that corrections set apart, the tag of the part it belongs to."""
    parts: dict[int, str] = {}
    for split in splits:
        if split.node is None:
            continue
        for one in seen:
            own = {str(i) for i in one.mention.identifiers}
            own |= {f"item:{one.mention.place.digest}", one.document}
            if own & set(split.away) and set(keys_of(one.mention)) & split.node.keys:
                parts[one.id] = parts.get(one.id, "") + split.key
                matched.add(split.key)
    return parts


def _find(anchor: Anchor, trees: Iterable[list[Seen]]) -> list[Seen] | None:
    """The one tree that fits an anchor best; None if none does or two fit equally well."""
    scored = []
    for tree in trees:
        names = {key for s in tree for key in _names(s.mention)}
        identifiers = {i for s in tree for i in s.mention.identifiers}
        if score := anchor.match(names, identifiers, _kinds(tree)[0]):
            scored.append((score, tree))
    if not scored:
        return None
    best = max(score for score, _ in scored)
    winners = [tree for score, tree in scored if score == best]
    if len(winners) > 1 and anchor.kind:
        group = Kind.of(anchor.kind).group
        winners = [tree for tree in winners if _kinds(tree)[0].group == group] or winners
    return winners[0] if len(winners) == 1 else None


def _by_correction(forest: _Forest, merges: Sequence[Correction], matched: set[str]) -> None:
    for merge in sorted(merges, key=lambda c: c.key):
        if merge.node is None or merge.other is None:
            continue
        trees = forest.trees()
        kept, folded = _find(merge.node, trees), _find(merge.other, trees)
        if kept and folded:
            forest.join(kept[0].id, folded[0].id)
            matched.add(merge.key)


def _corrected(
    drafts: list[Draft], forest: _Forest, corrections: Sequence[Correction], matched: set[str]
) -> list[Draft]:
    trees = forest.trees()
    kinds: dict[int, Kind] = {}
    labels: dict[int, str] = {}
    for c in sorted(corrections, key=lambda c: c.key):
        if c.verb in {"kind", "rename"} and c.node is not None and (tree := _find(c.node, trees)):
            matched.add(c.key)
            if c.verb == "kind":
                kinds[tree[0].id] = Kind.of(c.value)
            else:
                labels[tree[0].id] = c.value
    return [_with(draft, kinds.get(draft.members[0]), labels.get(draft.members[0])) for draft in drafts]


def _with(draft: Draft, kind: Kind | None, label: str | None) -> Draft:
    if kind is None and label is None:
        return draft
    names = (draft.label, *draft.aliases) if label is not None else draft.aliases
    label = draft.label if label is None else label
    return Draft(
        draft.key,
        kind or draft.kind,
        label,
        tuple(sorted({n for n in names if n != label})),
        draft.identifiers,
        tuple(k for k in (draft.kind, *draft.dissent) if k is not kind) if kind else draft.dissent,
        draft.support,
        draft.members,
    )


# ------------------------------------------------------------------------- what a node says


def _kinds(tree: Iterable[Seen]) -> list[Kind]:
    """Kinds by evidence, best first: each document votes once for each kind, with its best."""
    best: dict[tuple[str, Kind], float] = {}
    for one in tree:
        vote = one.document, one.mention.kind
        best[vote] = max(best.get(vote, 0.0), one.mention.confidence)
    total: Counter[Kind] = Counter()
    for (_, kind), confidence in sorted(best.items(), key=lambda item: (item[0][0], item[0][1].rank)):
        total[kind] += confidence  # type: ignore[assignment] # a Counter of weights
    return sorted(total, key=lambda kind: (-round(total[kind], 6), kind.rank))


def _draft(tree: list[Seen], disputed: dict[int, frozenset[Identifier]], parts: dict[int, str]) -> Draft:
    kinds = _kinds(tree)
    identifiers = tuple(
        sorted(
            {
                identifier
                for one in tree
                for identifier in one.mention.identifiers
                if identifier not in disputed.get(one.id, frozenset())
            }
        )
    )
    label, aliases = _label(tree, kinds[0], identifiers)
    strong = [i for i in identifiers if i.scheme in DECISIVE]
    if kinds[0] in {Kind.PAPER, Kind.HARDWARE_TIER} and strong:
        key = str(strong[0])
    else:
        key = f"{kinds[0].group}|{name_key(label)}|{identifiers[0] if identifiers else ''}"
    key += parts.get(tree[0].id, "")
    return Draft(
        key,
        kinds[0],
        label,
        aliases,
        identifiers,
        tuple(kinds[1:]),
        len({one.document for one in tree}),
        tuple(one.id for one in tree),
    )


def _label(tree: list[Seen], kind: Kind, identifiers: tuple[Identifier, ...]) -> tuple[str, tuple[str, ...]]:
    """The name that documents agree on most, and all other spellings, sorted."""
    votes: dict[tuple[str, str], float] = {}
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for one in tree:
        if name := one.mention.name:
            vote = one.document, name_key(name)
            votes[vote] = max(votes.get(vote, 0.0), _weight([one]))
            spellings[name_key(name)][name] += 1
    total: Counter[str] = Counter()
    for (_, key), weight in sorted(votes.items()):
        total[key] += weight  # type: ignore[assignment] # a Counter of weights
    others = {n for one in tree for n in (one.mention.name, *one.mention.aliases) if n}
    tier = next((i for i in identifiers if i.scheme == "tier"), None)
    if kind is Kind.HARDWARE_TIER and tier is not None:
        label = str(Memory.of(tier))
    elif total:
        best = min(total, key=lambda key: (-round(total[key], 6), key))
        label = min(spellings[best], key=lambda name: (-spellings[best][name], name))
    else:
        label = _unnamed(identifiers)
    return label, tuple(sorted({n for n in others if n != label}))


def _unnamed(identifiers: tuple[Identifier, ...]) -> str:
    first = identifiers[0] if identifiers else None
    if first is None:
        return "(no name)"
    return f"arXiv:{first.value}" if first.scheme == "arxiv" else str(first)
