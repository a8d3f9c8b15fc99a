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

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from .agreement import contradict, judge_of
from .corrections import Anchor, Correction
from .drafts import Draft, Seen, corrected, draft_of, kinds_of, lone_draft, weight_of
from .identifiers import CODE_HOSTS, DECISIVE, Identifier
from .model import Mention
from .names import name_key
from .vocabulary import Kind

_SHORTEST_ALIAS = 3


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
    lone: list[Draft] = []
    if not corrections:
        kept, alone = _set_apart(kept)
        lone = [lone_draft(one) for one in alone]
    parts = _parts(kept, [c for c in corrections if c.verb == "split"], matched)
    forest = _Forest(kept)
    disputed = _by_identifier(kept, parts, forest)
    _by_name(kept, parts, forest)
    kinds = _kinds_by_correction(forest, corrections, matched)
    _merge_corrected(forest, [c for c in corrections if c.verb == "merge"], kinds, matched)
    labels = _labels(forest, [c for c in corrections if c.verb == "rename"], kinds, matched)
    drafts = [
        corrected(
            draft_of(tree, disputed, parts, forest.leading(tree)),
            kinds.get(tree[0].id),
            labels.get(tree[0].id),
        )
        for tree in forest.trees()
    ]
    return Resolution(tuple(sorted([*drafts, *lone], key=lambda d: d.key)), frozenset(matched))


def _set_apart(seen: Sequence[Seen]) -> tuple[list[Seen], list[Seen]]:
    """Those that share a key with another, and those that share none: no rule can join these."""
    keys = [keys_of(one.mention) for one in seen]
    times = Counter(chain.from_iterable(keys))
    tied: list[Seen] = []
    alone: list[Seen] = []
    for one, own in zip(seen, keys, strict=True):
        (alone if all(times[key] == 1 for key in own) else tied).append(one)
    return tied, alone


# ------------------------------------------------------------------------------ the forest


class _Forest:
    """Disjoint sets of mentions; the smallest id is the root, so that order never shows."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self.seen = {one.id: one for one in seen}
        self.parent = {i: i for i in self.seen}
        self.members = {i: [i] for i in self.seen}  # by root
        self.folded: set[int] = set()  # mentions of things that a person folded into another

    @cached_property
    def with_key(self) -> dict[str, list[int]]:
        """The mentions that have a key: only corrections ask for it."""
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.seen.values():
            for key in keys_of(one.mention):
                found[key].append(one.id)
        return found

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, a: int, b: int) -> None:
        a, b = sorted((self.root(a), self.root(b)))
        if a != b:
            self.parent[b] = a
            self.members[a] += self.members.pop(b)

    def tree(self, root: int) -> list[Seen]:
        """The mentions of one set, the oldest first."""
        return [self.seen[i] for i in sorted(self.members[root])]

    def trees(self) -> list[list[Seen]]:
        return [self.tree(root) for root in sorted(self.members)]

    def around(self, keys: Iterable[str]) -> list[list[Seen]]:
        """The sets with a mention of one of these keys."""
        roots = {self.root(i) for key in keys for i in self.with_key.get(key, ())}
        return [self.tree(root) for root in sorted(roots)]

    def leading(self, tree: list[Seen]) -> list[Seen]:
        """The mentions that give a tree its name and address: those that were not folded in."""
        return [one for one in tree if one.id not in self.folded] or tree


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
        groups = _agreeing(members, judge_of(identifier))
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
        near = [g for g in groups if any(agree(a, b) for a in _distinct(mine) for b in _distinct(g))]
        for group in near:
            mine = mine + group
            groups.remove(group)
        groups.append(mine)
    groups.sort(key=lambda g: (-weight_of(g), min(name_key(s.mention.name) for s in g)))
    if nameless:
        groups[:1] = [(groups[0] if groups else []) + nameless]
    return groups


def _distinct(group: Iterable[Seen]) -> Iterable[Mention]:
    """One mention for each name and its aliases: what agreement looks at."""
    return {(name_key(s.mention.name), s.mention.aliases): s.mention for s in group}.values()


# --------------------------------------------------------------------------- rule 2: names


def _by_name(seen: Sequence[Seen], parts: dict[int, str], forest: _Forest) -> None:
    trees = forest.trees()
    group_of: dict[int, str] = {}
    for tree in trees:
        kind = kinds_of(tree)[0]
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
    trees.sort(key=lambda t: (-weight_of(t), _strong(t), min((s.mention.place, s.document) for s in t)))
    strong = [tree for tree in trees if _strong(tree)]
    anchors: list[list[list[Seen]]] = []
    for tree in strong:
        for anchor in anchors:
            if not any(contradict(_strong(tree), _strong(other)) for other in anchor):
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


def _find(anchor: Anchor, forest: _Forest, kinds: Mapping[int, Kind]) -> list[Seen] | None:
    """The one tree that fits an anchor best; None if none does or two fit equally well.

    ``kinds`` are those that corrections gave, by the first member: a correction may have been made
    before or after the kind was corrected.
    """
    scored = []
    for tree in forest.around(anchor.keys):
        names = {key for s in tree for key in _names(s.mention)}
        identifiers = {i for s in tree for i in s.mention.identifiers}
        evident = kinds_of(tree)[0]
        if score := anchor.match(names, identifiers, {evident, kinds.get(tree[0].id, evident)}):
            scored.append((score, tree))
    best = max((score for score, _ in scored), default=0)
    winners = [tree for score, tree in scored if score == best]
    if len(winners) > 1 and anchor.kind:
        group = Kind.of(anchor.kind).group
        winners = [tree for tree in winners if kinds_of(tree)[0].group == group] or winners
    return winners[0] if len(winners) == 1 else None


def _kinds_by_correction(
    forest: _Forest, corrections: Sequence[Correction], matched: set[str]
) -> dict[int, Kind]:
    """The kinds that corrections give, by each tree's first member; the last one said wins."""
    kinds: dict[int, Kind] = {}
    for c in corrections:
        if c.verb == "kind" and c.node is not None and (tree := _find(c.node, forest, kinds)):
            kinds[tree[0].id] = Kind.of(c.value)
            matched.add(c.key)
    return kinds


def _merge_corrected(
    forest: _Forest, merges: Sequence[Correction], kinds: dict[int, Kind], matched: set[str]
) -> None:
    for merge in merges:
        if merge.node is None or merge.other is None:
            continue
        kept, folded = _find(merge.node, forest, kinds), _find(merge.other, forest, kinds)
        if kept and folded:
            matched.add(merge.key)
            if forest.root(kept[0].id) != forest.root(folded[0].id):
                forest.folded |= {one.id for one in folded}
            forest.join(kept[0].id, folded[0].id)
            if kind := kinds.get(kept[0].id) or kinds.get(folded[0].id):
                kinds[forest.root(kept[0].id)] = kind


def _labels(
    forest: _Forest, renames: Sequence[Correction], kinds: Mapping[int, Kind], matched: set[str]
) -> dict[int, str]:
    labels: dict[int, str] = {}
    for c in renames:
        if c.node is not None and (tree := _find(c.node, forest, kinds)):
            labels[tree[0].id] = c.value
            matched.add(c.key)
    return labels
