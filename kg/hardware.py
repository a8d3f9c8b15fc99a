"""Hardware tiers: a range of one kind of memory, parsed from the ways that people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .identifiers import Identifier
from .patterns import Pattern

_NUMBER = r"\d{1,5}(?:\.\d{1,3})?"
_UNIT = r"GB|GiB|MB|MiB|TB|TiB|G"
_DASH = "[-\u2010-\u2015\u2212~]|to"
_UPPER = ("up to", "under", "below", "less than", "<=", "\u2264", "<")
_LOWER = ("at least", "minimum of", "minimum", "min.", "min", ">=", "\u2265", ">")
_LIMIT = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in (*_UPPER, *_LOWER))
_MEMORY = r"GPU\s+memory|[VDG]?RAM|unified\s+memory|system\s+memory|memory|\u663e\u5b58|\u5185\u5b58"
_RANGE = re.compile(
    rf"(?P<limit>{_LIMIT})?\s*(?<![\w.-])(?P<low>{_NUMBER})\s*(?P<low_unit>{_UNIT})?\s*"
    rf"(?:(?:{_DASH})\s*(?P<high>{_NUMBER})\s*)?(?P<plus>\+)?\s*(?P<unit>{_UNIT})?\s*"
    rf"(?P<more>\+|or\s+more)?\s*(?:of\s+)?(?P<kind>{_MEMORY})",
    re.IGNORECASE,
)
_WORD = Pattern(_MEMORY, re.IGNORECASE)
_KINDS = {"vram": "vram", "gpu memory": "vram", "\u663e\u5b58": "vram", "unified memory": "unified"}


@dataclass(frozen=True, slots=True, order=True)
class Memory:
    """A range of memory: ``kind`` (ram, vram, unified), bounds in ``unit`` as written, or None."""

    kind: str
    minimum: Decimal | None
    maximum: Decimal | None
    unit: str = "GB"

    def __str__(self) -> str:
        """The range as people read it: ``4-8 GB RAM``, ``16+ GB VRAM``, ``up to 8 GB RAM``."""
        name = {"ram": "RAM", "vram": "VRAM", "unified": "unified memory"}[self.kind]
        if self.minimum is None:
            return f"up to {self.maximum} {self.unit} {name}"
        if self.maximum is None:
            return f"{self.minimum}+ {self.unit} {name}"
        same = self.minimum == self.maximum
        return f"{self.minimum if same else f'{self.minimum}-{self.maximum}'} {self.unit} {name}"

    @property
    def identifier(self) -> Identifier:
        """The tier's identity: kind, bounds and unit, never the list's name for it.

        >>> str(Memory("ram", Decimal(4), Decimal(8)).identifier)
        'tier:ram:4-8:GB'
        """
        low = "" if self.minimum is None else str(self.minimum)
        high = "" if self.maximum is None else str(self.maximum)
        return Identifier("tier", f"{self.kind}:{low}-{high}:{self.unit}")

    @classmethod
    def of(cls, identifier: Identifier) -> Self:
        """The range that a tier's identifier names. Raises: ValueError for any other text."""
        kind, bounds, unit = identifier.value.split(":")
        low, high = bounds.split("-")
        return cls(kind, Decimal(low) if low else None, Decimal(high) if high else None, unit)


def memory_in(text: str) -> tuple[Memory, tuple[int, int]] | None:
    """The first memory range in a text with where it stands (start, end), or None.

    A number counts only with a unit and a word for memory behind it: ``A100-80GB`` and ``7B`` do
    not. Units stay as written and are never converted; ``G`` means GB.

    >>> [str(memory_in(t)[0]) for t in ("Small (e.g., A): 4-8 GB RAM", "24GB of VRAM", "16+ GB RAM")]
    ['4-8 GB RAM', '24 GB VRAM', '16+ GB RAM']
    >>> memory_in("A100-80GB"), memory_in("7B parameters in 4 bits")
    (None, None)
    """
    if not _WORD.search(text):
        return None
    for found in _RANGE.finditer(text):
        unit = found["unit"] or found["low_unit"]
        low, high = Decimal(found["low"]), Decimal(found["high"]) if found["high"] else None
        if not unit or (high is not None and low > high):
            continue
        limit = " ".join((found["limit"] or "").casefold().split())
        bounds: tuple[Decimal | None, Decimal | None] = (low, high)
        if high is None and limit in _UPPER:
            bounds = (None, low)
        elif high is None and not (limit or found["plus"] or found["more"]):
            bounds = (low, low)
        word = " ".join(found["kind"].casefold().split())
        return Memory(_KINDS.get(word, "ram"), *bounds, _spelled(unit)), found.span()
    return None


def _spelled(unit: str) -> str:
    return unit[0].upper() + ("iB" if len(unit) == len("GiB") else "B")
