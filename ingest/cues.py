"""Phrases that say how one thing relates to another, and the names that follow them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .naming import Found, NameIndex

_NAMED = r"(?=[A-Z]|[a-z]+[\w.]*[-\d])"
_CUES: tuple[tuple[str, str, str], ...] = (
    (
        "derived",
        "distilled",
        rf"distill(?:ed|ation)\s+(?:versions?\s+)?(?:of|from)|distilled\s+{_NAMED}|蒸馏自",
    ),
    (
        "derived",
        "quantized",
        (
            rf"quanti[sz]ed\s+(?:versions?|variants?)\s+of|quants?\s+of|"
            rf"quanti[sz]ed\s+{_NAMED}"
        ),
    ),
    (
        "derived",
        "smaller",
        (
            r"(?:smaller|compact|compressed|pruned|lightweight|lighter|tiny|reduced|sparse)\s+"
            r"(?:versions?|variants?|models?)\s+of|(?:smaller|tiny|pruned|"
            r"compressed)\s+(?=[A-Z][\w.-]*\s+model)"
        ),
    ),
    (
        "derived",
        "fine-tuned",
        (
            r"fine-?\s?tun(?:ed|es?|ing)\s+(?:\w+\s+)?(?:versions?\s+|variants?\s+|"
            r"models?\s+)?(?:of|from|over|based\s+on|on\s+top\s+of)"
            rf"|(?:by|through|via|for)\s+(?:instruction[- ])?fine-?tuning|"
            rf"(?:post-?trained|fine-?\s?tuned|finetuned|fine-?tuning)\s+{_NAMED}"
            r"|(?:instruct(?:ion)?|chat)[- ]?(?:tuned|"
            r"finetuned)\s+(?:versions?\s+)?(?:of|from)|微调自|fine-?tunes?\s+of"
        ),
    ),
    (
        "derived",
        "",
        (
            r"(?:versions?|variants?|finetunes?|merges?|continuation|enhancement)\s+of|"
            r"(?:continued?|further)\s+(?:pre-?)?trained\s+(?:from|on\s+top\s+of)"
        ),
    ),
    (
        "based",
        "",
        (
            r"(?:based|initiali[sz]ed|derived|adapted|forked|fork|port(?:ed)?|rewrite|"
            r"rewritten)\s+(?:up)?(?:on|from|of)(?:\s+top\s+of)?"
            r"|extend(?:s|ing)|基于|on\s+top\s+of"
        ),
    ),
    ("built", "", r"(?:built|builds?|building)[\s-]+(?:up)?on(?:\s+top\s+of)?"),
    (
        "trained",
        "",
        (
            r"(?:trained|pre-?trained|post-?trained|tuned|fine-?tuned|finetuned|"
            r"instruct(?:ion)?[- ]tuned|applied)\s+(?:\w+\s+){0,2}?(?:on|with|using)"
            r"|(?:on|with|"
            r"using)\s+(?=(?:the\s+)?[A-Z][\w./-]*(?:\s[A-Z][\w.-]*){0,2}\s+(?:datasets?|corpus|"
            r"data)\b)"
        ),
    ),
    (
        "generated",
        "",
        (
            r"(?:generated|created|produced|synthesi[sz]ed|collected|annotated)\s+(?:by|with|"
            r"using|from|via|through)"
            r"|(?:using|by)\s+(?=(?:gpt|chatgpt|text-davinci|claude|gemini))|outputs?\s+of|"
            r"responses?\s+(?:from|of|by)|由"
        ),
    ),
    (
        "supports",
        "",
        (
            r"supports?(?:\s+for)?|supporting|compatible\s+with|works?\s+with|working\s+with|"
            r"integrat(?:es|ed|ion|ions)\s+(?:with|for)|inference\s+(?:of|for)"
            rf"|support\s+for|支持|models?\s+(?:like|such\s+as|including|\(?e\.g\.,?)|(?:run|runs|"
            rf"running|serve|serving)\s+{_NAMED}"
        ),
    ),
    ("implements", "", r"implement(?:s|ing|ations?\s+of|ed)|reproduc(?:tion|es|ing)\s+(?:of)?"),
    (
        "uses",
        "",
        (
            r"(?:using|uses|utili[sz]es|leverag(?:es|ing)|powered\s+by|via|built\s+(?:with|using)|"
            r"written\s+(?:with|using)|employs|"
            r"combin(?:es|ing)|backed\s+by|driven\s+by|(?:front-?end|bindings?|wrapper|client|"
            r"interface|gui|web\s?ui|ui|bridge|plugin|extension)\s+(?:for|around|to|of)|"
            r"deployment\s+of)"
        ),
    ),
)
CUES = tuple(
    (relation, how, re.compile(rf"(?<![\w-])(?:{pattern})[\s:]*", re.IGNORECASE if relation else 0))
    for relation, how, pattern in _CUES
)
_SKIP = re.compile(
    r"(?:(?:the|a|an|our|their|its|original|base|open|open-source|official|pre-?trained|popular|new|"
    r"latest|various|models?|"
    r"large|small|smaller|bigger|both|fine-?tuned|existing|multiple|all|model|distilled|of|\w+-based|"
    r"[A-Z][\w.]*['’]s?)\s+){0,3}"
)
_WORD_OF_NAME = (
    r"(?:[A-Z](?:[\w+.-]*[\w+])?(?:/[\w.-]*\d[\w.-]*\w)?|[a-z]+[\w-]*[A-Z\d](?:[\w+.-]*[\w+])?|"
    r"[a-z_]+\.[a-z]{1,4}\b|"
    r"gpt-oss[\w-]*|\d+(?:\.\d+)?[BM]\b)"
)
_NAME = re.compile(rf"{_WORD_OF_NAME}(?:\s(?:{_WORD_OF_NAME}|\d+(?:\.\d+)?[bBM]?\b|v\d[\w.]*)){{0,3}}")
_AND = re.compile(
    r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*|\s*/\s*|、|和)\s*(?:the\s+)?", re.IGNORECASE
)
_NOT_NAMES = frozenset(
    """the a an and or for with in on to of it its this that we i python rust go c c++ java typescript
    javascript ai ml nlp llm llms api apis gpu cpu json rest sota cli http ui vision iterated
    english chinese german french japanese korean russian spanish arabic hindi italian european
    multilingual apache mit bsd gpl open paper code model models data dataset huggingface hugging
    face github web docker kubernetes linux windows macos android ios no new see high deep machine
    learning large small language""".split()
)


@dataclass(frozen=True, slots=True)
class Related:
    """A name behind a cue: the relation, how, the name as written, and the known things it may be."""

    relation: str
    how: str
    name: str
    keys: tuple[int, ...]


_BEFORE = re.compile(
    rf"(?P<names>(?<![\w-]){_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}}(?:\s+and\s+{_WORD_OF_NAME})?)[\s-]+"
    r"(?:(?P<fork>forks?|port|clone)|(?P<tuned>fine-?tunes?|finetunes?|fine-tuning|finetuning)|"
    r"(?P<base>based|base))\b(?!\s+(?:on|from|model\s+for))"
)
_AS_BASE = re.compile(
    rf"uses?\s+(?:[A-Z]\w*['’]s\s+)?(?P<name>{_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}})\s+as\s+(?:the|its|a|"
    rf"an)\s+(?:base|backbone|foundation)"
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

    for start, end, relation, how in _before(text):
        take(start, end, relation, how, _keys(known, start, end))
    for relation, how, pattern in CUES:
        for cue in pattern.finditer(text):
            for start, end, keys in _targets(text, cue.end(), known):
                take(start, end, relation, how, keys)
    return [r for _, r in sorted(out, key=lambda pair: pair[0])]


def _before(text: str) -> Iterator[tuple[int, int, str, str]]:
    """The names that stand before their cue: "uses X as the base", "X fork", "X and Y fine-tunes"."""
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
            if first.casefold() not in _NOT_NAMES:
                relation = "based" if found["fork"] or found["base"] else "derived"
                yield start, at, relation, "fine-tuned" if found["tuned"] else ""


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
