"""Names found in running text: whole words, the longest name first, and only where it is meant.

A :class:`Finder` knows some spellings of the lexicon. What it finds in a text depends on the text
and on those spellings whose words stand in it, and on nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .lexicon import Spelling, plain
from .meaning import is_meant

RULE, CONFIDENCE = "name-in-text", 0.97
"""The rule that evidence names, and how often it was right in a sample read by hand."""


class Hit(NamedTuple):
    """A name in a text: where (characters), and its words as the lexicon has them."""

    start: int
    end: int
    words: str


Matcher = Callable[[str], list[tuple[int, int]]]
"""From a plain text to the spans of names in it: the leftmost, of those the longest, in order."""


class Finder:
    """Finds the names of some spellings in texts; ``matcher`` says how, fast in many texts if not said."""

    def __init__(
        self, spellings: Iterable[Spelling], matcher: Callable[[Iterable[str]], Matcher] | None = None
    ) -> None:
        """Get ready for these spellings; costs time in proportion to their number."""
        self._written: dict[str, list[Spelling]] = defaultdict(list)
        for one in spellings:
            self._written[one.words].append(one)
        self._match = (matcher or automaton)(self._written)

    def find(self, text: str) -> list[Hit]:
        """The names in ``text``, in order; none overlaps another.

        >>> from kg.lexicon import spellings
        >>> from kg.vocabulary import Kind
        >>> finder = Finder(spellings(Kind.MODEL, ["Llama 2", "Wren-LM"]))
        >>> [hit.words for hit in finder.find("Llama-2 and Llama 2.5 beside Wren-LM; Wren-LM-FA; wren lm.")]
        ['llama 2', 'wren lm']
        """
        words = plain(text)
        return [
            Hit(start, end, words[start:end])
            for start, end in self._match(words)
            if is_meant(text, start, end, self._written[words[start:end]])
        ]


def around(text: str, hit: Hit, *, cells: int = 60) -> str:
    """The words about a hit, cut at blanks where the text is longer on that side.

    >>> around("We tune a small model with LoRA on one device.", Hit(27, 31, "lora"), cells=12)
    '… model with LoRA on one …'
    """
    before, after = text[: hit.start], text[hit.end :]
    if len(before) > cells:
        before = "… " + before[-cells:].partition(" ")[2]
    if len(after) > cells:
        after = after[:cells].rpartition(" ")[0] + " …"
    return " ".join(f"{before}{text[hit.start : hit.end]}{after}".split())


# -------------------------------------------------------------------------------- matching


def automaton(names: Iterable[str]) -> Matcher:
    """A matcher that reads a text once whatever the number of names; in Python where its library is not."""
    try:
        from ahocorasick_rs import AhoCorasick
    except ImportError:  # pragma: no cover - it is a dependency; its absence costs speed only
        return by_first_word(names)
    machine = AhoCorasick([f" {name} " for name in names])

    def match(words: str) -> list[tuple[int, int]]:
        found = machine.find_matches_as_indexes(f" {words} ", overlapping=True)
        # The blank before the text shifts by one, and those around a name are no part of it.
        return _longest((start, end - 2) for _, start, end in found) if found else []

    return match


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The leftmost of these spans, the longest of those that begin together, none over another."""
    chosen: list[tuple[int, int]] = []
    free = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= free:
            chosen.append((start, end))
            free = end
    return chosen


_WORD = re.compile(r"[^ ]+")


def by_first_word(names: Iterable[str]) -> Matcher:
    """The same in Python: a dictionary of first words, ready sooner than an automaton."""
    beginning: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        beginning[name.partition(" ")[0]].append(name)

    def match(words: str) -> list[tuple[int, int]]:
        return list(_spans(words, beginning)) if not beginning.keys().isdisjoint(words.split()) else []

    return match


def _spans(words: str, beginning: dict[str, list[str]]) -> Iterator[tuple[int, int]]:
    free = 0
    for found in _WORD.finditer(words):
        start = found.start()
        for name in beginning.get(found[0], ()) if start >= free else ():
            end = start + len(name)
            if words.startswith(name, start) and words[end : end + 1] in {"", " "}:
                yield start, end
                free = end
                break


def first_words(texts: Iterable[str]) -> set[str]:
    """All words of these texts: a name whose first word is not among them stands in none."""
    return {word for text in texts for word in plain(text).split()}
