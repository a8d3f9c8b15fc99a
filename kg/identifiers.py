"""Identifiers of the outside world: parsed from any link form, normalised, linked back.

The identity of a thing never comes from the text of a link but from where the link points.
``identify`` reads a URL; ``parse`` reads what a person types (``arxiv:2106.09685``,
``github:owner/name``, a URL, a bare arXiv id or DOI).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A normalised identifier; ``str()`` gives its short form ``scheme:value``.

    Schemes: ``arxiv`` (no version), ``doi`` (lower case), ``github`` and ``gitlab``
    (``owner/name``, lower case), ``hf`` (``owner/name``, ``datasets/owner/name`` or
    ``spaces/owner/name``, lower case), ``openreview``, ``acl``, ``url`` (host and path, without
    scheme, ``www.`` or fragment) and ``tier`` (``ram:4-8:GB``, see :mod:`kg.hardware`).
    """

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @property
    def url(self) -> str:
        """The page that this identifier names; empty for a hardware tier.

        >>> Identifier("arxiv", "2106.09685").url
        'https://arxiv.org/abs/2106.09685'
        """
        return _PAGE[self.scheme].format(self.value) if self.scheme in _PAGE else ""


DECISIVE = frozenset({"arxiv", "doi", "openreview", "acl", "tier"})
"""Schemes that name one thing whatever it is called; all others also ask the names to agree."""

CODE_HOSTS = frozenset({"github", "gitlab"})

_PAGE = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "hf": "https://huggingface.co/{}",
    "openreview": "https://openreview.net/forum?id={}",
    "acl": "https://aclanthology.org/{}",
    "url": "https://{}",
}

# arXiv identifiers: https://info.arxiv.org/help/arxiv_identifier.html. Four digits until
# December 2014, five from January 2015; months 01-12; old style archive/YYMMNNN until March 2007.
_NEW = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})(?:v([1-9]\d*))?$")
_OLD = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(\d\d(?:0[1-9]|1[0-2])\d{3})(?:v([1-9]\d*))?$", re.IGNORECASE
)
_PREFIX, _ENDING = re.compile(r"^arxiv:\s*", re.IGNORECASE), re.compile(r"\.pdf$", re.IGNORECASE)
_FIVE_DIGITS_FROM = 15
_FIRST_NEW, _LAST_OLD = (7, 4), (7, 3)
_CENTURY_TURN = 91  # arXiv opened in 1991: a two-digit year from 91 is 19xx

_OLD_ARCHIVES = frozenset(
    """acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-
    gas cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin
    nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con""".split()
)


def arxiv_id(text: str) -> tuple[str, int | None] | None:
    """The bare arXiv id and its version, or None if ``text`` is not exactly one id.

    Accepts a leading ``arXiv:``, a trailing ``.pdf``, the subject class of old ids, upper case
    archives, and surrounding blanks.

    >>> arxiv_id("arXiv:2106.09685v2")
    ('2106.09685', 2)
    >>> arxiv_id("math.GT/0309136"), arxiv_id("CS/0501076")
    (('math/0309136', None), ('cs/0501076', None))
    >>> arxiv_id("1501.0001") is arxiv_id("2113.00001") is arxiv_id("foo/0501076") is None
    True
    """
    text = _ENDING.sub("", _PREFIX.sub("", text.strip()))
    if (new := _NEW.match(text)) and new.group().isascii():
        year, month, number = int(new[1]), int(new[2]), new[3]
        digits = 5 if year >= _FIVE_DIGITS_FROM else 4
        if len(number) != digits or (year, month) < _FIRST_NEW or not int(number):
            return None
        return f"{new[1]}{new[2]}.{number}", int(new[4]) if new[4] else None
    if (old := _OLD.match(text)) and old.group().isascii():
        archive, number = old[1].lower(), old[2]
        year, month = int(number[:2]), int(number[2:4])
        known = archive in _OLD_ARCHIVES and (year >= _CENTURY_TURN or (year, month) <= _LAST_OLD)
        return (f"{archive}/{number}", int(old[3]) if old[3] else None) if known else None
    return None


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+$")


