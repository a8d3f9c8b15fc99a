"""Names that descriptions and abstracts mention, from the command line."""

from __future__ import annotations

from dataclasses import replace

from kg.store import Store
from tests.cli.command import Kg
from tests.fakes.arxiv_server import ArxivServer, invented

REEF = """\
# Awesome Reef Tools

## Frameworks
- [Reefkit](https://github.com/reeflab/reefkit) - Plots what QuillFormer drew.
- [Atollboard](https://github.com/reeflab/atollboard) - Charts. [Paper](https://arxiv.org/abs/2401.90007)
"""

QUILL = """\
# Awesome Quill Models

## Models
- [QuillFormer](https://github.com/quill/quillformer) - A model of feathers.
"""


def mentions(kg: Kg, node: str) -> list[tuple[str, str]]:
    edges = kg("show", node, "--json").json["edges"]
    found = [edge for edge in edges if edge["predicate"] == "mentions"]
    return [(edge["subject"]["slug"], edge["object"]["slug"]) for edge in found]


def test_a_later_list_gives_old_texts_their_mentions_with_receipts(kg: Kg, arxiv: ArxivServer) -> None:
    text = "We show what QuillFormer cannot draw, at some length."
    arxiv.papers["2401.90007"] = replace(invented("2401.90007"), abstract=text)
    kg.write("reef.md", REEF)
    kg.write("quill.md", QUILL)
    kg("add", "reef.md")
    assert mentions(kg, "reefkit") == []
    kg("add", "quill.md", "--no-fetch")
    assert mentions(kg, "quillformer") == [("arxiv-2401.90007", "quillformer"), ("reefkit", "quillformer")]
    told = kg("why", "reefkit", "mentions", "quillformer", "--format", "table").out
    assert "list:reef, rule name-in-text, confidence 0.97" in told
    assert "Plots what QuillFormer drew." in told
    told = kg("why", "arxiv:2401.90007", "mentions", "quillformer", "--format", "table").out
    assert "arxiv:2401.90007: the arXiv record, rule name-in-text, confidence 0.97" in told
    assert "We show what QuillFormer cannot draw" in told
    assert "names found in descriptions and abstracts: 2" in kg("stats", "--format", "table").out
    exported = kg("export", "--ntriples", "--base", "https://example.org/birds/").out
    assert "<http://schema.org/mentions> <https://example.org/birds/node/quillformer>" in exported
    assert text not in exported


def test_a_mention_is_rejected_and_taken_back_from_the_command_line(kg: Kg) -> None:
    kg.write("reef.md", REEF)
    kg.write("quill.md", QUILL)
    kg("add", "reef.md", "quill.md", "--no-fetch")
    kg("correct", "reject", "reefkit", "mentions", "quillformer")
    assert mentions(kg, "reefkit") == []
    assert kg("correct", "--list", "--json").json["corrections"][0]["applies"]
    kg("correct", "--undo")
    assert mentions(kg, "reefkit") == [("reefkit", "quillformer")]


def test_texts_that_wait_are_told_and_refresh_reads_them(kg: Kg) -> None:
    kg.write("reef.md", REEF)
    kg.write("quill.md", QUILL)
    kg("add", "reef.md", "quill.md", "--no-fetch")
    with Store(kg.database) as store:  # as an import in bulk leaves it
        store.db.execute("DELETE FROM occurrence")
        store.db.execute("INSERT INTO unread_text SELECT node_id FROM search_text WHERE body || papers <> ''")
    assert kg("stats", "--json").json["names_in_text"] == {"found": 0, "texts_unread": 3}
    assert "still to be searched: 3; `kg refresh`" in kg("stats", "--format", "table").out
    assert "of 3 nodes still to be searched" in kg("doctor", "--json", code=None).out
    kg("refresh", code=4)  # offline: arXiv is not asked
    assert kg("stats", "--json").json["names_in_text"] == {"found": 1, "texts_unread": 0}
    assert mentions(kg, "reefkit") == [("reefkit", "quillformer")]
