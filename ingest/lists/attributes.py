"""Values in the text of an item: sizes, bit widths, context lengths, dates, venues, licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kg.patterns import Pattern

_UNITS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12, "TB": 10**12}
_DIGIT = re.compile(r"\d")
_NUM = r"\d{1,4}(?:\.\d{1,3})?"
_NOT_SIZE = re.compile(
    r"[\s-]*(?:\+\s*)?(?:tokens?|rows?|samples?|examples?|images?|downloads|stars?|context|ctx|users?|pairs?|"
    r"instructions?|conversations?|dialog\w*|sentences?|documents?|items?|entries|words|hours|questions?|"
    r"prompts?|requests?|training\s+tokens|text|videos?|characters|messages|/s|ps\b|iB?\b|条|个token)",
    re.IGNORECASE,
)
_TOTAL_ACTIVE = re.compile(
    rf"(?<![\w.])(?P<total>{_NUM})\s*(?P<tu>[BMT])\s*[-/( ]*\s*A(?P<act>{_NUM})\s*(?P<au>[BMT])(?![A-Za-z])"
)
_ACTIVE_TOTAL = re.compile(
    rf"(?<![\w.])A(?P<act>{_NUM})\s*(?P<au>[BMT])?\s*/\s*(?P<total>{_NUM})\s*(?P<tu>[BMT])\b"
)
_ACTIVE = re.compile(rf"(?<![\w.])A(?P<act>{_NUM})\s*(?P<au>[BMT])(?![A-Za-z])")
_EXPERTS = re.compile(r"(?<![\w.])\d{1,3}\s*[x×]\s*\d{1,4}(?:\.\d{1,2})?\s*[BM](?![A-Za-z])", re.IGNORECASE)
_SERIES = re.compile(
    rf"(?<![\w.])(?P<first>{_NUM})(?P<rest>(?:\\?\|{_NUM}){{1,12}}|(?:\s*[/~–]\s*{_NUM}){{1,12}})"
    r"\s*(?P<unit>[BMT])(?![A-Za-z0-9])"
)
_STATED = re.compile(rf"(?<![\w.])(?P<act>{_NUM})\s*(?P<au>[BMT])\s+(?:activ(?:e|ated)\b)")
_RANGE = re.compile(
    rf"(?<![\w.])(?P<low>{_NUM})\s*(?P<lu>[BMT])?\s*(?:-|–|~|"
    rf"to)\s*(?P<high>{_NUM})\s*(?P<unit>[BMT])(?![A-Za-z0-9])"
)
_SINGLE = re.compile(rf"(?<![\w.])(?P<n>{_NUM})\s?(?P<unit>[BMT]|[bm](?![a-z]))(?![A-Za-z0-9]|iB)")
_WORDED = re.compile(rf"(?<![\w.])(?P<n>{_NUM})[\s-]*(?P<unit>billion|million|trillion)\b", re.IGNORECASE)
_CHINESE = re.compile(rf"(?<![\w.])(?P<n>{_NUM})\s*亿")
_GLUED = re.compile(rf"(?<=[A-Za-z\d)][-_ ])(?P<n>{_NUM})(?P<unit>[bBMT])(?![A-Za-z0-9])")
_COUNTED = re.compile(r"\d[\s-]*[BMTbmt亿]")  # what every size holds: a number and the start of its unit


@dataclass(frozen=True, slots=True)
class Size:
    """A parameter count: as written (unit completed) and as a number; active ones of experts."""

    text: str
    count: int
    active: bool = False


def _size(number: str, unit: str, *, active: bool = False) -> Size:
    scale = _UNITS.get(unit.upper()) or {"billion": 10**9, "million": 10**6, "trillion": 10**12}[unit.lower()]
    short = {10**3: "K", 10**6: "M", 10**9: "B", 10**12: "T"}[scale]
    return Size(f"{number}{short}", int(Decimal(number) * scale), active)


def sizes_in(text: str) -> tuple[Size, ...]:
    """The parameter counts that a text gives, in order; of a range its two ends.

    >>> [s.text for s in sizes_in("Foo-1.3|6.7|33B"[4:])], [s.text for s in sizes_in("Foo-2-7B")]
    (['1.3B', '6.7B', '33B'], ['7B'])
    >>> [(s.text, s.active) for s in sizes_in("A32/355B")]
    [('32B', True), ('355B', False)]
    >>> sizes_in("15T tokens, 128K context")
    ()
    """
    text = text[:2000]
    if not _COUNTED.search(text):
        return ()
    found: list[tuple[int, Size]] = []

    def take(pattern: re.Pattern[str], line: str) -> str:
        def blank(m: re.Match[str]) -> str:
            # A token count is no size, whatever its unit; a false range is left for its last part.
            if _NOT_SIZE.match(line, m.end()) or _false_range(line, m):
                return m.group()
            found.extend((m.start(), s) for s in _read(m))
            return "\0" * len(m.group())

        return pattern.sub(blank, line)

    for pattern in (
        _EXPERTS,
        _TOTAL_ACTIVE,
        _ACTIVE_TOTAL,
        _ACTIVE,
        _STATED,
        _SERIES,
        _RANGE,
        _GLUED,
        _SINGLE,
        _WORDED,
        _CHINESE,
    ):
        text = take(pattern, text)
    found.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(size for _, size in found))


def _false_range(text: str, found: re.Match[str]) -> bool:
    return (
        found.re in (_RANGE, _SERIES)
        and "|" not in found.group()
        and bool(re.search(r"[A-Za-z][-_ ]$", text[: found.start()]))
    )


def _read(m: re.Match[str]) -> list[Size]:
    groups = m.groupdict()
    if "act" in groups:
        active = _size(m["act"], m["au"] or groups.get("tu") or "B", active=True)
        total = [_size(groups["total"], groups["tu"])] if groups.get("total") else []
        return [active, *total] if m.re is _ACTIVE_TOTAL else [*total, active]
    if "first" in groups:
        numbers = [m["first"], *re.findall(_NUM, m["rest"])]
        return [_size(n, m["unit"]) for n in numbers]
    if "low" in groups:
        return [_size(m["low"], m["lu"] or m["unit"]), _size(m["high"], m["unit"])]
    if m.re is _CHINESE:
        return [Size(f"{m['n']}亿", int(Decimal(m["n"]) * 10**8))]
    return [_size(m["n"], m["unit"])] if "n" in groups else []


_BITS = Pattern(rf"(?<![\w.])(?P<n>{_NUM})(?:\s*[-–]\s*|\s+)?bits?\b", re.IGNORECASE)
_TYPED = Pattern(r"(?<![A-Za-z0-9])(?:INT|FP|NF|MXFP|NVFP)-?(?P<n>[1-8](?:\.\d{1,2})?)(?![\d.])(?!\w)")
_MAX_BITS = 64


def bits_in(text: str) -> tuple[str, ...]:
    """The bit widths that a text names, in order, as canonical decimals.

    >>> bits_in("The era of 1-bit LLMs: 1.58 Bits"), bits_in("FP8 training"), bits_in("64 bits of INT8")
    (('1', '1.58'), ('8',), ('64', '8'))
    """
    text = text[:2000]
    if not _DIGIT.search(text):
        return ()
    found = sorted(
        (m.start(), m["n"]) for p in (_BITS, _TYPED) for m in p.finditer(text) if Decimal(m["n"]) <= _MAX_BITS
    )
    return tuple(dict.fromkeys(format(Decimal(n).normalize(), "f") for _, n in found))


_CONTEXT = Pattern(
    rf"(?<![\w.])(?P<n>{_NUM})\s?(?P<unit>[kKM])?[\s-]*(?:tokens?\s+)?(?:of\s+)?(?:context|ctx)\b"
    rf"|(?:context|ctx)(?:\s+(?:length|window|size))?(?:\s+of|\s+up\s+to|"
    rf":)?\s+(?P<m>{_NUM})\s?(?P<unit2>[kKM])?\b",
    re.IGNORECASE,
)


def context_in(text: str) -> int | None:
    """The context length that a text gives in tokens, or None.

    >>> context_in("a 128K context window"), context_in("context length of 4096"), context_in("32k steps")
    (131072, 4096, None)
    """
    for found in _CONTEXT.finditer(text[:2000]):
        if length := context_length(found["n"] or found["m"], found["unit"] or found["unit2"] or ""):
            return length
    return None


def context_length(number: str, unit: str) -> int | None:
    """Tokens of a context length as written: K and M count in powers of two where they are round."""
    value = Decimal(number)
    if unit.casefold() == "k":
        binary = value in (2, 4, 8, 16, 32, 64, 128, 256, 512)
        return int(value * (1024 if binary else 1000))
    if unit.casefold() == "m":
        return int(value * 2**20) if value in (1, 2, 4) else int(value * 10**6)
    least = 256
    return int(value) if value >= least else None


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATE = Pattern(
    r"(?<!\d)(?P<y>20[0-3]\d|199\d)[-./年](?P<m>0?[1-9]|1[0-2])(?!\d)(?:[-./月](?P<d>0?[1-9]|[12]\d|"
    r"3[01])(?!\d))?"
)
_NAMED = Pattern(
    rf"(?<![A-Za-z])(?P<m>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?(?:\s+(?P<d>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?)?,?\s+(?P<y>20[0-3]\d|199\d)",
    re.IGNORECASE,
)


def date_in(text: str) -> str:
    """The first full or partial date (YYYY-MM, YYYY-MM-DD) in a text, or "".

    >>> date_in("2024.9"), date_in("March 2025"), date_in("[2023/05]"), date_in("version 1.2")
    ('2024-09', '2025-03', '2023-05', '')
    """
    text = text[:2000]
    if found := _DATE.search(text):
        day = f"-{int(found['d']):02}" if found["d"] and _exists(found) else ""
        return f"{found['y']}-{int(found['m']):02}{day}"
    if found := _NAMED.search(text):
        return f"{found['y']}-{_MONTHS.index(found['m'].lower()) + 1:02}"
    return ""


def _exists(found: re.Match[str]) -> bool:
    from datetime import date

    try:
        date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return False
    return True


_LICENCE = Pattern(
    r"(?<![\w-])(?:Apache(?:[ -]?(?:License,?\s*)?(?:v|version\s*)?2(?:\.0)?)?|MIT|"
    r"L?A?GPL[ -]?v?[23](?:\.0)?|BSD[ -]?[23][ -]?Clause|"
    r"CC[ -]BY(?:[ -](?:NC|SA|ND))*(?:[ -]\d\.\d)?|CC0|MPL[ -]2\.0|OpenRAIL(?:[-+]?[+M]+)?|"
    r"Llama\s*\d(?:\.\d)?\s+Community(?:\s+License)?)"
    r"(?=[ -]licen[cs]ed?|\s+licen[cs]e)",
    re.IGNORECASE,
)


def licence_in(text: str) -> str:
    """The licence that a text states ("Apache 2 licensed", "MIT license"), or "".

    >>> licence_in("an Apache 2 licensed model"), licence_in("from MIT")
    ('Apache 2', '')
    """
    found = _LICENCE.search(text[:2000])
    return found.group().strip() if found else ""
