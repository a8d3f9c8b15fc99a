"""What a heading says of the items below it: nothing worth reading, a facet, a kind, or a topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kg.patterns import Pattern
from kg.vocabulary import Kind


class Role(StrEnum):
    """What a heading does: only a TYPE says what its items are."""

    META = "meta"
    FACET = "facet"
    TYPE = "type"
    TOPIC = "topic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, understood: its role, the kind it gives, and the topic that it names (or "").

    ``weak``: a META heading that within a section of things only opens it ("Overview").
    """

    role: Role
    kind: Kind | None = None
    topic: str = ""
    topic_kind: Kind = Kind.TOPIC
    guide: bool = False
    weak: bool = False


_EMOJI = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0f\u200d\u20e3"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]+|:[a-z][a-z0-9_+-]{1,30}:"
)
_NUMBER = re.compile(
    r"\d{1,2}(?:\.\d{1,2}){1,3}\s+|(?:\d{1,2}(?:\.\d{1,2})*[.)、]|"
    r"[IVX]{1,4}(?:\.[A-Z0-9])?\.|[A-H]\.)\s+|\d{1,2}、"
)


def without_emoji(text: str) -> str:
    """A text with a blank for every emoji, also for those by name (":rocket:")."""
    return text if text.isascii() and ":" not in text else _EMOJI.sub(" ", text)


def bare(text: str) -> str:
    """A heading's or name's text without emoji, leading number, markup and colon at the end.

    >>> bare("🔥 2.1. Fine-tuning :rocket: :")
    'Fine-tuning'
    """
    text = " ".join(without_emoji(text).split())
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    return text.strip(" :：*_#-–—|·").strip()  # noqa: RUF001 - full-width colon


def _words(text: str, *, behind: str = r"(?!\w)") -> Pattern:
    """A pattern for any of some words; those of Latin letters stand alone, plural or not."""
    latin = [w for w in text.replace("\n", " ").split(",") if w.strip()]
    parts = []
    for raw in latin:
        word = raw.strip()
        parts.append(rf"(?<![\w-]){re.escape(word)}{behind}" if word.isascii() else re.escape(word))
    return Pattern("|".join(parts), re.IGNORECASE)


def _nouns(text: str) -> Pattern:
    """As :func:`_words`, but not within a compound: "application-specific" is no application."""
    return _words(text, behind=r"(?!\w|-[a-z])")


