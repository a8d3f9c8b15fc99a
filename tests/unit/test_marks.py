"""Marks: how they are changed, united, written; which node each is on; what the graph is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.marks import (
    Mark,
    Marking,
    Remark,
    chosen,
    line_of,
    mark_of,
    marked,
    merged,
    note_of,
    read_marks,
    tag_of,
    together,
    united,
    written,
)
from kg.model import Mention, Node
from kg.search import Query
from kg.store import Store
from kg.store.marks import anchor_of
from kg.vocabulary import Kind
from tests.documents import NOON, ids, listed, mention

LATER = NOON + timedelta(hours=1)
READ = Marking("reading", "read")
STAR = Marking("star")

# ------------------------------------------------------------------------------- changing


def test_one_reading_one_note_many_tags() -> None:
    said = marked((), [READ, STAR, Marking("tag", "b"), Marking("tag", "a"), Marking("note", "x")], NOON)
    mark = Mark(Anchor("LoRA"), said)
    assert (mark.reading, mark.starred, mark.tags, mark.note) == ("read", True, ("a", "b"), "x")
    assert str(mark) == "read, starred, tags: a, b, noted"
    said = marked(said, [Marking("reading", "to-read"), Marking("note", "y")], LATER)
    mark = Mark(Anchor("LoRA"), said)
    assert (mark.reading, mark.note, mark.tags) == ("to-read", "y", ("a", "b"))


def test_what_stands_there_keeps_its_time_and_what_is_new_gets_its_own() -> None:
    said = marked(marked((), [READ], NOON), [READ, STAR], LATER.replace(microsecond=7))
    assert {(one.field, one.at) for one in said} == {("reading", NOON), ("star", LATER)}


def test_taking_back_takes_what_is_named_and_no_more() -> None:
    said = marked((), [READ, STAR, Marking("tag", "a"), Marking("tag", "b")], NOON)
    assert Mark(Anchor("x"), marked(said, [Marking("tag", "a", on=False)], LATER)).tags == ("b",)
    assert marked(said, [Marking("tag", "zz", on=False)], LATER) == said
    assert not Mark(Anchor("x"), marked(said, [Marking("tag", on=False)], LATER)).tags
    every = [Marking(field, on=False) for field in ("reading", "star", "tag", "note")]
    assert marked(said, every, LATER) == ()


@pytest.mark.parametrize("text", ["", "#", "two words", "a,b", 'a"b', "a\x1b[31mb", "x" * 61, "a\u202eb"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no tag"):
        tag_of(text)


def test_a_note_has_an_end() -> None:
    assert note_of("  two\nlines \n") == "two\nlines"
    with pytest.raises(ValueError, match="at most"):
        note_of("x" * 20_001)


# -------------------------------------------------------------------------------- uniting

_TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
_TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip())
_REMARKS = st.one_of(
    st.builds(Remark, st.just("reading"), st.sampled_from(("read", "to-read")), _TIMES),
    st.builds(Remark, st.just("star"), st.just(""), _TIMES),
    st.builds(Remark, st.just("tag"), st.sampled_from(("a", "b", "c#", "ß")).map(tag_of), _TIMES),
    st.builds(Remark, st.just("note"), _TEXTS.map(str.strip), _TIMES),
)
_SAID = st.lists(_REMARKS, min_size=1, max_size=6).map(united)
_ANCHORS = st.builds(
    Anchor,
    st.sampled_from(("LoRA", "lora", "QLoRA", "低秩")),
    st.sampled_from(("", "Method", "Paper")),
    st.sampled_from(((), ids("arxiv:2106.09685"), ids("github:x/foo", "hf:x/foo"))),
)
_MARKS = st.lists(st.builds(Mark, _ANCHORS, _SAID), max_size=5)


@given(_SAID, _SAID, _SAID)
def test_uniting_is_the_same_in_any_order_and_twice(
    a: tuple[Remark, ...], b: tuple[Remark, ...], c: tuple[Remark, ...]
) -> None:
    assert united([*a, *a]) == a
    assert united([*a, *b]) == united([*b, *a])
    assert united([*united([*a, *b]), *c]) == united([*a, *united([*b, *c])])


def test_of_two_marks_the_newer_reading_and_note_hold_and_nothing_else_goes() -> None:
    old = marked((), [READ, Marking("tag", "old"), Marking("note", "old")], NOON)
    new = marked((), [Marking("reading", "to-read"), STAR, Marking("note", "new")], LATER)
    mark = Mark(Anchor("x"), united([*old, *new]))
    assert (mark.reading, mark.starred, mark.tags, mark.note) == ("to-read", True, ("old",), "new")
    same = Mark(
        Anchor("x"), united(marked((), [READ], NOON) + marked((), [Marking("reading", "to-read")], NOON))
    )
    assert same.reading == "read"


def test_marks_that_meet_on_one_node_lose_no_note() -> None:
    one = Mark(Anchor("a"), marked((), [Marking("note", "first")], NOON))
    two = Mark(Anchor("b"), marked((), [Marking("note", "second"), STAR], LATER))
    both = together([two, one])
    assert both is not None
    assert (both.note, both.starred, both.anchor) == ("first\nsecond", True, Anchor("a"))
    assert together([]) is None


# ---------------------------------------------------------------------------------- lines


@given(_MARKS)
def test_what_is_written_is_read_back(marks: list[Mark]) -> None:
    text = written(marks)
    found, problems = read_marks(text.encode())
    assert (list(found), problems) == (merged(marks), ())
    assert written(found) == text
    assert text.count("\n") == len(found)


@given(_MARKS, _MARKS)
def test_importing_twice_is_as_good_as_once(mine: list[Mark], theirs: list[Mark]) -> None:
    once = merged([*mine, *theirs])
    assert merged([*once, *theirs]) == once
    assert merged([*theirs, *mine]) == once or {m.key for m in once} == {m.key for m in [*mine, *theirs]}


GOOD = '{"node": {"name": "LoRA", "kind": "Method"}, "starred_at": "2026-03-01T12:00:00Z"}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "a JSON object"),
        ("{}", "needs 'node'"),
        ('{"node": {"name": "x"}}', "marks nothing"),
        ('{"node": {"name": "x"}, "read": true}', "no key 'read'"),
        ('{"node": {}, "starred_at": "2026-03-01T12:00:00Z"}', "a node is a table"),
        ('{"node": {"kind": "Method"}, "starred_at": "2026-03-01T12:00:00Z"}', "needs a name"),
        ('{"node": {"name": "x", "kind": "Beast"}, "starred_at": "2026-03-01T12:00:00Z"}', "no kind 'Beast'"),
        ('{"node": {"identifiers": ["nonsense"]}, "starred_at": "2026-03-01T12:00:00Z"}', "no identifier"),
        ('{"node": {"name": "x"}, "starred_at": "2026-03-01T12:00:00"}', "is a time"),
        ('{"node": {"name": "x"}, "starred_at": 7}', "is a time"),
        ('{"node": {"name": "x"}, "starred_at": "0001-01-01T00:00:00+14:00"}', "out of range"),
        (
            '{"node": {"name": "x"}, "reading": "twice", "reading_at": "2026-03-01T12:00:00Z"}',
            "read or to-read",
        ),
        ('{"node": {"name": "x"}, "reading": "read"}', "'reading_at' is a time"),
        ('{"node": {"name": "x"}, "tags": ["a"]}', "'tags' are an object"),
        ('{"node": {"name": "x"}, "tags": {"a b": "2026-03-01T12:00:00Z"}}', "is no tag"),
        ('{"node": {"name": "x"}, "note": " ", "note_at": "2026-03-01T12:00:00Z"}', "'note' is a text"),
        ('{"node": {"name": "x"}, "note": "\\ud800", "note_at": "2026-03-01T12:00:00Z"}', "no Unicode"),
        ('{"node": {"name": "\\ud800"}, "starred_at": "2026-03-01T12:00:00Z"}', "no Unicode"),
    ],
)
def test_a_bad_line_is_told_with_its_number(line: str, told: str) -> None:
    found, problems = read_marks(f"{GOOD}\n\n{line}\n{GOOD}\n".encode())
    assert [problem.line for problem in problems] == [3]
    assert told in problems[0].message
    assert len(found) == 1


def test_bytes_that_are_no_text_are_told_and_a_byte_order_mark_is_not() -> None:
    found, problems = read_marks(b"\xef\xbb\xbf" + GOOD.encode() + b"\r\n\xff\n")
    assert (len(found), [problem.line for problem in problems]) == (1, [2])


def test_times_are_read_to_the_second_in_utc() -> None:
    mark = mark_of('{"node": {"name": "x"}, "starred_at": "2026-03-01T13:00:00.9+01:00"}')
    assert mark.remarks == (Remark("star", "", NOON),)
    assert mark_of(line_of(mark)) == mark


def test_lines_are_readable_json_in_the_order_of_names() -> None:
    marks = [Mark(Anchor(name, "Method"), marked((), [Marking("note", "Ünï\ncode")], NOON)) for name in "ZYX"]
    lines = written(marks).splitlines()
    assert [json.loads(line)["node"]["name"] for line in lines] == ["X", "Y", "Z"]
    assert "Ünï\\ncode" in lines[0]
    assert line_of(mark_of(lines[0])) == lines[0]


# ------------------------------------------------------------------------------- the graph


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "graph.db") as opened:
        yield opened


def put(store: Store, slug: str, *markings: Marking) -> Mark:
    """Mark a node as `kg mark` does; what is kept before stays."""
    graph = Graph(store)
    node = graph.node(slug)
    assert node is not None
    made = Mark(anchor_of(store.db, node), marked((), markings, NOON))
    store.mark(merged([*(mark for mark, _ in graph.marks()), made]), "some-file")
    return made


def on(store: Store) -> dict[str, str]:
    """For each mark's name the slug of the node that it is on, or ""."""
    return {mark.anchor.name: node.slug if node else "" for mark, node in Graph(store).marks()}


