"""Phrases that say how one thing relates to another, and the names that follow them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .naming import NameIndex

_ADVERBS = r"(?:\w+ly\s+){0,2}"
_CUES: tuple[tuple[str, str, str], ...] = (
    ("derived", "distilled", r"distill(?:ed|ation)\s+(?:versions?\s+)?(?:of|from)|distilled\s+(?=[A-Z])|蒸馏自"),
    ("derived", "quantized", r"quanti[sz]ed\s+(?:versions?|variants?)\s+of|quanti[sz]ation\s+of|quants?\s+of"),
    ("derived", "smaller", r"(?:smaller|compact|compressed|pruned|lightweight|lighter|tiny|reduced|sparse)\s+"
                           r"(?:versions?|variants?|models?)\s+of|(?:smaller|tiny|pruned|compressed)\s+(?=[A-Z][\w.-]*\s+model)"),
    ("derived", "fine-tuned", r"fine-?\s?tun(?:ed|es?|ing)\s+(?:versions?\s+|variants?\s+|models?\s+)?(?:of|from|over|based\s+on)"
                              r"|(?:by|through|via)\s+(?:instruction[- ])?fine-?tuning|fine-?tuned\s+on\s+top\s+of"
                              r"|(?:instruct(?:ion)?|chat)[- ]?(?:tuned|finetuned)\s+(?:versions?\s+)?(?:of|from)|微调自|fine-?tunes?\s+of"
                              r"|(?:versions?|variants?|finetunes?|merges?|continuation)\s+of|(?:continued?|further)\s+(?:pre-?)?trained\s+(?:from|on\s+top\s+of)"),
    ("based", "", r"(?:based|built|build|initiali[sz]ed|trained|derived|adapted|forked|fork|extended|extends?|port(?:ed)?|rewrite|rewritten)"
                  r"\s+(?:up)?(?:on|from|of)(?:\s+top\s+of)?|基于|extends|on\s+top\s+of"),
    ("trained", "", r"(?:trained|pre-?trained|tuned|fine-?tuned|finetuned|instruct(?:ion)?[- ]tuned)\s+(?:\w+\s+)?(?:on|with|using)"),
    ("generated", "", r"(?:generated|created|produced|synthesi[sz]ed|collected|distilled|annotated)\s+(?:by|with|using|from|via|through)"
                      r"|(?:using|by)\s+(?=(?:gpt|chatgpt|text-davinci|claude|gemini))|outputs?\s+of|responses?\s+(?:from|of|by)|由"),
    ("supports", "", r"supports?(?:\s+for)?|supporting|compatible\s+with|works?\s+with|working\s+with|integrat(?:es|ed|ion|ions)\s+(?:with|for)|inference\s+(?:of|for)"
                     r"|support\s+for|支持"),
    ("implements", "", r"implement(?:s|ing|ations?\s+of|ed)|reproduc(?:tion|es|ing)\s+(?:of)?|provides"),
    ("uses", "", r"(?:using|uses|utili[sz]es|leverag(?:es|ing)|powered\s+by|via|built\s+(?:with|using)|written\s+(?:with|using)|employs|through|"
                 r"combin(?:es|ing)|backed\s+by|backend\s+for|driven\s+by)"),
)  # fmt: skip
CUES = tuple(
    (relation, how, re.compile(rf"(?<![\w-])(?:{pattern})[\s:]*", re.IGNORECASE if relation else 0))
    for relation, how, pattern in _CUES
)
_SKIP = re.compile(
    r"(?:(?:the|a|an|our|their|its|original|base|open|open-source|official|pre-?trained|popular|top\s+of|new|latest|various|models?|"
    r"large|small|smaller|bigger|both|fine-?tuned|existing|multiple|all|model|Meta's|Google's|OpenAI's|Microsoft's|Facebook's|Alibaba's)\s+){0,3}",
    re.IGNORECASE,
)
_TOKEN = r"(?:[A-Z][\w+-]*(?:\.\w+)*|[a-z]+[\w-]*[A-Z\d][\w+-]*(?:\.\w+)*|\w+\.(?:cpp|js|py|ai|c|rs|net)|\d+(?:\.\d+)?[BM]\b)"
_NAME = re.compile(rf"{_TOKEN}(?:\s(?:{_TOKEN}|\d+(?:\.\d+)?[bBM]?\b|v\d[\w.]*)){{0,3}}")
_AND = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*|\s*/\s*|、|和)\s*(?:the\s+)?", re.IGNORECASE)
_NOT_NAMES = frozenset(
    """the a an and or for with in on to of it its this that we i python rust go c c++ java typescript javascript ai ml nlp llm llms
    api apis gpu cpu json rest sota english chinese german french japanese korean russian spanish arabic hindi italian
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


def related(text: str, names: NameIndex) -> list[Related]:
    """What a text relates its subject to, in the order of the text.

    >>> [(r.relation, r.how, r.name) for r in related("A distilled version of FooBERT", NameIndex())]
    [('derived', 'distilled', 'FooBERT')]
    """
    text = text[:2000]
    known = {f.start: f for f in names.find(text)}
    taken: dict[int, int] = {}
    out: list[tuple[int, Related]] = []
    for relation, how, pattern in CUES:
        for cue in pattern.finditer(text):
            for start, end, keys in _targets(text, cue.end(), known):
                if start in taken:
                    continue
                taken[start] = end
                out.append((start, Related(relation, how, text[start:end], keys)))
    return [r for _, r in sorted(out, key=lambda pair: pair[0])]


