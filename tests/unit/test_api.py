"""The promised interface from Python: its surface, its tables, and what it refuses."""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import kg
import kg.model
from exports.networkx import to_networkx
from exports.rdflib import to_rdflib
from exports.table import NODES, to_pandas
from kg.errors import ConfigError, KgError, StoreDamaged, UnknownNode, UsageError
from kg.identifiers import Identifier
from kg.listing import Listing
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention, record

EVIL = '<script>alert("x")</script>\x1b[31m\n\u202e&amp;'
WREN, LORA = mention("Wren", Kind.MODEL, "github:aviary/wren"), mention("LoRA", Kind.METHOD)
HOSTILE = mention(EVIL, Kind.FRAMEWORK)
CLAIMS = [
    claim(WREN, Predicate.USES, LORA),
    claim(WREN, Predicate.USES, HOSTILE),
    claim(WREN, Predicate.DESCRIPTION, EVIL),
    claim(WREN, Predicate.DERIVED_FROM, mention("Finch"), ("how", EVIL)),
]
MANY = [mention(f"Bird {n:02}") for n in range(30)]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "kg.toml").write_text('[kg]\ntitle = "Birds"\nbase = "https://birds.example/"\n')
    with Store(folder / "graph.db") as store:
        store.replace(listed("one", [WREN, LORA, HOSTILE, mention("Finch"), *MANY], CLAIMS))
        store.replace(record("2601.00001", "Wrens at Sea"))
    return folder


SURFACE = """\
open(path: 'str | os.PathLike[str] | None' = None) -> 'KnowledgeGraph'
close(self) -> 'None'
edges(self, reference: 'str') -> 'Statements'
evidence(self, statement: 'Statement') -> 'list[Evidence]'
node(self, reference: 'str') -> 'Node'
nodes(self, *kinds: 'Kind | str') -> 'Nodes'
paper(self, reference: 'str') -> 'PaperRecord | None'
path(self, start: 'str', end: 'str') -> 'Statements | None'
search(self, query: 'str' = '', *, limit: 'int' = 50) -> 'Nodes'
statements(self) -> 'Statements'
to_networkx(graph: 'KnowledgeGraph | Graph', kinds: 'Iterable[Kind | str]' = ()) -> 'nx.MultiDiGraph[str]'
to_rdflib(graph: 'KnowledgeGraph | Graph', options: 'Options | None' = None) -> 'rdflib.Graph'
to_pandas(graph: 'KnowledgeGraph | Graph') -> 'tuple[pd.DataFrame, pd.DataFrame]'
"""


def test_the_promised_interface_is_this_and_no_more() -> None:
    methods = {n: one for n, one in vars(kg.KnowledgeGraph).items() if not n.startswith("_")}
    functions = [kg.open, *(methods[n] for n in sorted(methods)), to_networkx, to_rdflib, to_pandas]
    assert "".join(f"{one.__name__}{inspect.signature(one)}\n" for one in functions) == SURFACE
    assert sorted(kg.__all__) == ["KgError", "KnowledgeGraph", "open"]
    assert {one for one in vars(Listing) if not one.startswith("_")} == {"noun", "header", "of"}
    assert kg.KgError is KgError


VALUES = (kg.model.Node, kg.model.Statement, kg.model.Literal, kg.model.Evidence, kg.model.PaperRecord)


