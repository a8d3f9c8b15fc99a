"""Any history of adds, edits, drops and corrections gives the graph of a clean build."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.checks import SOUNDNESS, findings
from kg.corrections import Anchor, Correction
from kg.graph import Graph
from kg.model import Claim, Literal, Mention, Node, Reading
from kg.store import Store, occurrences
from kg.vocabulary import Kind, Predicate
from kg.workspace import Settings
from tests.documents import claim, ids, listed, mention

NAMES = ("Foo", "foo", "Foo 2", "Bar", "Bar Kit", "Baz", "BAZ", "Low Rank", "LR", "FooBar", "FooBar Zoo")
IDENTIFIERS = ("github:x/foo", "github:x/bar", "github:y/foo", "hf:x/foo", "arxiv:2106.09685")
KINDS = (Kind.MODEL, Kind.METHOD, Kind.FRAMEWORK, Kind.PAPER, Kind.TOPIC)
SELECTORS = ("list:two", *IDENTIFIERS)
PREDICATES = (Predicate.USES, Predicate.ABOUT, Predicate.DERIVED_FROM)
TEXTS = ("FooBar", "FooBar Zoo", "Foo 2", "Bar Kit", "FooBar 3", "Renamed", "with", ",")
WORDS = tuple(predicate.word for predicate in PREDICATES)


def told(store: Store) -> list[object]:
    """All that the graph says, without slugs: those remember the past."""
    graph = Graph(store)

    def node(one: Node) -> tuple[object, ...]:
        return one.kind.name, one.label, one.aliases, one.identifiers, one.support, one.dissent

    def value(one: Node | Literal) -> tuple[object, ...]:
        return node(one) if isinstance(one, Node) else (one.value, one.datatype)

    nodes = [(node(one), graph.mentioned(one.slug)) for one in graph.nodes()]
    edges = [
        (
            node(s.subject),
            s.predicate.name,
            value(s.object),
            sorted((name, value(q)) for name, q in s.qualifiers),
            s.support,
            graph.evidence(s),
        )
        for s in graph.statements()
    ]
    applied = [(one.key, matched) for one, matched in graph.corrections()]
    return [sorted(nodes, key=repr), sorted(edges, key=repr), sorted(applied)]


mentions = st.builds(
    lambda name, kind, owned, confidence, aliases: mention(
        name, kind, *sorted(owned), confidence=confidence, aliases=tuple(sorted(aliases))
    ),
    st.sampled_from(NAMES),
    st.sampled_from(KINDS),
    st.sets(st.sampled_from(IDENTIFIERS), max_size=2),
    st.sampled_from((0.5, 0.9)),
    st.sets(st.sampled_from(("Low Rank", "LR")), max_size=1),
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    said: list[Mention] = draw(st.lists(mentions, min_size=1, max_size=5))
    claims: list[Claim] = []
    for _ in range(draw(st.integers(0, 3))):
        subject, other = draw(st.sampled_from(said)), draw(st.sampled_from(said))
        predicate = draw(st.sampled_from(PREDICATES))
        qualifiers = [("with", draw(st.sampled_from(said)))] if draw(st.booleans()) else []
        claims.append(claim(subject, predicate, other, *qualifiers))
    for one in said if draw(st.booleans()) else ():
        text = " ".join(draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5)))
        claims.append(claim(one, Predicate.DESCRIPTION, text))
    return listed(draw(st.sampled_from(("one", "two", "three"))), said, claims)


anchors = st.builds(
    lambda name, kind, owned: Anchor(name, kind.label, ids(*owned)),
    st.sampled_from(NAMES),
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(IDENTIFIERS), max_size=1),
)
corrections = st.one_of(
    st.builds(lambda a, k: Correction("kind", a, value=k.label), anchors, st.sampled_from(KINDS)),
    st.builds(lambda a: Correction("rename", a, value="Renamed"), anchors),
    st.builds(lambda a, b: Correction("merge", a, b), anchors, anchors),
    st.builds(lambda a, s: Correction("split", a, away=(s,)), anchors, st.sampled_from(SELECTORS)),
    st.builds(
        lambda a, b, p: Correction("reject", a, b, p.word),
        anchors,
        anchors,
        st.sampled_from((*PREDICATES, Predicate.MENTIONS)),
    ),
    st.builds(lambda a, b: Correction("add", a, b, "about"), anchors, anchors),
    st.builds(lambda m: Correction("ignore", items=(m.place.digest,)), mentions),
)
steps = st.one_of(
    readings(),
    st.sampled_from(("list:one", "list:two", "list:three")),
    st.lists(corrections, max_size=3),
)


def apply(store: Store, step: object, number: int, *, later: bool = False) -> None:
    if isinstance(step, Reading):
        store.replace(step, find_names=not later)
    elif isinstance(step, str):
        store.remove(step)
    else:
        assert isinstance(step, list)
        store.correct(step, str(number).encode())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=8), st.sampled_from((0, 50)), st.randoms(use_true_random=False))
def test_any_history_equals_a_clean_build_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, history: list[object], scan: int, shuffle: random.Random
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occurrences, "_SCAN", scan)  # 0: old texts are found in the full text, not all read
        _live_and_build(tmp_path_factory, history, shuffle)


def _live_and_build(
    tmp_path_factory: pytest.TempPathFactory, history: list[object], shuffle: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("history")
    last: dict[str, Reading] = {}
    corrected: list[Correction] = []
    with Store(folder / "lived.db") as lived:
        for number, step in enumerate(history):
            apply(lived, step, number, later=shuffle.random() < 1 / 3)
            if isinstance(step, Reading):
                last[step.key] = step
            elif isinstance(step, str):
                last.pop(step, None)
            elif isinstance(step, list):
                corrected = step
        while lived.find_names(limit=2):
            pass
        with Store(folder / "clean.db") as clean:
            final = [*last.values()]
            shuffle.shuffle(final)
            if shuffle.random() < 0.5:
                clean.correct(corrected, b"clean")
                clean.replace(*final)
            else:
                clean.replace(*final)
                clean.correct(corrected, b"clean")
            assert told(lived) == told(clean)
            assert findings(Graph(lived), Settings(), (*SOUNDNESS, "thorough")) == []
            lived.db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            lived.db.execute("INSERT INTO search_name (search_name) VALUES ('integrity-check')")
            assert indexed(lived) == indexed(clean)


def indexed(store: Store) -> list[tuple[str, ...]]:
    rows = store.db.execute(
        "SELECT t.label, t.names, t.body, t.filters FROM searched t JOIN node n ON n.id = t.node_id"
    )
    return sorted(tuple(row) for row in rows.fetchall())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(readings(), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_one_batch_gives_the_same_addresses_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, batch: list[Reading], shuffle: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("order")
    last = list({reading.key: reading for reading in batch}.values())
    addresses = []
    for n in range(2):
        with Store(folder / f"{n}.db") as store:
            store.replace(*last)
            addresses.append([(node.slug, node) for node in Graph(store).nodes()])
        shuffle.shuffle(last)
    assert addresses[0] == addresses[1]


def test_thirty_corrections_survive_two_hundred_edits_a_rebuild_and_any_order(tmp_path: Path) -> None:
    edits = random.Random(11)
    kinds = (Kind.MODEL, Kind.METHOD, Kind.FRAMEWORK)
    things = [
        mention(f"Thing {n}", kinds[n % 3], f"github:maker/thing-{n}", text=f"thing {n} - first words")
        for n in range(36)
    ]
    corrected: list[Correction] = []
    for n in range(5):
        mine = things[7 * n : 7 * n + 7]
        a, b, c, d, e, f, g = (Anchor(m.name, m.kind.label, m.identifiers) for m in mine)
        corrected += [
            Correction("kind", a, value="Dataset"),
            Correction("rename", b, value=f"Better {n}"),
            Correction("merge", c, d),
            Correction("reject", e, f, "about"),
            Correction("add", f, g, "about"),
            Correction("split", g, away=("list:copy",)),
        ]
    assert len(corrected) == 30

    def lists(said: list[Mention]) -> list[Reading]:
        ordered = sorted((m for m in said if m.name.startswith("Thing")), key=lambda m: int(m.name[6:]))
        claims = [claim(a, Predicate.ABOUT, b) for a, b in pairwise(ordered)]
        return [listed("main", said, claims), listed("copy", [replace(m, rule="copy") for m in said])]

    with Store(tmp_path / "lived.db") as lived:
        lived.replace(*lists(things))
        lived.correct(corrected, b"corrections")
        assert [str(one) for one, matched in Graph(lived).corrections() if not matched] == []
        said = list(things)
        for number in range(200):
            at = edits.randrange(len(said))
            match edits.randrange(4):
                case 0:  # reword an entry
                    old = said[at]
                    owned = map(str, old.identifiers)
                    said[at] = mention(old.name, old.kind, *owned, text=f"reworded {number}")
                case 1:  # a new entry
                    said.insert(at, mention(f"New {number}", Kind.MODEL, text=f"new {number}"))
                case 2:  # drop a new entry
                    said = [m for m in said if m.name != f"New {number - 10}"]
                case _:  # move an entry
                    said.append(said.pop(at))
            lived.replace(*lists(said))
        assert [str(one) for one, matched in Graph(lived).corrections() if not matched] == []
        for order in (1, -1):
            with Store(tmp_path / f"rebuilt{order}.db") as rebuilt:
                rebuilt.correct(corrected, b"corrections")
                for reading in lists(said)[::order]:
                    rebuilt.replace(reading)
                assert told(rebuilt) == told(lived)
