"""The kind of an entry, by column, heading, host and form of its name; each guess with its rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.patterns import Pattern, Patterns
from kg.vocabulary import Kind

from .entries import Entry
from .headings import Role, heading
from .links import has_paper_host
from .titles import is_title
from .venues import venue_in


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind, the rule that gave it, and how often that rule is right."""

    kind: Kind
    rule: str
    confidence: float


_CURATED = Pattern(
    r"(?:^|[\s/\"'])awesome[-_ ]|-awesome\b|^awesome|(?:curated|awesome|reading|paper|papers)\s+list|"
    r"\bcurated\s+collection|(?:list|collection)\s+of\s+(?:\w+\s+){0,4}(?:papers|resources|tools|"
    r"projects|links)|"
    r"must-?read\s+papers|papers?[-_ ]?list\b|^\S+papers$|"
    r"\bpapers\s+(?:and|&)\s+(?:code|projects|resources)\b",
    re.IGNORECASE,
)
_NOUNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.BENCHMARK,
        r"benchmarks?|leaderboards?|evaluation\s+(?:suite|set|benchmark)|test\s+(?:suite|set)|arena",
    ),
    (Kind.DATASET, r"datasets?|data\s+sets?|corpus|corpora|instruction\s+data"),
    (
        Kind.TUTORIAL,
        (
            r"tutorials?|courses?|guides?|books?|handbook|cookbook|notebooks?|blog(?:\s+posts?)?|"
            r"cheat\s*sheet|articles?|"
            r"lectures?|roadmap|newsletter|podcast|docs|documentation|subreddit|examples|lessons|walkthrough|"
            r"visuali[sz]ation|"
            r"list\s+of|collection\s+of|community|forum|discord"
        ),
    ),
    (
        Kind.FRAMEWORK,
        (
            r"frameworks?|librar(?:y|ies)|tools?|toolkits?|toolbox|engines?|platforms?|servers?|runtimes?|"
            r"sdk|packages?|plugins?|"
            r"extensions?|apps?|application|ui|gui|webui|interface|clients?|cli|api|gateway|proxy|router|"
            r"compiler|database|"
            r"system|infrastructure|software|implementation|wrapper|bindings|editor|ide|assistant|agent|"
            r"agents|solution|stack|"
            r"pipeline|codebase|kernels|orchestrator|service|scripts?|harness|hub"
        ),
    ),
    (
        Kind.MODEL,
        (
            r"models?|llms?|slms?|vlms?|language\s+models?|chatbot|classifier|embeddings?\s+model|checkpoint|"
            r"transformer"
        ),
    ),
    (
        Kind.METHOD,
        r"methods?|techniques?|approach(?:es)?|algorithms?|strateg(?:y|ies)|optimi[sz]er|attention|mechanism",
    ),
)
_NOUN_PATTERNS = tuple((kind, Pattern(rf"(?<![\w-])(?:{p})(?![\w-])", re.IGNORECASE)) for kind, p in _NOUNS)
_NOUNS_BY_NEEDLE = Patterns(pattern for _, pattern in _NOUN_PATTERNS)
_LOOSE = (Kind.MODEL, Kind.METHOD)  # words that often stand before the head noun: "LLM server"
_BEHIND = re.compile(
    r"\s+(?:for|to|that|which|of|with|by|from|in|on|using|designed|based|who|where|and|is|aimed|written|"
    r"built|powered|developed|trained|optimi[sz]ed|capable)\s+",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:easily\s+|quickly\s+|efficiently\s+)?(?:run|runs|running|serve|train|fine-?tune|deploy|use|uses|"
    r"build|chat|create|download|manage|discover|"
    r"generate|connect|turn|convert|compare|estimate|calculate|evaluate|test|monitor|explore|exploring|"
    r"make|get|write|find|"
    r"hundreds|thousands|learn|understand|integrate|automate|improve|reduce|enable|let|lets|allows?|"
    r"provides?|supports?|pushing)\b",
    re.IGNORECASE,
)
_TOOLS = Pattern(
    r"\b(?:tools?|toolkits?|frameworks?|librar(?:y|ies)|software|packages?)\b|工具|框架", re.IGNORECASE
)
_THIRD = re.compile(
    r"(?!(?:agents|tools|systems|its|this|various|models|llms|apps)\b)[a-z]{3,}[^s\W]s\s+[a-z]"
)
_RESOURCES = Pattern(r"\b(?:resources|community|others?)\b|资源", re.IGNORECASE)
_YEAR = re.compile(r"\W{0,3}(?:19|20)\d\d\W")
_TALK = re.compile(r"(?:www\.)?(?:twitter\.com|x\.com|discord\.(?:gg|com)|t\.me|linkedin\.com)/")
_LISTS = re.compile(r"\blists?\b", re.IGNORECASE)
_SURVEYS = Pattern(r"\b(?:surveys?|reviews?)\b|综述", re.IGNORECASE)
_PROJECTS = Pattern(r"\bprojects?\b|项目", re.IGNORECASE)
_MEASURES = Pattern(r"bench|eval|leaderboard|arena|score|rank|test|harness|评", re.IGNORECASE)
_BENCHMARKS = Pattern(r"\bbenchmarks?\b|\bleaderboards?\b|基准|榜", re.IGNORECASE)
_FAMILY = re.compile(
    r"(?:(?:open)?ai\s+)?(?:gpt-?\d|o[134](?:-\w+)?$|llama[- ]?\d|qwen|deepseek-(?:v|r|coder|math)|gemma|"
    r"phi-?\d|mistral|mixtral|kimi|glm-?\d|claude|gemini|"
    r"grok|yi-|falcon|bloom|minicpm|internlm|baichuan|olmo|smollm|granite)",
    re.IGNORECASE,
)
_VENUE_YEAR = re.compile(r"[A-Z][\w-]+\s?(?:['’]\d\d|,?\s(?:19|20)\d\d)")
_PUBLISHED = frozenset({Kind.MODEL, Kind.METHOD, Kind.DATASET, Kind.BENCHMARK, Kind.FRAMEWORK})


