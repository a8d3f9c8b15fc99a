"""GraphML, GEXF, JSON Lines, CSV, pandas: the same nodes and edges, and harmless texts."""

from __future__ import annotations

import csv
import io
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports import Options, table, writer
from exports.drawing import COLOURS
from exports.networkx import to_networkx
from ingest.arxiv import reading_of
from kg.graph import Graph
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention

from .test_exports_of_papers import LORA

EVIL = '=HYPERLINK("http://evil") <b>&"\x1b[31m\x00'


@pytest.fixture
def graph(tmp_path: Path) -> Any:
    with Store(tmp_path / "g.db") as store:
        wren = mention("Wren", Kind.MODEL, "github:x/wren")
        lora = mention("LoRA", Kind.METHOD)
        evil = mention(EVIL, Kind.FRAMEWORK)
        said = [
            claim(wren, Predicate.USES, lora),
            claim(wren, Predicate.USES, evil),
            claim(wren, Predicate.RELEASED, "2024-05"),
            claim(evil, Predicate.SUPPORTS, wren),
            claim(wren, Predicate.DESCRIPTION, "+1, as they say\nin two lines"),
        ]
        store.replace(listed("one", [wren, lora, evil], said), reading_of(LORA))
        yield Graph(store)


def written(graph: Graph, name: str) -> bytes:
    out = BytesIO()
    writer(name)(graph, out, Options())
    return out.getvalue()


@pytest.mark.parametrize(("name", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_networkx_reads_the_same_nodes_and_edges_back(graph: Graph, name: str, read: Any) -> None:
    whole = to_networkx(graph)
    found = read(BytesIO(written(graph, name)))
    assert set(found.nodes) == set(whole.nodes)
    assert sorted(found.edges()) == sorted(whole.edges())
    assert found.nodes["wren"]["kind"] == "Model"
    assert found.nodes["wren"]["date"] == "2024-05"
    assert found.nodes["wren"]["label"] == "Wren"
    edge = found.get_edge_data("wren", "lora")
    told = edge if "predicate" in edge else next(iter(edge.values()))
    assert (told["predicate"], float(told["weight"])) == ("uses", 1.0)


@pytest.mark.parametrize(("name", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_every_node_has_label_kind_colour_and_support_and_every_edge_label_and_weight(
    starter: Path, name: str, read: Any
) -> None:
    with Store(starter / "graph.db", readonly=True) as store:
        graph = Graph(store)
        content, whole = written(graph, name), to_networkx(graph)
        labels = {node.slug: node.label for node in graph.nodes()}
    found = read(BytesIO(content))
    assert (len(found), found.number_of_edges()) == (len(whole), whole.number_of_edges()) > (400, 400)
    for slug, told in found.nodes(data=True):
        assert told["label"] == labels[slug]
        assert told["kind"] == whole.nodes[slug]["kind"]
        assert told["colour"] == "#{:02X}{:02X}{:02X}".format(*COLOURS[told["kind"]])
        assert int(told["support"]) >= 1
        if name == "gexf":
            colour = told["viz"]["color"]
            assert tuple(colour[one] for one in "rgb") == COLOURS[told["kind"]]
            assert told["viz"]["size"] == float(told["support"])
    for _, _, told in found.edges(data=True):
        assert told["label" if name == "gexf" else "predicate"]
        assert float(told["weight"]) >= 1.0
    assert len(set(COLOURS.values())) == len(Kind)


@pytest.mark.parametrize(("name", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_a_paper_is_of_the_day_of_its_first_version(graph: Graph, name: str, read: Any) -> None:
    found = read(BytesIO(written(graph, name)))
    assert found.nodes["arxiv-2106.09685"]["date"] == LORA.published.date().isoformat()


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_the_xml_is_well_formed_its_ids_are_distinct_and_it_bears_no_date_of_today(
    graph: Graph, name: str
) -> None:
    content = written(graph, name)
    assert content == written(graph, name)
    root = etree.fromstring(content)
    for tag in ("node", "edge", "key"):
        ids = [one.get("id") for one in root.iter(f"{{*}}{tag}")]
        assert len(ids) == len(set(ids))
    assert b"lastmodified" not in content
    assert b"\x1b" not in content


def test_json_lines_tell_each_node_with_its_statements_and_receipts(graph: Graph) -> None:
    rows = [json.loads(line) for line in written(graph, "jsonl").splitlines()]
    assert [row["slug"] for row in rows] == [node.slug for node in graph.nodes()]
    wren = next(row for row in rows if row["slug"] == "wren")
    uses = [one for one in wren["statements"] if one["predicate"] == "uses"]
    assert "lora" in {one["node"] for one in uses}
    assert {one["evidence"][0]["document"] for one in uses} == {"list:one"}
    paper = next(row for row in rows if row["kind"] == "Paper")
    assert paper["paper"]["version"] == 2
    assert next(s["value"] for s in paper["statements"] if s["predicate"] == "author") == "Edward J. Hu"
    assert b"abstract" not in written(graph, "jsonl").lower()


def test_tables_hold_all_and_nothing_that_a_spreadsheet_obeys(graph: Graph) -> None:
    nodes = list(csv.reader(io.StringIO(written(graph, "nodes-csv").decode(), newline="")))
    edges = list(csv.reader(io.StringIO(written(graph, "edges-csv").decode(), newline="")))
    assert tuple(nodes[0]) == table.NODES
    assert tuple(edges[0]) == table.EDGES
    assert {row[0] for row in nodes[1:]} == {node.slug for node in graph.nodes()}
    assert ["wren", "uses", "lora", "", "", "", "1"] in edges
    assert ["wren", "description", "", "'+1, as they say\nin two lines", "string", "", "1"] in edges
    assert sum(row[1] == "author" for row in edges) == len(LORA.authors)
    for row in (*nodes, *edges):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(st.text(max_size=20))
def test_a_cell_is_itself_or_itself_behind_an_apostrophe(cell: str) -> None:
    out = BytesIO()
    table.write_rows(("a", "b"), iter([(cell, "x")]), out)
    (_, (found, _)) = list(
        csv.reader(io.StringIO(out.getvalue().decode("utf-8", "surrogatepass"), newline=""))
    )
    assert found in {cell, f"'{cell}"}


def test_pandas_gets_the_same_tables(graph: Graph) -> None:
    pytest.importorskip("pandas", reason="pandas is an extra")
    nodes, edges = table.to_pandas(graph)
    assert list(nodes.columns) == list(table.NODES)
    assert set(nodes["slug"]) == {node.slug for node in graph.nodes()}
    assert int(edges["support"].sum()) > 0