def _targets(text: str, at: int, known: dict[int, object]) -> list[tuple[int, int, tuple[int, ...]]]:
    """The names from a position on: one, or several joined by commas and "and"."""
    out: list[tuple[int, int, tuple[int, ...]]] = []
    for _ in range(8):
        skipped = _SKIP.match(text, at)
        starts = [at] if skipped is None or skipped.end() == at else [at, skipped.end()]
        found = next((f for s in starts if (f := _name_at(text, s, known))), None)
        if found is None:
            break
        out.append(found)
        joined = _AND.match(text, found[1])
        if joined is None:
            break
        at = joined.end()
    return out


def _name_at(text: str, at: int, known: dict[int, object]) -> tuple[int, int, tuple[int, ...]] | None:
    own = known.get(at)
    shaped = _NAME.match(text, at)
    end = 0
    if shaped:
        words = shaped.group().split()
        while words and words[0].casefold() in _NOT_NAMES:
            return None if own is None else (own.start, own.end, own.keys)  # type: ignore[attr-defined]
        end = shaped.end()
        name = shaped.group().rstrip("-+")
        end = at + len(name)
        if re.match(r"['’]s\b", text[end:]):  # noqa: RUF001
            return None if own is None else (own.start, own.end, own.keys)  # type: ignore[attr-defined]
    if own is not None and own.end >= end:  # type: ignore[attr-defined]
        return own.start, own.end, own.keys  # type: ignore[attr-defined]
    if shaped and end - at >= 2:  # noqa: PLR2004 - one letter is no name
        return at, end, ()
    return None


_DEVICES: tuple[tuple[str, str], ...] = (
    ("Raspberry Pi", r"raspberry\s+pi(?:\s*\d\w?)?|rpis?"),
    ("smartphone", r"smart\s?phones?|mobile\s+phones?|phones?"),
    ("mobile devices", r"mobile\s+devices?|mobile"),
    ("edge devices", r"edge\s+devices?"),
    ("iOS", r"ios"), ("Android", r"android"), ("iPhone", r"iphones?"), ("macOS", r"mac\s?os|macs?"),
    ("Apple silicon", r"apple\s+silicon|apple\s+m[1-5](?:\s+\w+)?"), ("Windows", r"windows"), ("Linux", r"linux"),
    ("browser", r"(?:web\s+)?browsers?"), ("WebGPU", r"webgpu"), ("CPU", r"cpus?"), ("GPU", r"(?:consumer\s+|single\s+|nvidia\s+|amd\s+|intel\s+)?gpus?"),
    ("NPU", r"npus?"), ("TPU", r"tpus?"), ("FPGA", r"fpgas?"), ("microcontrollers", r"microcontrollers?|mcus?"),
    ("Jetson", r"jetson(?:\s+\w+)?"), ("Snapdragon", r"(?:qualcomm\s+)?snapdragon(?:\s+\w+)?"), ("ARM", r"arm(?:v8)?(?:\s+cpus?)?"),
    ("Ascend", r"ascend"), ("laptop", r"laptops?"), ("desktop", r"desktops?"), ("Nvidia", r"nvidia"), ("AMD", r"amd"), ("CUDA", r"cuda"),
    ("Vulkan", r"vulkan"), ("Metal", r"metal"), ("ROCm", r"rocm"), ("MLX", r"mlx"), ("x86", r"x86"), ("Kubernetes", r"kubernetes|k8s"),
)  # fmt: skip
_DEVICE = re.compile("|".join(f"(?P<d{i}>(?<![\\w-])(?:{p})(?![\\w-]))" for i, (_, p) in enumerate(_DEVICES)), re.IGNORECASE)
_ON = re.compile(
    r"(?<![\w-])(?:on|for|across|in|targeting|to|with|under)\s+(?:the\s+|an?\s+|your\s+|any\s+|single\s+|consumer(?:-grade)?\s+|commodity\s+|"
    r"local\s+|resource-constrained\s+|everyday\s+|multiple\s+|most\s+|different\s+|modern\s+|"
    r"both\s+|heterogeneous\s+|off-the-shelf\s+|low-end\s+|\w+-based\s+){0,3}$",
    re.IGNORECASE,
)


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
        if joined or _ON.search(before[-80:]):
            out.append(found.group())
            end = found.end()
        else:
            end = -1
    return list(dict.fromkeys(out))


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
_MADE = re.compile(
    rf"(?<![\w-])(?:by|from|von)\s+(?:the\s+)?(?P<org>{_ORG})(?![\w-])(?!\s*(?:API|models?|outputs?|data|Hub|datasets|using)\b)"
    rf"|^(?P<own>{_ORG})['’]s\s"  # noqa: RUF001
    r"|(?:developed|created|released|trained|built|maintained|made|published|introduced|open-?sourced|designed)\s+by\s+(?:the\s+)?"
    rf"(?P<any>{_TOKEN}(?:\s{_TOKEN}){{0,3}})",
)
_ORG_ONLY = re.compile(rf"(?:{_ORG})", re.IGNORECASE)


def makers_in(text: str) -> list[str]:
    """The organizations that a text says made its subject.

    >>> makers_in("Eval tools by OpenAI."), makers_in("Microsoft's small model"), makers_in("made by hand")
    (['OpenAI'], ['Microsoft'], [])
    """
    found = [m["org"] or m["own"] or m["any"] for m in _MADE.finditer(text[:600])]
    return list(dict.fromkeys(found))


def is_organization(name: str) -> bool:
    """Whether a name is one of the field's organizations."""
    return bool(_ORG_ONLY.fullmatch(name.strip()))
