"""arXiv's public metadata snapshot: JSON lines, one paper a line, in the words of OAI-PMH.

A line is pure data for :mod:`ingest.arxiv.raw`; authors come from ``authors_parsed``, which tells
names apart better than the line of authors does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from kg.identifiers import arxiv_id
from kg.model import PaperRecord, PaperVersion

from .raw import RawRecord, Version, record_of_raw, versions_of
from .records import plain
from .tex import unicode_of

LONGEST = 4_000_000  # bytes of a line: three thousand authors take a tenth
_VERSIONS = 10_000  # more than any paper will ever have
_MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_SUBMITTED = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_NEW_STYLE = re.compile(rb'\s*\{\s*"id"\s*:\s*"\d{4}\.\d')
_UPDATED = re.compile(rb'"update_date"\s*:\s*"(\d{4}-\d\d-\d\d)"')


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a snapshot that is wanted: papers of any of the categories (() is all), from a day on."""

    categories: tuple[str, ...] = ()
    since: date | None = None

    def has(self, fields: dict[str, Any]) -> bool:
        """Whether the paper of these fields is wanted; what cannot be told is, so that it is looked at."""
        if self.categories and not set(self.categories) & set(_text(fields, "categories").split()):
            return False
        if self.since is None:
            return True
        try:
            return _submitted(fields["versions"][0]["created"]).date() >= self.since
        except (LookupError, OverflowError, TypeError, ValueError):
            return True


def paper_of(line: bytes, part: Part) -> tuple[PaperRecord, tuple[PaperVersion, ...]] | None:
    """The paper of a line with its versions; None if it is not wanted. Raises: ValueError with the reason."""
    fields = _fields(line)
    if not part.has(fields):
        return None
    found = arxiv_id(_text(fields, "id"))
    if found is None:
        raise ValueError(f"{_text(fields, 'id')[:40]!r} is no arXiv identifier")
    raw = RawRecord(
        arxiv_id=found[0],
        modified=date.min,
        versions=_versions(fields),
        title=_text(fields, "title"),
        authors="" if fields.get("authors_parsed") else _text(fields, "authors"),
        categories=_text(fields, "categories"),
        abstract=_text(fields, "abstract"),
        comments=_text(fields, "comments"),
        journal_ref=_text(fields, "journal-ref"),
        doi=_text(fields, "doi"),
        license=_text(fields, "license"),
    )
    try:
        record = record_of_raw(raw)
    except ValueError as error:
        raise ValueError(f"{raw.arxiv_id} {error}") from None
    if fields.get("authors_parsed"):
        record = replace(record, authors=_authors(fields["authors_parsed"]))
    return record, tuple(replace(one, withdrawn=None) for one in versions_of(raw))


def _fields(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        raise ValueError(f"is longer than {LONGEST:,} bytes")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    if not isinstance(found, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - trouble in the data, not in the program
    return found


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"has a {name} that is no text")  # noqa: TRY004 - as above
    if not value.isascii():  # a lone half of a pair is no text that can be stored
        value = value.encode("utf-8", "replace").decode()
    return value.replace("\0", "")


def _versions(fields: dict[str, Any]) -> tuple[Version, ...]:
    try:
        listed = [(int(one["version"].lstrip("v")), _submitted(one["created"])) for one in fields["versions"]]
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        raise ValueError(f"{_text(fields, 'id')[:40]} has no usable versions") from None
    if any(not 0 < number < _VERSIONS for number, _ in listed):
        raise ValueError(f"{_text(fields, 'id')[:40]} has no usable versions")
    return tuple(Version(number, at) for number, at in sorted(listed))


def _submitted(text: str) -> datetime:
    if form := _SUBMITTED.fullmatch(text):
        month = _MONTHS[form[2]]
        return datetime(
            int(form[3]), month, int(form[1]), int(form[4]), int(form[5]), int(form[6]), tzinfo=UTC
        )
    found = parsedate_to_datetime(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _authors(parsed: object) -> tuple[str, ...]:
    """First name, last name, suffix, as people write them."""
    try:
        names = [plain(unicode_of(" ".join((one[1], one[0], *one[2:3])))) for one in parsed]  # type: ignore[attr-defined]
    except (LookupError, TypeError):
        raise ValueError("has authors that are no names") from None
    return tuple(name.encode("utf-8", "replace").decode().replace("\0", "") for name in names if name)


# ------------------------------------------------------------------------------- the file


@dataclass(frozen=True, slots=True)
class Extent:
    """What a snapshot holds: its lines, and the last day on which a paper of it was edited."""

    lines: int
    day: str


def extent(lines: Iterable[bytes]) -> Extent:
    """The extent of a snapshot; nothing is parsed for it."""
    day, count = b"", 0
    for line in lines:
        count += 1
        start = line.rfind(b'"update_date"')
        if start >= 0 and (form := _UPDATED.match(line, start)) and form[1] > day:
            day = form[1]
    return Extent(count, day.decode())


def is_new_style(line: bytes) -> bool:
    """Whether a line names its paper as arXiv has since April 2007.

    A snapshot has these first. They are read last, so that numbers grow with the years.
    """
    return _NEW_STYLE.match(line) is not None


def numbered(file: BinaryIO, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, each with where the next one begins; ``start``: where to begin."""
    at = file.seek(start)
    while line := file.readline(LONGEST + 2):
        while len(line) > LONGEST and not line.endswith(b"\n"):
            rest = file.readline(LONGEST)
            at += len(rest)
            if not rest or rest.endswith(b"\n"):
                break
        at += len(line)
        yield at, line
