"""Records as OAI-PMH has them (``arXivRaw``), and how they become the same papers as the API's.

The two services write one paper in two ways: TeX kept or converted, authors in one line or one by
one, categories in another order. Where that is all that differs, what is stored stands: a change of
service is no change of a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from kg.model import PaperRecord, PaperVersion

from .records import categories_of, is_withdrawn, own_doi, plain
from .tex import folded, unicode_of

READER = "arxiv-raw/1"
"""The reader of a record that holds texts as OAI-PMH writes them."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version: when it was submitted (UTC), how large its source is, of which type.

    ``source_type`` is a row of letters; I among them: withdrawn.
    """

    number: int
    submitted: datetime
    size: str = ""
    source_type: str = ""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """An ``arXivRaw`` record, texts as they were typed.

    ``modified`` is the day of the last edit of the metadata, which is no day of submission.
    ``versions`` are in order.
    """

    arxiv_id: str
    modified: date
    versions: tuple[Version, ...]
    title: str
    authors: str
    categories: str
    abstract: str = ""
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    license: str = ""
    submitter: str = ""


def record_of_raw(raw: RawRecord) -> PaperRecord:
    """The paper of a raw record. Raises: ValueError with the reason if it is none."""
    if not raw.versions:
        raise ValueError("has no version")
    if not (title := plain(unicode_of(raw.title))):
        raise ValueError("has no title")
    first, last = raw.versions[0], raw.versions[-1]
    comment, abstract = plain(unicode_of(raw.comments)), plain(unicode_of(raw.abstract))
    primary, *others = raw.categories.split() or [""]
    return PaperRecord(
        arxiv_id=raw.arxiv_id,
        version=last.number,
        title=title,
        abstract=abstract,
        authors=names_of(raw.authors),
        categories=categories_of(primary, others),
        published=first.submitted,
        updated=last.submitted,
        comment=comment,
        journal_ref=plain(unicode_of(raw.journal_ref)),
        doi=own_doi(raw.doi),
        withdrawn="I" in last.source_type or is_withdrawn(comment) or is_withdrawn(abstract, anywhere=False),
    )


def versions_of(raw: RawRecord) -> tuple[PaperVersion, ...]:
    """All versions of a paper; the licence is the last one's, for of the others it is not told."""
    last = raw.versions[-1].number if raw.versions else 0
    return tuple(
        PaperVersion(
            one.number,
            one.submitted,
            withdrawn=True if "I" in one.source_type else None,  # words alone may withdraw a paper, too
            size=one.size,
            source_type=one.source_type,
            licence=raw.license if one.number == last else "",
        )
        for one in raw.versions
    )


# ----------------------------------------------------------------------------------------- authors

_BETWEEN = re.compile(r"\s*[,:;]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
_OTHERS = re.compile(r"et\.?\s+al\.?", re.IGNORECASE)


def names_of(line: str) -> tuple[str, ...]:
    r"""The names in a line of authors, without affiliations, in order.

    >>> names_of(r"A. Aven (Harbour Lab), B.C. Brook, Jr. and C\'ecile Crane")
    ('A. Aven', 'B. C. Brook Jr.', 'Cécile Crane')
    >>> names_of("The Tide Collaboration: A. Aven, B. Brook")
    ('The Tide Collaboration', 'A. Aven', 'B. Brook')
    """
    names: list[str] = []
    for part in _BETWEEN.split(plain(_without_asides(unicode_of(line)))):
        name = plain(re.sub(r"\.(?=[^\s.])", ". ", part.strip(" ,")))
        if _SUFFIX.fullmatch(name) and names:
            names[-1] = f"{names[-1]} {name}"
        elif name and not _OTHERS.fullmatch(name):
            names.append(name)
    return tuple(names)


def _without_asides(line: str) -> str:
    """The line without what stands in brackets, however deep; one that is not closed goes on to the end."""
    kept, depth = [], 0
    for piece in re.split(r"([()])", line):
        depth = max(depth + {"(": 1, ")": -1}.get(piece, 0), 0)
        kept.append(" " if depth or piece in {"(", ")"} else piece)
    return "".join(kept)


def _letters(names: Iterable[str]) -> str:
    """The letters and digits of names in a row, however they were split, dotted or spaced."""
    words = (w for name in names for w in re.split(r"[\s,]+", unicode_of(name)) if not _SUFFIX.fullmatch(w))
    return "".join(c for word in words for c in folded(word) if c.isalnum()).casefold()


# ---------------------------------------------------------------------------------------- settling


def settled(new: PaperRecord, held: PaperRecord, *, raw: bool) -> PaperRecord:
    """``new``, in the words of ``held`` wherever the two may say the same of the same thing.

    ``raw``: ``new`` comes from OAI-PMH, which alone knows of every withdrawal. Authors that cannot
    be compared stay, as long as the version does.
    """
    kept: dict[str, object] = {}
    for name in ("title", "abstract", "comment", "journal_ref"):
        if folded(getattr(new, name)) == folded(getattr(held, name)):
            kept[name] = getattr(held, name)
    same_version = new.version == held.version
    if same_version or _letters(new.authors) == _letters(held.authors):
        kept["authors"] = held.authors
    if new.categories[:1] == held.categories[:1] and set(new.categories) == set(held.categories):
        kept["categories"] = held.categories
    if same_version:
        kept |= {"published": held.published, "updated": held.updated}
        if not raw:
            kept["withdrawn"] = new.withdrawn or held.withdrawn
    return replace(new, **kept)  # type: ignore[arg-type] # each value is that of the same field
