"""The bytes behind a URL, within limits of time, size and redirects, or an error that says why not.

One door to the network for lists and arXiv alike. Nothing here decodes text, keeps a connection
or remembers a cookie: one exchange, one connection. ``KG_OFFLINE`` closes the door before any
socket is opened; ``GITHUB_TOKEN`` goes to GitHub's own hosts over https and nowhere else.
"""

from __future__ import annotations

import email.utils
import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urljoin, urlsplit

from kg import __version__
from kg.errors import FetchError, Offline, RateLimited, UsageError

if TYPE_CHECKING:
    import requests

    from .deadline import Deadline

OK, NOT_MODIFIED, BAD_REQUEST, FORBIDDEN = 200, 304, 400, 403
NOT_FOUND, TOO_MANY = 404, 429
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOKEN_HOSTS = frozenset({"api.github.com", "raw.githubusercontent.com"})
_PIECE = 64 * 1024


class Broken(FetchError):
    """The exchange broke off or took too long: the same request may succeed later."""


class TooLarge(FetchError):
    """The answer is larger than allowed; what had arrived was thrown away."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds to connect, of silence and in total; bytes; hops."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    size: int = 10_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered: the address that answered, status, lower-case headers, body."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def etag(self) -> str:
        """The entity tag to send with the next request for the same address; may be empty."""
        return self.headers.get("etag", "")


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server still has what the entity tag stands for."""

    url: str
    etag: str


