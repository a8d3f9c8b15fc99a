"""What the text of an entry relates its thing to: base models, data, methods, other tools."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from kg.model import HEADING_RULE, Claim, Literal, Mention
from kg.vocabulary import Kind, Predicate

from .claims import CODE_KINDS, Said
from .columns import column_role
from .cues import Related, related
from .devices import is_device
from .draft import Draft, folded
from .entries import Note
from .known import is_form, is_nothing, known_kind
from .links import label_role
from .organizations import is_organization

_MODELS = re.compile(r"\s+models?\b")
_LIBRARY = re.compile(r"\s+(?:librar(?:y|ies)|frameworks?|toolkits?|packages?|engines?)\b")
_DATA = re.compile(r"\s+(?:datasets?|data|corpus)\b")
_IN_MODELS = re.compile(
    r"(?:(?:\s*[,/&]|\s+and|\s+or)\s*[\w.+/-]+(?:\s\d[\w.]*)?){0,12}(?:\s+[\w-]+)?\s+models?\b"
)
_MODELS_SUCH_AS = re.compile(
    r"\b(?:models?|[ls]?lms?|architectures)\b,?\s*(?:\(|:|such\s+as|like|including|from|e\.g\.,?)[^.;()]{0,80}$",
    re.IGNORECASE,
)
_SHORT = 12
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
    text = ". ".join((entry.description, *(n.text for n in entry.notes if _told_of(n))))
    linked: set[int] = set()
    done: set[int] = set()
    for found in related(text, draft.names):
        linked.update(found.keys)
        if found.start not in done and _relate(said, draft, found, text):
            done.add(found.start)
    if mention.kind is Kind.TUTORIAL:
        return
    for hit in draft.names.find(text):
        for key in hit.keys[:1]:
            other = draft.things[key]
            if other.rule != HEADING_RULE and key not in linked and other.name != mention.name:
                said.add(draft, Predicate.MENTIONS, other, "name-in-text", 0.6)


def _told_of(note: Note) -> bool:
    """Whether a note is a text about the thing and not a value of it."""
    return len(note.text) > _SHORT and not column_role(note.key) and not label_role(note.key)


def _relate(said: Said, draft: Draft, found: Related, text: str) -> bool:
    """Claim one relation of the text, typed by the kinds that the vocabulary allows; whether it fits."""
    mention = said.mention
    behind = text[found.start + len(found.name) :]
    others = [draft.things[k] for k in found.keys]
    other = next(
        (o for o in others if o.kind in _TARGETS.get(found.relation, ())), others[0] if others else None
    )
    if other is not None and (other == mention or other.name.casefold() == mention.name.casefold()):
        return False
    if other is None:
        own, name = mention.name.casefold(), found.name.casefold()
        # "Foo Small" is a smaller version of Foo and foo.cpp runs Foo, but "Foo Kit" that uses Foo
        # speaks of itself.
        part = name in own and not own.startswith((f"{name}.", f"{name}-"))
        if found.relation in ("uses", "supports"):
            # "FooRT is an engine for Foo models", "MyFoo is made with Foo"
            part = part and not (_MODELS.match(behind) or not own.startswith(name))
        itself = name == own or (part and found.relation not in ("derived", "based", "built"))
        told = found.relation in ("uses", "supports", "faces")  # kept in the item's record
        if itself or is_device(found.name) or (is_form(found.name) and not told):
            return False
        if is_organization(found.name) and found.relation != "supports":
            return False
        first, _, rest = found.name.partition(" ")
        if rest and is_organization(first) and _MODELS.match(behind):
            found = replace(found, name=rest)  # "the Acme Foo model" is Foo
    return _HANDLERS[found.relation](_Tie(said, draft, found, other, text[: found.start][-120:], behind))


@dataclass(frozen=True, slots=True)
class _Tie:
    """One relation being claimed; ``other``: the entry that its name stands for, if any.

    ``before``, ``behind``: the text around the name.
    """

    said: Said
    draft: Draft
    found: Related
    other: Mention | None
    before: str
    behind: str

    @property
    def known(self) -> Kind | None:
        """What the thing at the other end is known to be, by an entry or in the field."""
        return self.other.kind if self.other else known_kind(self.found.name)

    def target(self, kind: Kind, confidence: float = 0.7) -> Mention:
        """The thing at the other end: an entry, or a reference of its known kind, else of the cue's."""
        if self.other is not None:
            return self.other
        if (known := self.known) is not None:
            kind, confidence = known, 0.7
        return self.draft.mention(self.said.place, self.found.name, kind, "cue", confidence)

    def say(
        self, predicate: Predicate, what: Mention, confidence: float, *, rule: str = "", how: str = ""
    ) -> bool:
        """Claim it, with the way it was derived if that is told."""
        qualifiers = (("how", Literal(how)),) if how else ()
        rule = f"cue-{rule or self.found.relation}"
        return self.said.add(self.draft, predicate, what, rule, confidence, qualifiers=qualifiers)

    def note(self, predicate: Predicate, kind: Kind) -> bool:
        """Keep it in the item's record only: the name alone makes no node."""
        place = self.said.place
        what = Mention(place, folded(self.found.name), kind, "cue", 0.3)
        rule = f"cue-{self.found.relation}"
        self.said.claims.append(Claim(self.said.mention, predicate, what, (place,), rule, 0.3))
        return True

    @property
    def kind(self) -> Kind:
        """The kind of the subject."""
        return self.said.mention.kind


