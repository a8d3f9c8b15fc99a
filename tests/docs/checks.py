"""The page of checks, written from the table that the code uses."""

from __future__ import annotations

from collections.abc import Iterable

from kg.checks import BY_NAME, CHECKS, SOUNDNESS

_TOP = """\
# Checks

`kg check` looks for what is wrong: in the database, in the lists, in what arXiv says of their papers. It
fetches nothing and changes nothing. It exits with 1 where something is found that is at least as bad as
`--fail-on` says: an *error* is surely wrong, a *warning* wants a look. `kg check nodes links` runs these
two alone. This page is written from `kg/checks/` by `python -m tests.docs`.
"""
_STORE = """\
## Is the database sound?

These look at the store itself. What they find is no fault of a list, but of a disk, of a program that
wrote into the file, or of kg. Each finding says which row is wrong and what to do: put back a backup
(`kg backup`), or move `graph.db` away and run `kg refresh --all`, since all but its history and your
marks, which have a file of their own, can be made again from `kg.toml`, the sources and
`corrections.toml`. Of findings that are alike the first 20 are shown, and how many more there are.
"""
_SLOW = """\
## A longer look

These take seconds for a list and minutes for many thousands of papers, so they run only where they are
named. `kg check thorough` reads every page of the database, makes all nodes again from their mentions and
the full text from its texts, and compares. `kg check --shacl` validates the graph as it would be exported
against its [SHACL shapes](rdf.md#shapes).
"""
_CONTENT = """\
## Is what it says right?

These look at what lists and papers say. [How a list is mended](reading-lists.md#when-a-list-is-misread)
says how to run them on a pull request.
"""


def page() -> str:
    """The page as it should be now."""
    others = [name for name in CHECKS if name not in (*SOUNDNESS, *BY_NAME)]
    parts = (_TOP, _STORE, _table(SOUNDNESS), _CONTENT, _table(others), _SLOW, _table(sorted(BY_NAME)))
    return "\n".join(parts)


def _table(names: Iterable[str]) -> str:
    rows = [f"| `{name}` | {CHECKS[name][1]} |" for name in names]
    return "\n".join(("| check | what it looks at |", "| --- | --- |", *rows, ""))
