from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kg.corrections import Anchor, Correction
from kg.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew, UnknownNode
from kg.graph import Graph
from kg.search import Query
from kg.store import Store, migrations
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed, mention, record


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "graph.db", clock=clock) as opened:
        yield opened


ALPACA = mention("Alpaca", Kind.MODEL, "github:lab/alpaca")
LLAMA = mention("LLaMA", Kind.MODEL, confidence=0.5, text="Alpaca github:lab/alpaca")
TUNED = claim(ALPACA, Predicate.DERIVED_FROM, LLAMA, ("how", "fine-tuned"))


def test_replacing_tells_what_came_and_what_went(store: Store) -> None:
    first = store.replace(listed("one", [ALPACA], [TUNED]))
    assert (first.nodes_added, first.statements_added) == (2, 1)
    second = store.replace(listed("one", [ALPACA]))
    assert (second.nodes_removed, second.statements_removed) == (1, 1)
    assert [c.text for c in second.changes] == ["Model LLaMA", "Alpaca derived from LLaMA (how: fine-tuned)"]


def test_the_same_document_again_is_no_change_and_no_generation(store: Store) -> None:
    store.replace(listed("one", [ALPACA], [TUNED]))
    generation = Graph(store).generation
    delta = store.replace(listed("one", [ALPACA], [TUNED]))
    assert not delta
    assert delta.documents_unchanged == 1
    assert Graph(store).generation == generation


def test_moving_lines_changes_the_spans_and_nothing_else(store: Store) -> None:
    store.replace(listed("one", [ALPACA], [TUNED]))
    delta = store.replace(listed("one", [ALPACA], [TUNED], first_line=10))
    assert not delta
    (receipt,) = Graph(store).mentioned("alpaca")
    assert receipt.spans[0] is not None
    assert receipt.spans[0].line == 10


def test_what_two_lists_say_is_one_statement_with_two_receipts(store: Store) -> None:
    other = mention("LLaMa", Kind.MODEL, confidence=0.5, text="y")
    store.replace(
        listed("one", [ALPACA], [TUNED]),
        listed("two", [ALPACA], [claim(ALPACA, Predicate.DERIVED_FROM, other, ("how", "fine-tuned"))]),
    )
    graph = Graph(store)
    (edge,) = graph.edges("llama")
    assert (edge.subject.slug, edge.predicate, edge.support) == ("alpaca", Predicate.DERIVED_FROM, 2)
    assert [one.document for one in graph.evidence(edge)] == ["list:one", "list:two"]
    delta = store.remove("list:two")
    assert delta.statements_removed == 0
    assert graph.edges("llama")[0].support == 1


def test_a_qualifier_is_part_of_what_is_said_and_of_the_walk(store: Store) -> None:
    lora = mention("LoRA", Kind.METHOD)
    tier = mention("Larger", Kind.HARDWARE_TIER, "tier:ram:16-32:GB")
    store.replace(
        listed("one", [ALPACA, lora, tier], [claim(ALPACA, Predicate.REQUIRES, tier, ("with", lora))])
    )
    graph = Graph(store)
    (edge,) = graph.edges("lora")
    assert (edge.subject.slug, edge.predicate, edge.qualifiers[0][0]) == (
        "alpaca",
        Predicate.REQUIRES,
        "with",
    )
    assert graph.neighbourhood("16-32-gb-ram") == {"16-32-gb-ram": 0, "alpaca": 1, "lora": 1}
    assert graph.neighbourhood("alpaca") == {"alpaca": 0, "16-32-gb-ram": 1, "lora": 1}
    path = graph.path("lora", "16-32-gb-ram")
    assert path is not None
    assert [node.slug for _, node in path] == ["16-32-gb-ram"]


def test_slugs_do_not_depend_on_the_order_of_readings(tmp_path: Path) -> None:
    one = listed("one", [mention("Orca", Kind.MODEL, "github:a/orca")])
    two = listed("two", [mention("Orca", Kind.DATASET, "hf:datasets/b/orca")])
    told = []
    for n, order in enumerate(([one, two], [two, one])):
        with Store(tmp_path / f"{n}.db") as store:
            store.replace(*order)
            told.append([(node.slug, node.kind) for node in Graph(store).nodes()])
    assert told[0] == told[1]
    assert {slug for slug, _ in told[0]} == {"orca", "orca-dataset"}


