"""Organizations of the field, and the words by which a text says who made its subject."""

from __future__ import annotations

import re

_NAMES = """
OpenAI; Google; Google DeepMind; Google Research; Google Brain; Google AI; DeepMind; Meta; Meta AI;
Facebook; Facebook AI; Facebook Research; Microsoft; Microsoft Research; Apple; NVIDIA; Nvidia;
Alibaba; Alibaba Cloud; Alibaba DAMO; Alibaba Group; Tencent; Tencent AI Lab; Baidu; ByteDance;
Bytedance; Huawei; Huawei Noah; IBM; IBM Research; Amazon; AWS; Anthropic; Mistral; Mistral AI;
Cohere; DeepSeek; DeepSeek AI; DeepSeek-AI; Hugging Face; Huggingface; Databricks; MosaicML; Stability AI;
EleutherAI; BigScience; BigCode; Together; Together AI; Together Computer; Salesforce; Salesforce
Research; Snowflake; Intel; Intel Labs; AMD; Qualcomm; Samsung; Samsung Research; Xiaomi; OPPO;
vivo; LG; LG AI Research; NAVER; Kakao; Upstage; SenseTime; Shanghai AI Lab; Shanghai AI Laboratory;
Zhipu; Zhipu AI; Moonshot; Moonshot AI; MiniMax; 01.AI; Baichuan; StepFun; OpenBMB; Tsinghua;
Tsinghua University; Peking University; Stanford; Stanford University; UC Berkeley; Berkeley; MIT;
CMU; Princeton; Harvard; Cornell; Oxford; Cambridge; ETH; ETH Zurich; KAIST; EPFL; Allen AI;
AllenAI; AI2; Allen Institute; Allen Institute for AI; TII; Technology Innovation Institute; LAION;
Nomic; Nomic AI; Nous Research; Perplexity; Cerebras; Groq; xAI; AI21; AI21 Labs; Inflection; Adept;
Reka; Liquid AI; Zyphra; Answer.AI; Jina; Jina AI; Cloudflare; Uber; LinkedIn; Netflix; Lightning
AI; Deci; Deci AI; Neural Magic; Unsloth; Unsloth AI; Arcee; Arcee AI; Alignment Lab; Nexa;
Nexa AI; Moore Threads; InternLM; InclusionAI; inclusionAI; Ant Group; Meituan; Kuaishou; JD; Qihoo;
iFLYTEK; Sony; Bosch; Adobe; Oracle; SAP; Red Hat; GitHub; Mozilla; Prime Intellect; Microsoft AI
"""
_ORG = "|".join(
    re.escape(name.strip()).replace(r"\ ", r"\s?")
    for name in sorted(" ".join(_NAMES.split()).split(";"), key=len, reverse=True)
)
_NOT_MADE = r"(?:API|models?|outputs?|data|Hub|datasets|using)\b"
_UNIT = (
    r"(?:AI|Research|Technolog(?:y|ies)|Labs?|Laboratory|Team|Group|Inc|Institute|University|NLP|Cloud|Brain|"
    r"Foundation)\b"
)
# "by Acme Fooformer" names a thing of Acme's, not Acme.
_ONE = (
    rf"(?>{_ORG})(?![\w-])(?!['’]s\b)(?!\s*{_NOT_MADE})"
    rf"(?!\s+(?!{_UNIT})[A-Z]\w)"
)
_MORE = rf"\s*(?:,|and|&|/)\s*(?:and\s+)?(?:{_ONE}|[A-Z]{{3,6}}\b)"
_VERBS = (
    r"(?:developed|created|released|trained|built|maintained|made|published|introduced|open-?sourced|"
    r"designed|fine-?tuned|finetuned)"
)
_PROPER = r"[A-Z][\w.-]*\w(?:\s[A-Z][\w.-]*\w){0,3}"
_MADE = re.compile(
    rf"(?<![\w-])(?<!powered\s)(?<!driven\s)(?<!backed\s)(?:by|von|from(?!\s+(?:Hugging\s?Face|Huggingface|GitHub)))\s+(?:the\s+)?(?P<org>{_ONE}(?:{_MORE}){{0,5}})"
    rf"|^(?:the\s+)?(?P<own>{_ORG})(?:['’]s|(?<=s)['’])\s"
    rf"|{_VERBS}\s+by\s+(?:the\s+)?(?P<any>{_PROPER})"
    rf"|\((?P<end>{_ORG})\)\.?$"
    rf"|powered\s+by\s+(?P<pow>{_ORG})(?![\w-])(?!\s*(?:,|and\b|&|{_NOT_MADE}))"
    rf"|^by\s+(?:the\s+)?(?P<first>[A-Z][\w.-]*(?:\s[A-Z][\w.-]*){{0,3}}?\s{_UNIT})"
    r"|\bby\s+(?P<low>google|meta|microsoft|openai|nvidia|alibaba|apple|tencent|ibm)\b"
    rf"|\bfrom\s+(?P<team>{_ORG})['’]s\s+\w+\s+team"
)
_TELLS = re.compile(r"by|from|von|['’]|\)")  # every way of _MADE holds one of these
_ORG_ONLY = re.compile(rf"(?:{_ORG})", re.IGNORECASE)


