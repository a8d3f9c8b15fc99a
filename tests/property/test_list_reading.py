"""What holds for every list: it is read without an error, line by line, and an edit moves nothing else."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.fates import gold_rows, item_rows
from ingest.lists import ListReading, read_list
from kg.model import Mention, blob_id

NAMES = st.sampled_from(["Foo", "BarLM", "T9-7B", "Sift v2", "Acme Kit", "Grün", "工具", "the", "x"])
URLS = st.sampled_from(
    [
        "https://github.com/a/foo",
        "https://arxiv.org/abs/2301.00001",
        "https://huggingface.co/a/foo-2b",
        "https://example.org/page?x=1#y",
        "javascript:alert(1)",
        "../docs/x.md",
        "#top",
        "",
    ]
)
LINKS = st.builds("[{}]({})".format, NAMES, URLS)
PIECES = st.one_of(
    LINKS,
    NAMES,
    st.sampled_from(
        [
            " - ", ": ", "**", "*", "`MIT`", "<br>", "[[Paper]](https://arxiv.org/abs/2402.00002)",
            "(2024)", "7B", "4-8 GB RAM", "fine-tuned from ", "based on ", "supports ", "\\|",
            "![x](https://img.shields.io/badge/-A-b)", "<b>", "</b>", "<!--", "-->", "“", "🔥",
            "\uff0c", "e.g., ", "ICML'24", "\t", "&lt;",
        ]
    ),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=6).map("".join)
HEADINGS = st.sampled_from(
    "Models,Tools,Papers,Fine-tuning Techniques,Fine-tuning Guide,Hardware,License,2024,".split(",")
)
MARKERS = st.sampled_from(["- ", "* ", "  - ", "1. ", "    - ", "> ", ""])
OTHERS = ["", "|Model|Link|", "|-|-|", "```", "---", "<details><summary>Oak</summary>", "</details>"]
LINES = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###"]), HEADINGS),
    st.builds("{}{}".format, MARKERS, TEXTS),
    st.builds("|{}|{}|".format, TEXTS, TEXTS),
    st.sampled_from(OTHERS),
)
LISTS = st.lists(LINES, max_size=25).map("\n".join)


def read(text: str) -> ListReading:
    return read_list(text.encode(), name="p")


def spoken(read: ListReading) -> tuple[object, ...]:
    return read.reading.mentions, read.reading.claims, tuple(read.reading.spans)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    reading = read_list(content, name="p").reading
    assert (reading.key, reading.revision.blob) == ("list:p", blob_id(content))


@settings(deadline=None)
@given(LISTS)
@example("|||\n|||\n|-|-|")
def test_every_line_has_a_fate_and_every_span_lies_in_the_list(text: str) -> None:
    result = read(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = {n for fate in result.fates for n in range(fate.line, fate.end_line + 1)}
    assert all(not line.strip() or number in told for number, line in enumerate(lines, 1))
    assert all(1 <= span.line <= span.end_line <= len(lines) for span in result.reading.spans.values())
    assert all(1 <= fate.line <= fate.end_line <= len(lines) for fate in result.fates)
    assert all(fate.reason and fate.fate in ("used", "ignored") for fate in result.fates)


@settings(deadline=None)
@given(LISTS)
def test_reading_twice_says_the_same(text: str) -> None:
    assert read(text) == read(text)


@settings(deadline=None)
@given(LISTS)
def test_a_line_inserted_at_the_top_changes_no_place_and_no_claim(text: str) -> None:
    assert spoken(read("<!-- new -->\n\n" + text)) == spoken(read(text))


@settings(deadline=None)
@given(LISTS)
def test_claims_keep_to_the_vocabulary_and_to_known_places(text: str) -> None:
    reading = read(text).reading
    known = set(reading.mentions)
    for claim in reading.claims:
        ends = (claim.subject, claim.object, *(value for _, value in claim.qualifiers))
        assert all(end in known for end in ends if isinstance(end, Mention))
        assert all(place in reading.spans for place in claim.places)
        assert claim.subject.kind in claim.predicate.domain
    assert all(m.place in reading.spans and 0 < m.confidence <= 1 for m in known)
    assert len(known) == len(reading.mentions)


@settings(deadline=None)
@given(LISTS)
def test_the_rows_of_a_list_can_be_written_as_json(text: str) -> None:
    import json

    fates = read(text).fates
    told = [item_rows("p.md", fates), gold_rows("p.md", fates)]
    assert json.loads(json.dumps(told)) == told