_META = re.compile(
    r"(?:the\s+)?(?:table\s+of\s+)?contents?(?:\s+list)?|toc|index|contribut\w*(?:\s+(?:to|guide\w*)\b.*)?|"
    r"how\s+to\s+contribute|(?:licen[cs]es?|licensing)(?:\s+(?:&|and)\s+\w+)?|star\s+history|"
    r"stargazers?.*|news|"
    r"latest\s+(?:news|updates?)|recent\s+updates?|references?|overview|quick\s+(?:overview|links?)|"
    r"citations?|"
    r"(?:how\s+to\s+)?cit(?:e|ing)(?:\s+\w+){0,3}|introductions?|about(?:\s+(?:this|the|us)\b.*)?|updates?|"
    r"change\s?log|acknowledge?ments?|sponsors?(?:hip)?|faqs?|conventions?|scope|timeline|motivation|"
    r"background|related\s+(?:awesome\s+)?lists?|disclaimers?|contact(?:\s+us)?|to-?\s?dos?(?:\s+list)?|"
    r"improvements?|future\s+(?:work|plans?)|wish\s?list|"
    r"contents?\s+overview|history|notes?|legend|navigation|readme|support(?:\s+us)?|authors?|maintainers?|"
    r"目录|更新(?:日志)?|最近更新|引用|贡献|致谢|许可证?|关于|简介|参考|参考文献|联系.{0,4}|前言|背景",
    re.IGNORECASE,
)
_META_WORDS = _words(
    "table of contents,star history,how to contribute,contribution guidelines,citation,contributors"
)
_OPENING = re.compile(
    r"(?:quick\s+)?overview|introductions?|background|motivation|history|timeline", re.IGNORECASE
)
_LICENCES = re.compile(r"\blicen[cs](?:es?|ing)\b", re.IGNORECASE)
_QUESTION_WORDS = 7
_FACET = re.compile(
    r"(?:(?:before|after|until|since|early|late|mid)\s+)?(?:19|20)\d\d(?:\s*[-–/]\s*(?:(?:19|20)?\d\d|"
    r"now|present))?"
    r"|(?:(?:19|20)\d\d[ /.-]*)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    r"dec)[a-z]*\.?(?:[ ,]*(?:19|20)\d\d)?"
    r"|general|misc(?:ellaneous)?|others?|more|other\s+\w+|uncategori[sz]ed|python|java(?:script)?|"
    r"typescript|"
    r"c\+\+|c#|rust|go(?:lang)?|swift|ruby|julia|r|php|kotlin|scala|"
    r"neurips|nips|icml|iclr|acl|emnlp|naacl|eacl|aaai|ijcai|cvpr|iccv|eccv|arxiv|mlsys|coling",
    re.IGNORECASE,
)
_VENDORS = frozenset(
    """openai google meta microsoft apple nvidia alibaba tencent baidu bytedance huawei ibm amazon anthropic
    mistral cohere deepseek qwen huggingface deepmind databricks stanford samsung xiaomi intel amd salesforce
    bigscience eleutherai zhipu zhipuai moonshot minimax stability ai21 together nomic tii
    snowflake""".split()
)
_VENDOR_WORDS = 3
_TYPES: tuple[tuple[Kind, Pattern], ...] = (
    (Kind.PAPER, _nouns("survey,surveys,review,reviews,综述")),
    (
        Kind.BENCHMARK,
        _nouns(
            "benchmark,benchmarks,benchmarking,evaluation,evaluations,evals,leaderboard,leaderboards,arena,"
            "metrics,评测,评估,基准,测评"
        ),
    ),
    (
        Kind.DATASET,
        _nouns(
            "dataset,datasets,data sets,corpus,corpora,training data,ontology,vocabulary,instruction data,"
            "数据集,数据库,语料"
        ),
    ),
    (
        Kind.TUTORIAL,
        _nouns(
            "resource,resources,book,books,tutorial,tutorials,course,courses,community,blog,blogs,reading,"
            "readings,guide,guides,newsletter,newsletters,podcast,podcasts,article,articles,learn,"
            "lecture,lectures,talks,videos,documentation,how-to,howto,blog posts,教程,课程,资源,博客"
        ),
    ),
    (Kind.HARDWARE_TIER, _nouns("hardware,requirement,requirements,accelerators,chips,fpga,gpus,硬件")),
    (
        Kind.FRAMEWORK,
        _nouns(
            "tool,tools,tooling,toolkit,toolkits,framework,frameworks,system,systems,platform,platforms,"
            "deployment,project,projects,serving,database,databases,management,library,libraries,engine,"
            "engines,server,servers,editor,editors,gui,sdk,sdks,api,apis,observability,plugin,plugins,client,"
            "clients,service,services,software,implementations,packages,runtime,runtimes,infrastructure,"
            "mlops,llmops,aiops,devops,repositories,codebase,codebases,框架,工具,平台,部署"
        ),
    ),
    (Kind.ORGANIZATION, _nouns("companies,organizations,organisations,startups,vendors,公司,机构")),
    (
        Kind.APPLICATION,
        _nouns(
            "application,applications,use cases,use case,showcase,showcases,products,assistants,chatbots,"
            "apps,demos,应用"
        ),
    ),
    (
        Kind.PAPER,
        _nouns(
            "paper,papers,research,technical reports,technical report,publications,publication,preprints,论文"
        ),
    ),
)
_MODEL = Pattern(
    r"(?:(?<![\w-])(?:models?|s?l?lms?|vlms?|slms|mllms?|llms|chatllm|transformers)|模型)(?:\s*\([^)]*\))?$",
    re.IGNORECASE,
)
_METHODS = _words(
    "training,pre-training,pretraining,optimization,optimizations,optimisation,inference,compression,"
    "quantization,quantisation,architecture,architectures,efficient,context,memory,reasoning,distillation,"
    "fine-tuning,finetuning,tuning,pruning,alignment,decoding,attention,rag,techniques,technique,methods,"
    "moe,mixture of experts,kv cache,low-rank,lora,rlhf,prompting,speculative,federated,adapters,peft,"
    "sparsity,acceleration,caching,offloading,parallelism,algorithms,approaches,scaling,embedding,"
    "embeddings,retrieval,learning,generation,prompt,merging,量化,剪枝,蒸馏,微调,推理,对齐"
)
_APPLICATIONS = _words(
    "agents,agent,multimodal,multi-modal,audio,image,images,vision,coding,code,speech,nlp,health,healthcare,"
    "medical,medicine,finance,legal,law,education,games,robotics,chat,video,translation,summarization,"
    "science,math,医疗,金融,法律,教育,代码"
)
_GUIDE = Pattern(
    r"(?<!\w)(?:guide|steps?|how[ -]to|walk-?through|workflow|recipe|getting\s+started)(?!\w)", re.IGNORECASE
)
_EMPTY = re.compile(
    r"(?:^|\s+)(?:techniques?|methods?|approach(?:es)?|algorithms?|strategies|guides?|papers?|"
    r"tutorials?|how[ -]to|steps?|tools?|frameworks?|libraries|projects?|resources?|research|basics)$",
    re.IGNORECASE,
)
_ONLY_METHODS = re.compile(
    r"(?:(?:methods?|techniques?|algorithms?|approaches|strategies|方法|技术)\s*(?:&|and|/|,|和)?\s*){1,3}",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:&|/|,|\+|\band\b|和|与|、)\s*", re.IGNORECASE)
