r"""The papers as BibTeX: one entry a paper, by key, in text that LaTeX prints and never obeys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from kg.graph import Graph
from kg.rdf import Notes

from . import Options
from .citations import Citation, Name, citations
from .latex import latex

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Letters that have no command in LaTeX and stay as they are; all papers are in ``file``, by slug.

    Source: Oren Patashnik, BibTeXing (1988), for entries and fields; eprint fields as arXiv gives them.
    Raises: UsageError (a pattern of keys), StoreError, OSError (the file).
    """
    options = options or Options()
    start, notes = "", Notes()
    for citation in citations(graph, options):
        told = entry(citation)
        if not told.isascii():
            notes.add("papers have letters without a LaTeX command: LuaLaTeX prints them", citation.key)
        file.write(f"{start}{told}".encode())
        start = "\n"
    return notes


def entry(citation: Citation) -> str:
    """The entry of a paper, with its line end."""
    kind = "misc"
    if citation.is_published:
        kind = "article" if citation.journal or citation.doi else "inproceedings"
    lines = [f"  {name} = {value}," for name, value in _fields(citation, kind)]
    return "\n".join([f"@{kind}{{{citation.key},", *lines, "}", ""])


def _fields(citation: Citation, kind: str) -> Iterator[tuple[str, str]]:
    """The fields in the order in which people look for them; values with their braces."""
    # Braces twice: styles change the case of a title, and a name of a model must stay as it is.
    yield "title", f"{{{{{latex(citation.title)}}}}}"
    if citation.authors:
        yield "author", f"{{{' and '.join(map(_author, citation.authors))}}}"
    if citation.year:
        yield "year", f"{{{citation.year}}}"
    if citation.month:
        yield "month", _MONTHS[citation.month - 1]
    where = citation.journal or citation.venue
    if where:
        yield "booktitle" if kind == "inproceedings" else "journal", f"{{{latex(where)}}}"
    if citation.doi:
        yield "doi", f"{{{_bare(citation.doi)}}}"
    if citation.arxiv:
        yield "eprint", f"{{{citation.arxiv}}}"
        yield "archiveprefix", "{arXiv}"
    if citation.category:
        yield "primaryclass", f"{{{_bare(citation.category)}}}"
    notes = [f"Version {citation.version}"] if citation.version > 1 else []
    notes += ["Withdrawn"] if citation.withdrawn else []
    if notes:
        yield "note", f"{{{', '.join(notes)}}}"
    if citation.url:
        yield "url", f"{{{_bare(citation.url)}}}"


def _author(name: Name) -> str:
    printed = " ".join(part for part in (name.given, name.particle, name.family, name.suffix) if part)
    if name.is_whole or "," in printed or "and" in printed.lower().split():
        return f"{{{latex(printed)}}}"  # BibTeX would take it apart elsewhere
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(latex(part) for part in (family, name.suffix, name.given) if part)


def _bare(text: str) -> str:
    """An identifier or a link, without what would end its braces or begin a command."""
    quoted = re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", text)
    return quoted.replace("%", "\\%")
