"""A pattern that is tried only where it can match says all that the plain expression says."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
import kg.hardware
from kg.patterns import Pattern, Patterns, caseless


def inside(value: object) -> Iterator[Pattern]:
    if isinstance(value, Pattern):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from inside(part)


def used() -> dict[str, Pattern]:
    """The patterns of all modules that read lists, by module, name and number."""
    modules = [
        kg.hardware,
        *(importlib.import_module(f"ingest.{m.name}") for m in pkgutil.iter_modules(ingest.__path__)),
    ]
    return {
        f"{module.__name__}.{name}.{number}": pattern
        for module in modules
        for name, value in vars(module).items()
        for number, pattern in enumerate(inside(value))
    }


USED = used()


@pytest.mark.parametrize("name", USED)
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None, database=None)
@given(data=st.data())
def test_every_text_that_matches_may_match(name: str, data: st.DataObject) -> None:
    pattern = USED[name]
    text = data.draw(st.from_regex(pattern.compiled))
    assert pattern.possible(text)
    assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in pattern.compiled.finditer(text)]


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None, database=None)
@given(data=st.data())
def test_of_many_patterns_none_that_matches_is_left_out(data: st.DataObject) -> None:
    patterns = list(USED.values())
    many = Patterns(patterns)
    drawn = data.draw(st.integers(0, len(patterns) - 1))
    text = data.draw(st.from_regex(patterns[drawn].compiled)) + data.draw(st.text(max_size=20))
    told = many.possible(text)
    assert told == sorted(set(told))
    assert {n for n, pattern in enumerate(patterns) if pattern.compiled.search(text)} <= set(told)


@pytest.mark.parametrize(
    ("expression", "needles"),
    [
        ("colou?r", ("colo",)),
        ("(?:big|small) dog", (" dog",)),
        ("(?:big|small)s?", ("big", "small")),
        ("(?:big|bigger)", ("big",)),
        ("(?:big|\\d+)", ()),
        ("(?:big)*", ()),
        ("(?:big)+", ("big",)),
        ("a+(?=big)", ("big",)),
        ("(?!big)a", ("a",)),
        ("(?>big)x?", ("big",)),
        ("", ()),
    ],
)
def test_needles_are_what_every_match_holds(expression: str, needles: tuple[str, ...]) -> None:
    assert Pattern(expression).needles == needles


@pytest.mark.parametrize("text", ["b\u0131ts", "b\u0130ts", "bit\u017f", "BITS"])
def test_letters_that_the_machine_takes_for_one_are_one(text: str) -> None:
    assert re.search("bits", text, re.IGNORECASE)
    assert Pattern("bits", re.IGNORECASE).search(text)


@given(st.characters())
def test_a_letter_found_without_case_is_found_in_the_folded_text(letter: str) -> None:
    for plain in "abcdefghijklmnopqrstuvwxyz":
        if re.match(plain, letter, re.IGNORECASE):
            assert plain in caseless(letter)
