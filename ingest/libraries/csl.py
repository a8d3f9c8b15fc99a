"""CSL-JSON files, as Zotero and others write them, as libraries."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.fates import Fate
from ingest.lists import ListReading
from kg.model import Problem, Span

from .library import Entry, library, revised

READER = "csl/1"

_IDS = ("DOI", "number", "archive_location", "note", "container-title")
_GENRES = {"article-journal": "article", "paper-conference": "inproceedings"}
_BLANK = re.compile(r"[\s,]*")


def read_csl(
    content: bytes, *, name: str, page: str = "", commit: str = "", retrieved_from: str = ""
) -> ListReading:
    r"""What a CSL-JSON file says, whatever its bytes: trouble is listed in ``reading.problems``.

    Source: https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html

    >>> text = b'[{"title": "Wren", "DOI": "10.1000/x", "issued": {"date-parts": [[2025, 3]]}}]'
    >>> read = read_csl(text, name="birds")
    >>> [(m.name, *map(str, m.identifiers)) for m in read.reading.mentions]
    [('Wren', 'doi:10.1000/x')]
    >>> [c.object.value for c in read.reading.claims]
    ['2025-03']
    """
    entries, fates, problems = [], [], []
    text = content.decode("utf-8-sig", "replace")
    for span, raw, item in _items(text):
        if isinstance(item, str):
            problems.append(Problem(span.line, item))
            fates.append(Fate(span.line, span.end_line, "ignored", "no CSL-JSON"))
        elif (entry := _entry(item, raw, span)) is not None:
            entries.append(entry)
        else:
            problems.append(Problem(span.line, "the entry has no title"))
            fates.append(Fate(span.line, span.end_line, "ignored", "no title"))
    return library(
        entries,
        fates,
        problems,
        key=name,
        page=page,
        revision=revised(content, READER, commit, retrieved_from),
    )


def _items(text: str) -> Iterator[tuple[Span, str, Mapping[str, Any] | str]]:
    """Each item with its lines and its text, or the sentence that says why it is none.

    Items are decoded one by one, so that each has its lines and one that is broken ends only the rest.
    """
    breaks = [m.start() for m in re.finditer("\n", text)]

    def span(start: int, end: int) -> Span:
        return Span(bisect.bisect_left(breaks, start) + 1, bisect.bisect_left(breaks, end) + 1)

    begin = re.match(r"\s*\[|\s*\{\s*\"items\"\s*:\s*\[", text)
    if begin is None:
        yield span(0, len(text)), text, "this is no CSL-JSON: it must be a list of items"
        return
    decoder = json.JSONDecoder(parse_constant=str)
    position = begin.end()
    while True:
        position = _blank(text, position)
        if text[position : position + 1] == "]":
            return
        try:
            item, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            why = getattr(error, "msg", "nested too deep")
            yield span(position, len(text)), text[position:], f"this is no JSON from here on: {why}"
            return
        raw = text[position:end]
        yield span(position, end), raw, item if isinstance(item, dict) else "an item must be an object"
        position = end


def _blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _entry(item: Mapping[str, Any], raw: str, span: Span) -> Entry | None:
    title = _plain(item.get("title"))
    if not title:
        return None
    genre = _plain(item.get("type")).lower()
    url = _plain(item.get("URL"))
    return Entry(
        raw,
        span,
        _GENRES.get(genre, genre),
        title,
        tuple(text for name in _IDS if (text := _plain(item.get(name)))),
        (url,) if url.lower().startswith(("http://", "https://")) else (),
        _plain(item.get("container-title")),
        _date(item.get("issued")),
    )


def _date(issued: object) -> str:
    """The date in ISO 8601: from ``date-parts`` (numbers, or numbers in quotes), else as it is written."""
    if not isinstance(issued, dict):
        return ""
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        numbers = [int(p) for p in parts[0][:3] if re.fullmatch(r"[0-9]{1,4}", str(p))]
        return "-".join(f"{n:04}" if i == 0 else f"{n:02}" for i, n in enumerate(numbers))
    return _plain(issued.get("raw") or issued.get("literal"))


def _plain(value: object) -> str:
    """A text in one line, without the markup that CSL allows in it; empty for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return " ".join(re.sub(r"</?(?:i|b|sub|sup|span)(?:\s[^<>]*)?>", "", value).split())
