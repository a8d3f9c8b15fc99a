"""The names of a list's own items, found again in its texts: whole words, longest match first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

_WORD = re.compile(
    r"[^\W_\u4e00-\u9fff]+(?:\.[^\W_\u4e00-\u9fff]+)*[+#]*|[\u4e00-\u9fff]+"  # Chinese has no blanks
)
_GLUE = re.compile(r"[-_/]")
_LOOSE = re.compile(
    r"-(?:based|style|like|inspired|compatible|powered|enabled|aware|format|family|series)\b", re.IGNORECASE
)
_MAX_TEXT = 2000
_MAX_WORDS, _MAX_SHARED, _SHORT = 12, 4, 3
_STOP = frozenset(
    """ai ml rl dl cv nlp gpu cpu pc ios mac web a an and the of for to in on with by from is are be it its
    this that as or at new open source code paper data model models llm llms list lists tool tools
    api app cli ui web chat base large small mini agent agents awesome guide page home here link
    blog demo docs dataset datasets benchmark benchmarks survey general other misc python rust go
    papers paper resources library framework engine engines server servers client service services
    platform toolkit runtime editor assistant search memory prompt prompts chatbot embeddings
    discord slack forum twitter""".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A name found in a text: where, and the numbers of the things it may stand for."""

    start: int
    end: int
    keys: tuple[int, ...]


def _tokens(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, folded, with their places; a possessive s is none."""
    out = []
    for m in _WORD.finditer(text):
        word = m.group().casefold()
        start, end = m.span()
        if not word.isascii():
            word = unicodedata.normalize("NFKC", word)
        if word != "s" or text[start - 1 : start] not in ("'", "\u2019"):
            out.append((word, start, end))
    return out


@dataclass(slots=True)
class NameIndex:
    """Names by their words: which things each may stand for, and how many words to look at."""

    names: dict[tuple[str, ...], list[tuple[int, str]]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    latest: dict[str, list[Found]] = field(default_factory=dict)  # the text asked about last

    def add(self, name: str, key: int, *, exact: bool = False) -> None:
        """Make a name findable; ``exact``: only in just this spelling (an ordinary word)."""
        parts = tuple(word for word, _, _ in _tokens(name))
        if not 0 < len(parts) <= _MAX_WORDS or all(part in _STOP or part.isdigit() for part in parts):
            return
        if len(parts) == 1 and len(parts[0]) == 1:
            return
        entries = self.names.setdefault(parts, [])
        if len(entries) < _MAX_SHARED and all(known != key for known, _ in entries):
            entries.append((key, name if exact else ""))
        self.longest[parts[0]] = max(len(parts), self.longest.get(parts[0], 0))
        self.latest = {}

    def find(self, text: str) -> list[Found]:
        """The names in a text, left to right, without overlaps."""
        text = text[:_MAX_TEXT]
        if text not in self.latest:  # several rules ask about one text, one after the other
            self.latest = {text: self._find(text)}
        return self.latest[text]

    def _find(self, text: str) -> list[Found]:
        tokens = _tokens(text) if self.names else []
        out: list[Found] = []
        i = 0
        while i < len(tokens):
            if tokens[i][0] not in self.longest:
                i += 1
                continue
            length, keys = self._at(text, tokens, i)
            if length:
                out.append(Found(tokens[i][1], tokens[i + length - 1][2], keys))
            i += length or 1
        return out

    def _at(self, text: str, tokens: list[tuple[str, int, int]], i: int) -> tuple[int, tuple[int, ...]]:
        """How many words from a position on are the longest name there, and what it stands for."""
        for length in range(min(self.longest[tokens[i][0]], len(tokens) - i), 0, -1):
            known = self.names.get(tuple(t[0] for t in tokens[i : i + length]))
            if not known:
                continue
            start, end = tokens[i][1], tokens[i + length - 1][2]
            keys = tuple(k for k, exact in known if not exact or exact == text[start:end])
            if keys and _alone(text, start, end):
                return length, keys
        return 0, ()


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name is not part of a longer one: "T5" in "FLAN-T5" is."""
    if start > 1 and _GLUE.match(text[start - 1]) and text[start - 2].isalnum():
        return False
    if end + 1 < len(text) and _GLUE.match(text[end]) and text[end + 1].isalnum():
        return bool(_LOOSE.match(text, end))
    return True


def last_words(names: Iterable[tuple[str, int]], ordinary: Collection[str] = ()) -> dict[str, int]:
    """Last words that stand for one name only: of "Hugging Face Transformers" and others, Transformers.

    ``ordinary``: words that the document also writes in lower case, which are no names.

    >>> last_words([("Hugging Face Transformers", 1), ("ONNX Runtime", 2), ("Foo Runtime", 3)])
    {'Transformers': 1}
    >>> last_words([("Foo Mobile", 1)], {"mobile"})
    {}
    """
    seen: dict[str, set[int]] = {}
    spelled: dict[str, str] = {}
    for name, key in names:
        parts = [m.group() for m in _WORD.finditer(name)]
        if parts and len(parts) <= _SHORT and "(" not in name:
            seen.setdefault(parts[-1].casefold(), set()).add(key)
            if len(parts) > 1:
                spelled.setdefault(parts[-1].casefold(), parts[-1])
    return {
        spelled[word]: next(iter(keys))
        for word, keys in seen.items()
        if len(keys) == 1 and word in spelled and word not in _STOP and word not in ordinary and len(word) > 4  # noqa: PLR2004
    }
