from __future__ import annotations

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from kg.cli.output import safe
from kg.hardware import Memory, memory_in
from kg.identifiers import identify, parse
from kg.names import SLUG_LENGTH, name_key, slugify

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


@given(st.text())
def test_a_slug_is_empty_or_fit_for_every_parser(text: str) -> None:
    slug = slugify(text)
    assert slug == "" or (SLUG.fullmatch(slug) and len(slug) <= SLUG_LENGTH)
    assert slugify(slug) == slug


@given(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1))
def test_a_name_key_is_never_empty_and_is_its_own_key(text: str) -> None:
    key = name_key(text)
    assert key
    assert name_key(key) == key


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=1), st.sampled_from(" -_"))
def test_case_dashes_and_blanks_never_make_another_name(text: str, between: str) -> None:
    spelled = between.join(text)
    assert name_key(spelled) == name_key(text.swapcase())


@given(st.text())
def test_no_text_breaks_the_reading_of_identifiers(text: str) -> None:
    for found in (identify(text), parse(text), identify("https://github.com/" + text)):
        assert found is None or found == parse(str(found)) or found.scheme in {"url", "openreview", "acl"}


@given(
    st.sampled_from(("RAM", "VRAM", "memory")),
    st.integers(1, 999),
    st.integers(0, 99),
    st.sampled_from(("GB", "GiB", "MB")),
    st.sampled_from((" ", "")),
)
def test_a_range_of_memory_reads_back_from_its_own_text(
    kind: str, low: int, more: int, unit: str, blank: str
) -> None:
    found = memory_in(f"about {low}-{low + more}{blank}{unit} of {kind} is enough")
    assert found is not None
    memory, _ = found
    again = memory_in(str(memory))
    assert again is not None
    assert again[0] == memory == Memory.of(memory.identifier)


@given(st.text())
def test_no_text_breaks_the_reading_of_memory(text: str) -> None:
    found = memory_in(text)
    assert found is None or 0 <= found[1][0] < found[1][1] <= len(text)


@given(st.text())
def test_what_is_shown_is_one_line_without_anything_a_terminal_obeys(text: str) -> None:
    shown = safe(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
