"""A figure and its floor, and the table that shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: what was done, how much, and what the floor reaches.

    ``unit`` says which way is better: a rate (``.../s``) is better the larger it is, all else the
    smaller. ``floor`` names the least that could do the work; empty where there is none.
    """

    work: str
    value: float
    unit: str
    floor: str = ""
    least: float = math.nan

    @property
    def ratio(self) -> float:
        """How many times more than the floor it costs; 1 is as good as it can be."""
        return self.least / self.value if self.unit.endswith("/s") else self.value / self.least

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Its cells: the work, the figure, the ratio, the floor."""
        if not self.floor:
            return self.work, f"{rounded(self.value)} {self.unit}", "", ""
        floor = f"{self.floor}: {rounded(self.least)} {self.unit}"
        return self.work, f"{rounded(self.value)} {self.unit}", f"{self.ratio:.2f} x", floor


def rounded(value: float) -> str:
    """The number with three digits that count.

    >>> rounded(1234567.0), rounded(12.345), rounded(0.012345)
    ('1,230,000', '12.3', '0.0123')
    """
    if not value or not math.isfinite(value):
        return str(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines of columns."""
    rows = [("what", "figure", "ratio", "floor"), *(figure.row for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for work, value, ratio, floor in rows:
        cells = (work.ljust(widths[0]), value.rjust(widths[1]), ratio.rjust(widths[2]), floor)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
