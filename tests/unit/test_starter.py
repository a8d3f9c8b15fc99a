"""The bundled list: what it promises, and that it is read as it is meant."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from ingest.fates import item_rows
from ingest.lists import ListReading, read_list
from kg.identifiers import arxiv_id
from kg.model import Mention
from kg.vocabulary import Kind, Predicate

SECTIONS = {
    "Models": Kind.MODEL,
    "Methods": Kind.METHOD,
    "Frameworks": Kind.FRAMEWORK,
    "Hardware requirements": Kind.HARDWARE_TIER,
    "Datasets": Kind.DATASET,
    "Benchmarks": Kind.BENCHMARK,
    "Applications": Kind.APPLICATION,
    "Papers": Kind.PAPER,
    "Tutorials": Kind.TUTORIAL,
}


@cache
def starter() -> tuple[ListReading, list[str]]:
    content = (files("kg") / "starter" / "small-language-models.md").read_bytes()
    return read_list(content, name="starter"), content.decode().splitlines()


def entries() -> list[dict[str, Any]]:
    """The entries that are things, each with the section it stands in."""
    reading, lines = starter()
    section, sections = "", []
    for line in lines:
        section = line[3:] if line.startswith("## ") else section
        sections.append(section)
    rows = [row for row in item_rows("starter", reading.fates) if row["fate"] == "used" and row.get("name")]
    return [row | {"section": sections[row["line"] - 1]} for row in rows]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_entry_of_a_section_is_of_the_sections_kind(section: str) -> None:
    wrong = [
        (row["line"], row["name"], row["kind"])
        for row in entries()
        if row["section"] == section and row["kind"] != SECTIONS[section].label
    ]
    assert wrong == []


def test_it_holds_what_it_promises() -> None:
    reading, _ = starter()
    kinds = Counter(row["kind"] for row in entries())
    introduced = {
        claim.object.name
        for claim in reading.reading.claims
        if claim.predicate is Predicate.INTRODUCES
        and isinstance(claim.object, Mention)
        and claim.object.kind is Kind.METHOD
    }
    assert kinds["Model"] >= 40
    assert len(introduced) >= 20
    assert kinds["Framework"] >= 20
    assert kinds["HardwareTier"] >= 3
    assert min(kinds["Dataset"], kinds["Benchmark"], kinds["Tutorial"]) >= 4


def test_it_is_read_without_trouble_and_says_why_each_other_line_is_left_out() -> None:
    reading, lines = starter()
    assert reading.reading.problems == ()
    told = {n for fate in reading.fates for n in range(fate.line, fate.end_line + 1)}
    assert [n for n, line in enumerate(lines, 1) if line.strip() and n not in told] == []


def test_every_arxiv_link_is_a_well_formed_id_and_no_name_stands_twice() -> None:
    _, lines = starter()
    links = [part.split(")")[0] for line in lines for part in line.split("https://arxiv.org/abs/")[1:]]
    assert len(links) > 100
    assert [link for link in links if arxiv_id(link) is None] == []
    names = Counter((row["kind"], row["name"]) for row in entries())
    assert [name for name, count in names.items() if count > 1] == []
