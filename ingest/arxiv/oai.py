"""arXiv's OAI-PMH service: what has changed since a day, page by page, with versions and licence.

A page is believed whole or not at all, and the list has ended only where a whole page says so.
Tokens go back as they came, encoded once more and sent alone. Memory is that of one page.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any, Self
from urllib.parse import quote

from ingest.http import Limits, Response
from kg.errors import FetchError
from kg.identifiers import arxiv_id

from .feed import BadAnswer, Malformed, quoted
from .raw import RawRecord, Version
from .records import plain
from .transport import Transport

LIMITS = Limits(connect=10, read=150, total=300, size=50_000_000)
"""A page of 2,500 records has about 7 MB; one full of large collaborations a few times that."""

FIRST_DAY = date(2005, 9, 16)
"""No record was changed before: arXiv takes no earlier day."""

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_PREFIX = "oai:arXiv.org:"
_SHOWN = 120
_RESTARTS = 3


class OaiError(FetchError):
    """The service answered with an error of its own; ``code`` is one of the protocol's."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code."""
        super().__init__(f"arXiv's list of changes answers {code}: {message}", hint="Try again later.")
        self.code = code


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One page of a list of changes: the records that were wanted, and where the list goes on.

    ``token`` is empty at the end. ``days`` are the first and the last day of change on the page,
    ``count`` all its records. ``deleted`` are ids that arXiv calls so; ``rejected`` those of records
    that cannot be read, each with its sentence in ``problems``.
    """

    records: tuple[RawRecord, ...] = ()
    token: str = ""
    responded: datetime | None = None
    days: tuple[date, date] | None = None
    count: int = 0
    deleted: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(slots=True)
class Harvester(Transport):
    """The OAI-PMH service, behind the same transport, lock and pace as the query API."""

    base: str = ""

    @classmethod
    def beside(cls, other: Transport) -> Self:
        """A harvester that takes turns with ``other``, in its surroundings."""
        return cls(
            other.settings,
            other.http,
            other.throttle,
            limits=LIMITS,
            retries=other.retries,
            jitter=other.jitter,
        )

    def pages(
        self,
        since: date,
        *,
        token: str = "",
        wanted: Callable[[str], bool] | None = None,
        within: str = "",
    ) -> Iterator[OaiPage]:
        """What has changed since that day (UTC, included), in the order of change; streamed.

        ``token`` goes on with an earlier list; where it is no longer good, the list begins again a
        day before the last one seen. ``wanted``: of which ids the records are kept; all without it.
        ``within``: a set, such as ``cs:cs:CL``, to which the list is confined.

        Raises: OaiError, FetchError (the list goes round in a circle) and those of the transport.
        """
        day, seen, restarts = max(since, FIRST_DAY), {token} if token else set(), 0
        while True:
            try:
                page = self._list(day, token, wanted, within)
            except OaiError as error:
                restarts += 1
                if error.code != "badResumptionToken" or not token or restarts > _RESTARTS:
                    raise
                token, seen = "", set()
                continue
            yield page
            if page.days:
                day = max(day, page.days[1] - timedelta(days=1))
            token = page.token
            if not token:
                return
            if token in seen:
                raise FetchError("arXiv's list of changes goes round in a circle", hint="Try again later.")
            seen.add(token)

    def record(self, identifier: str) -> RawRecord | None:
        """The record of one paper, with all its versions; None if arXiv has none. Raises: as pages."""
        named = quote(f"{_PREFIX}{identifier}", safe=":/")
        try:
            page = self._ask(f"verb=GetRecord&metadataPrefix=arXivRaw&identifier={named}", None)
        except OaiError as error:
            if error.code in {"idDoesNotExist", "cannotDisseminateFormat"}:
                return None
            raise
        return next((raw for raw in page.records if raw.arxiv_id == identifier), None)

    def _list(self, since: date, token: str, wanted: Callable[[str], bool] | None, within: str) -> OaiPage:
        if token:
            rest = f"resumptionToken={quote(token, safe='')}"
        else:
            rest = f"metadataPrefix=arXivRaw&from={since}" + (
                f"&set={quote(within, safe=':')}" if within else ""
            )
        try:
            return self._ask(f"verb=ListRecords&{rest}", wanted)
        except OaiError as error:
            if error.code == "noRecordsMatch":  # what a weekend looks like
                return OaiPage()
            raise

    def _ask(self, query: str, wanted: Callable[[str], bool] | None) -> OaiPage:
        def judge(answer: Response, last: bool) -> OaiPage:  # noqa: FBT001 - as Judge has it
            return read(answer.content, wanted, salvage=last)

        page, self.base = self.exchange(self.base or self.settings.oai, query, judge)
        return page


# ---------------------------------------------------------------------------------------- one page


def read(content: bytes, wanted: Callable[[str], bool] | None = None, *, salvage: bool = False) -> OaiPage:
    """The page in an answer. With ``salvage``, records that are not XML are left out and named.

    Raises: Malformed, BadAnswer (anything but a whole page), OaiError.
    """
    if not content.strip():
        raise BadAnswer("arXiv's answer is empty")
    head, found, _ = content.partition(b"<OAI-PMH")
    if b"<!DOCTYPE" in head and found:
        raise BadAnswer("arXiv's answer defines a document type, which no list of changes does")
    if not found:
        raise BadAnswer(f"arXiv answered with something other than changes: {quoted(content)}")
    faults: list[tuple[str, str]] = []
    try:
        return _Reader(wanted, faults).page(content)
    except Malformed:
        if not salvage:
            raise
    whole = _RECORD.sub(lambda record: _sound(record, content, faults), content)
    return _Reader(wanted, faults).page(whole)


_RECORD = re.compile(rb"<record\b(?:(?!<record\b).)*?</record\s*>", re.DOTALL)


def _sound(record: re.Match[bytes], content: bytes, faults: list[tuple[str, str]]) -> bytes:
    """The record as it is, or nothing where it is no XML by itself, which is noted."""
    opening = re.search(rb"<OAI-PMH\b[^>]*>", content)
    text = (opening[0] if opening else b"<OAI-PMH>") + record[0] + b"</OAI-PMH>"
    try:
        for _ in _elements(text, f"{_OAI}record"):
            pass
    except Malformed:
        named = re.search(rb"<identifier>oai:arXiv\.org:([A-Za-z.\-]*/?[\d.]+)<", record[0])
        which = arxiv_id(named[1].decode()) if named else None
        faults.append((which[0] if which else "", "arrived damaged and was not stored"))
        return b""
    return record[0]


def _elements(content: bytes, *tags: str) -> Iterator[Any]:
    """Each element of these tags, whole; it is gone when the next one comes. Raises: Malformed."""
    from lxml import etree

    found = etree.iterparse(
        BytesIO(content),
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in found:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"arXiv's answer is not well-formed: {plain(str(error))[:_SHOWN]}") from None
    root: Any = found.root
    if root is None or root.tag != f"{_OAI}OAI-PMH":
        raise BadAnswer("arXiv answered with something other than changes")


@dataclass(slots=True)
class _Reader:
    """A page on its way: what was gathered while its elements went by."""

    wanted: Callable[[str], bool] | None
    faults: list[tuple[str, str]]
    records: dict[str, RawRecord] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    count: int = 0
    responded: datetime | None = None
    token: str = ""

    def page(self, content: bytes) -> OaiPage:
        tags = [f"{_OAI}{name}" for name in ("record", "responseDate", "resumptionToken", "error")]
        for element in _elements(content, *tags):
            if element.tag == f"{_OAI}record":
                self._record(element)
            elif element.tag == f"{_OAI}resumptionToken":
                self.token = plain(element.text)
            elif element.tag == f"{_OAI}responseDate":
                self.responded = _instant(element.text)
            else:
                raise OaiError(element.get("code", "an error"), quoted(plain(element.text).encode()))
        if not self.count and not self.faults:
            raise BadAnswer("arXiv answered with an empty page")
        return OaiPage(
            tuple(self.records.values()),
            self.token,
            self.responded,
            (min(self.days), max(self.days)) if self.days else None,
            self.count,
            tuple(self.deleted),
            tuple(f"{which or 'a record'} {why}" for which, why in self.faults),
            tuple(which for which, _ in self.faults),
        )

    def _record(self, record: Any) -> None:
        self.count += 1
        header = record.find(f"{_OAI}header")
        named = plain(header.findtext(f"{_OAI}identifier")) if header is not None else ""
        found = arxiv_id(named.removeprefix(_PREFIX)) if named.startswith(_PREFIX) else None
        if found is None:
            self.faults.append(("", f"has the identifier {named[:_SHOWN]!r}, which is no paper's"))
            return
        try:
            day = date.fromisoformat(plain(header.findtext(f"{_OAI}datestamp")))
        except ValueError:
            self.faults.append((found[0], "has no usable datestamp"))
            return
        self.days.append(day)
        if self.wanted is not None and not self.wanted(found[0]):
            return
        if header.get("status") == "deleted":
            self.deleted.append(found[0])
            return
        try:
            self.records[found[0]] = _raw(found[0], day, record.find(f"{_OAI}metadata/{_RAW}arXivRaw"))
        except ValueError as error:
            self.faults.append((found[0], str(error)))


def _raw(identifier: str, day: date, meta: Any) -> RawRecord:
    """The record in an element. Raises: ValueError with the reason."""
    if meta is None:
        raise ValueError("has no metadata")

    def text(name: str) -> str:
        element = meta.find(f"{_RAW}{name}")
        return "" if element is None else plain("".join(element.itertext()))

    if not (title := text("title")):
        raise ValueError("has no title")
    versions = sorted((_version(v) for v in meta.iterfind(f"{_RAW}version")), key=lambda v: v.number)
    if not versions:
        raise ValueError("has no version")
    return RawRecord(
        identifier,
        day,
        tuple(versions),
        title,
        text("authors"),
        text("categories"),
        text("abstract"),
        text("comments"),
        text("journal-ref"),
        text("doi"),
        text("license"),
        text("submitter"),
    )


def _version(element: Any) -> Version:
    number = re.fullmatch(r"v(\d{1,4})", element.get("version", ""), re.ASCII)
    said = plain(element.findtext(f"{_RAW}date"))
    if not number:
        raise ValueError("has a version without number")
    try:
        moment = email.utils.parsedate_to_datetime(said)
        submitted = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ValueError(f"has no usable date: version {number[1]} is {said[:_SHOWN]!r}") from None
    size, kind = (plain(element.findtext(f"{_RAW}{name}")) for name in ("size", "source_type"))
    return Version(int(number[1]), submitted, size, kind)


def _instant(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(plain(text))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
