"""Names found in texts, as the interface shows them: last among edges, with the words, and correctable."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kg.graph import Graph
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import claim, listed, mention, record
from tui.correcting import Aim, verbs
from tui.reading import Rarity, receipts, view
from tui.screens.why import lines

LORA = mention("LoRA", Kind.METHOD)
TUNER = mention("Tuner", Kind.FRAMEWORK)
TOPIC = mention("Zoo", Kind.TOPIC)
SAID = [claim(TUNER, Predicate.DESCRIPTION, "Made with LoRA."), claim(TUNER, Predicate.ABOUT, TOPIC)]


def test_mentions_stand_behind_all_other_edges_to_nodes_and_can_be_called_wrong(tmp_path: Path) -> None:
    with Store(tmp_path / "graph.db") as store:
        store.replace(listed("one", [LORA, TUNER, TOPIC], SAID))
        shown = view(Graph(store), "tuner", Rarity())
    assert shown is not None
    assert [group.predicate for group in shown.groups][:2] == [Predicate.ABOUT, Predicate.MENTIONS]
    leaf = shown.groups[1].leaves[0]
    assert leaf.source.startswith("one:L")
    assert verbs(Aim(shown.node, leaf.statement))[0].id == "reject"


def test_why_shows_the_words_of_an_abstract_around_the_name(tmp_path: Path) -> None:
    with Store(tmp_path / "graph.db") as store:
        store.replace(record("2401.00001", "A paper", abstract="We compare LoRA."), listed("one", [LORA]))
        graph = Graph(store)
        edge = next(e for e in graph.edges("lora") if e.predicate is Predicate.MENTIONS)
        (receipt,) = receipts(graph, edge)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    told = ["".join(text for text, _ in line) for line in lines(receipt, "1 of 1", 80, now)]
    assert "  rule name-in-text · confidence 0.97" in told
    assert "  We compare LoRA." in told
