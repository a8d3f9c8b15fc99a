"""Whether a name in running text is meant as the name: the letters there, and the words around it.

These rules rather miss ten names than take one word for a name that it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .lexicon import Spelling
from .ordinary import is_ordinary

_BEFORE, _AFTER = 60, 30  # characters around a name that are looked at

_DASH = r"\-\u2010\u2011"  # inside of a set of characters
_SUFFIXES = """based style like tuned trained finetuned fine-tuned compatible powered enabled driven
generated level derived quantized compressed pruned specific inspired family class aware only""".split()
_GLUED_BEFORE = re.compile(rf"(?:\S[{_DASH}_=]|[.@#~\\$]|(?:^|[^A-Z0-9])/)$")
_GLUED_AFTER = re.compile(
    rf"[{_DASH}](?!(?:{'|'.join(_SUFFIXES)}|\d+(?:\.\d+)?[BM])\b(?!\.\w))\w|[._@#~\\$=:]\w|/(?![A-Z])\w"
)
# "LLaMA 2" is not LLaMA, but "LLaMA 7B" and "LLaMA (13 billion)" are.
_NUMBER_AFTER = re.compile(r"\s?\(?[vV]?\d+(?!\d*(?:\.\d+)?\s?[BMK]\b|[\d,.]*\s?(?:billion|million)\b|\d*-)")
_FREE = frozenset(("", *",;)!?\"'’"))  # a name that one of these follows goes on no further
_CAPITAL_AFTER = re.compile(r"\s([A-Z][\w-]*)")
_LEADING = re.compile(r"[A-Z][\w.+-]*")
_OPENING = " \t\"'“‘([*_`"  # what may stand between the end of a sentence and the next one
_CLOSING = frozenset(".!?:;•·|—–>\n")
_JOINED = re.compile(rf"[A-Za-z0-9+#]+(?:[ ._'’–{_DASH}][A-Za-z0-9+#]+)*")
_WORD = re.compile(r"[A-Za-z0-9+#]+")

_NEUTRAL = frozenset("LLM LLMs LM LMs SLM SLMs MLLM MLLMs API APIs GPU GPUs CPU CPUs NLP VLM VLMs".split())
_MAKERS = frozenset(
    """Meta OpenAI Google Microsoft Stanford Apple NVIDIA Nvidia Alibaba DeepMind HuggingFace Face Intel
    Anthropic EleutherAI IBM Amazon Berkeley""".split()
)
_OPENERS = frozenset(
    """a an the this that these those our we with without in on for of to from and or but by as at via it
    its is are if when where while unlike like use uses run runs train tune build chat talk how what why
    official simple fast efficient new both all every each most many some several two three also here
    recently finally moreover however although since given inspired port support supports code inference
    finetune quantize deploy serve try existing open-source""".split()
)
_ENDINGS = ("ing", "ed", "s")  # of an ordinary word that opens a sentence: Running, Optimized, Supports
_LONG_ENOUGH = 5  # letters from which "Llama" may stand for LLaMA


def is_meant(text: str, start: int, end: int, known: Iterable[Spelling]) -> bool:
    """Whether ``text[start:end]`` is meant as one of these spellings, all of which have its words."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    if before[-1:] not in {" ", "("} and _GLUED_BEFORE.search(before):
        return False
    if after[:1] not in _FREE and (_GLUED_AFTER.match(after) or _NUMBER_AFTER.match(after)):
        return False
    found = text[start:end]
    if not found.isalnum() and _JOINED.fullmatch(found) is None:
        return False
    if not found.islower() and not _stands_alone(before, after):
        return False
    begins = _begins(before)
    return any(_is_spelled(found, one, begins=begins) for one in known)


def _begins(before: str) -> bool:
    """Whether a sentence begins behind this."""
    head = before.rstrip(_OPENING)
    return not head or head[-1] in _CLOSING or (head[-1] == "-" and head[-2:-1].isspace())


def _stands_alone(before: str, after: str) -> bool:
    """Whether no capital beside a name makes it a part of a longer one."""
    if (follows := _CAPITAL_AFTER.match(after)) and follows[1] not in _NEUTRAL:
        return False
    if not before[-1:].isspace() or not before.strip():
        return True
    word = before.rsplit(maxsplit=1)[-1].lstrip(_OPENING)
    if not _LEADING.fullmatch(word) or word in _NEUTRAL or word in _MAKERS:
        return True
    opens = word.lower() in _OPENERS or (word.endswith(_ENDINGS) and is_ordinary(word.lower()))
    return opens and _begins(before.rstrip()[: -len(word)])


@lru_cache(maxsize=10_000)  # names come again and again
def _is_spelled(found: str, one: Spelling, *, begins: bool) -> bool:
    """Whether the letters there are those of the name, a capital where it counts.

    ``begins``: the name begins a sentence, where any word has a capital.
    """
    if found.count(".") != one.written.count("."):
        return False
    if one.phrase:
        return True
    here = "".join(filter(str.isalnum, found))
    name = "".join(filter(str.isalnum, one.written))
    capitals = sum(map(str.isupper, name))
    marked = capitals > 1 or any(map(str.isdigit, name)) or "." in one.written
    if here == name:
        return marked or not begins
    if not marked or len(name) < _LONG_ENOUGH or here.islower() or not _same_heads(found, one.written):
        return False
    if sum(map(str.isupper, here)) > 1 or any(map(str.isdigit, here)):
        return True
    return capitals > 1 and not name.isupper() and here[0].isupper() and not begins


def _same_heads(found: str, written: str) -> bool:
    """Whether each word that begins with a capital in the name does so there: an "AI scientist" is none."""
    theirs, ours = _WORD.findall(written), _WORD.findall(found)
    return len(theirs) != len(ours) or all(
        f[0].isupper() or not w[0].isupper() for w, f in zip(theirs, ours, strict=True)
    )
