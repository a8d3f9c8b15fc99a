"""BibTeX and BibLaTeX files as libraries: the one door to ``bibtexparser`` and its LaTeX decoder."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from ingest.fates import Fate
from ingest.lists import ListReading
from kg.model import Problem, Span

from .library import Entry, library, revised

READER = "bibtex/1"

_VENUES = ("journaltitle", "journal", "booktitle", "publisher")
_IDS = ("eprint", "arxivid", "doi", "journal", "journaltitle", "note", "number", "howpublished", "volume")
_URLS = ("url", "howpublished", "ee")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_GENRES = {"thesis": "book", "online": "misc", "electronic": "misc", "www": "misc"}


def read_bibtex(
    content: bytes, *, name: str, page: str = "", commit: str = "", retrieved_from: str = ""
) -> ListReading:
    r"""What a BibTeX file says, whatever its bytes: trouble is listed in ``reading.problems``.

    >>> text = b"@misc{wren,\n  title = {{Wren}: a Small Bird},\n  eprint = {2501.99999}, year = 2025}"
    >>> read = read_bibtex(text, name="birds")
    >>> [(m.name, *map(str, m.identifiers)) for m in read.reading.mentions]
    [('Wren: a Small Bird', 'arxiv:2501.99999')]
    """
    entries, fates, problems = [], [], []
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for kind, span, block in _blocks(text):
        if kind == "entry" and (entry := _entry(block, span)) is not None:
            entries.append(entry)
        elif kind == "entry":
            problems.append(Problem(span.line, f"the entry {_short(block.key)} has no title"))
            fates.append(Fate(span.line, span.end_line, "ignored", "no title"))
        elif kind == "failed":
            problems.append(Problem(span.line, f"no BibTeX: {_short(block.raw)}"))
            fates.append(Fate(span.line, span.end_line, "ignored", "no BibTeX"))
        else:
            fates.append(Fate(span.line, span.end_line, "ignored", kind))
    return library(
        entries,
        fates,
        problems,
        key=name,
        page=page,
        revision=revised(content, READER, commit, retrieved_from),
    )


def _blocks(text: str) -> Iterator[tuple[str, Span, Any]]:
    """The blocks of the file: ``entry``, ``failed``, ``comment`` or ``definition``, in order."""
    from bibtexparser import model
    from bibtexparser.entrypoint import parse_string

    # The parser tells its trouble to a log; here trouble is data.
    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
    logging.getLogger("bibtexparser").propagate = False
    for block in parse_string(text).blocks:
        raw = block.raw or ""
        line = (block.start_line or 0) + 1
        span = Span(line, line + raw.strip("\n").count("\n"))
        if isinstance(block, model.Entry):
            yield "entry", span, block
        elif isinstance(block, model.DuplicateFieldKeyBlock | model.DuplicateBlockKeyBlock):
            # A key or a field given twice: the first is meant, as BibTeX itself has it.
            inner = block.ignore_error_block
            yield ("entry", span, inner) if isinstance(inner, model.Entry) else ("failed", span, block)
        elif isinstance(block, model.ParsingFailedBlock):
            yield "failed", span, block
        elif isinstance(block, model.String | model.Preamble):
            yield "definition", span, block
        else:
            yield "comment", span, block


def _entry(block: Any, span: Span) -> Entry | None:
    fields: dict[str, str] = {}
    for field in block.fields:
        fields.setdefault(field.key.lower(), str(field.value))
    title = _plain(fields.get("title", ""))
    if not title:
        return None
    genre = block.entry_type.lower()
    ids = [_plain(fields[name]) for name in _IDS if fields.get(name)]
    if "arxiv" not in fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower():
        ids = ids[1:] if fields.get("eprint") else ids
    venue = next((_plain(fields[name]) for name in _VENUES if fields.get(name)), "")
    return Entry(
        block.raw or "",
        span,
        _GENRES.get(genre, genre),
        title,
        tuple(ids),
        tuple(url for name in _URLS for url in _links(fields.get(name, ""))),
        venue,
        _date(fields),
    )


def _links(text: str) -> list[str]:
    return re.findall(r"https?://[^\s{}<>\"\\]+", text.replace("\\_", "_").replace("\\%", "%"))


def _date(fields: dict[str, str]) -> str:
    if date := fields.get("date", "").partition("/")[0].strip():
        return date
    year, month = fields.get("year", "").strip("{} "), fields.get("month", "").strip("{} .").lower()
    number = _MONTHS.get(month[:3], int(month) if month.isascii() and month.isdigit() else 0)
    return f"{year}-{number:02}" if 1 <= number <= len(_MONTHS) else year


def _plain(text: str) -> str:
    """The text as people read it: accents as letters, no commands, no braces, one line."""
    if "\\" in text or "$" in text:
        from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

        text = LatexNodes2Text(math_mode="verbatim", keep_comments=True).latex_to_text(text)
    return " ".join(re.sub(r"[{}$]", "", text.replace("~", " ")).split())


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return repr(line if len(line) < 60 else f"{line[:57]}...")  # noqa: PLR2004 - fits a line of a terminal
