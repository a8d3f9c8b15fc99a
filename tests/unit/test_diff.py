"""Two graphs side by side: what differs is what the sets of triples say, whatever form they have."""

from __future__ import annotations

import gzip
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html

from exports import release_notes
from exports.canonical import Turtle
from exports.diff import Change, Counts, Side, differences
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Reading
from kg.rdf import SECTIONS, Block, Options, Pair, opened
from kg.store import Store
from kg.vocabulary import Predicate
from tests.cli.command import Kg
from tests.documents import claim, listed, mention
from tests.property.test_turtle import readings
from tests.rdf_sample import CORRECTIONS, exported, fill, north, paper, south, whole

OTHER = "https://data.example.net/birds#"
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def turtle(text: str | bytes) -> Turtle:
    content = text.encode() if isinstance(text, str) else text
    return Turtle(io.BufferedReader(io.BytesIO(content)), "it")


def blocks(side: Side) -> list[tuple[str, list[tuple[str, list[Pair]]]]]:
    found = [(name, [(one, list(pairs)) for one, pairs in said]) for name, said in side.sections()]
    return [(name, said) for name, said in found if said]


def changes(before: Side, after: Side, *, provenance: bool = True) -> list[Change]:
    return list(differences(before, after, Counts(), provenance=provenance))


def triples(found: list[Change], which: str) -> set[tuple[str, str, str]]:
    return {triple for one in found for triple in getattr(one, which)}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with whole(tmp_path_factory.mktemp("diff") / "graph.db") as filled:
        yield filled


# ------------------------------------------------------------------------- canonical Turtle


@pytest.mark.parametrize("options", [{}, {"receipts": True, "abstracts": True}, {"provenance": False}])
@pytest.mark.parametrize("base", ["https://example.org/kg/", OTHER])
def test_our_turtle_is_read_as_it_was_written(store: Store, options: dict[str, Any], base: str) -> None:
    text = exported(store, base=base, **options)
    with opened(Graph(store), Options(base=base, **options)) as view:
        expected = blocks(view)
    assert blocks(turtle(text)) == expected
    assert blocks(turtle(gzip.compress(text.encode()))) == expected


def test_the_sections_are_those_of_an_export(store: Store) -> None:
    with opened(Graph(store)) as view:
        assert [name for name, said in view.sections() for _ in [list(said)]] == list(SECTIONS)


@FEW
@given(readings())
def test_any_turtle_of_ours_is_read(documents: list[Reading]) -> None:
    with tempfile.TemporaryDirectory() as folder, fill(Path(folder) / "g.db", documents) as one:
        with opened(Graph(one)) as view:
            expected = blocks(view)
        assert blocks(turtle(exported(one))) == expected


