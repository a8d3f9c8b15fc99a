"""Papers and what they introduce: a thing's papers, and the thing that a paper's title names."""

from __future__ import annotations

import re

from kg.identifiers import CODE_HOSTS
from kg.patterns import Pattern
from kg.vocabulary import Kind, Predicate

from .attributes import date_in
from .claims import PAPER_SCHEMES, Said
from .draft import Draft
from .entries import Entry
from .organizations import is_organization
from .titles import is_title, split_alias
from .venues import venue_in

_INTRODUCED = Predicate.INTRODUCES.range
_NAME_WORDS = 3


def say_papers(said: Said, draft: Draft) -> None:
    """The papers behind a thing that is no paper itself: each introduces it."""
    entry, mention = said.entry, said.mention
    if mention.kind is Kind.PAPER:
        return
    for link in entry.all_links:
        if link.role != "paper" or link.identifier.scheme not in PAPER_SCHEMES:
            continue
        title = is_title(link.text) or len(link.text.split()) >= _NAME_WORDS
        bare = link.text.startswith(("http://", "https://"))
        if link is not entry.main and not link.label and not title and not bare:
            continue
        name = link.text if title and not link.label and link is not entry.main else ""
        paper = draft.mention(said.place, name, Kind.PAPER, "reference", 0.95, identifiers=(link.identifier,))
        if mention.kind in _INTRODUCED:
            said.add(draft, Predicate.INTRODUCES, mention, "paper-link", 0.95, subject=paper)
        else:
            said.add(draft, Predicate.ABOUT, mention, "paper-link", 0.65, subject=paper)


def say_introduced(said: Said, draft: Draft) -> None:
    """The thing that a paper introduces: named before its title, beside it, or in "Name: rest"."""
    entry, paper = said.entry, said.mention
    if paper.kind is not Kind.PAPER:
        return
    for name, rule, confidence in introduced_names(entry, paper.name):
        thing = draft.known(name, _INTRODUCED)
        if thing is None:
            kind, sure = introduced_kind(paper.name)
            code = [x.identifier for x in entry.beside if x.identifier.scheme in CODE_HOSTS]
            thing = draft.mention(
                said.place, name, kind, rule, sure, identifiers=code if len(code) == 1 else ()
            )
        said.add(draft, Predicate.INTRODUCES, thing, rule, confidence)


def introduced_names(entry: Entry, title: str) -> list[tuple[str, str, float]]:
    """The names of what a paper introduces, each with the rule that found it and a confidence."""
    out: list[tuple[str, str, float]] = []
    named = bool(entry.prefix) and entry.prefix.casefold() not in _NO_NAMES  # "Paper: [Title](…)"
    if named and len(entry.prefix.split()) <= _NAME_WORDS and not is_organization(entry.prefix):
        out.append((entry.prefix, "short-name", 0.93))
    if (
        _is_name(entry.lead)
        and " " not in entry.lead
        and not (date_in(entry.lead) or venue_in([entry.lead]).name)
    ):
        out.append((entry.lead, "short-name", 0.85))
    for word in entry.marked:
        clean = word.strip(" :,.()[]")
        if 0 < len(clean.split()) <= 2 and clean != title and _is_name(clean):  # noqa: PLR2004
            out.append((clean, "marked-name", 0.7))
    out += [(c.text, "column", 0.93) for c in entry.cells if c.role == "short" and _is_name(c.text)]
    head, colon, rest = title.partition(":")
    if not colon:
        head, colon, rest = _dashed(title)
    head, _ = split_alias(head.strip())  # "Foo Bar Baz (FBB): ..."
    if (
        colon
        and len(rest.split()) > 1
        and 0 < len(head.split()) <= _NAME_WORDS
        and _heads(head.strip(), rest)
    ):
        name = re.sub(r"\s+(?:Technical\s+)?Report$", "", head.strip(" \"'“”"))
        out.append((name, "title-form", 0.95))
    out += [(b, "badge", 0.85) for b in entry.badges if _heads(b, "") and len(b.split()) <= _NAME_WORDS]
    out += [(name, "badge-name", 0.9) for name in entry.named if _is_name(name)]
    seen: dict[str, tuple[str, str, float]] = {}
    for found in out:
        seen.setdefault(found[0].casefold(), found)
    return list(seen.values())


def _dashed(title: str) -> tuple[str, str, str]:
    found = re.match(r"(\S{2,30})\s+[-–—]\s+(.+)", title)
    return (found[1], "-", found[2]) if found else (title, "", "")


_NO_NAMES = frozenset(
    """survey review tutorial overview introduction position paper papers blog
    code link project report technical towards toward case study
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


_SURVEY = Pattern(
    r"\b(?:surveys?|reviews?|overview|tutorial|perspectives?|position|roadmap|retrospective)\b", re.IGNORECASE
)
_CLAUSE = Pattern(
    r"(?<![\w-])(?:are|is|can|do|does|what|how|why|when|towards?|beyond|from|of|for|with)(?![\w-])",
    re.IGNORECASE,
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


_BEHIND = re.compile(
    r"\s+(?:of|for|in|on|with|via|by|to|as|using|through|from|at|towards?|under|across)\s+", re.IGNORECASE
)
_REPORT = Pattern(r"\btechnical\s+report\b", re.IGNORECASE)
_GERUND = re.compile(r"\W*[A-Za-z]+ing\b", re.IGNORECASE)
_HEADS = (
    (Kind.BENCHMARK, r"benchmarks?|leaderboards?|arena|test\s?beds?"),
    (Kind.DATASET, r"datasets?|data\s+sets?|corpus|corpora"),
    (
        Kind.FRAMEWORK,
        r"frameworks?|librar(?:y|ies)|toolkits?|toolbox|engines?|platforms?|compilers?|systems?",
    ),
    (Kind.MODEL, r"models?|s?l?lms?|vlms?|chatbots?|assistants?|generalists?|famil(?:y|ies)"),
)
_HEAD_NOUNS = tuple((kind, Pattern(rf"\b(?:{words})\W*$", re.IGNORECASE)) for kind, words in _HEADS)


def introduced_kind(title: str) -> tuple[Kind, float]:
    """The kind of what a title introduces, by the head noun behind its name, and a confidence.

    >>> introduced_kind("FooLM: An Open Language Model")[0] is Kind.MODEL
    True
    >>> introduced_kind("Foo: Low-Rank Updates of Large Language Models")[0] is Kind.METHOD
    True
    """
    if _REPORT.search(title):
        return Kind.MODEL, 0.6
    head = _BEHIND.split(title.partition(":")[2], maxsplit=1)[0]
    if _GERUND.match(head):
        benchmark = re.match(r"\W*(?:benchmark|evaluat)ing\b", head, re.IGNORECASE)
        return (Kind.BENCHMARK, 0.5) if benchmark else (Kind.METHOD, 0.6)
    found = next((kind for kind, noun in _HEAD_NOUNS if noun.search(head)), None)
    return (found, 0.6) if found else (Kind.METHOD, 0.55)
