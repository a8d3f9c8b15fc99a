"""What commands print and the codes they exit with: stdout is data, stderr is narration."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum

import click

from kg.errors import KgError, SourceError, StoreError, UnknownNode

SCHEMA_VERSION = 1
_WIDE = 1000


class Exit(IntEnum):
    """The exit codes, the same in every command."""

    DONE = 0
    NO = 1
    USAGE = 2
    UNREACHABLE = 3
    PARTLY = 4
    STORE = 5
    BUG = 70
    INTERRUPTED = 130


EXIT_HELP = (
    "Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 nothing reachable,"
    " 4 partly failed (what succeeded is kept), 5 store locked or too new, 70 a bug, 130 interrupted."
)


def exit_code(error: KgError) -> Exit:
    """The exit code that an error means."""
    if isinstance(error, UnknownNode):
        return Exit.NO
    if isinstance(error, SourceError):
        return Exit.UNREACHABLE
    return Exit.STORE if isinstance(error, StoreError) else Exit.USAGE


# C0 and C1 controls, and the marks that reorder or hide text: a terminal must not obey them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def safe(text: str) -> str:
    r"""The text with everything that a terminal might obey made visible; one line stays one line.

    >>> safe("a\x1b[31mred\nb")
    'a\\x1b[31mred b'
    """
    shown = _UNSAFE.sub(lambda m: m[0].encode("unicode_escape").decode(), text)
    return " ".join(shown.split("\n")).replace("\t", " ")


def narrate(text: str) -> None:
    """Write one line to stderr."""
    click.echo(safe(text), err=True)


def complain(error: KgError) -> None:
    """Tell an error on stderr: what failed and why, then what to do next."""
    narrate(f"kg: error: {error.message}")
    if error.hint:
        narrate(f"  {error.hint}")


def print_json(value: Mapping[str, object]) -> None:
    """Write one JSON object with its schema version to stdout."""
    whole = {"schema_version": SCHEMA_VERSION, **value}
    sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Sequence[int] = ()) -> None:
    """Write a table to stdout that fits the terminal; off a terminal nothing is cut.

    Columns numbered in ``whole`` are folded, never cut: an identifier must stay usable.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        if number in whole:
            table.add_column(column, overflow="fold")
        else:
            table.add_column(column, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(safe(cell)) for cell in row))
    # Neither markup nor emoji codes nor highlighting: what is printed is data.
    width = None if sys.stdout.isatty() else _WIDE
    Console(markup=False, emoji=False, highlight=False, width=width).print(table)
