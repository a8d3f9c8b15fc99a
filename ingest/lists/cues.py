"""Phrases that say how one thing relates to another, and the names that follow them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.patterns import Pattern, Patterns

from .naming import Found, NameIndex

_NAMED = r"(?=[A-Z]|[a-z]+[\w.]*[-\d])"
_LESS = r"smaller|compact|compressed|pruned|tiny|reduced"
_TUNED = r"fine-?\s?tun(?:ed|es?|ing)"
_PROPER = r"(?>[A-Z][\w./-]*)(?:\s(?>[A-Z][\w.-]*)){0,2}"
_DOES = r"runs?|running|serv(?:e|es|ing)|deploy(?:s|ing)?|train(?:s|ing)?|host(?:s|ing)?|chat\s+with"
_GENERATED = "generated|created|produced|synthesi[sz]ed|collected|annotated"
_MANY_OF = r"(?:\s+[\d.,]+\s?[KMBT]?\+?\s+(?:\w+\s+)?(?:tokens?|samples?|examples?)\s+(?:of|from))?"
_TOOLS = "servers?|engines?|runtimes?|backends?|toolkits?|librar(?:y|ies)|tools?|scripts?|code"
_FACES = r"front-?end|bindings?|wrapper|client|interface|gui|web\s?ui|ui|bridge|plugin|extension"
_CUES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "derived",
        "distilled",
        (r"distill(?:ed|ation)\s+(?:versions?\s+)?(?:of|from)", rf"distilled\s+{_NAMED}"),
    ),
    (
        "derived",
        "quantized",
        (
            r"quanti[sz]ed\s+(?:versions?|variants?)\s+of",
            r"quanti[sz]ations?\s+of",
            r"quants?\s+of",
            rf"quanti[sz]ed\s+{_NAMED}",
        ),
    ),
    (
        "derived",
        "smaller",
        (
            rf"(?:{_LESS}|lightweight|lighter|sparse)\s+(?:versions?|variants?|models?)\s+of",
            rf"(?:{_LESS})\s+(?=[A-Z][\w.-]*\s+model)",
        ),
    ),
    (
        "derived",
        "fine-tuned",
        (
            rf"{_TUNED}\s+(?:\w+\s+)?(?:(?:versions?|variants?|models?)\s+)?(?:of|from|over|based\s+on|on\s+top\s+of)",
            r"(?:by|through|via|for)\s+(?:instruction[- ])?fine-?tuning",
            rf"(?:post-?trained|{_TUNED})\s+{_NAMED}",
            r"(?:instruct(?:ion)?|chat)[- ]?(?:fine)?tuned\s+(?:versions?\s+)?(?:of|from)",
            r"微调自",
        ),
    ),
    (
        "derived",
        "",
        (
            r"(?:versions?|variants?|finetunes?|merges?|continuation|enhancement|adaptation)\s+of",
            r"(?:subset|split|translation|extension|superset|reproduction)\s+of",
            r"translated\s+from",
            r"continu(?:ed|al|ous)\s+pre-?training\s+(?:of|from|on)",
            r"(?:continued?|further)\s+(?:pre-?)?trained\s+(?:from|on\s+top\s+of)",
            r"initiali[sz]ed\s+from",
        ),
    ),
    ("forked", "", (r"(?:forked|fork|port(?:ed)?|rewrite|rewritten|derived|adapted)\s+(?:of|from)",)),
    ("based", "", (r"based\s+(?:up)?on(?:\s+top\s+of)?", r"extend(?:s|ing)", r"基于", r"on\s+top\s+of")),
    ("built", "", (r"(?:built|builds?|building)[\s-]+(?:up)?on(?:\s+top\s+of)?",)),
    (
        "trained",
        "",
        (
            rf"(?:(?:pre-?|post-?)?trained|tuned|{_TUNED}|applied)\s+(?:\w+\s+){{0,2}}?(?:on|with|using){_MANY_OF}",
            rf"(?:on|with|using)\s+(?=(?:the\s+)?{_PROPER}\s+(?:datasets?|corpus|data)\b)",
        ),
    ),
    (
        "trains",
        "",
        (
            rf"used\s+(?:to\s+(?:(?:pre-?)?train|{_TUNED})|(?:for|in)\s+(?:training|{_TUNED}))",
            r"training\s+(?:data|set|corpus)\s+(?:of|for|behind)",
        ),
    ),
    (
        "generated",
        "",
        (
            rf"(?:{_GENERATED})\s+(?:by|with|using|from|via|through)",
            r"(?:using|by)\s+(?=(?:gpt|chatgpt|text-davinci|claude|gemini))",
            r"(?:outputs?|responses?)\s+(?:from|of|by)",
            r"由",
        ),
    ),
    (
        "supports",
        "",
        (
            r"support(?:s|ing)?(?:\s+for)?",
            r"(?:compatible|works?|working)\s+with",
            r"integrat(?:es|ed|ions?)\s+(?:with|for)",
            r"compatib(?:le|ility)\s+(?:to|across)",
            r"with\s+(?=[A-Z][\w.-]*(?:(?:,\s*|\s+(?:and|&)\s+|/)[\w.-]+){0,5}\s+support\b)",
            r"inference(?:\s+(?:engines?|servers?|frameworks?|librar(?:y|ies)|runtimes?|api))?\s+(?:of|for)",
            rf"for\s+(?=(?:the\s+)?{_PROPER}\s+models?\b)",
            r"(?:llms?|models?|embeddings?|architectures?)\s*\((?=[^()]{1,80},)",
            r"models?\s+(?:like|such\s+as|including|\(?e\.g\.,?)",
            rf"(?:{_DOES})\s+{_NAMED}",
            r"支持",
        ),
    ),
    ("faces", "", (rf"(?:{_FACES})\s+(?:for|around|to|of)",)),
    (
        "serves",
        "",
        (r"(?:servers?|engines?|runtimes?|backends?|toolkits?|librar(?:y|ies)|tools?|scripts?|code)\s+for",),
    ),
    ("implements", "", (r"implement(?:s|ing|ations?\s+of|ed)", r"reproduc(?:tion|es|ing)(?:\s+of)?")),
    (
        "uses",
        "",
        (
            r"(?:using|uses|utili[sz](?:es|ing)|leverag(?:es|ing)|via|employ(?:s|ing)|combin(?:es|ing))",
            r"(?:powered|backed|driven)\s+by",
            r"(?:built|written|made)\s+(?:with|using|around)",
            r"deployment\s+of",
            r"[Hh]ybrid\s+(?=[A-Z])",
            rf"with\s+(?=(?:an?\s+|the\s+)?{_PROPER}\s+(?:backends?|clients?|librar(?:y|ies)|integration)\b)",
            r"with\s+(?=[A-Z]{2,6}\s*(?:$|[.;)]))",
        ),
    ),
)
CUES = tuple(
    (relation, how, Pattern(rf"(?<![\w-])(?:{'|'.join(patterns)})[\s:]*", re.IGNORECASE))
    for relation, how, patterns in _CUES
)
_CLAUSE = "[^\uff0c。,]{1,30}"
_LATIN = r"(?=[A-Za-z])"
_CHINESE_SKIP = r"(?:了|原始的?|开源的?|最新的?|官方的?|[A-Za-z]{2,12}的|大?模型|\s)*"
_CHINESE_CUES = tuple(
    (relation, how, Pattern(rf"(?:{pattern}){_CHINESE_SKIP}{_LATIN}"))
    for relation, how, pattern in (
        ("derived", "distilled", r"蒸馏自"),
        ("derived", "fine-tuned", r"微调自"),
        (
            "derived",
            "",
            rf"翻译自|改编自|衍生自|(?<![\u4e00-\u9fff])对(?={_CLAUSE}(?:翻译|清洗|筛选|扩充))",
        ),
        ("based", "", rf"基于|以(?={_CLAUSE}为(?:基座|底座|基础))|在(?={_CLAUSE}(?:基础上|之上))"),
        ("generated", "", r"借助|利用|调用|使用|通过|由|以及"),
        ("supports", "", r"支持|兼容"),
        ("uses", "", r"采用|使用|结合"),
    )
)
_SKIP = re.compile(
    r"(?:(?:the|a|an|our|their|its|original|base|open|open-source|official|pre-?trained|popular|new|"
    r"latest|various|models?|"
    r"large|small|smaller|bigger|both|fine-?\s?tuned|existing|multiple|all|model|distilled|of|\w+-based|"
    r"old|older|own|local|powerful|well-known|power|"
    r"(?:[A-Z][\w.]*\s)?[A-Z][\w.]*['’]s?)\s+){0,4}"
)
# Atomic: a word of a name is taken whole or not at all, so that no text makes a pattern try
# every way of cutting its words.
_WORD_OF_NAME = (
    r"(?>(?:[A-Z]|(?=[a-z][a-zA-Z\d_-]*[A-Z\d])[a-z])[a-zA-Z\d_.-]*(?<=[a-zA-Z\d_])(?:\+{1,2}(?![a-zA-Z\d]))?"
    r"(?:(?=/[\w.-]*\d)/[a-zA-Z\d_.-]+(?<=[a-zA-Z\d_]))?"
    r"|[a-z_]+\.[a-z]{1,4}\b|(?:chat)?gpt(?:-[a-z]+)?(?![A-Za-z\d_])|[a-z]+(?:_[a-z\d]+)+(?![A-Za-z\d])|\d+(?:\.\d+)?[BM]\b)"
)
_NAME = re.compile(rf"{_WORD_OF_NAME}(?:\s(?:{_WORD_OF_NAME}|\d+(?:\.\d+)?[bBM]?\b|v\d[\w.]*)){{0,3}}")
_AND = re.compile(
    r"(?:\s+(?:models?|librar(?:y|ies)|frameworks?|backends?|quanti[sz]ation|embeddings|apis?|engines?))?"
    r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*|\s*/\s*|\+(?=\w)|\s*\|\s*|、|和|与|以?及)\s*"
    r"(?:the\s+|old\s+|local\s+)?",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    """the a an and or for with in on to of it its this that we i python rust go c c++ java typescript
    javascript ruby php perl lua julia swift kotlin scala haskell elixir clojure ai ml nlp llm llms
    api apis gpu gpus cpu cpus npu npus tpu json rest sota cli http ui vision iterated english
    chinese german french japanese korean russian spanish arabic hindi italian european multilingual
    apache mit bsd gpl open paper code model models data dataset huggingface hugging face github web
    docker kubernetes linux windows macos android ios no new see high deep machine learning large
    small language generative foundation diffusion multimodal neural custom natural computer speech
    audio text image reasoning embedding conversational agentic mobile production enterprise
    framework platform toolkit library server engine service services system systems inference
    serving deployment pipeline pipelines application applications tool tools pdf csv html xml yaml
    sql tts stt asr ocr gui tui sdk agent agents workflow workflows vlm vlms slm slms mllm mllms lmm
    lmms transformer gen-ai genai""".split()
)


_ENDLESS = re.compile(r"\S{80,}")


def legible(text: str) -> str:
    """The first of a text, without "words" too long for any name: patterns take long over those.

    >>> legible("Foo " + "x" * 500 + " bar")
    'Foo   bar'
    """
    return _ENDLESS.sub(" ", text[:2000])


@dataclass(frozen=True, slots=True)
class Related:
    """A name behind a cue: the relation, how, the name as written, and the known things it may be.

    ``start``: where the name stands. One name may stand behind several cues: the kinds of the two
    things tell which of them is meant.
    """

    relation: str
    how: str
    name: str
    keys: tuple[int, ...]
    start: int


_BEFORE = Pattern(
    rf"(?P<names>(?<![\w-]){_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}}(?:\s+and\s+{_WORD_OF_NAME})?)[\s-]+"
    r"(?:(?P<fork>forks?|port)|(?P<infer>inference)|(?P<made>(?:generated|annotated)\b|completions?|responses?|outputs?)|(?P<tuned>fine-?tunes?|finetunes?|fine-tuning|finetuning)|"
    r"(?P<base>based|base))\b(?!\s+(?:on|from|model\s+for))"
)
_DISTINCT = re.compile(r"[a-z][A-Z]|[A-Z]{2}|\d")
_AS_BASE = Pattern(
    rf"uses?\s+(?:[A-Z]\w*['’]s\s+)?(?P<name>{_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}})\s+as\s+(?:the|its|a|"
    rf"an)\s+(?:base|backbone|foundation)"
)
_OPENS = Pattern(
    rf"(?P<name>{_WORD_OF_NAME}(?:\s{_WORD_OF_NAME})?)\s+(?:\d+(?:\.\d+)?[BM]\s+)?(?:param\w*\s+)?models?\s+"
    r"(?:with|tuned|trained|fine-?tuned|adapted|optimi[sz]ed)\b"
)


_ANY_CUES = (*CUES, *_CHINESE_CUES)
_CUES_BY_NEEDLE = Patterns(pattern for _, _, pattern in _ANY_CUES)


def related(text: str, names: NameIndex) -> list[Related]:
    """What a text may relate its subject to, in the order of the text.

    >>> [(r.relation, r.how, r.name) for r in related("A distilled version of FooBERT", NameIndex())]
    [('derived', 'distilled', 'FooBERT')]
    """
    text = legible(text)
    before = list(_before(text))
    behind = list(_behind(text))
    if not before and not behind:
        return []
    known = {f.start: f for f in names.find(text)}
    taken: set[tuple[int, str]] = set()
    out: list[Related] = []

    def take(start: int, end: int, relation: str, how: str, keys: tuple[int, ...]) -> None:
        if (start, relation) not in taken:
            taken.add((start, relation))
            out.append(Related(relation, how, text[start:end], keys, start))

    for start, end, relation, how in before:
        take(start, end, relation, how, _keys(known, start, end))
    for at, relation, how in behind:
        for start, end, keys in _targets(text, at, known, listing=relation == "supports"):
            take(start, end, relation, how, keys)
    return sorted(out, key=lambda r: r.start)  # at one start the first cue of the table goes first


def _behind(text: str) -> Iterator[tuple[int, str, str]]:
    """Where the cues end that stand before the names: the relation, and how."""
    for number in _CUES_BY_NEEDLE.possible(text):
        relation, how, pattern = _ANY_CUES[number]
        for cue in pattern.compiled.finditer(text):
            yield cue.end(), relation, how


def _is_distinct(name: str) -> bool:
    """Whether a text is spelled as only names are, and does not end with the word for a sort of thing."""
    return bool(_DISTINCT.search(name)) and name.rsplit(maxsplit=1)[-1].casefold() not in _NOT_NAMES


def _before(text: str) -> Iterator[tuple[int, int, str, str]]:
    """The names that stand before their cue: "uses X as the base", "X fork", "X and Y fine-tunes"."""
    opens = _OPENS.match(text)
    if (
        opens
        and not _COUNT.fullmatch(opens["name"])
        and _DISTINCT.search(opens["name"])
        and opens["name"].split()[-1].casefold() not in _NOT_NAMES
    ):
        yield 0, opens.end("name"), "tuned", ""
    for found in _AS_BASE.finditer(text):
        yield found.start("name"), found.end("name"), "derived", ""
    for found in _BEFORE.finditer(text):
        at = found.start("names")
        for part in re.split(r"\s+and\s+", found["names"]):
            start = text.find(part, at)
            at = start + len(part)
            first, _, rest = part.partition(" ")
            if _COUNT.fullmatch(first) and rest:
                start, first = start + len(first) + 1, rest.split()[0]
            last = text[start:at].rsplit(None, 1)[-1].casefold()
            if (found["infer"] or found["made"]) and (
                last in _NOT_NAMES or not _DISTINCT.search(text[start:at])
            ):
                continue  # "Fast inference", "LLM inference"
            if found["base"] and not start and " " not in part and not _DISTINCT.search(part):
                continue  # "Template based"
            if first.casefold() not in _NOT_NAMES:
                if found["infer"] or found["made"]:
                    yield start, at, "supports" if found["infer"] else "generated", ""
                    continue
                relation = "forked" if found["fork"] else "based" if found["base"] else "derived"
                yield start, at, relation, "fine-tuned" if found["tuned"] else ""


def _keys(known: dict[int, Found], start: int, end: int) -> tuple[int, ...]:
    hit = known.get(start)
    return hit.keys if hit is not None and hit.end == end else ()


def _targets(
    text: str, at: int, known: dict[int, Found], *, listing: bool = False
) -> list[tuple[int, int, tuple[int, ...]]]:
    """The names from a position on: one, or several joined by commas and "and"."""
    out: list[tuple[int, int, tuple[int, ...]]] = []
    for _ in range(8):
        skipped = _SKIP.match(text, at)
        starts = [at] if skipped is None or skipped.end() == at else [skipped.end(), at]
        found = next((f for s in starts if (f := _name_at(text, s, known))), None)
        if found is None and (out or listing) and (other := _PASSED.match(text, at)):
            at = other.end()  # "supports FooLM, barlm, BazLM": names in small letters are passed over
            if known.get(at) or _DISTINCT.search(text[at : at + 20].split(None, 1)[0]):
                continue
        if found is None:
            break
        out.append(found)
        joined = _AND.match(text, found[1])
        if joined is None:
            break
        at = joined.end()
    return out


_PASSED = re.compile(r"[a-z][\w.-]*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s*/\s*)(?=[A-Za-z])")
_COUNT = re.compile(r"\d+(?:\.\d+)?[BM]")
_SPELLED_OUT = re.compile(
    r"(?P<phrase>(?>[A-Z][a-z][\w-]*)(?:\s(?>[A-Z][\w-]*|and|of|for|with|to)){1,6})\s\((?=[A-Z])[\w+-]{2,10}\)"
)
"""A method with its abbreviation behind it: "Foo Bar and Baz (FBB)"."""
_SUFFIXED = re.compile(
    r"-(?:powered|based|driven|like|style|compatible|inspired|aware|native|enabled|agnostic)$"
)
_MANY = frozenset("models llms apis agents apps applications users developers".split())
_KINDS_OF_THINGS = frozenset("model agent system interface llm learning network api unit".split())


def _name_at(text: str, at: int, known: dict[int, Found]) -> tuple[int, int, tuple[int, ...]] | None:
    """The name that starts at a position: the longer of a known one and one that looks like a name."""
    own = known.get(at)
    phrase = _SPELLED_OUT.match(text, at)
    if phrase and phrase["phrase"].split()[-1].casefold().rstrip("s") not in _KINDS_OF_THINGS:
        return at, phrase.end("phrase"), (own.keys if own and own.end == phrase.end("phrase") else ())
    shaped = _NAME.match(text, at)
    end = 0
    words = shaped.group().split() if shaped else []
    titled = len(words) > 1 and words[0] == "The"
    if shaped and (
        titled or not (words[0].casefold().rstrip(".") in _NOT_NAMES or _COUNT.fullmatch(words[0]))
    ):
        end = at + len(shaped.group().rstrip("-./"))
        if len(words) == 1 and text[end : end + 4] == " of ":
            end = 0  # "State of the Art"
        if _SUFFIXED.search(shaped.group()):
            end = 0  # "AI-powered"
    if own is not None and own.end >= end:
        return own.start, own.end, own.keys
    if len(words) > 1 and words[-1].casefold() in _MANY:
        return None  # "Open-source Models"
    return (at, end, ()) if end - at > 1 else None
