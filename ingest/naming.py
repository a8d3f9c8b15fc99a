"""The names of a list's own items, found again in its texts: whole words, longest match first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*[+#]*")
_GLUE = re.compile(r"[-_/]")
_LOOSE = re.compile(r"-(?:based|style|like|inspired|compatible|powered|enabled|aware|format|family|series)\b", re.IGNORECASE)
_MAX_TEXT = 2000
_STOP = frozenset(
    """a an and the of for to in on with by from is are be it its this that as or at new open source code paper data
    model models llm llms list lists tool tools api app cli ui web chat base large small mini agent agents awesome guide
    page home here link blog demo docs dataset datasets benchmark benchmarks survey general other misc python rust go
    papers paper resources library framework""".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A name found in a text: where, and the numbers of the things it may stand for."""

    start: int
    end: int
    keys: tuple[int, ...]


def _tokens(text: str) -> list[tuple[str, int, int]]:
    folded = []
    for m in _WORD.finditer(text):
        word = unicodedata.normalize("NFKC", m.group()).casefold()
        folded.append((word, m.start(), m.end()))
    return folded


@dataclass(slots=True)
class NameIndex:
    """Names by their words. ``loose`` names may differ in case; the others count only as written."""

    names: dict[str, dict[tuple[str, ...], list[tuple[int, str]]]] = field(default_factory=dict)

    def add(self, name: str, key: int, *, exact: bool = False) -> None:
        """Make a name findable; ``exact``: only in just this spelling (an ordinary word)."""
        parts = tuple(word for word, _, _ in _tokens(name))
        if not parts or (len(parts) == 1 and (parts[0] in _STOP or len(parts[0]) < 2 or parts[0].isdigit())):  # noqa: PLR2004
            return
        if all(part in _STOP or part.isdigit() for part in parts):
            return
        entries = self.names.setdefault(parts[0], {}).setdefault(parts, [])
        if all(known != key for known, _ in entries):
            entries.append((key, name if exact else ""))

    def find(self, text: str) -> list[Found]:
        """The names in a text, left to right, without overlaps."""
        text = text[:_MAX_TEXT]
        tokens = _tokens(text)
        out: list[Found] = []
        i = 0
        while i < len(tokens):
            length, keys = self._at(text, tokens, i)
            if length:
                out.append(Found(tokens[i][1], tokens[i + length - 1][2], keys))
            i += length or 1
        return out

    def _at(self, text: str, tokens: list[tuple[str, int, int]], i: int) -> tuple[int, tuple[int, ...]]:
        for parts in sorted(self.names.get(tokens[i][0], ()), key=len, reverse=True):
            if tuple(t[0] for t in tokens[i : i + len(parts)]) == parts or _possessive(tokens, i, parts):
                used = len(parts) + (0 if tuple(t[0] for t in tokens[i : i + len(parts)]) == parts else 1)
                start, end = tokens[i][1], tokens[i + used - 1][2]
                if not _alone(text, start, end):
                    continue
                written = text[start:end]
                keys = tuple(k for k, exact in self.names[tokens[i][0]][parts] if not exact or exact == written)
                if keys:
                    return used, keys
        return 0, ()


def _possessive(tokens: list[tuple[str, int, int]], i: int, parts: tuple[str, ...]) -> bool:
    """Whether the words stand there with one possessive s between them."""
    words = [t[0] for t in tokens[i : i + len(parts) + 1]]
    if len(words) != len(parts) + 1 or "s" not in words[1:-1]:
        return False
    words.pop(words.index("s", 1))
    return tuple(words) == parts


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name is not part of a longer one: "T5" in "FLAN-T5" is."""
    if start > 1 and _GLUE.match(text[start - 1]) and text[start - 2].isalnum():
        return False
    if end + 1 < len(text) and _GLUE.match(text[end]) and text[end + 1].isalnum():
        return bool(_LOOSE.match(text, end))
    return True


def last_words(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Last words that stand for one name only: of "Hugging Face Transformers" and others, Transformers.

    >>> last_words([("Hugging Face Transformers", 1), ("ONNX Runtime", 2), ("Foo Runtime", 3)])
    {'Transformers': 1}
    """
    seen: dict[str, set[int]] = {}
    spelled: dict[str, str] = {}
    for name, key in names:
        parts = [m.group() for m in _WORD.finditer(name)]
        if parts:
            seen.setdefault(parts[-1].casefold(), set()).add(key)
            if len(parts) > 1:
                spelled.setdefault(parts[-1].casefold(), parts[-1])
    return {
        spelled[word]: next(iter(keys))
        for word, keys in seen.items()
        if len(keys) == 1 and word in spelled and word not in _STOP and len(word) > 4  # noqa: PLR2004
    }
