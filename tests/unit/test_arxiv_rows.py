"""The faults of arXiv that were met or are to be expected, each with its tests; and those of the disk.

A test bears ``@pytest.mark.row(number)`` of the faults that it is about; ``pytest -m row`` runs them.
"""

from __future__ import annotations

import ast
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from kg.errors import StoreError, StoreLocked
from kg.store import Store
from tests.unit.test_lookup import Bench, _bench, few

TESTS = Path(__file__).parents[1]

ROWS = {
    1: "429 with Retry-After in seconds",
    2: "429 or 503 with Retry-After as a date",
    3: "429 without a time",
    4: "503 twice, then an answer",
    5: "500, 502, 504",
    6: "403",
    7: "400 for the form of one id",
    8: "a malformed id in a list",
    9: "one id in many spellings",
    10: "one paper named many times",
    11: "an id that arXiv does not know",
    12: "an empty feed for known ids",
    13: "an empty first page that counts papers",
    14: "fewer entries than ids",
    15: "an entry that comes twice",
    16: "an error entry under a 200",
    17: "a web page or plain text under a 200",
    18: "an empty body",
    19: "XML cut off, the length right",
    20: "a body shorter than it says, a chunk cut off",
    21: "a control character, bad UTF-8, an undefined entity",
    22: "one entry without a usable date or id",
    23: "a server that never answers",
    24: "a byte at a time",
    25: "a connection that is reset",
    26: "redirects",
    27: "413 and 414",
    28: "a server that gives a few at a time",
    29: "entries in another order",
    30: "a version lower than the known one",
    31: "a new version",
    32: "metadata changed, the version the same",
    33: "nothing changed",
    34: "only the notation differs",
    35: "a withdrawal",
    36: "a withdrawal that is lifted",
    37: "a resumption token that is no longer good",
    38: "a page of changes cut off before its token",
    39: "tokens that go round in a circle",
    40: "no changes",
    41: "a day of very many changes",
    42: "a record that arXiv calls deleted",
    43: "a token with signs in it",
    44: "two processes, or threads, at once",
    45: "a clock that jumps",
    46: "a process killed in the middle",
    47: "a full disk, a locked database",
    48: "a refresh twice a day",
    49: "a huge page, an XML bomb, an external entity",
    50: "very many authors, odd titles",
    51: "a label that is another paper's title",
    52: "no network",
}


def test_every_fault_has_its_tests() -> None:
    tested: dict[int, list[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for number in rows_of(node):
                    tested.setdefault(number, []).append(node.name)
    assert sorted(tested) == sorted(ROWS)


def rows_of(function: ast.FunctionDef) -> list[int]:
    """The numbers in the marks of a test."""
    calls = [one for one in function.decorator_list if isinstance(one, ast.Call)]
    marks = [call for call in calls if ast.unparse(call.func) == "pytest.mark.row"]
    return [ast.literal_eval(number) for mark in marks for number in mark.args]


# --------------------------------------------------------------------- the disk and the database


@pytest.fixture
def bench(tmp_path: Path) -> object:
    yield from _bench(tmp_path, "present")


@pytest.mark.row(47)
def test_a_full_disk_keeps_whole_pages_and_calls_nothing_fresh(bench: Bench) -> None:
    ids = few(bench, count=30)
    for one in ids:
        bench.revise(one, abstract="Now with a very long proof. " * 2000)
    before = bench.rows()
    (pages,) = bench.store.db.execute("PRAGMA page_count").fetchone()
    bench.store.db.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreError, match="cannot grow"):
        bench.refresh()
    assert bench.rows() == before
    assert len(bench.server.asked) == 2, "what cannot be kept is not asked for again"
    bench.store.db.execute("PRAGMA max_page_count = 1000000")
    bench.now[0] += timedelta(minutes=5)
    report = bench.refresh()
    assert (report.asked, report.changed, report.unanswered) == (30, 30, 0)


@pytest.mark.row(47)
def test_a_locked_database_keeps_whole_pages_and_calls_nothing_fresh(bench: Bench) -> None:
    ids = few(bench, count=30)
    bench.client.batch = 15
    for one in ids:
        bench.revise(one, abstract="Now with proof.")
    bench.store.db.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(bench.store.path, isolation_level=None, check_same_thread=False)
    good = bench.server.answer

    def lock_at_the_second(path: str, query: dict[str, str], headers: dict[str, str]) -> object:
        if ids[20] in query.get("id_list", ""):
            other.execute("BEGIN IMMEDIATE")
        return good(path, query, headers)

    bench.server.answer = lock_at_the_second  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreLocked):
        bench.refresh()
    bench.server.answer = good  # type: ignore[method-assign]
    other.execute("ROLLBACK")
    other.close()
    report = bench.refresh()
    assert (report.asked, report.changed, report.unanswered) == (15, 15, 0)


@pytest.mark.row(44, 47)
def test_the_store_is_free_while_arxiv_is_asked(bench: Bench) -> None:
    few(bench)
    good, seen = bench.server.answer, []

    def write_meanwhile(path: str, query: dict[str, str], headers: dict[str, str]) -> object:
        with Store(bench.store.path) as other:
            other.checked("list:papers")
            seen.append(path)
        return good(path, query, headers)

    bench.server.answer = write_meanwhile  # type: ignore[method-assign,assignment]
    assert bench.refresh().unanswered == 0
    assert seen