def _derived(tie: _Tie) -> bool:
    how = tie.found.how
    if tie.kind is Kind.MODEL and _DATA.match(tie.behind):
        return tie.say(Predicate.TRAINED_ON, tie.target(Kind.DATASET), 0.6)
    if tie.kind is Kind.FRAMEWORK and how:
        return tie.say(Predicate.SUPPORTS, tie.target(Kind.MODEL), 0.55)
    if tie.kind is Kind.DATASET and how:
        return False  # "made to fine-tune Foo"
    what = tie.target(tie.kind if tie.kind in CODE_KINDS else Kind.MODEL)
    return tie.say(Predicate.DERIVED_FROM, what, 0.87, how=how) or tie.say(
        Predicate.WORKS_WITH, what, 0.6, rule="forked"
    )


def _based(tie: _Tie) -> bool:
    if tie.kind is Kind.MODEL and _LIBRARY.match(tie.behind):
        return tie.say(Predicate.USES, tie.target(Kind.FRAMEWORK), 0.73, rule="uses")
    if tie.kind is Kind.MODEL:
        return tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.9)
    if tie.kind is Kind.DATASET:
        return tie.other is not None and tie.say(Predicate.DERIVED_FROM, tie.other, 0.7)
    return _used(tie)


def _opening(tie: _Tie) -> bool:
    """A model whose description begins with another model: "Foo-7B model tuned for bars"."""
    method = any(known_kind(word) is Kind.METHOD for word in tie.found.name.split())
    return (
        tie.kind is Kind.MODEL and not method and tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.7)
    )


def _forked(tie: _Tie) -> bool:
    if tie.kind is Kind.FRAMEWORK and re.match(r"(?:['’]s)?\s+models?\b", tie.behind):
        return tie.say(Predicate.SUPPORTS, tie.target(Kind.MODEL), 0.65)  # "port of the Foo model in C"
    what = tie.target(tie.kind)
    return tie.say(Predicate.DERIVED_FROM, what, 0.7) or tie.say(
        Predicate.WORKS_WITH, what, 0.7, rule="forked"
    )


def _built(tie: _Tie) -> bool:
    if tie.kind is Kind.MODEL:
        return tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.7)
    return _used(tie)


def _trained(tie: _Tie) -> bool:
    if tie.kind is not Kind.MODEL:
        return False
    named = re.search(r"\d[bB]\b|-(?:Instruct|Base|Chat)\b", tie.found.name)
    if tie.other is None and named:
        return tie.say(Predicate.DERIVED_FROM, tie.target(Kind.MODEL), 0.7, how="fine-tuned")
    if tie.other is not None and tie.other.kind is Kind.MODEL:
        return tie.say(Predicate.DERIVED_FROM, tie.other, 0.5)
    spelled_out = re.match(r"\s\([A-Z]", tie.behind)
    if tie.other is None and (spelled_out or tie.known is Kind.METHOD):
        return tie.say(Predicate.USES, tie.target(Kind.METHOD), 0.73, rule="uses")
    if re.match(r"\s+(?:tokens?|gpus?|tpus?)\b", tie.behind, re.IGNORECASE):
        return False
    return tie.say(Predicate.TRAINED_ON, tie.target(Kind.DATASET), 0.7)


