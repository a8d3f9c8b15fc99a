"""What others read in an export is what is in the graph: each engine at hand finds all triples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from exports import FORMATS, Options, writer
from ingest.lists import read_list
from kg.graph import Graph
from kg.rdf import Block, opened
from kg.store import Store
from tests.rdf_sample import fill, whole

from . import QUADS, Engine, engines

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def starter(path: Path) -> Store:
    content = (files("kg") / "starter" / "small-language-models.md").read_bytes()
    return fill(path, (read_list(content, name="starter").reading,))


def corpus(path: Path) -> Store:
    lists = sorted(CORPUS.glob("*.md"))
    return fill(path, [read_list(one.read_bytes(), name=one.stem.lower()).reading for one in lists])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Callable[[Path], Store]], Store]]:
    """The store that a function fills, made once."""
    stores = []

    @cache
    def store(fill_: Callable[[Path], Store]) -> Store:
        stores.append(fill_(tmp_path_factory.mktemp("engines") / "graph.db"))
        return stores[-1]

    yield store
    for one in stores:
        one.close()


def said(store: Store, form: str, options: Options, value: Callable[[str], str]) -> int:
    """How many triples, or quads, the graph has, if a term is what ``value`` says."""
    with opened(Graph(store), options) as view:
        parts: Iterable[tuple[str, Iterable[Block]]] = [("", view.blocks())]
        if form in QUADS:
            parts = (part for _, section in view.graphs() for part in section)
        quads = [
            (graph, subject, predicate, value(term))
            for graph, blocks in parts
            for subject, pairs in blocks
            for predicate, term in pairs
        ]
    assert value is not str or len(set(quads)) == len(quads)
    return len(set(quads))


GRAPHS = [
    pytest.param(whole, id="sample"),
    pytest.param(starter, id="starter"),
    pytest.param(
        corpus,
        id="corpus",
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(not CORPUS.exists(), reason="the lists are not part of the repository"),
        ],
    ),
]
ENGINES = [
    pytest.param(
        engine,
        id=engine.name,
        marks=[
            *([pytest.mark.slow] if engine.slow else []),
            pytest.mark.skipif(bool(engine.missing), reason=engine.missing),
        ],
    )
    for engine in engines()
]


@pytest.mark.parametrize("receipts", [False, True], ids=["facts", "receipts"])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("graph", GRAPHS)
def test_every_engine_reads_every_triple_in_every_format_that_it_knows(
    graph: Callable[[Path], Store],
    engine: Engine,
    receipts: bool,  # noqa: FBT001 - pytest gives it by name
    made: Callable[[Callable[[Path], Store]], Store],
    tmp_path: Path,
) -> None:
    store, options = made(graph), Options(receipts=receipts)
    with engine.opened() as count:
        for form in sorted(engine.reads):
            file = tmp_path / f"graph{FORMATS[form].ending}"
            with file.open("wb") as out:
                writer(form)(Graph(store), out, options)
            assert count(file, form) == said(store, form, options, engine.value), form
