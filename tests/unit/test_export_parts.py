"""A part of a graph: exactly the chosen nodes, all that is said of them, and what that rests on."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports import FORMATS, Options, writer
from kg.graph import Graph
from kg.model import Reading
from kg.rdf import opened
from kg.store import Store
from tests.cli.command import Kg
from tests.property.test_turtle import readings
from tests.rdf_sample import exported, fill, north, paper, south, whole

NODE = "https://example.org/kg/node/"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("parts") / "graph.db") as filled:
        yield filled


def part(store: Store, name: str, *slugs: str, **options: Any) -> str:
    file = io.BytesIO()
    writer(name)(Graph(store, frozenset(slugs)), file, Options(**options))
    return file.getvalue().decode("utf-8", "surrogateescape")


def lines(text: str) -> set[str]:
    return set(text.split("\n"))


PARTS = [
    (),
    ("heron-7b",),
    ("wade", "arxiv-2203.01234"),
    ("arxiv-hep-th-9901001",),
    ("16-32-gb-ram", "shore-walks", "no-such"),
]


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
@pytest.mark.parametrize("slugs", PARTS)
def test_a_part_says_what_the_whole_says_of_its_nodes(
    store: Store, slugs: tuple[str, ...], options: dict[str, Any]
) -> None:
    all_lines, some = (exported(store, "ntriples", **options), part(store, "ntriples", *slugs, **options))
    assert lines(some) <= lines(all_lines)
    with opened(Graph(store, frozenset(slugs)), Options(**options)) as view:
        blocks = dict(view.blocks())
    with opened(Graph(store), Options(**options)) as view:
        everything = dict(view.blocks())
    found = {one[5:] for one, pairs in blocks.items() if one.startswith("node:") and pairs[0][0] == "a"}
    assert found == set(slugs) - {"no-such"}
    assert all(blocks[f"node:{slug}"] == everything[f"node:{slug}"] for slug in found)
    named = {term for pairs in blocks.values() for name, term in pairs if name == "prov:wasDerivedFrom"}
    assert {one for one in blocks if one.startswith("ev:")} == {one for one in named if one.startswith("ev:")}
    assert {one for one in blocks if one.startswith("source:")} >= {
        one for one in named if one.startswith("source:")
    }


@pytest.mark.parametrize("options", [{}, {"receipts": True}, {"provenance": False}])
@pytest.mark.parametrize("slugs", PARTS)
def test_the_prefixes_are_those_used(store: Store, slugs: tuple[str, ...], options: dict[str, Any]) -> None:
    head, _, body = part(store, "turtle", *slugs, **options).partition("\n#### ")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", body)
    declared = {line.split()[1] for line in head.splitlines()}
    assert declared == set(re.findall(r"(?<![\w.-])[a-z0-9]+:", bare))


@pytest.mark.parametrize("name", FORMATS)
def test_the_part_that_is_all_has_the_bytes_of_the_whole(store: Store, name: str) -> None:
    slugs = [node.slug for node in Graph(store).nodes()]
    assert part(store, name, *slugs) == exported(store, name)
    assert not store.db.execute("SELECT * FROM temp.sqlite_master").fetchall()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings(), st.data())
def test_any_part_of_any_graph_is_whole_in_itself(documents: list[Reading], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as one:
        slugs = [node.slug for node in Graph(one).nodes()]
        some = data.draw(st.sets(st.sampled_from(slugs)) if slugs else st.just(set()))
        turtle, quads, all_lines = (
            part(one, "turtle", *some),
            part(one, "nquads", *some),
            exported(one, "nquads"),
        )
    read = set(pyoxigraph.parse(turtle.encode(), format=pyoxigraph.RdfFormat.TURTLE))
    parted = list(pyoxigraph.parse(quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    assert {quad.triple for quad in parted} == {quad.triple for quad in read}
    assert lines(quads) <= lines(all_lines)
    subjects = {quad.subject for quad in read}
    told = {quad.object for quad in read if quad.predicate.value.endswith("#wasDerivedFrom")}
    assert told <= subjects


def test_a_slug_that_was_merged_away_goes_with_the_node_that_stands_for_it(store: Store) -> None:
    assert "dcterms:isReplacedBy node:wade" in part(store, "turtle", "wade")
    assert "isReplacedBy" not in part(store, "turtle", "heron-7b")


def test_the_other_formats_tell_of_the_same_nodes(store: Store) -> None:
    chosen = ("heron-7b", "wade", "arxiv-2203.01234")
    assert slugs(part(store, "jsonl", *chosen)) == sorted(chosen)
    told = list(csv.reader(io.StringIO(part(store, "edges-csv", *chosen), newline="")))
    assert {row[0] for row in told[1:]} == set(chosen)
    assert ["heron-7b", "made_by", "bird-club", "", "", "", "1"] in told
    drawn = part(store, "graphml", *chosen)
    assert set(re.findall(r'<node id="([^"]*)"', drawn)) == set(chosen)
    assert "bird-club" not in drawn
    assert part(store, "bibtex", *chosen).count("@") == 1


# ---------------------------------------------------------------------------- the command


@pytest.fixture
def birds(kg: Kg) -> Kg:
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), south(), paper())).close()
    return kg


def slugs(text: str) -> list[str]:
    return [json.loads(line)["slug"] for line in text.split("\n") if line]


def test_a_part_is_chosen_by_kind_query_and_references(birds: Kg) -> None:
    assert slugs(birds("export", "--jsonl", "--kind", "model").out) == ["egret", "heron-7b"]
    assert slugs(birds("export", "--jsonl", "--kind", "model", "--kind", "topic").out) == [
        "egret", "heron-7b", "shore-birds",
    ]  # fmt: skip
    assert slugs(birds("export", "--jsonl", "--query", "kind:method wade").out) == ["wade"]
    birds.write("refs.txt", "Heron 7B\n\n arxiv:2203.01234 \nwade\n")
    expected = ["arxiv-2203.01234", "heron-7b", "wade"]
    assert slugs(birds("export", "--jsonl", "--refs", "refs.txt").out) == expected
    assert slugs(birds.process("export", "--jsonl", "--refs", "-", stdin="wade\nHeron\n").out) == expected[1:]
    narrowed = birds("export", "--jsonl", "--refs", "refs.txt", "--query", "kind:model")
    assert slugs(narrowed.out) == ["heron-7b"]
    narrowed = birds("export", "--jsonl", "--refs", "refs.txt", "--kind", "model")
    assert slugs(narrowed.out) == ["heron-7b"]
    assert f"<{NODE}heron-7b> <http" in birds("export", "--ntriples", "--refs", "refs.txt").out


def test_depth_adds_what_is_near_the_part(birds: Kg) -> None:
    birds.write("refs.txt", "nest\n")
    assert set(slugs(birds("export", "--jsonl", "--refs", "refs.txt", "--depth", "0").out)) == {"nest"}
    assert set(slugs(birds("export", "--jsonl", "--refs", "refs.txt", "--depth", "1").out)) == {
        "nest", "perch.cpp",
    }  # fmt: skip
    farther = slugs(birds("export", "--jsonl", "--query", "nest kind:framework", "--depth", "2").out)
    assert {"nest", "perch.cpp", "heron-7b", "wade"} <= set(farther)


def test_what_chooses_nothing_is_told(birds: Kg) -> None:
    assert "no node 'dodo'" in birds.process("export", "--refs", "-", stdin="dodo\n", code=1).error
    assert "no kind" in birds.refused("export", "--kind", "bird")
    assert "--depth is steps from a part" in birds.refused("export", "--depth", "1")
    told = birds("export", "--query", "dodo")
    assert "no node is chosen" in told.err
    assert "node:" not in told.out
