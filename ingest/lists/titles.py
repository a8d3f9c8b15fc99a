"""The name of an item: which of its text is the name, and what is left beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.names import initials, words

from .headings import without_emoji
from .links import Link, Unit, is_described, is_proper, is_relative

_LEAD = re.compile(
    r"\s*(?:[\[(【（]\s*(?P<in>[^\[\]()【】]{2,40}?)\s*[\])】）]|(?P<out>20\d\d[-./](?:0?[1-9]|"  # noqa: RUF001
    r"1[0-2])(?:[-./]\d{1,2})?))"
    r"\s*[:：.,|-]?\s*"  # noqa: RUF001
)
_LEADING = re.compile(
    r"(?:\d{1,2}\s+)?(?:(?:19|20)\d\d\b.*|.*(?:19|20)\d\d|\d{1,2}[./-]\d{2,4}|"
    r"[A-Za-z& -]{2,30}\s*['’]\s?\d\d.*|"
    r"(?:neurips|nips|icml|iclr|acl|emnlp|naacl|cvpr|iccv|eccv|aaai|ijcai|arxiv|preprint|new|hot|"
    r"deprecated|archived)\b.*)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s+(?:[-–—→|·•]|--|:)\s+|\s*[—→：]\s*|:\s+|\s+[-–]\s*$|:$|\s*\|\s*")  # noqa: RUF001
_OPENERS = " \t\n\u2028[(\\【（<-"  # noqa: RUF001
_QUOTED = re.compile(r"\s*[\"“„«]\s*(?P<title>[^\"“”»]{3,300}?)\s*[\"”»]")
_PAREN = re.compile(r"^(?P<name>.{1,80}?)\s*[(（](?P<inside>[^()（）]{1,100})[)）]$")  # noqa: RUF001
_BRACKETED_END = re.compile(r"\s*[(（][^()（）]*[)）]$")  # noqa: RUF001
MAX_NAME = 300
_TITLE_WORDS = 5
_SHORT_WORDS = 4
_TITLE_MIN = 3


@dataclass(slots=True)
class Title:
    """The name found in an item. ``form``: link, bold, quote, code, text, url or none.

    ``prefix``: a short name that stood before the title; ``lead``: a date or venue that stood
    before it; ``head``: links passed on the way; ``rest``: what follows the name.
    """

    name: str = ""
    form: str = "none"
    main: Link | None = None
    prefix: str = ""
    lead: str = ""
    head: list[Unit] = field(default_factory=list)
    rest: list[Unit] = field(default_factory=list)
    bracketed: bool = False


def cleaned(name: str) -> str:
    """A name without emoji, wrapping quotes and the punctuation behind it.

    >>> cleaned("🔥 “Foo: a study.” "), cleaned("(Foo"), cleaned("Foo (1B)")
    ('Foo: a study', 'Foo', 'Foo (1B)')
    """
    name = " ".join(without_emoji(name).split())
    name = name.strip(" \t:：,;|*_`").strip()  # noqa: RUF001
    if name[:1] in "\"“'‘«" and name[-1:] in "\"”'’».":
        name = name.strip("\"“”'‘’«»").strip()
    if name.endswith(".") and not re.search(r"(?:\b[A-Z]|\.\.|\betc|\bal)\.$", name):
        name = name[:-1]
    for opening, closing in ("()", "[]"):
        if name.count(opening) > name.count(closing) and name.startswith(opening):
            name = name[1:]
        elif name.startswith(opening) and name.endswith(closing) and name.count(opening) == 1:
            name = name[1:-1]
    return name.strip(" :：,;|*_`")[:MAX_NAME].strip()  # noqa: RUF001


def is_title(name: str) -> bool:
    """Whether a name reads like the title of a paper: five words, or "Name: rest".

    >>> is_title("Foo: bars for models"), is_title("Attention is all you need"), is_title("Foo Kit")
    (True, True, False)
    """
    if name.endswith((")", "）")):  # noqa: RUF001
        name = _BRACKETED_END.sub("", name)  # "Foo 2 (7B, 13B, 70B)"
    head, colon, tail = name.partition(": ")
    return len(name.split()) >= _TITLE_WORDS or bool(colon and head and len(tail.split()) > 1)


def split_alias(name: str) -> tuple[str, tuple[str, ...]]:
    """A name and the other name that it gives in brackets, if one abbreviates the other.

    >>> split_alias("LoRA (Low-Rank Adaptation)"), split_alias("Named Entity Recognition (NER)")
    (('LoRA', ('Low-Rank Adaptation',)), ('Named Entity Recognition', ('NER',)))
    >>> split_alias("Foo (beta)")
    ('Foo (beta)', ())
    """
    found = _PAREN.match(name)
    if not found:
        return name, ()
    outer, inner = found["name"].strip(), found["inside"].strip()
    short, long = (outer, inner) if len(words(outer)) < len(words(inner)) else (inner, outer)
    if len(words(long)) < 2 or not abbreviates(short, long):  # noqa: PLR2004 - a phrase
        return name, ()
    return outer, (inner,)


def abbreviates(short: str, phrase: str) -> bool:
    """Whether a short form can stand for a phrase: its letters are found in order, first ones first."""
    letters = [c for c in short.casefold() if c.isalnum()]
    if not letters or len(letters) > 10 or " " in short.strip():  # noqa: PLR2004 - longer is no abbreviation
        return False
    first = initials(phrase)
    if "".join(letters).rstrip("s") in (first, first.rstrip("s")):
        return True
    text = phrase.casefold()
    if letters[0] != text[:1]:
        return False
    at = 0
    for letter in letters:
        at = text.find(letter, at) + 1
        if not at:
            return False
    return sum(c.isupper() for c in short) > 1


def find_title(items: list[Unit]) -> Title:
    """The name in the text of an item, and what stands before and behind it."""
    title = Title()
    start = _skip_head(items, title)
    if start >= len(items):
        return title
    unit = items[start]
    if unit.kind == "link":
        return _from_link(items, start, title)
    if quoted := _QUOTED.match(unit.text):
        title.name, title.form = quoted["title"], "quote"
        title.rest = [Unit("text", unit.text[quoted.end() :], unit.style), *items[start + 1 :]]
        return title
    if set(unit.style) & set("buc") and unit.text.strip():
        return _from_bold(items, start, title)
    return _from_text(items, start, title)


def _skip_head(items: list[Unit], title: Title) -> int:
    """The index of the first unit that may hold the name; dates, badges and labels go before it."""
    i = 0
    while i < len(items):
        unit = items[i]
        if unit.kind == "text":
            text = without_emoji(unit.text)
            if (
                (lead := _LEAD.match(text))
                and not title.lead
                and (
                    _LEADING.fullmatch(lead["in"] or lead["out"])
                    or ("b" in unit.style and lead.end() == len(text))
                )
            ):
                title.lead, text = lead["in"] or lead["out"], text[lead.end() :]
            bare = text.lstrip(" \t\n[](){}|\\·•:,-–—").strip()
            if bare and not (title.head and re.fullmatch(r"[\])|:,.-]*", bare)):
                text = text.lstrip(" \t\n\\])·•|" if title.head else " \t\n\\·•|")
                items[i] = Unit("text", text, unit.style)
                return i
        elif unit.kind == "link":
            named = unit.link
            role = named.role if named and named.label else ""
            if not _is_label(unit, role) or (is_proper(unit.text) and is_described(items, i)):
                return i
            title.head.append(unit)
        elif unit.kind == "badge":
            title.head.append(unit)
        i += 1
    return i


def _is_label(unit: Unit, role: str) -> bool:
    return (
        bool(role)
        or not unit.text
        or (is_relative(unit.href) and not unit.href.startswith("#") and not unit.text)
    )


def _from_link(items: list[Unit], start: int, title: Title) -> Title:
    unit = items[start]
    if re.match(r"https?://|www\.", unit.text):
        title.form, title.main, title.rest = "url", unit.link, items[start + 1 :]
        return title
    title.name, title.form, title.main = unit.text, "link", unit.link
    title.rest = items[start + 1 :]
    return title


def _from_bold(items: list[Unit], start: int, title: Title) -> Title:
    """Adjacent units of one emphasis are the name; a short one before a colon may be its prefix."""
    style = "b" if "b" in items[start].style else "u" if "u" in items[start].style else "c"
    parts: list[str] = []
    i = start
    while i < len(items) and style in items[i].style and items[i].kind in ("text", "link"):
        link = items[i].link
        if link and link.label:
            break
        parts.append(items[i].text)
        title.main = title.main or link
        i += 1
    name = "".join(parts)
    quoted = _QUOTED.match(name)
    title.name, title.form, title.rest = (quoted["title"] if quoted else name), "bold", items[i:]
    if (
        title.main is None
        and len(name.split()) <= _SHORT_WORDS
        and (longer := _behind_colon(name, title.rest))
    ):
        longer.prefix, longer.lead, longer.head = cleaned(name), title.lead, title.head
        return longer
    return title


def _behind_colon(name: str, rest: list[Unit]) -> Title | None:
    """The title that follows "Name:" if it is marked as one: linked, bold or quoted."""
    if not rest:
        return None
    joined = name.rstrip() + "".join(u.text for u in rest[:1] if u.kind == "text")
    after = joined[len(name.rstrip()) :].lstrip()
    if not (name.rstrip().endswith((":", "：")) or after.startswith((":", "：))"))):  # noqa: RUF001
        return None
    behind = (
        [Unit("text", after.lstrip(":： "), rest[0].style), *rest[1:]] if rest[0].kind == "text" else rest  # noqa: RUF001
    )
    while behind and behind[0].kind == "text" and not behind[0].text.strip():
        behind = behind[1:]
    first = behind[0] if behind else None
    if first is None:
        return None
    slanted = "i" in first.style and "," not in first.text and len(first.text.split()) >= _TITLE_MIN
    if slanted:
        behind[0] = Unit("text", first.text, "b")
    if not (slanted or first.kind == "link" or "b" in first.style or _QUOTED.match(first.text)):
        return None
    inner = find_title(list(behind))
    titled = is_title(inner.name) or slanted
    return inner if titled and inner.form in ("link", "bold", "quote") else None


def _from_text(items: list[Unit], start: int, title: Title) -> Title:
    """Plain text: the name ends at a separator, a label, a break or a change of style."""
    first = items[start].text
    if (
        first.rstrip().endswith((":", "："))  # noqa: RUF001
        and len(first.split()) <= _SHORT_WORDS
        and (longer := _behind_colon(first, items[start + 1 :]))
    ):
        longer.prefix, longer.lead, longer.head = cleaned(first), title.lead, title.head
        return longer
    text = ""
    i = start
    while i < len(items):
        unit = items[i]
        if unit.kind in ("break", "badge") or (unit.kind == "link" and (_labelled(unit) or _bracketed(text))):
            break
        if unit.kind == "text" and set(unit.style) & set("iud") and text.strip():
            break
        if unit.kind == "link":
            break
        text += unit.text
        i += 1
    title.form = "text"
    title.rest = items[i:]
    title.bracketed = _bracketed(text)
    title.name = text.rstrip(_OPENERS) if i < len(items) else text
    return title


def _labelled(unit: Unit) -> bool:
    return bool(unit.link and unit.link.label) or not unit.text


def _bracketed(text: str) -> bool:
    return text.rstrip().endswith(("[", "(", "\\["))


def split_text(text: str) -> tuple[str, str]:
    """A plain text as name and description, cut at its first separator.

    >>> split_text("Pruning: drops weights"), split_text("FooKit - serves bars"), split_text("Chat bots")
    (('Pruning', 'drops weights'), ('FooKit', 'serves bars'), ('Chat bots', ''))
    """
    found = _SEPARATOR.search(text)
    if not found:
        return text.strip(), ""
    return text[: found.start()].strip(), text[found.end() :].strip()
