"""Turtle and N-Triples: the golden file, equal bytes for equal graphs, and what other tools read."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib

from exports import FORMATS, Options, writer
from kg.graph import Graph
from kg.model import Reading, Span
from kg.rdf import opened
from kg.store import Store
from kg.vocabulary import Predicate
from tests.documents import claim, listed, mention
from tests.rdf_sample import CORRECTIONS, MENTIONS, exported, fill, north, paper, south, whole

GOLDEN = Path(__file__).parents[1] / "golden" / "turtle"
TURTLE, NTRIPLES = pyoxigraph.RdfFormat.TURTLE, pyoxigraph.RdfFormat.N_TRIPLES
OTHER = "https://data.example.net/birds#"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("turtle") / "graph.db") as filled:
        yield filled


def parsed(text: str, form: pyoxigraph.RdfFormat = TURTLE) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(text.encode(), format=form)]


@pytest.mark.parametrize(
    ("name", "options"), [("sample", {}), ("receipts", {"receipts": True, "abstracts": True})]
)
def test_the_golden_file(store: Store, name: str, options: dict[str, Any]) -> None:
    """GOLDEN=write in the environment writes it anew; look at the difference before you keep it."""
    text = exported(store, title="Birds", **options)
    golden = GOLDEN / f"{name}.ttl"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_the_form_is_canonical(store: Store) -> None:
    text = exported(store)
    assert text.endswith(".\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    head, *sections = text.split("\n#### ")
    prefixes = head.splitlines()
    assert prefixes == sorted(prefixes)
    assert sections[0].startswith("dataset\n")
    for line in "\n".join(sections).splitlines():
        assert line == line.rstrip()
        assert not line.startswith("    ") or line.endswith(" ;")


@pytest.mark.parametrize("options", [{}, {"receipts": True}, {"provenance": False}])
@pytest.mark.parametrize("batch", [(), (north(),), (north(), paper()), (paper(),)])
def test_the_prefixes_are_those_used(
    tmp_path: Path, options: dict[str, Any], batch: tuple[Reading, ...]
) -> None:
    with fill(tmp_path / "g.db", batch) as store:
        head, _, body = exported(store, **options).partition("\n#### ")
    declared = {line.split()[1] for line in head.splitlines()}
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", body)
    assert declared == set(re.findall(r"(?<![\w.-])[a-z0-9]+:", bare))


def test_blocks_stand_in_order(store: Store) -> None:
    with opened(Graph(store)) as view:
        for name, blocks in view.sections():
            found = list(blocks)
            nodes = [subject for subject, _ in found if subject.startswith("node:")]
            assert nodes == sorted(nodes)
            for subject, pairs in found:
                names = [predicate for predicate, _ in pairs]
                rest = names[names.count("a") :]
                rest = rest[1:] if rest[0] == "rdfs:label" else rest
                assert set(names[: names.count("a")]) <= {"a"}
                assert "rdfs:label" not in rest
                assert list(pairs[-len(rest) :]) == sorted(pairs[-len(rest) :]), (name, subject)


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
def test_every_tool_reads_the_same_triples(
    store: Store, tmp_path: Path, options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    text = exported(store, **options)
    with opened(Graph(store), Options(**options)) as view:
        resolve = view.namespaces.resolve
        own = {(resolve(s)[0], resolve(p)[0], resolve(o)) for s, p, o in view.triples()}
    read = parsed(text)
    assert {(_read(t.subject)[0], t.predicate.value, _read(t.object)) for t in read} == own
    assert len(read) == len(own)
    assert set(parsed(exported(store, "ntriples", **options), NTRIPLES)) == set(read)
    graph = rdflib.Graph()
    graph.parse(data=text, format="turtle")
    assert len(graph) == len(own)
    file = tmp_path / "graph.ttl"
    file.write_text(text, encoding="utf-8")
    for tool, command in {"rapper": ["rapper", "-q", "-i", "turtle"], "serdi": ["serdi"]}.items():
        if shutil.which(tool) is None:
            with capsys.disabled():
                print(f"\n{tool} is not installed: not asked")  # noqa: T201 - a skip that is told
            continue
        done = subprocess.run([*command, file], capture_output=True, check=True)
        assert set(parsed(done.stdout.decode(), NTRIPLES)) == set(read), tool
        assert len(done.stdout.splitlines()) == len(own), tool


def _read(term: object) -> tuple[str, str]:
    if isinstance(term, pyoxigraph.Literal):
        return term.value, f"@{term.language}" if term.language else term.datatype.value
    assert isinstance(term, pyoxigraph.NamedNode)
    return term.value, ""


def test_the_order_of_arrival_does_not_show(tmp_path: Path, store: Store) -> None:
    expected = exported(store)
    for number, order in enumerate(permutations((north(), south(), paper()))):
        with fill(tmp_path / f"{number}.db", order, corrections=CORRECTIONS[:1]) as one:
            assert exported(one) == exported(store_of(tmp_path / f"b{number}.db", order))
    with fill(tmp_path / "late.db", (north(),), (paper(), south()), corrections=CORRECTIONS) as late:
        assert exported(late) == expected


def store_of(path: Path, order: tuple[Reading, ...]) -> Store:
    """The same documents in the opposite order, what they say reversed as well."""
    backwards = [
        replace(one, mentions=one.mentions[::-1], claims=one.claims[::-1]) for one in reversed(order)
    ]
    return fill(path, backwards, corrections=CORRECTIONS[:1])


@pytest.mark.parametrize("seed", ["0", "1", "42"])
def test_the_hash_seed_does_not_show(store: Store, seed: str) -> None:
    code = (
        "import sys; from pathlib import Path; from kg.store import Store; from kg.graph import Graph;"
        "from exports import Options, writer;"
        "writer('turtle')(Graph(Store(Path(sys.argv[1]), readonly=True)), sys.stdout.buffer, Options())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Kiritimati"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", code, str(store.path)]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert done.stdout.decode() == exported(store)


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
def test_a_new_base_changes_lines_of_prefixes_only(store: Store, options: dict[str, Any]) -> None:
    here, there = exported(store, **options).splitlines(), exported(store, base=OTHER, **options).splitlines()
    changed = [a for a, b in zip(here, there, strict=True) if a != b]
    assert changed
    assert all(line.startswith("@prefix ") for line in changed)


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines added and removed, as a diff shows them."""
    found = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [x[2:] for x in found if x[:2] == "+ "], [x[2:] for x in found if x[:2] == "- "]