SPOILT: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "no Turtle": lambda _: "# A list\n\n- [x](y)\n",
    "other Turtle": lambda _: "@prefix ex: <https://x.example/> .\n\nex:a ex:b ex:c .\n",
    "prefixes unsorted": lambda text: text.replace("@prefix author", "@prefix zzz", 1),
    "a prefix of something else": lambda text: text.replace("http://schema.org/", "https://schema.org/", 1),
    "a prefix twice": lambda text: text[: text.index("\n") + 1] + text,
    "a heading of no section": lambda text: text.replace("#### models", "#### birds"),
    "a section twice": lambda text: text + text[text.index("\n#### evidence") :],
    "sections in another order": lambda text: text + text[text.index("\n#### sources") :],
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "a comma": lambda text: text.replace("a fair4ml:MLModel ;", "a fair4ml:MLModel, mls:Model ;"),
    "a comment": lambda text: text.replace(" ;\n", " ; # so it is\n", 1),
    "an escape that is not ours": lambda text: text.replace('"Egret"', r'"\u0045gret"', 1),
    "a long string": lambda text: text.replace('"Egret"', '"""Egret"""', 1),
    "an unknown prefix": lambda text: text.replace("node:egret", "bird:egret", 1),
    "a blank node": lambda text: text.replace("node:egret", "_:egret", 1),
    "a relative IRI of two words": lambda text: text.replace("node:egret", "<a b>", 1),
    "a pair twice": lambda text: text.replace(
        "    a fair4ml:MLModel ;\n", "    a fair4ml:MLModel ;\n" * 2, 1
    ),
    "the label first": lambda text: text.replace(
        '    a mls:Model ;\n    rdfs:label "Egret" ;\n', '    rdfs:label "Egret" ;\n    a mls:Model ;\n'
    ),
    "no full stop": lambda text: text.replace("\n.\n", "\n", 1),
    "two blank lines": lambda text: text.replace("\n.\n\n", "\n.\n\n\n", 1),
    "cut in a line": lambda text: text[:-20],
    "cut in a block": lambda text: text[: text.rindex("    ")],
    "no end of the last line": lambda text: text.rstrip("\n"),
    "a heading alone": lambda text: text[: text.index("\n#### models") + 13],
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_not_written_so_is_refused_with_its_line(store: Store, how: str) -> None:
    text = exported(store)
    spoilt = SPOILT[how](text)
    assert spoilt != text
    with pytest.raises(UsageError, match=r"^it, line \d+: ") as refused:
        blocks(turtle(spoilt))
    assert "kg export" in refused.value.hint


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\x00", b"\xff\xfe", b"@prefix a: <\xff> .\n", b"\0" * 99])
def test_bytes_of_anything_are_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"^it, line 1: "):
        blocks(turtle(content))


def test_things_in_another_order_are_refused(store: Store) -> None:
    text = exported(store)
    start, end = text.index("\nnode:egret\n"), text.index("\nnode:heron")
    later = text.index("\n#### methods")
    moved = text[:start] + text[end:later] + text[start:end] + text[later:]
    with pytest.raises(UsageError, match="it: egret is not in canonical order"):
        changes(turtle(moved), turtle(text))


# ---------------------------------------------------------------------------- differences


def _compared(store: Store) -> set[tuple[str, str, str]]:
    with opened(Graph(store)) as view:
        return {
            (subject, *pair)
            for name, said in view.sections()
            for subject, pairs in said
            for pair in pairs
            if name != "dataset"
        }


@settings(FEW, max_examples=15)
@given(readings(), readings(), st.booleans())
def test_what_differs_is_what_the_triples_say(
    left: list[Reading],
    right: list[Reading],
    same: bool,  # noqa: FBT001
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        fill(Path(folder) / "a.db", left) as one,
        fill(Path(folder) / "b.db", left if same else right) as two,
        opened(Graph(one)) as before,
        opened(Graph(two)) as after,
    ):
        found = changes(before, after)
        assert found == changes(turtle(exported(one)), turtle(exported(two)))
        # What a node of another kind still says is removed in one section and added in the other.
        added, removed = triples(found, "added"), triples(found, "removed")
        assert added - removed == _compared(two) - _compared(one)
        assert removed - added == _compared(one) - _compared(two)
    keys = [(SECTIONS.index(one.thing.section), one.thing.key) for one in found]
    assert keys == sorted(set(keys))
    assert not (same and found)


def test_receipts_abstracts_base_and_title_are_no_difference(store: Store) -> None:
    told = exported(store, receipts=True, abstracts=True, base=OTHER, title="Birds")
    assert changes(turtle(told), turtle(exported(store))) == []
    with opened(Graph(store)) as view:
        assert changes(view, turtle(told)) == []


def test_a_side_without_provenance_is_compared_by_facts(store: Store, tmp_path: Path) -> None:
    bare = exported(store, provenance=False)
    assert changes(turtle(bare), turtle(exported(store))) == []
    with fill(tmp_path / "g.db", (north(), paper()), corrections=CORRECTIONS) as other:
        found = changes(turtle(exported(other)), turtle(exported(store)), provenance=False)
    said = {predicate for _, predicate, _ in triples(found, "added") | triples(found, "removed")}
    assert said == {"a", "rdfs:label", "schema:isBasedOn"}


