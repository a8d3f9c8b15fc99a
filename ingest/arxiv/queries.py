"""Papers that a query finds, the latest first, page by page until there is nothing new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from kg.identifiers import Identifier
from kg.model import DocumentKind, Mention, Place, Reading, Revision, blob_id, digest
from kg.vocabulary import Kind

from .batches import Page
from .client import Client
from .feed import latest
from .records import record_of

READER = "arxiv-query/1"
RULE = "arxiv-query"
LIMIT = 100
"""Papers that a query brings at most, unless it says otherwise."""

_PAGE = 200
_UNFINISHED = "..."
# https://info.arxiv.org/help/api/user-manual.html, 5.1: the fields that a query may name.
_FIELD = re.compile(r"(?:^|^arxiv:|[\s(])(?:ti|au|abs|co|jr|cat|rn|all):\S", re.IGNORECASE)


def is_query(text: str) -> bool:
    """Whether a text, or the address of a source, asks arXiv for papers: it names a field.

    >>> is_query("cat:cs.CL AND ti:small"), is_query("arxiv:cat:cs.CL"), is_query("arxiv:2106.09685")
    (True, True, False)
    """
    return bool(_FIELD.search(text))


@dataclass(frozen=True, slots=True)
class Found:
    """The papers that a query has ever found, by id; ``whole``: its last answer was read to the end."""

    query: str
    ids: frozenset[str] = frozenset()
    whole: bool = True

    @classmethod
    def of(cls, content: bytes | None, query: str) -> Self:
        """What is in the bytes of the query's document; nothing where it asked for something else.

        >>> found = Found("cat:cs.CL", frozenset({"2501.99999"}), whole=False)
        >>> Found.of(found.content, "cat:cs.CL") == found, Found.of(found.content, "cat:cs.LG").ids
        (True, frozenset())
        """
        asked, *lines = (content or b"").decode("utf-8", "replace").splitlines() or [""]
        if asked != query:
            return cls(query)
        return cls(query, frozenset(lines) - {_UNFINISHED}, _UNFINISHED not in lines)

    @property
    def content(self) -> bytes:
        """The query, its papers in order, and a mark where it was cut short."""
        return "\n".join([self.query, *sorted(self.ids), *([] if self.whole else [_UNFINISHED]), ""]).encode()


def find(before: Found, client: Client, *, limit: int = LIMIT) -> Iterator[Page]:
    """Pages of records that the query finds and that it had not found ``before``, the latest first.

    It ends with the first page that holds a known paper: what is older has been seen. So a paper that
    comes to fit the query only later, by a new category, is missed. After an answer that was cut
    short, known papers end nothing. Raises: what :meth:`Client.ask` raises.
    """
    start, known, room = 0, set(before.ids), limit
    while room > 0:
        # One more than wanted, so that a first page of known papers alone is enough to see.
        feed = client.ask(latest(before.query, min(_PAGE, room + 1)), start=start, certain=start > 0)
        records = [record_of(result) for result in feed.results]
        fresh = {one.arxiv_id: one for one in records if one.arxiv_id not in known}
        seen = before.whole and any(one.arxiv_id in before.ids for one in records)
        taken = dict(list(fresh.items())[:room])
        known |= taken.keys()
        room -= len(taken) if before.whole else len(records)
        yield Page(tuple(taken.values()), problems=feed.problems, requested=tuple(taken))
        start += len(records) + len(feed.rejected)  # a server may give fewer than it was asked for
        if seen or start >= feed.total or not records:
            return


def reading_of_query(name: str, found: Found) -> Reading:
    """The document of a query: a mention for each paper that it has ever found."""
    papers = tuple(
        Mention(Place((), digest(one)), "", Kind.PAPER, RULE, 1.0, (Identifier("arxiv", one),))
        for one in sorted(found.ids)
    )
    revision = Revision(blob_id(found.content), READER, content=found.content)
    return Reading(f"list:{name}", DocumentKind.LIST, found.query, revision, papers)
