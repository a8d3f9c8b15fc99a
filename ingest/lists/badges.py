"""Coloured badges without a link: in one list, those of one colour say the same sort of thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from .blocks import Block, plain
from .entries import Entry
from .links import badge_colour
from .venues import venue_in

_MEANS = (
    (
        "name",
        re.compile(
            r"\b(?:abbreviat\w*|acronym|(?:short|method|model)[ -]?names?|name of)\b|简称|缩写", re.IGNORECASE
        ),
    ),
    (
        "venue",
        re.compile(
            r"\b(?:conferences?|venues?|journals?|published|publications?)\b|会议|期刊", re.IGNORECASE
        ),
    ),
)
_LEGEND_WORDS = 14
_FEW, _DISTINCT, _MOST = 3, 0.8, 0.4
_TOPIC_WORDS = 3
_GLUED = re.compile(r"(?P<venue>.*?[A-Za-z])[\s-]?(?P<year>(?:19|20)\d\d)(?!\d).*")


def sort_badges(blocks: Iterable[Block], entries: Sequence[Entry]) -> None:
    """Give each entry its badges as names of what it introduces, as tags, or as its venue.

    A legend in the list ("badge: abbreviation of the work") says what a colour is for. Without
    one, a colour that most entries bear, each with a text of its own, gives names; elsewhere a
    badge that several entries bear names a topic, and one that only one bears its thing.
    """
    bearers = [entry for entry in entries if entry.shields]
    if not bearers:
        return
    told = _legend(blocks)
    colours = dict.fromkeys(colour for entry in bearers for _, colour in entry.shields)
    meaning = {c: told.get(c) or (_guess(c, bearers) if len(colours) > 1 else "") for c in colours}
    counts = Counter(text for entry in bearers for text in {t for t, _ in entry.shields})
    for entry in bearers:
        own = [(text, meaning[colour]) for text, colour in entry.shields]
        single = sum(what == "name" for _, what in own) == 1
        entry.named = tuple(t for t, what in own if what == "name" and single)
        entry.badges = tuple(t for t, what in own if not what and counts[t] == 1)
        names = (*entry.named, *entry.badges)
        entry.tags += tuple(
            t for t, what in own if t not in names and what != "venue" and len(t.split()) <= _TOPIC_WORDS
        )
        entry.tail = (*(_spaced(t) for t, what in own if what == "venue"), *entry.tail)


def _legend(blocks: Iterable[Block]) -> dict[str, str]:
    """What the list itself says of its colours: name, venue, or topic."""
    out: dict[str, str] = {}
    for block in blocks:
        first = block.pieces[0] if block.pieces and block.kind in ("prose", "item") else None
        if first is None or not first.image or first.href or not badge_colour(first.image):
            continue
        text = plain(block.pieces)
        if 0 < len(text.split()) <= _LEGEND_WORDS:
            means = next((what for what, words in _MEANS if words.search(text)), "topic")
            out.setdefault(badge_colour(first.image), means)
    return out


def _guess(colour: str, bearers: Sequence[Entry]) -> str:
    """What a colour without a legend seems to be for; "" if its badges do not tell."""
    texts = [[t for t, c in e.shields if c == colour] for e in bearers]
    alone = [t[0] for t in texts if len(t) == 1]
    if len(alone) < _FEW:
        return ""
    if sum(bool(venue_in([_spaced(t)]).name) for t in alone) > len(alone) / 2:
        return "venue"
    common = len(alone) >= _MOST * len(bearers)
    return "name" if common and len(set(alone)) >= _DISTINCT * len(alone) else ""


def _spaced(text: str) -> str:
    """A venue with a blank before its year: "ACL2022-findings" as "ACL 2022"."""
    found = _GLUED.fullmatch(text)
    return f"{found['venue']} {found['year']}" if found else text
