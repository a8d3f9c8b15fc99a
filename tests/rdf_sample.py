"""A small invented graph with every kind, for tests of RDF, and the ways to look at an export."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exports import Options, writer
from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.model import Reading
from kg.rdf import Notes, opened
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed, mention, record

HERON = mention("Heron 7B", Kind.MODEL, "github:birds/heron", "hf:birds/heron", aliases=("Heron",))
EGRET = mention("Egret", Kind.MODEL, text="- Egret, of which Heron is made")
WADE = mention("WADE", Kind.METHOD, aliases=("Weights As Deltas, Encoded",))
DIVE = mention("Dive", Kind.METHOD)
PERCH = mention("perch.cpp", Kind.FRAMEWORK, "github:birds/perch.cpp")
NEST = mention("nest", Kind.FRAMEWORK, "url:nest.example/start")
TIER = mention("middling birds", Kind.HARDWARE_TIER, "tier:ram:16-32:GB", heading=("Needs", "RAM > 8"))
HALF = mention("half a card", Kind.HARDWARE_TIER, "tier:vram:7.5-:GiB", heading=("Needs",))
PAPER = mention("WADE: Weights As Deltas", Kind.PAPER, "arxiv:2203.01234", "doi:10.5555/wade.(1);2#3")
PLAIN = mention("A Field Guide", Kind.PAPER, "url:guide.example/a_b")
BARE = mention("", Kind.PAPER, "arxiv:hep-th/9901001")
READING = mention('Reading "birds"\tby \\ night\u0085', Kind.APPLICATION)
LESSON = mention("How to perch", Kind.TUTORIAL, "url:lessons.example/perch")
EGGS = mention("Eggs", Kind.DATASET, "doi:10.5555/eggs")
RACE = mention("Race", Kind.BENCHMARK)
CLUB = mention("Bird Club", Kind.ORGANIZATION)
SHORE = mention("Shore birds", Kind.TOPIC)
MENTIONS = (
    HERON, EGRET, WADE, DIVE, PERCH, NEST, TIER, HALF, PAPER, PLAIN, BARE, READING, LESSON, EGGS, RACE,
    CLUB, SHORE,
)  # fmt: skip


def north() -> Reading:
    """The first list: names everything and says most."""
    p = Predicate
    said = (
        claim(HERON, p.DERIVED_FROM, EGRET, ("how", "fine-tuned")),
        claim(HERON, p.USES, WADE, places=(HERON.place, WADE.place)),
        claim(HERON, p.REQUIRES, TIER, ("with", WADE), ("precision", "int4")),
        claim(EGRET, p.REQUIRES, HALF),
        claim(HERON, p.PARAMETERS, "7000000000"),
        claim(HERON, p.BITS, "4.50"),
        claim(HERON, p.RELEASED, "2022-04"),
        claim(HERON, p.DESCRIPTION, 'a "wading" model\nof two lines'),
        claim(HERON, p.HAS_CODE, "https://github.com/Birds/Heron"),
        claim(HERON, p.HOMEPAGE, "https://heron.example/a b?q=[1]#x#y"),
        claim(HERON, p.MADE_BY, CLUB),
        claim(HERON, p.TRAINED_ON, EGGS),
        claim(HERON, p.SUITS, READING),
        claim(PERCH, p.IMPLEMENTS, WADE),
        claim(PERCH, p.SUPPORTS, HERON),
        claim(PERCH, p.WORKS_WITH, NEST),
        claim(PERCH, p.RUNS_ON, "CPU"),
        claim(PAPER, p.INTRODUCES, WADE),
        claim(LESSON, p.ABOUT, PERCH),
        claim(WADE, p.BROADER, SHORE),
        claim(EGGS, p.GENERATED_WITH, EGRET),
        claim(RACE, p.EVALUATES, HERON),
    )
    return listed("north", MENTIONS, said)


def south() -> Reading:
    """The second list: says some of the same, and one thing more."""
    p = Predicate
    said = (
        claim(HERON, p.USES, WADE),
        claim(HERON, p.DERIVED_FROM, EGRET, ("how", "quantized")),
        claim(HERON, p.REQUIRES, TIER, ("with", WADE), ("precision", "int4")),
    )
    return listed("south", (HERON, EGRET, WADE, TIER), said)


def paper(**changes: object) -> Reading:
    """The record of the one paper that has one."""
    values: dict[str, object] = {
        "version": 2,
        "comment": "12 pages; code at <https://birds.example>",
        "journal_ref": "J. Birds 3 (2023) 1-12",
        "doi": "10.5555/WADE.(1);2#3",
        "categories": ("cs.CL", "68T50 (Primary)"),
    }
    return record("2203.01234", "WADE: Weights As Deltas, Encoded", **(values | changes))


CORRECTIONS = (
    Correction("add", Anchor("Heron 7B"), predicate="suits", other=Anchor("Shore walks"), reason="I saw it"),
    Correction("merge", Anchor("WADE"), other=Anchor("Dive"), reason="the same"),
)


def fill(path: Path, *batches: Iterable[Reading], corrections: Iterable[Correction] = ()) -> Store:
    """A store into which these batches of documents were put, in this order."""
    store = Store(path, clock=lambda: NOON)
    for batch in batches:
        store.replace(*batch)
    if listed := tuple(corrections):
        store.correct(listed, repr(listed).encode())
    return store


def whole(path: Path) -> Store:
    """The whole sample."""
    return fill(path, (north(),), (south(), paper()), corrections=CORRECTIONS)


def exported(store: Store, name: str = "turtle", **options: Any) -> str:
    """The graph in a format."""
    return noted(store, name, **options)[0]


def noted(store: Store, name: str = "turtle", **options: Any) -> tuple[str, Notes]:
    """The graph in a format, and what could not be written."""
    file = io.BytesIO()
    notes = writer(name)(Graph(store), file, Options(**options))
    return file.getvalue().decode("utf-8", "surrogateescape"), notes


def facts(store: Store, **options: Any) -> dict[str, set[tuple[str, str]]]:
    """What is said of each subject."""
    with opened(Graph(store), Options(**options)) as view:
        return {subject: set(pairs) for subject, pairs in view.blocks()}
