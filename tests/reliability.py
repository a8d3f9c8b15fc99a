"""How often each rule that reads lists is right: its decisions, judged by hand labels.

``python -m tests.reliability [LIST ...]`` prints both tables for the labelled lists (of
``../shared``, or ``KG_LABELS``): by rule, with the confidence that follows, and by bucket.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ingest.fates import ItemRecord, edges, gold_rows
from ingest.lists import read_list

SHARED = Path(__file__).parents[2] / "shared"
WEIGHT = 4
"""Labels that a rule's guessed confidence counts for: see :func:`shrunk`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a rule, what it was about, the confidence it stated, and whether it was right."""

    file: str
    what: str
    rule: str
    confidence: float
    right: bool


@cache
def scorer() -> ModuleType:
    """The scorer of the labels, as a module."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "gold" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def decisions(folder: Path, name: str) -> Iterator[Decision]:
    """Every decision about a labelled item of one list, except those that the labels do not judge."""
    score = scorer()
    labels = score.load(folder / f"{name}.jsonl")
    content = (SHARED / "corpus" / f"{name}.md").read_bytes()
    for fate in read_list(content, name=name).fates:
        if fate.item is None:
            continue
        names = (fate.item.mention.name, *fate.item.mention.aliases)
        near = [g for g in labels if g["line"] <= fate.line <= (g.get("end_line") or g["line"])]
        near = [g for g in near if any(score.sim(n, a) >= 90 for n in names for a in _names(g))]
        if near:
            yield from _judged(name, fate.item, gold_rows(name, [fate])[0], near[0])


def _names(label: dict[str, Any]) -> list[str]:
    return [label["name"], *(label.get("aliases") or [])]


def _judged(name: str, item: ItemRecord, row: dict[str, Any], label: dict[str, Any]) -> Iterator[Decision]:
    mention = item.mention
    kinds = [label["kind"], *(label.get("ok_kinds") or [])]
    yield Decision(name, f"kind {row['kind']}", mention.rule, mention.confidence, row["kind"] in kinds)
    for claim in item.claims:
        alone = ItemRecord(mention, (claim,))
        for edge in edges(alone, every=False):
            verdict = _edge_is_right(edge, label)
            if verdict is not None:
                yield Decision(name, edge["rel"], claim.rule, claim.confidence, verdict)


def _edge_is_right(edge: dict[str, str], label: dict[str, Any]) -> bool | None:
    """Whether the labels hold an edge; None where they leave it open."""
    score, rel, target = scorer(), edge["rel"], edge["target"]
    wanted, allowed = label.get("edges") or [], label.get("ok_edges") or []
    told = [e for e in (*wanted, *allowed) if score.same(e["target"], target)]
    if any(e["rel"] == rel or {e["rel"], rel} <= score.NEAR for e in told):
        return True
    sections = [e["target"] for e in wanted if e["rel"] == "in_section"]
    papers = {score.bare(x) for x in label.get("arxiv") or []}
    own = score.ident(label.get("repo"))
    free = (
        (rel == "about" and any(score.same(s, target) for s in sections))
        or (rel == "has_paper" and score.bare(score.ident(target) or target) in papers)
        or (rel == "has_code" and own is not None and score.ident(target) == own)
    )
    return None if free else False


def shrunk(right: int, count: int, guess: float) -> float:
    """The confidence of a rule: its share of right decisions, pulled to the guess where they are few.

    >>> shrunk(0, 0, 0.7), shrunk(96, 100, 0.7), round(shrunk(1, 1, 0.7), 2)
    (0.7, 0.95, 0.76)
    """
    return round((right + WEIGHT * guess) / (count + WEIGHT), 2)


def buckets(found: Iterable[Decision]) -> dict[float, tuple[int, int]]:
    """By lower edge (0.5, 0.6 ... 0.9): how many decisions were right, and how many there were."""
    out: dict[float, tuple[int, int]] = {}
    for one in found:
        edge = min(9, max(4, int(one.confidence * 10 + 1e-9))) / 10
        right, count = out.get(edge, (0, 0))
        out[edge] = (right + one.right, count + 1)
    return dict(sorted(out.items()))


def main(names: list[str]) -> None:
    """Print both tables."""
    folder = Path(os.environ.get("KG_LABELS") or SHARED / "gold")
    names = names or sorted(p.stem for p in folder.glob("*.jsonl") if "negatives" not in p.name)
    found = [d for name in names for d in decisions(folder, name)]
    rules: dict[tuple[str, str, float], list[bool]] = defaultdict(list)
    for one in found:
        what = "kind" if one.what.startswith("kind") else one.what
        rules[what, one.rule, one.confidence].append(one.right)
    for (what, rule, stated), judged in sorted(rules.items()):
        right, count = sum(judged), len(judged)
        print(f"{what:15} {rule:16} {stated:5.2f} {right:5}/{count:<5} {shrunk(right, count, stated):5.2f}")  # noqa: T201 - a table for people
    for edge, (right, count) in buckets(found).items():
        print(f"{edge:.1f}-{edge + 0.1:.1f} {right:5}/{count:<5} {right / count:.3f}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
