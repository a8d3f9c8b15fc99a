"""An answer of arXiv, believed only as far as it can be checked.

The ``arxiv`` package reads leniently: it stops at a control character, loses text behind nested
markup, takes a web page for an empty feed, and one bad date costs it the page. So the answer is
first read strictly and put in order; then the package's parser reads what it can no longer misread.
This module is the one door to the ``arxiv`` package and, here, to lxml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kg.errors import FetchError
from kg.identifiers import arxiv_id

from .records import entry_id, plain

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_TEXTS = (f"{_ATOM}title", f"{_ATOM}summary", f"{_ARXIV}comment", f"{_ARXIV}journal_ref", f"{_ARXIV}doi")
_SHOWN = 120
_Fault = tuple[str, str]  # the id of an entry, or empty, and what is wrong with it


class BadAnswer(FetchError):
    """The body is no feed of arXiv's, or not a whole one: the same request may succeed later."""


class Malformed(BadAnswer):
    """The body is not well-formed XML."""


class ErrorEntry(FetchError):
    """arXiv answered with an error in the place of papers; ``named``: the id it could not read."""

    def __init__(self, message: str, *, named: str = "") -> None:
        """Keep the id, empty if the error names none."""
        super().__init__(message, hint="If it stays, tell the maintainers of kg.")
        self.named = named


@dataclass(frozen=True, slots=True)
class Feed:
    """One page: results of the ``arxiv`` package, the total the server counts, what was rejected.

    ``rejected`` are the ids of entries that are there but cannot be stored, each with its sentence
    in ``problems``; the id is empty where the entry does not tell it.
    """

    results: tuple[Any, ...]
    total: int
    problems: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()


def read(content: bytes, *, salvage: bool = False) -> Feed:
    """The papers of an answer. With ``salvage``, entries that are not XML are left out and named.

    Raises: Malformed, BadAnswer (a web page, plain text, nothing at all, a document type
    definition), ErrorEntry.
    """
    root, faults = _root(content, salvage=salvage)
    kept = []
    for entry in root.findall(f"{_ATOM}entry"):
        _refuse_error(entry)
        if fault := _fault(entry):
            faults.append(fault)
            root.remove(entry)
        else:
            _flatten(entry)
            kept.append(entry)
    total = root.findtext(_TOTAL, default="").strip()
    results = _results(root)
    if len(results) != len(kept):
        raise BadAnswer("arXiv's answer could not be read", hint="Is there a newer version of kg?")
    count = int(total) if total.isdecimal() else len(kept)
    return Feed(
        results,
        count,
        tuple(f"{which or 'an entry'} {why}" for which, why in faults),
        tuple(which for which, _ in faults),
    )


def search(ids: list[str]) -> Any:
    """The :class:`arxiv.Search` for these ids and no more: the package's default would cut at 100."""
    import arxiv  # type: ignore[import-untyped]

    return arxiv.Search(id_list=ids, max_results=len(ids))


def latest(query: str, count: int) -> Any:
    """The :class:`arxiv.Search` for the papers of a query that were submitted last."""
    import arxiv

    return arxiv.Search(
        query,
        max_results=count,
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Descending,
    )


def _results(root: Any) -> tuple[Any, ...]:
    from arxiv import _feed
    from lxml import etree

    return tuple(_feed.parse(etree.tostring(root)).results)


def _strict(content: bytes) -> Any:
    """The root element. Raises: Malformed, BadAnswer."""
    from lxml import etree

    # No entity is expanded and nothing is fetched, whatever the document says; a document that
    # brings definitions of its own is refused altogether, for arXiv's has none.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"arXiv's answer is not well-formed: {plain(str(error))[:_SHOWN]}") from None
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise _defines()
    return root


def _defines() -> BadAnswer:
    return BadAnswer("arXiv's answer defines a document type, which no feed does")