def test_an_inserted_line_changes_nothing(tmp_path: Path) -> None:
    moved = replace(
        north(),
        revision=replace(north().revision, blob="0" * 40),
        spans={place: Span(span.line + 1, span.end_line + 1) for place, span in north().spans.items()},
    )
    with fill(tmp_path / "a.db", (north(),)) as one, fill(tmp_path / "b.db", (north(),), (moved,)) as two:
        assert exported(one) == exported(two)
        assert exported(one, receipts=True) != exported(two, receipts=True)


def test_a_new_entry_adds_lines_and_removes_none(tmp_path: Path) -> None:
    stork = mention("Stork")
    more = listed(
        "north", (stork, *MENTIONS), (claim(stork, Predicate.DERIVED_FROM, MENTIONS[1]), *north().claims)
    )
    with fill(tmp_path / "g.db", (north(),)) as store:
        before = exported(store)
        store.replace(more)
        after = exported(store)
    added, removed = lines_changed(before, after)
    assert removed == []
    assert len([line for line in added if line and not line.startswith((" ", "."))]) == 3
    with fill(tmp_path / "clean.db", (more,)) as clean:
        assert exported(clean) == after


def test_a_second_source_adds_lines_and_removes_none(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (north(),)) as store:
        before = exported(store)
        store.replace(south())
        added, removed = lines_changed(before, exported(store))
    assert removed == []
    assert added


def test_a_changed_record_changes_its_own_lines(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (north(), paper())) as store:
        before = exported(store)
        store.replace(paper(version=3, comment="13 pages"))
        added, removed = lines_changed(before, exported(store))
    assert [line.split()[0] for line in added] == ["kg:authorComment", "pav:version", "kg:textDigest"]
    assert len(added) == len(removed)


def test_an_empty_graph_is_a_whole_file(tmp_path: Path) -> None:
    with Store(tmp_path / "g.db") as store:
        text = exported(store)
    assert parsed(text)
    assert "@prefix node:" not in text


class Meddler:
    """A file whose first page is followed by a change of the graph through another connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        if len(self.parts) == 1:
            with Store(self.path) as other:
                other.replace(south(), paper())
        self.parts.append(data)
        return len(data)


def test_a_writer_beside_the_export_does_not_tear_it(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (north(),)) as store:
        expected = exported(store)
        file = Meddler(store.path)
        writer("turtle")(Graph(store), file, Options())  # type: ignore[arg-type] # as much of a file as it needs
        assert b"".join(file.parts).decode() == expected
        assert exported(store) != expected
        assert not store.db.in_transaction


def test_an_export_that_is_given_up_leaves_the_store_usable(tmp_path: Path) -> None:
    with fill(tmp_path / "g.db", (north(),)) as store:
        with opened(Graph(store)) as view:
            next(view.blocks())
        assert store.replace(south())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_table_writes_bytes(store: Store, name: str) -> None:
    assert exported(store, name)