def doi(text: str) -> Identifier | None:
    """The DOI as an identifier (arXiv's own DOIs as arXiv ids), or None.

    >>> str(doi("10.48550/arXiv.2106.09685")), str(doi("doi:10.18653/V1/2022.acl-short.8"))
    ('arxiv:2106.09685', 'doi:10.18653/v1/2022.acl-short.8')
    """
    text = re.sub(r"^doi:\s*", "", text.strip(), flags=re.IGNORECASE).rstrip(".,;)").lower()
    if not _DOI.match(text):
        return None
    if text.startswith("10.48550/arxiv.") and (found := arxiv_id(text.removeprefix("10.48550/arxiv."))):
        return Identifier("arxiv", found[0])
    return Identifier("doi", text)


_BLANK = re.compile(r"[\s\x00-\x1f]")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_BARE = re.compile(r"(?:www\.)?(?:github|gitlab|huggingface|arxiv|doi)\.(?:com|co|org)/\S", re.IGNORECASE)


def identify(url: str) -> Identifier | None:
    """The identifier that an absolute http(s) URL (or a bare host path) stands for, or None.

    None: another scheme (``javascript:``, ``file:``, ``mailto:``), a relative link, no host, or a
    URL that no parser accepts.

    >>> str(identify("https://www.arxiv.org/pdf/2106.09685v2.pdf"))
    'arxiv:2106.09685'
    >>> str(identify("https://github.com/Owner/Name.git#readme"))
    'github:owner/name'
    >>> str(identify("https://huggingface.co/datasets/Owner/Set/tree/main"))
    'hf:datasets/owner/set'
    >>> str(identify("http://www.Example.org/a/?utm_source=x#top"))
    'url:example.org/a'
    >>> identify("javascript:alert(1)"), identify("../LICENSE"), identify("https://")
    (None, None, None)
    """
    url = url.strip()
    if not _WEB.match(url):
        if not _BARE.match(url):
            return None
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not host or "." not in host or _BLANK.search(url):
        return None
    host = host.removeprefix("www.")
    path = unquote(parts.path, errors="replace")
    for reader in _READERS.get(host, (_arxiv,) if host.endswith(".arxiv.org") else ()):
        if found := reader(host, path, parts.query):
            return found
    return Identifier("url", _plain(host, parts.path, parts.query))


def _plain(host: str, path: str, query: str) -> str:
    kept = [p for p in query.split("&") if p and not _TRACKING.match(p)]
    return host + path.rstrip("/") + ("?" + "&".join(kept) if kept else "")


_TRACKING = re.compile(r"(utm_\w+|ref|source|fbclid)=")
_PREPRINT = re.compile(r"/(?:abs|pdf|html|format|ps|e-print)/(.+)")
_MIRRORED = re.compile(r"/(?:abs|pdf|html|overview|arxiv)/(.+)")
_ON_HUB = re.compile(r"/papers/(.+)")
_MIRRORS = frozenset({"alphaxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org", "papers.cool"})
_HUBS = frozenset({"huggingface.co", "hf.co"})
_CODE_PAGES = {"github.com": "github", "gitlab.com": "gitlab", "raw.githubusercontent.com": "github"}


def _arxiv(host: str, path: str, _query: str) -> Identifier | None:
    if host == "arxiv.org" or host.endswith(".arxiv.org"):
        form = _PREPRINT.match(path)
    else:
        form = (_MIRRORED if host in _MIRRORS else _ON_HUB).match(path)
    if not form:
        return None
    # A figure of an HTML edition (html/2412.14468v1/extracted/6081011/x.png) names the paper by
    # its first part only; an old-style id has two parts.
    words = form[1].rstrip("])}>,;").strip("/").split("/")
    for count in (1, 2):
        if found := arxiv_id("/".join(words[:count]).rstrip(".")):
            return Identifier("arxiv", found[0])
    return None


