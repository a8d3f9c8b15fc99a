"""A reading in the making: places, mentions and claims of one list in document order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from kg.identifiers import Identifier
from kg.model import Claim, Literal, Mention, Place, Span, digest
from kg.names import name_key as _name_key
from kg.vocabulary import Kind, Predicate

from .links import identify
from .naming import NameIndex, last_words
from .titles import is_title

MAX_DESCRIPTION = 600
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WORDLIKE = re.compile(r"[A-Z]?[a-z]+$")

_NOT_INDEXED = (Kind.PAPER, Kind.TUTORIAL, Kind.APPLICATION, Kind.ORGANIZATION, Kind.HARDWARE_TIER)

name_key = lru_cache(maxsize=8192)(_name_key)

Qualifiers = tuple[tuple[str, Mention | Literal], ...]


def folded(text: str, limit: int = MAX_DESCRIPTION) -> str:
    r"""Plain text for a literal: white space folded, nothing invisible, cut at a word.

    >>> folded("a  b\u202e c"), folded("one two three", 9)
    ('a b c', 'one two …')
    """
    text = " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", 0, limit - 1)
    return text[: cut if cut > limit // 2 else limit - 1].rstrip(" ,;:") + " …"


@dataclass(slots=True)
class Draft:
    """What has been read so far.

    ``page``: where people read the list. ``things``: the mention of each entry, by its number.
    """

    page: str = ""
    spans: dict[Place, Span] = field(default_factory=dict)
    mentions: dict[Mention, None] = field(default_factory=dict)
    claims: dict[Claim, None] = field(default_factory=dict)
    things: list[Mention] = field(default_factory=list)
    names: NameIndex = field(default_factory=NameIndex)
    by_name: dict[str, dict[Kind, Mention]] = field(default_factory=dict)
    ordinals: dict[tuple[tuple[str, ...], str], int] = field(default_factory=dict)
    topics: dict[int, Mention] = field(default_factory=dict)
    paths: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def place(self, heading: tuple[str, ...], text: str, line: int, end_line: int) -> Place:
        """A new place: the next of its text under its heading."""
        path = self.paths.get(heading)
        if path is None:
            path = self.paths[heading] = tuple(folded(h, 200) for h in heading)
        key = (path, digest(text))
        nth = self.ordinals.get(key, 0)
        self.ordinals[key] = nth + 1
        place = Place(path, key[1], nth)
        self.spans[place] = Span(line, max(line, end_line))
        return place

    def mention(
        self,
        place: Place,
        name: str,
        kind: Kind,
        rule: str,
        confidence: float,
        *,
        identifiers: Iterable[Identifier] = (),
        aliases: Iterable[str] = (),
    ) -> Mention:
        """The mention, recorded once."""
        others = tuple(a for a in dict.fromkeys(folded(x, 300) for x in aliases) if a and a != name)
        made = Mention(
            place, folded(name, 300), kind, rule, confidence, tuple(dict.fromkeys(identifiers)), others
        )
        self.mentions.setdefault(made)
        return made

    def claim(
        self,
        subject: Mention,
        predicate: Predicate,
        what: Mention | Literal | str,
        rule: str,
        confidence: float,
        *,
        places: tuple[Place, ...],
        qualifiers: Qualifiers = (),
    ) -> Claim | None:
        """The claim, recorded once; None where the vocabulary does not allow it."""
        if isinstance(what, str):
            what = Literal(folded(what), predicate.datatype)
        if subject.kind not in predicate.domain or subject == what:
            return None
        if isinstance(what, Literal):
            if not predicate.is_literal or not what.value:
                return None
            if what.datatype == "iri" and identify(what.value) is None:
                return None
        elif what.kind not in predicate.range:
            return None
        made = Claim(subject, predicate, what, places, rule, confidence, qualifiers)
        self.claims.setdefault(made)
        return made

    # -------------------------------------------------------------------------- names

    def learn(self, mention: Mention) -> None:
        """Remember an entry's names, so that later texts can be read with them."""
        for name in (mention.name, *mention.aliases):
            self.by_name.setdefault(name_key(name), {}).setdefault(mention.kind, mention)

    def index_names(self, entries: list[Mention | None], ordinary: Collection[str]) -> None:
        """Make the names of all entries but papers and tutorials findable in texts."""
        frameworks: list[tuple[str, int]] = []
        for number, mention in enumerate(entries):
            if mention is None or mention.kind in _NOT_INDEXED or is_title(mention.name):
                continue
            if self.known(mention.name, (mention.kind,)) is not mention:
                continue
            concept = mention.kind in (Kind.METHOD, Kind.TOPIC)
            for name in (mention.name, *mention.aliases):
                self.names.add(name, number, exact=bool(_WORDLIKE.fullmatch(name)) and not concept)
            if mention.kind is Kind.FRAMEWORK and mention.rule in ("type-heading", "column"):
                frameworks.append((mention.name, number))
        for word, number in last_words(frameworks, ordinary).items():
            self.names.add(word, number, exact=True)

    def known(self, name: str, kinds: Iterable[Kind] = ()) -> Mention | None:
        """The first entry of that name, of one of some kinds if given."""
        found = self.by_name.get(name_key(name), {})
        wanted = tuple(kinds) or tuple(found)
        return next((found[kind] for kind in wanted if kind in found), None)
