"""What the text of an entry relates its thing to: base models, data, methods, other tools."""

from __future__ import annotations

import re

from kg.model import Literal, Mention
from kg.vocabulary import Kind, Predicate

from .claims import CODE_KINDS, Said
from .cues import Related, is_device, is_organization, related
from .draft import Draft

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
            if key not in linked and other != mention and other.name != mention.name:
                said.add(draft, Predicate.MENTIONS, other, "name-in-text", 0.6)


def _relate(said: Said, draft: Draft, found: Related, text: str) -> None:
    mention = said.mention
    kind = mention.kind
    others = [draft.things[k] for k in found.keys]
    other = next(
        (o for o in others if o.kind in _TARGETS.get(found.relation, ())), others[0] if others else None
    )
    if other is not None and (other == mention or other.name.casefold() == mention.name.casefold()):
        return
    if other is None and found.name.casefold() in mention.name.casefold():
        return

    def target(kind: Kind, confidence: float = 0.7) -> Mention:
        if other is not None:
            return other
        return draft.mention(said.place, found.name, kind, "cue", confidence)

    rule = f"cue-{'uses' if found.relation == 'built' else found.relation}"
    known_as_models = found.relation == "supports" and found.how == ""
    if other is None and (is_device(found.name) or (is_organization(found.name) and not known_as_models)):
        return
    if (
        found.relation == "trained"
        and kind is Kind.MODEL
        and other is None
        and re.search(r"\d[bB]\b|-(?:Instruct|Base|Chat)\b", found.name)
    ):
        said.add(
            draft,
            Predicate.DERIVED_FROM,
            target(Kind.MODEL),
            rule,
            0.7,
            qualifiers=(("how", Literal("fine-tuned")),),
        )
    elif found.relation == "derived" and re.match(
        r"\s+(?:datasets?|data|corpus)\b", text[text.find(found.name) + len(found.name) :]
    ):
        said.add(draft, Predicate.TRAINED_ON, target(Kind.DATASET), rule, 0.6)
    elif found.relation == "derived" and kind is Kind.FRAMEWORK and found.how:
        said.add(draft, Predicate.SUPPORTS, target(Kind.MODEL), rule, 0.5)
    elif (
        found.relation == "derived"
        or (found.relation == "built" and kind is Kind.MODEL)
        or (found.relation == "based" and kind is Kind.MODEL)
    ):
        how: tuple[tuple[str, Mention | Literal], ...] = (("how", Literal(found.how)),) if found.how else ()
        said.add(
            draft,
            Predicate.DERIVED_FROM,
            target(kind if kind in CODE_KINDS else Kind.MODEL),
            rule,
            0.8,
            qualifiers=how,
        )
    elif found.relation == "based":
        said.add(draft, Predicate.WORKS_WITH, target(kind), rule, 0.6)
    elif found.relation == "trained":
        data = target(Kind.DATASET)
        if data.kind is Kind.MODEL:
            said.add(draft, Predicate.DERIVED_FROM, data, rule, 0.5)
        elif not re.search(
            r"\b(?:tokens?|gpus?|tpus?)\b",
            text[text.find(found.name) : text.find(found.name) + len(found.name) + 12],
            re.IGNORECASE,
        ):
            said.add(draft, Predicate.TRAINED_ON, data, rule, 0.7)
    elif found.relation == "generated":
        said.add(draft, Predicate.GENERATED_WITH, target(Kind.MODEL), rule, 0.7)
    elif found.relation == "supports":
        what = target(Kind.MODEL, 0.5)
        said.add(draft, Predicate.SUPPORTS, what, rule, 0.7) or said.add(
            draft, Predicate.WORKS_WITH, what, rule, 0.6
        )
    elif found.relation == "implements":
        if other is not None:
            said.add(draft, Predicate.IMPLEMENTS, other, rule, 0.7)
    elif found.relation in ("uses", "built"):
        what = target(Kind.FRAMEWORK if kind is Kind.FRAMEWORK else Kind.METHOD, 0.5)
        said.add(draft, Predicate.USES, what, rule, 0.65) or said.add(
            draft, Predicate.WORKS_WITH, what, rule, 0.6
        )


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
                if draft.things[key].name != mention.name:
                    said.add(
                        draft,
                        Predicate.ABOUT,
                        draft.things[key],
                        "name-in-title" if source is mention.name else "name-in-text",
                        confidence,
                    )


