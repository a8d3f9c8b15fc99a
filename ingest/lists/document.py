"""A Markdown list as GitHub renders it: flat blocks with lines, sections and pieces of text.

Markdown and raw HTML become one tree (cmarkgfm, then lxml), so that HTML tables, ``<details>`` and
``<a>`` stand beside their Markdown twins; the tree is walked once, without recursion.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.model import Problem

from .blocks import Outline
from .tree import MAX_BLOCKS, MAX_COLUMNS, Walk

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 200


def outline(content: bytes) -> Outline:
    """The blocks of a list, whatever its bytes: trouble becomes a :class:`kg.model.Problem`."""
    problems: list[Problem] = []
    source = _decoded(content, problems)
    lines = _guarded(list(source), problems)
    html = _html(_plain_tags("\n".join(lines), problems))
    root = _tree(html)
    walk = Walk(lines, html)
    if root is not None:
        walk.run(root)
    if walk.full:
        problems.append(Problem(walk.full, f"more than {MAX_BLOCKS} blocks: the rest left out"))
    if walk.cut:
        problems.append(Problem(walk.cut, "text too long for one entry: the rest of it left out"))
    return Outline(walk.title, tuple(walk.blocks), tuple(source), tuple(problems))


# ------------------------------------------------------------------------------------ bytes


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # all but tab and line feed


def _decoded(content: bytes, problems: list[Problem]) -> list[str]:
    if len(content) > MAX_BYTES:
        problems.append(Problem(0, f"{len(content)} bytes: only the first {MAX_BYTES} are read"))
        content = content[: content.rfind(b"\n", 0, MAX_BYTES) + 1 or MAX_BYTES]
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if "\ufffd" in text:
        bad = next(i for i, line in enumerate(lines, 1) if "\ufffd" in line)
        problems.append(Problem(bad, "not UTF-8: unreadable bytes replaced"))
    if "\0" in text:
        bad = next(i for i, line in enumerate(lines, 1) if "\0" in line)
        problems.append(Problem(bad, "NUL characters: is this a text file?"))
    # Control characters carry no text; some (escape) could do harm on a terminal later.
    return _CONTROLS.sub(" ", text).split("\n")


_MARKER = re.compile(r"[>*+-](?=[ \t>]|$)|\d{1,9}[.)](?=[ \t]|$)")
_DELIMITERS = re.compile(r"[ \t>|:-]+$")


def _depth(line: str) -> int:
    """How deep the block markers and the indentation at the start of a line nest, at most."""
    count = position = 0
    while position < len(line) and count <= MAX_DEPTH:
        if line[position] in " \t":
            position += 1
        elif found := _MARKER.match(line, position):
            count += 1
            position = found.end()
        else:
            break
    indent = len(line) - len(line.lstrip(" \t"))
    return max(count, indent // 2)


def _guarded(lines: list[str], problems: list[Problem]) -> list[str]:
    """The lines without what nests too deep and without tables that are too wide."""
    deep = 0
    skipping = False
    for i, line in enumerate(lines):
        if skipping and line.strip():
            lines[i] = ""
            continue
        skipping = False
        if line.count("|") > MAX_COLUMNS and _DELIMITERS.match(line):
            problems.append(Problem(i + 1, f"table of more than {MAX_COLUMNS} columns left out"))
            lines[i] = ""
            if i:
                lines[i - 1] = ""
            skipping = True
        elif len(line) > MAX_DEPTH and _depth(line) > MAX_DEPTH:
            if not deep:
                problems.append(Problem(i + 1, f"nested deeper than {MAX_DEPTH} levels: left out"))
            deep += 1
            lines[i] = ""
    return lines


MAX_ATTRIBUTES = 1000  # of one tag: the parser of HTML looks each one up among all before it
_QUOTED = r"\"[^\"]*\"|'[^']*'"
_TAG = re.compile(rf"<[a-zA-Z](?:[^>\"'\n]++|\n(?!\s*\n)|{_QUOTED})*")
_VERBATIM = re.compile(rf"<(?:pre|script|style|textarea)\b(?:[^>\"']++|{_QUOTED})*", re.IGNORECASE)
_ATTRIBUTE = re.compile(rf"[\s/]|{_QUOTED}")  # what ends one


def _plain_tags(text: str, problems: list[Problem]) -> str:
    """The text without the opening bracket of tags that have more attributes than any tag has."""
    for pattern in (_TAG, _VERBATIM):  # blank lines end all tags but these
        for found in pattern.finditer(text):
            start, end = found.span()
            if (
                end - start > 2 * MAX_ATTRIBUTES
                and len(_ATTRIBUTE.findall(text, start, end)) > MAX_ATTRIBUTES
            ):
                line = text.count("\n", 0, start) + 1
                problems.append(Problem(line, f"tag of more than {MAX_ATTRIBUTES} attributes left out"))
                text = f"{text[:start]} {text[start + 1 :]}"
    return text


def _html(text: str) -> bytes:
    import cmarkgfm
    from cmarkgfm.cmark import Options

    options = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_UNSAFE
    html: str = cmarkgfm.markdown_to_html_with_extensions(
        text, options, ["table", "autolink", "strikethrough", "tasklist"]
    )
    return html.encode("utf-8", "replace")


def _tree(html: bytes) -> _Element | None:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return etree.fromstring(b"<html><body>" + html + b"</body></html>", parser)
    except etree.ParseError:
        return None
