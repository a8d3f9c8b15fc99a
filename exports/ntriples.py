"""The graph as N-Triples: a line a triple, each whole in itself, in the order of the Turtle."""

from __future__ import annotations

from functools import lru_cache
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options, opened


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        resolve = view.namespaces.resolve

        @lru_cache(maxsize=4096)
        def name(term: str) -> str:
            return f"<{resolve(term)[0]}>"

        def whole(term: str) -> str:
            if term[0] == "<" or term[-1] == '"':
                return term
            value, datatype = resolve(term)
            if not datatype:
                return f"<{value}>"
            if term[0] != '"':
                return f'"{value}"^^<{datatype}>'
            text = term[: term.rindex('"') + 1]
            return text + (datatype if datatype[0] == "@" else f"^^<{datatype}>")

        for subject, pairs in view.blocks():
            start = name(subject)
            lines = [f"{start} {name(predicate)} {whole(object_)} .\n" for predicate, object_ in pairs]
            file.write("".join(lines).encode())
    return view.notes
