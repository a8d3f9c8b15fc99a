"""What the keys mean for a mark: pure, from the mark as it stands to the markings to be made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kg.marks import LONGEST_NOTE, READ, TO_READ, Mark, Marking, note_of, tag_of

from .text import clean

Change = Callable[[Mark | None], Sequence[Marking]]
"""What is to be done to a mark, decided when it is written: keys may come faster than that."""

SIGNS = {READ: "✓", TO_READ: "○"}
STAR, LINE_END = "★", "¶"


def star(mark: Mark | None) -> list[Marking]:
    """A star, or none where there is one."""
    return [Marking("star", on=mark is None or not mark.starred)]


def reading(value: str) -> Change:
    """``value``, or neither read nor to be read where it is that already."""

    def change(mark: Mark | None) -> list[Marking]:
        if mark is not None and mark.reading == value:
            return [Marking("reading", on=False)]
        return [Marking("reading", value)]

    return change


def tags(text: str) -> Change:
    """These tags and no others. Raises: ValueError for a word that is none."""
    wanted = [tag_of(word) for word in re.split(r"[\s,]+", text) if word]

    def change(mark: Mark | None) -> list[Marking]:
        gone = [one for one in (mark.tags if mark else ()) if one not in wanted]
        return [Marking("tag", one, on=False) for one in gone] + [Marking("tag", one) for one in wanted]

    return change


def note(text: str, shown: str) -> Change:
    """The note in that text; none where it is empty, and no change where it is as it was ``shown``.

    Raises: ValueError for one that is too long.
    """
    wanted = note_of(re.sub(rf" ?{LINE_END} ?", "\n", text))

    def change(_mark: Mark | None) -> list[Marking]:
        return [] if text == shown else [Marking("note", wanted, on=bool(wanted))]

    return change


def one_line(note: str) -> str:
    r"""A note on one line, as it is edited: its line ends are shown.

    >>> one_line("two\nlines")
    'two ¶ lines'
    """
    return clean(note.replace("\n", f" {LINE_END} "), longest=2 * LONGEST_NOTE)


def signs(mark: Mark | None) -> str:
    """The mark in two cells: ``✓★``, `` ★``; "" where it is neither read, to be read nor starred."""
    if mark is None or not (mark.reading or mark.starred):
        return ""
    return SIGNS.get(mark.reading, " ") + (STAR if mark.starred else " ")


def spoken(mark: Mark) -> str:
    """The mark with its signs, in words, without the note: ``✓ read · ★ starred · #peft``."""
    told = [f"{SIGNS[mark.reading]} {mark.reading.replace('-', ' ')}"] if mark.reading else []
    told += [f"{STAR} starred"] if mark.starred else []
    told += [" ".join(f"#{clean(one)}" for one in mark.tags)] if mark.tags else []
    return " · ".join(told)