def _doi_page(_host: str, path: str, _query: str) -> Identifier | None:
    return doi(path.lstrip("/"))


_NOT_OWNERS = frozenset(
    """about apps collections contact customer-stories enterprise explore features issues login
    marketplace notifications orgs pricing pulls search settings sponsors stars topics trending
    users""".split()
)
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def _code_host(host: str, path: str, _query: str) -> Identifier | None:
    words = [w for w in path.split("/") if w]
    if len(words) < 2 or words[0].lower() in _NOT_OWNERS:  # noqa: PLR2004 - owner/name
        return None
    owner, name = words[0], words[1].removesuffix(".git")
    if not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name) or name in {".", ".."}:
        return None
    return Identifier(_CODE_PAGES[host], f"{owner}/{name}".lower())


_HUB_PAGES = frozenset(
    """blog collections docs join learn login models organizations papers posts pricing search
    settings tasks""".split()
)


def _hub(_host: str, path: str, _query: str) -> Identifier | None:
    words = [w for w in path.split("/") if w]
    if not words or words[0] in _HUB_PAGES:
        return None
    if words[0] in {"datasets", "spaces"}:
        named = words[:3] if len(words) > 2 else words[:2]  # noqa: PLR2004 - datasets/owner/name
        if len(named) < 2 or (words[0] == "spaces" and len(named) < 3):  # noqa: PLR2004
            return None
    else:
        named = words[:2]
        if len(named) == 1 and not _LEGACY_MODEL.fullmatch(named[0]):
            return None  # an owner's page
    return Identifier("hf", "/".join(named).lower()) if all(_NAME.fullmatch(w) for w in named) else None


# Models of the hub's first years have no owner in their address.
_LEGACY_MODEL = re.compile(
    r"(?:distil|al|ro)?(?:bert|gpt2|roberta|xlnet|t5|camembert|openai-gpt|ctrl|transfo-xl)(?:-[\w.-]+)?",
    re.IGNORECASE,
)


def _venue(host: str, path: str, query: str) -> Identifier | None:
    if host == "openreview.net" and (found := re.search(r"(?:^|&)id=([\w-]{6,})", query)):
        return Identifier("openreview", found[1])
    if host == "aclanthology.org" and (found := re.match(r"/([A-Za-z0-9.-]+?)(?:\.pdf)?/?$", path)):
        return Identifier("acl", found[1].lower()) if re.search(r"\d", found[1]) else None
    return None


_READERS: dict[str, tuple[Callable[[str, str, str], Identifier | None], ...]] = {
    **dict.fromkeys(("arxiv.org", *_MIRRORS), (_arxiv,)),
    **dict.fromkeys(("doi.org", "dx.doi.org"), (_doi_page,)),
    **dict.fromkeys(_CODE_PAGES, (_code_host,)),
    **dict.fromkeys(_HUBS, (_arxiv, _hub)),
    **dict.fromkeys(("openreview.net", "aclanthology.org"), (_venue,)),
}
"""Who reads the addresses of a host, first come first served; mirrors of arXiv have many names."""


def parse(text: str) -> Identifier | None:
    """The identifier in what a person types: short form, URL, bare arXiv id or DOI; else None.

    >>> [str(parse(t)) for t in ("2106.09685v1", "GitHub:Owner/Name", "10.1000/Xyz")]
    ['arxiv:2106.09685', 'github:owner/name', 'doi:10.1000/xyz']
    >>> parse("lora") is None
    True
    """
    text = text.strip()
    if found := arxiv_id(text):
        return Identifier("arxiv", found[0])
    scheme, colon, value = text.partition(":")
    scheme = scheme.casefold()
    if colon and scheme in _PAGE and not value.startswith("//"):
        if scheme in {"arxiv", "doi"}:
            return doi(value) if scheme == "doi" else None
        if scheme in {"github", "gitlab", "hf"}:
            return identify(_PAGE[scheme].format(value))
        return Identifier(scheme, value) if value else None
    if scheme == "tier" and value:
        return Identifier("tier", value)
    return doi(text) or identify(text)
