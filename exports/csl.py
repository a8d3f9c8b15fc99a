"""The papers as CSL-JSON, for Zotero, Pandoc and other citation processors: an object a paper, by key."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from kg.graph import Graph
from kg.rdf import Notes

from . import Options
from .citations import Citation, Name, citations


def write(graph: Graph, file: BinaryIO, options: Options | None = None) -> Notes:
    """Nothing that could not be written: all papers are in ``file``, by slug, one a line.

    Source: https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV.
    Raises: UsageError (a pattern of keys), StoreError, OSError (the file).
    """
    options = options or Options()
    start = "[\n"
    for citation in citations(graph, options):
        file.write(f"{start}{json.dumps(item(citation), ensure_ascii=False)}".encode())
        start = ",\n"
    file.write(b"[]\n" if start == "[\n" else b"\n]\n")
    return Notes()


def item(citation: Citation) -> dict[str, Any]:
    """The object of a paper; what is not known is left out."""
    where = citation.journal or citation.venue
    preprint = not citation.is_published
    kind = "article-journal" if citation.journal or citation.doi else "paper-conference"
    issued = [part for part in (citation.year, citation.month) if part]
    found: dict[str, Any] = {
        "id": citation.key,
        "type": "article" if preprint else kind,
        "title": citation.title,
        "author": [_name(name) for name in citation.authors],
        "issued": {"date-parts": [issued]} if issued else None,
        "container-title": where,
        "publisher": "arXiv" if preprint and citation.arxiv else "",
        "number": f"arXiv:{citation.arxiv}" if citation.arxiv else "",
        "version": str(citation.version) if citation.version else "",
        "DOI": citation.doi or (f"10.48550/arxiv.{citation.arxiv}" if citation.arxiv else ""),
        "URL": citation.url,
        "note": "Withdrawn" if citation.withdrawn else "",
    }
    return {name: value for name, value in found.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.is_whole:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}
