"""SHACL shapes for the graph as RDF: what every export of ours holds, and others may hold us to.

``shapes.ttl`` beside this file states what is built around nodes: statements, evidence, sources, records.
What kinds there are, and what predicates join them, comes from the vocabulary table: a new row there is a
shape here. SHACL Core alone, no SPARQL (Shapes Constraint Language, https://www.w3.org/TR/shacl/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Namespaces, Notes, Options
from kg.rdf.nodes import SCHEMES
from kg.vocabulary import Kind, Predicate

SHACL = "http://www.w3.org/ns/shacl#"
FINE_TUNED = "fair4ml:fineTunedFrom"  # the second term of ``derived_from``
REQUIREMENT = {"kg:forModel": Predicate.REQUIRES.domain, "kg:needsTier": Predicate.REQUIRES.range}
_NODE = 'sh:pattern "[/#]node/[A-Za-z0-9_.~%-]+$"'
_DATA = "dcat:Dataset"  # also what the export itself is: the shapes of datasets look for another type
_DATATYPES = {
    "string": 'sh:datatype xsd:string ;\n    sh:pattern "\\\\S"',
    "integer": "sh:datatype xsd:integer ;\n    sh:minInclusive 0",
    "decimal": "sh:datatype xsd:decimal ;\n    sh:minInclusive 0",
    "date": "sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYearMonth ] [ sh:datatype xsd:gYear ] )",
    "iri": 'sh:nodeKind sh:IRI ;\n    sh:pattern "^https?://[^/?#]"',
}
_SAYS = {
    "string": "a text that is not empty",
    "integer": "a whole number, not below 0",
    "decimal": "an xsd:decimal, not below 0",
    "date": "a date: a year, a month or a day",
    "iri": "an absolute http or https IRI, never a text",
}
_BY_RECORD = frozenset({Predicate.AUTHOR, Predicate.CATEGORY, Predicate.DOI})


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: all shapes are in ``file``, the same for every graph of one base.

    Raises: UsageError (the base), OSError (the file).
    """
    del graph
    options = options or Options()
    file.write(shapes(options.base).encode())
    return Notes()


def shapes(base: str) -> str:
    """All shapes as Turtle, for exports whose own IRIs begin with ``base``. Raises: UsageError."""
    spaces = Namespaces(base)
    bound = spaces.every | {"sh": SHACL, "shape": base + ("shapes/" if base.endswith("#") else "shapes#")}
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in sorted(bound.items()))
    fixed = files(__package__).joinpath("shapes.ttl").read_text("utf-8")
    parts = (fixed, "#### kinds\n", *map(_kind, Kind), "#### predicates\n", *_predicates())
    edges = sorted({one.rdf for one in Predicate} | {FINE_TUNED})
    return "\n".join((head, *parts)).replace("@predicates@", " ".join(edges))


def telling(kind: Kind) -> str:
    """The class by which a node is known to be of a kind, as far as one class tells it.

    >>> telling(Kind.MODEL), telling(Kind.BENCHMARK)
    ('fair4ml:MLModel', 'kg:Benchmark')
    """
    return kind.rdf_types[0]


# ----------------------------------------------------------------------------------- kinds


def _kind(kind: Kind) -> str:
    """The shape of the nodes of a kind: named, with evidence, and of all its classes."""
    if len(kind.rdf_types) == 1 and kind in SCHEMES:
        return ""  # a mere concept: shape:Concept says it all
    target = next(one for one in kind.rdf_types if one != _DATA)
    alike = [other for other in Kind if target in other.rdf_types]
    lines = [
        "a sh:NodeShape",
        f"sh:targetClass {target}",
        "sh:nodeKind sh:IRI",
        _NODE,
        *_classes(target, alike),
        "sh:property shape:label , shape:alias , shape:evidence",
    ]
    also = " ".join(sorted({one for other in alike for one in other.rdf_types} - {target}))
    wanted = f" and is {also.replace(' ', ' or ')} as well" if also else ""
    lines.append(f'sh:message "A node of the kind {kind.label} stands under node/{wanted}."')
    return _shape(kind.label, lines)


