"""What became of each line of a list, as ``kg items`` shows it and as the scorer reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.hardware import Memory
from kg.model import Claim, Literal, Mention
from kg.names import name_key
from kg.vocabulary import Kind, Predicate

RELATIONS: dict[Predicate, tuple[str, str]] = {
    Predicate.INTRODUCES: ("describes", "has_paper"),
    Predicate.DERIVED_FROM: ("derived_from", ""),
    Predicate.USES: ("uses", ""),
    Predicate.IMPLEMENTS: ("implements", ""),
    Predicate.SUPPORTS: ("supports", ""),
    Predicate.WORKS_WITH: ("works_with", ""),
    Predicate.REQUIRES: ("requires", "covers"),
    Predicate.ABOUT: ("about", ""),
    Predicate.BROADER: ("about", ""),
    Predicate.MADE_BY: ("made_by", ""),
    Predicate.TRAINED_ON: ("trained_on", ""),
    Predicate.GENERATED_WITH: ("generated_with", ""),
    Predicate.EVALUATES: ("about", ""),
    Predicate.SUITS: ("about", "uses"),
    Predicate.MENTIONS: ("mentions", ""),
    Predicate.SAME_AS: ("same_as", ""),
    Predicate.RUNS_ON: ("runs_on", ""),
    Predicate.HAS_CODE: ("has_code", ""),
    Predicate.PUBLISHED_IN: ("published_in", ""),
}
"""Our predicates as the relations of the labels: seen from the subject, seen from the object."""

_ATTRIBUTES = {
    Predicate.PARAMETERS: "params",
    Predicate.ACTIVE_PARAMETERS: "active_params",
    Predicate.BITS: "bits",
    Predicate.CONTEXT_LENGTH: "context",
    Predicate.LICENCE: "licence",
    Predicate.SAMPLES: "samples",
    Predicate.TOKENS: "tokens",
}
BY_RULE = {"cue-uses": "uses", "cue-forked": "derived_from", "cue-supports": "supports"}
"""What the labels call ``works_with`` by the rule that found it: they tell its ways apart."""

_MANY = frozenset({"params", "active_params", "bits"})
_PAPER_SCHEMES = ("arxiv", "doi", "openreview", "acl")


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One entry as it was read: its mention, the claims made at its place, and its links.

    ``section`` is the deepest heading above it; ``repo`` the repository or hub page it links.
    """

    mention: Mention
    claims: tuple[Claim, ...]
    url: str = ""
    arxiv: tuple[str, ...] = ()
    repo: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of some lines: used or ignored, the reason, and the item that they hold."""

    line: int
    end_line: int
    fate: str
    reason: str
    item: ItemRecord | None = None


def item_rows(file: str, fates: Iterable[Fate]) -> list[dict[str, Any]]:
    """The rows of ``kg items --json``: every stretch of lines with its fate, items in full."""
    rows: list[dict[str, Any]] = []
    for fate in fates:
        row: dict[str, Any] = {
            "file": file,
            "line": fate.line,
            "end_line": fate.end_line,
            "fate": fate.fate,
            "reason": fate.reason,
        }
        if fate.item is not None:
            row |= _item(fate.item, every=True)
        rows.append(row)
    return rows


def gold_rows(file: str, fates: Iterable[Fate]) -> list[dict[str, Any]]:
    """One record an item, exactly as the labels of the development corpus are written.

    Mere mentions in a text are left out: the labels hold only relations with a meaning.
    """
    rows = []
    seen: set[tuple[Kind, str]] = set()
    for fate in fates:
        if fate.item is not None:
            mention = fate.item.mention
            row = {"file": file, "line": fate.line, "end_line": fate.end_line} | _item(fate.item, every=False)
            own = (mention.kind, name_key(mention.name))
            if own in seen:  # the graph has one node for both; the labels tie the later entry to the first
                row["edges"] = [*edges(fate.item, every=False), {"rel": "same_as", "target": mention.name}]
            rows.append({key: value for key, value in row.items() if key not in ("rule", "confidence")})
            seen.add(own)
    return rows


def _item(item: ItemRecord, *, every: bool) -> dict[str, Any]:
    mention = item.mention
    return {
        "name": mention.name,
        "aliases": list(mention.aliases),
        "kind": mention.kind.label,
        "url": item.url or None,
        "arxiv": list(item.arxiv),
        "repo": item.repo or None,
        "edges": edges(item, every=every),
        "attrs": attributes(item),
        "rule": mention.rule,
        "confidence": mention.confidence,
    }


def edges(item: ItemRecord, *, every: bool = True) -> list[dict[str, str]]:
    """The edges of an item as relation and target; a tier covers its models and uses its methods."""
    out: dict[tuple[str, str], None] = {}
    if item.section:
        out[("in_section", item.section)] = None
    for claim in item.claims:
        forth, back = RELATIONS.get(claim.predicate, ("", ""))
        if not forth or (
            not every
            and (claim.predicate is Predicate.MENTIONS or (claim.rule == "section" and forth == "about"))
        ):
            continue
        if claim.subject == item.mention:
            if claim.predicate is Predicate.WORKS_WITH or claim.rule == "cue-uses":
                forth = BY_RULE.get(claim.rule, forth)
            out[(forth, _target(claim.object))] = None
        elif claim.object == item.mention and (back or claim.rule == "paper-link"):
            back = back or "has_paper"
            if not every and back == "has_paper" and not _target(claim.subject).startswith("arxiv:"):
                continue  # the labels count papers by arXiv id
            out[(back, _target(claim.subject))] = None
            for word, value in claim.qualifiers:
                if word == "with":
                    out[("uses", _target(value))] = None
    return [{"rel": rel, "target": target} for rel, target in out if target]


def _target(thing: Mention | Literal) -> str:
    if isinstance(thing, Mention):
        if thing.kind is Kind.PAPER:
            known = next((i for s in _PAPER_SCHEMES for i in thing.identifiers if i.scheme == s), None)
            return str(known) if known else thing.name
        return thing.name
    if thing.datatype == "iri":
        found = re.match(r"https?://(?:www\.)?github\.com/([^/]+/[^/?#]+)", thing.value, re.IGNORECASE)
        return f"github:{found[1]}" if found else thing.value
    return thing.value


def attributes(item: ItemRecord) -> dict[str, Any]:  # noqa: C901 - one branch a value
    """The values of an item by the names that the labels use."""
    out: dict[str, Any] = {}
    for claim in item.claims:
        if claim.subject != item.mention:
            continue
        what = claim.object
        if claim.predicate is Predicate.MADE_BY and isinstance(what, Mention):
            out["maker"] = f"{out['maker']}, {what.name}" if "maker" in out else what.name
        elif claim.predicate is Predicate.PUBLISHED_IN and isinstance(what, Literal):
            found = re.fullmatch(r"(.*?)(?:\s((?:19|20)\d\d))?", what.value)
            if found:
                out["venue"] = found[1]
                out |= {"year": int(found[2])} if found[2] else {}
        elif claim.predicate is Predicate.RELEASED and isinstance(what, Literal):
            out.setdefault("year", int(what.value[:4]))
            out |= {"date": what.value} if "-" in what.value else {}
        elif (name := _ATTRIBUTES.get(claim.predicate)) and isinstance(what, Literal):
            value: Any = what.value
            if what.datatype in ("integer", "decimal"):
                value = float(value) if name in _MANY else int(value)
            if name in _MANY:
                out.setdefault(name, []).append(value)
            else:
                out.setdefault(name, value)
    if item.mention.kind is Kind.HARDWARE_TIER:
        out["ram_gb"] = memory_bounds(item.mention)
    return out


def memory_bounds(mention: Mention) -> list[float | int]:
    """The bounds of a tier in the unit that it is written in; one number where it has only one."""
    for identifier in mention.identifiers:
        if identifier.scheme == "tier":
            memory = Memory.of(identifier)
            bounds = [b for b in (memory.minimum, memory.maximum) if b is not None]
            return [int(b) if b == int(b) else float(b) for b in dict.fromkeys(bounds)]
    return []
