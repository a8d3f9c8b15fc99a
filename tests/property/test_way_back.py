"""The way back: any graph that was written out comes in again, says the same, and goes on from there."""

from __future__ import annotations

import random
import tempfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from exports.own import Export, restore
from kg.corrections import Correction
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Claim, Literal, Mention, Reading
from kg.store import Store
from tests.documents import NOON, record
from tests.property import test_turtle
from tests.property.test_history import apply, indexed, steps, told
from tests.rdf_sample import exported, fill, noted

FORMATS = {"turtle": "ttl", "trig": "trig", "ntriples": "nt", "nquads": "nq"}
OPTIONS: tuple[dict[str, bool], ...] = ({}, {"receipts": True}, {"receipts": True, "abstracts": True})
SLOW = [HealthCheck.too_slow]

papers = st.builds(
    lambda title, version, withdrawn, comment, names: record(
        "2106.09685",
        title,
        version=version,
        withdrawn=withdrawn,
        comment=comment,
        categories=("cs.LG", "cs.AI", "math.CO"),
        abstract=f"We compare {' and '.join(names)}.",
    ),
    st.sampled_from(("FooBar: a study", "Foo 2")),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from(("", "8 pages")),
    st.lists(st.sampled_from(("FooBar Zoo", "Bar Kit", "Foo 2")), min_size=1),
)


def written(store: Store, folder: Path, name: str, **options: bool) -> Path:
    path = folder / f"{name}.{FORMATS[name]}"
    path.write_text(exported(store, name, **options), "utf-8")
    return path


def back(path: Path, database: Path) -> Store:
    """A store into which an export came back."""
    store = Store(database, clock=lambda: NOON)
    try:
        restore(store, Export(path))
    except BaseException:
        store.close()
        raise
    return store


def sound(store: Store) -> bool:
    store.db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    store.db.execute("INSERT INTO search_name (search_name) VALUES ('integrity-check')")
    return not store.db.execute("PRAGMA foreign_key_check").fetchall()


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(
    st.lists(st.one_of(steps, papers), min_size=1, max_size=7),
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(OPTIONS),
    st.randoms(use_true_random=False),
)
def test_any_history_comes_back_and_goes_on_as_a_clean_build(
    history: list[object], name: str, options: dict[str, bool], shuffle: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        last: dict[str, Reading] = {}
        corrected: list[Correction] = []
        with Store(folder / "lived.db", clock=lambda: NOON) as lived:
            for number, step in enumerate(history):
                apply(lived, step, number, later=shuffle.random() < 1 / 3)
                if isinstance(step, Reading):
                    known = last.get(step.key)
                    late = known and known.record and step.record
                    if not (late and known.record.version > step.record.version):  # type: ignore[union-attr]
                        last[step.key] = step
                elif isinstance(step, str):
                    last.pop(step, None)
                elif isinstance(step, list):
                    corrected = step
            path = written(lived, folder, name, **options)
            assume(any(Graph(lived).nodes()))
        with back(path, folder / "back.db") as again:
            assert exported(again, name, **options) == path.read_text("utf-8")
            assert sound(again)
            assert not again.db.execute("SELECT 1 FROM change").fetchall()
            readings = list(last.values())
            shuffle.shuffle(readings)
            again.correct(corrected, b"again")
            again.replace(*readings)
            gone = {row[0] for row in again.db.execute("SELECT key FROM document")} - last.keys()
            assert gone <= {"corrections"}
            while again.find_names():
                pass
            with Store(folder / "clean.db") as clean:
                clean.replace(*readings)
                clean.correct(corrected, b"clean")
                assert told(again) == told(clean)
                assert sound(again)
                assert indexed(again) == indexed(clean)


def fits(said: Claim) -> bool:
    """Whether a reader could say that: a value where one belongs, and nodes as conditions only as methods."""
    return said.predicate.is_literal == isinstance(said.object, Literal) and all(
        (name == "with") == isinstance(value, Mention) for name, value in said.qualifiers
    )


def without_nul(value: Any) -> Any:
    """The same without NUL, which no Markdown holds: of headings RDF could not tell it."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, tuple):
        return tuple(map(without_nul, value))
    if isinstance(value, dict):
        return {without_nul(key): one for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: without_nul(getattr(value, one.name)) for one in fields(value)})
    return value


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(test_turtle.readings(), st.sampled_from(sorted(FORMATS)), st.sampled_from(OPTIONS))
def test_any_text_any_link_and_any_name_comes_back(
    documents: list[Reading], name: str, options: dict[str, bool]
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        documents = [without_nul(replace(one, claims=tuple(filter(fits, one.claims)))) for one in documents]
        with fill(folder / "a.db", documents) as store:
            path = written(store, folder, name, **options)
            told_of = noted(store, name)[1].counts
            assume(any(Graph(store).nodes()))
        try:
            again = back(path, folder / "b.db")
        except UsageError:  # only where `kg export` itself has told that it left something out
            assert any("left out" in reason for reason in told_of)
            return
        with again:
            assert exported(again, name, **options) == path.read_text("utf-8")


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(st.data(), st.sampled_from(sorted(FORMATS)))
def test_a_cut_or_edited_file_is_refused_and_nothing_is_kept(data: st.DataObject, name: str) -> None:
    from tests.rdf_sample import whole

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with whole(folder / "a.db") as store:
            path = written(store, folder, name, receipts=True)
        lines = path.read_bytes().splitlines(keepends=True)
        start = data.draw(st.integers(0, len(lines) - 1))
        here = data.draw(st.sampled_from(("cut", "drop", "twice", "torn")))
        content = b"".join(lines)
        if here == "cut":
            content = b"".join(lines[:start])
        elif here == "drop":
            content = b"".join(lines[:start] + lines[start + 1 :])
        elif here == "torn":
            content = content[: data.draw(st.integers(0, len(content) - 1))]
        else:
            content = b"".join(lines[:start] + lines[start : start + 1] * 2 + lines[start + 1 :])
        path.write_bytes(content)
        try:
            with back(path, folder / "b.db") as again:
                told_now = exported(again, name, receipts=True).encode()
        except UsageError:
            with Store(folder / "b.db") as empty:
                assert not empty.db.execute("SELECT 1 FROM document UNION SELECT 1 FROM slug").fetchall()
            return
        # What says the same: a blank line, a comment, a line of the vocabulary, or the same fact twice.
        assert set(told_now.splitlines()) >= {one for one in content.splitlines() if one[:1] != b"#"}


def test_a_store_that_is_not_empty_is_left_as_it_is(tmp_path: Path) -> None:
    from tests.rdf_sample import whole

    with whole(tmp_path / "a.db") as store:
        path = written(store, tmp_path, "turtle")
        before = exported(store)
        with pytest.raises(UsageError, match="graph in this workspace already") as raised:
            restore(store, Export(path))
        assert "graph.db" in raised.value.hint
        assert exported(store) == before
