"""Text from lists and papers, made safe and cut to width: data, never markup or control codes.

Every string that came from outside passes through :func:`clean` before it reaches the screen.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
_SHOWN = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\u200c\u200d"  # they shape letters and emoji, and can do no harm
_REPLACED = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
_LONGEST = 4000  # of one value on screen; the rest of a longer one is in the file that says it
_BARE_BLANKS = "\t\n\v\f\r\x85\u2028\u2029"


def clean(text: str, *, longest: int = _LONGEST) -> str:
    r"""The text on one line, harmless: blanks for line ends, a visible mark for what would act.

    Control characters (ANSI among them), bidirectional overrides, invisible format characters
    and lone surrogates are shown as U+FFFD; brackets stay what they are.

    >>> clean("a\nb\t[red]x[/red]")
    'a b [red]x[/red]'
    >>> clean("\x1b[31mred \u202eevil") == "\N{REPLACEMENT CHARACTER}[31mred \N{REPLACEMENT CHARACTER}evil"
    True
    """
    text = text[:longest]
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(char) for char in text)


def _harmless(char: str) -> str:
    if char in _BARE_BLANKS:
        return " "
    if char in _JOINERS:
        return char
    return _SHOWN if unicodedata.category(char) in _REPLACED else char


def width(text: str) -> int:
    """The number of terminal cells that a text takes."""
    return cell_len(text)


def cut(text: str, cells: int) -> str:
    """The text within ``cells`` cells, with an ellipsis where something was cut off.

    >>> cut("distillation", 6), cut("通义千问", 5), cut("x", 0)
    ('disti…', '通义…', '')
    """
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + ELLIPSIS if cells > 0 else ""


def fill(text: str, cells: int) -> str:
    """The text in exactly ``cells`` cells: cut or padded with blanks.

    >>> fill("通义千问", 5), fill("ab", 4)
    ('通义…', 'ab  ')
    """
    short = cut(text, cells)
    return short + " " * (cells - cell_len(short))


def wrap(text: str, cells: int) -> list[str]:
    """The lines of a text broken at blanks to fit ``cells`` cells, at least one line.

    >>> wrap("to be or not", 6), wrap("abcdefgh", 3), wrap("", 9)
    (['to be', 'or not'], ['abc', 'def', 'gh'], [''])
    """
    cells = max(cells, 2)
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= cells:
            line = longer
            continue
        lines += [line] if line else []
        line = word
        while cell_len(line) > cells:
            head = set_cell_size(line, cells).rstrip(" ")
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 list``, ``1,204 lists``.

    >>> count(1, "list"), count(1204, "list"), count(0, "entry", "entries")
    ('1 list', '1,204 lists', '0 entries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
