"""The examples of the page on reading lists: each list shown is read as the table below it says.

``python -m tests.docs.test_reading_lists`` writes the tables anew: look at the difference.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from ingest.fates import item_rows
from ingest.lists import read_list

from .pages import ROOT, fences

PAGE = ROOT / "docs" / "reading-lists.md"

_EXAMPLE = re.compile(r"^```markdown\n(.*?)^```\n\n?((?:^\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)
_HEAD = "| line | read as | name | what else |\n|---|---|---|---|\n"


def table(text: str) -> str:
    """What ``kg items`` makes of a list, as the page shows it."""
    rows = item_rows("a.md", read_list(text.encode(), name="a").fates)
    rows = [row for row in rows if row["reason"] not in {"title", "heading"}]
    return _HEAD + "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows)


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    line = str(row["line"]) if row["line"] == row["end_line"] else f"{row['line']}-{row['end_line']}"
    if "name" not in row:
        return line, f"*{row['reason']}*", "", ""
    told = [f"{edge['rel']} {edge['target']}" for edge in row["edges"] if edge["rel"] != "in_section"]
    told += [f"{name} {_value(value)}" for name, value in row["attrs"].items()]
    return line, row["kind"], row["name"], "; ".join(told)


def _value(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(f"{one:,.10g}" if isinstance(one, float) else str(one) for one in values)


def examples() -> list[tuple[str, str]]:
    return _EXAMPLE.findall(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("number", range(len(examples())))
def test_every_example_is_read_as_the_page_says(number: int) -> None:
    text, shown = examples()[number]
    assert shown == table(text), "run `python -m tests.docs.test_reading_lists` and look at the difference"


def test_every_list_of_the_page_is_an_example() -> None:
    assert len(examples()) == sum(fence.language == "markdown" for fence in fences(PAGE)) >= 10


def test_what_the_page_promises_of_a_good_list_holds() -> None:
    """The advice of the last part, followed: nothing is left out but headings, nothing is a problem."""
    text = (
        "# Awesome Gauges\n\n## Models\n\n### Tides\n\n"
        "- [Gauge-7B](https://github.com/saltlab/gauge) - A model of 7B parameters, fine-tuned"
        " from Shoreling. [[Paper](https://arxiv.org/abs/2401.90006)]\n"
        "- [Shoreling](https://github.com/saltlab/shoreling) - A base model with 32k context.\n"
        "\n## Datasets\n\n- [GaugeSet](https://huggingface.co/datasets/saltlab/gaugeset) - Hourly readings.\n"
    )
    read = read_list(text.encode(), name="a")
    assert read.reading.problems == ()
    assert {fate.reason for fate in read.fates if fate.fate == "ignored"} <= {"title", "heading"}
    rows = [row for row in item_rows("a.md", read.fates) if "name" in row]
    assert [(row["name"], row["kind"]) for row in rows] == [
        ("Gauge-7B", "Model"),
        ("Shoreling", "Model"),
        ("GaugeSet", "Dataset"),
    ]
    told = {(edge["rel"], edge["target"]) for edge in rows[0]["edges"]}
    assert {("derived_from", "Shoreling"), ("has_paper", "arxiv:2401.90006")} <= told
    assert rows[0]["attrs"]["params"] == [7e9]


if __name__ == "__main__":
    written = _EXAMPLE.sub(
        lambda found: f"```markdown\n{found[1]}```\n\n{table(found[1])}", PAGE.read_text("utf-8")
    )
    PAGE.write_text(written, "utf-8")
