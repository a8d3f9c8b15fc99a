"""An answer in the bytes of a format, with nothing in it that a terminal might obey."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from kg.cli.output import escaped

from .asking import GRAPHS, SOLUTIONS, Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kg.rdf import Notes

READ = "json"
"""What the engine writes for formats that are made here."""

_PIECE = 1 << 20
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(answer: Answer, format_: str, file: BinaryIO) -> Notes | None:
    """What had to be changed, if that can be; the answer is in ``file`` then.

    ``format_``: csv, of an answer in :data:`READ`, or the format that the answer has.
    """
    if format_ == "csv":
        from exports.table import write_rows

        columns, rows = solutions(answer, lambda iri: iri)
        return write_rows(columns, [[escaped(cell) for cell in row] for row in rows], file)
    file.writelines(_pieces(answer.file, _as_xml if format_ == "xml" else escaped))
    if format_ in SOLUTIONS and format_ != "tsv":
        file.write(b"\n")
    return None


def solutions(answer: Answer, name: Callable[[str], str]) -> tuple[list[str], list[list[str]]]:
    """The columns and rows of an answer in :data:`READ`; ``name`` writes an IRI. A boolean is one cell."""
    found = json.load(answer.file)
    if answer.kind == "boolean":
        return ["answer"], [[str(answer.truth).lower()]]
    columns: list[str] = found["head"]["vars"]
    return columns, [[cell(row.get(one), name) for one in columns] for row in found["results"]["bindings"]]


def shortener(base: str) -> Callable[[str], str]:
    """What writes an IRI for people: with its prefix where it has one, else as it is."""
    from kg.rdf import Namespaces

    spaces = Namespaces(base)

    def short(iri: str) -> str:
        written = spaces.shorten(iri)
        return written[1:-1] if written.startswith("<") else written

    return short


def asked_for(format_: str) -> tuple[str | None, str | None]:
    """The formats that the engine shall write, of solutions and of triples, for one of the command's."""
    if format_ in GRAPHS:
        return None, format_
    return (format_ if format_ in SOLUTIONS else READ), None


def cell(term: dict[str, object] | None, name: Callable[[str], str]) -> str:
    """A term as one cell; nothing for None, which a solution may leave open."""
    if term is None:
        return ""
    value = term["value"]
    if term["type"] == "uri":
        return name(str(value))
    return f"_:{value}" if term["type"] == "bnode" else value if isinstance(value, str) else json.dumps(value)


def _pieces(file: BinaryIO, change: Callable[[str], str]) -> Iterator[bytes]:
    decode = codecs.getincrementaldecoder("utf-8")().decode
    while piece := file.read(_PIECE):
        yield change(decode(piece)).encode()


def _as_xml(text: str) -> str:
    """Characters that XML has no way to write become U+FFFD."""
    return escaped(_NO_XML.sub("\ufffd", text), "&#x{:x};")