def _classes(target: str, alike: list[Kind]) -> Iterator[str]:
    """What else the nodes of a class are, which several kinds may share."""
    if len(alike) == 1:
        yield from (f"sh:class {one}" for one in alike[0].rdf_types if one != target)
    elif alike[0] is Kind.DATASET:
        yield f"sh:or {_any(telling(one) for one in alike)}"


def _any(classes: Iterable[str]) -> str:
    return f"( {' '.join(f'[ sh:class {one} ]' for one in classes)} )"


def _shape(name: str, lines: Iterable[str]) -> str:
    return f"shape:{name}\n    " + " ;\n    ".join(lines) + " ;\n.\n"


# ------------------------------------------------------------------------------ predicates


def _predicates() -> Iterator[str]:
    """For each predicate of the table what its subjects are, and what its objects or values are."""
    rows = [one for one in Predicate if one is not Predicate.REQUIRES and one not in _BY_RECORD]
    for row in rows:
        for term in (row.rdf, FINE_TUNED) if row is Predicate.DERIVED_FROM else (row.rdf,):
            yield from _predicate(row, term)
    for term, kinds in REQUIREMENT.items():
        name = term.replace(":", "-")
        yield _shape(f"of-{name}", [*_subjects(term), f"sh:property shape:{name}"])
        yield _shape(name, ["a sh:PropertyShape", *_joined(term, kinds)])
    linked = {one.rdf for one in rows if not one.is_literal} | {FINE_TUNED, *REQUIREMENT, "kg:withMethod"}
    linked |= {"dcterms:creator", "dcterms:isReplacedBy", "dcterms:subject", "prov:wasDerivedFrom"}
    yield _shape(
        "Linked",
        [
            "a sh:NodeShape",
            f"sh:targetObjectsOf {' , '.join(sorted(linked))}",
            "sh:nodeKind sh:IRI",
            'sh:message "Something refers to this, which is no IRI: refer to a node."',
            "sh:property shape:described",
        ],
    )


def _subjects(term: str) -> list[str]:
    return ["a sh:NodeShape", f"sh:targetSubjectsOf {term}"]


def _predicate(row: Predicate, term: str) -> Iterator[str]:
    name = term.replace(":", "-")
    lines = _subjects(term)
    if row.domain != tuple(Kind):
        said = f"{term} is said of what is no {_either(row.domain)}: `kg check domains` tells who says so."
        lines += [_class(row.domain), "sh:severity sh:Warning", f'sh:message "{said}"']
    yield _shape(f"of-{name}", [*lines, f"sh:property shape:{name}"])
    if not row.is_literal:
        yield _shape(name, ["a sh:PropertyShape", *_joined(term, row.range)])
    else:
        message = f'sh:message "The value of {term} is {_SAYS[row.datatype]}."'
        yield _shape(name, ["a sh:PropertyShape", f"sh:path {term}", _DATATYPES[row.datatype], message])


def _joined(term: str, kinds: tuple[Kind, ...]) -> Iterator[str]:
    """A property whose objects are nodes of these kinds, which a decided kind may fail to be."""
    yield f"sh:path {term}"
    if kinds == tuple(Kind):
        yield "sh:nodeKind sh:IRI"
        yield f'sh:message "The object of {term} is a node, never a text."'
        return
    yield _class(kinds)
    yield "sh:severity sh:Warning"
    said = f"{term} leads to what is no {_either(kinds)}: `kg check domains` tells who says so."
    yield f'sh:message "{said}"'


def _class(kinds: tuple[Kind, ...]) -> str:
    classes = list(map(telling, kinds))
    return f"sh:class {classes[0]}" if len(classes) == 1 else f"sh:or {_any(classes)}"


def _either(kinds: tuple[Kind, ...]) -> str:
    return " or ".join(kind.label for kind in kinds)
