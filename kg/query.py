"""The filter language of search: what a person types, as words and filters.

Words match the beginning of words in names, descriptions and abstracts, all of them. ``kind:``,
``author:``, ``category:`` and ``in:`` (a document) narrow, and so do the reader's marks: ``is:read``,
``is:starred`` ..., ``tag:``. A quoted phrase is one word of a filter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from .marks import STATES
from .vocabulary import Kind

_TERM = re.compile(r'(?:(kind|author|category|in|is|tag):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A search: words that must all occur, and filters of which each kind must hold.

    >>> query = Query.parse('lora kind:method author:"Edward J. Hu" is:starred')
    >>> query.words, query.kinds, query.authors, query.states
    (('lora',), (Kind.METHOD,), ('Edward J. Hu',), ('starred',))
    """

    words: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=(), repr=False)  # what stands after kind: and names none
    unheard: tuple[str, ...] = field(default=(), repr=False)  # what stands after is: and says nothing

    @classmethod
    def parse(cls, text: str, kinds: Sequence[Kind] = ()) -> Self:
        """The query that a person typed.

        A filter that names no kind or state counts as a word: half-typed input must still find something.
        """
        words: list[str] = []
        unknown: list[str] = []
        unheard: list[str] = []
        found: dict[str, list[str]] = {"author": [], "category": [], "in": [], "is": [], "tag": []}
        wanted = list(kinds)
        for filter_, quoted, bare in _TERM.findall(text):
            value = quoted or bare
            if filter_.casefold() == "kind":
                for name in value.split(","):
                    try:
                        wanted.append(Kind.of(name))
                    except KeyError:
                        unknown += [name] if name else []
            elif filter_.casefold() == "is" and value.casefold() not in STATES:
                unheard.append(value)
            elif filter_:
                found[filter_.casefold()].append(value)
            else:
                words.append(value)
        return cls(
            (*words, *unknown, *unheard),
            tuple(wanted),
            tuple(found["author"]),
            tuple(found["category"]),
            tuple(found["in"]),
            tuple(state.casefold() for state in found["is"]),
            tuple(found["tag"]),
            tuple(unknown),
            tuple(unheard),
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The pieces of its words that the full text knows."""
        found = (token for word in self.words for token in re.findall(r"[\w+#]+", word))
        return tuple(token for token in found if token.strip("_"))