FOO = mention("Foo", Kind.MODEL, "github:x/foo", aliases=("Foobar",))
BAR = mention("Bar", Kind.MODEL, "github:x/bar")


def test_a_mark_waits_for_a_node_that_has_gone(store: Store) -> None:
    store.replace(listed("one", [FOO]))
    put(store, "foo", STAR)
    store.remove("list:one")
    assert on(store) == {"Foo": ""}
    store.replace(listed("two", [FOO]))
    assert on(store) == {"Foo": "foo"}


def test_a_rename_and_its_undoing_keep_the_mark(store: Store) -> None:
    plain = mention("Foo", Kind.METHOD)
    store.replace(listed("one", [plain]))
    rename = Correction("rename", Anchor("Foo", "Method"), value="Better")
    store.correct([rename], b"1")
    put(store, "foo", STAR)  # made while it had its new name
    assert on(store) == {"Foo": "foo"}
    store.correct([], b"2")
    assert on(store) == {"Foo": "foo"}


def test_an_entry_under_another_name_keeps_the_mark_by_its_identifier(store: Store) -> None:
    store.replace(listed("one", [FOO]))
    put(store, "foo", STAR)
    store.replace(listed("one", [mention("Foo Chat", Kind.MODEL, "github:x/foo")]))
    graph = Graph(store)
    assert [node and node.label for _, node in graph.marks()] == ["Foo Chat"]


