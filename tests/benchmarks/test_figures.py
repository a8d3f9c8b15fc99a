"""The benchmarks run, small; no time is asserted, since machines differ."""

from __future__ import annotations

import math

from . import index, ingest, refresh, startup
from .figures import Figure, table


def test_a_ratio_tells_how_far_the_floor_is_for_times_and_for_rates() -> None:
    assert Figure("start", 60.0, "ms", "floor", 40.0).ratio == 1.5
    assert Figure("read", 40.0, "MB/s", "floor", 60.0).ratio == 1.5
    assert math.isnan(Figure("start", 60.0, "ms").ratio)


def test_a_table_has_a_line_for_each_figure_and_its_floor() -> None:
    text = table([Figure("start", 60.0, "ms", "nothing", 40.0), Figure("write", 1234567.0, "triples/s")])
    assert text.splitlines() == [
        "what                figure   ratio  floor",
        "start              60.0 ms  1.50 x  nothing: 40.0 ms",
        "write  1,230,000 triples/s",
    ]


def test_starting_is_measured_against_the_least_that_could_do_it() -> None:
    found = {figure.work: figure for figure in startup.run(rounds=1)}
    assert {"kg --help", "kg search lora"} <= found.keys()
    assert all(figure.floor and figure.ratio > 0 for figure in found.values())


def test_ingesting_is_measured_against_parsing_alone() -> None:
    figures = list(ingest.run(lists=2))
    assert [figure.unit for figure in figures].count("MB/s") == 3
    assert all(figure.value > 0 for figure in figures)


def test_variants_differ_but_hold_as_much() -> None:
    first, second = ingest.variants(2)
    assert first != second
    assert first.count(b"\n") == second.count(b"\n")


def test_a_refresh_without_news_is_measured_against_parsing_the_same_pages() -> None:
    whole, *parts = refresh.run(papers=2000)
    assert whole.unit == "ms CPU"
    assert whole.ratio > 0
    assert all(0 < part.value < whole.value for part in parts)


def test_an_index_is_measured_against_the_bulk_load_of_the_same_triples() -> None:
    figures = list(index.run(papers=20))
    assert [figure.unit for figure in figures] == ["s", "s CPU"]
    assert all(figure.ratio > 0 for figure in figures)
