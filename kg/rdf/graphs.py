"""Which source says which triple: a node's blocks parted into named graphs, one a source.

A graph bears the IRI of its source. In it stands what the source says: its statements, its evidence, and
of each node that it names all that comes of being named (type, label, identifiers), which therefore stands
in the graph of every source that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from kg.store.canonical import Entry, Place

from . import names
from .sources import ARXIV
from .terms import Block, Pair

_DERIVED = "prov:wasDerivedFrom"
_STATEMENT: Pair = ("a", "rdf:Statement")


def parted(
    entry: Entry, blocks: list[Block], recorded: AbstractSet[Pair]
) -> Iterator[tuple[str, list[Block]]]:
    """The node's blocks by the graphs they stand in, these by name; a pair may stand in several.

    ``blocks`` tell provenance. ``recorded``: what the arXiv record says of the node.
    """
    sources = {names.evidence(place): f"source:{names.source(*place[:2])}" for place in _places(entry)}
    said = _said(blocks, sources)
    node, pairs = blocks[0]
    every = _origins(pairs, sources)

    def graphs(pair: Pair) -> AbstractSet[str]:
        found = said.get((node, *pair), frozenset())
        return (found | {ARXIV} if pair in recorded and ARXIV in every else found) or every

    parts: dict[str, list[Block]] = {}
    for subject, pairs in blocks:
        own = _origins(pairs, sources) or graphs(("dcterms:creator", subject))
        kept: dict[str, list[Pair]] = {}
        for pair in pairs:
            if pair[0] == _DERIVED:
                where: AbstractSet[str] = {sources[pair[1]]}
            else:
                where = graphs(pair) if subject == node else own
            for graph in where:
                kept.setdefault(graph, []).append(pair)
        for graph, some in kept.items():
            parts.setdefault(graph, []).append((subject, some))
    yield from sorted(parts.items())


def _places(entry: Entry) -> Iterator[Place]:
    derivations = chain.from_iterable(said.derivations for said in entry.statements)
    return chain(entry.places, chain.from_iterable(one.places for one in derivations))


def _origins(pairs: Sequence[Pair], sources: dict[str, str]) -> AbstractSet[str]:
    return {sources[term] for predicate, term in pairs if predicate == _DERIVED}


def _said(blocks: list[Block], sources: dict[str, str]) -> dict[tuple[str, str, str], AbstractSet[str]]:
    """The sources that state each triple."""
    found: dict[tuple[str, str, str], AbstractSet[str]] = {}
    for _, pairs in blocks:
        if pairs[0] == _STATEMENT:
            part = dict(pairs)
            triple = part["rdf:subject"], part["rdf:predicate"], part["rdf:object"]
            found[triple] = found.get(triple, frozenset()) | _origins(pairs, sources)
    return found
