"""The graph as N-Triples: a line a triple, each whole in itself, in the order of the Turtle."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Namespaces, Notes, Options, opened


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        lines = writer_of_lines(view.namespaces)
        file.writelines(lines(block, "").encode() for block in view.blocks())
    return view.notes


def writer_of_lines(spaces: Namespaces) -> Callable[[Block, str], str]:
    """What writes a block as lines, given the term of the graph that it stands in; "" for none."""

    @lru_cache(maxsize=4096)
    def name(term: str) -> str:
        return f"<{spaces.resolve(term)[0]}>"

    def whole(term: str) -> str:
        if term[0] == "<" or term[-1] == '"':
            return term
        value, datatype = spaces.resolve(term)
        if not datatype:
            return f"<{value}>"
        if term[0] != '"':
            return f'"{value}"^^<{datatype}>'
        text = term[: term.rindex('"') + 1]
        return text + (datatype if datatype[0] == "@" else f"^^<{datatype}>")

    def lines(block: Block, graph: str) -> str:
        start, end = name(block[0]), f" {name(graph)} .\n" if graph else " .\n"
        return "".join(f"{start} {name(predicate)} {whole(term)}{end}" for predicate, term in block[1])

    return lines
