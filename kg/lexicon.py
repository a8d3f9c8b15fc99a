"""The names that texts are searched for, as they may be spelled there.

One wrong mention is worse than ten that are missed: what could be an ordinary word, or the name of
too many things, is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from .ordinary import is_ordinary
from .vocabulary import Kind

NAMED_IN_TEXT = frozenset({Kind.MODEL, Kind.METHOD, Kind.FRAMEWORK, Kind.DATASET, Kind.BENCHMARK})
"""Kinds that a name in running text may mean. Papers are cited otherwise, topics are everywhere."""

LONGEST = 8
"""No name of more words is searched for: what is longer is a title."""

BLOCKING = frozenset({Kind.ORGANIZATION})
"""Kinds of which a name makes another of the same name ambiguous, and is not searched for itself."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_SEAM = re.compile(rf"(?<=[{_CJK}])(?=[A-Za-z0-9+#])|(?<=[A-Za-z0-9+#])(?=[{_CJK}])")
_GLUE = "\x7f"  # stands for letters that no name has: they must not look like the end of a word
_BORDER = re.compile(r"(?<=[a-z]) (?=[0-9])")
_ENOUGH = 3  # letters: shorter names mean too many things
_PLAIN = 4  # letters of a name that only its capital tells from a word
_PHRASE = 8  # letters of a name of several words that may stand in small letters

_TECHNIQUES = frozenset(
    """adaptation compression decoding distillation engineering learning pretraining prompting pruning
    quantization tuning""".split()
)
_VAGUE = frozenset("ai and deep for llm llms lm lms machine of slm slms the".split())


class Spelling(NamedTuple):
    """One way a name is spelled: its words, the name as written, and whether any case will do.

    ``words``: as :func:`plain` gives them, one blank between two. ``phrase``: a term of several
    words, which texts write in small letters.
    """

    words: str
    written: str
    phrase: bool


class _Plain(dict[int, str]):
    """What each character becomes; grows as it is asked."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isascii():
            new = char.lower() if char.isalnum() or char in "+#" else " "
        elif re.match(f"[{_CJK}]", char):
            new = " "
        else:
            # As SQLite's full text sees it, which finds the texts that a new name may stand in.
            word = (
                char.isalnum() or unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Co"
            )
            new = _GLUE if word else " "
        self[code] = new
        return new


_TABLE = _Plain()
for _code in range(128):
    _ = _TABLE[_code]


def plain(text: str) -> str:
    """The text in small letters, character for character, with a blank for all that is no part of a word.

    Scripts without blanks between words (Chinese, Japanese, and the particles of Korean) count as
    blanks, so that a Latin name stands free among them. Names in those scripts are not searched for.

    >>> plain("Fine-tune LLaMA, C++!"), plain("基于LLaMA的模型")
    ('fine tune llama  c++ ', '  llama   ')
    >>> "na" in plain("naïve").split()
    False
    """
    return text.translate(_TABLE)


def spaced(text: str) -> str:
    """The text with blanks where words of Latin letters touch a script that has none.

    >>> spaced("基于LLaMA的模型")
    '基于 LLaMA 的模型'
    """
    return text if text.isascii() else _SEAM.sub(" ", text)


def spellings(kind: Kind, names: Iterable[str]) -> set[Spelling]:
    """How the names of a node of that kind may be spelled in a text; none for most kinds.

    >>> sorted(one.words for one in spellings(Kind.MODEL, ["GPT-2", "Falcon", "transformers", "T5"]))
    ['falcon', 'gpt 2', 'gpt2']
    >>> spellings(Kind.METHOD, ["Knowledge Distillation"]).pop().phrase
    True
    """
    found: set[Spelling] = set()
    if kind not in NAMED_IN_TEXT | BLOCKING:
        return found
    for written in map(str.strip, names):
        words = plain(written)
        if _is_distinct(words, written, kind):
            for one in (words, _BORDER.sub("", words)):  # "gpt 2" and "gpt2"
                found.add(Spelling(one, written, _is_phrase(words, kind)))
    return found


def own_words(names: Iterable[str]) -> set[str]:
    """The words of a thing's own names, which in its own texts mean itself; of owner/name also name.

    >>> sorted(own_words(["lab/Tiny-LM 2"]))
    ['lab tiny lm 2', 'lab tiny lm2', 'tiny lm 2', 'tiny lm2']
    """
    found = {plain(part).strip() for name in names for part in (name, name.rpartition("/")[2])}
    return found | {_BORDER.sub("", words) for words in found}


def _is_distinct(words: str, written: str, kind: Kind) -> bool:
    """Whether a name can be told from ordinary words when it stands in a text."""
    tokens = words.split()
    letters = sum(c.isalpha() for c in words)
    if (
        words != " ".join(tokens)
        or _GLUE in words
        or len(tokens) > LONGEST
        or letters < _ENOUGH
        or any(c in "/\\@:,;|&()[]" for c in written)
        or (_is_usual(tokens) and not _is_technique(tokens, kind))
    ):
        return False
    return _is_phrase(words, kind) or _is_marked(tokens, written, letters, kind)


def _is_usual(tokens: list[str]) -> bool:
    return all(is_ordinary(token) or token.isdigit() or len(token) == 1 for token in tokens)


def _is_technique(tokens: list[str], kind: Kind) -> bool:
    """Whether ordinary words together are a term: knowledge distillation, but not model size."""
    return (
        kind is Kind.METHOD
        and len(tokens) > 1
        and (tokens[-1] in _TECHNIQUES or tokens[-2:] == ["augmented", "generation"])
        and _VAGUE.isdisjoint(tokens)
    )


def _is_marked(tokens: list[str], written: str, letters: int, kind: Kind) -> bool:
    """Whether capitals and digits show that it is a name."""
    capitals = sum(c.isupper() for c in written)
    if any(c.isdigit() for c in written):
        return capitals > 0 or letters > _ENOUGH
    if not capitals:
        return "." in written and letters > _ENOUGH
    if len(tokens) > 1:
        return capitals >= len(tokens) or (capitals > 1 and written[0].isupper())
    if letters == _ENOUGH:
        return capitals > 1 and kind is Kind.METHOD  # DPO and RAG are known to all, SAM and ACT are many
    return capitals > 1 or letters >= _PLAIN


def _is_phrase(words: str, kind: Kind) -> bool:
    return (
        kind is Kind.METHOD
        and " " in words
        and sum(c.isalpha() for c in words) >= _PHRASE
        and not any(c.isdigit() for c in words)
        and all(len(token) > 1 for token in words.split())
    )
