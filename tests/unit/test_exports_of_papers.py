"""BibTeX and CSL-JSON: entries that tools read, keys that stay, text that LaTeX never obeys."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Options, bibtex, writer
from exports.citations import Citation, Name
from exports.latex import latex
from ingest.arxiv import reading_of
from ingest.libraries.bibtex import read_bibtex
from ingest.libraries.csl import read_csl
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Node, PaperRecord
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed, mention

LORA = PaperRecord(
    "2106.09685",
    2,
    "LoRA: Low-Rank $L_2$ & more",
    "An abstract.",
    ("Edward J. Hu", "Laurens van der Maaten", "Jürgen Müller Jr.", "The Wren Team", "Zico"),
    ("cs.CL", "cs.AI"),
    NOON.replace(year=2021, month=6),
    NOON,
)
PUBLISHED = replace(
    LORA,
    arxiv_id="2401.90001",
    title=r"Evil \input{/etc/passwd} {unclosed",
    version=1,
    doi="10.1000/a_b%c",
    journal_ref="J. Kelp 3 (2024)",
)


@pytest.fixture
def graph(tmp_path: Path) -> Any:
    with Store(tmp_path / "g.db") as store:
        bare = mention("A paper of a venue", Kind.PAPER)
        said = [
            claim(bare, Predicate.PUBLISHED_IN, "KelpConf 2023"),
            claim(bare, Predicate.RELEASED, "2023-04"),
        ]
        store.replace(reading_of(LORA), reading_of(PUBLISHED), listed("one", [bare], said))
        yield Graph(store)


def written(graph: Graph, name: str, **options: Any) -> str:
    out = BytesIO()
    writer(name)(graph, out, Options(**options))
    return out.getvalue().decode()


def test_an_entry_says_what_the_record_says(graph: Graph) -> None:
    entries = written(graph, "bibtex").split("\n\n")
    assert entries[1] == (
        "@misc{arxiv-2106.09685,\n"
        r"  title = {{LoRA: Low-Rank $L_2$ {\&} more}}," + "\n"
        r"  author = {Hu, Edward J. and van der Maaten, Laurens and M{\"u}ller, Jr., J{\"u}rgen"
        " and {The Wren Team} and {Zico}},\n"
        "  year = {2021},\n"
        "  month = jun,\n"
        "  eprint = {2106.09685},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  note = {Version 2},\n"
        "  url = {https://arxiv.org/abs/2106.09685},\n"
        "}"
    )


def test_what_is_published_is_an_article_and_nothing_in_it_is_obeyed(graph: Graph) -> None:
    entries = written(graph, "bibtex").split("\n\n")
    evil = next(one for one in entries if "2401.90001" in one)
    assert evil.startswith("@article{arxiv-2401.90001,")
    assert (
        r"{\textbackslash}input{\textbraceleft}/etc/passwd{\textbraceright} {\textbraceleft}unclosed" in evil
    )
    assert "  journal = {J. Kelp 3 (2024)},\n  doi = {10.1000/a_b\\%c}," in evil
    venue = entries[0]
    assert venue.startswith("@inproceedings{a-paper-of-a-venue,")
    assert "  booktitle = {KelpConf 2023}," in venue
    assert "  year = {2023},\n  month = apr," in venue


def test_keys_can_be_chosen_and_are_always_distinct(graph: Graph) -> None:
    def keys(pattern: str) -> list[str]:
        return re.findall(r"^@\w+\{(.*),$", written(graph, "bibtex", citation_key=pattern), re.MULTILINE)

    assert keys("{author}{year}{word}") == ["anon2023paper", "hu2021lora", "hu2021evil"]
    assert keys("{author}{year}") == ["anon2023", "hu2021", "hu2021-arxiv-2401.90001"]
    for bad in ("{nothing}", "{", "fixed"):
        with pytest.raises(UsageError, match="no such field"):
            keys(bad)


def test_the_own_reader_reads_both_back(graph: Graph) -> None:
    for read, name in ((read_bibtex, "bibtex"), (read_csl, "csl")):
        reading = read(written(graph, name).encode(), name="back").reading
        assert not reading.problems
        found = {str(i) for m in reading.mentions for i in m.identifiers}
        assert {"arxiv:2106.09685", "arxiv:2401.90001"} <= found, name
        assert len(reading.mentions) == 3


# Types and fields of https://docs.citationstyles.org/en/stable/specification.html, appendices III, IV.
_TYPES = {"article", "article-journal", "paper-conference"}
_TEXTS = {"id", "type", "title", "container-title", "publisher", "number", "version", "DOI", "URL", "note"}
_NAMES = {"family", "given", "non-dropping-particle", "suffix", "literal"}


def test_csl_json_has_the_fields_and_forms_of_the_specification(graph: Graph) -> None:
    items = json.loads(written(graph, "csl"))
    assert [one["id"] for one in items] == ["a-paper-of-a-venue", "arxiv-2106.09685", "arxiv-2401.90001"]
    for one in items:
        assert one["type"] in _TYPES
        assert one.keys() <= _TEXTS | {"author", "issued"}
        assert all(isinstance(one[name], str) and one[name] for name in one.keys() & _TEXTS)
        assert all(name.keys() <= _NAMES for name in one.get("author", []))
        assert all(isinstance(part, int) for part in one["issued"]["date-parts"][0])
    lora = items[1]
    assert lora["DOI"] == "10.48550/arxiv.2106.09685"
    assert lora["author"][1] == {
        "family": "Maaten",
        "given": "Laurens",
        "non-dropping-particle": "van der",
    }
    assert lora["author"][3] == {"literal": "The Wren Team"}
    assert items[2]["container-title"] == "J. Kelp 3 (2024)"


def test_no_paper_is_an_empty_list_and_an_empty_file(tmp_path: Path) -> None:
    with Store(tmp_path / "g.db") as store:
        assert json.loads(written(Graph(store), "csl")) == []
        assert not written(Graph(store), "bibtex")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Low\u00a0rank\n\u2009words", "Low rank words"),
        ("Caf\u0065\u0301 \u202eevil\u200b", r"Caf{\'e} evil"),
        (
            "Größe ≤ ½ → ∞",
            r"Gr{\"o}{\ss}e {\ensuremath{\leq}} {\textonehalf} {\textrightarrow} {\ensuremath{\infty}}",
        ),
        ("Лев 中文 ⇛ ɛ", "Лев 中文 ⇛ ɛ"),  # there are packages with commands for some of them
    ],
)
def test_letters_are_commands_where_there_are_any_and_themselves_elsewhere(text: str, safe: str) -> None:
    assert latex(text) == safe


def test_letters_without_a_command_are_told(tmp_path: Path) -> None:
    with Store(tmp_path / "g.db") as store:
        store.replace(reading_of(LORA), reading_of(replace(PUBLISHED, title="大 models")))
        notes = writer("bibtex")(Graph(store), BytesIO(), Options())
    assert list(notes.counts.values()) == [1]
    assert list(notes.examples.values()) == ["arxiv-2401.90001"]


@pytest.mark.parametrize(
    ("printed", "author"),
    [("Rock and Roll", "{Rock and Roll}"), ("Hu, Edward", "{Hu, Edward}"), ("Ann Andover", "Andover, Ann")],
)
def test_a_name_that_bibtex_would_take_apart_stays_whole(printed: str, author: str) -> None:
    paper = Node("x", Kind.PAPER, "X")
    assert f"  author = {{{author}}},\n" in bibtex.entry(Citation("x", paper, "X", (Name.of(printed),)))


@given(st.text(max_size=60))
def test_no_text_ends_its_braces_or_begins_a_command(text: str) -> None:
    safe = latex(text)
    depth = 0
    for mark in re.findall(r"[{}]", safe):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0
    outside = re.sub(r"\$[^$]*\$", "", safe.replace(r"\$", ""))
    assert not re.search(r"(?<!\\)[%&#]", outside)
    assert not re.search(r"\\(?:input|include|write|def|catcode|openout|read)\b", safe)


@given(st.text(max_size=40))
def test_no_name_loses_a_letter(text: str) -> None:
    name = Name.of(text)
    parts = f"{name.given} {name.particle} {name.family} {name.suffix}"
    assert sorted(re.sub(r"[\s,]", "", parts)) == sorted(re.sub(r"[\s,]", "", text))


def test_bibtool_reads_every_entry(graph: Graph, tmp_path: Path) -> None:
    """A tool that is not ours; .ci/run installs it."""
    bibtool = shutil.which("bibtool")
    if bibtool is None:
        pytest.skip("bibtool is not installed")
    file = tmp_path / "papers.bib"
    file.write_text(written(graph, "bibtex"))
    done = subprocess.run([bibtool, "-@", str(file)], capture_output=True, text=True, check=True)
    assert "ERROR" not in done.stderr
    assert "WARNING" not in done.stderr
    assert re.findall(r"--- +(\w+) +(\d+) read", done.stderr) == [
        ("Article", "1"),
        ("InProceedings", "1"),
        ("Misc", "1"),
    ]
