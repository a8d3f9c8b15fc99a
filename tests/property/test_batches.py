"""Many documents at once give the graph that they give one by one."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.turtle import write
from kg.corrections import Anchor, Correction
from kg.drafts import Seen
from kg.graph import Graph
from kg.model import Mention, Reading
from kg.resolve import resolve
from kg.store import Store
from kg.vocabulary import Kind
from tests.documents import NOON, record
from tests.property.test_history import indexed, mentions, readings, told

IDS = ("2106.09685", "2305.14314", "2110.07602", "math/0309136")
TITLES = ("Foo", "foo", "Low Rank Things", "Low-rank things", "Čeština & co.")
AUTHORS = ("Ada Example", "Ben Sample", "Zoé O'Neil", "ada example")

records = st.builds(
    lambda arxiv_id, title, version, authors, comment: record(
        arxiv_id, title, version=version, authors=tuple(authors), comment=comment
    ),
    st.sampled_from(IDS),
    st.sampled_from(TITLES),
    st.integers(1, 3),
    st.lists(st.sampled_from(AUTHORS), max_size=3),
    st.sampled_from(("", "8 pages")),
)

DOCUMENTED = "JOIN document d ON d.id = document_id"
ROWS = f"""
SELECT key, kind, title, page, blob, reader, etag, problems, checked_at, changed_at FROM document;
SELECT d.key, r.blob, commit_id, retrieved_from, retrieved_at, content FROM revision r {DOCUMENTED};
SELECT d.key, heading, digest, ordinal, line, end_line, first_line, first_blob FROM place {DOCUMENTED};
SELECT m.key, m.name, m.kind, rule, confidence, m.identifiers, m.aliases, n.slug FROM mention m
    LEFT JOIN node n ON n.id = m.node_id;
SELECT k.key, m.key FROM mention_key k JOIN mention m ON m.id = k.mention_id;
SELECT d.key, arxiv_id, version, p.title, abstract, comment, journal_ref, doi, published, updated, withdrawn,
    authors, categories, retrieved_at FROM paper p {DOCUMENTED};
SELECT * FROM paper_version;
SELECT arxiv_id, at, field, old, new, blob FROM paper_change;
SELECT slug, key, kind, label, aliases, identifiers, dissent, support FROM node;
SELECT s.slug, s.node_key, n.slug, s.replaced_by FROM slug s LEFT JOIN node n ON n.id = s.node_id;
SELECT n.slug, t.label, t.names, t.body, t.filters FROM searched t JOIN node n ON n.id = t.node_id
""".split(";")


def rows(store: Store) -> list[list[tuple[object, ...]]]:
    """All that the tables say, by natural keys instead of numbers."""
    return [sorted((tuple(row) for row in store.db.execute(sql)), key=repr) for sql in ROWS]


def turtle(store: Store) -> bytes:
    out = io.BytesIO()
    write(Graph(store), out)
    return out.getvalue()


def in_batches(store: Store, documents: list[Reading], shuffle: random.Random) -> None:
    waiting = list(documents)
    while waiting:
        size = shuffle.randint(1, len(waiting))
        store.replace(*waiting[:size])
        del waiting[:size]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(records, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_records_in_batches_fill_the_tables_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Reading], shuffle: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("batches")
    with (
        Store(folder / "single.db", clock=lambda: NOON) as single,
        Store(folder / "batch.db", clock=lambda: NOON) as batch,
    ):
        for document in documents:
            single.replace(document)
        in_batches(batch, documents, shuffle)
        assert rows(batch) == rows(single)
        assert turtle(batch) == turtle(single)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(records, readings()), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_records_and_lists_in_batches_make_the_graph_that_they_make_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Reading], shuffle: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("batches")
    with Store(folder / "single.db") as single, Store(folder / "batch.db") as batch:
        for document in documents:
            single.replace(document)
        in_batches(batch, documents, shuffle)
        assert told(batch) == told(single)
        assert indexed(batch) == indexed(single)
        assert batch.db.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("search", "search_name"):
            batch.db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


@settings(max_examples=200, deadline=None)
@given(st.lists(mentions, max_size=6))
def test_a_mention_that_shares_nothing_makes_the_node_that_the_rules_make(said: list[Mention]) -> None:
    seen = [Seen(n, f"list:{n % 3}", one) for n, one in enumerate(said, 1)]
    idle = Correction("rename", Anchor("nothing is called so", Kind.MODEL.label), value="x")
    assert resolve(seen).drafts == resolve(seen, [idle]).drafts
