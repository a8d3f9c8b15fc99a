"""The graph as JSON-LD: prefixes in the context, a node object a subject, a line each, in Turtle's order."""

from __future__ import annotations

import json
from typing import BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Namespaces, Notes, Options, opened

_EXACT = 2**53  # beyond it a reader that takes JSON's numbers for floating point may lose digits


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        context = json.dumps(view.namespaces.declared, indent=2, ensure_ascii=False)
        file.write(f'{{\n"@context": {context},\n"@graph": ['.encode())
        mark = "\n"
        for block in view.blocks():
            line = json.dumps(node_object(block, view.namespaces), ensure_ascii=False)
            file.write(f"{mark}{line}".encode())
            mark = ",\n"
        file.write(b"\n]\n}\n")
    return view.notes


def node_object(block: Block, spaces: Namespaces) -> dict[str, object]:
    """A subject as a node object; several objects of one predicate are a list, in canonical order.

    >>> pairs = [("a", "mls:Algorithm"), ("rdfs:label", '"LoRA"'), ("kg:bits", "4.5")]
    >>> node_object(("node:lora", pairs), Namespaces("https://example.org/kg/"))
    {'@id': 'node:lora', '@type': 'mls:Algorithm', 'rdfs:label': 'LoRA', \
'kg:bits': {'@value': '4.5', '@type': 'xsd:decimal'}}
    """
    found: dict[str, list[object]] = {}
    for predicate, term in block[1]:
        if predicate == "a":
            found.setdefault("@type", []).append(_name(term, spaces))
        else:
            found.setdefault(predicate, []).append(_value(term, spaces))
    several = {key: values if len(values) > 1 else values[0] for key, values in found.items()}
    return {"@id": _name(block[0], spaces), **several}


def _name(term: str, spaces: Namespaces) -> str:
    """A prefixed name as it is; else the IRI."""
    return spaces.resolve(term)[0] if term[0] == "<" else term


def _value(term: str, spaces: Namespaces) -> object:
    value, datatype = spaces.resolve(term)
    if not datatype:
        return {"@id": _name(term, spaces)}
    if datatype.startswith("@"):
        return {"@value": value, "@language": datatype[1:]}
    name = spaces.shorten(datatype)
    if name == "xsd:string":
        return value
    if name == "xsd:boolean":
        return value == "true"
    if name == "xsd:integer" and abs(int(value)) < _EXACT:
        return int(value)
    return {"@value": value, "@type": name}