class Http:
    """A guarded GET; ``environ`` holds KG_OFFLINE and GITHUB_TOKEN, ``contact`` names the user.

    ``clock`` counts seconds and never goes back; it only divides a total deadline among hops.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        contact: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is opened until something is asked."""
        self.environ = os.environ if environ is None else environ
        self.user_agent = _user_agent(contact)
        self._clock = clock

    def require_online(self) -> None:
        """Nothing, unless KG_OFFLINE is set. Raises: Offline."""
        if self.environ.get("KG_OFFLINE", "").strip().lower() not in {"", "0", "false", "no"}:
            raise Offline(
                "KG_OFFLINE is set: nothing is fetched", hint="Unset KG_OFFLINE to use the network."
            )

    def get(
        self, url: str, *, etag: str = "", limits: Limits | None = None, accept: Collection[int] = (OK,)
    ) -> Response | NotModified:
        """The answer with a status in ``accept``, redirects followed; NotModified if ``etag`` holds.

        Raises: Offline, RateLimited, FetchError (any other status, a circle of redirects, one that
        leads from https to http or inwards), Broken, TooLarge, UsageError (no usable address).
        """
        limits = limits or Limits()
        end = self._clock() + limits.total
        here, seen = url, {url}
        for _ in range(limits.redirects + 1):
            answer = self._once(here, etag, limits, end - self._clock())
            if answer.status in REDIRECTS:
                here = next_hop(here, answer)
                if here in seen:
                    raise FetchError(
                        f"{url} redirects in a circle", hint="Open it in a browser and use its final address."
                    )
                seen.add(here)
                continue
            if answer.status == NOT_MODIFIED and etag:
                return NotModified(here, answer.etag or etag)
            if answer.status in accept:
                return answer
            refuse(answer)
        raise FetchError(
            f"{url} redirects more than {limits.redirects} times",
            hint="Open it in a browser and use its final address.",
        )

    def once(self, url: str, *, etag: str = "", limits: Limits | None = None) -> Response:
        """What the server answers to one GET, whatever the status; redirects are not followed.

        Raises: Offline (nothing could be reached), Broken, TooLarge, FetchError, UsageError.
        """
        limits = limits or Limits()
        return self._once(url, etag, limits, limits.total)

    def _once(self, url: str, etag: str, limits: Limits, seconds: float) -> Response:
        """One exchange within ``seconds``, what the total of the limits has left."""
        host = check(url)
        self.require_online()
        from urllib3.exceptions import HTTPError

        from .deadline import Deadline, DeadlineAdapter

        with Deadline(seconds) as deadline, _session(DeadlineAdapter(deadline), host) as session:
            try:
                answer = _exchange(session, url, self._headers(url, etag), limits)
            except (HTTPError, OSError, ValueError) as error:  # an error of requests is an OSError
                _translate(error, host, deadline, limits)
            if deadline.passed:  # an answer of no stated length looks whole when it is cut
                raise _slow(host, limits)
        return answer

    def _headers(self, url: str, etag: str) -> dict[str, str]:
        headers = {"User-Agent": self.user_agent}
        if etag and etag.isascii() and etag.isprintable():
            headers["If-None-Match"] = etag
        parts = urlsplit(url)
        token = self.environ.get("GITHUB_TOKEN", "").strip()
        github = parts.scheme == "https" and parts.hostname in _TOKEN_HOSTS and parts.port in {None, 443}
        if github and token and token.isascii() and token.isprintable():
            headers["Authorization"] = f"Bearer {token}"
        return headers


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("arxiv.org")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check(url: str) -> str:
    """The host of an address that may be asked. Raises: UsageError.

    Refused: other schemes than http and https, no host, a user name or password, blanks or control
    characters, a port that is no number.

    >>> check("https://example.org/list.md")
    'example.org'
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        named = parts.username is not None or parts.password is not None
    except ValueError:
        raise UsageError("that is no web address", hint="An address looks like https://host/path.") from None
    if any(c.isspace() or not c.isprintable() for c in url):
        raise UsageError("a web address has no blanks and no control characters", hint="Encode them as %20.")
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(
            f"{parts.scheme or 'that'}: is no web address", hint="Only http:// and https:// are read."
        )
    if named:
        raise UsageError(
            f"the address at {host} holds a user name or password",
            hint="kg sends neither; use an address without them.",
        )
    return host


def next_hop(url: str, answer: Response) -> str:
    """Where a redirect leads. Raises: FetchError if it leads from https to http, inwards, or nowhere."""
    location = answer.headers.get("location", "").strip()
    try:
        target = urljoin(url, location).partition("#")[0]
        host = check(target)
    except (ValueError, UsageError):
        raise FetchError(f"{url} redirects to no usable address") from None
    here = urlsplit(url)
    if not location:
        raise FetchError(f"{url} answers {answer.status} and does not say where to go")
    if here.scheme == "https" and urlsplit(target).scheme == "http":
        raise FetchError(
            f"{url} redirects from https to http, which is not followed",
            hint="Anybody on the way could have written it; use an https address.",
        )
    if _inward(host) and not _inward(here.hostname or ""):
        raise FetchError(f"{url} redirects into the local network, which is not followed")
    return target


def refuse(answer: Response, *, now: datetime | None = None) -> NoReturn:
    """Nothing: raises what a status other than the wanted one means (RateLimited, FetchError)."""
    host, status = urlsplit(answer.url).hostname, answer.status
    limited = answer.headers.get("x-ratelimit-remaining") == "0"
    if status == TOO_MANY or (status == FORBIDDEN and limited):
        wait = retry_after(answer.headers.get("retry-after", ""), now or datetime.now(UTC))
        later = f"in {wait:.0f} s" if wait else "later"
        raise RateLimited(f"{host} asks to come back {later} (HTTP {status})", retry_after=wait)
    hint = {
        401: "Check GITHUB_TOKEN, or unset it.",
        FORBIDDEN: "The server refuses this program or this address; do not try again soon.",
        NOT_FOUND: "Check the spelling; what is private looks the same as what does not exist.",
        410: "It was removed; look for where it moved.",
    }.get(status, "Try again later." if status >= 500 else "")  # noqa: PLR2004 - 5xx
    raise FetchError(f"{answer.url}: HTTP {status}", hint=hint)


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (0 for a date gone by), or None if it says nothing.

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    >>> retry_after("Thu, 01 Jan 2026 00:01:00 GMT", datetime(2026, 1, 1, tzinfo=UTC))
    60.0
    >>> retry_after("soon", datetime(2026, 1, 1, tzinfo=UTC)) is None
    True
    """
    value = value.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value, re.ASCII):
        return float(value)
    try:
        then = email.utils.parsedate_to_datetime(value)
        return max((then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


# ------------------------------------------------------------------------------------ one exchange


def _session(adapter: requests.adapters.HTTPAdapter, host: str) -> requests.Session:
    import requests

    session = requests.Session()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = not is_loopback(host)  # proxies and certificates of the user; none to oneself
    session.auth = _no_password
    return session


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request as it is: without this, requests would add what a .netrc file holds."""
    return request


def _exchange(session: requests.Session, url: str, headers: dict[str, str], limits: Limits) -> Response:
    with session.get(
        url, headers=headers, stream=True, allow_redirects=False, timeout=(limits.connect, limits.read)
    ) as answer:
        body = bytearray()
        for piece in answer.iter_content(_PIECE):
            body += piece
            if len(body) > limits.size:
                raise TooLarge(
                    f"{url} is larger than {limits.size:,} bytes",
                    hint="A list of that size is probably something else.",
                )
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return Response(url, answer.status_code, lowered, bytes(body))


def _translate(error: Exception, host: str, deadline: Deadline, limits: Limits) -> NoReturn:
    """Nothing: raises our own error for one of requests, urllib3 or the sockets below them."""
    from requests import exceptions as theirs
    from urllib3 import exceptions as inner

    if deadline.passed:
        raise _slow(host, limits) from error
    if isinstance(error, theirs.SSLError):
        raise FetchError(
            f"{host} does not prove who it is (TLS)", hint="Check the clock and the network's certificates."
        ) from error
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(error, theirs.ProxyError | theirs.ConnectTimeout) or isinstance(
        reason, inner.ConnectTimeoutError | inner.NewConnectionError
    ):
        raise Offline(
            f"{host} cannot be reached ({_why(reason)})",
            hint="Check the network and the name; what is stored stays usable.",
        ) from error
    if isinstance(error, theirs.Timeout) or isinstance(reason, inner.ReadTimeoutError):
        raise Broken(f"{host} was silent for {limits.read:g} s", hint="Try again later.") from error
    if isinstance(error, theirs.InvalidURL | inner.LocationValueError | UnicodeError):
        raise UsageError(
            f"{host} is no host name", hint="An address looks like https://host/path."
        ) from error
    raise Broken(f"{host} broke off in the middle of an answer", hint="Try again later.") from error


def _why(reason: object) -> str:
    from urllib3 import exceptions as inner

    if isinstance(reason, inner.NameResolutionError):
        return "no such name, or no network"
    cause = getattr(reason, "__cause__", None)
    text = getattr(cause, "strerror", None)
    return text.lower() if isinstance(text, str) else "no connection"


def _slow(host: str, limits: Limits) -> Broken:
    return Broken(f"{host} took longer than {limits.total:.3g} s", hint="Try again later.")


def _inward(host: str) -> bool:
    try:
        return is_loopback(host) or not ip_address(host).is_global
    except ValueError:
        return False


def _user_agent(contact: str) -> str:
    plain = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()").strip()
    return f"kg/{__version__} ({plain})" if plain else f"kg/{__version__}"
