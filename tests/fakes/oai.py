"""The OAI-PMH side of the loopback arXiv: arXivRaw records, pages, tokens, errors as arXiv's server.

Dates are days, tokens name the day and how many of it were given, the last page has an empty token.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape

from tests.fakes.loopback import Answer, Fault, rewrites, says

if TYPE_CHECKING:
    from tests.fakes.arxiv_server import Paper

FIRST = date(2005, 9, 16)
_RAW_NS = 'xmlns="http://arxiv.org/OAI/arXivRaw/"'


class OaiProblem(Exception):
    """An error of the protocol, which is said under a 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Oai:
    """What the service knows beside the papers: sizes of pages, the present, the end of its list.

    ``ends``: how a list ends, ``empty`` (a token without text) or ``none`` (no token at all).
    """

    papers: Mapping[str, Paper]
    size: int = 2500
    headers: int = 20_000
    now: datetime | None = None
    ends: str = "empty"

    @property
    def present(self) -> datetime:
        """The day and hour that answers bear."""
        return self.now or datetime.now(UTC)

    def answer(self, query: dict[str, str]) -> Answer:
        """What is said to one request."""
        try:
            return self._said(self._verb(dict(query)))
        except OaiProblem as problem:
            return self._said(f"<error code='{problem.code}'>{escape(str(problem))}</error>")

    def _said(self, inner: str) -> Answer:
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"\n'
            '         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
            f"    <responseDate>{self.present:%Y-%m-%dT%H:%M:%SZ}</responseDate>\n"
            f"    <request>http://127.0.0.1/oai</request>\n    {inner}\n</OAI-PMH>"
        )
        return Answer(200, text.encode(), {"Content-Type": "text/xml"})

    def _verb(self, query: dict[str, str]) -> str:
        verb = query.get("verb", "")
        if verb == "Identify":
            return (
                "<Identify><repositoryName>arXiv</repositoryName><protocolVersion>2.0</protocolVersion>"
                f"<earliestDatestamp>{FIRST}</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
                "<granularity>YYYY-MM-DD</granularity></Identify>"
            )
        if verb == "GetRecord":
            return self._get(query)
        if verb not in {"ListRecords", "ListIdentifiers"}:
            raise OaiProblem("badVerb", f"no such verb: {verb}")
        skip = 0
        if "resumptionToken" in query:
            if query.keys() != {"verb", "resumptionToken"}:
                raise OaiProblem("badArgument", "a resumptionToken goes alone with its verb")
            query, skip = _resumed(query["resumptionToken"])
        if query.get("metadataPrefix") != "arXivRaw":
            raise OaiProblem("cannotDisseminateFormat", "this server speaks arXivRaw")
        return self._list(verb, query, skip)

    def _get(self, query: dict[str, str]) -> str:
        paper = self.papers.get(query.get("identifier", "").removeprefix("oai:arXiv.org:"))
        if paper is None:
            raise OaiProblem("idDoesNotExist", "nothing has that identifier")
        return f"<GetRecord>{record(paper)}</GetRecord>"

    def _list(self, verb: str, query: dict[str, str], skip: int) -> str:
        try:
            since = date.fromisoformat(query.get("from", str(FIRST)))
            until = date.fromisoformat(query.get("until", "9999-12-31"))
        except ValueError:
            raise OaiProblem("badArgument", "a date looks like 2026-01-31") from None
        if not FIRST <= since <= self.present.date():
            raise OaiProblem("badArgument", "from is before the first day or after today")
        just_headers = verb == "ListIdentifiers"
        limit = self.headers if just_headers else self.size
        found = sorted(
            (
                p
                for p in self.papers.values()
                if since <= p.stamp <= until and _within(p, query.get("set", ""))
            ),
            key=lambda p: (p.stamp, p.arxiv_id),
        )
        page, more = found[skip : skip + limit], found[skip + limit : skip + limit + 1]
        if not page:
            raise OaiProblem("noRecordsMatch", "nothing matches")
        token = "<resumptionToken/>" if self.ends == "empty" else ""
        if more:
            day, first = more[0].stamp, page[0].stamp
            given = skip + limit if day == first else sum(p.stamp == day for p in page)
            state = {"verb": verb, "metadataPrefix": "arXivRaw", "from": str(day if day != first else since)}
            state |= {"set": query["set"]} if "set" in query else {}
            text = quote(urlencode(state | {"skip": str(given)}))
            token = f"<resumptionToken expires='{self.present:%Y-%m-%d}T23:59:59Z'>{text}</resumptionToken>"
        inner = "".join(header(p) if just_headers else record(p) for p in page)
        return f"<{verb}>{inner}{token}</{verb}>"


