"""What an entry claims: its links, paper, attributes, and its relations to other things."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.identifiers import CODE_HOSTS, Identifier
from kg.model import Claim, Literal, Mention, Place
from kg.vocabulary import Kind, Predicate

from .cues import Related, devices_in, is_device, is_organization, makers_in, related
from .draft import Draft, folded
from .items import Entry
from .links import Link
from .titles import is_title

_PAPER_SCHEMES = frozenset({"arxiv", "doi", "openreview", "acl"})
_INTRODUCED = Predicate.INTRODUCES.range
_CODE_KINDS = frozenset({Kind.MODEL, Kind.FRAMEWORK, Kind.DATASET, Kind.BENCHMARK, Kind.METHOD})
_NAME_WORDS = 3


@dataclass(slots=True)
class Said:
    """An entry while it speaks: its place and mention, and the claims that came of it."""

    entry: Entry
    place: Place
    mention: Mention
    claims: list[Claim] = field(default_factory=list)

    def add(  # noqa: PLR0913 - as Draft.claim
        self,
        draft: Draft,
        predicate: Predicate,
        what: Mention | Literal | str,
        rule: str,
        confidence: float,
        *,
        subject: Mention | None = None,
        qualifiers: tuple[tuple[str, Mention | Literal], ...] = (),
        beyond: bool = False,
    ) -> bool:
        """Claim something of the entry's thing, or of another one at the entry's place.

        ``beyond``: what the vocabulary has no room for is kept in the item's record all the same.
        """
        who = subject or self.mention
        made = draft.claim(
            who, predicate, what, rule, confidence, places=(self.place,), qualifiers=qualifiers
        )
        if made and made not in self.claims:
            self.claims.append(made)
        elif beyond and made is None and who != what:
            thing = Literal(folded(what)) if isinstance(what, str) else what
            self.claims.append(Claim(who, predicate, thing, (self.place,), rule, confidence, qualifiers))
        return made is not None


def own_identifiers(entry: Entry, kind: Kind) -> tuple[Identifier, ...]:
    """The identifiers of the thing itself, by its kind: never those of a paper about it."""
    links = entry.all_links()
    if kind is Kind.PAPER:
        papers = [
            x.identifier
            for x in links
            if x.identifier.scheme in _PAPER_SCHEMES and (x is entry.main or x.role == "paper")
        ]
        return tuple(dict.fromkeys(papers))
    out: list[Identifier] = []
    if entry.main and entry.main.identifier.scheme not in _PAPER_SCHEMES:
        out.append(entry.main.identifier)
    if kind in _CODE_KINDS:
        # A repository or hub page behind a label counts as its own if there is only one such.
        for role, schemes in (("code", CODE_HOSTS), ("model", {"hf"}), ("dataset", {"hf", "github"})):
            found = {x.identifier for x in links_of(entry, role) if x.identifier.scheme in schemes}
            if len(found) == 1 and (role != "dataset" or kind in (Kind.DATASET, Kind.BENCHMARK)):
                out += found
    return tuple(dict.fromkeys(out))


# ------------------------------------------------------------------------------ links


def say_links(said: Said, draft: Draft) -> None:
    """The pages and repositories that the entry links."""
    entry, kind = said.entry, said.mention.kind
    for link in entry.all_links():
        if link.identifier.scheme in CODE_HOSTS and (
            link is entry.main or link.role in ("code", "page", "dataset")
        ):
            said.add(draft, Predicate.HAS_CODE, link.url, "link", 0.95)
        elif link is entry.main or link.role == "page":
            if link.identifier.scheme not in ("arxiv", "doi"):
                said.add(draft, Predicate.HOMEPAGE, link.url, "link", 0.9)
        elif link.role in ("model", "demo", "dataset") and kind is not Kind.PAPER:
            said.add(draft, Predicate.HOMEPAGE, link.url, "link", 0.7)


def say_papers(said: Said, draft: Draft) -> None:
    """The papers behind a thing that is no paper itself: each introduces it."""
    entry, mention = said.entry, said.mention
    if mention.kind is Kind.PAPER:
        return
    for link in entry.all_links():
        if link.role != "paper" or link.identifier.scheme not in _PAPER_SCHEMES:
            continue
        if link is not entry.main and not link.label and not is_title(link.text):
            continue
        name = link.text if is_title(link.text) and link is not entry.main else ""
        paper = draft.mention(said.place, name, Kind.PAPER, "reference", 0.95, identifiers=(link.identifier,))
        if mention.kind in _INTRODUCED:
            said.add(draft, Predicate.INTRODUCES, mention, "paper-link", 0.85, subject=paper)
        else:
            said.add(draft, Predicate.ABOUT, mention, "paper-link", 0.6, subject=paper)


def say_introduced(said: Said, draft: Draft) -> None:
    """The thing that a paper introduces: named before its title, beside it, or in "Name: rest"."""
    entry, paper = said.entry, said.mention
    if paper.kind is not Kind.PAPER:
        return
    for name, rule, confidence in introduced_names(entry, paper.name):
        thing = draft.known(name, _INTRODUCED)
        if thing is None:
            kind, sure = _introduced_kind(paper.name, draft, entry)
            code = [x.identifier for x in entry.beside if x.identifier.scheme in CODE_HOSTS]
            thing = draft.mention(
                said.place, name, kind, rule, sure, identifiers=code if len(code) == 1 else ()
            )
        said.add(draft, Predicate.INTRODUCES, thing, rule, confidence)


def introduced_names(entry: Entry, title: str) -> list[tuple[str, str, float]]:
    """The names of what a paper introduces, each with the rule that found it and a confidence."""
    out: list[tuple[str, str, float]] = []
    if entry.prefix and len(entry.prefix.split()) <= _NAME_WORDS and not is_organization(entry.prefix):
        out.append((entry.prefix, "short-name", 0.9))
    for word in entry.marked:
        clean = word.strip(" :,.()[]")
        if 0 < len(clean.split()) <= 2 and clean != title and _is_name(clean):  # noqa: PLR2004
            out.append((clean, "marked-name", 0.7))
    out += [(c.text, "column", 0.85) for c in entry.cells if c.role == "short" and _is_name(c.text)]
    head, colon, rest = title.partition(":")
    if not colon:
        head, colon, rest = _dashed(title)
    if (
        colon
        and len(rest.split()) > 1
        and 0 < len(head.split()) <= _NAME_WORDS
        and _heads(head.strip(), rest)
    ):
        name = re.sub(r"\s+(?:Technical\s+)?Report$", "", head.strip(" \"'“”"))
        out.append((name, "title-form", 0.85))
    out += [(b, "badge", 0.7) for b in entry.badges if _heads(b, "") and len(b.split()) <= _NAME_WORDS]
    seen: dict[str, tuple[str, str, float]] = {}
    for found in out:
        seen.setdefault(found[0].casefold(), found)
    return list(seen.values())


def _dashed(title: str) -> tuple[str, str, str]:
    found = re.match(r"(\S{2,30})\s+[-–—]\s+(.+)", title)
    return (found[1], "-", found[2]) if found else (title, "", "")


_NO_NAMES = frozenset(
    """survey review tutorial overview introduction position paper report technical towards toward case study
    abstract editorial opinion perspective thinking learning reasoning training pruning quantization
    distillation""".split()
)


def _is_name(text: str) -> bool:
    """Whether a short text can be the name of a method or model: not all of ordinary lower-case words."""
    words = text.split()
    if not words or text.casefold() in _NO_NAMES or not re.search(r"[^\W\d]", text):
        return False
    if text.endswith("?") or len(text) > 60:  # noqa: PLR2004
        return False
    return any(re.search(r"[A-Z\d]", w) for w in words)


_SURVEY = re.compile(
    r"\b(?:surveys?|reviews?|overview|tutorial|perspectives?|position|roadmap|retrospective)\b", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"\b(?:are|is|can|do|does|what|how|why|when|towards?|beyond|from|of|for|with)\b", re.IGNORECASE
)


def _heads(head: str, rest: str) -> bool:
    """Whether the words before a title's colon are a name: "Foo Net: ..." but not "Scaling laws: ..."."""
    if not _is_name(head) or _SURVEY.search(rest) or _CLAUSE.search(head):
        return False
    words = head.split()
    if len(words) == 1:
        return True
    if re.match(r"[A-Z]?[a-z]+ing$", words[0]):
        return False
    return all(re.match(r"\W*(?:[A-Z\d]|v\d)", w) or re.search(r"[a-z][A-Z]|\d", w) for w in words)


