"""Patterns that are tried only on texts that can hold a match: most texts hold none.

A regular expression of many words tries each of them at every letter. Yet every match holds one of
some few stretches of letters ("distill", "quanti"), and to look for those takes hardly any time.
They are read out of the expression itself, so that nobody has to keep them beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from re import _constants as op  # type: ignore[attr-defined] # private, but the only parser there is
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MAX_NEEDLES = 120
_REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT})


class Pattern:
    """A regular expression that is quick to say no.

    >>> pattern = Pattern("(?:colou?r|hue)s?", re.IGNORECASE)
    >>> pattern.needles, pattern.possible("Two Hues"), pattern.possible("None")
    (('hue', 'colo'), True, False)
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        """The expression and its flags, as :func:`re.compile` takes them."""
        self.compiled = re.compile(pattern, flags)
        self.caseless = bool(flags & re.IGNORECASE)

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Texts of which every match holds one; empty where no such texts are known."""
        found = _shortest(_needles(parser.parse(self.compiled.pattern, self.compiled.flags)))
        if len(found) > _MAX_NEEDLES:
            return ()
        return tuple(_shortest(needle.lower() for needle in found)) if self.caseless else tuple(found)

    def possible(self, text: str) -> bool:
        """Whether a text may hold a match; if not, it surely holds none."""
        if self.caseless:
            text = caseless(text)
        for needle in self.needles:  # a loop: any() would cost more than what it looks at
            if needle in text:
                return True
        return not self.needles

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, as :meth:`re.Pattern.search` gives it."""
        return self.compiled.search(text) if self.possible(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the start, as :meth:`re.Pattern.match` gives it."""
        return self.compiled.match(text) if self.possible(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, as :meth:`re.Pattern.finditer` gives them."""
        return self.compiled.finditer(text) if self.possible(text) else iter(())


class Patterns:
    """Patterns that are tried on the same texts: one look at a text tells which of them may match.

    >>> patterns = Patterns([Pattern("big|small"), Pattern("small cats"), Pattern("[0-9]")])
    >>> patterns.possible("Small dogs"), patterns.possible("cats")
    ([0, 2], [2])
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """The patterns, by their number from 0."""
        self._patterns = tuple(patterns)

    @cached_property
    def _told(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Each needle with the numbers of the patterns that have it."""
        told: dict[str, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            for needle in pattern.needles:
                told.setdefault(needle.lower(), []).append(number)
        return tuple((needle, tuple(numbers)) for needle, numbers in told.items())

    @cached_property
    def _open(self) -> frozenset[int]:
        """The patterns of which no needle is known."""
        return frozenset(number for number, pattern in enumerate(self._patterns) if not pattern.needles)

    def possible(self, text: str) -> list[int]:
        """The numbers of the patterns that may match in a text, ascending."""
        text = caseless(text)
        return sorted(self._open.union(*[numbers for needle, numbers in self._told if needle in text]))


@lru_cache(maxsize=256)
def caseless(text: str) -> str:
    """A text with letters that :data:`re.IGNORECASE` takes for one made one.

    >>> caseless("BIT"), caseless("b\u0131t\u017f")
    ('bit', 'bits')
    """
    text = text.lower()
    return text if text.isascii() else text.translate(_ALIKE).replace("i\u0307", "i")


_ALIKE = str.maketrans("\u0131\u017f", "is")


def _needles(parsed: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """Texts of which every match of a parsed expression holds one: the best that one part gives."""
    best: frozenset[str] = frozenset()
    run = ""
    for code, value in (*parsed, (None, None)):
        if code is op.LITERAL:
            run += chr(value)
            continue
        for found in (frozenset({run} if run else ()), _needles_of(code, value)):
            best = max(best, found, key=_worth)
        run = ""
    return best


def _needles_of(code: Any, value: Any) -> frozenset[str]:
    """Texts of which one stands where a part of an expression matches."""
    if code is op.BRANCH:
        ways = [_needles(way) for way in value[1]]
        return frozenset().union(*ways) if all(ways) else frozenset()
    if code is op.SUBPATTERN and not (value[1] or value[2]):  # no flags of its own
        return _needles(value[3])
    if code is op.ATOMIC_GROUP:
        return _needles(value)
    if code in _REPEATS and value[0] > 0:
        return _needles(value[2])
    if code is op.ASSERT:  # what is looked ahead or back at stands in the text, too
        return _needles(value[1])
    return frozenset()


def _worth(needles: frozenset[str]) -> tuple[float, int]:
    """Long texts are rare, and few are soon looked for."""
    short = sorted(map(len, needles))[:2]
    return sum(short) / max(len(short), 1), -len(needles)


def _shortest(needles: Iterable[str]) -> list[str]:
    """The texts without those that hold another one, in order."""
    wanted = sorted(set(needles), key=lambda needle: (len(needle), needle))
    return [x for i, x in enumerate(wanted) if not any(short in x for short in wanted[:i])]
