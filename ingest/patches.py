"""Bytes that are edited in places, and the difference as a patch that ``git apply`` takes."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import diff_bytes, unified_diff

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ENDS = b"\r\n"
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What takes the place of the bytes from ``start`` to before ``end``."""

    start: int
    end: int
    new: bytes


def spans(content: bytes) -> list[tuple[int, int]]:
    r"""Where each line begins and where its ending does, as readers of lists count lines, from 0.

    >>> spans(b"a\r\nbc\rd")
    [(0, 1), (3, 5), (6, 7)]
    """
    found = [match.span() for match in _LINE.finditer(content)]
    return [(start, start + len(content[start:end].rstrip(_ENDS))) for start, end in found if start < end]


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content after these edits, of which none overlap."""
    for edit in sorted(set(edits), reverse=True):
        content = content[: edit.start] + edit.new + content[edit.end :]
    return content


def patch(before: bytes, after: bytes, path: str) -> bytes:
    r"""The difference as git writes it, for a file at ``path`` (with /); empty where there is none.

    >>> print(patch(b"a\nb\n", b"a\nc\n", "list.md").decode(), end="")
    diff --git a/list.md b/list.md
    --- a/list.md
    +++ b/list.md
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    if before == after:
        return b""
    old, new = (_quoted(f"{side}/{path}") for side in "ab")
    lines = diff_bytes(unified_diff, _lines(before), _lines(after), b"", b"", lineterm=b"\n")
    body = [line if line.endswith(b"\n") else line + _NO_NEWLINE for line in list(lines)[2:]]
    tab = b"\t" if b" " in old and not old.startswith(b'"') else b""  # else a blank would end the name
    head = b"diff --git %b %b\n--- %b%b\n+++ %b%b\n" % (old, new, old, tab, new, tab)
    return head + b"".join(body)


def _lines(content: bytes) -> list[bytes]:
    """The lines as git counts them: only a line feed ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def _quoted(path: str) -> bytes:
    r"""A path as git names it in a patch.

    >>> _quoted("a/my list.md"), _quoted("a/li\u00e9.md")
    (b'a/my list.md', b'"a/li\\303\\251.md"')
    """
    raw = path.encode()
    if path.isascii() and path.isprintable() and not set(raw) & _NAMED.keys():
        return raw
    quoted = (_NAMED.get(byte) or (b"%c" if chr(byte) in _SHOWN else b"\\%03o") % byte for byte in raw)
    return b'"%b"' % b"".join(quoted)


_NAMED = {ord('"'): b'\\"', ord("\\"): b"\\\\"}
_SHOWN = frozenset(string.printable) - frozenset(string.whitespace) | {" "}
