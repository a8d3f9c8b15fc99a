"""A feed of changes as Atom (RFC 4287): the same changes, the same bytes; no clock is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from kg.model import Change

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0 itself
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """One change as a feed tells it: in words, and the page that it is about ("" for none)."""

    change: Change
    text: str
    page: str = ""


def write(file: BinaryIO, items: Iterable[Item], *, base: str, title: str = "") -> None:
    """Write a feed of these items in their order.

    Ids are ``urn:uuid`` made of ``base``, ``title`` and what the change says. The feed is as new as its
    newest change; an empty one as old as can be.
    """
    listed = list(items)
    feed = uuid5(NAMESPACE_URL, f"{base}changes#{title}")
    newest = max((item.change.at for item in listed), default=_BEGINNING)
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"  <id>{feed.urn}</id>",
        f"  <title>{_text(f'{title}: lists and papers' if title else 'kg: lists and papers')}</title>",
        f"  <updated>{_instant(newest)}</updated>",
        "  <author><name>kg</name></author>",
    ]
    file.write("\n".join([*head, ""]).encode())
    file.writelines("\n".join([*_entry(feed, item), ""]).encode() for item in listed)
    file.write(b"</feed>\n")


def _entry(feed: UUID, item: Item) -> Iterator[str]:
    change = item.change
    said = [
        getattr(change, name) for name in ("id", "cause", "what", "action", "subject", "text", "document")
    ]
    said += [_instant(change.at), change.old, change.new]
    yield "  <entry>"
    yield f"    <id>{uuid5(feed, json.dumps(said)).urn}</id>"
    yield f"    <title>{_text(f'{change.what.capitalize()} {change.action}: {change.text}')}</title>"
    yield f"    <updated>{_instant(change.at)}</updated>"
    if page := _iri(item.page):
        yield f'    <link rel="alternate" href={quoteattr(page)}/>'
    yield f"    <category term={quoteattr(change.action)}/>"
    yield f'    <content type="text">{_text(item.text or change.text)}</content>'
    yield "  </entry>"


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())))


_ADDRESS = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)(?:([/?][^#]*)|)(#.*)?", re.DOTALL)


def _iri(address: str) -> str:
    """The address of a web page as an IRI; empty for any other address."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return ""
    safe = "!$&'()*+,;=:@/?%-._~"
    tail = quote((found[2] or "").encode("utf-8", "replace"), safe=safe)
    mark = "#" + quote((found[3] or "#")[1:].encode("utf-8", "replace"), safe=safe) if found[3] else ""
    return found[1] + re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", tail + mark)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
