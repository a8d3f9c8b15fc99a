"""The SQLite copy: all that the graph says, refers cleanly, has the same bytes, and opens in Datasette."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from exports import Options, writer
from exports.sqlite_schema import view_of
from kg.graph import Graph
from kg.model import Node, Reading
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.cli.command import Kg
from tests.documents import claim, listed, mention
from tests.property.test_turtle import readings
from tests.rdf_sample import CORRECTIONS, fill, north, paper, south, whole

HOSTILE = "Heron'); DROP TABLE node;--<script>alert(1)</script>"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("copy") / "graph.db") as filled:
        yield filled


def copied(store: Store, path: Path, part: set[str] | None = None, **options: Any) -> Path:
    with path.open("wb") as file:
        writer("sqlite")(Graph(store, part), file, Options(**options))
    return path


@pytest.fixture(scope="module")
def copy(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(store, tmp_path_factory.mktemp("copy") / "birds.sqlite")


def rows(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def told(graph: Graph) -> set[tuple[object, ...]]:
    """What the graph says, as the copy's statements should have it."""
    found = set()
    for node in graph.nodes():
        for one in graph.edges(node.slug):
            if one.subject == node:
                value = (one.object.slug, None) if isinstance(one.object, Node) else (None, one.object.value)
                qualifiers = tuple(
                    (name, what.slug if isinstance(what, Node) else what.value)
                    for name, what in one.qualifiers
                )
                found.add((node.slug, one.predicate.word, *value, one.support, qualifiers))
    return found


def statements(path: Path) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    sql = "SELECT id, subject, predicate, object, value, documents FROM statement ORDER BY id"
    for number, subject, predicate, object_, value, documents in rows(path, sql):
        qualifiers = rows(
            path,
            "SELECT name, ifnull(object, value) FROM qualifier WHERE statement = ? ORDER BY rowid",
            number,
        )
        text = f"{value:.2f}" if isinstance(value, float) else value
        text = str(text) if isinstance(text, int) else text
        found.append((subject, predicate, object_, text, documents, tuple(qualifiers)))
    return found


def sound(path: Path) -> bool:
    return rows(path, "PRAGMA foreign_key_check") == [] and rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_the_copy_says_all_that_the_graph_says_each_once(store: Store, copy: Path) -> None:
    graph = Graph(store)
    found = statements(copy)
    assert len(found) == len(set(found))
    assert set(found) == told(graph)
    nodes = {(node.slug, node.label, node.kind.label, node.support) for node in graph.nodes()}
    assert set(rows(copy, "SELECT slug, name, kind, documents FROM node")) == nodes
    identifiers = {
        (node.slug, i.scheme, i.value, i.url or None) for node in graph.nodes() for i in node.identifiers
    }
    assert set(rows(copy, "SELECT * FROM identifier")) == identifiers
    assert dict(rows(copy, "SELECT slug, node FROM replaced")) == graph.replaced()
    assert {word for (word,) in rows(copy, "SELECT word FROM predicate")} == {p.word for p in Predicate}
    assert sound(copy)


def test_evidence_is_that_of_the_graph(store: Store, copy: Path) -> None:
    graph = Graph(store)
    for one in graph.statements():
        if not one.id or one.subject.slug != "heron-7b" or not isinstance(one.object, Node):
            continue
        expected = {
            (e.document, place.digest, e.rule, e.confidence)
            for e in graph.evidence(one)
            for place in e.places
        }
        sql = (
            "SELECT e.document, e.digest, e.rule, e.confidence FROM evidence e JOIN statement s"
            " ON s.id = e.statement WHERE s.subject = ? AND s.predicate = ? AND s.object = ?"
            " AND ifnull((SELECT group_concat(ifnull(q.object, q.value)) FROM qualifier q"
            " WHERE q.statement = s.id), '') = ?"
        )
        qualifiers = ",".join(v.slug if isinstance(v, Node) else v.value for _, v in one.qualifiers)
        asked = (one.subject.slug, one.predicate.word, one.object.slug, qualifiers)
        assert set(rows(copy, sql, *asked)) == expected
    (together,) = rows(
        copy,
        "SELECT count(*), count(DISTINCT receipt) FROM evidence e JOIN statement s ON s.id = e.statement"
        " WHERE s.subject = 'heron-7b' AND s.predicate = 'uses' AND e.document = 'list:north'",
    )
    assert together == (2, 1)


