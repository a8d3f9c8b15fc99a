"""Devices and backends that a text says something runs on."""

from __future__ import annotations

import re

from kg.patterns import Pattern

_AND = re.compile(
    r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*|\s*/\s*)(?:the\s+)?", re.IGNORECASE
)
_DEVICE = Pattern(
    r"(?<![\w-])(?:(?:AMD|Intel|NVIDIA|Qualcomm|Apple)(?:\s(?!and\b|or\b)[\w™®-]+){0,4}\s[CGN]PUs?|"
    r"(?:single\s+|one\s+)?(?:nvidia\s+)?(?:rtx|gtx)\s?\d{4}(?:\s?ti)?|"
    r"raspberry\s+pi(?:\s*\d\w?)?|rpis?|(?:smart\s?)?phones?|workstations?|"
    r"mobile\s+phones?|ios|android|iphones?|ipads?|mac(?:\s?os|s|books?)?|apple\s+silicon|apple\s+m[1-5](?:\s(?:pro|"
    r"max|ultra))?|windows|linux|(?:web\s+)?browsers?|webgpu|"
    r"cpus?|gpus?|(?:single|one|consumer(?:-grade|-level)?|commodity)\s+gpus?|npus?|tpus?|fpgas?|microcontrollers?|mcus?|"
    r"jetson(?:\s(?:nano|orin|xavier|agx|tx\d))*|(?:qualcomm\s+)?snapdragon(?:\s\d+)?|"
    r"arm(?:v8)?(?:\s+cpus?)?|arduino|ascend|laptops?|nvidia|cuda|vulkan|rocm|x86|kubernetes)(?![\w-])",
    re.IGNORECASE,
)
_ON = re.compile(
    r"(?<![\w-])(?:on|for|across|in|inside|within|via|through|targeting|targeted\s+at|supports?|under|"
    r"(?:devices|boards|platforms|computers|hardware),?\s+(?:like|such\s+as|including))\s+"
    r"(?:(?:the|an?|your|any|"
    r"consumer(?:-grade)?|commodity|local|"
    r"resource-constrained|everyday|multiple|most|different|modern|both|heterogeneous|off-the-shelf|"
    r"low-end|various|\w+-based)\s+){0,3}$",
    re.IGNORECASE,
)
_WITH = re.compile(r"(?<![\w-])(?:with|using|utili[sz]ing|via)\s+(?:an?\s+)?$", re.IGNORECASE)
_BACKEND = re.compile(r"webgpu|cuda|vulkan|rocm|(?:single|one|consumer\S*|commodity)\s+gpus?", re.IGNORECASE)
_FOR_APPS = re.compile(
    r"\s*(?:/\s*\w+\s+)?(?:apps?|applications?|front-?ends?|clients?|ports?|devices?|deployment|"
    r"versions?|phones?)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\(\s*([\w\s,/&-]{5,80}?)\s*\)")
_NO_DEVICE = re.compile(
    r"[\s-]+(?:interfaces?|extensions?|plug-?ins?|automation|add-?ons?|based|tools?|agents?|use|bookmarks|tabs|history|sessions?)\b",
    re.IGNORECASE,
)
_PROPER = re.compile(r"\s[A-Z][a-z]+[A-Z]|\s[A-Z][a-z]{3,}")
_BARE = re.compile(r"gpus?", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"nvidia|ascend|arm|windows|cpus?", re.IGNORECASE)


def devices_in(text: str) -> list[str]:
    """The devices and backends that a text says something runs on, as written.

    >>> devices_in("Fast inference on a Smartphone"), devices_in("apps across iOS and Android")
    (['Smartphone'], ['iOS', 'Android'])
    """
    text = text[:2000]
    out: list[str] = []
    for listed in _IN_BRACKETS.finditer(text) if "(" in text else ():
        names = _AND.split(listed[1])
        if len(names) > 1 and all(is_device(name) for name in names):
            out += names
    end = -1
    for found in _DEVICE.finditer(text):
        if _NO_DEVICE.match(text, found.end()):
            continue  # "a browser interface"
        if _AMBIGUOUS.fullmatch(found.group()) and _PROPER.match(text, found.end()):
            continue  # "built on NVIDIA Foo"
        before = text[: found.start()]
        bare = _BARE.fullmatch(found.group())  # "on GPUs" says little, "GPUs" in a series something
        joined = end >= 0 and _AND.fullmatch(text[end : found.start()])
        named = not bare and not _AMBIGUOUS.fullmatch(found.group()) and _FOR_APPS.match(text, found.end())
        driven = _BACKEND.fullmatch(found.group()) and _WITH.search(before[-20:])
        if joined or named or driven or (not bare and _ON.search(before[-80:])):
            out.append(found.group())
            end = found.end()
        else:
            end = -1
    return list(dict.fromkeys(out))


def is_device(name: str) -> bool:
    """Whether a name is one of a device or platform."""
    return bool(_DEVICE.compiled.fullmatch(name))
