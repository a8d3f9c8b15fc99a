"""``kg items --line`` and ``--report``: one entry in full, and the smallest list that reads the same."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.fates import gold_rows, item_rows
from ingest.lists import READER, read_list
from ingest.misreading import rows_at, smallest
from tests.cli.command import Kg, on_a_terminal
from tests.cli.lists import TIDES

TEMPLATE = Path(__file__).parents[2] / ".github" / "ISSUE_TEMPLATE" / "misreading.md"


def fences(text: str) -> list[str]:
    return [found[2] for found in re.findall(r"^(`{3,})(\w+)\n(.*?)\n\1$", text, re.MULTILINE | re.DOTALL)]


def said(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in {"file", "line", "end_line"}}


# ------------------------------------------------------------------------------------ --line


def test_line_shows_the_rows_at_that_line_only(tides: Kg) -> None:
    (row,) = tides("items", "tides.md", "--line", "9", "--json").json["items"]
    assert (row["line"], row["name"], row["kind"]) == (9, "Brinewave", "Model")
    (gold,) = tides("items", "tides.md", "--line", "9", "--jsonl").out.splitlines()
    assert json.loads(gold)["name"] == "Brinewave"
    (heading,) = tides("items", "tides", "--line", "8", "--json").json["items"]
    assert (heading["fate"], heading["reason"]) == ("ignored", "heading")


def test_line_shows_all_details_on_a_terminal(tides: Kg) -> None:
    told = "\n".join(line.rstrip() for line in on_a_terminal(tides, "items", "tides.md", "--line", "9"))
    assert told.startswith("line 9: Model 'Brinewave' (rule ")
    for part in ("confidence 0.", "repo: github:saltlab/brinewave", "arxiv: 2401.90001"):
        assert part in told
    assert "derived_from: Shoreling" in told
    assert "params = [120000000.0]" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tides.md", "--line", "2"], "The nearest line that holds something is 1."),
        (["tides.md", "--line", "99"], "The nearest line that holds something is 25."),
        (["tides.md", "tides.md", "--line", "9"], "--line goes with one LIST"),
        (["tides.md", "--report"], "--report needs --line"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_told(tides: Kg, arguments: list[str], message: str) -> None:
    assert message in tides.refused("items", *arguments)


def test_line_0_is_no_line(tides: Kg) -> None:
    assert "--line" in tides("items", "tides.md", "--line", "0", code=2).err


# ---------------------------------------------------------------------------------- --report


def test_a_report_holds_all_that_a_bug_report_needs(tides: Kg) -> None:
    before = tides.stored()
    told = tides("items", "tides.md", "--line", "14", "--report").out
    document, row, gold = fences(told)
    assert document.splitlines()[0] == "## Fine-tuning methods"
    assert len(document.splitlines()) == 2
    assert json.loads(row)["rule"] in told
    assert "with confidence 0." in told
    fates = read_list(f"{document}\n".encode(), name="x").fates
    assert json.loads(gold) in gold_rows("misreading.md", fates)
    assert f"reader {READER}" in told
    for name in ("kg 0.", "cmarkgfm 20", "lxml ", f"Python {platform.python_version()}"):
        assert name in told
    assert tides.stored() == before


@pytest.mark.parametrize("number", range(1, len(TIDES.splitlines()) + 1))
def test_every_line_reads_the_same_in_its_smallest_list(number: int) -> None:
    rows = rows_at(item_rows("a", read_list(TIDES.encode(), name="a").fates), number)
    found = smallest(TIDES.encode(), number)
    if not rows:
        assert found is None
        return
    assert found is not None
    assert said(found.row) in [said(row) for row in rows]
    again = rows_at(item_rows("a", read_list(found.text.encode(), name="a").fates), found.line)
    assert said(found.row) in [said(row) for row in again]
    assert found.text.splitlines()[found.line - 1] == TIDES.splitlines()[number - 1]
    assert len(found.text.splitlines()) <= 6


def test_no_line_can_be_taken_from_the_smallest_list() -> None:
    found = smallest(TIDES.encode(), 9)
    assert found is not None
    lines = found.text.splitlines()
    for gone in range(len(lines)):
        if gone == found.line - 1:
            continue
        rest = [line for n, line in enumerate(lines) if n != gone]
        at = found.line - (gone < found.line - 1)
        fates = read_list(("\n".join(rest) + "\n").encode(), name="a").fates
        assert said(found.row) not in [said(row) for row in rows_at(item_rows("a", fates), at)]


TABLE = """\
# Gulls