_CHINESE = re.compile(
    r"(?P<org>(?:(?![由和与在是])[\u4e00-\u9fff]){2,10}?(?:大学|研究院|研究所|实验室|公司|学院|集团|科技))"
    r"(?:等|联合)?(?:提出|开源|发布|推出|研发|开发)"
)
_POSSESSIVE = re.compile(r"((?:[A-Z][\w.-]*\s){0,2}[A-Z][\w.-]*\w)(?:['’]s|(?<=s)['’])\s+$")
_GENERIC = re.compile(
    rf"(?P<org>{_ORG})\s+(?:(?:large|small|tiny|open[\w-]*|multi\w+|vision|language|foundation|code|chat|audio|"
    r"speech|embedding|generative|base|new|family|series|of)\s+)*(?:s?l?lms?|models?)\b",
    re.IGNORECASE,
)


def makers_in(text: str, name: str = "") -> list[str]:
    """The organizations that a text says made its subject, whose ``name`` it may hold.

    >>> makers_in("Eval tools by OpenAI."), makers_in("Microsoft's small model"), makers_in("made by hand")
    (['OpenAI'], ['Microsoft'], [])
    >>> makers_in("Code to train Foo Lab's BarLM", "BarLM"), makers_in("tuned by Stanford Alpaca")
    (['Foo Lab'], [])
    """
    told = _MADE.finditer(text[:600]) if _TELLS.search(text) else ()
    found = [next(g for g in m.groups() if g) for m in told]
    at = text.find(name) if name else -1
    if at > 0 and (owner := _POSSESSIVE.search(text[:at][-60:])):
        found.insert(0, owner[1])
    if not text.isascii():
        found += [m["org"] for m in _CHINESE.finditer(text[:600])]
    names = [n for f in found for n in re.split(r"\s*(?:,|&|/|\band\b)\s*(?:and\s+)?", f) if n]
    return list(dict.fromkeys(names))


def maker_of_models(text: str, name: str) -> str:
    """The organization that a description of a model begins with: "Foo: Acme language models"; or "".

    >>> maker_of_models("Google Large Language Models", "Foo"), maker_of_models("OpenAI compatible", "Foo")
    ('Google', '')
    """
    own = text[len(name) :].lstrip(" :-–—") if name and text.startswith(name) else text
    found = _GENERIC.match(own)
    return found["org"] if found else ""


def beside_name(name: str) -> str:
    """The organization that stands before or behind a dash in a name: "Acme - FooKit"; or "".

    >>> beside_name("Google - FooKit"), beside_name("FooKit - Google"), beside_name("Foo - Bar")
    ('Google', 'Google', '')
    """
    halves = re.split(r"\s+[-–—@]\s+", name)
    if len(halves) != 2:  # noqa: PLR2004 - two names
        return ""
    return next((half for half in halves if is_organization(half)), "")


def is_organization(name: str) -> bool:
    """Whether a name is one of the field's organizations."""
    return bool(_ORG_ONLY.fullmatch(name.strip()))
