"""The page of the terminal interface: pictures, and the keys from the table that binds them."""

from __future__ import annotations

from collections.abc import Iterable

from tui.bindings import PLACES, keys
from tui.screens.help import FILTERS

_TOP = """\
# The terminal interface

`kg tui` walks the graph, at 80 columns and 24 lines or any larger size: a search and the kinds to tick,
what matches, and a node with its edges both ways. Follow an edge, come back along the trail, and ask of
anything why it is there. This page is written by `python -m tests.docs`; `?` shows the same keys in the
program.

![A search, its kinds, and a node with its edges](images/browse.svg)

A node after a step from another, in a small terminal:

![The node LoRA and its edges](images/node.svg)

Why an edge is there: the entry that says it, with the lines around it.

![The receipt of a hardware requirement](images/why.svg)

## Keys
"""


def page() -> str:
    """The page as it should be now."""
    parts = [_TOP]
    for place, heading in PLACES.items():
        parts.append(f"### {heading}\n")
        parts.append(_table(("key", "what it does"), ((key.display, key.tooltip) for key in keys(place))))
    parts += ["## Searching\n", _table(("typed", "finds"), FILTERS)]
    return "\n".join(parts)


def _table(columns: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [columns, ("---", "---"), *((f"`{left}`", right) for left, right in rows)]
    return "".join(f"| {left} | {right} |\n" for left, right in lines)
