"""Nothing that happens to the graph touches a mark; each finds its node as in a clean build."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.corrections import Correction
from kg.graph import Graph
from kg.marks import STATES, Mark, Marking, marked, merged, written
from kg.model import Reading
from kg.search import Query
from kg.store import Store
from tests.documents import NOON
from tests.property.test_history import anchors, apply, steps

_MARKINGS = st.lists(
    st.one_of(
        st.builds(Marking, st.just("reading"), st.sampled_from(("read", "to-read"))),
        st.just(Marking("star")),
        st.builds(Marking, st.just("tag"), st.sampled_from(("a", "b"))),
        st.builds(Marking, st.just("note"), st.sampled_from(("x", "two\nlines"))),
    ),
    min_size=1,
    max_size=3,
)
_MARKS = st.lists(
    st.builds(lambda anchor, markings: Mark(anchor, marked((), markings, NOON)), anchors, _MARKINGS),
    min_size=1,
    max_size=4,
)


def found(store: Store) -> list[tuple[str, object]]:
    """Each mark with the node that it is on, without slugs: those remember the past."""
    return [
        (str(mark), node and (node.kind, node.label, node.aliases, node.identifiers))
        for mark, node in Graph(store).marks()
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=8), _MARKS, st.integers(0, 8))
def test_no_history_touches_a_mark_and_each_finds_its_node(
    tmp_path_factory: pytest.TempPathFactory, history: list[object], marks: list[Mark], when: int
) -> None:
    folder = tmp_path_factory.mktemp("marks")
    kept = merged(marks)
    last: dict[str, Reading] = {}
    corrected: list[Correction] = []
    with Store(folder / "lived.db") as lived, Store(folder / "clean.db") as clean:
        if when > len(history):
            lived.mark(kept, "file")
        for number, step in enumerate(history):
            if number == when:
                lived.mark(kept, "file")
            apply(lived, step, number)
            if isinstance(step, Reading):
                last[step.key] = step
            elif isinstance(step, str):
                last.pop(step, None)
            elif isinstance(step, list):
                corrected = step
        if when == len(history):
            lived.mark(kept, "file")
        assert written(mark for mark, _ in Graph(lived).marks()) == written(kept)
        clean.correct(corrected, b"clean")
        clean.replace(*last.values())
        clean.mark(kept, "file")
        assert found(lived) == found(clean)
        graph = Graph(lived)
        on = {node.slug: graph.mark(node) for _, node in graph.marks() if node}
        for state in STATES:
            slugs = {node.slug for node in graph.search(Query.parse(f"is:{state}"), limit=-1)}
            assert slugs == {node.slug for node in graph.nodes() if holds(state, on.get(node.slug))}, state


def holds(state: str, mark: Mark | None) -> bool:
    """Whether ``is:state`` is said of a node with this mark."""
    if mark is None:
        return state == "unread"
    reading = mark.reading == "read"
    other = {"starred": mark.starred, "noted": bool(mark.note), "marked": True, "unread": not reading}
    return other.get(state, mark.reading == state)
