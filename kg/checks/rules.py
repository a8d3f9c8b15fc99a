"""Rules that a sound database keeps: each a query for the rows that break it, and how they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import EnumMeta
from itertools import islice

from kg.graph import Graph

from . import DATABASE, Finding

SHOWN = 20
"""Cases of one rule that are told one by one: a broken index may have as many as there are papers."""

REMAKE = (
    "Put back a backup (`kg backup` makes them); or move graph.db away and run `kg refresh --all`, which"
    " makes it again from kg.toml, the sources and corrections.toml: its history then begins anew."
)

# What the store writes, as conditions on a column.
LISTED = "json_valid({0}) AND json_type({0}) = 'array'"
HEX = "length({0}) = {1} AND {0} NOT GLOB '*[^0-9a-f]*'"
MOMENT = "{0} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]*+00:00'"


@dataclass(frozen=True, slots=True)
class Rule:
    """A query whose rows are all wrong, and what is said of each: a text with its columns in braces.

    Columns named ``document`` and ``line`` also say where.
    """

    message: str
    sql: str
    hint: str = REMAKE


def broken(graph: Graph, check: str, rules: Iterable[Rule]) -> Iterator[Finding]:
    """A finding for each row that breaks a rule; of many the first, and that there are more."""
    for rule in rules:
        cursor = graph.db.execute(rule.sql)
        rows = (dict(row) for row in cursor)
        yield from first(
            Finding(
                check,
                "error",
                row.get("document") or DATABASE,
                row.get("line") or 0,
                rule.message.format_map({name: _shown(value) for name, value in row.items()}),
                rule.hint,
            )
            for row in rows
        )


def first(found: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of one rule, and one that tells how many more there are."""
    rest = iter(found)
    told = list(islice(rest, SHOWN))
    yield from told
    if more := sum(1 for _ in rest):
        last = told[-1]
        yield Finding(
            last.check,
            last.severity,
            last.document,
            0,
            f"{last.message} (and {more:,} more alike)",
            last.hint,
        )


def _shown(value: object) -> str:
    """A value as a message has it: a text of any origin and length stays one short line."""
    text = "nothing" if value is None else " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 120


def names(table: EnumMeta) -> str:
    """The names of a table of the vocabulary, as a list of SQL."""
    return ", ".join(f"'{name}'" for name in table.__members__)