def test_neither_side_is_read_ahead(store: Store) -> None:
    """The first difference is told before anything behind it has been read: memory holds one thing."""
    read: list[str] = []

    class Told(Turtle):
        def sections(self) -> Iterator[tuple[str, Iterator[Block]]]:
            for name, said in super().sections():
                read.append(name)
                yield name, said

    text = exported(store)
    other = text.replace('"Egret"', '"Little egret"', 1)
    left = Told(io.BufferedReader(io.BytesIO(text.encode())), "it")
    first = next(differences(left, turtle(other), Counts()))
    assert first.thing.id == "egret"
    assert read[-1] == "models"


def test_a_node_of_another_kind_is_told_once_more(store: Store) -> None:
    text = exported(store)
    counts = Counts()
    start, end = text.index("\nnode:wade\n"), text.index("\n#### frameworks")
    block = text[start:end]
    assert block.count("\nnode:") == 1
    moved = text[: text.index("\n#### methods")] + text[end:]
    place = moved.index("\n#### categories")
    assert list(differences(turtle(text), turtle(moved[:place] + block + moved[place:]), counts))
    assert counts.kinds == {"wade": ("Method", "Topic")}
    assert counts.actions["methods"] == {"removed": 1}


# --------------------------------------------------------------------------- release notes


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.text("-+=*_#>|`~[]()!<&;:.1 @$www/\\", max_size=20)
)
@example("www.example.org and https://example.org")
@example("1. a")
@example("&copy; <b> me@example.org")
def test_no_text_is_obeyed_by_markdown(text: str) -> None:
    """It comes out as the one line of text that it is: no link, list, heading or mark is made of it."""
    shown = release_notes.plain(text)
    expected = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
    page = html.fromstring(f"<div>{cmarkgfm.github_flavored_markdown_to_html(f'- {shown}')}</div>")
    assert [one.tag for one in page.iter("*")] == ["div", "ul", "li"]
    assert str(page.xpath("string()")).strip() == expected


def test_the_notes_tell_what_came_went_was_published_and_withdrawn(tmp_path: Path) -> None:
    stork = mention("Stork *2*", text="- Stork")
    more = listed("more", (stork,), (claim(stork, Predicate.DESCRIPTION, "Long [legs](x)"),))
    drafted = paper(version=1, journal_ref="", doi="")
    with (
        fill(tmp_path / "a.db", (north(), south(), drafted)) as one,
        fill(tmp_path / "b.db", (north(), paper(withdrawn=True), more), corrections=CORRECTIONS) as two,
        opened(Graph(one)) as before,
        opened(Graph(two)) as after,
    ):
        counts = Counts()
        found = differences(before, after, counts)
        text = "".join(release_notes.written(found, counts, after.namespaces, title="Birds"))
        back = Counts()
        gone = "".join(
            release_notes.written(differences(after, before, back), back, before.namespaces, title="Birds")
        )
    wade = "[WADE: Weights As Deltas, Encoded](<https://arxiv.org/abs/2203.01234>)"
    assert text.startswith("# Birds\n\n## New models\n\n- Stork \\*2\\*: Long \\[legs\\](x)\n")
    assert f"## Published\n\n- {wade}: J. Birds 3 (2023) 1-12\n" in text
    assert f"## New versions\n\n- {wade}: version 2\n" in text
    assert f"## Withdrawn\n\n- {wade}\n" in text
    assert "## Merged\n\n- dive is wade now.\n" in text
    assert f"## Restored\n\n- {wade}\n" in gone
    assert "## Gone\n\n- Stork \\*2\\* (model)\n" in gone
    assert "Published" not in gone


