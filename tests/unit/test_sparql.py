"""The index of triples and the engine that reads it: never stale, never half, never the network."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.sparql import index, standing
from exports.sparql.faults import explained
from exports.sparql.inquiry import ask
from kg.corrections import Anchor, Correction
from kg.errors import KgError, QueryError, QueryTimeout
from kg.graph import Graph
from kg.rdf import Namespaces, Options
from kg.store import Store
from tests.rdf_sample import facts, fill, north, whole

LABELS = "SELECT ?name { ?m a fair4ml:MLModel ; rdfs:label ?name } ORDER BY ?name"
RECEIPTS = Options(receipts=True)
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a != ?d && ?g != ?j) }"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with whole(tmp_path / "graph.db") as store:
        yield store


def values(store: Store, query: str = LABELS, **options: Any) -> list[str]:
    """The first column of an answer."""
    with ask(Graph(store), query, **options).file as file:
        found = json.load(file)
    first = found["head"]["vars"][0]
    return [row[first]["value"] for row in found["results"]["bindings"]]


def folders(store: Store) -> list[Path]:
    """The indexes that are there."""
    return sorted(one for one in standing.home(store.path).glob("*") if one.is_dir())


# ------------------------------------------------------------------------------ the index


def test_the_index_holds_each_triple_of_the_export_and_no_other(store: Store) -> None:
    values(store)
    import pyoxigraph

    (folder,) = folders(store)
    found = pyoxigraph.Store.read_only(str(folder))
    assert len(found) == sum(map(len, facts(store, receipts=True).values()))


def test_an_index_is_used_again_until_the_graph_changes(store: Store) -> None:
    assert values(store) == ["Egret", "Heron 7B"]
    (first,) = folders(store)
    made = first.stat().st_ino
    values(store)
    assert [one.stat().st_ino for one in folders(store)] == [made]
    store.correct([Correction("rename", Anchor("Egret"), value="Little Egret")], b"renamed")
    assert values(store) == ["Heron 7B", "Little Egret"]
    assert first not in folders(store)
    assert len(folders(store)) == 1


def test_lines_that_move_alone_make_a_new_index(tmp_path: Path) -> None:
    """No fact changes, so the generation stays: a stamp of that number only would be stale."""
    from dataclasses import replace

    with fill(tmp_path / "graph.db", (north(),)) as store:
        before = Graph(store).generation, Graph(store).state
        values(store)
        (old,) = folders(store)
        moved = north()
        store.replace(replace(moved, revision=replace(moved.revision, blob="b" * 40)))
        assert Graph(store).generation == before[0]
        assert Graph(store).state != before[1]
        values(store)
        assert folders(store) != [old]


def test_a_backup_that_is_put_back_and_goes_another_way_is_not_taken_for_what_was(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with fill(path, (north(),)) as store:
        store.back_up(tmp_path / "backup.db")
        store.correct([Correction("rename", Anchor("Egret"), value="One")], b"1")
        generation = Graph(store).generation
        assert "One" in values(store)
    for left in tmp_path.glob("graph.db*"):
        left.unlink()
    (tmp_path / "backup.db").rename(path)
    with Store(path) as store:
        store.correct([Correction("rename", Anchor("Egret"), value="Two")], b"2")
        assert Graph(store).generation == generation
        assert "Two" in values(store)


@pytest.mark.parametrize("base", ["https://example.org/kg/", "https://other.example/"])
@pytest.mark.parametrize("title", ["One", "Another"])
def test_another_base_or_title_makes_another_index(store: Store, base: str, title: str) -> None:
    values(store)
    own = Options(base=base, title=title, receipts=True)
    assert values(store, "SELECT ?t { root:dataset dcterms:title ?t }", options=own) == [title]


def test_a_damaged_index_is_made_again(store: Store) -> None:
    assert values(store) == ["Egret", "Heron 7B"]
    (folder,) = folders(store)
    (folder / "CURRENT").write_text("MANIFEST-999999\n")
    assert values(store) == ["Egret", "Heron 7B"]
    assert (folder / "CURRENT").read_text() != "MANIFEST-999999\n"


def test_what_is_left_of_a_build_that_was_killed_harms_nothing_and_goes(store: Store) -> None:
    values(store)
    (folder,) = folders(store)
    left = folder.with_suffix(".part")
    folder.rename(left)
    (left / "CURRENT").unlink()
    (standing.home(store.path) / "mine.txt").write_text("not kg's")
    assert values(store) == ["Egret", "Heron 7B"]
    assert folders(store) == [folder]
    assert (standing.home(store.path) / "mine.txt").exists()


def test_where_no_index_can_be_kept_the_memory_answers_the_same(store: Store) -> None:
    expected = values(store)
    home = standing.home(store.path)
    for folder in folders(store):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    (home / "lock").unlink()
    home.rmdir()
    home.write_text("a file stands where the folder should")
    assert values(store) == expected
    assert home.is_file()


def test_an_index_that_is_read_is_not_deleted_and_goes_later(store: Store) -> None:
    graph = Graph(store)
    with index.indexed(graph, RECEIPTS, lambda folder, _: folder.mkdir()) as old:
        assert old is not None
        store.correct([Correction("rename", Anchor("Egret"), value="Other")], b"renamed")
        with index.indexed(graph, RECEIPTS, lambda folder, _: folder.mkdir()) as new:
            assert old.exists()
            assert new not in {None, old}
    store.correct([], b"")
    values(store)
    assert len(folders(store)) == 1


def test_of_many_at_once_one_builds_and_all_read_a_whole_index(store: Store) -> None:
    built: list[Path] = []
    seen: list[bool] = []

    def build(folder: Path, _: object) -> None:
        built.append(folder)
        folder.mkdir()
        time.sleep(0.1)  # so that the others come while it is built
        (folder / "whole").touch()

    def read() -> None:
        with (
            Store(store.path, readonly=True) as own,
            index.indexed(Graph(own), RECEIPTS, build) as folder,
        ):
            seen.append(folder is not None and (folder / "whole").exists())

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert seen == [True] * 8
    assert len(built) == 1


# ----------------------------------------------------------------------------- the engine


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ service SILENT <{0}> {{ ?s ?p ?o }} }}",
        "ASK {{ VALUES ?x {{ <{0}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        'SELECT * {{ ?s ?p "}}" . #"\n SERVICE<{0}>{{ ?s ?p ?o }} }}',
        "SELECT * {{ ?a ?b ?c FILTER EXISTS {{ ?a ?b 1SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ ?a ?b 'x\\'service' SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "LOAD <{0}>",
        "LOAD SILENT <{0}> INTO GRAPH <{0}>",
    ],
)
def test_no_query_ever_asks_another_server(store: Store, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
        if "FROM" in query:
            assert values(store, query.format(address)) == []
        else:
            with pytest.raises(QueryError, match=r"SERVICE|LOAD|no SPARQL"):
                values(store, query.format(address), seconds=5)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ("service" AS ?service) {} # service',
        "SELECT (<http://service.example/> AS ?x) { OPTIONAL { ?y kg:service ?sxrvice } } LIMIT 1",
        "PREFIX service: <http://a.example/> SELECT (service:b AS ?x) {}",
    ],
)
def test_the_word_service_is_no_crime(store: Store, query: str) -> None:
    assert len(values(store, query)) == 1


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { node:a rdfs:label 'b' }",
        "DELETE WHERE { ?s ?p ?o }",
        "PREFIX a: <http://a.example/> # DELETE\nDELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP DEFAULT",
        "WITH <http://a.example/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CREATE GRAPH <http://a.example/>",
        "ASK {} ; CLEAR ALL",
    ],
)
def test_an_update_is_refused_and_changes_nothing(store: Store, update: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    before = values(store, count)
    with pytest.raises(QueryError, match=r"line \d, column \d+"):
        values(store, update)
    assert values(store, count) == before


def test_a_query_that_takes_too_long_is_ended(store: Store) -> None:
    with pytest.raises(QueryTimeout, match=r"after 0\.2 seconds"):
        values(store, ENDLESS, seconds=0.2)
    with pytest.raises(QueryTimeout):  # also while the engine looks whether it asks others
        values(store, "ASK { " + _product(40) + " } # service", seconds=0.2)


def _product(factors: int) -> str:
    """A pattern with 4 ** factors solutions of which none holds, without any triple."""
    tables = " ".join(f"VALUES ?v{n} {{ 1 2 3 4 }}" for n in range(factors))
    total = " + ".join(f"?v{n}" for n in range(factors))
    return f"{tables} FILTER ({total} < 0)"


def test_a_graph_comes_in_order_each_triple_once_and_with_the_prefixes_it_needs(store: Store) -> None:
    query = (
        "CONSTRUCT { ?m a mls:Model ; rdfs:label ?name }"
        " WHERE { ?m a fair4ml:MLModel ; rdfs:label ?name . ?x ?y ?m }"
    )
    with ask(Graph(store), query).file as file:
        first = file.read().decode()
    with ask(Graph(store), query).file as file:
        assert file.read().decode() == first
    head = [line for line in first.splitlines() if line.startswith("@prefix")]
    assert [line.split()[1] for line in head] == ["mls:", "node:", "rdfs:"]
    assert first.count("Heron 7B") == 1


def test_prefixes_are_declared_and_a_query_may_declare_them_otherwise(store: Store) -> None:
    found = values(store, "PREFIX kg: <http://other.example/> SELECT ?x { VALUES ?x { kg:a node:b } }")
    assert found == ["http://other.example/a", "https://example.org/kg/node/b"]


# ----------------------------------------------------------------------------- the errors


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "the query is empty"),
        ("# only a remark\nPREFIX a: <http://a.example/>", "the query is empty"),
        ("SELCT * {}", "line 1, column 1: this is no SPARQL: SELCT"),
        ("SELECT * {\n  ?s a ?o\n  ?s a ?z }", "line 3, column 3: this is no SPARQL: ?s a ?z }"),
        ("SELECT * {} GROUP", "line 1, column 13: this is no SPARQL: GROUP"),
        ("SELECT * { ?s ?p ?o } ORDER ?s", "line 1, column 29: this is no SPARQL: ?s"),
        ("ASK", "line 1, column 4: this is no SPARQL, for it ends too early"),
        (
            "SELECT *\n{ ?s rdfs:label ?l ; schem:x ?y }",
            "line 2, column 22: the prefix schem: is not declared",
        ),
        ("SELECT * { ?s :x ?y }", "line 1, column 15: the prefix : is not declared"),
        ("SELECT *\n{ SERVICE <http://a.example/> {} }", "line 2, column 3: SERVICE asks another server"),
        ("BASE <http://a.example/>\n DROP ALL", "line 2, column 2: DROP changes a graph"),
        ("SELECT (<http://a.example/f>(1) AS ?x) {}", "the custom function"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(store: Store, query: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        values(store, query)
    assert said.casefold() in caught.value.message.casefold()
    assert caught.value.hint


def test_a_prefix_that_is_unknown_has_a_hint(store: Store) -> None:
    with pytest.raises(QueryError) as caught:
        values(store, "SELECT * { ?s rdsf:label ?l }")
    assert caught.value.hint.startswith("Did you mean rdf: or rdfs:?")
    assert "Declared are author, cat, dcat" in caught.value.hint


@given(st.text(max_size=60), st.sampled_from(["syntax", "service", "failed", "damaged"]), st.data())
def test_an_error_at_any_place_of_any_query_is_told(query: str, error: str, data: Any) -> None:
    line, column = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 99)))
    expected = data.draw(st.sampled_from(["OPTIONAL", "one of [_], BY", '"{"', "Prefix not found, [':']"]))
    told = explained(
        error,
        f"error at {line}:{column}: expected {expected}",
        query,
        Namespaces("https://a.example/").declared,
    )
    assert isinstance(told, KgError)
    assert told.hint
