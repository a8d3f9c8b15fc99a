"""The graph as two tables, nodes and edges: CSV for spreadsheets, pandas for notebooks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from kg.api import KnowledgeGraph, reading
from kg.errors import UsageError
from kg.graph import Graph
from kg.model import Literal, Node
from kg.rdf import Notes, Options

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

NODES = ("slug", "kind", "label", "aliases", "identifiers", "support")
EDGES = ("subject", "predicate", "object", "value", "datatype", "qualifiers", "support")
_OBEYED = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is taken for a formula by spreadsheets."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def write_nodes(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Cells that had to be changed: a formula gets an apostrophe in front. One node a line, by slug.

    Several values of a cell are joined by a bar. Source: RFC 4180; OWASP, CSV Injection.
    """
    del options
    return write_rows(NODES, _nodes(graph), file)


def write_edges(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """The same for statements: an edge to a node fills ``object``, a literal ``value`` and ``datatype``."""
    del options
    return write_rows(EDGES, _edges(graph), file)


def to_pandas(graph: KnowledgeGraph | Graph) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The nodes and the edges as data frames, in the order of the graph; needs pandas (extra ``pandas``).

    Columns are ``NODES`` and ``EDGES``; several values of a cell are joined by a bar. ``support`` is a
    number, all else text. Raises: UsageError where pandas is not installed.

    >>> nodes, edges = to_pandas(kg.open())
    >>> nodes[nodes.kind == "Organization"].slug.head(2).tolist()
    ['alibaba', 'apple']
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise UsageError(
            "pandas is not installed", hint='Install it beside kg: `pip install "kg-ledger[pandas]"`.'
        ) from error

    with reading(graph) as reader:
        nodes = pd.DataFrame.from_records(list(_nodes(reader)), columns=list(NODES))
        edges = pd.DataFrame.from_records(list(_edges(reader)), columns=list(EDGES))
    return nodes.astype({"support": "int64"}), edges.astype({"support": "int64"})


def _nodes(graph: Graph) -> Iterator[tuple[str, ...]]:
    for node in graph.nodes():
        identifiers = "|".join(str(one) for one in node.identifiers)
        yield node.slug, node.kind.label, node.label, "|".join(node.aliases), identifiers, str(node.support)


def _edges(graph: Graph) -> Iterator[tuple[str, ...]]:
    for node in graph.nodes():
        for one in graph.edges(node.slug):
            if one.subject.slug != node.slug:
                continue  # told where its subject stands
            literal = one.object if isinstance(one.object, Literal) else Literal("", "")
            yield (
                node.slug,
                one.predicate.word,
                one.object.slug if isinstance(one.object, Node) else "",
                literal.value,
                literal.datatype,
                "|".join(f"{name}={_told(value)}" for name, value in one.qualifiers),
                str(one.support),
            )


def _told(value: Node | Literal) -> str:
    return value.slug if isinstance(value, Node) else value.value


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str]], file: BinaryIO) -> Notes:
    """Cells that had to be changed: a formula gets an apostrophe in front; numbers are none."""
    notes = Notes()
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    try:
        out = csv.writer(text, lineterminator="\r\n")
        out.writerow(header)
        for row in rows:
            out.writerow([_safe(cell, notes) for cell in row])
    finally:
        text.detach()
    return notes


def _safe(cell: str, notes: Notes) -> str:
    if not cell.startswith(_OBEYED) or _NUMBER.fullmatch(cell):
        return cell
    notes.add("cells begin with ' now: spreadsheets would take them for formulas", cell)
    return f"'{cell}"