def _trains(tie: _Tie) -> bool:
    if tie.kind is not Kind.DATASET:
        return False
    model = tie.target(Kind.MODEL)
    return tie.said.add(tie.draft, Predicate.TRAINED_ON, tie.said.mention, "cue-trains", 0.7, subject=model)


def _generated(tie: _Tie) -> bool:
    return tie.kind is Kind.DATASET and tie.say(Predicate.GENERATED_WITH, tie.target(Kind.MODEL), 0.75)


def _suits(tie: _Tie, what: Mention) -> bool:
    """What an application runs on or is made with suits it."""
    if tie.kind is not Kind.APPLICATION:
        return False
    return tie.said.add(tie.draft, Predicate.SUITS, tie.said.mention, "cue-uses", 0.6, subject=what)


def _supported(tie: _Tie) -> bool:
    own, name = tie.said.mention.name.casefold(), tie.found.name.casefold()
    if tie.kind is Kind.FRAMEWORK and own.startswith(f"{name} "):
        # "Foo Lite" that runs Foo models is the small one of two tools.
        return tie.say(Predicate.WORKS_WITH, tie.target(Kind.FRAMEWORK, 0.5), 0.7)
    if tie.known is None and (is_nothing(tie.found.name) or is_organization(tie.found.name)):
        return tie.note(Predicate.SUPPORTS, Kind.MODEL)
    listed = _IN_MODELS.match(tie.behind) or _MODELS_SUCH_AS.search(tie.before)
    what = tie.target(Kind.MODEL if listed else Kind.FRAMEWORK, 0.5)
    return (
        _suits(tie, what)
        or tie.say(Predicate.SUPPORTS, what, 0.88)
        or tie.say(Predicate.WORKS_WITH, what, 0.7)
        or tie.say(Predicate.IMPLEMENTS, what, 0.7)
    )


def _faced(tie: _Tie) -> bool:
    """A face of another tool uses it; one "for fine-tuning" serves a purpose."""
    purpose = tie.other is not None and tie.other.rule == HEADING_RULE
    return not purpose and _used(tie)


def _served(tie: _Tie) -> bool:
    """A tool "for Foo" supports Foo where Foo is known to be a model."""
    known = tie.other is not None and tie.other.kind is Kind.MODEL
    return known and tie.say(Predicate.SUPPORTS, tie.target(Kind.MODEL), 0.75, rule="supports")


def _implemented(tie: _Tie) -> bool:
    return tie.other is not None and tie.say(Predicate.IMPLEMENTS, tie.other, 0.7)


def _used(tie: _Tie) -> bool:
    model_of_model = tie.kind is Kind.MODEL and tie.known is Kind.MODEL
    if model_of_model or (tie.known is None and is_nothing(tie.found.name)):
        return tie.note(Predicate.USES, Kind.FRAMEWORK)
    made = tie.kind in (Kind.FRAMEWORK, Kind.APPLICATION)
    what = tie.target(Kind.FRAMEWORK if made else Kind.METHOD, 0.5)
    return (
        _suits(tie, what)
        or tie.say(Predicate.USES, what, 0.73, rule="uses")
        or tie.say(Predicate.WORKS_WITH, what, 0.6, rule="uses")
        or tie.say(Predicate.SUPPORTS, what, 0.6, rule="uses")
    )


_HANDLERS: dict[str, Callable[[_Tie], bool]] = {
    "derived": _derived,
    "based": _based,
    "tuned": _opening,
    "forked": _forked,
    "built": _built,
    "trained": _trained,
    "trains": _trains,
    "generated": _generated,
    "supports": _supported,
    "faces": _faced,
    "serves": _served,
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
        said.add(draft, Predicate.SUITS, mention, "example", 0.8, subject=thing)


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