Some prose.

## Counting

| Name | Size | Licence | Link |
|---|---|---|---|
| Alpha | 1B | MIT | [code](https://github.com/gull/alpha) |
| Beta | 2B | MIT | [code](https://github.com/gull/beta) |
| Gamma | 3B | Apache 2.0 | [code](https://github.com/gull/gamma) |

More prose.
"""


def test_a_row_keeps_the_head_of_its_table() -> None:
    found = smallest(TABLE.encode(), 10)
    assert found is not None
    lines = found.text.splitlines()
    assert "| Name | Size | Licence | Link |" in lines
    assert lines[found.line - 1] == "| Beta | 2B | MIT | [code](https://github.com/gull/beta) |"
    assert not any("Alpha" in line or "prose" in line for line in lines)


def test_what_another_entry_contributes_is_found_and_kept() -> None:
    other = "- [Shoreling](https://github.com/salt/shoreling) - A base model."
    filler = [f"- [Gauge {n}](https://github.com/salt/gauge-{n}) - A model." for n in range(60)]
    entry = "- [Brinewave](https://github.com/salt/brinewave) - Fine-tuned from Shoreling."
    text = "\n".join(["# A", "", "## Models", *filler[:30], other, *filler[30:], entry, ""])
    found = smallest(text.encode(), 65)
    assert found is not None
    assert found.row["name"] == "Brinewave"
    assert {"rel": "derived_from", "target": "Shoreling"} in found.row["edges"]
    assert len(found.text.splitlines()) <= 3


def test_the_budget_bounds_the_work_and_the_row_stays() -> None:
    text = TIDES.encode()
    found = smallest(text, 9, budget=0)
    assert found is not None
    assert found.row["name"] == "Brinewave"
    assert found.text.splitlines()[found.line - 1] == TIDES.splitlines()[8]


def test_an_ignored_line_gets_an_empty_row_to_fill_in(tides: Kg) -> None:
    document, row, gold = fences(tides("items", "tides.md", "--line", "3", "--report").out)
    assert document == TIDES.splitlines()[2]
    assert json.loads(row)["fate"] == "ignored"
    assert json.loads(gold)["name"] == ""
    assert set(json.loads(gold)) >= {"file", "line", "end_line", "name", "kind", "edges", "attrs"}


def test_nothing_in_a_list_closes_the_block_that_shows_it(kg: Kg) -> None:
    kg.write(
        "a.md", "# A\n\n## Models\n````\n```\n- x\n````\n- [Ebb\x1b[1m](https://ebb.org) - \u202ex ```` y\n"
    )
    for line in ("5", "8"):
        told = kg("items", "a.md", "--line", line, "--report").out
        assert len(fences(told)) == 3
        assert "\x1b" not in told
        assert "\u202e" not in told


def test_tabs_stay_tabs(kg: Kg) -> None:
    kg.write("a.md", "## Models\n- Ebbs\n\t- [Ebb](https://github.com/salt/ebb) - A model.\n")
    document, *_ = fences(kg("items", "a.md", "--line", "3", "--report").out)
    assert document.splitlines()[-1].startswith("\t- [Ebb]")


def test_the_template_of_issues_asks_for_the_report(kg: Kg) -> None:
    text = TEMPLATE.read_text("utf-8")
    assert text.startswith("---\nname: ")
    assert "kg items LIST --line N --report" in text
    help_ = kg("items", "--help").out
    assert "--line" in help_
    assert "--report" in help_
