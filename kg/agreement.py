"""When two names or two sets of identifiers mean one thing: the judgement behind every merge."""

from __future__ import annotations

import re
from collections.abc import Callable

from .identifiers import DECISIVE, Identifier
from .model import Mention
from .names import name_key, words

_TITLES_AGREE = 0.5
_GENERIC = frozenset(
    """the a of for by from library libraries framework toolkit official project team model models
    tool tools python pytorch package repo repository code github"""
    .split()
)  # fmt: skip


def judge_of(identifier: Identifier) -> Callable[[Mention, Mention], bool]:
    """The question whether two mentions that share this identifier agree in name."""
    if identifier.scheme == "tier":
        return lambda _a, _b: True
    if identifier.scheme in DECISIVE:
        return titles_agree
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


def titles_agree(a: Mention, b: Mention) -> bool:
    """Whether two titles under one paper identifier may be the same: half of the shorter's words.

    Titles in different scripts cannot be compared and are believed.
    """
    first, second = set(words(a.name)), set(words(b.name))
    if not first or not second or a.name.isascii() != b.name.isascii():
        return True
    return len(first & second) / min(len(first), len(second)) >= _TITLES_AGREE


def contradict(a: tuple[Identifier, ...], b: tuple[Identifier, ...]) -> bool:
    """Whether both have an identifier of one scheme and none in common.

    Two repositories of one name under two owners contradict each other, too: one may have moved,
    or be a fork or a namesake, and one wrong merge is worse than ten misses.
    """
    for scheme in {i.scheme for i in a} & {i.scheme for i in b}:
        mine, theirs = ({i.value for i in ids if i.scheme == scheme} for ids in (a, b))
        if not mine & theirs:
            return True
    return False
