"""The lists that a list of lists names: repositories called awesome-…, or in a section of lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import UsageError

from .address import Address, AddressKind, resolve
from .fates import Fate

_NAME = re.compile(r"awesome(?:$|[-_.].*)|.*[-_.]awesome$", re.IGNORECASE)
_SECTION = re.compile(r"\blists\b|\bawesome[\s-]+list\b|列表|清单", re.IGNORECASE)


def lists_named(fates: Iterable[Fate]) -> Iterator[Address]:
    """The repositories that seem to hold lists, in the order of the entries whose own link they are."""
    for fate in fates:
        item = fate.item
        if item is None or not item.url:
            continue
        try:
            address = resolve(item.url.partition("#")[0], workspace=Path())
        except UsageError:
            continue
        if address.kind is not AddressKind.GITHUB:
            continue
        repository = address.text.removeprefix("github:")
        own = {one.value for one in item.mention.identifiers if one.scheme == "github"}
        if repository.casefold() not in own:
            continue
        section = item.mention.place.heading[-1:]
        if _NAME.fullmatch(repository.partition("/")[2]) or any(map(_SECTION.search, section)):
            yield address
