"""The graph as GEXF, for Gephi: kinds have colours, nodes sizes by their support; through networkx."""

from __future__ import annotations

import re
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options

from .drawing import COLOURS, drawn

_META = re.compile(r"\s*<meta .*?</meta>", re.DOTALL)


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What had to be left out of texts; all nodes and edges are in ``file``, in the graph's order.

    The whole graph is held in memory. Source: https://gexf.net/schema.html, version 1.2.
    """
    import networkx as nx

    del options
    found, notes = drawn(graph)
    for _, told in found.nodes(data=True):
        red, green, blue = COLOURS[told["kind"]]
        told["viz"] = {"color": {"r": red, "g": green, "b": blue, "a": 1.0}, "size": float(told["support"])}
    # networkx notes the day; the same graph must give the same bytes on any day.
    text = "\n".join(nx.generate_gexf(found, version="1.2draft"))
    file.write(_META.sub("", text).encode() + b"\n")
    return notes