def test_an_edited_entry_keeps_its_node_and_address(store: Store) -> None:
    store.replace(listed("one", [mention("Foo", Kind.MODEL, "github:x/foo", text="Foo - old words")]))
    delta = store.replace(listed("one", [mention("Foo", Kind.MODEL, "github:x/foo", text="Foo - new words")]))
    assert (delta.nodes_added, delta.nodes_removed) == (0, 0)


def test_a_retitled_paper_keeps_its_address_though_another_takes_its_old_title(store: Store) -> None:
    store.replace(record("2305.14314", "Foo"))
    store.replace(record("2305.14314", "Bar"), record("2106.09685", "Foo"))
    assert {node.slug: node.label for node in Graph(store).nodes()} == {
        "arxiv-2106.09685": "Foo",
        "arxiv-2305.14314": "Bar",
    }


def test_a_split_leaves_the_slug_with_the_oldest_mention(store: Store) -> None:
    old = mention("Foo Kit", Kind.FRAMEWORK, "github:x/foo")
    bridge = mention("Foo Kit", Kind.FRAMEWORK, "github:x/foo", aliases=("Bar Kit",), text="bridge")
    young = mention("Bar Kit", Kind.FRAMEWORK, "github:x/bar-foo", text="young")
    store.replace(listed("one", [old]))
    store.replace(listed("bridge", [bridge]))
    store.replace(listed("young", [mention("Bar Kit", Kind.FRAMEWORK, text="young")]))
    assert [node.slug for node in Graph(store).nodes()] == ["foo-kit"]
    del young
    store.remove("list:bridge")
    assert [node.slug for node in Graph(store).nodes()] == ["bar-kit", "foo-kit"]


def test_a_merge_leaves_the_old_address_pointing_to_the_new(store: Store) -> None:
    store.replace(listed("one", [mention("ORT", Kind.FRAMEWORK), mention("ONNX Runtime", Kind.FRAMEWORK)]))
    merge = Correction("merge", Anchor("ONNX Runtime", "Framework"), Anchor("ORT", "Framework"))
    store.correct([merge], b"1")
    graph = Graph(store)
    survivor = graph.find("ORT")
    assert graph.node("ort") == graph.node("onnx-runtime") == survivor
    assert list(graph.replaced().values()) == [survivor.slug]
    store.correct([], b"2")
    assert [node.slug for node in graph.nodes()] == ["onnx-runtime", "ort"]
    assert graph.replaced() == {}


def test_an_address_never_passes_to_another_thing(store: Store) -> None:
    store.replace(listed("one", [mention("Orca", Kind.MODEL, "github:a/orca")]))
    store.remove("list:one")
    store.replace(listed("two", [mention("Orca", Kind.DATASET, "hf:datasets/b/orca")]))
    assert [node.slug for node in Graph(store).nodes()] == ["orca-dataset"]
    store.replace(listed("one", [mention("Orca", Kind.MODEL, "github:a/orca")]))
    assert Graph(store).node("orca") is not None


def test_reject_hides_a_statement_and_undoing_brings_it_back(store: Store) -> None:
    store.replace(listed("one", [ALPACA], [TUNED]))
    reject = Correction(
        "reject",
        Anchor("Alpaca", "Model", ALPACA.identifiers),
        Anchor("LLaMA", "Model"),
        "derived_from",
    )
    delta = store.correct([reject], b"1")
    assert delta.statements_removed == 1
    assert Graph(store).edges("alpaca") == []
    assert Graph(store).corrections()[0][1]
    store.correct([], b"2")
    assert len(Graph(store).edges("alpaca")) == 1


def test_add_states_an_edge_that_no_document_says(store: Store) -> None:
    store.replace(listed("one", [ALPACA, mention("LoRA", Kind.METHOD)]))
    add = Correction("add", Anchor("Alpaca", "Model"), Anchor("LoRA", "Method"), "uses")
    store.correct([add], b"1")
    graph = Graph(store)
    (edge,) = graph.edges("lora")
    assert [one.document for one in graph.evidence(edge)] == ["corrections"]
    assert len(list(graph.nodes())) == 2


