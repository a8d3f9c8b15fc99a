"""What a name stands for that no entry of the list explains: a family of models, a method, a tool, nothing.

A tool that "supports Foo" may run the model Foo, work with the tool Foo or read files of the form Foo. Where
the list has no entry Foo, what the field calls so decides, and a name that tells nothing makes no node.
"""

from __future__ import annotations

import re

from kg.vocabulary import Kind

_METHODS = frozenset(
    """lora qlora dora adalora gptq awq smoothquant squeezellm peft rl rlhf rlvr dpo ppo grpo kto orpo sft
    rag moe moa qat ptq mla mha mqa gqa rope yarn cot mixture-of-experts flashattention pagedattention
    zero-3 quip mamba mamba2 mamba-2""".split()
)
_METHOD = re.compile(
    r"(?:multi-)?q?lora|.*\b(?:quanti[sz]ation|parallelism|attention|distillation|pruning|(?:fine-?)?tuning|"
    r"decoding|of-thoughts?)",
    re.IGNORECASE,
)
_TOOLS = frozenset(
    """ollama vllm sglang mlx tvm mlc onnx jax tensorflow pytorch keras triton tensorrt openvino langchain
    llamaindex langgraph dspy ray faiss gradio streamlit transformers diffusers sentencetransformers
    lmstudio oobabooga kobold llama.cpp llamacpp bnb""".split()
)
_FAMILIES = r"""
    (?:chat|text-)?(?:gpt|davinci)|o[134]|(?:code|tiny|open-?)?llama|alpaca|vicuna|claude|gemini|
    gemma|palm|bard|codestral|mistral|mixtral|qwen|qwq|deepseek|phi|falcon|mpt|bloomz?|opt|
    (?:flan-?|code|m)?t5|(?:distil|ro|al|de)?bert(?:a)?|rwkv|(?:chat)?glm|baichuan|internlm|yi|
    (?:wizard|star)(?:lm|coder)|whisper|clip|blip|siglip|imagebind|llava|minigpt|minicpm|
    smol(?:lm|vlm)|stable[ -]?(?:diffusion|lm)|bge|colbert|(?:gpt-?)?neo-?x|zephyr|baize|olmo|
    granite|kimi|grok|nemotron|leolm|orca|dolly|pythia|cerebras-gpt"""
_VARIANTS = r"""v?\d+(?:\.\d+)*[a-z]{0,2}|x\d+b|e\d+b|a\d+b|[jkox]|r\d|neo|neox|oss|it|vl|sft|moe|base|chat|
    coder|distill(?:ed)?|flash|haiku|instruct|large|lite|math|medium|micro|mini|nano|next|omni|opus|preview|
    pro|small|sonnet|thinking|tiny|turbo|ultra|vision|xl|xxl|zero|family|series|llms?|models?"""
_MODEL = re.compile(
    rf"(?:[\w.-]+/)?(?:(?:openai|google|meta|microsoft)(?:['’]s)?\s+)?(?:{''.join(_FAMILIES.split())})"
    rf"(?:[\s/_.:-]?(?:{''.join(_VARIANTS.split())}))*",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r".*[-_ ]\d+(?:\.\d+)?[bB](?:[-_ ].*)?|.*-(?:Instruct|Chat)|[A-Z][A-Za-z]*[a-z]LM(?:[-_ ]?\d[\w.]*)?"
)
"""Forms of names that models have: "Foo-7B", "Foo-Instruct", "FooLM 2"."""
_ABBREVIATION = re.compile(r"[A-Z]{2,4}s?|[A-Z]\d?[A-Z]\d?")
_FORM = re.compile(
    r"\d+(?:\.\d+)?[bmk]?|(?:fp|bf|nf|u?int|w)\d.*|\d+-bit.*|gg(?:uf|ml)\w*|exl\d|pdfs?|word|powerpoint|excel|csv|jsonl?|jsx|"
    r"markdown|html|xml|yaml|docx?|git|papers?|vector|graph|logits|logprobs|embeddings|byok|rfc\s.*|.*\.md|"
    r"(?:.*[-\s])?(?:apis?|deployment|python|mode|memory|forms?|databases?|multi-gpu|multi-node)",
    re.IGNORECASE,
)


def known_kind(name: str) -> Kind | None:
    """The kind of thing that the field knows by a name, or None.

    >>> [kind and kind.label for kind in map(known_kind, ("GPT-4o", "llama.cpp", "GPTQ", "Claude Code"))]
    ['Model', 'Framework', 'Method', None]
    """
    folded = name.casefold()
    if folded in _TOOLS:
        return Kind.FRAMEWORK
    if folded in _METHODS or _METHOD.fullmatch(name):
        return Kind.METHOD
    return Kind.MODEL if _MODEL.fullmatch(name) or _CALLED.fullmatch(name) else None


def is_form(name: str) -> bool:
    """Whether a name is none of a thing: a size, a precision, a form of files, a feature.

    >>> is_form("FP8"), is_form("7B"), is_form("PDFs"), is_form("Playwright")
    (True, True, True, False)
    """
    return bool(_FORM.fullmatch(name))


def is_nothing(name: str) -> bool:
    """Whether a name alone tells of no thing: it is of a form, or an abbreviation that nobody knows.

    >>> is_nothing("ANN"), is_nothing("RAG")
    (True, False)
    """
    return known_kind(name) is None and (is_form(name) or bool(_ABBREVIATION.fullmatch(name)))
