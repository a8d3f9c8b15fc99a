from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import walk
from kg.graph import Graph
from kg.store import Store
from kg.vocabulary import HUB_DEGREE, Kind, Predicate
from tests.documents import claim, listed, mention


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "graph.db") as opened:
        yield opened


def slugs(graph: Graph, start: str, end: str, *, through_hubs: bool = False) -> list[str] | None:
    found = graph.path(start, end, through_hubs=through_hubs)
    return None if found is None else [node.slug for _, node in found]


def test_a_path_does_not_run_through_a_busy_topic_unless_asked(store: Store) -> None:
    topic = mention("Language", Kind.TOPIC)
    things = [mention(f"Thing {n}", Kind.METHOD) for n in range(HUB_DEGREE + 1)]
    store.replace(listed("one", [topic, *things], [claim(t, Predicate.BROADER, topic) for t in things]))
    graph = Graph(store)
    assert slugs(graph, "thing-0", "thing-1") is None
    assert slugs(graph, "thing-0", "thing-1", through_hubs=True) == ["language", "thing-1"]
    assert slugs(graph, "thing-0", "language") == ["language"]


def test_a_path_may_begin_or_end_at_a_hub(store: Store) -> None:
    maker = mention("Maker", Kind.ORGANIZATION)
    things = [mention(f"Thing {n}", Kind.MODEL) for n in range(HUB_DEGREE + 1)]
    store.replace(listed("one", [maker, *things], [claim(t, Predicate.MADE_BY, maker) for t in things]))
    assert slugs(Graph(store), "maker", "thing-3") == ["thing-3"]
    assert slugs(Graph(store), "thing-3", "maker") == ["maker"]


def test_a_path_from_a_node_to_itself_has_no_step(store: Store) -> None:
    store.replace(listed("one", [mention("Foo")]))
    assert slugs(Graph(store), "foo", "foo") == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1, max_size=25))
def test_paths_and_distances_are_those_of_networkx(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]]
) -> None:
    things = [mention(f"t{n:02}", Kind.METHOD) for n in range(12)]
    edges = [(a, b) for a, b in pairs if a != b]
    claims = [claim(things[a], Predicate.BROADER, things[b]) for a, b in edges]
    referee: nx.Graph[str] = nx.Graph()
    referee.add_nodes_from(f"t{n:02}" for n in range(12))
    referee.add_edges_from((f"t{a:02}", f"t{b:02}") for a, b in edges)
    with Store(tmp_path_factory.mktemp("walk") / "graph.db") as store:
        store.replace(listed("one", things, claims))
        graph = Graph(store)
        near = nx.single_source_shortest_path_length(referee, "t00", cutoff=3)
        assert graph.neighbourhood("t00", 3) == near
        for end in ("t01", "t07"):
            found = slugs(graph, "t00", end)
            if nx.has_path(referee, "t00", end):
                assert found is not None
                assert len(found) == nx.shortest_path_length(referee, "t00", end)
                assert all(referee.has_edge(a, b) for a, b in zip(["t00", *found], found, strict=False))
            else:
                assert found is None


def test_steps_are_found_by_index_and_not_by_reading_all_statements(store: Store) -> None:
    plan = store.db.execute(f"EXPLAIN QUERY PLAN {walk.STEPS}", {"node": 1}).fetchall()
    told = " ".join(row["detail"] for row in plan)
    assert "SCAN statement" not in told
    assert "BLOOM" not in told
