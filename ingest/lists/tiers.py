"""Hardware tiers and guides: the entries whose meaning lies in the other entries that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

from kg.hardware import Memory, memory_in
from kg.model import HEADING_RULE, Claim, Literal, Mention, Place
from kg.vocabulary import Kind, Predicate

from .claims import Said
from .draft import Draft
from .entries import Entry
from .headings import heading
from .titles import cleaned

_EXAMPLES = re.compile(
    r"[(（]\s*(?:e\.?\s?g\.?|such\s+as|like|i\.?e\.?|including|for\s+example|examples?|例如|"  # noqa: RUF001
    r"如)?[,:：]?\s*(?P<in>[^()（）]{1,300})[)）]",  # noqa: RUF001
    re.IGNORECASE,
)
_WITH = re.compile(r"\s+(?:with|using|via|\+|and\s+its)\s+", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|;|、|/|\bor\b|\band\b|&)\s*")
_NEEDS = re.compile(r"[\s:,-]+(?:needs?|requires?|(?:runs?|fits?)\s+(?:in|on|with(?:in)?)|with|at\s+least)$")
_FILLER = re.compile(r"\betc\b\.?|\.\.\.|…|\bmodels?\b", re.IGNORECASE)


_TIER_WORDS = 30
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_GRAPHICS = re.compile(r"\b(?:gpus?|vram|graphics)\b", re.IGNORECASE)
_GIGABYTES = re.compile(r"(?<![\w-])\d+\s?Gi?B\+?(?!\s*(?:of\s+)?(?:disk|storage|ssd|space|/))")
_SIZE = re.compile(r"[<>≤≥~\s\d.-]*[BMK]?\s*(?:param\w*)?")
_FOR_INSTANCE = re.compile(
    r"^[\s,:;.-]*(?:e\.?\s?g\.?|such\s+as|like|for\s+example|例如)[\s,:\uff1a]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier as its item gives it: range, the list's name for it, and the texts of its examples."""

    memory: Memory
    name: str
    examples: tuple[str, ...]


def tier_text(entry: Entry) -> str:
    """The text of an entry that is a hardware tier, or "": a memory range and no links of its own.

    A row below a hardware heading is one if a column gives its memory: its name and the models of
    another column are put in the order that an item has.
    """
    hardware = any(heading(s.text).kind is Kind.HARDWARE_TIER for s in entry.path)
    if entry.main or entry.links:
        return ""
    if entry.shape == "item":
        short = hardware or len(entry.own.split()) <= _TIER_WORDS
        own = _of_memory(entry.own, entry.path[-1].text) if hardware else entry.own
        return own if short and memory_in(own) else ""
    memory = next((c for c in entry.cells if c.role == "memory"), None)
    if entry.shape != "row" or not hardware or memory is None:
        return ""
    header = _IN_BRACKETS.sub("", memory.header)  # "VRAM (4-bit)"
    range_ = memory.text if memory_in(memory.text) else f"{memory.text} {header}"
    listed = next((c.text for c in entry.cells if c.role in ("examples", "supports") and c.text), "")
    if entry.column is Kind.MODEL:
        return f"{range_}: {entry.name}" if memory_in(range_) else ""
    return f"{entry.name} ({listed}): {range_}" if listed and memory_in(range_) else f"{entry.name}: {range_}"


def _of_memory(text: str, heading_: str) -> str:
    """A text with the word for memory that, below a heading about hardware, goes without saying."""
    if memory_in(text):
        return text
    word = "VRAM" if _GRAPHICS.search(heading_) else "RAM"
    return _GIGABYTES.sub(rf"\g<0> {word}", text, count=1)


def read_tier(text: str) -> Tier | None:
    """The hardware tier that a text describes, or None.

    >>> tier = read_tier("Small models (e.g., FooLM, BarLM with LoRA): 4-8 GB RAM")
    >>> tier.name, tier.examples, str(tier.memory)
    ('Small models', ('FooLM', 'BarLM with LoRA'), '4-8 GB RAM')
    """
    found = memory_in(text)
    if not found:
        return None
    memory, (start, end) = found
    rest = f"{text[:start]} \0 {text[end:]}"
    brackets = (m for m in _EXAMPLES.finditer(rest) if "\0" not in m["in"])
    inside = next((m for m in brackets if not _SIZE.fullmatch(m["in"])), None)
    listed = inside["in"] if inside else ""
    if inside:
        rest = rest[: inside.start()] + " " + rest[inside.end() :]
    halves = [h.strip(" :：,-–—()|.;") for h in rest.split("\0", 1)]  # noqa: RUF001
    name = cleaned(halves[0])
    listed = listed or _FOR_INSTANCE.sub("", halves[1])
    if not name:
        name = str(memory) if inside is None else cleaned(halves[1]) or str(memory)
    examples = tuple(e for part in _LISTED.split(listed) if (e := cleaned(_FILLER.sub("", part))))
    examples = tuple(re.sub(r"^(?:for|with|of|like)\s+", "", e) for e in examples)
    return Tier(memory, _NEEDS.sub("", name) or name, examples)