def _resumed(token: str) -> tuple[dict[str, str], int]:
    state = dict(parse_qsl(unquote(token)))
    if not state.get("skip", "").isdigit():
        raise OaiProblem("badResumptionToken", "the token cannot be read")
    return state, int(state.pop("skip"))


_PHYSICS = """astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics
quant-ph""".split()


def set_of(category: str) -> str:
    """The set of a category: group, archive, and the category within it where there is one."""
    archive, _, part = category.partition(".")
    return ":".join(filter(None, ("physics" if archive in _PHYSICS else archive, archive, part)))


def _within(paper: Paper, wanted: str) -> bool:
    """Whether a paper is in a set or in one below it."""
    return not wanted or any(f"{set_of(c)}:".startswith(f"{wanted}:") for c in paper.categories)


def header(paper: Paper) -> str:
    """The head of a record."""
    status = ' status="deleted"' if paper.deleted else ""
    sets = "".join(f"<setSpec>{set_of(c)}</setSpec>" for c in paper.categories)
    return (
        f"<header{status}><identifier>oai:arXiv.org:{paper.arxiv_id}</identifier>"
        f"<datestamp>{paper.stamp}</datestamp>{sets}</header>\n"
    )


def record(paper: Paper) -> str:
    """One paper as arXivRaw has it; ``paper.raw`` are the fields as they were typed, in TeX."""
    if paper.deleted:
        return f"<record>{header(paper)}</record>\n"
    last = len(paper.updated)
    kinds = {last: "I"} if paper.withdrawn else {}
    versions = "".join(
        f'<version version="v{n}"><date>{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT</date>'
        f"<size>{10 * n}kb</size>{_if('source_type', kinds.get(n, 'D'))}</version>\n"
        for n, at in enumerate(paper.updated, 1)
    )
    fields = {
        "title": paper.title,
        "authors": line_of(paper.authors),
        "categories": " ".join(paper.categories),
        "comments": paper.comment,
        "journal-ref": paper.journal_ref,
        "doi": paper.doi,
        "license": paper.license,
        "abstract": f"  {paper.abstract}\n",
    } | dict(paper.raw)
    said = "".join(_if(name, text) for name, text in fields.items())
    return (
        f"<record>{header(paper)}<metadata>\n<arXivRaw {_RAW_NS}>\n<id>{paper.arxiv_id}</id>"
        f"<submitter>Somebody</submitter>\n{versions}{said}</arXivRaw>\n</metadata></record>\n"
    )


def _if(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def line_of(names: Iterable[str]) -> str:
    """Names as their authors usually type them: A, B and C."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


# ------------------------------------------------------------------------------------------ faults


def oai_error(code: str) -> Fault:
    """An error of the protocol in the place of a page."""
    text = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z'
        f"</responseDate><request/><error code='{code}'>so it is</error></OAI-PMH>"
    )
    return says(text.encode(), "text/xml")


def oai_bomb() -> Fault:
    """A billion laughs, and a file of this machine."""
    text = '<?xml version="1.0"?><!DOCTYPE OAI-PMH [<!ENTITY a "ha"><!ENTITY x SYSTEM "file:///etc/passwd">'
    text += "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    text += ']><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="&i;&x;"/></OAI-PMH>'
    return says(text.encode(), "text/xml")


def without_token() -> Fault:
    """The page cut where the token would stand: everything behind the last record is missing."""
    return rewrites(lambda body: body.partition(b"<resumptionToken")[0])


def same_token(token: str) -> Fault:
    """A page whose token is always that one."""

    def change(body: bytes) -> bytes:
        head, _, tail = body.partition(b"<resumptionToken")
        end = tail.partition(b"</ListRecords>")[2]
        return head + f"<resumptionToken>{escape(token)}</resumptionToken></ListRecords>".encode() + end

    return rewrites(change)


def changed(paper: Paper, day: date, **changes: object) -> Paper:
    """The paper with edited metadata, on that day, of the same version."""
    return replace(paper, modified=day, **changes)  # type: ignore[arg-type]
