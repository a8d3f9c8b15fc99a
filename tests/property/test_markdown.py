"""The graph as a list, and back: the same nodes, the same statements, whatever they are called."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exports import Options, writer
from ingest.lists import ListReading, read_list
from kg.graph import Graph
from kg.model import Literal, Mention, Node, Place, Reading, digest
from kg.rdf import Notes
from kg.store import Store
from kg.vocabulary import Kind, Predicate
from tests.documents import NOON, claim, listed
from tests.rdf_sample import fill

from .test_turtle import ODD, readings

MARKS = ODD + "*_~|!+-=>0129.)$"
hostile = st.text(st.sampled_from(MARKS), max_size=20)
words = st.sampled_from(
    ("<script>alert(1)</script>", "a|b", "x\ny", "`code`", "``", "- item", "1. one", "# head", "[x](y)",
     "[x]", "![i](j)", "https://a.example", "www.a.example", "a@b.example", "a - b", "&amp;", "\\*", "a  b",
     " a ", '"quoted"', '"', "$x$", "--", "<!-- c -->", '<a id="x"></a>', "Foo_bar_baz", "**b**", "*i*",
     "~~s~~", "…")
)  # fmt: skip
texts = st.one_of(hostile, words, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


def written(store: Store) -> tuple[bytes, Notes]:
    file = io.BytesIO()
    notes = writer("markdown")(Graph(store), file, Options())
    return file.getvalue(), notes


def value_of(one: Node | Literal, names: dict[str, object]) -> object:
    return names[one.slug] if isinstance(one, Node) else (one.value, one.datatype)


def content(store: Store) -> tuple[list[object], list[object]]:
    """Nodes by all that they are, and statements between these; no slugs, which follow from names."""
    graph = Graph(store)
    names: dict[str, object] = {
        node.slug: (node.kind, node.label, node.aliases, node.identifiers) for node in graph.nodes()
    }
    said = [
        (
            names[one.subject.slug],
            one.predicate,
            value_of(one.object, names),
            tuple(sorted(((name, value_of(v, names)) for name, v in one.qualifiers), key=str)),
        )
        for one in graph.statements()
        if one.id
    ]
    return sorted(names.values(), key=str), sorted(said, key=str)


def back(markdown: bytes, path: Path) -> tuple[Store, ListReading]:
    read = read_list(markdown, name="back")
    store = Store(path, clock=lambda: NOON)
    store.replace(read.reading)
    return store, read


def same(one: Store, folder: Path) -> None:
    markdown, notes = written(one)
    assert not notes.counts, notes
    other, read = back(markdown, folder / "back.db")
    with other:
        assert not read.reading.problems, read.reading.problems
        assert content(other) == content(one)
        assert written(other)[0] == markdown
    lines = {n for fate in read.fates for n in range(fate.line, fate.end_line + 1)}
    filled = {n for n, line in enumerate(markdown.decode().split("\n"), 1) if line.strip()}
    assert filled <= lines


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(texts.filter(str.strip), st.sampled_from(Kind)), max_size=4),
    st.lists(texts, max_size=4),
)
@example([("1. one", Kind.MODEL), ("# a", Kind.METHOD)], ["a - b", "x\ny"])
def test_any_name_and_any_text_come_back(names: list[tuple[str, Kind]], said: list[str]) -> None:
    mentions = [
        Mention(Place((), digest(f"{n}")), f"{name}{n}", kind, "test", 0.9, aliases=(f"{n}{name}",))
        for n, (name, kind) in enumerate(names)
    ]
    claims = [
        claim(mentions[n % len(mentions)], predicate, text, *([("how", text)] if n % 2 else []))
        for n, text in enumerate(said)
        for predicate in (Predicate.DESCRIPTION, Predicate.LICENCE, Predicate.HOMEPAGE)
        if mentions
    ]
    claims += [claim(mentions[0], Predicate.USES, one, ("with", one)) for one in mentions[1:]]
    with (
        tempfile.TemporaryDirectory() as folder,
        fill(Path(folder) / "g.db", [listed("one", mentions, claims)]) as one,
    ):
        same(one, Path(folder))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_any_graph_comes_back_or_what_does_not_is_counted(documents: list[Reading]) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as one:
        markdown, notes = written(one)
        other, read = back(markdown, Path(folder) / "back.db")
        with other:
            assert not read.reading.problems
            if not notes.counts:
                assert content(other) == content(one)
