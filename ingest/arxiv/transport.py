"""One exchange with arXiv, asked politely until it has an answer that can be believed.

Whatever service of arXiv is asked, it is asked through this door: one connection, a delay that all
processes share, waits that grow, and no second request after a refusal.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from ingest.http import (
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

from .feed import BadAnswer
from .settings import DELAY, Settings
from .throttle import Throttle, Turn

LIMITS = Limits(connect=10, read=150, total=240, size=20_000_000)
"""Slow answers of two minutes are real; a page of 500 papers has about 1.2 MB."""

_RETRIES = 3
_TOO_LONG = frozenset({413, 414})
_SERVER_TROUBLE = 500
_UNAVAILABLE = 503
_PUNISHMENT = 1200  # delays after a refusal: an hour

T = TypeVar("T")
Judge = Callable[[Response, bool], T]
"""What an answer means: the answer, whether it is the last try; raises Again for another try."""


class TooLong(FetchError):
    """The server accepts no address of that length: ask for fewer ids at a time."""


class Refused(FetchError):
    """arXiv refuses this program or address (403); asking on would be taken for an attack."""


class Again(Exception):
    """The request may succeed later; ``wait`` is the server's own time for it. Never leaves this package."""

    def __init__(self, error: SourceError, *, limited: bool = False, wait: float | None = None) -> None:
        """``limited``: the server has had enough, not only trouble."""
        super().__init__(str(error))
        self.error, self.limited, self.wait = error, limited, wait


@dataclass(slots=True)
class Transport:
    """Requests to arXiv, one at a time over all that share the throttle."""

    settings: Settings
    http: Http
    throttle: Throttle
    limits: Limits = LIMITS
    retries: int = _RETRIES
    jitter: Callable[[], float] = random.random

    def exchange(self, base: str, query: str, judge: Judge[T]) -> tuple[T, str]:
        """What ``judge`` makes of the answer to ``base?query``, and the base that gave it.

        Raises: Offline, RateLimited, Refused, TooLong, Broken, FetchError, and what ``judge`` raises.
        """
        for attempt in range(self.retries + 1):
            try:
                return self._attempt(base, query, judge, attempt)
            except Again as again:
                if attempt == self.retries:
                    raise again.error from None
        raise AssertionError

    def _attempt(self, base: str, query: str, judge: Judge[T], attempt: int) -> tuple[T, str]:
        """One try, hops of redirects included, each in a turn of its own."""
        last = attempt == self.retries
        seen = {base}
        for _ in range(self.limits.redirects + 1):
            self.http.require_online()
            with self.throttle.turn() as turn:
                try:
                    answer = self._get(f"{base}?{query}")
                    if answer.status not in REDIRECTS:
                        return self._judged(answer, judge, last=last), base
                except Again as again:
                    self._postpone(turn, again, attempt)
                    raise
                except Refused:
                    turn.postpone(_PUNISHMENT * self.throttle.delay)
                    raise
            base = self._hop(answer)
            if base in seen:
                break
            seen.add(base)
        raise FetchError("arXiv redirects without an end", hint="Check KG_ARXIV_API and KG_ARXIV_OAI.")

    def _get(self, url: str) -> Response:
        try:
            return self.http.once(url, limits=self.limits)
        except Broken as error:
            raise Again(error) from error

    def _hop(self, answer: Response) -> str:
        target = next_hop(answer.url, answer).partition("?")[0]
        if self.throttle.delay < DELAY and not is_loopback(urlsplit(target).hostname or ""):
            raise FetchError(
                "the local server redirects to another machine, which may not be asked that fast",
                hint="Unset KG_ARXIV_DELAY.",
            )
        return target

    def _judged(self, answer: Response, judge: Judge[T], *, last: bool) -> T:
        """What the answer means. Raises: Again and what :meth:`exchange` raises."""
        if answer.status != OK:
            self.refuse(answer)
        try:
            return judge(answer, last)
        except BadAnswer as error:
            if b"rate exceeded" in answer.content[:1000].lower():  # the words of a 429, seen under a 200
                raise Again(_limited(None), limited=True) from error
            raise Again(error) from error

    def refuse(self, answer: Response) -> NoReturn:
        """Nothing: raises what a status other than 200 means."""
        status, now = answer.status, datetime.fromtimestamp(self.throttle.time.now(), UTC)
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        error = FetchError(f"arXiv answers HTTP {status}", hint="Try again later; nothing was changed.")
        if status == FORBIDDEN:
            raise Refused(
                "arXiv refuses to serve this address (HTTP 403)",
                hint="Do not try again today; see https://info.arxiv.org/help/robots.html.",
            )
        if status in _TOO_LONG:
            raise TooLong(f"arXiv takes no question of that length (HTTP {status})")
        if status == TOO_MANY:
            raise Again(_limited(wait), limited=True, wait=wait)
        if status >= _SERVER_TROUBLE:
            raise Again(error, wait=wait if status == _UNAVAILABLE else None)
        raise error

    def _postpone(self, turn: Turn, again: Again, attempt: int) -> None:
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
