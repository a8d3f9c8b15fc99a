"""The fast matcher finds what the one in Python finds, and what a slow reading of the rule finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.finder import Finder, automaton, by_first_word
from kg.lexicon import Spelling, plain

WORDS = st.sampled_from(("lo", "ra", "lora", "a", "b", "2", "2b", "c++", "x#"))
NAMES = st.sets(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=12)
GAPS = st.sampled_from((" ", "  ", ", ", "-", ".", "模", "\u0301", "é", ""))
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=14).map(lambda parts: "".join(w + g for w, g in parts))


def slowly(words: str, names: set[str]) -> list[tuple[int, int]]:
    """From left to right the longest name that begins there, each end at the end of a word."""
    found, at = [], 0
    while at < len(words):
        begins = at == 0 or words[at - 1] == " "
        ends = [
            at + len(name)
            for name in names
            if begins
            and words.startswith(name, at)
            and words[at + len(name) : at + len(name) + 1] in {"", " "}
        ]
        if ends:
            found.append((at, max(ends)))
        at = max(ends, default=at + 1)
    return found


@given(NAMES, TEXTS)
def test_both_matchers_find_what_a_slow_reading_finds(names: set[str], text: str) -> None:
    words = plain(text)
    assert automaton(names)(words) == by_first_word(names)(words) == slowly(words, names)


@given(NAMES, TEXTS, st.text(max_size=40))
def test_what_is_found_depends_only_on_names_whose_words_stand_there(
    names: set[str], text: str, other: str
) -> None:
    text += other
    words = plain(text)
    every = [Spelling(name, name.upper(), phrase=True) for name in sorted(names)]
    some = [one for one in every if f" {one.words} " in f" {words} "]
    hits = Finder(every).find(text)
    assert hits == Finder(some, by_first_word).find(text)
    assert all(plain(text[hit.start : hit.end]) == hit.words for hit in hits)
