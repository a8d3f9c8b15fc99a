"""What the text of an entry relates its thing to: base models, data, methods, other tools."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg.model import HEADING_RULE, Literal, Mention
from kg.vocabulary import Kind, Predicate

from .claims import CODE_KINDS, Said
from .cues import Related, related
from .devices import is_device
from .draft import Draft
from .organizations import is_organization

_METHODS = frozenset(
    """lora qlora dora adalora gptq awq smoothquant squeezellm peft rlhf dpo ppo grpo sft rag moe
    flashattention pagedattention""".split()
)
"""Methods that lists name so often as supported or used that they need no entry to be known."""

_TARGETS: dict[str, tuple[Kind, ...]] = {
    "derived": (Kind.MODEL,),
    "supports": (Kind.MODEL, Kind.FRAMEWORK),
    "uses": (Kind.METHOD, Kind.FRAMEWORK, Kind.MODEL, Kind.DATASET),
}


def say_text(said: Said, draft: Draft) -> None:
    """What the description relates the thing to, by cue phrases; other known names are mentions."""
    entry, mention = said.entry, said.mention
    if mention.kind is Kind.PAPER:
        return
    text = entry.description
    linked: set[int] = set()
    for found in related(text, draft.names):
        linked.update(found.keys)
        _relate(said, draft, found, text)
    if mention.kind is Kind.TUTORIAL:
        return
    for hit in draft.names.find(text):
        for key in hit.keys[:1]:
            other = draft.things[key]
            if other.rule != HEADING_RULE and key not in linked and other.name != mention.name:
                said.add(draft, Predicate.MENTIONS, other, "name-in-text", 0.6)


def _relate(said: Said, draft: Draft, found: Related, text: str) -> None:
    """Claim one relation of the text, typed by the kinds that the vocabulary allows."""
    mention = said.mention
    others = [draft.things[k] for k in found.keys]
    other = next(
        (o for o in others if o.kind in _TARGETS.get(found.relation, ())), others[0] if others else None
    )
    if other is not None and (other == mention or other.name.casefold() == mention.name.casefold()):
        return
    if other is None:
        own, name = mention.name.casefold(), found.name.casefold()
        # "Foo Small" is a smaller version of Foo and foo.cpp runs Foo, but "Foo Kit" that uses Foo
        # speaks of itself.
        part = name in own and not own.startswith((f"{name}.", f"{name}-"))
        itself = name == own or (part and found.relation not in ("derived", "based", "built"))
        if itself or is_device(found.name):
            return
        if is_organization(found.name) and found.relation != "supports":
            return
    behind = text[text.find(found.name) + len(found.name) :]
    tie = _Tie(said, draft, found, other, behind)
    _HANDLERS[found.relation](tie)


@dataclass(frozen=True, slots=True)
class _Tie:
    """One relation being claimed; ``other``: the entry that its name stands for, if any."""

    said: Said
    draft: Draft
    found: Related
    other: Mention | None
    behind: str

    def target(self, kind: Kind, confidence: float = 0.7) -> Mention:
        """The thing at the other end: an entry, or a reference of the kind that the cue suggests."""
        if self.other is not None:
            return self.other
        if self.found.name.casefold() in _METHODS:
            kind, confidence = Kind.METHOD, 0.7
        return self.draft.mention(self.said.place, self.found.name, kind, "cue", confidence)

    def say(
        self, predicate: Predicate, what: Mention, confidence: float, *, rule: str = "", how: str = ""
    ) -> bool:
        """Claim it, with the way it was derived if that is told."""
        qualifiers = (("how", Literal(how)),) if how else ()
        rule = f"cue-{rule or self.found.relation}"
        return self.said.add(self.draft, predicate, what, rule, confidence, qualifiers=qualifiers)

    @property
    def kind(self) -> Kind:
        """The kind of the subject."""
        return self.said.mention.kind


def _derived(tie: _Tie) -> None:
    how = tie.found.how
    if re.match(r"\s+(?:datasets?|data|corpus)\b", tie.behind):
        tie.say(Predicate.TRAINED_ON, tie.target(Kind.DATASET), 0.6)
    elif tie.kind is Kind.FRAMEWORK and how:
        tie.say(Predicate.SUPPORTS, tie.target(Kind.MODEL), 0.5)
    else:
        what = tie.target(tie.kind if tie.kind in CODE_KINDS else Kind.MODEL)
        if not tie.say(Predicate.DERIVED_FROM, what, 0.85, how=how):
            tie.say(Predicate.WORKS_WITH, what, 0.6, rule="forked")


def _based(tie: _Tie) -> None:
    if tie.kind is Kind.MODEL:
        tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.85)
    else:
        _used(tie)


def _forked(tie: _Tie) -> None:
    if tie.kind is Kind.FRAMEWORK and re.match(r"(?:['’]s)?\s+models?\b", tie.behind):
        tie.say(Predicate.SUPPORTS, tie.target(Kind.MODEL), 0.6)  # "port of the Foo model in C"
        return
    what = tie.target(tie.kind)
    if not tie.say(Predicate.DERIVED_FROM, what, 0.7):
        tie.say(Predicate.WORKS_WITH, what, 0.7, rule="forked")


def _built(tie: _Tie) -> None:
    if tie.kind is Kind.MODEL:
        tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.7)
    else:
        _used(tie)


def _trained(tie: _Tie) -> None:
    named = re.search(r"\d[bB]\b|-(?:Instruct|Base|Chat)\b", tie.found.name)
    if tie.kind is Kind.MODEL and tie.other is None and named:
        tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.7, how="fine-tuned")
        return
    if tie.other is not None and tie.other.kind is Kind.MODEL:
        tie.say(Predicate.DERIVED_FROM, tie.other, 0.5)
    elif not re.match(r"\s+(?:tokens?|gpus?|tpus?)\b", tie.behind, re.IGNORECASE):
        tie.say(Predicate.TRAINED_ON, tie.target(Kind.DATASET), 0.7)


def _trains(tie: _Tie) -> None:
    if tie.kind is Kind.DATASET:
        model = tie.target(Kind.MODEL)
        tie.said.add(tie.draft, Predicate.TRAINED_ON, tie.said.mention, "cue-trains", 0.7, subject=model)


def _generated(tie: _Tie) -> None:
    tie.say(Predicate.GENERATED_WITH, tie.target(Kind.MODEL), 0.7)


def _suits(tie: _Tie, what: Mention) -> bool:
    """What an application runs on or is made with suits it."""
    if tie.kind is not Kind.APPLICATION:
        return False
    return tie.said.add(tie.draft, Predicate.SUITS, tie.said.mention, "cue-uses", 0.6, subject=what)


def _supported(tie: _Tie) -> None:
    what = tie.target(Kind.MODEL, 0.5)
    if not (_suits(tie, what) or tie.say(Predicate.SUPPORTS, what, 0.75)):
        tie.say(Predicate.WORKS_WITH, what, 0.6) or tie.say(Predicate.IMPLEMENTS, what, 0.6)


def _implemented(tie: _Tie) -> None:
    if tie.other is not None:
        tie.say(Predicate.IMPLEMENTS, tie.other, 0.7)


def _used(tie: _Tie) -> None:
    made = tie.kind in (Kind.FRAMEWORK, Kind.APPLICATION)
    what = tie.target(Kind.FRAMEWORK if made else Kind.METHOD, 0.5)
    if not _suits(tie, what) and not tie.say(Predicate.USES, what, 0.65, rule="uses"):
        tie.say(Predicate.WORKS_WITH, what, 0.6, rule="uses")


_HANDLERS: dict[str, Callable[[_Tie], None]] = {
    "derived": _derived,
    "based": _based,
    "forked": _forked,
    "built": _built,
    "trained": _trained,
    "trains": _trains,
    "generated": _generated,
    "supports": _supported,
    "implements": _implemented,
    "uses": _used,
}


def say_examples(said: Said, draft: Draft) -> None:
    """What an application's item links is an example: a thing that suits the application."""
    entry, mention = said.entry, said.mention
    if mention.kind is not Kind.APPLICATION or entry.form != "text":
        return
    for link in (*entry.beside, *entry.asides):
        if link.label or not link.text or link.role not in ("paper", "code", "model", "page", "blog"):
            continue
        kind = Kind.FRAMEWORK if link.role == "code" else Kind.MODEL
        thing = draft.known(link.text, (Kind.MODEL, Kind.FRAMEWORK)) or draft.mention(
            said.place, link.text, kind, "example", 0.5,
            identifiers=() if link.role == "paper" else (link.identifier,),
        )  # fmt: skip
        said.add(draft, Predicate.SUITS, mention, "example", 0.7, subject=thing)


def say_about(said: Said, draft: Draft) -> None:
    """What a tutorial is about: every known name in its title and description."""
    entry, mention = said.entry, said.mention
    if mention.kind is not Kind.TUTORIAL:
        return
    for source, confidence in ((mention.name, 0.8), (entry.description, 0.6)):
        for hit in draft.names.find(source):
            for key in hit.keys[:1]:
                known = draft.things[key]
                in_title = source is mention.name
                if known.name != mention.name and (in_title or known.rule != HEADING_RULE):
                    said.add(
                        draft,
                        Predicate.ABOUT,
                        draft.things[key],
                        "name-in-title" if source is mention.name else "name-in-text",
                        confidence,
                    )
