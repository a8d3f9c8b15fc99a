"""The graph as JSON-LD for people who know JSON: plain names, a node object a line, in Turtle's order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from kg.graph import Graph
from kg.rdf import Block, Notes, Options, opened

from .context import Context

_EXACT = 2**53  # beyond it a reader that takes JSON's numbers for floating point may lose digits
_AUTHORS = "dcterms:creator"


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    Authors stand within their paper, all else beside each other. Source: https://www.w3.org/TR/json-ld11/.
    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        context = Context(view.namespaces)
        file.write(f'{{\n"@context": {context.text()},\n"@graph": ['.encode())
        mark = "\n"
        for found in objects(view.blocks(), context):
            file.write(f"{mark}{json.dumps(found, ensure_ascii=False)}".encode())
            mark = ",\n"
        file.write(b"\n]\n}\n")
    return view.notes


def objects(blocks: Iterable[Block], context: Context) -> Iterator[dict[str, Any]]:
    """The node objects of all subjects, in order; what authors are is told within their paper."""
    authors = context.names.get(_AUTHORS, _AUTHORS)
    waiting: dict[str, Any] = {}
    expected: set[str] = set()
    for block in blocks:
        found = node_object(block, context)
        if block[0] in expected:  # the authors of a paper stand behind it
            waiting[authors] = _with(waiting[authors], found)
            continue
        if waiting:
            yield waiting
        waiting = found
        expected = {term for predicate, term in block[1] if predicate == _AUTHORS and term[0] != '"'}
    if waiting:
        yield waiting


def _with(values: Any, found: dict[str, Any]) -> Any:
    """The value or values with an object in the place of its IRI."""
    if isinstance(values, list):
        return [found if one == found["id"] else one for one in values]
    return found if values == found["id"] else values


def node_object(block: Block, context: Context) -> dict[str, Any]:
    """A subject as a node object; several objects of one predicate are a list, in canonical order.

    >>> from kg.rdf import Namespaces
    >>> pairs = [("a", "mls:Algorithm"), ("rdfs:label", '"LoRA"'), ("kg:bits", "4.5"), ("kg:uses", "node:x")]
    >>> node_object(("node:lora", pairs), Context(Namespaces("https://example.org/kg/")))
    {'id': 'node:lora', 'type': 'Algorithm', 'name': 'LoRA', 'bits': '4.5', 'uses': 'node:x'}
    """
    found: dict[str, list[object]] = {}
    for predicate, term in block[1]:
        if predicate == "a":
            found.setdefault("type", []).append(context.names.get(term) or _name(term, context))
        else:
            name = context.names.get(predicate, predicate)
            found.setdefault(name, []).append(_value(predicate, term, context))
    several = {key: values if len(values) > 1 else values[0] for key, values in found.items()}
    return {"id": _name(block[0], context), **several}


def _name(term: str, context: Context) -> str:
    """A prefixed name as it is; else the IRI."""
    return context.spaces.resolve(term)[0] if term[0] == "<" else term


def _value(predicate: str, term: str, context: Context) -> object:
    value, datatype = context.spaces.resolve(term)
    expected = context.types.get(predicate)
    if not datatype:
        name = _name(term, context)
        return name if expected == "@id" else {"id": name}
    if datatype.startswith("@"):
        return {"@value": value, "@language": datatype[1:]}
    name = context.spaces.shorten(datatype)
    plain = _plain(value, name) if expected is None else value if expected == name else None
    return {"@value": value, "@type": name} if plain is None else plain


def _plain(value: str, datatype: str) -> str | int | bool | None:
    """The value as JSON has it; None where that would lose its type or its digits."""
    if datatype == "xsd:integer":
        return int(value) if abs(int(value)) < _EXACT else None
    if datatype == "xsd:boolean":
        return value == "true"
    return value if datatype == "xsd:string" else None
