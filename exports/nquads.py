"""The graph as N-Quads: a line a triple and the source that says it, in the order of the TriG."""

from __future__ import annotations

from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options, opened

from .ntriples import writer_of_lines


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base, no provenance), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        lines = writer_of_lines(view.namespaces)
        for _, parts in view.graphs():
            for name, blocks in parts:
                file.writelines(lines(block, name).encode() for block in blocks)
    return view.notes
