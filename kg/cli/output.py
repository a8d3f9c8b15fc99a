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
_WIDE, _NARROW, _GAP = 1000, 6, 2


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
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
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
    click.echo(json_text({"schema_version": SCHEMA_VERSION, **value}, indent=2))


def json_text(value: object, *, indent: int | None = None) -> str:
    r"""The value as JSON; what a terminal might obey is escaped, and so is what stdout cannot encode.

    >>> json_text({"name": "a\x9b31mred\n"})
    '{"name": "a\\u009b31mred\\n"}'
    """
    plain = "utf" not in (getattr(sys.stdout, "encoding", "") or "utf").lower()
    return escaped(json.dumps(value, ensure_ascii=plain, indent=indent))


def escaped(text: str, form: str = "\\u{:04x}") -> str:
    r"""The text with everything but a tab or a line feed that a terminal might obey as an escape.

    >>> escaped("a\x1b[31mred\n"), escaped("a\x9b31mred", "&#x{:x};")
    ('a\\u001b[31mred\n', 'a&#x9b;31mred')
    """
    return _UNSAFE.sub(lambda m: form.format(ord(m[0])), text)


def on_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Sequence[int] = ()) -> None:
    """Write a table to stdout that fits the terminal; off a terminal nothing is cut.

    Columns numbered in ``whole`` are folded, never cut: an identifier must stay usable.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Neither markup nor emoji codes nor highlighting: what is printed is data.
    console = Console(markup=False, emoji=False, highlight=False, width=None if on_terminal() else _WIDE)
    shown = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *shown, strict=True)]
    _fit(widths, console.width - _GAP * (len(columns) - 1), whole)
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, _GAP, 0, 0))
    for number, column in enumerate(columns):
        folded = number in whole
        table.add_column(
            column, width=widths[number], overflow="fold" if folded else "ellipsis", no_wrap=not folded
        )
    for row in shown:
        table.add_row(*map(Text, row))
    console.print(table)


def _fit(widths: list[int], room: int, whole: Sequence[int]) -> None:
    """Narrow columns until all fit: the widest that may be cut first, those to fold only at last."""
    while sum(widths) > room:
        cut = [n for n, width in enumerate(widths) if n not in whole and width > _NARROW]
        fold = [n for n in whole if widths[n] > 1]
        if not (cut or fold):
            return
        widths[max(cut or fold, key=widths.__getitem__)] -= 1