def noun_kind(text: str) -> Kind | None:
    """The kind that the head noun of a description names: "a fast engine for models" is a Framework.

    >>> noun_kind("A fast inference engine for language models") is Kind.FRAMEWORK
    True
    >>> noun_kind("benchmark of reasoning models") is Kind.BENCHMARK
    True
    """
    text = re.split(r"[.;:(,]", text.strip(), maxsplit=1)[0][:160]
    if _VERB.match(text) or _THIRD.match(text):
        return None  # "run models on your phone" says what it does, not what it is
    head = _BEHIND.split(text, maxsplit=1)[0]
    best: tuple[int, Kind] | None = None
    for number in _NOUNS_BY_NEEDLE.possible(head):
        kind, pattern = _NOUN_PATTERNS[number]
        for found in pattern.compiled.finditer(head):
            last = not re.search(r"\w", head[found.end() :])
            if (last or kind not in _LOOSE) and (best is None or found.end() > best[0]):
                best = (found.end(), kind)
    return best[1] if best else None


def is_paperish(entry: Entry) -> bool:
    """Whether an entry points to a paper, on its name or by a label."""
    if entry.main is not None:
        return entry.main.role == "paper" and entry.main.identifier.scheme != "github"
    return any(link.role == "paper" for link in entry.links)


def classify(entry: Entry) -> Guess:
    """The kind of an entry by the first rule that fits."""
    name, about = entry.name, entry.description
    code = entry.main.identifier.scheme in ("github", "gitlab") if entry.main else False
    if (code or not is_paperish(entry)) and (
        _CURATED.search(name)
        or _CURATED.search(about[:120])
        or (code and entry.main and "awesome" in entry.main.identifier.value)
    ):
        return Guess(Kind.TUTORIAL, "curated-list", 0.95)
    if guess := _by_host(entry):
        return guess
    title = is_title(name)
    if entry.form == "quote" and is_paperish(entry):
        return Guess(Kind.PAPER, "title-form", 0.95)
    if entry.column and not (title and is_paperish(entry) and entry.column is Kind.MODEL):
        return Guess(entry.column, "column", 0.95)
    kind, near = _by_heading(entry)
    if kind:
        return _adjusted(entry, kind, near, title=title)
    return _by_form(entry, title=title)


def _by_host(entry: Entry) -> Guess | None:  # noqa: PLR0911 - one return a rule
    if entry.main is None:
        return None
    identifier = entry.main.identifier
    if identifier.scheme == "hf":
        first = identifier.value.split("/")[0]
        if first == "datasets":
            measured = _by_heading(entry)[0] is Kind.BENCHMARK
            return Guess(Kind.BENCHMARK if measured else Kind.DATASET, "host", 0.95)
        if first == "spaces":
            board = re.search(r"leaderboard|arena|bench", f"{entry.name} {identifier.value}", re.IGNORECASE)
            return Guess(Kind.BENCHMARK, "host", 0.9) if board else None
        return Guess(Kind.MODEL, "host", 0.95) if entry.column is None else None
    if (
        re.match(r"huggingface\.co/blog|reddit\.com/|(?:[\w-]+\.)?youtube\.com/|youtu\.be/", identifier.value)
        and entry.column is None
    ):
        return Guess(Kind.TUTORIAL, "host", 0.94)
    if identifier.value.startswith("huggingface.co/collections") and entry.column is None:
        return Guess(Kind.MODEL, "host", 0.9)
    return None


