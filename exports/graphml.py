"""The graph as GraphML, for yEd, Cytoscape, Gephi and igraph; through networkx."""

from __future__ import annotations

from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options

from .drawing import drawn


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What had to be left out of texts; all nodes and edges are in ``file``, in the graph's order.

    The whole graph is held in memory. Source: http://graphml.graphdrawing.org/specification.html.
    """
    import networkx as nx

    del options
    found, notes = drawn(graph)
    # The plain writer is chosen: the other one depends on whether lxml is there.
    nx.write_graphml_xml(found, file, edge_id_from_attribute="id")
    file.write(b"\n")
    return notes