def test_a_correction_without_its_object_is_kept_and_reported(store: Store) -> None:
    store.replace(listed("one", [ALPACA]))
    rename = Correction("rename", Anchor("Alpaca", "Model", ALPACA.identifiers), value="Stanford Alpaca")
    store.correct([rename], b"1")
    assert Graph(store).corrections() == [(rename, True)]
    store.remove("list:one")
    assert Graph(store).corrections() == [(rename, False)]
    store.replace(listed("one", [ALPACA]))
    assert Graph(store).find("Stanford Alpaca").slug == "alpaca"


def test_a_record_gives_the_title_and_edges_of_its_paper(store: Store, clock: Clock) -> None:
    store.replace(listed("one", [mention("", Kind.PAPER, "arxiv:2106.09685")]))
    assert Graph(store).find("2106.09685").label == "arXiv:2106.09685"
    store.replace(record("2106.09685", "A Title"), lookups={"2106.09685": True})
    graph = Graph(store)
    paper = graph.find("2106.09685")
    assert (paper.label, paper.slug) == ("A Title", "arxiv-2106.09685")
    said = {(s.predicate, getattr(s.object, "value", "")) for s in graph.edges(paper.slug)}
    assert (Predicate.AUTHOR, "Ada Example") in said
    assert (Predicate.CATEGORY, "cs.CL") in said
    assert graph.arxiv_ids() == {"2106.09685": clock.now}
    assert [node.slug for node in graph.search(Query.parse('author:"ben sample"'))] == [paper.slug]


def test_a_changed_record_is_told_and_its_history_kept(store: Store, clock: Clock) -> None:
    store.replace(record("2106.09685", "A Title"))
    clock.now += timedelta(days=1)
    delta = store.replace(record("2106.09685", "A Title", version=2, doi="10.1000/x"))
    assert delta.records_changed == 1
    rows = store.db.execute("SELECT field, old, new FROM paper_change ORDER BY field").fetchall()
    assert [tuple(row) for row in rows] == [("doi", "", "10.1000/x"), ("version", "1", "2")]


def test_a_dry_run_tells_the_same_delta_and_keeps_nothing(store: Store) -> None:
    told = store.replace(listed("one", [ALPACA], [TUNED]), dry_run=True)
    assert told.nodes_added == 2
    assert list(Graph(store).nodes()) == []
    done = store.replace(listed("one", [ALPACA], [TUNED]))
    assert (done.nodes_added, done.statements_added) == (told.nodes_added, told.statements_added)


def test_every_change_carries_its_cause(store: Store) -> None:
    store.replace(listed("one", [ALPACA]))
    store.replace(listed("one", [ALPACA], [TUNED]))
    store.correct([Correction("rename", Anchor("Alpaca", "Model"), value="Other")], b"1")
    causes = {(c.action, c.what, c.cause) for c in Graph(store).changes()}
    assert ("added", "node", "first-import") in causes
    assert ("added", "statement", "source") in causes
    assert ("changed", "node", "user") in causes


def test_search_obeys_no_syntax_in_what_is_searched(store: Store) -> None:
    store.replace(listed("one", [mention('Odd "name" OR NEAR( * ) -x', Kind.MODEL), ALPACA]))
    graph = Graph(store)
    for text in ('"', "OR", "NEAR(", "alp*", "a'b", "-x", "kind:", 'author:"', "%", "_", "\x00", "label:alp"):
        graph.search(Query.parse(text))
    assert [node.slug for node in graph.search(Query.parse("alp kind:model"))] == ["alpaca"]
    assert graph.facets(Query.parse("")) == {Kind.MODEL: 2}


def test_what_search_filters_by_is_no_word_to_find(store: Store) -> None:
    store.replace(record("2305.14314", "Foo"), listed("one", [ALPACA]))
    (filters,) = store.db.execute("SELECT filters FROM search_text WHERE label = 'Foo'").fetchone()
    for token in filters.split():
        assert Graph(store).search(Query.parse(token)) == []
    assert [node.label for node in Graph(store).search(Query.parse("k"))] == []


