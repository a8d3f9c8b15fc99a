"""arXiv's query API: the papers of a list of ids, over the guarded transport.

The query and result types are those of the ``arxiv`` package.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self
from urllib.parse import quote

from ingest.http import BAD_REQUEST, Http, Response

from .feed import BadAnswer, ErrorEntry, Feed, read
from .settings import settings_from
from .throttle import Throttle
from .transport import Refused, TooLong, Transport

__all__ = ["BATCH", "URL_BYTES", "Client", "Refused", "TooLong", "query_of"]

BATCH = 500
URL_BYTES = 6000


@dataclass(slots=True)
class Client(Transport):
    """The query API. ``batch`` is how many ids it takes at once; it shrinks if the server says so."""

    batch: int = BATCH
    base: str = ""

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        contact: str = "",
        tell: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """The client that the environment asks for; ``tell`` hears of long waits. Raises: ConfigError."""
        environ = os.environ if environ is None else environ
        settings = settings_from(environ)
        name = "arxiv-loopback" if settings.loopback else "arxiv"
        throttle = Throttle(settings.state, settings.delay, name=name, tell=tell)
        return cls(settings, Http(environ=environ, contact=contact), throttle)

    def ask(self, search: Any, *, start: int = 0, certain: bool = False) -> Feed:
        """The page that answers an :class:`arxiv.Search`.

        ``certain``: there is such a paper, so that a page without any cannot be right.

        Raises: Offline, RateLimited, Refused, TooLong, ErrorEntry, Broken, BadAnswer, FetchError.
        """

        def judge(answer: Response, last: bool) -> Feed:  # noqa: FBT001 - as Judge has it
            feed = read(answer.content, salvage=last)
            if certain and not feed.results and not feed.rejected:
                raise BadAnswer("arXiv answered with an empty page")
            return feed

        base = self.base or self.settings.endpoint
        feed, self.base = self.exchange(base, query_of(search, start), judge)
        return feed

    def refuse(self, answer: Response) -> NoReturn:
        """Nothing: raises what a status other than 200 means; a 400 names an id of wrong form."""
        if answer.status == BAD_REQUEST:
            with contextlib.suppress(BadAnswer):  # another form of the message: nothing is named
                read(answer.content)
            raise ErrorEntry("arXiv could not read the question (HTTP 400)")
        Transport.refuse(self, answer)


def query_of(search: Any, start: int = 0) -> str:
    """The query string of a search: bare commas, so that ids take the least room; ids are not sorted.

    >>> from .feed import search
    >>> query_of(search(["2106.09685", "math/0309136"]))
    'id_list=2106.09685,math/0309136&start=0&max_results=2'
    """
    fields = {
        "id_list": ",".join(search.id_list),
        "start": str(start),
        "max_results": str(search.max_results),
    }
    if search.query:
        fields |= {
            "search_query": search.query,
            "sortBy": search.sort_by.value,
            "sortOrder": search.sort_order.value,
        }
    return "&".join(f"{name}={quote(value, safe=',/')}" for name, value in fields.items() if value)