def test_the_page_names_all_of_it() -> None:
    page = (Path(kg.__file__).parents[1] / "docs" / "python.md").read_text()
    for line in SURFACE.splitlines():
        assert f"{line.partition('(')[0]}(" in page
    for value in VALUES:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{value.__name__}` |")]
        for field in dataclasses.fields(value):
            assert f"`{field.name}`" in row or field.name == "id"
    for attribute in ("scheme", "value", "url"):
        assert hasattr(Identifier("doi", "10.1/x"), attribute)
    for attribute in ("word", "label", "inverse"):
        assert isinstance(getattr(Predicate.USES, attribute), str)


def test_it_opens_a_folder_a_database_and_what_the_command_line_would_open(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = workspace / "notes"
    inner.mkdir()
    monkeypatch.chdir(inner)
    found = [kg.open(workspace), kg.open(str(workspace / "graph.db")), kg.open()]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KG_WORKSPACE", str(workspace))
    for graph in (*found, kg.open()):
        assert repr(graph) == f"<KnowledgeGraph 'Birds': {len(graph)} nodes>"
        assert len(graph) == 35
        graph.close()


def test_a_graph_is_gone_through_by_slug_and_counted(workspace: Path) -> None:
    with kg.open(workspace) as graph:
        slugs = [node.slug for node in graph]
        assert slugs == sorted(slugs)
        assert len(slugs) == len(graph) == len(graph.nodes())
        assert "wren" in graph
        assert "Wren" not in graph
        assert 5 not in graph
        models = graph.nodes("models", Kind.METHOD)
        assert {node.kind for node in models} == {Kind.MODEL, Kind.METHOD}
        assert len(models) == len(list(models)) == 33
        assert (models[0].slug, models[-1].slug) == ("bird-00", "wren")
        assert [node.slug for node in models[1:3]] == ["bird-01", "bird-02"]
        assert models[0] in models
        assert not graph.nodes("topic")
        with pytest.raises(IndexError):
            models[33]


def test_statements_edges_and_paths_are_those_of_the_graph(workspace: Path) -> None:
    with kg.open(workspace) as graph:
        everything = list(graph.statements())
        assert len(everything) == len(graph.statements()) == 4
        edges = graph.edges("github:aviary/wren")
        assert list(edges) == list(graph.edges("Wren"))
        assert {one.predicate for one in edges} == {
            Predicate.USES,
            Predicate.DERIVED_FROM,
            Predicate.DESCRIPTION,
        }
        assert [one.document for one in graph.evidence(edges[0])] == ["list:one"]
        path = graph.path("LoRA", "finch")
        assert path is not None
        assert [one.predicate.word for one in path] == ["uses", "derived_from"]
        assert graph.path("lora", "bird-01") is None


def test_a_paper_is_its_record(workspace: Path) -> None:
    with kg.open(workspace) as graph:
        paper = graph.paper("2601.00001")
        assert paper is not None
        assert paper.title == "Wrens at Sea"
        with pytest.raises(UnknownNode, match="no paper"):
            graph.paper("wren")


def test_search_finds_what_the_command_finds_and_refuses_what_names_nothing(workspace: Path) -> None:
    with kg.open(workspace) as graph:
        assert [node.slug for node in graph.search("wren kind:model")] == ["wren"]
        assert len(graph.search("kind:model", limit=5)) == 5
        assert len(graph.search(limit=-1)) == len(graph)
        for query in ("kind:modle", "is:stared", "in:nowhere"):
            with pytest.raises(UsageError) as told:
                graph.search(query)
            assert told.value.hint
        with pytest.raises(UsageError, match="no kind"):
            graph.nodes("modle")


def test_tables_are_short_and_text_from_outside_is_no_markup(workspace: Path) -> None:
    with kg.open(workspace) as graph:
        shown = {
            "nodes": graph.nodes()._repr_html_(),
            "found": graph.search("kind:framework")._repr_html_(),
            "edges": graph.edges("wren")._repr_html_(),
            "graph": graph._repr_html_(),
        }
        told = [repr(one) for one in (graph, graph.nodes(), graph.statements(), graph.search("script"))]
    for html in shown.values():
        assert "<script" not in html
        assert html.count("<table>") == html.count("</table>") == 1
        assert not {"\x1b", "\u202e"} & set(html)
    assert "&lt;script&gt;" in shown["edges"]
    assert "the first 20 of 35 nodes" in shown["nodes"]
    assert shown["nodes"].count("<tr>") == 21
    assert '<a href="https://github.com/aviary/wren">Wren</a>' in shown["edges"]
    assert "35 nodes, 4 statements" in shown["graph"]
    for text in told:
        assert text.isprintable()
        assert len(text) < 400
    assert told[1].startswith("<35 nodes: ")


def test_other_libraries_take_the_open_graph(workspace: Path) -> None:
    whole = to_networkx(kg.open(workspace))  # nobody else holds it open
    assert len(whole) == 35
    with kg.open(workspace) as graph:
        assert set(to_networkx(graph, ["model"])) == {node.slug for node in graph.nodes("model")}
        with pytest.raises(UsageError, match="no kind"):
            to_networkx(graph, ["modle"])
        triples = to_rdflib(graph)
        assert dict(triples.namespaces())["node"].toPython() == "https://birds.example/node/"
        assert "Birds" in {str(one) for one in triples.objects()}
        nodes, edges = to_pandas(graph)
        assert (list(nodes.columns), len(nodes), len(edges) > 4) == (list(NODES), 35, True)


def test_without_pandas_one_is_told_what_to_install(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)
        return plain(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as told, kg.open(workspace) as graph:
        to_pandas(graph)
    assert "kg-ledger[pandas]" in told.value.hint


def test_what_is_closed_says_so_and_nothing_is_ever_written(workspace: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in workspace.iterdir() if "db-" not in file.name}
    graph = kg.open(workspace)
    nodes = graph.nodes()
    graph.close()
    graph.close()
    assert repr(graph) == "<KnowledgeGraph: closed>"
    for asked in (lambda: len(graph), lambda: list(nodes), lambda: to_pandas(graph), lambda: "wren" in graph):
        with pytest.raises(UsageError, match="closed"):
            asked()
    after = {file.name: file.stat().st_mtime_ns for file in workspace.iterdir() if "db-" not in file.name}
    assert after == before


def test_another_thread_is_told_to_open_its_own(workspace: Path) -> None:
    found: list[BaseException] = []
    with kg.open(workspace) as graph:

        def ask() -> None:
            try:
                len(graph)
            except KgError as error:
                found.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert "each thread" in str(getattr(found[0], "hint", ""))


def test_what_cannot_be_opened_is_told(tmp_path: Path, workspace: Path) -> None:
    with pytest.raises(UsageError, match="no graph") as told:
        kg.open(tmp_path / "nowhere")
    assert "kg add starter" in told.value.hint
    assert told.value.hint in getattr(told.value, "__notes__", [])
    with pytest.raises(UsageError, match="no graph"):
        kg.open(tmp_path / "nowhere" / "graph.db")
    text = tmp_path / "text.db"
    text.write_text("no database at all, but a longer text than any header would be" * 30)
    with pytest.raises(StoreDamaged):
        kg.open(text)
    (workspace / "kg.toml").write_text("[kg]\nbas = 1\n")
    with pytest.raises(ConfigError):
        kg.open(workspace)


def test_importing_kg_loads_nothing_and_an_unknown_name_is_an_error() -> None:
    code = (
        "import sys; before = set(sys.modules); import kg; new = set(sys.modules) - before;"
        "print(*sorted(new - {'__future__'})); kg.KnowledgeGraph;"
        "print(*sorted({'networkx', 'rdflib', 'pandas', 'click', 'tomlkit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "kg\n\n"
    with pytest.raises(AttributeError, match="opne"):
        getattr(kg, "opne")  # noqa: B009 - a type checker would see it