def _by_heading(entry: Entry) -> tuple[Kind | None, bool]:
    """The kind of the nearest TYPE heading, and whether no topic stands between."""
    near = True
    inner: Kind | None = None
    for section in reversed(entry.path):
        read = heading(section.text)
        if read.role is Role.TYPE and inner is None:
            if read.kind is not Kind.MODEL:
                return read.kind, near
            inner = read.kind
        elif read.role is Role.TYPE and read.kind in (
            Kind.FRAMEWORK,
            Kind.TUTORIAL,
            Kind.BENCHMARK,
            Kind.DATASET,
        ):
            return read.kind, near  # "Tools > Models": tools for models
        if read.role is Role.TOPIC:
            near = False
    return inner, near and inner is not None


def _adjusted(entry: Entry, kind: Kind, near: bool, *, title: bool) -> Guess:  # noqa: FBT001
    """The heading's kind, unless the form of the item says otherwise."""
    paperish = is_paperish(entry)
    sure = 0.95 if near else 0.94
    if kind is Kind.HARDWARE_TIER:
        return _by_form(entry, title=title)
    if kind is Kind.PAPER:
        return _under_papers(entry, sure, paperish=paperish, title=title)
    slides = kind is Kind.TUTORIAL and entry.main is not None and not has_paper_host(entry.main.identifier)
    if (
        title
        and paperish
        and not slides
        and (kind is not Kind.FRAMEWORK or not _TOOLS.search(_near_heading(entry)))
    ):
        return Guess(Kind.PAPER, "title-form", 0.95)
    if title and not paperish and kind in (Kind.FRAMEWORK, Kind.MODEL, Kind.METHOD) and _published(entry):
        return Guess(Kind.PAPER, "title-form", 0.85)
    noun = noun_kind(entry.description) or _noun_in_brackets(entry.name)
    overruled = _OVERRULED[kind](entry, noun) if kind in _OVERRULED else None
    return overruled or Guess(kind, "type-heading", sure)


def _under_papers(entry: Entry, sure: float, *, paperish: bool, title: bool) -> Guess:
    code = entry.main is not None and entry.main.role == "code"
    if code and not title and not entry.description and _SURVEYS.search(_near_heading(entry)):
        return Guess(Kind.TUTORIAL, "host", 0.7)  # a repository among surveys gathers papers
    if (paperish or title) and not (code and not title):
        return Guess(Kind.PAPER, "type-heading", sure)
    if entry.tail and _YEAR.match(entry.tail[0]):
        return Guess(Kind.PAPER, "type-heading", 0.85)
    return _by_form(entry, title=title) if entry.main else Guess(Kind.PAPER, "type-heading", 0.7)


def _published(entry: Entry) -> bool:
    """Whether a venue and a year stand behind the name."""
    texts = [entry.lead, *entry.tail]
    told = entry.shape == "item" and _VENUE_YEAR.search(" ".join(texts[:3]))
    return bool(told) and bool(venue_in([t for t in texts if t]).name)


def _under_tutorials(entry: Entry, noun: Kind | None) -> Guess | None:
    code = entry.main is not None and entry.main.role == "code"
    told = noun is not None and noun in (Kind.FRAMEWORK, Kind.BENCHMARK, Kind.DATASET)
    if noun is not None and told and (code or not entry.description):
        return Guess(noun, "description", 0.9)
    return (
        Guess(noun or Kind.FRAMEWORK, "host", 0.75) if code and _RESOURCES.search(_headings(entry)) else None
    )


def _under_tools(entry: Entry, noun: Kind | None) -> Guess | None:
    if _PROJECTS.search(_headings(entry)) and (noun is Kind.MODEL or _FAMILY.match(entry.name)):
        return Guess(Kind.MODEL, "description", 0.9)
    if noun is None and entry.main and _TALK.match(entry.main.identifier.value):
        return Guess(Kind.TUTORIAL, "host", 0.75)
    return _under_models(entry, noun)