def test_find_tells_the_nearest_names_and_what_is_ambiguous(store: Store) -> None:
    store.replace(
        listed("one", [ALPACA, mention("Orca", Kind.MODEL), mention("Orca", Kind.DATASET, text="d")])
    )
    graph = Graph(store)
    with pytest.raises(UnknownNode) as none:
        graph.find("alpacca")
    assert "alpaca" in none.value.hint
    assert graph.find("orca").kind is Kind.MODEL  # an address is exact
    assert graph.find("https://github.com/lab/alpaca.git").slug == "alpaca"


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(StoreDamaged):
        Store(path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM mine").fetchone() == (0,)
    other.close()


def test_a_database_of_a_newer_version_is_refused_unharmed(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with Store(path) as store:
        store.db.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
    with pytest.raises(StoreTooNew):
        Store(path)
    with pytest.raises(StoreTooNew):
        Store(path, readonly=True)


def test_a_migration_keeps_the_old_file_and_a_failed_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with Store(path) as store:
        store.replace(listed("one", [ALPACA]))

        def good(db: sqlite3.Connection) -> None:
            db.execute("CREATE TABLE later (x)")

        def bad(db: sqlite3.Connection) -> None:
            db.execute("CREATE TABLE never (x)")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            migrations.migrate(store.db, path, (*migrations.STEPS, bad))
        assert migrations.version_of(store.db) == len(migrations.STEPS)
        backup = migrations.migrate(store.db, path, (*migrations.STEPS, good))
        assert backup is not None
    with Store(backup, readonly=True) as old:
        assert [node.slug for node in Graph(old).nodes()] == ["alpaca"]


def test_reading_goes_on_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with Store(path) as writer:
        writer.replace(listed("one", [ALPACA]))
        writer.db.execute("BEGIN IMMEDIATE")
        with Store(path, readonly=True) as reader:
            assert Graph(reader).find("alpaca").label == "Alpaca"
        with Store(path) as second:
            second.db.execute("PRAGMA busy_timeout = 10")
            with pytest.raises(StoreLocked):
                second.replace(listed("two", [LLAMA]))
        writer.db.execute("ROLLBACK")


def test_a_missing_database_is_told_and_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no graph"):
        Store(tmp_path / "graph.db", readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_version_of_a_paper_never_replaces_a_later_one(store: Store) -> None:
    store.replace(record("2106.09685", "A Title, Revised", version=2))
    delta = store.replace(record("2106.09685", "A Title"), lookups={"2106.09685": True})
    assert not delta
    assert Graph(store).find("2106.09685").label == "A Title, Revised"


def test_search_puts_the_very_name_first_then_names_that_begin_so_then_texts(store: Store) -> None:
    names = ("Quantization for Small Boats", "Quantization", "Quant", "Boat quantization", "Quantum")
    other = mention("Boats", Kind.MODEL)
    store.replace(
        listed(
            "one",
            [*(mention(n, Kind.METHOD) for n in names), other],
            [claim(other, Predicate.DESCRIPTION, "quantized quantum quants")],
        )
    )
    found = [node.label for node in Graph(store).search(Query.parse("quant"))]
    assert found[:4] == ["Quant", "Quantum", "Quantization", "Quantization for Small Boats"]
    assert set(found[4:]) == {"Boat quantization", "Boats"}


def test_the_full_text_of_a_record_goes_with_it_whatever_becomes_of_it(store: Store) -> None:
    def found(word: str) -> list[str]:
        store.db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        return [node.label for node in Graph(store).search(Query.parse(word))]

    named = listed("one", [mention("Paper of LoRA", Kind.PAPER, "arxiv:2106.09685"), ALPACA], [TUNED])
    store.replace(named)
    assert found("herons") == []
    store.replace(record("2106.09685", "A Title", abstract="On herons\u4f60LoRA."))
    assert found("herons") == ["A Title"]
    store.replace(
        record("2106.09685", "A Title", abstract="On terns.", authors=('Zoé "Z" Tern', "B. Sample"))
    )
    assert (found("herons"), found("terns"), found("zoe")) == ([], ["A Title"], ["A Title"])
    later = record("2106.09685", "A Title", abstract="On gulls.", version=2)
    store.replace(record("2106.09685", "A Title", abstract="On ducks."), later)
    assert (found("terns"), found("ducks"), found("gulls")) == ([], [], ["A Title"])
    store.remove("arxiv:2106.09685")
    assert (found("gulls"), found("paper")) == ([], ["Paper of LoRA"])
    store.replace(later)
    store.remove("list:one", "arxiv:2106.09685")
    assert (found("gulls"), found("paper")) == ([], [])
