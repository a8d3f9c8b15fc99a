"""The graph out: one file a format.

``FORMATS`` is the table of formats: a new one is a new file and a line here. Each is a function
``write(graph, file, options) -> Notes`` that writes bytes to ``file`` and tells what it could not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Notes, Options

Writer = Callable[[Graph, BinaryIO, Options], Notes]

FORMATS: dict[str, tuple[str, str, str]] = {
    "turtle": ("exports.turtle:write", ".ttl", "RDF for people: sorted, one fact a line."),
    "ntriples": ("exports.ntriples:write", ".nt", "RDF for programs: one whole triple a line."),
}
"""Name, where its writer is, the ending of its files, and one line of help."""


def writer(name: str) -> Writer:
    """The writer of that format, imported now. Raises: KeyError."""
    module, _, attribute = FORMATS[name][0].partition(":")
    found: Writer = getattr(importlib.import_module(module), attribute)
    return found
