"""Where and when a paper appeared, from the text beside its title."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.patterns import Pattern

_KNOWN = r"""arXiv(?:\.org|\s+preprint)?|Preprint|NeurIPS|NIPS|ICML|ICLR|ACL|EMNLP|NAACL|EACL|
AACL|COLING|CoNLL|TACL|COLM|
AAAI|IJCAI|CVPR|ICCV|ECCV|WACV|BMVC|ACCV|ACM\s+MM|MICCAI|MLSys|SysML|TMLR|JMLR|TPAMI|PAMI|IJCV|TNNLS|
INTERSPEECH|ICASSP|ASRU|SLT|KDD|WWW|SIGIR|CIKM|WSDM|RecSys|VLDB|SIGMOD|ICDE|ASPLOS|ISCA|MICRO|HPCA|
DAC|DATE|ICCAD|FPGA|FCCM|ISSCC|OSDI|SOSP|NSDI|EuroSys|ATC|USENIX\s+ATC|SC|PPoPP|CGO|MobiCom|MobiSys|SenSys|
UbiComp|IMWUT|CHI|UIST|ICRA|IROS|CoRL|RSS|L4DC|UAI|AISTATS|COLT|ECML|LREC|ICSE|FSE|ASE|ISSTA|RANLP|SemEval|
BigScience|Nature(?:\s+\w+)?|Science|GitHub|Blog|HuggingFace|IEEE(?:\s+[A-Z]\w+){0,4}|ACM(?:\s+[A-Z]\w+){0,3}|
[A-Z][A-Za-z&\s]{0,60}Workshop"""
_NAMES = "".join(_KNOWN.split("\n"))
_TRACKS = (
    r"(?:\s+(?:Findings|Workshops?|Oral|Spotlight|Demo|Long|Short|Main|Industry|"
    r"Datasets\s+and\s+Benchmarks))*"
)
_YEAR = r"(?:19|20)\d\d"
_VENUE = Pattern(
    rf"(?<![\w/.-])(?P<pre>Findings(?:\s+of)?\s+)?(?P<venue>{_NAMES})(?![\w]|:\s?\d)(?P<track>{_TRACKS})"
    rf"\s*[,.(\[]?\s*(?:(?P<year>{_YEAR})|[’']\s?(?P<short>\d\d)|-(?P<dash>\d\d)(?!\d))?",
    re.IGNORECASE,
)
_SERIES = Pattern(
    r"\b(?:Conference|Proceedings|Journal|Transactions|Workshop|Symposium|Annual\s+Meeting|Letters)\b"
)
_ENDS = re.compile(rf"^(?P<venue>[A-Z][^.]{{1,90}}?)\s*[,\s]\s*(?P<year>{_YEAR})$")
_SAME = {"nips": "NeurIPS", "neurips": "NeurIPS", "arxiv.org": "arXiv.org"}
_CAPITALS = re.compile(r"[A-Z][\w-]*(?:\s(?:[A-Z][\w-]*|of|on|in|the|and|for|&)){0,11}")
_SHORT = re.compile(r"([A-Z][\w-]{1,13}|[A-Za-z][\w-]{2,12}\sTalks)\s?['’](\d\d)(?=$|[\s,.])")
_FIRST, _CENTURY = 1950, 2000
_MAX_WORDS = 14


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue and a year, either of which may be missing ("" and 0)."""

    name: str = ""
    year: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.year}" if self.name and self.year else self.name


def venue_in(segments: list[str]) -> Venue:  # noqa: C901, PLR0911 - one loop a form
    """The venue that the segments of an item's tail name; a year may stand in another segment.

    >>> str(venue_in(["ICML'25"])), str(venue_in([", NIPS, 2023. "])), str(venue_in(["arXiv 2024"]))
    ('ICML 2025', 'NeurIPS 2023', 'arXiv 2024')
    >>> str(venue_in(["Conference on Things", "A. Bee (2020)"])), str(venue_in(["tools for chat"]))
    ('Conference on Things 2020', '')
    """
    segments = [" ".join(s.split()).strip(" ,.;:|()[]-–*")[:300] for s in segments]
    for segment in segments:
        if short := _SHORT.match(segment):
            return Venue(_spelled(short[1]), _CENTURY + int(short[2]))
    for segment in segments:
        found = _ENDS.match(segment) if len(segment.split()) <= _MAX_WORDS else None
        if found and not _names(found["venue"]):
            return Venue(_spelled(found["venue"].strip(" ,(['")), int(found["year"]))
    for segment in segments:
        if len(segment.split()) <= _MAX_WORDS and (found := _VENUE.match(segment)):
            return _read(found, segments)
    for segment in segments:
        if _SERIES.search(segment) and len(segment.split()) <= _MAX_WORDS and segment[0].isupper():
            return Venue(segment, year_in(segments))
    if len(segments) > 1 and _CAPITALS.fullmatch(segments[0]) and (year := year_in(segments[1:])):
        return Venue(segments[0], year)  # a line of its own above the authors
    for segment in segments:
        for found in _VENUE.finditer(segment):
            if found["year"] or found["short"]:
                return _read(found, segments)
    return Venue()


def _read(found: re.Match[str], segments: list[str]) -> Venue:
    year = int(found["year"] or 0)
    if short := found["short"] or found["dash"]:
        year = _CENTURY + int(short)
    return Venue(_spelled(found["venue"]), year or year_in(segments))


def _names(text: str) -> bool:
    """Whether text before a year is a list of authors, not a venue."""
    return (
        text.count(",") > 1 or "et al" in text or bool(re.match(r"[A-Z][a-z]+ [A-Z]\.? ?[A-Z][a-z]+,", text))
    )


def year_in(segments: list[str]) -> int:
    """The first year in brackets or at the end of a segment, or 0."""
    for segment in segments:
        if found := re.search(rf"[(\[]\s*({_YEAR})\s*[)\]]|(?<![\d-])({_YEAR})$", segment):
            year = int(found[1] or found[2])
            if year >= _FIRST:
                return year
    return 0


def _spelled(name: str) -> str:
    name = " ".join(name.split())
    return _SAME.get(name.casefold(), name)
