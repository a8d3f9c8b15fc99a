"""Phrases that say how one thing relates to another, and the names that follow them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .naming import Found, NameIndex

_NAMED = r"(?=[A-Z]|[a-z]+[\w.]*[-\d])"
_CUES: tuple[tuple[str, str, str], ...] = (
    ("derived", "distilled", rf"distill(?:ed|ation)\s+(?:versions?\s+)?(?:of|from)|distilled\s+{_NAMED}|蒸馏自"),
    ("derived", "quantized", rf"quanti[sz]ed\s+(?:versions?|variants?)\s+of|quants?\s+of|quanti[sz]ed\s+{_NAMED}"),
    ("derived", "smaller", r"(?:smaller|compact|compressed|pruned|lightweight|lighter|tiny|reduced|sparse)\s+"
                           r"(?:versions?|variants?|models?)\s+of|(?:smaller|tiny|pruned|compressed)\s+(?=[A-Z][\w.-]*\s+model)"),
    ("derived", "fine-tuned", r"fine-?\s?tun(?:ed|es?|ing)\s+(?:\w+\s+)?(?:versions?\s+|variants?\s+|models?\s+)?(?:of|from|over|based\s+on|on\s+top\s+of)"
                              rf"|(?:by|through|via|for)\s+(?:instruction[- ])?fine-?tuning|(?:post-?trained|fine-?\s?tuned|finetuned|fine-?tuning)\s+{_NAMED}"
                              r"|(?:instruct(?:ion)?|chat)[- ]?(?:tuned|finetuned)\s+(?:versions?\s+)?(?:of|from)|微调自|fine-?tunes?\s+of"),
    ("derived", "", r"(?:versions?|variants?|finetunes?|merges?|continuation|enhancement)\s+of|(?:continued?|further)\s+(?:pre-?)?trained\s+(?:from|on\s+top\s+of)"),
    ("based", "", r"(?:based|initiali[sz]ed|derived|adapted|forked|fork|port(?:ed)?|rewrite|rewritten)\s+(?:up)?(?:on|from|of)(?:\s+top\s+of)?"
                  r"|extend(?:s|ing)|基于|on\s+top\s+of"),
    ("built", "", r"(?:built|builds?|building)[\s-]+(?:up)?on(?:\s+top\s+of)?"),
    ("trained", "", r"(?:trained|pre-?trained|post-?trained|tuned|fine-?tuned|finetuned|instruct(?:ion)?[- ]tuned|applied)\s+(?:\w+\s+){0,2}?(?:on|with|using)"
                    r"|(?:on|with|using)\s+(?=(?:the\s+)?[A-Z][\w./-]*(?:\s[A-Z][\w.-]*){0,2}\s+(?:datasets?|corpus|data)\b)"),
    ("generated", "", r"(?:generated|created|produced|synthesi[sz]ed|collected|annotated)\s+(?:by|with|using|from|via|through)"
                      r"|(?:using|by)\s+(?=(?:gpt|chatgpt|text-davinci|claude|gemini))|outputs?\s+of|responses?\s+(?:from|of|by)|由"),
    ("supports", "", r"supports?(?:\s+for)?|supporting|compatible\s+with|works?\s+with|working\s+with|integrat(?:es|ed|ion|ions)\s+(?:with|for)|inference\s+(?:of|for)"
                     rf"|support\s+for|支持|models?\s+(?:like|such\s+as|including|\(?e\.g\.,?)|(?:run|runs|running|serve|serving)\s+{_NAMED}"),
    ("implements", "", r"implement(?:s|ing|ations?\s+of|ed)|reproduc(?:tion|es|ing)\s+(?:of)?"),
    ("uses", "", r"(?:using|uses|utili[sz]es|leverag(?:es|ing)|powered\s+by|via|built\s+(?:with|using)|written\s+(?:with|using)|employs|"
                 r"combin(?:es|ing)|backed\s+by|driven\s+by|(?:front-?end|bindings?|wrapper|client|interface|gui|web\s?ui|ui|bridge|plugin|extension)\s+(?:for|around|to|of)|"
                 r"deployment\s+of)"),
)  # fmt: skip
CUES = tuple(
    (relation, how, re.compile(rf"(?<![\w-])(?:{pattern})[\s:]*", re.IGNORECASE if relation else 0))
    for relation, how, pattern in _CUES
)
_SKIP = re.compile(
    r"(?:(?:the|a|an|our|their|its|original|base|open|open-source|official|pre-?trained|popular|new|latest|various|models?|"
    r"large|small|smaller|bigger|both|fine-?tuned|existing|multiple|all|model|distilled|of|\w+-based|[A-Z][\w.]*['’]s?)\s+){0,3}"
)
_TOKEN = (
    r"(?:[A-Z](?:[\w+.-]*[\w+])?(?:/[\w.-]*\d[\w.-]*\w)?|[a-z]+[\w-]*[A-Z\d](?:[\w+.-]*[\w+])?|[a-z_]+\.[a-z]{1,4}\b|"
    r"gpt-oss[\w-]*|\d+(?:\.\d+)?[BM]\b)"
)
_NAME = re.compile(rf"{_TOKEN}(?:\s(?:{_TOKEN}|\d+(?:\.\d+)?[bBM]?\b|v\d[\w.]*)){{0,3}}")
_AND = re.compile(
    r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*|\s*/\s*|、|和)\s*(?:the\s+)?", re.IGNORECASE
)
_NOT_NAMES = frozenset(
    """the a an and or for with in on to of it its this that we i python rust go c c++ java typescript javascript ai ml nlp llm llms
    api apis gpu cpu json rest sota cli http ui vision iterated english chinese german french japanese korean russian spanish arabic hindi italian
    european multilingual apache mit bsd gpl open paper code model models data dataset huggingface hugging face
    github web docker kubernetes linux windows macos android ios no new see high deep machine learning large small language""".split()
)


@dataclass(frozen=True, slots=True)
class Related:
    """A name behind a cue: the relation, how, the name as written, and the known things it may be."""

    relation: str
    how: str
    name: str
    keys: tuple[int, ...]


_BEFORE = re.compile(
    rf"(?P<names>(?<![\w-]){_TOKEN}(?:\s{_TOKEN}){{0,2}}(?:\s+and\s+{_TOKEN})?)[\s-]+"
    r"(?:(?P<fork>forks?|port|clone)|(?P<tuned>fine-?tunes?|finetunes?|fine-tuning|finetuning)|(?P<base>based|base))\b(?!\s+(?:on|from|model\s+for))"
)
_AS_BASE = re.compile(
    rf"uses?\s+(?:[A-Z]\w*['’]s\s+)?(?P<name>{_TOKEN}(?:\s{_TOKEN}){{0,2}})\s+as\s+(?:the|its|a|an)\s+(?:base|backbone|foundation)"
)


def related(text: str, names: NameIndex) -> list[Related]:
    """What a text relates its subject to, in the order of the text.

    >>> [(r.relation, r.how, r.name) for r in related("A distilled version of FooBERT", NameIndex())]
    [('derived', 'distilled', 'FooBERT')]
    """
    text = text[:2000]
    known = {f.start: f for f in names.find(text)}
    taken: set[int] = set()
    out: list[tuple[int, Related]] = []

    def take(start: int, end: int, relation: str, how: str, keys: tuple[int, ...]) -> None:
        if start not in taken:
            taken.add(start)
            out.append((start, Related(relation, how, text[start:end], keys)))

    for found in _AS_BASE.finditer(text):
        take(
            found.start("name"),
            found.end("name"),
            "derived",
            "",
            _keys(known, found.start("name"), found.end("name")),
        )
    for found in _BEFORE.finditer(text):
        at = found.start("names")
        for part in re.split(r"\s+and\s+", found["names"]):
            start = text.find(part, at)
            at = start + len(part)
            first = part.split()[0]
            if _COUNT.fullmatch(first) and " " in part:
                start, first = start + len(first) + 1, part.split()[1]
            if first.casefold() not in _NOT_NAMES:
                how = "fine-tuned" if found["tuned"] else ""
                take(
                    start,
                    at,
                    "based" if found["fork"] or found["base"] else "derived",
                    how,
                    _keys(known, start, at),
                )
    for relation, how, pattern in CUES:
        for cue in pattern.finditer(text):
            for start, end, keys in _targets(text, cue.end(), known):
                take(start, end, relation, how, keys)
    return [r for _, r in sorted(out, key=lambda pair: pair[0])]


def _keys(known: dict[int, Found], start: int, end: int) -> tuple[int, ...]:
    hit = known.get(start)
    return hit.keys if hit is not None and hit.end == end else ()


def _targets(text: str, at: int, known: dict[int, Found]) -> list[tuple[int, int, tuple[int, ...]]]:
    """The names from a position on: one, or several joined by commas and "and"."""
    out: list[tuple[int, int, tuple[int, ...]]] = []
    for _ in range(8):
        skipped = _SKIP.match(text, at)
        starts = [at] if skipped is None or skipped.end() == at else [skipped.end(), at]
        found = next((f for s in starts if (f := _name_at(text, s, known))), None)
        if found is None:
            break
        out.append(found)
        joined = _AND.match(text, found[1])
        if joined is None:
            break
        at = joined.end()
    return out


_COUNT = re.compile(r"\d+(?:\.\d+)?[BM]")


def _name_at(text: str, at: int, known: dict[int, Found]) -> tuple[int, int, tuple[int, ...]] | None:
    """The name that starts at a position: the longer of a known one and one that looks like a name."""
    own = known.get(at)
    shaped = _NAME.match(text, at)
    end = 0
    words = shaped.group().split() if shaped else []
    titled = len(words) > 1 and words[0] == "The"
    if shaped and (
        titled or not (words[0].casefold().rstrip(".") in _NOT_NAMES or _COUNT.fullmatch(words[0]))
    ):
        end = at + len(shaped.group().rstrip("-./"))
    if own is not None and own.end >= end:
        return own.start, own.end, own.keys
    return (at, end, ()) if end - at > 1 else None


_DEVICE = re.compile(
    r"(?<![\w-])(?:(?:AMD|Intel|NVIDIA|Qualcomm|Apple)(?:\s[\w™®-]+){0,4}\s[GN]PUs?|raspberry\s+pi(?:\s*\d\w?)?|rpis?|smart\s?phones?|"
    r"mobile\s+phones?|ios|android|iphones?|ipads?|mac\s?os|apple\s+silicon|apple\s+m[1-5](?:\s(?:pro|max|ultra))?|windows|linux|(?:web\s+)?browsers?|webgpu|"
    r"cpus?|(?:single|one|consumer(?:-grade)?|commodity)\s+gpus?|npus?|tpus?|fpgas?|microcontrollers?|mcus?|"
    r"jetson(?:\s(?:nano|orin|xavier|agx|tx\d))*|(?:qualcomm\s+)?snapdragon(?:\s\d+)?|arm(?:v8)?(?:\s+cpus?)?|ascend|laptops?|nvidia|cuda|vulkan|rocm|x86)(?![\w-])",
    re.IGNORECASE,
)
_ON = re.compile(
    r"(?<![\w-])(?:on|for|across|in|targeting|targeted\s+at|supports?|under)\s+(?:(?:the|an?|your|any|consumer(?:-grade)?|commodity|local|"
    r"resource-constrained|everyday|multiple|most|different|modern|both|heterogeneous|off-the-shelf|low-end|various|\w+-based)\s+){0,3}$",
    re.IGNORECASE,
)
_FOR_APPS = re.compile(
    r"\s*(?:/\s*\w+\s+)?(?:apps?|applications?|front-?ends?|clients?|ports?|devices?|deployment|versions?|phones?)\b",
    re.IGNORECASE,
)
_AMBIGUOUS = re.compile(r"nvidia|ascend|arm|windows|cpus?", re.IGNORECASE)


def devices_in(text: str) -> list[str]:
    """The devices and backends that a text says something runs on, as written.

    >>> devices_in("Fast inference on a Smartphone"), devices_in("apps across iOS and Android"), devices_in("GPU memory")
    (['Smartphone'], ['iOS', 'Android'], [])
    """
    text = text[:2000]
    out: list[str] = []
    end = -1
    for found in _DEVICE.finditer(text):
        before = text[: found.start()]
        joined = end >= 0 and _AND.fullmatch(text[end : found.start()])
        named = not _AMBIGUOUS.fullmatch(found.group()) and _FOR_APPS.match(text, found.end())
        if joined or named or _ON.search(before[-80:]):
            out.append(found.group())
            end = found.end()
        else:
            end = -1
    return list(dict.fromkeys(out))


def is_device(name: str) -> bool:
    """Whether a name is one of a device or platform."""
    return bool(_DEVICE.fullmatch(name))


_ORGS = """OpenAI|Google(?:\\s+(?:DeepMind|Research|Brain|AI))?|DeepMind|Meta(?:\\s+AI)?|Facebook(?:\\s+(?:AI|Research))?|Microsoft(?:\\s+Research)?|Apple|
NVIDIA|Nvidia|Alibaba(?:\\s+(?:Cloud|DAMO|Group))?|Tencent(?:\\s+AI\\s+Lab)?|Baidu|ByteDance|Bytedance|Huawei(?:\\s+Noah)?|IBM(?:\\s+Research)?|Amazon|AWS|Anthropic|
Mistral(?:\\s?AI)?|Cohere|DeepSeek(?:\\s+AI)?|DeepSeek-AI|Hugging\\s?Face|Databricks|MosaicML|Stability\\s?AI|EleutherAI|BigScience|BigCode|Together(?:\\s?AI|\\sComputer)?|
Salesforce(?:\\s+Research)?|Snowflake|Intel(?:\\s+Labs)?|AMD|Qualcomm|Samsung(?:\\s+Research)?|Xiaomi|OPPO|vivo|LG(?:\\s+AI\\s+Research)?|NAVER|Kakao|Upstage|SenseTime|
Shanghai\\s+AI\\s+Lab(?:oratory)?|Zhipu(?:\\s?AI)?|Moonshot(?:\\s?AI)?|MiniMax|01\\.AI|Baichuan|StepFun|OpenBMB|Tsinghua(?:\\s+University)?|Peking\\s+University|Stanford(?:\\s+University)?|UC\\s+Berkeley|
Berkeley|MIT|CMU|Princeton|Harvard|Cornell|Oxford|Cambridge|ETH(?:\\s+Zurich)?|KAIST|EPFL|Allen\\s?AI|AllenAI|AI2|Allen\\s+Institute(?:\\s+for\\s+AI)?|TII|
Technology\\s+Innovation\\s+Institute|LAION|Nomic(?:\\s?AI)?|Nous\\s?Research|NousResearch|Perplexity|Cerebras|Groq|xAI|AI21(?:\\s+Labs)?|Inflection|Adept|Reka|Liquid\\s?AI|
Zyphra|Answer\\.AI|Jina(?:\\s?AI)?|Cloudflare|Uber|LinkedIn|Netflix|Lightning\\s?AI|Deci(?:\\s?AI)?|Neural\\s?Magic|Unsloth(?:\\s?AI)?|Arcee(?:\\s?AI)?|Ollama|Alignment\\s?Lab|
Nexa(?:\\s?AI)?|Moore\\s+Threads|InternLM|InclusionAI|Ant\\s+Group|Meituan|Kuaishou|JD|Qihoo|iFLYTEK|Sony|Bosch|Adobe|Oracle|SAP|Red\\s+Hat|GitHub|Mozilla|Prime\\s+Intellect"""
_ORG = "".join(_ORGS.split("\n"))
_BY = rf"(?:{_ORG})(?![\w-])(?!['’]s\b)(?!\s+[A-Z]\w*['’]s\b)(?!\s*(?:API|models?|outputs?|data|Hub|datasets|using)\b)"
_MADE = re.compile(
    rf"(?<![\w-])(?:by|from|von)\s+(?:the\s+)?(?P<org>{_BY}(?:\s*(?:,|and|&|/)\s*(?:and\s+)?(?:{_BY}|[A-Z]{{3,6}}\b)){{0,5}})"
    rf"|^(?:the\s+)?(?P<own>{_ORG})['’]s\s"
    r"|(?:developed|created|released|trained|built|maintained|made|published|introduced|open-?sourced|designed|fine-?tuned|finetuned)\s+by\s+(?:the\s+)?"
    rf"(?P<any>[A-Z][\w.-]*\w(?:\s[A-Z][\w.-]*\w){{0,3}})"
    rf"|powered\s+by\s+(?P<pow>{_ORG})(?![\w-])"
    r"|\bby\s+(?P<low>google|meta|microsoft|openai|nvidia|alibaba|apple|tencent|ibm)\b"
    rf"|\bfrom\s+(?P<team>{_ORG})['’]s\s+\w+\s+team",
)
_ORG_ONLY = re.compile(rf"(?:{_ORG})", re.IGNORECASE)


def makers_in(text: str) -> list[str]:
    """The organizations that a text says made its subject.

    >>> makers_in("Eval tools by OpenAI."), makers_in("Microsoft's small model"), makers_in("made by hand")
    (['OpenAI'], ['Microsoft'], [])
    """
    found = [
        m["org"] or m["own"] or m["any"] or m["low"] or m["team"] or m["pow"]
        for m in _MADE.finditer(text[:600])
    ]
    names = [n for f in found for n in re.split(r"\s*(?:,|&|/|\band\b)\s*(?:and\s+)?", f) if n]
    return list(dict.fromkeys(names))


def is_organization(name: str) -> bool:
    """Whether a name is one of the field's organizations."""
    return bool(_ORG_ONLY.fullmatch(name.strip()))