def tier_mention(draft: Draft, place: Place, tier: Tier) -> Mention:
    """The tier as a mention: its identity is the range, the list's name for it only a name."""
    return draft.mention(
        place, tier.name, Kind.HARDWARE_TIER, "memory", 0.95,
        identifiers=(tier.memory.identifier,), aliases=(str(tier.memory),),
    )  # fmt: skip


def say_tier(said: Said, draft: Draft, tier: Tier) -> None:
    """Each example model requires the tier; "A with B" requires it only together with B."""
    for example in tier.examples:
        bare, *extra = _WITH.split(example, maxsplit=1)
        model = _named(draft, said, bare, Kind.MODEL)
        if model is None:
            continue
        qualifiers: tuple[tuple[str, Mention | Literal], ...] = ()
        if extra:
            method = _named(draft, said, extra[0], Kind.METHOD)
            if method is None:
                continue
            qualifiers = (("with", method),)
        said.add(
            draft,
            Predicate.REQUIRES,
            said.mention,
            "tier-examples",
            0.9,
            subject=model,
            qualifiers=qualifiers,
        )


def _named(draft: Draft, said: Said, name: str, kind: Kind) -> Mention | None:
    name = cleaned(name)
    if known := draft.known(name, (kind,)):
        return known
    first = name.partition(" ")[0]
    if not re.search(r"[A-Z\d]", first) or len(name.split()) > 5:  # noqa: PLR2004 - a description, no name
        return None
    return draft.mention(said.place, name, kind, "tier-examples", 0.7)


# ------------------------------------------------------------------------------- guides

MAX_STEPS = 40
"""More steps than this are no guide: they would say everything of everything."""
MAX_PAIRS = 50_000
"""Of things that guides name together, in one list; a real one has some hundreds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guide and the entries that it names."""

    said: Said
    named: tuple[Mention, ...]


def read_step(entry: Entry, said: Said, draft: Draft) -> Step:
    """The step with the things named in it, in order."""
    hits = draft.names.find(entry.own)
    things = dict.fromkeys(draft.things[h.keys[0]] for h in hits)
    return Step(said, tuple(t for t in things if t.rule != HEADING_RULE))


def say_guides(draft: Draft, guides: Iterable[list[Step]]) -> list[Claim]:
    """What the steps of each guide say together: models use methods, libraries serve both.

    A step late in the guide that only hints at methods ("optimize: pruning ...") weighs less.
    """
    made: list[Claim] = []

    def tie(a: Step, b: Step, subject: Mention, predicate: Predicate, what: Mention) -> None:
        told = {step.said.entry.line: step.said.place for step in (a, b)}
        places = tuple(told[line] for line in sorted(told))
        listed = re.search(r"\betc\b|\.\.\.|…", f"{a.said.entry.own} {b.said.entry.own}")
        claim = draft.claim(subject, predicate, what, "guide", 0.4 if listed else 0.6, places=places)
        if claim:
            made.append(claim)
            b.said.claims.append(claim)

    for a, b, one, other in islice(_pairs(guides), MAX_PAIRS):
        if one.kind is Kind.MODEL and other.kind is Kind.METHOD:
            tie(a, b, one, Predicate.USES, other)
        elif one.kind is Kind.MODEL and other.kind is Kind.FRAMEWORK:
            tie(a, b, other, Predicate.SUPPORTS, one)
        elif (
            one.kind is Kind.METHOD
            and other.kind is Kind.FRAMEWORK
            and not re.search(r"\betc\b", a.said.entry.own)
        ):
            tie(a, b, other, Predicate.IMPLEMENTS, one)
    return made


def _pairs(guides: Iterable[list[Step]]) -> Iterator[tuple[Step, Step, Mention, Mention]]:
    """Every two things that two steps of one guide name, or one step."""
    for steps in guides:
        telling = [step for step in steps if step.named][:MAX_STEPS]
        for a, b in product(telling, telling):
            for one, other in product(a.named, b.named):
                yield a, b, one, other
