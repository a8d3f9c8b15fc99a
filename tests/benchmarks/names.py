"""How fast names are found in texts: both matchers alone, the store's step, and small changes after it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.finder import Finder, automaton, by_first_word
from kg.lexicon import spellings
from kg.model import DocumentKind, Mention, Place, Reading, Revision, blob_id, digest
from kg.store import Store
from kg.vocabulary import Kind

from .figures import Figure
from .synthetic import SEED, SYLLABLES, reading_of, records

NAMES = 5_000
NAMES_A_TEXT = 3
FLOOR = "str.lower of the texts"


def names() -> list[str]:
    """Invented names: of one word and of two, with and without a number."""
    rng = random.Random(SEED)
    parts = ["".join(rng.choices(SYLLABLES, k=3)).title() + "LM" for _ in range(2 * NAMES)]
    forms: tuple[Callable[[str, str], str], ...] = (
        lambda a, _: a,
        lambda a, b: f"{a} {b}",
        lambda a, _: f"{a} {rng.randrange(9)}",
    )
    return [rng.choice(forms)(a, b) for a, b in zip(parts[:NAMES], parts[NAMES:], strict=True)]


def texts(number: int, known: list[str]) -> Iterator[Reading]:
    """Invented records with some of the names in each abstract."""
    rng = random.Random(SEED)
    for reading in records(number):
        assert reading.record is not None
        words = reading.record.abstract.split(" ")
        for name in rng.choices(known, k=NAMES_A_TEXT):
            words.insert(rng.randrange(1, len(words)), f"({name})")
        yield reading_of(replace(reading.record, abstract=" ".join(words)))


def run(number: int) -> Iterator[Figure]:
    """Rates in CPU time, each matcher with all the names."""
    known = names()
    every = [one for name in known for one in spellings(Kind.MODEL, [name])]
    readings = list(texts(number, known))
    abstracts = [reading.record.abstract for reading in readings if reading.record]
    floor = len(abstracts) / _seconds(lambda: [text.lower() for text in abstracts])
    work = (
        f"{len(known):,} names in {len(abstracts):,} texts of {sum(map(len, abstracts)) // number:,} letters"
    )
    for matcher, how in ((automaton, "automaton"), (by_first_word, "in Python")):
        find = Finder(every, matcher).find
        rate = len(abstracts) / _seconds(lambda find=find: list(map(find, abstracts)))  # type: ignore[misc] # mypy cannot tell its default
        yield Figure(f"find {work}, {how}", rate, "texts/s", FLOOR, floor)
    with TemporaryDirectory() as folder, Store(Path(folder) / "graph.db") as store:
        store.replace(_list(known, "names"))
        store.replace(*readings, find_names=False)
        rate = number / _seconds(lambda: list(iter(store.find_names, 0)))
        yield Figure("find them, read from the store and kept there", rate, "texts/s", FLOOR, floor)
        numbers = count()
        new = [_list([f"Bench{n}LM"], "one") for n in range(20)]
        yield Figure(
            "a list with one other name", 1e6 * _mean(lambda: store.replace(new[next(numbers)])), "us"
        )
        again = iter(texts(20, known))
        fresh = [replace(one, revision=Revision(blob_id(one.key.encode()), "again/1")) for one in again]
        numbers = count()
        each = 1e6 * _mean(lambda: store.replace(fresh[next(numbers)]))
        yield Figure("one record again", each, "us")


def _list(known: list[str], key: str) -> Reading:
    said = tuple(Mention(Place((), digest(name)), name, Kind.MODEL, "entry", 0.9) for name in known)
    revision = Revision(blob_id(repr(known).encode()), "synthetic/1")
    return Reading(f"list:{key}", DocumentKind.LIST, key, revision, said)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _mean(work: Callable[[], object], times: int = 20) -> float:
    return _seconds(lambda: [work() for _ in range(times)]) / times
