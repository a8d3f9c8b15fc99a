"""BibTeX and CSL-JSON: what a library says of its papers, and that no bytes do harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.libraries.bibtex import read_bibtex
from ingest.libraries.csl import read_csl
from ingest.lists import ListReading
from ingest.readers import READERS, reader_for
from kg.model import Literal
from kg.vocabulary import Kind

BIB = r"""% made by hand
@string{conf = "Conference on Kelp"}

@inproceedings{frond,
  title     = {{FrondNet}: Networks for {\'E}tudes of Kelp \& Tides},
  booktitle = conf,
  month     = mar,
  year      = 2024,
  doi       = {https://doi.org/10.1000/Frond}
}
@article{wren, title={Wren}, eprint={2501.99999v2}, archivePrefix={arXiv}, journal={CoRR arXiv:2501.99999}}
@misc{heron, title="Heron", howpublished={\url{https://arxiv.org/pdf/2501.88888.pdf}}, year={2025}}
@software{kit, title={Kelp Kit}, url={https://github.com/kelp/kit}}
@article{nothing, author={Nobody}}
@article{broken, title={never closed
@article{wren, title={Wren again}, eprint={10.1/x}, eprinttype={hdl}}
"""


def found(read: ListReading) -> dict[str, tuple[Kind, list[str]]]:
    return {m.name: (m.kind, sorted(map(str, m.identifiers))) for m in read.reading.mentions}


def test_bibtex_entries_are_papers_with_what_names_them() -> None:
    read = read_bibtex(BIB.encode(), name="shelf")
    assert found(read) == {
        "FrondNet: Networks for Études of Kelp & Tides": (Kind.PAPER, ["doi:10.1000/frond"]),
        "Wren": (Kind.PAPER, ["arxiv:2501.99999"]),
        "Heron": (Kind.PAPER, ["arxiv:2501.88888"]),
        "Kelp Kit": (Kind.FRAMEWORK, ["github:kelp/kit"]),
        "Wren again": (Kind.PAPER, []),
    }
    said = [(c.subject.name[:6], c.predicate.word, c.object) for c in read.reading.claims]
    assert said == [
        ("FrondN", "published_in", Literal("Conference on Kelp")),
        ("FrondN", "released", Literal("2024-03", "date")),
        ("Heron", "released", Literal("2025", "date")),
    ]


def test_every_line_of_a_library_has_a_fate_and_trouble_has_its_line() -> None:
    read = read_bibtex(BIB.encode(), name="shelf")
    covered = {n for fate in read.fates for n in range(fate.line, fate.end_line + 1)}
    written = {n for n, line in enumerate(BIB.splitlines(), 1) if line.strip()}
    assert covered == written
    assert [(p.line, p.message[:14]) for p in read.reading.problems] == [
        (14, "the entry 'not"),
        (15, "no BibTeX: '@a"),
    ]
    lines = BIB.splitlines()
    for fate in read.fates:
        if fate.item is not None:
            assert lines[fate.line - 1].startswith("@")


def test_equal_entries_are_two_places() -> None:
    twice = b"@misc{a, title={Wren}}\n" * 2
    reading = read_bibtex(twice, name="shelf").reading
    assert [m.place.ordinal for m in reading.mentions] == [0, 1]


CSL: list[dict[str, Any]] = [
    {"type": "paper-conference", "title": "<i>Wren</i> nets", "DOI": "10.1000/W", "container-title": "KELP"},
    {
        "type": "article",
        "title": "Heron",
        "number": "arXiv:2501.88888",
        "issued": {"date-parts": [["2025", 3, 9]]},
    },
    {"type": "dataset", "title": "Tide tables", "URL": "https://huggingface.co/datasets/kelp/tides"},
    {"type": "software", "title": "Kelp Kit", "URL": "https://github.com/kelp/kit"},
    {"type": "article", "title": "Shore", "issued": {"raw": "2024"}, "URL": "file:///etc/passwd"},
]


def test_csl_items_are_papers_with_what_names_them() -> None:
    read = read_csl(json.dumps(CSL, indent=1).encode(), name="shelf")
    assert found(read) == {
        "Wren nets": (Kind.PAPER, ["doi:10.1000/w"]),
        "Heron": (Kind.PAPER, ["arxiv:2501.88888"]),
        "Tide tables": (Kind.DATASET, ["hf:datasets/kelp/tides"]),
        "Kelp Kit": (Kind.FRAMEWORK, ["github:kelp/kit"]),
        "Shore": (Kind.PAPER, []),
    }
    said = [(c.subject.name, c.predicate.word, c.object) for c in read.reading.claims]
    assert said == [
        ("Wren nets", "published_in", Literal("KELP")),
        ("Heron", "released", Literal("2025-03-09", "date")),
        ("Shore", "released", Literal("2024", "date")),
    ]
    assert [fate.line for fate in read.fates] == sorted({fate.line for fate in read.fates})


def test_items_before_a_fault_are_kept_and_the_fault_has_its_line() -> None:
    text = json.dumps(CSL[0]) + ",\n" + '{"title": oops}'
    read = read_csl(f"[{text}]".encode(), name="shelf")
    assert list(found(read)) == ["Wren nets"]
    assert [(p.line, p.message[:15]) for p in read.reading.problems] == [(2, "this is no JSON")]
    wrapped = read_csl(b'{"items": [{"title": "Inside"}, 3, {}]}', name="shelf")
    assert list(found(wrapped)) == ["Inside"]
    assert [p.message for p in wrapped.reading.problems] == [
        "an item must be an object",
        "the entry has no title",
    ]


@pytest.mark.parametrize("reader", [r.read for r in READERS[1:]])
@given(text=st.text(alphabet='@{}[]",=\\\n#%: titleabcx0é$', max_size=200))
def test_no_text_is_too_strange(reader: Any, text: str) -> None:
    read = reader(text.encode(), name="x")
    last = text.count("\n") + 1
    assert all(1 <= fate.line <= fate.end_line <= last for fate in read.fates)
    assert set(read.reading.spans) == {m.place for m in read.reading.mentions}


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"{" * 100_000, b"@a{" * 5000, b"\xff\xfe@\0", b"", b"[]"]
)
def test_hostile_bytes_give_a_reading_without_papers(content: bytes) -> None:
    for reader in READERS[1:]:
        assert not reader.read(content, name="x").reading.mentions


def test_the_ending_of_an_address_chooses_the_reader() -> None:
    assert reader_for("refs/Zotero.JSON").family == "csl"
    assert reader_for("https://example.org/a.bib#x").family == "bibtex"
    assert {reader_for(a).family for a in ("owner/repo", "list.md", "starter", "https://example.org/")} == {
        "list"
    }
