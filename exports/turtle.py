"""The graph as canonical Turtle: the same graph gives the same bytes, a changed fact one line.

Streamed: what is in memory is some hundred nodes and a page of text, at any size of the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Notes, Options, opened

_PAGE = 256  # blocks that are written together


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        declared = view.namespaces.declared.items()
        file.write("".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in declared).encode())
        for name, blocks in view.sections():
            page = _pages(blocks)
            for number, text in enumerate(page):
                heading = f"\n#### {name}\n" if number == 0 else ""
                file.write((heading + text).encode())
    return view.notes


def _pages(blocks: Iterable[Block]) -> Iterator[str]:
    page: list[str] = []
    for block in blocks:
        page.append(written(block))
        if len(page) == _PAGE:
            yield "".join(page)
            page.clear()
    if page:
        yield "".join(page)


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