def test_another_journal_reference_is_no_second_publication(tmp_path: Path) -> None:
    with (
        fill(tmp_path / "a.db", (north(), paper(journal_ref="J. Birds 3"))) as one,
        fill(tmp_path / "b.db", (north(), paper(journal_ref="J. Birds 4"))) as two,
        opened(Graph(one)) as before,
        opened(Graph(two)) as after,
    ):
        counts = Counts()
        found = differences(before, after, counts)
        text = "".join(release_notes.written(found, counts, after.namespaces, title="Birds"))
    assert text == "# Birds\n\n## Changed\n\n- 1 paper with other facts or receipts.\n"


# ---------------------------------------------------------------------------- the command


@pytest.fixture
def birds(kg: Kg) -> Kg:
    """The command with a workspace, and Turtle of how it was before on the desk."""
    kg.workspace.mkdir()
    with fill(kg.workspace / "graph.db", (north(), paper())) as store:
        kg.write("before.ttl", exported(store))
        store.replace(replace(south(), title="\x1b[31mSouth"))
    kg("backup", kg.desk / "copy.db")
    return kg


def test_the_same_is_exit_0_and_a_difference_exit_1(birds: Kg) -> None:
    told = birds("diff", "copy.db", birds.workspace)
    assert told.json == {"schema_version": 1, "changes": [], "counts": {}, "kinds": {}, "same": True}
    assert told.err == "no difference\n"
    assert birds("diff", birds.workspace / "graph.db").out == told.out
    assert birds("diff", "copy.db", "--format", "table").out == ""
    assert "Nothing has changed." in birds("diff", "copy.db", "--release-notes").out
    told = birds("diff", "before.ttl", code=1)
    assert told.json["same"] is False
    assert told.out == birds("diff", "before.ttl", "copy.db", code=1).out
    assert {"section": "models", "action": "changed", "id": "heron-7b", "label": "Heron 7B"}.items() <= next(
        one for one in told.json["changes"] if one["id"] == "heron-7b"
    ).items()
    assert told.json["counts"]["sources"] == {"added": 1, "removed": 0, "changed": 0}


def test_the_text_shows_what_is_said_otherwise(birds: Kg) -> None:
    told = birds("diff", "before.ttl", "--format", "table", code=1)
    assert told.out.startswith("Sources\n  + source:south  \\x1b[31mSouth\nModels\n  ~ egret  Egret\n")
    assert "  ~ heron-7b  Heron 7B\n      + schema:isBasedOn node:egret\n      receipts: +" in told.out
    assert "\nmodels: 2 changed\n" in told.out
    facts = birds("diff", "before.ttl", "--format", "table", "--no-provenance", code=1).out
    assert "receipts" not in facts
    assert "egret  Egret" not in facts


def test_turtle_comes_on_stdin_too(birds: Kg) -> None:
    before = (birds.desk / "before.ttl").read_text()
    assert birds.process("diff", "-", "before.ttl", stdin=before).code == 0
    assert birds.process("diff", "-", stdin=before, code=1).json["same"] is False
    assert "stdin can be read only once" in birds.refused("diff", "-", "-")


def test_a_file_of_facts_is_told(birds: Kg) -> None:
    birds("export", "-o", "facts.ttl", "--no-provenance")
    told = birds("diff", "facts.ttl")
    assert "only facts are compared" in told.err
    assert "only facts" not in birds("diff", "facts.ttl", "--no-provenance").err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("missing.ttl",), "missing.ttl cannot be read"),
        ((".",), "there is no graph in"),
        (("list.md",), "list.md, line 1: not Turtle as `kg export --turtle` writes it"),
        (("before.ttl", "--release-notes", "--json"), "--release-notes is a format of its own"),
    ],
)
def test_what_cannot_be_compared_is_told(birds: Kg, arguments: tuple[str, ...], why: str) -> None:
    birds.write("list.md", "# List\n")
    assert why in birds.refused("diff", *arguments)
