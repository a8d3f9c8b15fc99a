"""Phrases that say how one thing relates to another, and the names that follow them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.patterns import Pattern

from .naming import Found, NameIndex

_NAMED = r"(?=[A-Z]|[a-z]+[\w.]*[-\d])"
_LESS = r"smaller|compact|compressed|pruned|tiny|reduced"
_TUNED = r"fine-?\s?tun(?:ed|es?|ing)"
_PROPER = r"(?>[A-Z][\w./-]*)(?:\s(?>[A-Z][\w.-]*)){0,2}"
_DOES = r"runs?|running|serv(?:e|es|ing)|deploy(?:s|ing)?|train(?:s|ing)?|host(?:s|ing)?|chat\s+with"
_GENERATED = "generated|created|produced|synthesi[sz]ed|collected|annotated"
_FACES = r"front-?end|bindings?|wrapper|client|interface|gui|web\s?ui|ui|bridge|plugin|extension"
_CUES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "derived",
        "distilled",
        (r"distill(?:ed|ation)\s+(?:versions?\s+)?(?:of|from)", rf"distilled\s+{_NAMED}", r"蒸馏自"),
    ),
    (
        "derived",
        "quantized",
        (r"quanti[sz]ed\s+(?:versions?|variants?)\s+of", r"quants?\s+of", rf"quanti[sz]ed\s+{_NAMED}"),
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
            r"(?:versions?|variants?|finetunes?|merges?|continuation|enhancement)\s+of",
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
            rf"(?:(?:pre-?|post-?)?trained|tuned|{_TUNED}|applied)\s+(?:\w+\s+){{0,2}}?(?:on|with|using)",
            rf"(?:on|with|using)\s+(?=(?:the\s+)?{_PROPER}\s+(?:datasets?|corpus|data)\b)",
        ),
    ),
    (
        "trains",
        "",
        (
            r"used\s+(?:to\s+(?:pre-?)?train|for\s+training)",
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
            r"inference\s+(?:of|for)",
            r"models?\s+(?:like|such\s+as|including|\(?e\.g\.,?)",
            rf"(?:{_DOES})\s+{_NAMED}",
            r"支持",
        ),
    ),
    ("implements", "", (r"implement(?:s|ing|ations?\s+of|ed)", r"reproduc(?:tion|es|ing)(?:\s+of)?")),
    (
        "uses",
        "",
        (
            r"(?:using|uses|utili[sz]es|leverag(?:es|ing)|via|employs|combin(?:es|ing))",
            r"(?:powered|backed|driven)\s+by",
            r"(?:built|written)\s+(?:with|using)",
            rf"(?:{_FACES})\s+(?:for|around|to|of)",
            r"deployment\s+of",
            r"[Hh]ybrid\s+(?=[A-Z])",
            r"with\s+(?=[A-Z]{2,6}\s*(?:$|[.,;)]))",
        ),
    ),
)
CUES = tuple(
    (relation, how, Pattern(rf"(?<![\w-])(?:{'|'.join(patterns)})[\s:]*", re.IGNORECASE))
    for relation, how, patterns in _CUES
)
_SKIP = re.compile(
    r"(?:(?:the|a|an|our|their|its|original|base|open|open-source|official|pre-?trained|popular|new|"
    r"latest|various|models?|"
    r"large|small|smaller|bigger|both|fine-?tuned|existing|multiple|all|model|distilled|of|\w+-based|"
    r"[A-Z][\w.]*['’]s?)\s+){0,3}"
)
# Atomic: a word of a name is taken whole or not at all, so that no text makes a pattern try
# every way of cutting its words.
_WORD_OF_NAME = (
    r"(?>(?:[A-Z]|(?=[a-z][\w-]*[A-Z\d])[a-z])[\w+.-]*(?<=[\w+])(?:(?=/[\w.-]*\d)/[\w.-]+(?<=\w))?"
    r"|[a-z_]+\.[a-z]{1,4}\b|gpt-oss[\w-]*|\d+(?:\.\d+)?[BM]\b)"
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


_ENDLESS = re.compile(r"\S{80,}")


def legible(text: str) -> str:
    """The first of a text, without "words" too long for any name: patterns take long over those.

    >>> legible("Foo " + "x" * 500 + " bar")
    'Foo   bar'
    """
    return _ENDLESS.sub(" ", text[:2000])


@dataclass(frozen=True, slots=True)
class Related:
    """A name behind a cue: the relation, how, the name as written, and the known things it may be."""

    relation: str
    how: str
    name: str
    keys: tuple[int, ...]


_BEFORE = Pattern(
    rf"(?P<names>(?<![\w-]){_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}}(?:\s+and\s+{_WORD_OF_NAME})?)[\s-]+"
    r"(?:(?P<fork>forks?|port|clone)|(?P<tuned>fine-?tunes?|finetunes?|fine-tuning|finetuning)|"
    r"(?P<base>based|base))\b(?!\s+(?:on|from|model\s+for))"
)
_AS_BASE = Pattern(
    rf"uses?\s+(?:[A-Z]\w*['’]s\s+)?(?P<name>{_WORD_OF_NAME}(?:\s{_WORD_OF_NAME}){{0,2}})\s+as\s+(?:the|its|a|"
    rf"an)\s+(?:base|backbone|foundation)"
)
_ALL_CUES = (_AS_BASE, _BEFORE, *(cue for _, _, cue in CUES))


def related(text: str, names: NameIndex) -> list[Related]:
    """What a text relates its subject to, in the order of the text.

    >>> [(r.relation, r.how, r.name) for r in related("A distilled version of FooBERT", NameIndex())]
    [('derived', 'distilled', 'FooBERT')]
    """
    text = legible(text)
    if not any(cue.possible(text) for cue in _ALL_CUES):
        return []
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
                relation = "forked" if found["fork"] else "based" if found["base"] else "derived"
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
