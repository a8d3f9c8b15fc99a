"""IRIs of what has no slug: evidence, sources, statements, requirements, categories."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from kg.names import slugify
from kg.store.canonical import Place

from .terms import LOCAL

_SERVICE = "arxiv"
_OLD_RECORD = re.compile(r"arxiv-(.+)-([0-9]{7})")
_TAKEN = frozenset({_SERVICE, "corrections"})


def hashed(*said: str) -> str:
    """16 hex digits that stand for these texts in this order."""
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()[:16]


def plain(name: str) -> str:
    """The name as the last part of an IRI: itself where it can be, else its slug and 8 hex.

    >>> plain("awesome-lists"), plain("a/b")
    ('awesome-lists', 'a-b-c14cddc0')
    """
    return name if LOCAL.fullmatch(name) else _marked(name)


def _marked(name: str) -> str:
    return f"{slugify(name)}-{hashed(name)[:8]}".lstrip("-")


@lru_cache(maxsize=1024)
def source(kind: str, document: str) -> str:
    """The last part of the IRI of the source that a document belongs to.

    Every arXiv record belongs to one source, the service; a list bears the name it was given.
    """
    if kind == _SERVICE:
        return _SERVICE
    name = document.removeprefix("list:")
    return _marked(name) if name != document and name in _TAKEN else plain(name)


def evidence(place: Place) -> str:
    """The term of a place as evidence: without any line or revision.

    An arXiv record is one piece of evidence, whatever was read in it.
    """
    return f"ev:{record(place[1])}" if place[0] == _SERVICE else _evidence(place)


@lru_cache(maxsize=4096)
def _evidence(place: Place) -> str:
    kind, document, heading, digest, ordinal = place
    return f"ev:{source(kind, document)}-{hashed(heading, digest, str(ordinal))}"


def record(document: str) -> str:
    """The last part of the IRI of an arXiv record.

    >>> record("arxiv:hep-th/9901001")
    'arxiv-hep-th-9901001'
    """
    return document.replace(":", "-").replace("/", "-")


def behind(slug: str, said: Iterable[str]) -> str:
    """The last part of the IRI of something that is told behind a node and named after it."""
    return f"{slug}-{hashed(*said)}"


def key_of_record(name: str) -> str:
    """The key of the arXiv record whose IRI ends like that; the inverse of :func:`record`.

    >>> key_of_record("arxiv-hep-th-9901001"), key_of_record("arxiv-2106.09685")
    ('arxiv:hep-th/9901001', 'arxiv:2106.09685')
    """
    old = _OLD_RECORD.fullmatch(name)
    return f"arxiv:{old[1]}/{old[2]}" if old else name.replace("-", ":", 1)
