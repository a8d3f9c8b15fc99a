"""A misreading, ready to be reported: the smallest list that is read the same, and what it is read as."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from kg import __version__

from .fates import Fate, gold_rows, item_rows
from .lists import READER, read_list
from .lists.blocks import Block, Outline
from .lists.document import outline

BUDGET = 8_000_000
"""Bytes of lists read while one is made smaller; what is smallest by then is taken."""

FILE = "misreading.md"
_PLACE = ("file", "line", "end_line")


@dataclass(frozen=True, slots=True)
class Misreading:
    """A list and one line of it, which is read as ``row`` (of ``kg items``) says.

    ``gold``: the same as a row of labels, to be corrected and kept.
    """

    text: str
    line: int
    row: dict[str, Any]
    gold: dict[str, Any]


def rows_at(rows: Iterable[dict[str, Any]], line: int) -> list[dict[str, Any]]:
    """The rows of ``kg items`` that cover a line."""
    return [row for row in rows if row["line"] <= line <= row["end_line"]]


def smallest(content: bytes, line: int, *, budget: int = BUDGET) -> Misreading | None:
    """The smallest list in which the entry at ``line`` is read as in this one; None if nothing is there.

    Headings above the entry are kept as far as they matter, and so is whatever else does.
    """
    doc = outline(content)
    found = rows_at(item_rows(FILE, read_list(content, name="misreading").fates), line)
    if not found:
        return None
    row = next((one for one in reversed(found) if "name" in one), found[-1])
    shrinking = _Shrinking(doc, row, line, budget)
    kept = shrinking.run()
    text = shrinking.text(kept)
    now = kept.index(line) + 1
    fates = read_list(text.encode(), name="misreading").fates
    same = shrinking.matching(fates, now) or row
    return Misreading(text, now, same, _gold(fates, same))


class _Shrinking:
    """Lines taken out of a list as long as the row at one of them stays what it is."""

    def __init__(self, doc: Outline, row: dict[str, Any], line: int, budget: int) -> None:
        self.doc, self.row, self.line, self.left = doc, row, line, budget
        self.wanted = _said(row)

    def run(self) -> list[int]:
        """The numbers of the lines that are left."""
        own = set(range(self.row["line"], self.row["end_line"] + 1))
        kept = sorted(_around(self.doc, self.row) | own)
        if not self.reads_same(kept):
            kept = self.without(list(range(1, len(self.doc.source) + 1)), own)
        return self.without(kept, {self.line})

    def without(self, kept: list[int], fixed: set[int]) -> list[int]:
        """The lines left when ever smaller runs of those not ``fixed`` have been tried without."""
        size = len(kept)
        while size:
            before = len(kept)
            for start in range(0, len(kept), size):
                loose = [n for n in kept if n not in fixed]
                run = set(loose[start : start + size])
                fewer = [n for n in kept if n not in run]
                while run and self.reads_same(fewer):
                    kept = fewer
                    loose = [n for n in kept if n not in fixed]
                    run = set(loose[start : start + size])
                    fewer = [n for n in kept if n not in run]
            if size > 1 or len(kept) == before:
                size //= 2
        return kept

    def text(self, kept: Sequence[int]) -> str:
        """The list that these lines make."""
        return "\n".join(self.doc.source[n - 1] for n in kept) + "\n"

    def reads_same(self, kept: list[int]) -> bool:
        """Whether the row stays what it is when only these lines are left."""
        content = self.text(kept).encode("utf-8", "replace")
        if len(content) > self.left:
            return False
        self.left -= len(content) + 500  # an empty list takes some time, too
        fates = read_list(content, name="misreading").fates
        return self.matching(fates, kept.index(self.line) + 1) is not None

    def matching(self, fates: Iterable[Fate], line: int) -> dict[str, Any] | None:
        """The row at this line that says the same, if there is one."""
        rows = rows_at(item_rows(FILE, fates), line)
        return next((row for row in rows if _said(row) == self.wanted), None)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _PLACE}


def _around(doc: Outline, row: dict[str, Any]) -> set[int]:
    """The lines that an entry seems to hang on: headings, the items around it, the head of its table."""
    line = row["line"]
    inside = [b for b in doc.blocks if b.line <= line <= b.end_line]
    found: set[int] = set()
    for block in (*inside, *(b for b in doc.blocks if b.kind == "title")):
        found.update(range(block.line, _own_end(doc, block) + 1))
        for section in block.path:
            found.update(range(section.line, max(section.line, section.end_line) + 1))
        if block.table:
            head = min(b.line for b in doc.blocks if b.table == block.table)
            found.update((head, head + 1))
    return {n for n in found if 1 <= n <= len(doc.source)}


def _own_end(doc: Outline, block: Block) -> int:
    first = min((doc.blocks[i].line for i in block.children), default=0)
    return max(block.line, first - 1) if first else block.end_line


def _gold(fates: Iterable[Fate], row: dict[str, Any]) -> dict[str, Any]:
    """The row of labels for the same lines: what is read there, or an empty one to be filled in."""
    rows = [one for one in gold_rows(FILE, fates) if one["line"] == row["line"]]
    named = [one for one in rows if one["name"] == row.get("name")]
    if named:
        return named[0]
    empty: dict[str, Any] = {"name": "", "aliases": [], "kind": "", "url": None, "arxiv": [], "repo": None}
    return {key: row[key] for key in _PLACE} | empty | {"edges": [], "attrs": {}}


# ------------------------------------------------------------------------------- the report

_REPORT = """\
**The smallest list that is read like this** (line {line}):

{document}

**What kg makes of it**: {verdict}

{row}

**What it should be** (please correct this row; take it out if the line names nothing):

{gold}

**Versions**: {versions}
"""


def report(found: Misreading) -> str:
    """The misreading as Markdown, ready to be pasted into an issue."""
    row = found.row
    verdict = f"{row['fate']}, by the rule `{row['reason']}`"
    if "confidence" in row:
        verdict += f", {row['kind']} with confidence {row['confidence']:g}"
    return _REPORT.format(
        line=found.line,
        document=_fenced(found.text, "markdown"),
        verdict=verdict,
        row=_fenced(json.dumps(row, ensure_ascii=False, indent=1), "json"),
        gold=_fenced(json.dumps(found.gold, ensure_ascii=False), "json"),
        versions=", ".join(f"{name} {number}" for name, number in versions()),
    )


def versions() -> list[tuple[str, str]]:
    """What a reading depends on, each with its version."""
    libraries = [(name, version(name)) for name in ("cmarkgfm", "lxml")]
    return [("kg", __version__), ("reader", READER), ("Python", platform.python_version()), *libraries]


def _fenced(text: str, language: str) -> str:
    """A block of code that nothing in the text can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"