_MODELS = re.compile(
    r"\b(?:language\s+models?|llms?|slms?|foundation\s+models?|open[- ](?:source\s+)?models?|technical\s+report|chatbots?|"
    r"vision[- ]language\s+models?|generalist|assistant|transformers?\s+for)\s*$|^\W*(?:an?|the)\s+.*\bmodels?\b|technical\s+report",
    re.IGNORECASE,
)
_THINGS = (
    (Kind.BENCHMARK, re.compile(r"\b(?:benchmarks?|benchmarking|leaderboard|evaluating|arena)\b", re.IGNORECASE)),
    (Kind.DATASET, re.compile(r"\b(?:dataset|corpus|data\s+set)\b", re.IGNORECASE)),
    (Kind.FRAMEWORK, re.compile(r"\b(?:framework|library|toolkit|system|engine|platform|toolbox|compiler)\b", re.IGNORECASE)),
)  # fmt: skip


def _introduced_kind(title: str, draft: Draft, entry: Entry) -> tuple[Kind, float]:
    del draft, entry
    rest = title.partition(":")[2]
    for kind, pattern in _THINGS:
        if pattern.search(rest):
            return kind, 0.5
    return (Kind.MODEL, 0.5) if _MODELS.search(rest) else (Kind.METHOD, 0.55)


# ------------------------------------------------------------------------- text cues

_HOW = {"distilled": "distilled", "quantized": "quantized", "smaller": "smaller", "fine-tuned": "fine-tuned"}
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
            target(kind if kind in _CODE_KINDS else Kind.MODEL),
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


def say_hardware(said: Said, draft: Draft) -> None:
    """The devices that a title or description says the thing runs on."""
    for device in devices_in(f"{said.mention.name}. {said.entry.description}"):
        subject = said.mention
        said.add(draft, Predicate.RUNS_ON, device, "device-words", 0.7, subject=subject, beyond=True)


def say_makers(said: Said, draft: Draft) -> None:
    """The organizations that made the thing: by phrases of the description."""
    if said.mention.kind is Kind.PAPER:
        return
    entry = said.entry
    if said.mention.kind is Kind.TUTORIAL and entry.prefix and len(entry.prefix.split()) <= 4:  # noqa: PLR2004
        maker = draft.mention(said.place, entry.prefix, Kind.ORGANIZATION, "short-name", 0.7)
        said.add(draft, Predicate.MADE_BY, maker, "short-name", 0.7, beyond=True)
    for name in makers_in(entry.description):
        maker = draft.mention(said.place, name, Kind.ORGANIZATION, "cue", 0.8)
        said.add(
            draft, Predicate.MADE_BY, maker, "cue-maker", 0.75, beyond=said.mention.kind is Kind.TUTORIAL
        )


def links_of(entry: Entry, role: str) -> list[Link]:
    """The links of one role."""
    return [x for x in entry.all_links() if x.role == role]
