"""The graph as canonical TriG: the Turtle, parted into named graphs, one a source.

A graph is opened anew for each node, so that what differs stands near its node and nothing is gathered.
"""

from __future__ import annotations

from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options, opened

from .turtle import header, written


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base, no provenance), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        file.write(header(view.namespaces).encode())
        for section, parts in view.graphs():
            heading = f"\n#### {section}\n"
            for name, blocks in parts:
                before = heading + (f"\n{name} {{\n" if name else "")
                for block in blocks:
                    file.write((before + written(block)).encode())
                    before = heading = ""
                if name:
                    file.write(b"\n}\n")
    return view.notes