def _root(content: bytes, *, salvage: bool) -> tuple[Any, list[_Fault]]:
    if not content.strip():
        raise BadAnswer("arXiv's answer is empty")
    faults: list[_Fault] = []
    head, feed, _ = content.partition(b"<feed")
    if not feed:
        raise BadAnswer(f"arXiv answered with something other than papers: {quoted(content)}")
    if b"<!DOCTYPE" in head:
        raise _defines()
    try:
        root = _strict(content)
    except Malformed:
        if not salvage:
            raise
        root, faults = _without_damaged(content)
    if root.tag != f"{_ATOM}feed":
        raise BadAnswer(f"arXiv answered with something other than papers: {quoted(content)}")
    return root, faults


def quoted(content: bytes) -> str:
    """The beginning of a strange answer, fit for one line of a terminal."""
    text = re.sub(r"<[^>]*>", " ", content[:2000].decode("utf-8", "replace"))
    return repr(plain("".join(c if c.isprintable() else " " for c in text))[:_SHOWN])


_ENTRY = re.compile(rb"<entry\b(?:(?!<entry\b).)*?</entry\s*>", re.DOTALL)


def _without_damaged(content: bytes) -> tuple[Any, list[_Fault]]:
    """The feed without those entries that are no XML by themselves, and what was left out.

    What is left must be well-formed as a whole: of a document that was cut, nothing is believed.
    """
    faults: list[_Fault] = []
    head = re.search(rb"<feed\b[^>]*>", content)
    opening = head[0] if head else b"<feed>"

    def keep(found: re.Match[bytes]) -> bytes:
        try:
            _strict(opening + found[0] + b"</feed>")
        except Malformed:
            named = re.search(rb"arxiv\.org/abs/([A-Za-z.\-]*/?[\d.]+)", found[0])
            which = arxiv_id(named[1].decode()) if named else None
            faults.append((which[0] if which else "", "arrived damaged and was not stored"))
            return b""
        return found[0]

    return _strict(_ENTRY.sub(keep, content)), faults


def _refuse_error(entry: Any) -> None:
    """Nothing. Raises: ErrorEntry for an entry that reports an error instead of a paper."""
    named = plain(entry.findtext(f"{_ATOM}id"))
    if "/api/errors" not in named:
        return
    # Both dialects: ".../errors#incorrect_id_format_for_X" and a summary "incorrect id format for X".
    message = plain(entry.findtext(f"{_ATOM}summary")) or named.partition("#")[2].replace("_", " ")
    bad = re.search(r"incorrect[ _]id[ _]format[ _]for[ _](.+)$", message) or re.search(
        r"incorrect_id_format_for_(.+)$", named
    )
    shown = quoted(message.encode())
    raise ErrorEntry(f"arXiv reports an error: {shown}", named=bad[1].strip() if bad else "")


def _fault(entry: Any) -> _Fault | None:
    """Why this entry is no paper that can be stored; None if it is one."""
    named = plain(entry.findtext(f"{_ATOM}id"))
    if not (found := entry_id(named)):
        return "", f"has the id {named[:_SHOWN]!r}, which is no paper's"
    for field in ("published", "updated"):
        text = plain(entry.findtext(f"{_ATOM}{field}"))
        try:
            datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            return found[0], f"has no usable date: {field} is {text[:_SHOWN]!r}"
    title = entry.find(f"{_ATOM}title")
    if title is None or not plain("".join(title.itertext())):
        return found[0], "has no title"
    return None


def _flatten(entry: Any) -> None:
    """Nested markup becomes its text, so that no field ends at the first inner element.

    Links go: the parser complains on stderr where a paper has two, and a record needs none.
    """
    for link in entry.findall(f"{_ATOM}link"):
        entry.remove(link)
    fields = [e for tag in _TEXTS for e in entry.findall(tag)]
    fields += entry.findall(f"{_ATOM}author/{_ATOM}name")
    for element in fields:
        if len(element):
            text, tail = element.xpath("string()"), element.tail
            attributes = dict(element.attrib)
            element.clear()
            element.attrib.update(attributes)
            element.text, element.tail = text, tail
