"""What looks wrong in the lists, in arXiv's answers or in the graph: findings, from a table of checks.

A check is a function ``(graph, settings) -> Iterator[Finding]``. A new one is one function and one
row of the table; the table holds strings, so that a check is imported only when it is run.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from kg.errors import UsageError
from kg.graph import Graph
from kg.workspace import Settings

SEVERITIES = ("error", "warning")
"""How bad a finding is, the worst first: an error is surely wrong, a warning wants a look."""

CHECKS: dict[str, tuple[str, str]] = {
    "database": ("kg.checks.file:database", "The file: its pages, tables, and rows that refer to rows."),
    "documents": ("kg.checks.documents:documents", "What documents say, as it is stored."),
    "nodes": ("kg.checks.nodes:nodes", "Nodes: their mentions, identifiers and addresses."),
    "statements": ("kg.checks.statements:statements", "Statements: their claims, ends and counts."),
    "records": ("kg.checks.records:records", "Records of papers, and their versions."),
    "ledger": ("kg.checks.records:ledger", "The dated changes: their order, and what they are about."),
    "search": ("kg.checks.index:search", "The full text, and the names found in texts."),
    "marks": ("kg.checks.marks:marks", "Marks: what they say, and what they are on."),
    "corrections": ("kg.checks.names:corrections", "Corrections that find nothing to correct."),
    "titles": ("kg.checks.papers:titles", "Titles that do not fit the paper behind their arXiv id."),
    "domains": ("kg.checks.kinds:domains", "Edges between kinds that their predicate does not join."),
    "links": ("ingest.checks:links", "Duplicates; placeholder, malformed and glued links."),
    "names": ("kg.checks.names:names", "Things of one name that their identifiers keep apart."),
    "papers": ("kg.checks.papers:papers", "Identifiers that arXiv does not know."),
    "withdrawn": ("kg.checks.papers:withdrawals", "Withdrawn papers, and what rests on them alone."),
    "thorough": ("kg.checks.thorough:thorough", "All that is derived, derived again; slow, only if named."),
    "shapes": ("exports.checks:conformance", "The export against its SHACL shapes; slow, only if named."),
}
"""The checks in the order in which they run: name, ``module:function``, one line of help."""

BY_NAME = frozenset({"shapes", "thorough"})
"""The checks that take minutes for a large graph: run only where they are named."""

SOUNDNESS = ("database", "documents", "nodes", "statements", "records", "ledger", "search", "marks")
"""The checks of the store itself. What they find is no fault of a list; others build on what they look at."""

DATABASE = "database"
"""What stands for the database as the document of a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks wrong: which check says so, how bad it is, where, what, and what to do.

    ``document`` is a key of the store, ``corrections`` or ``database``; ``line`` is 1-based, 0 where there
    is none.
    """

    check: str
    severity: str
    document: str
    line: int
    message: str
    hint: str = ""


Check = Callable[[Graph, Settings], Iterator[Finding]]


def findings(graph: Graph, settings: Settings, names: Iterable[str] = ()) -> list[Finding]:
    """What the checks of these names find (none: all but the slow ones), each finding once.

    By check, document and line.     Raises: UsageError for a name that is not in the table.
    """
    wanted = set(names) or set(CHECKS) - BY_NAME
    for name in sorted(wanted - set(CHECKS)):
        near = get_close_matches(name, CHECKS, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"One of: {', '.join(CHECKS)}."
        raise UsageError(f"there is no check {name!r}", hint=hint)
    found: list[Finding] = []
    for name in CHECKS:
        if name in wanted:
            found += _found(name, graph, settings)
    return found


def _found(name: str, graph: Graph, settings: Settings) -> list[Finding]:
    """What one check finds; one that cannot read an unsound graph says so."""
    try:
        return sorted(set(_check(CHECKS[name][0])(graph, settings)), key=_order)
    except (LookupError, TypeError, ValueError, sqlite3.OperationalError) as error:
        others = (one for one in SOUNDNESS if one != name)
        if not any(_unsound(one, graph, settings) for one in others):
            raise  # a mistake of ours
        message = f"the check could not be run: {type(error).__name__}: {error}"
        return [
            Finding(name, "error", DATABASE, 0, message, "See what `kg check` finds in the store itself.")
        ]


def _unsound(name: str, graph: Graph, settings: Settings) -> bool:
    try:
        return any(_check(CHECKS[name][0])(graph, settings))
    except (LookupError, TypeError, ValueError, sqlite3.OperationalError):
        return False


def _check(where: str) -> Check:
    module, _, function = where.partition(":")
    check: Check = getattr(importlib.import_module(module), function)
    return check


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.document, finding.line, finding.message, finding.severity, finding.hint


def place(document: str, line: int) -> str:
    """Where something stands, as messages say it.

    >>> place("list:tides", 12), place("arxiv:2106.09685", 0)
    ('tides, line 12', 'arxiv:2106.09685')
    """
    name = document.removeprefix("list:")
    return f"{name}, line {line}" if line else name
