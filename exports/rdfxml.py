"""The graph as RDF/XML: an element a subject, a line a triple, in the order of the Turtle."""

from __future__ import annotations

import re
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from kg.graph import Graph
from kg.rdf import Block, Namespaces, Notes, Options, opened

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_RETURN = {"\r": "&#13;"}  # a bare one would be read as a line feed


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """What could not be written as it stands; all else is in ``file``.

    XML has no way to write most control characters: each becomes U+FFFD, with a note.
    Raises: UsageError (the base), StoreError, OSError (the file).
    """
    with opened(graph, options) as view:
        spaces = view.namespaces
        declared = {"rdf": spaces.every["rdf"], **spaces.declared}
        names = "".join(f"\n  xmlns:{prefix}={quoteattr(declared[prefix])}" for prefix in sorted(declared))
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n'.encode())
        file.writelines(_element(block, spaces, view.notes).encode() for block in view.blocks())
        file.write(b"</rdf:RDF>\n")
    return view.notes


def _element(block: Block, spaces: Namespaces, notes: Notes) -> str:
    subject, pairs = block
    lines = "".join(_property(predicate, term, spaces, notes) for predicate, term in pairs)
    about = quoteattr(spaces.resolve(subject)[0])
    return f"\n<rdf:Description rdf:about={about}>\n{lines}</rdf:Description>\n"


def _property(predicate: str, term: str, spaces: Namespaces, notes: Notes) -> str:
    """A predicate is always a name of the vocabulary, so that it can be the name of an element."""
    name = "rdf:type" if predicate == "a" else predicate
    value, datatype = spaces.resolve(term)
    if not datatype:
        return f"  <{name} rdf:resource={quoteattr(value)}/>\n"
    said = ""
    if datatype.startswith("@"):
        said = f' xml:lang="{datatype[1:]}"'
    elif datatype != _STRING:
        said = f' rdf:datatype="{datatype}"'
    fit = _UNFIT.sub("\ufffd", value)
    if fit != value:
        notes.add("texts with characters that XML cannot hold, written as \ufffd", value)
    return f"  <{name}{said}>{escape(fit, _RETURN)}</{name}>\n"