def test_every_kind_is_a_view_with_numbers_as_numbers(store: Store, copy: Path) -> None:
    for kind in Kind:
        slugs = [slug for (slug,) in rows(copy, f'SELECT slug FROM "{view_of(kind)}" ORDER BY slug')]
        assert slugs == [node.slug for node in Graph(store).nodes([kind])]
    sql = "SELECT name, github, parameters, bits, derived_from, made_by, released FROM model WHERE slug = ?"
    assert rows(copy, sql, "heron-7b") == [
        ("Heron 7B", "birds/heron", 7_000_000_000, 4.5, "Egret", "Bird Club", "2022-04")
    ]
    assert rows(copy, "SELECT slug FROM model WHERE parameters > 6.5e9") == [("heron-7b",)]
    sql = "SELECT arxiv_id, doi, version, withdrawn, journal_ref, author, category, abstract FROM paper"
    assert rows(copy, f"{sql} WHERE slug = 'arxiv-2203.01234'") == [
        (
            "2203.01234", "10.5555/wade.(1);2#3", 2, 0, "J. Birds 3 (2023) 1-12",
            " | ".join(paper().record.authors), "cs.CL | 68T50 (Primary)", None,  # type: ignore[union-attr]
        )
    ]  # fmt: skip
    sql = "SELECT memory, minimum, maximum, unit FROM hardware_tier ORDER BY slug"
    assert rows(copy, sql) == [("ram", 16.0, 32.0, "GB"), ("vram", 7.5, None, "GiB")]
    assert rows(copy, "SELECT paper FROM method WHERE slug = 'wade'") == [("arxiv-2203.01234",)]
    sql = "SELECT subject_name, object_name, qualifiers FROM edge WHERE predicate = 'requires' ORDER BY 1"
    assert rows(copy, sql)[1] == ("Heron 7B", "16-32 GB RAM", "precision=int4 | with=wade")


def test_full_text_finds_names_aliases_and_words_of_descriptions(copy: Path, tmp_path: Path) -> None:
    for word, slug in (("wading", "heron-7b"), ("encoded", "wade"), ("egret", "egret")):
        sql = "SELECT slug FROM node WHERE rowid IN (SELECT rowid FROM node_fts WHERE node_fts MATCH ?)"
        assert slug in [found for (found,) in rows(copy, sql, word)]
    other = tmp_path / "vacuumed.sqlite"
    rows(copy, "VACUUM INTO ?", str(other))  # rows keep their numbers, on which the full text rests
    assert ("heron-7b",) in rows(other, sql, "wading")


def test_abstracts_are_there_only_when_asked_for(store: Store, copy: Path, tmp_path: Path) -> None:
    record = paper().record
    assert record is not None
    full = copied(store, tmp_path / "full.sqlite", abstracts=True)
    assert rows(full, "SELECT abstract FROM record") == [(record.abstract,)]
    assert rows(copy, "SELECT abstract FROM record") == [(None,)]
    assert record.abstract.encode() not in copy.read_bytes()


def test_no_text_of_a_list_is_in_it(kg: Kg) -> None:
    kg.write("list.md", "# Birds\n\nUnrepeatable prose.\n\n## Models\n- [Wren](https://wren.example)\n")
    kg("add", "list.md")
    kg("export", "-o", "birds.sqlite")
    assert b"Unrepeatable" not in (kg.desk / "birds.sqlite").read_bytes()
    assert rows(kg.desk / "birds.sqlite", "SELECT slug FROM model") == [("wren",)]


def test_a_part_refers_to_nothing_outside_and_tells_its_address(store: Store, tmp_path: Path) -> None:
    path = copied(store, tmp_path / "part.sqlite", {"heron-7b", "wade"}, base="https://birds.example/")
    assert sound(path)
    assert {slug for (slug,) in rows(path, "SELECT slug FROM node")} == {"heron-7b", "wade"}
    sql = "SELECT object, value, datatype FROM statement WHERE subject = 'heron-7b' AND predicate = ?"
    assert rows(path, sql, "uses") == [("wade", None, None)]
    assert rows(path, sql, "made_by") == [(None, "https://birds.example/node/bird-club", "node")]
    assert rows(path, "SELECT made_by FROM model") == [("https://birds.example/node/bird-club",)]


