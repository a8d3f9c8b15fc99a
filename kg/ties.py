"""Why mentions are one node: each mention with what ties it to those before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .agreement import judge_of
from .corrections import Correction
from .drafts import Seen
from .model import Mention
from .resolve import keys_of


@dataclass(frozen=True, slots=True)
class Tie:
    """Mentions that say the same of a node's name and identifiers, and why they belong to it.

    ``documents``: those with such a mention, sorted. ``reason`` is empty for the first.
    """

    name: str
    identifiers: tuple[str, ...]
    documents: tuple[str, ...]
    reason: str


def ties(seen: Iterable[Seen], corrections: Sequence[Correction] = ()) -> list[Tie]:
    """The mentions of one node, grouped, each group tied to one before it; the oldest first."""
    groups: dict[tuple[object, ...], list[Seen]] = {}
    for one in sorted(seen, key=lambda s: s.id):
        said = one.mention.name, one.mention.identifiers, one.mention.aliases
        groups.setdefault(said, []).append(one)
    waiting = list(groups.values())
    tied: list[list[Seen]] = []
    found = []
    while waiting:
        group, reason = _next(waiting, tied, corrections)
        waiting.remove(group)
        tied.append(group)
        mention = group[0].mention
        found.append(
            Tie(
                mention.name,
                tuple(str(i) for i in mention.identifiers),
                tuple(sorted({one.document for one in group})),
                reason,
            )
        )
    return found


def _next(
    waiting: list[list[Seen]], tied: list[list[Seen]], corrections: Sequence[Correction]
) -> tuple[list[Seen], str]:
    if not tied:
        return waiting[0], ""
    for group in waiting:
        for other in tied:
            if reason := _reason(group[0].mention, other[0].mention):
                return group, reason
    for correction in corrections:
        if correction.verb == "merge":
            why = f": {correction.reason}" if correction.reason else ""
            return waiting[0], f"a correction merges them{why}"
    return waiting[0], "tied through mentions that are gone"  # pragma: no cover - resolved afresh each time


def _reason(a: Mention, b: Mention) -> str:
    for identifier in a.identifiers:
        if identifier in b.identifiers and (not a.name or not b.name):
            return f"it has {identifier}"
        if identifier in b.identifiers and judge_of(identifier)(a, b):
            return f"both have {identifier} and the names agree"
    names = [key.removeprefix("name:") for key in keys_of(a) if key.startswith("name:")]
    for name in names:
        if f"name:{name}" in keys_of(b):
            return "the names are one spelling apart" if a.name != b.name else "the name is the same"
    return ""