def _under_models(_entry: Entry, noun: Kind | None) -> Guess | None:
    other = noun is not None and noun in (Kind.BENCHMARK, Kind.DATASET, Kind.TUTORIAL)
    return Guess(noun, "description", 0.9) if other and noun is not None else None


def _under_benchmarks(entry: Entry, noun: Kind | None) -> Guess | None:
    """Under "Evaluation" stand tools as well; under "Benchmarks" only what calls itself a tool is one."""
    plainly = _BENCHMARKS.search(_near_heading(entry))
    measures = _MEASURES.search(f"{entry.name} {entry.description}")
    if entry.shape != "item" or is_paperish(entry) or measures or (plainly and noun is not Kind.FRAMEWORK):
        return None
    return Guess(noun or Kind.FRAMEWORK, "description", 0.8)


def _under_applications(entry: Entry, noun: Kind | None) -> Guess | None:
    library = noun is Kind.FRAMEWORK and _LIBRARY.search(entry.description[:60])
    return Guess(Kind.FRAMEWORK, "description", 0.9) if library else None


_OVERRULED = {
    Kind.TUTORIAL: _under_tutorials,
    Kind.FRAMEWORK: _under_tools,
    Kind.MODEL: _under_models,
    Kind.BENCHMARK: _under_benchmarks,
    Kind.APPLICATION: _under_applications,
}


def _headings(entry: Entry) -> str:
    return " / ".join(section.text for section in entry.path)


_LIBRARY = Pattern(
    r"\b(?:bindings?|librar(?:y|ies)|sdk|framework|toolkit|engine|compiler|runtime)\b", re.IGNORECASE
)


def _near_heading(entry: Entry) -> str:
    """The nearest TYPE heading, as written."""
    return next((s.text for s in reversed(entry.path) if heading(s.text).role is Role.TYPE), "")


def _noun_in_brackets(name: str) -> Kind | None:
    found = re.search(r"\(([^()]{3,40})\)$", name)
    return noun_kind(found[1]) if found else None


def _by_form(entry: Entry, *, title: bool) -> Guess:  # noqa: PLR0911 - one return a rule
    """No heading decides: host, form of the name and the head noun of the description do."""
    paperish = is_paperish(entry)
    if paperish and title:
        return Guess(Kind.PAPER, "title-form", 0.95)
    if title and not entry.links and entry.main is None and _published(entry):
        return Guess(Kind.PAPER, "title-form", 0.85)
    noun = _noun_of(entry)
    if paperish:
        published = noun if noun is not None and noun in _PUBLISHED else Kind.METHOD
        return Guess(published, "paper-host", 0.7)
    if entry.main:
        return Guess(noun, "description", 0.9) if noun else _by_page(entry, entry.main.role, title=title)
    if any(link.role == "code" for link in entry.links):
        return Guess(Kind.FRAMEWORK, "host", 0.75)
    if any(link.label and link.role == "page" for link in entry.links):
        return Guess(Kind.FRAMEWORK, "host", 0.5)
    topic = _topic_kind(entry)
    return Guess(topic, "under-topic", 0.85) if topic else Guess(noun or Kind.METHOD, "name-only", 0.5)


def _by_page(entry: Entry, role: str, *, title: bool) -> Guess:
    """The kind that the page of an entry alone tells."""
    if role == "code" and entry.path and _LISTS.search(entry.path[-1].text):
        return Guess(Kind.TUTORIAL, "host", 0.75)
    if role == "code":
        return Guess(Kind.FRAMEWORK, "host", 0.8)
    if role in ("blog", "video", "docs"):
        return Guess(Kind.TUTORIAL, "host", 0.8)
    return Guess(Kind.TUTORIAL if title else Kind.FRAMEWORK, "host", 0.5)


def _noun_of(entry: Entry) -> Kind | None:
    """The kind that the head noun of the description or, failing that, of the name tells."""
    if noun := noun_kind(entry.description):
        return noun
    noun = noun_kind(entry.name)
    described = entry.description and entry.main is not None and entry.main.role == "code"
    return None if described and noun in _LOOSE else noun  # a repository called "Foo LLM" may be a tool


def _topic_kind(entry: Entry) -> Kind | None:
    for section in reversed(entry.path):
        read = heading(section.text)
        if read.role is Role.TOPIC:
            return read.topic_kind
        if read.role is Role.TYPE and read.kind is not Kind.HARDWARE_TIER:
            return read.kind
    return None
