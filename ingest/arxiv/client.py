"""One question to arXiv, asked politely until it has an answer that can be believed.

Under the ``arxiv`` package's own query and result types stands this transport: one connection, a
delay that all processes share, waits that grow, and no second request after a refusal.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from ingest.http import (
    BAD_REQUEST,
    FORBIDDEN,
    OK,
    REDIRECTS,
    TOO_MANY,
    Broken,
    Http,
    Limits,
    Response,
    is_loopback,
    next_hop,
    retry_after,
)
from kg.errors import FetchError, RateLimited, SourceError

from .feed import BadAnswer, ErrorEntry, Feed, read
from .settings import DELAY, Settings, settings_from
from .throttle import Throttle, Turn

LIMITS = Limits(connect=10, read=150, total=240, size=20_000_000)
"""Slow answers of two minutes are real; a page of 500 papers has about 1.2 MB."""

BATCH = 500
URL_BYTES = 6000
_RETRIES = 3
_TOO_LONG = frozenset({413, 414})
_SERVER_TROUBLE = 500
_UNAVAILABLE = 503


class TooLong(FetchError):
    """The server accepts no address of that length: ask for fewer ids at a time."""


class Refused(FetchError):
    """arXiv refuses this program or address (403); asking on would be taken for an attack."""


class _Again(Exception):
    """Stays in this module: the request may succeed later; ``wait`` is the server's own time for it."""

    def __init__(self, error: SourceError, *, limited: bool = False, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.limited, self.wait = error, limited, wait


@dataclass(slots=True)
class Client:
    """arXiv's query API. ``batch`` is how many ids it takes at once; it shrinks if the server says so."""

    settings: Settings
    http: Http
    throttle: Throttle
    limits: Limits = LIMITS
    retries: int = _RETRIES
    jitter: Callable[[], float] = random.random
    batch: int = BATCH
    base: str = ""

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        contact: str = "",
        tell: Callable[[str], None] = lambda _: None,
    ) -> Client:
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
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                return self._attempt(query_of(search, start), attempt, certain=certain)
            except _Again as again:
                if last:
                    raise again.error from None
        raise AssertionError

    def _attempt(self, query: str, attempt: int, *, certain: bool) -> Feed:
        """One try, hops of redirects included, each in a turn of its own."""
        base = self.base or self.settings.endpoint
        seen = {base}
        for _ in range(self.limits.redirects + 1):
            self.http.require_online()
            with self.throttle.turn() as turn:
                try:
                    answer = self._get(f"{base}?{query}")
                    if answer.status not in REDIRECTS:
                        feed = self._judge(answer, salvage=attempt == self.retries)
                        if certain and not feed.results and not feed.rejected:
                            raise _Again(BadAnswer("arXiv answered with an empty page"))  # noqa: TRY301
                        self.base = base
                        return feed
                except _Again as again:
                    self._postpone(turn, again, attempt)
                    raise
                except Refused:
                    turn.postpone(1200 * self.throttle.delay)
                    raise
            base = self._hop(answer)
            if base in seen:
                break
            seen.add(base)
        raise FetchError("arXiv redirects without an end", hint="Check KG_ARXIV_API.")

    def _get(self, url: str) -> Response:
        try:
            return self.http.once(url, limits=self.limits)
        except Broken as error:
            raise _Again(error) from error

    def _hop(self, answer: Response) -> str:
        target = next_hop(answer.url, answer).partition("?")[0]
        if self.throttle.delay < DELAY and not is_loopback(urlsplit(target).hostname or ""):
            raise FetchError(
                "the local server redirects to another machine, which may not be asked that fast",
                hint="Unset KG_ARXIV_DELAY.",
            )
        return target

    def _judge(self, answer: Response, *, salvage: bool) -> Feed:
        """The page in an answer. Raises: _Again and what :meth:`ask` raises."""
        if answer.status != OK:
            self._refuse(answer)
        try:
            feed = read(answer.content, salvage=salvage)
        except BadAnswer as error:
            if b"rate exceeded" in answer.content[:1000].lower():  # the words of a 429, seen under a 200
                raise _Again(_limited(None), limited=True) from error
            raise _Again(error) from error
        return feed

    def _refuse(self, answer: Response) -> NoReturn:
        status, now = answer.status, datetime.fromtimestamp(self.throttle.time.now(), UTC)
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        error = FetchError(f"arXiv answers HTTP {status}", hint="Try again later; nothing was changed.")
        if status == BAD_REQUEST:
            self._bad_request(answer)
        if status == FORBIDDEN:
            raise Refused(
                "arXiv refuses to serve this address (HTTP 403)",
                hint="Do not try again today; see https://info.arxiv.org/help/robots.html.",
            )
        if status in _TOO_LONG:
            raise TooLong(f"arXiv takes no question of that length (HTTP {status})")
        if status == TOO_MANY:
            raise _Again(_limited(wait), limited=True, wait=wait)
        if status >= _SERVER_TROUBLE:
            raise _Again(error, wait=wait if status == _UNAVAILABLE else None)
        raise error

    def _bad_request(self, answer: Response) -> NoReturn:
        with contextlib.suppress(BadAnswer):  # another form of the message: nothing is named
            read(answer.content)
        raise ErrorEntry("arXiv could not read the question (HTTP 400)")

    def _postpone(self, turn: Turn, again: _Again, attempt: int) -> None:
        """The next request waits: as the server said, else longer each time, never in step with others."""
        delay = self.throttle.delay
        last = attempt == self.retries
        if again.wait is not None:
            turn.postpone(again.wait)
        elif again.limited and last:
            turn.postpone(300 * delay)
        elif not last:
            # 15, 60, 240 s after "too many requests", else 6, 18, 54 s, and up to a quarter more.
            steps = 5 * 4**attempt if again.limited else 2 * 3**attempt
            turn.postpone(steps * delay * (1 + self.jitter() / 4))


def _limited(wait: float | None) -> RateLimited:
    return RateLimited(
        "arXiv is limiting requests",
        hint="Run kg refresh later; what is stored stays usable.",
        retry_after=wait,
    )


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