def test_a_merge_unites_marks_and_its_undoing_parts_them(store: Store) -> None:
    store.replace(listed("one", [FOO, BAR]))
    put(store, "foo", READ, Marking("tag", "a"))
    put(store, "bar", STAR, Marking("note", "n"))
    store.correct([Correction("merge", Anchor("Foo"), Anchor("Bar"))], b"1")
    assert on(store) == {"Foo": "foo", "Bar": "foo"}
    graph = Graph(store)
    node = graph.node("bar")
    assert node is not None
    assert str(graph.mark(node)) == "read, starred, tags: a, noted"
    store.correct([], b"2")
    assert set(on(store)) == {"Foo", "Bar"}
    assert len(set(on(store).values()) - {""}) == 2


def test_a_split_leaves_the_mark_with_the_part_that_has_the_identifier(store: Store) -> None:
    store.replace(listed("one", [FOO]), listed("two", [mention("Foo", Kind.MODEL)]))
    put(store, "foo", STAR)
    store.correct([Correction("split", Anchor("Foo"), away=("list:two",))], b"1")
    graph = Graph(store)
    ((_, node),) = graph.marks()
    assert graph.count(Query()) == 2
    assert node is not None
    assert node.identifiers == ids("github:x/foo")


@pytest.mark.parametrize(
    "other",
    [
        mention("Foo Server", Kind.FRAMEWORK, "github:x/foo"),  # another thing in the same repository
        mention("Foo 13B", Kind.MODEL, "github:x/foo"),  # another size in it
        mention("Foo", Kind.MODEL, "github:y/foo"),  # a namesake of another owner
        mention("Foo", Kind.DATASET),  # a namesake of another kind
        mention("Fool", Kind.MODEL),
    ],
    ids=lambda one: f"{one.name} {one.kind.label}",
)
def test_a_mark_never_passes_to_another_thing(store: Store, other: Mention) -> None:
    store.replace(listed("one", [mention("Foo", Kind.MODEL, "github:x/foo")]))
    put(store, "foo", STAR)
    store.replace(listed("one", [other]))
    assert on(store) == {"Foo": ""}


