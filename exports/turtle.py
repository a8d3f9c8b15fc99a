"""The graph as canonical Turtle: the same graph gives the same bytes, a changed fact one line.

Streamed: what is in memory is some hundred nodes and a page of text, at any size of the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Namespaces, Notes, Options, View, opened

_PAGE = 256  # blocks that are written together


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        write_view(view, file)
    return view.notes


def write_view(view: View, file: BinaryIO) -> None:
    """Write a graph that is open as RDF."""
    file.write(header(view.namespaces).encode())
    for name, blocks in view.sections():
        for number, text in enumerate(_pages(blocks)):
            heading = f"\n#### {name}\n" if number == 0 else ""
            file.write((heading + text).encode())


def header(spaces: Namespaces) -> str:
    """The lines that declare the prefixes."""
    return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in spaces.declared.items())


def _pages(blocks: Iterator[Block]) -> Iterator[str]:
    while page := "".join(map(written, islice(blocks, _PAGE))):
        yield page


def written(block: Block) -> str:
    r"""One subject as text: a line for it, one for each triple, and a full stop.

    >>> print(written(("node:lora", [("a", "mls:Algorithm"), ("rdfs:label", '"LoRA"')])))
    <BLANKLINE>
    node:lora
        a mls:Algorithm ;
        rdfs:label "LoRA" ;
    .
    <BLANKLINE>
    """
    lines = " ;\n    ".join(map(" ".join, block[1]))
    return f"\n{block[0]}\n    {lines} ;\n.\n"