def test_the_same_graph_gives_the_same_bytes_whatever_its_history(copy: Path, tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (south(),), (paper(), north()), corrections=CORRECTIONS) as other:
        other.remove("list:south")
        other.replace(south())
        assert copied(other, tmp_path / "copy.sqlite").read_bytes() == copy.read_bytes()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents=readings())
def test_any_graph_is_copied_soundly_and_alike(
    documents: list[Reading], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with fill(folder / "g.db", documents) as store, fill(folder / "h.db", documents[::-1]) as other:
        graph = Graph(store)
        copy = copied(store, folder / "a.sqlite")
        assert sound(copy)
        assert [slug for (slug,) in rows(copy, "SELECT slug FROM node ORDER BY slug")] == [
            node.slug for node in graph.nodes()
        ]
        assert {row[:3] for row in statements(copy)} == {row[:3] for row in told(graph)}
        copied(other, folder / "b.sqlite")  # slugs may differ by collisions: only that it can be made


# ------------------------------------------------------------------------------ Datasette

ASK = """
import asyncio, json, sys
from datasette.app import Datasette

async def ask(path, *pages):
    shelf = Datasette([path])
    await shelf.invoke_startup()
    answers = [await shelf.client.get(page) for page in pages]
    print(json.dumps([[one.status_code, one.text] for one in answers]))

asyncio.run(ask(*sys.argv[1:]))
"""


def asked(path: Path, *pages: str) -> list[str]:
    """What the real Datasette answers, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(path), *pages], capture_output=True, timeout=60, check=True
    )
    answers = json.loads(done.stdout)
    assert [status for status, _ in answers] == [200] * len(pages)
    return [text for _, text in answers]


def test_datasette_shows_rows_labels_of_keys_searches_and_views(copy: Path) -> None:
    row, key, search, view, page = asked(
        copy,
        "/birds/node/heron-7b.json?_shape=objects",
        "/birds/statement.json?_labels=on&_shape=array&subject=heron-7b&predicate=uses",
        "/birds/node.json?_shape=array&_search=wading",
        "/birds/model.json?_shape=array&slug=heron-7b",
        "/birds/statement?subject=heron-7b",
    )
    assert json.loads(row)["rows"][0]["name"] == "Heron 7B"
    (said,) = json.loads(key)
    assert said["object"] == {"value": "wade", "label": "WADE"}
    assert said["predicate"] == {"value": "uses", "label": "uses"}
    assert [one["slug"] for one in json.loads(search)] == ["heron-7b"]
    assert json.loads(view)[0]["parameters"] == 7_000_000_000
    assert '<a href="/birds/node/wade">WADE</a>' in page


def test_text_in_it_is_data_to_datasette(tmp_path: Path) -> None:
    evil = mention(HOSTILE, Kind.MODEL)
    said = [claim(evil, Predicate.DESCRIPTION, "<img src=x onerror=alert(1)>\x00 '\" [a](javascript:b)")]
    with fill(tmp_path / "g.db", (listed("evil", [evil], said),)) as store:
        path = copied(store, tmp_path / "evil.sqlite")
    assert rows(path, "SELECT name FROM node") == [(HOSTILE,)]
    for page in asked(path, "/evil/node", "/evil/statement", "/evil/model"):
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


# ---------------------------------------------------------------------------- the command


@pytest.fixture
def birds(kg: Kg) -> Kg:
    kg.workspace.mkdir()
    fill(kg.workspace / "graph.db", (north(), south(), paper())).close()
    return kg


def test_the_ending_tells_the_format_and_gz_compresses(birds: Kg) -> None:
    birds("export", "-o", "birds.sqlite")
    birds("export", "--sqlite", "-o", "birds.sqlite.gz")
    plain = (birds.desk / "birds.sqlite").read_bytes()
    assert plain.startswith(b"SQLite format 3\x00")
    assert gzip.decompress((birds.desk / "birds.sqlite.gz").read_bytes()) == plain
    assert {one.name for one in birds.desk.iterdir() if one.is_file()} == {"birds.sqlite", "birds.sqlite.gz"}


def test_it_is_no_stream_and_never_the_database_of_the_workspace(birds: Kg) -> None:
    assert "writes a file" in birds.refused("export", "--sqlite")
    assert "writes a file" in birds.refused("export", "--sqlite", "-o", "-")
    before = (birds.workspace / "graph.db").read_bytes()
    told = birds.refused("export", "--sqlite", "-o", birds.workspace / "graph.db")
    assert "own database" in told
    assert (birds.workspace / "graph.db").read_bytes() == before