def test_a_paper_and_what_it_introduces_are_marked_apart(store: Store) -> None:
    paper = mention("LoRA: Low-Rank Adaptation", Kind.PAPER, "arxiv:2106.09685")
    store.replace(listed("one", [paper, mention("LoRA", Kind.METHOD)]))
    put(store, "arxiv-2106.09685", READ)
    assert on(store) == {"LoRA: Low-Rank Adaptation": "arxiv-2106.09685"}
    renamed = mention("Low-Rank Adaptation of Models", Kind.PAPER, "arxiv:2106.09685")
    store.replace(listed("one", [renamed, mention("LoRA", Kind.METHOD)]))
    assert on(store) == {"LoRA: Low-Rank Adaptation": "arxiv-2106.09685"}


def test_a_range_of_memory_is_no_other_range_of_that_name(store: Store) -> None:
    tier = mention("Small", Kind.HARDWARE_TIER, "tier:ram:2-4:GB")
    store.replace(listed("one", [tier]))
    (node,) = Graph(store).nodes()
    put(store, node.slug, STAR)
    store.replace(listed("one", [mention("Small", Kind.HARDWARE_TIER, "tier:ram:8-16:GB")]))
    assert on(store) == {"Small": ""}


def test_a_range_of_memory_is_not_found_by_a_name_alone() -> None:
    tier = Node("small", Kind.HARDWARE_TIER, "Small", identifiers=ids("tier:ram:2-4:GB"))
    assert chosen(Anchor("Small", "HardwareTier"), [tier]) is None
    assert chosen(Anchor("Small", "HardwareTier", tier.identifiers), [tier]) is tier


def test_search_finds_by_marks_and_its_facets_count_the_same(store: Store) -> None:
    store.replace(listed("one", [FOO, BAR, mention("Baz", Kind.METHOD)]))
    put(store, "foo", READ, STAR, Marking("tag", "peft"))
    put(store, "bar", Marking("reading", "to-read"), Marking("note", "n"))
    graph = Graph(store)
    for text, slugs in {
        "is:read": ["foo"],
        "is:READ": ["foo"],
        "is:to-read": ["bar"],
        "is:unread": ["bar", "baz"],
        "is:starred": ["foo"],
        "is:noted": ["bar"],
        "is:marked": ["bar", "foo"],
        "is:marked kind:method": [],
        "is:read is:to-read": [],
        "tag:Peft": ["foo"],
        "tag:#peft is:starred f": ["foo"],
        "tag:pe": [],
        "tag:a,b": [],
        'tag:"x y"': [],
    }.items():
        query = Query.parse(text)
        assert sorted(node.slug for node in graph.search(query)) == slugs, text
        assert graph.count(query) == sum(graph.facets(query).values()) == len(slugs), text


def test_a_half_typed_state_is_a_word_and_told_apart() -> None:
    query = Query.parse("is:rea lora")
    assert (query.states, query.unheard, query.words) == ((), ("rea",), ("lora", "rea"))


def test_where_two_marks_meet_the_newer_reading_is_searched(store: Store) -> None:
    store.replace(listed("one", [FOO, BAR]))
    foo = put(store, "foo", READ)
    bar = put(store, "bar", Marking("reading", "to-read"))
    store.correct([Correction("merge", Anchor("Foo"), Anchor("Bar"))], b"1")
    graph = Graph(store)
    for at, newest in ((LATER, "to-read"), (NOON, "read"), (NOON - timedelta(days=1), "read")):
        changed = replace(bar, remarks=(replace(bar.remarks[0], at=at),))
        store.mark(merged([foo, changed]), str(at))
        node = graph.node("foo")
        assert node is not None
        shown = graph.mark(node)
        assert shown is not None
        found = {s for s in ("read", "to-read") if graph.count(Query.parse(f"is:{s}"))}
        assert found == {newest} == {shown.reading}


def test_marks_move_no_generation_and_leave_no_row_behind(store: Store) -> None:
    store.replace(listed("one", [FOO]))
    before = Graph(store).generation
    put(store, "foo", STAR, Marking("tag", "a"))
    store.mark([], "empty")
    assert Graph(store).generation == before
    for table in ("mark", "mark_key", "mark_remark"):
        assert store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_the_node_of_a_mark_is_a_node(store: Store) -> None:
    store.replace(listed("one", [FOO, BAR]))
    put(store, "foo", STAR)
    (pair,) = Graph(store).marks()
    assert isinstance(pair[1], Node)
    assert pair[1].label == "Foo"
