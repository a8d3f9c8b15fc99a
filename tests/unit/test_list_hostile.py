"""Whatever the bytes of a list, reading it ends soon, raises nothing and says what was wrong."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from ingest.lists import ListReading, read_list
from ingest.lists.document import MAX_BYTES
from ingest.lists.items import MAX_ENTRIES
from ingest.worker import Worker

ITEM = b"- [Foo](https://github.com/a/b) - a tool for Bar\n"


def read(content: bytes) -> ListReading:
    return read_list(content, name="hostile")


def said(content: bytes) -> str:
    return " | ".join(p.message for p in read(content).reading.problems)


def begin(content: bytes) -> str:
    return repr(content[:40])


def wide(columns: int, rows: int) -> bytes:
    return (
        b"# x\n\n" + b"|a" * columns + b"|\n" + b"|-" * columns + b"|\n" + (b"|b" * columns + b"|\n") * rows
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"\0" * 5000,
        bytes(range(256)) * 40,
        b"\xff\xfe- [a](https://a.org)\n",
        "- [a\ud800](https://a.org) x\n".encode("utf-8", "surrogatepass"),
        b"\xef\xbb\xbf# BOM\r\n\r\n- [a](https://a.org)\r",
        b"<!-- never closed\n- [a](https://a.org)\n",
        b"<details><summary>x</summary>" * 500,
        b"<table><tr><td>" * 500,
        b"<ul><li>x" * 500,
        b"- a\n\n    - b\n\n```\nnever closed\n",
        b"[" * 5000,
        b"**a" * 5000,
        b"|" * 5000,
        b"<b>" * 3000 + b"x",
        ITEM + b"<ul><li>" * 2000,
        b"- [Foo](https://github.com/a/b) - " + b"<ul><li>" * 2000,
        b"<ul><li>Pruning kind\n" * 2000 + ITEM,
        b"".join(b"<details><summary>Pruning %d</summary>\n\n" % n for n in range(2000)) + ITEM,
    ],
    ids=begin,
)
def test_odd_bytes_are_read(content: bytes) -> None:
    result = read(content)
    assert result == read(content)


def test_bytes_that_are_no_utf8_are_told_with_their_line() -> None:
    problems = read(b"# x\n\n- [a\xff](https://a.org) tool\n").reading.problems
    assert [(p.line, p.message) for p in problems] == [(3, "not UTF-8: unreadable bytes replaced")]


def test_a_wide_table_is_left_out_and_the_rest_is_read() -> None:
    result = read(wide(5000, 3) + b"\n## Tools\n\n" + ITEM)
    assert [p.message for p in result.reading.problems] == ["table of more than 200 columns left out"]
    assert [m.name for m in result.reading.mentions] == ["Foo"]


def test_lists_that_nest_too_deep_are_cut_and_the_rest_is_read() -> None:
    deep = b"".join(b"  " * i + b"- x\n" for i in range(1000))
    result = read(deep + b"\n## Tools\n\n" + ITEM)
    assert "nested deeper than 200 levels: left out" in [p.message for p in result.reading.problems]
    assert "Foo" in [m.name for m in result.reading.mentions]


@pytest.mark.parametrize(
    "tag",
    [
        b"<a " + b"x=y " * 5000 + b">",
        b"<a " + b'x=">" ' * 5000 + b">",
        b"<div " + b"x\n" * 5000 + b">",
        b"<pre " + b"x\n\n" * 5000 + b">",
        b"<div " + b"x/" * 5000 + b">",
        b"<div " + b"<x " * 5000 + b">",
    ],
    ids=begin,
)
def test_a_tag_of_very_many_attributes_is_left_out_and_the_rest_is_read(tag: bytes) -> None:
    result = read(b"# x\n\n" + tag + b"\n</pre>\n\n## Tools\n\n" + ITEM)
    assert [(p.line, p.message) for p in result.reading.problems][:1] == [
        (3, "tag of more than 1000 attributes left out")
    ]
    assert "Foo" in [m.name for m in result.reading.mentions]


def test_a_picture_within_its_address_is_no_tag_of_many_attributes() -> None:
    picture = b"<img src='data:image/png;base64," + b"a/b+" * 5000 + b"'>"
    assert not read(b"# x\n\n" + picture + b"\n\n" + ITEM).reading.problems


def test_a_list_full_of_small_tags_has_no_tag_of_many_attributes() -> None:
    assert not read(b"# x\n\n" + b"<b class=x>y</b> a < b 'tis\n\n" * 3000 + ITEM).reading.problems


@pytest.mark.parametrize("content", [b"> " * 500_000, b"- " * 500_000, b">" * 500_000])
def test_a_line_of_nothing_but_markers_is_left_out(content: bytes) -> None:
    assert "nested deeper" in said(content)


def test_a_very_long_text_is_cut() -> None:
    assert "text too long for one entry" in said(b"- " + b"word " * 100_000)


def test_what_lies_beyond_the_size_limit_is_not_read() -> None:
    filler = b"<!-- " + b"x" * 9000 + b" -->\n"
    result = read(ITEM + filler * (MAX_BYTES // 9000 + 1) + ITEM)
    assert len(result.reading.mentions) == 1
    assert str(MAX_BYTES) in result.reading.problems[0].message


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        ITEM,
        b"|Model|Base|Params|\n|-|-|-|\n" + b"|Foo|Bar, Baz|7B|\n" * 1000,
        b"|a|b|\n|-|-|\n",
        b"# a\n",
        b"###### a [x](https://y.org)\n",
        b"> a\n\n",
        b"1. Use model Foo\n",
        b"- 4-8 GB RAM Foo with Baz\n",
        b"*a _b ",
        b"<table><tr><td>x<td><a href=https://x.org>b</a>\n",
        b"&amp;",
        b"https://a.org/x ",
        b"- a: ",
        b"- [The Foo](https://a.org) - based on The Foo and The Bar by Google, trained on The Baz\n",
        b"`a",
        b"<!-- a -->\n",
        b"[a]: https://a.org\n",
    ],
    ids=lambda unit: unit[:24].decode(),
)
def test_a_megabyte_of_anything_takes_less_than_ten_seconds(unit: bytes) -> None:
    content = unit * (1_000_000 // len(unit))
    start = time.process_time()
    read(content)
    assert time.process_time() - start < 10


@pytest.mark.slow
def test_more_blocks_than_any_list_has_are_left_out_and_told() -> None:
    assert "blocks: the rest left out" in said(b"# a\n" * 100_000)


@pytest.mark.slow
def test_twenty_megabytes_of_items_are_bounded() -> None:
    result = read(ITEM * (20_000_000 // len(ITEM)))
    assert len(result.reading.mentions) == MAX_ENTRIES
    assert f"more than {MAX_ENTRIES} entries" in result.reading.problems[-1].message


def test_a_process_reads_only_so_much_before_another_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def process() -> int:
        worker.read(ITEM, name="x", page="", commit="", retrieved_from="")
        (child,) = multiprocessing.active_children()
        assert child.pid
        return child.pid

    with Worker() as worker:
        first = process()
        assert process() == first
        monkeypatch.setattr("ingest.worker.TOGETHER", 3 * len(ITEM))
        assert process() == first
        assert process() != first