_BEHIND = re.compile(r"\s+(?:for|on|of|in|with|using|about|to|by|based\s+on)\s+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def heading(text: str) -> Heading:  # noqa: PLR0911 - one return a rule
    """What a heading's text means, first rule that fits.

    >>> heading("Table of Contents").role, heading("2024").role
    (<Role.META: 'meta'>, <Role.FACET: 'facet'>)
    >>> heading("Frameworks and Tools").kind is Kind.FRAMEWORK
    True
    >>> heading("Fine-tuning Techniques").topic, heading("Fine-tuning Guide").topic
    ('Fine-tuning', 'Fine-tuning')
    """
    clean = bare(text)
    if not clean or len(clean) > 150:  # noqa: PLR2004 - a paragraph by mistake
        return Heading(Role.NONE)
    if _META.fullmatch(clean) or (len(clean.split()) <= 4 and _META_WORDS.search(clean)):  # noqa: PLR2004
        return Heading(Role.META, weak=bool(_OPENING.fullmatch(clean)))
    if _LICENCES.search(clean) and len(clean.split()) <= _QUESTION_WORDS:
        return Heading(Role.META)
    first = clean.casefold().split()
    if _FACET.fullmatch(clean) or (len(first) <= _VENDOR_WORDS and first[0].strip("(),.'") in _VENDORS):
        return Heading(Role.FACET)
    if clean.casefold() == "learning":
        return Heading(Role.TYPE, Kind.TUTORIAL)
    head = _BEHIND.split(clean, maxsplit=1)[0]
    guide = bool(_GUIDE.search(clean))
    if kind := _type_of(head, clean):
        return Heading(Role.TYPE, kind, _topic_of_type(clean, kind), _topic_kind(clean), guide)
    if _ONLY_METHODS.fullmatch(clean):
        return Heading(Role.TYPE, Kind.METHOD)
    if _METHODS.search(clean):
        return Heading(Role.TOPIC, None, topic_name(clean), Kind.METHOD, guide)
    if _APPLICATIONS.search(clean):
        return Heading(Role.TOPIC, None, clean, Kind.APPLICATION, guide)
    return Heading(Role.NONE, None, clean, Kind.TOPIC, guide)


def _type_of(head: str, clean: str) -> Kind | None:
    """The kind that the head of a heading names: of "A and B" the first part that names one."""
    parts = [p for p in _JOINED.split(head) if p] or [head]
    for part in parts:
        last: tuple[int, Kind] | None = None
        for kind, words in _TYPES:
            for found in words.finditer(part):
                if last is None or found.end() > last[0]:
                    last = (found.end(), kind)
        if _MODEL.search(part):
            return Kind.MODEL
        if last:
            return last[1]
    behind = next((kind for kind, words in _TYPES if words.search(clean)), None) if head != clean else None
    listed = behind in (Kind.PAPER, Kind.DATASET, Kind.BENCHMARK) and not _METHODS.search(head)
    return behind if listed else None


def _topic_kind(text: str) -> Kind:
    return (
        Kind.METHOD
        if _METHODS.search(text)
        else Kind.APPLICATION
        if _APPLICATIONS.search(text)
        else Kind.TOPIC
    )


def _topic_of_type(clean: str, kind: Kind) -> str:
    """The topic that a TYPE heading names beside its kind: "Fine-tuning Guide" is about Fine-tuning."""
    if kind in (Kind.MODEL, Kind.HARDWARE_TIER):
        return ""
    name = topic_name(clean)
    return name if name != clean and _METHODS.search(name) and not _type_of(name, name) else ""


def topic_name(text: str) -> str:
    """A topic without the word for "ways to do it" behind it.

    >>> topic_name("Fine-tuning Techniques"), topic_name("Frameworks for optimization")
    ('Fine-tuning', 'optimization')
    """
    if len(parts := _BEHIND.split(text, maxsplit=1)) == 2 and _EMPTY.search(parts[0]):  # noqa: PLR2004
        text = parts[1]
    return _EMPTY.sub("", text).strip() or text
