"""The page on which an endpoint can be tried: no script, and nothing in it but text."""

from __future__ import annotations

import json
from html import escape

from .answers import cell, shortener
from .questions import questions

_SHOWN = 1000
_WHOLE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>kg: SPARQL</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }}
textarea {{ box-sizing: border-box; font-family: monospace; height: 14rem; width: 100% }}
td, th {{ border-bottom: 1px solid; padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top }}
</style>
<h1>The graph, asked in SPARQL</h1>
<form action="/">
<label>Query <textarea name="query" maxlength="60000" spellcheck="false">{query}</textarea></label>
<p><button>Ask</button></form>
<main>{shown}</main>
<h2>Questions that come along</h2>
<ul>{listed}</ul>
<p>For programs: <code>/sparql</code>, by the SPARQL 1.1 Protocol, read-only. All prefixes of kg are declared.
</html>
"""


def whole(query: str, shown: str) -> str:
    """The page with that query, and ``shown``, a piece of HTML."""
    listed = "".join(
        f'<li><a href="/?saved={escape(one.name)}">{escape(one.text)}</a></li>' for one in questions()
    )
    return _WHOLE.format(query=escape(query), shown=shown, listed=listed)


def text(plain: str) -> str:
    """A piece of HTML that shows a text as it is."""
    return f"<pre>{escape(plain)}</pre>"


def answer(body: bytes, base: str) -> str:
    """A piece of HTML that shows an answer: JSON of SPARQL 1.1 as a table, Turtle as it is."""
    try:
        found = json.loads(body)
    except ValueError:
        return text(body.decode())
    if "boolean" in found:
        return text("yes" if found["boolean"] else "no")
    short = shortener(base)
    names, rows = found["head"]["vars"], found["results"]["bindings"]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = [
        "".join(f"<td>{escape(cell(row.get(name), short))}</td>" for name in names) for row in rows[:_SHOWN]
    ]
    more = f"; the first {_SHOWN:,} are shown" if len(rows) > _SHOWN else ""
    return f"<p>{len(rows):,} rows{more}</p><table><tr>{head}</tr><tr>{'</tr><tr>'.join(lines)}</tr></table>"
