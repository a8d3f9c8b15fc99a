"""Any line of a snapshot is a paper, is not wanted, or says why it is none; any paper can be stored."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.arxiv.records import reading_of
from ingest.arxiv.snapshot import LONGEST, Part, numbered, paper_of
from kg.graph import Graph
from kg.store import Store

texts = st.one_of(st.text(max_size=20), st.sampled_from(("\ud800", "\0", "\\'e {", "$x$", "10.5555/x")))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
created = st.one_of(
    st.just("Mon, 2 Apr 2007 19:18:42 GMT"),
    st.just("Mon, 2 Apr 0007 19:18:42 GMT"),
    st.just("2 Apr 99999"),
    texts,
)
versions = st.fixed_dictionaries(
    {"version": st.sampled_from(("v1", "v2", "2", "v0", "v-1", "v" + "9" * 30)), "created": created}
)
lines = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.sampled_from(("2401.00001", "hep-th/9901001", "0704.0001v2")), anything),
        "title": st.one_of(texts, anything),
        "versions": st.one_of(st.lists(versions, min_size=1, max_size=3), anything),
        "authors_parsed": st.one_of(st.lists(st.lists(texts, min_size=2, max_size=4), max_size=3), anything),
        **dict.fromkeys(
            ("authors", "abstract", "comments", "journal-ref", "doi", "license", "categories"), anything
        ),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(lines.map(lambda one: json.dumps(one).encode()), st.binary(max_size=30)), max_size=4)
)
def test_any_line_is_a_paper_that_can_be_stored_or_says_why_not(
    tmp_path_factory: pytest.TempPathFactory, said: list[bytes]
) -> None:
    papers = {}
    for line in said:
        for part in (Part(), Part(("cs.CL",), date(2000, 1, 1))):
            with suppress(ValueError):
                if (found := paper_of(line, part)) is not None:
                    papers[found[0].arxiv_id] = found
    if papers:
        with Store(tmp_path_factory.mktemp("snapshot") / "graph.db") as store:
            readings = [reading_of(record) for record, _ in papers.values()]
            store.replace(*readings, versions={i: known for i, (_, known) in papers.items()})
            assert Graph(store).counts().papers_recorded == len(papers)


@given(st.lists(st.binary(max_size=9).map(lambda line: line.replace(b"\n", b"")), max_size=6), st.booleans())
def test_lines_are_counted_and_found_again_where_they_were_left(said: list[bytes], ended: bool) -> None:  # noqa: FBT001
    content = b"\n".join(said) + (b"\n" if ended and said else b"")
    every = list(numbered(io.BytesIO(content)))
    assert b"".join(line for _, line in every) == content
    for n, (at, _) in enumerate(every, 1):
        assert list(numbered(io.BytesIO(content), start=at)) == every[n:]


def test_a_line_without_end_is_one_line_and_no_paper(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * (2 * LONGEST) + b"\n{}\n")
    with path.open("rb") as file:
        long, short = list(numbered(file))
    assert (long[0], short) == (2 * LONGEST + 1, (path.stat().st_size, b"{}\n"))
    with pytest.raises(ValueError, match="longer"):
        paper_of(long[1], Part())
