"""A description of the data set, with its counts, as Turtle: what catalogues and query planners ask for.

It is a file of its own, since a count in the export would change with every fact.
Source: Describing Linked Datasets with the VoID Vocabulary, https://www.w3.org/TR/void/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Namespaces, Notes, Options, Pair, opened, prefixes_of, terms

from .turtle import header, written

_DATASET = "root:dataset"


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What the export that is described could not write as it stands; the description is in ``file``.

    Described is the Turtle of the same options: read once, in constant memory.
    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    classes: Counter[str] = Counter()
    predicates: Counter[str] = Counter()
    subjects, known = 0, []
    with opened(graph, options) as view:
        for subject, pairs in view.blocks():
            subjects += 1
            if subject == _DATASET:
                known = list(pairs)
            for predicate, term in pairs:
                predicates["rdf:type" if predicate == "a" else predicate] += 1
                if predicate == "a":
                    classes[term] += 1
        known.append(("void:uriSpace", terms.text(view.options.base)))
        blocks = list(_blocks(known, subjects, classes, predicates))
        spaces = Namespaces(view.options.base, prefixes_of(blocks))
        file.write((header(spaces) + "".join(map(written, blocks))).encode())
    return view.notes


def _blocks(
    known: list[Pair], subjects: int, classes: Counter[str], predicates: Counter[str]
) -> Iterator[Block]:
    counts: list[Pair] = [
        ("void:classes", str(len(classes))),
        ("void:distinctSubjects", str(subjects)),
        ("void:properties", str(len(predicates))),
        ("void:triples", str(predicates.total())),
        *(("void:classPartition", _part("class", term)) for term in classes),
        *(("void:propertyPartition", _part("property", term)) for term in predicates),
    ]
    start = [pair for pair in known if pair[0] in {"a", "rdfs:label"}]
    yield _DATASET, [*start, *sorted({*known, *counts} - set(start))]
    for name, counted, count in (("class", classes, "entities"), ("property", predicates, "triples")):
        for term in sorted(counted):
            # Its own name and no blank node: a count that changes is a line that changes.
            yield _part(name, term), sorted([(f"void:{name}", term), (f"void:{count}", str(counted[term]))])


def _part(name: str, term: str) -> str:
    return f"{_DATASET}-{name}-{term.replace(':', '-')}"
