"""Our own terms with their definitions, and nothing of the graph: what stands behind ``kg:``, as Turtle."""

from __future__ import annotations

from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Namespaces, Notes, Options, opened, prefixes_of

from .turtle import header, written


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: all terms are in ``file``, the same for every graph of one base.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        blocks = list(next(said for name, said in view.sections() if name == "vocabulary"))
        spaces = Namespaces(view.options.base, prefixes_of(blocks))
        file.write((header(spaces) + "".join(map(written, blocks))).encode())
    return Notes()
