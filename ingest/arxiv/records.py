"""Paper records: one arXiv entry as a value that no dialect and no line break can change.

The feed has had two dialects (http and https, wrapped and unwrapped titles, other orders); what
differs only in these ways gives the same record, the same canonical JSON and the same blob.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from kg.identifiers import Identifier, arxiv_id, doi
from kg.model import (
    DocumentKind,
    Mention,
    PaperRecord,
    Place,
    Reading,
    Revision,
    blob_id,
    digest,
)
from kg.vocabulary import Kind

READER = "arxiv/1"
RULE = "arxiv-record"


def record_of(result: Any) -> PaperRecord:
    """The record in an :class:`arxiv.Result`. Raises: ValueError with the reason if it is no paper.

    The version comes from the entry's id; 0 if the id holds none.
    """
    found = entry_id(result.entry_id)
    if not found:
        raise ValueError(f"{plain(result.entry_id)[:80]!r} is no arXiv paper")
    if not (title := plain(result.title)):
        raise ValueError(f"{found[0]} has no title")
    comment = plain(result.comment)
    abstract = plain(result.summary)
    return PaperRecord(
        arxiv_id=found[0],
        version=found[1] or 0,
        title=title,
        abstract=abstract,
        authors=tuple(name for author in result.authors if (name := plain(author.name))),
        categories=categories_of(result.primary_category, result.categories),
        published=result.published.astimezone(UTC),
        updated=result.updated.astimezone(UTC),
        comment=comment,
        journal_ref=plain(result.journal_ref),
        doi=own_doi(result.doi),
        withdrawn=is_withdrawn(comment) or is_withdrawn(abstract, anywhere=False),
    )


def entry_id(text: str) -> tuple[str, int | None] | None:
    """The arXiv id and version that the id of an entry names, or None.

    >>> entry_id("http://arxiv.org/abs/2106.09685v2"), entry_id("https://arxiv.org/api/errors#x")
    (('2106.09685', 2), None)
    """
    form = re.match(r"\s*https?://(?:[a-z]+\.)?arxiv\.org/abs/(\S+)\s*$", text or "", re.IGNORECASE)
    return arxiv_id(form[1]) if form else None


def plain(text: str | None) -> str:
    r"""The text in one line, blanks single; empty for None.

    >>> plain("A\n  title "), plain(None)
    ('A title', '')
    """
    return " ".join((text or "").split())


# https://arxiv.org/category_taxonomy and the archives that were folded into others.
_ARCHIVES = frozenset(
    """astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex
    nucl-th physics q-bio q-fin quant-ph stat acc-phys adap-org alg-geom ao-sci atom-ph bayes-an
    chao-dyn chem-ph cmp-lg comp-gas dg-ga funct-an mtrl-th patt-sol plasm-ph q-alg solv-int
    supr-con""".split()
)
_CATEGORY = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*))?")


def categories_of(primary: str, others: Iterable[str]) -> tuple[str, ...]:
    """The arXiv categories: the primary one, then the others by name; MSC and ACM classes are none.

    The order of the others says nothing, and dialects differ in it.
    """
    first, *rest = (plain(term) for term in (primary, *others))
    given = dict.fromkeys((first, *sorted(rest)))
    return tuple(t for t in given if (form := _CATEGORY.fullmatch(t)) and form[1] in _ARCHIVES)


def own_doi(text: str | None) -> str:
    """The publisher's DOI, bare and lower case; empty for none, nonsense, or arXiv's own."""
    for word in plain(text).split():
        bare = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", word, flags=re.IGNORECASE)
        if found := doi(bare):
            return found.value if found.scheme == "doi" else ""
    return ""


# --------------------------------------------------------------------------------------- withdrawn

_THING = r"(?:paper|article|submission|manuscript|work|preprint|e-?print|version|note|report|document|draft)"
_END = r"(?!\s+from\s+(?!(?:the\s+)?arxiv\b|this\s+(?:archive|server|repository)\b))"
_WITHDRAWN = re.compile(
    rf"""[\[(*]*(?:
      (?:(?:this|the|our)\s+(?:present\s+|current\s+)?{_THING}\s+(?:has|have|is|was)\s+
         (?:now\s+|been\s+|hereby\s+|being\s+|temporarily\s+)*
       | (?:{_THING}\s+)?(?:(?:is|has\s+been|was)\s+)?(?:temporarily\s+)?)
      withdrawn\b{_END}
    | (?:we|i|(?:the\s+)?authors?)\s+(?:(?:have|has|hereby)\s+)*withdr(?:awn?|aws|ew)\s+
      (?:this|the|our)\s+{_THING}\b{_END}
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_withdrawn(text: str, *, anywhere: bool = True) -> bool:
    """Whether a sentence of ``text`` says that the paper itself is withdrawn (else: only the first).

    Conservative: a withdrawal from a conference, of an earlier version or of another paper is none.

    >>> is_withdrawn("This paper has been withdrawn by the author due to an error in eq. 3")
    True
    >>> is_withdrawn("8 pages. Withdrawn: superseded by 2106.09685")
    True
    >>> is_withdrawn("withdrawn from ICLR 2020"), is_withdrawn("replaces a withdrawn paper")
    (False, False)
    """
    if not anywhere:
        # An abstract speaks of many things: only the usual first sentence counts.
        return bool(
            re.match(rf"this\s+{_THING}\s+(?:has\s+been|is)\s+withdrawn\b{_END}", text, re.IGNORECASE)
        )
    starts = [0, *(m.end() for m in re.finditer(r"[.;!]\s+|\s-+\s+", text))]
    return any(_WITHDRAWN.match(text, start) for start in starts)


# ----------------------------------------------------------------------------------------- reading


def canonical_json(record: PaperRecord) -> bytes:
    """The record as bytes: the same record gives the same bytes on any machine and day."""
    fields = {
        name: _instant(value) if isinstance(value, datetime) else value
        for name in PaperRecord.__dataclass_fields__
        for value in (getattr(record, name),)
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fingerprint(record: PaperRecord) -> tuple[str, str]:
    """The blob and the digest of a record's bytes: what its document and its place are known by."""
    content = canonical_json(record)
    return blob_id(content), digest(content.decode())


def reading_of(record: PaperRecord, *, reader: str = READER, known: tuple[str, str] | None = None) -> Reading:
    """The document ``arxiv:ID``: one mention of one paper, resting on the whole record.

    ``known``: its :func:`fingerprint`, where it was worked out elsewhere.
    """
    blob, place = known or fingerprint(record)
    identifiers = [Identifier("arxiv", record.arxiv_id)]
    if record.doi:
        identifiers.append(Identifier("doi", record.doi))
    paper = Mention(
        place=Place((), place, 0),
        name=record.title,
        kind=Kind.PAPER,
        rule=RULE,
        confidence=1.0,
        identifiers=tuple(identifiers),
    )
    return Reading(
        key=f"arxiv:{record.arxiv_id}",
        kind=DocumentKind.ARXIV,
        title=record.title,
        revision=Revision(blob=blob, reader=reader, retrieved_from=identifiers[0].url),
        mentions=(paper,),
        record=record,
        page=identifiers[0].url,
    )
