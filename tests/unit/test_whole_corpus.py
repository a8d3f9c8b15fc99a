"""All lists of the development corpus in one graph, where they are at hand: no history shows in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from exports import FORMATS, Options, turtle, writer
from exports.own import Export, restore
from ingest.lists import read_list
from kg.graph import Graph
from kg.model import Reading
from kg.store import Store
from tests.documents import NOON

from .test_list_scores import SHARED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (SHARED / "corpus").exists(), reason="the lists are not part of the repository"),
]


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    files = sorted((SHARED / "corpus").glob("*.md"))
    return [read_list(file.read_bytes(), name=file.stem.lower()).reading for file in files]


@pytest.fixture(scope="module")
def whole(readings: list[Reading], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of all lists, added at once."""
    path = tmp_path_factory.mktemp("whole") / "graph.db"
    with opened(path) as store:
        store.replace(*readings)
    return path


def opened(path: Path) -> Store:
    return Store(path, clock=lambda: NOON)


def exported(path: Path) -> bytes:
    out = BytesIO()
    with Store(path, readonly=True) as store:
        turtle.write(Graph(store), out, Options(receipts=True))
    return out.getvalue()


def test_any_order_of_the_lists_gives_the_same_bytes(
    whole: Path, readings: list[Reading], tmp_path: Path
) -> None:
    for number, order in enumerate((readings[::-1], readings[9:] + readings[:9])):
        path = tmp_path / f"{number}.db"
        with opened(path) as store:
            store.replace(*order)
            assert not store.replace(*order)
        assert exported(path) == exported(whole)


def test_a_list_that_comes_and_goes_leaves_exactly_the_graph_without_it(
    whole: Path, readings: list[Reading], tmp_path: Path
) -> None:
    for number, left in enumerate(readings[::5]):
        without, removed = tmp_path / f"without{number}.db", tmp_path / f"removed{number}.db"
        with opened(without) as store:
            store.replace(*(one for one in readings if one is not left))
        with Store(whole, readonly=True) as store:
            store.back_up(removed)
        with opened(removed) as store:
            assert store.remove(left.key)
        assert facts(removed) == facts(without)


@pytest.mark.parametrize("name", ["turtle", "trig", "ntriples", "nquads"])
def test_all_of_it_comes_back_and_the_lists_themselves_change_nothing(
    whole: Path, readings: list[Reading], tmp_path: Path, name: str
) -> None:
    file = tmp_path / f"graph{FORMATS[name].ending}"
    with Store(whole, readonly=True) as store, file.open("wb") as out:
        writer(name)(Graph(store), out, Options(receipts=True))
    with opened(tmp_path / "back.db") as store:
        restore(store, Export(file))
        again = BytesIO()
        writer(name)(Graph(store), again, Options(receipts=True))
        assert again.getvalue() == file.read_bytes()
        if name == "turtle":
            store.replace(*readings)
            while store.find_names():
                pass
            assert not Graph(store).news()
    if name == "turtle":
        assert exported(tmp_path / "back.db") == exported(whole)


def facts(path: Path) -> list[str]:
    """What the graph says, node by node, without addresses: those remember the past."""
    with Store(path, readonly=True) as store:
        graph = Graph(store)
        label = {
            node.slug: f"{node.kind.name} {node.label} {sorted(node.identifiers)}" for node in graph.nodes()
        }
        said = []
        for one in graph.statements():
            ends = [
                getattr(end, "slug", None) for end in (one.object, *(value for _, value in one.qualifiers))
            ]
            values = [label[end] if end else repr(one.object) for end in ends]
            places = [(e.document, [place.digest for place in e.places]) for e in graph.evidence(one)]
            said.append(f"{label[one.subject.slug]} {one.predicate.name} {values} {one.support} {places}")
        return sorted([*label.values(), *said])
