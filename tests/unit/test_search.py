from __future__ import annotations

from pathlib import Path

import pytest

from kg import search
from kg.graph import Graph
from kg.search import Query
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention, record

WORDS = "learning to adapt small models with low rank adapters and learned quantization".split()


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    store = Store(tmp_path / "graph.db")
    papers = [
        record(
            f"2401.{n:05d}",
            f"{WORDS[n % 11].title()} {WORDS[n % 7]} {n}",
            abstract=f"About {WORDS[n % 5]} and {WORDS[(n * 3) % 11]}.",
            authors=("Ada Example", f"Ben Sample {n % 3}"),
            categories=("cs.CL",) if n % 2 else ("cs.LG", "cs.CL"),
        )
        for n in range(1, 60)
    ]
    lora = mention("LoRA", Kind.METHOD, text="x")
    learning = mention("Learning", Kind.TOPIC)
    said = claim(lora, Predicate.DESCRIPTION, "Low rank adapters for learning")
    store.replace(*papers, listed("one", [lora, learning], [said]))
    return Graph(store)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search as if this were a graph of a million nodes in which every word is common."""
    monkeypatch.setattr(search, "_LARGE", 0)
    monkeypatch.setattr(search, "_RANKED", 0)


QUERIES = (
    *("learning", "learn", "lear adap", "low rank", "quantiz kind:paper", "rank kind:method,topic"),
    *(
        'author:"ada example"',
        'lear author:"Ben Sample 1"',
        "category:cs.LG",
        "with category:cs.LG kind:paper",
    ),
    *("in:one", "learning in:one", "kind:method", "nothing"),
)


@pytest.mark.parametrize("text", QUERIES)
def test_a_large_graph_finds_the_same_nodes_each_once(
    graph: Graph, request: pytest.FixtureRequest, text: str
) -> None:
    query = Query.parse(text)
    few = [node.slug for node in graph.search(query, limit=-1)]
    counted = graph.count(query), graph.facets(query)
    request.getfixturevalue("large")
    many = [node.slug for node in graph.search(query, limit=-1)]
    assert sorted(many) == sorted(few)
    assert len(set(many)) == len(many)
    assert (graph.count(query), sum(graph.facets(query).values()) <= len(few)) == (counted[0], True)
    pages = [node.slug for n in range(0, 70, 7) for node in graph.search(query, limit=7, offset=n)]
    assert pages == many


@pytest.mark.usefixtures("large")
def test_in_a_large_graph_the_very_name_is_first_and_new_papers_before_old(graph: Graph) -> None:
    found = graph.search(Query.parse("learning"), limit=-1)
    assert (found[0].label, found[0].kind) == ("Learning", Kind.TOPIC)
    texts = [node for node in found if "learning" not in node.label.casefold()]
    assert texts[0].label == "LoRA"  # what is no paper stands before papers
    ids = [node.slug for node in texts[1:]]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.usefixtures("large")
def test_in_a_large_graph_a_short_beginning_is_looked_for_in_names(graph: Graph) -> None:
    names = {node.label for node in graph.search(Query.parse("lo"), limit=-1)}
    assert names == {
        node.label for node in graph.nodes() if "lo" in node.label.casefold()[:2] or " lo" in node.label
    }


def test_without_words_nodes_come_by_kind_and_name_page_by_page(graph: Graph) -> None:
    every = [(node.kind.rank, node.label.casefold(), node.slug) for node in graph.search(Query(), limit=-1)]
    assert every == sorted(every)
    assert len(every) == graph.count(Query()) == sum(graph.facets(Query()).values()) == 61
    pages = [node.slug for n in range(0, 70, 9) for node in graph.search(Query(), limit=9, offset=n)]
    assert pages == [slug for _, _, slug in every]


def test_more_than_can_be_counted_is_said_to_be_more(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNTED", 5)
    assert graph.count(Query.parse("category:cs.CL")) == 6
    assert graph.count(Query.parse("kind:paper")) == 59  # that is known without a search


@pytest.mark.usefixtures("large")
def test_in_a_large_graph_a_mistyped_name_is_still_near(graph: Graph) -> None:
    title = next(node.label for node in graph.nodes([Kind.PAPER]) if "Adapters" in node.label)
    assert graph.nearest("LoRRA") == ["lora"]
    assert graph.nearest(f"{title}x")[0] == graph.find(title).slug
