"""What is wrong with a SPARQL query, told with line, column and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from kg.errors import ExportError, KgError, QueryError

_AT = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PROLOGUE = re.compile(r"(?:\s|#[^\n]*|PREFIX\s+[^\s<]*\s*<[^<>]*>|BASE\s*<[^<>]*>)*", re.IGNORECASE)
_UPDATE = re.compile(r"(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b", re.IGNORECASE)
_SERVICE = re.compile(r"(?<![\w:?$#/-])service(?![\w:/-])", re.IGNORECASE)
_PART = re.compile(  # texts, addresses, remarks, declarations; and the prefix of a name
    r"""("{3}|'{3})(?:\\.|(?!\1).)*\1 | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    | <[^<>"{}|^`\\\s]*> | \#[^\n]*
    | \bPREFIX\s+(?P<declared>[^\s:]*): | (?<![\w?$:])(?P<used>[^\W\d_][\w.-]*|):""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_SENTENCE = re.compile(r"[A-Z][A-Za-z]*(?: [A-Za-z]+)+")
_SHOWN = 40

EXPLAINED = {
    "solutions": ("SELECT and ASK answer with a table", "Formats for it: table, json, csv, tsv, xml."),
    "graph": ("CONSTRUCT and DESCRIBE answer with a graph", "Formats for it: turtle, ntriples."),
}


def explained(error: str, message: str, query: str, prefixes: Mapping[str, str]) -> KgError:
    """The error that the engine tells of a query, as one of ours."""
    if error == "service" and (found := _SERVICE.search(query)):
        return QueryError(
            f"{_place(query, found.start())}: SERVICE asks another server; kg sparql reads this graph only",
            hint="Leave it out, or load an export of the graph into an engine of your own.",
        )
    if error in {"service", "syntax"}:
        return _syntax(message, query, prefixes)
    if error == "format":
        return QueryError(EXPLAINED[message][0], hint=EXPLAINED[message][1])
    if error == "damaged":
        return ExportError(f"the triples cannot be read: {message}", hint="Run `kg doctor`.")
    return QueryError(f"the query cannot be answered: {message}", hint="docs/sparql.md tells what there is.")


def _syntax(message: str, query: str, prefixes: Mapping[str, str]) -> QueryError:
    start = _PROLOGUE.match(query)
    assert start is not None
    if found := _UPDATE.match(query, start.end()):
        return QueryError(
            f"{_place(query, found.start())}: {found[0].upper()} changes a graph; kg sparql only reads it",
            hint="To change the graph: `kg add`, `kg correct`.",
        )
    if not query[start.end() :].strip():
        return QueryError("the query is empty", hint="Try: kg sparql --saved")
    if undeclared := _undeclared(query, {*prefixes}):
        return _prefix(undeclared["used"], _place(query, undeclared.start()), prefixes)
    at = _AT.match(message)
    if at is None:
        return QueryError(f"the query is no SPARQL: {message}", hint="docs/sparql.md has examples.")
    offset = _offset(query, int(at[1]), int(at[2]), at[3])
    said = _SENTENCE.search(at[3])
    why = said[0] if said else "this is no SPARQL"
    here = query[offset:].split("\n", maxsplit=1)[0][:_SHOWN].strip()
    return QueryError(
        f"{_place(query, offset)}: {why}{f': {here}' if here else '' if said else ', for it ends too early'}",
        hint="Look before that place, too: a dot, a quote or a bracket may be missing there.",
    )


def _undeclared(query: str, known: set[str]) -> re.Match[str] | None:
    """The first name whose prefix is not declared before it; the parser often stops elsewhere."""
    for found in _PART.finditer(query):
        if found["declared"] is not None:
            known.add(found["declared"])
        elif found["used"] is not None and found["used"] not in known:
            return found
    return None


def _prefix(name: str, place: str, prefixes: Mapping[str, str]) -> QueryError:
    near = get_close_matches(name, prefixes, n=2)
    meant = f"Did you mean {': or '.join(near)}:? " if near else ""
    return QueryError(
        f"{place}: the prefix {name}: is not declared",
        hint=f"{meant}Begin with PREFIX {name}: <...>. Declared are {', '.join(prefixes)}.",
    )


def _offset(query: str, line: int, column: int, expected: str) -> int:
    """Where the parser stopped, as an offset.

    It counts a keyword that it looked for, in vain, as read: that much is taken back.
    """
    words = [word for word in expected.split(", ") if word.isalpha()]
    other = [word for word in expected.split(", ") if not word.isalpha() and word != "[_]"]
    before = sum(len(one) for one in query.splitlines(keepends=True)[: line - 1])
    back = min(map(len, words)) if words and not other else 0
    return max(before, min(before + column - 1 - back, len(query)))


def _place(query: str, offset: int) -> str:
    line = query.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - (query.rfind(chr(10), 0, offset) + 1) + 1}"
