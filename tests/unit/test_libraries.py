from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pyoxigraph

from exports.networkx import to_networkx
from exports.rdflib import to_rdflib
from exports.turtle import write
from kg.graph import Graph
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention, record

WREN = mention("Wren", Kind.MODEL, "github:aviary/wren")
FINCH = mention("Finch", Kind.MODEL)
LORA = mention("LoRA", Kind.METHOD)
TIER = mention("Small", Kind.HARDWARE_TIER, "tier:ram:4-8:GB")
CLAIMS = [
    claim(WREN, Predicate.DERIVED_FROM, FINCH, ("how", "fine-tuned")),
    claim(WREN, Predicate.DERIVED_FROM, FINCH, ("how", "quantized")),
    claim(WREN, Predicate.REQUIRES, TIER, ("with", LORA)),
    claim(WREN, Predicate.PARAMETERS, "1000000000"),
]


def test_networkx_holds_every_node_edge_literal_and_qualifier(tmp_path: Path) -> None:
    with Store(tmp_path / "graph.db") as store:
        store.replace(listed("one", [WREN, FINCH, LORA, TIER], CLAIMS))
        found = to_networkx(Graph(store))
        assert found.nodes["wren"] == {
            "kind": "Model",
            "label": "Wren",
            "support": 1,
            "parameters": ["1000000000"],
        }
        edges = found.edges(keys=True, data=True)
        assert sorted((u, v, key, data.get("how")) for u, v, key, data in edges) == [
            ("wren", "4-8-gb-ram", "requires", None),
            ("wren", "finch", "derived_from", "fine-tuned"),
            ("wren", "finch", "derived_from-2", "quantized"),
        ]
        assert found.edges["wren", "4-8-gb-ram", "requires"]["with"] == "LoRA"
        assert found.edges["wren", "finch", "derived_from"]["predicate"] == "derived_from"
        assert found.edges["wren", "finch", "derived_from"]["support"] == 1
        models = to_networkx(Graph(store), [Kind.MODEL])
        assert (set(models), models.number_of_edges()) == ({"wren", "finch"}, 2)


def test_rdflib_holds_the_triples_of_the_turtle_and_its_prefixes(tmp_path: Path) -> None:
    with Store(tmp_path / "graph.db") as store:
        store.replace(listed("one", [WREN, FINCH, LORA, TIER], CLAIMS), record("2601.00001", "Wrens at Sea"))
        found = to_rdflib(Graph(store))
        turtle = BytesIO()
        write(Graph(store), turtle)
        expected = set(pyoxigraph.parse(turtle.getvalue(), format=pyoxigraph.RdfFormat.TURTLE))
        assert len(found) == len(expected) > 100
        again = set(pyoxigraph.parse(found.serialize(format="nt"), format=pyoxigraph.RdfFormat.N_TRIPLES))
        assert again == expected
        assert dict(found.namespaces())["fair4ml"].toPython() == "https://w3id.org/fair4ml#"
