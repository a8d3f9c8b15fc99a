"""One entry of a list: its name, links, description and the facts below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg.hardware import memory_in
from kg.vocabulary import Kind

from .blocks import BREAK, Section
from .headings import Heading, Role, heading
from .links import (
    Link,
    Unit,
    asides,
    badge_colour,
    badge_text,
    badge_venue,
    is_address,
    is_relative,
    link_of,
    starred_repository,
)
from .tables import Cell
from .titles import Title, cleaned, find_title, is_title, split_text
from .venues import venue_in

MAX_NAME_WORDS, MAX_TITLE_WORDS = 10, 45
_QUESTION = re.compile(r"\?\s*$|^\W*(?:what|why|who|when)\b", re.IGNORECASE)
_NAMED = re.compile(r"[A-Z][\w+.-]*\s+[-–—]\s+\w")  # "FooKit - serves bars"
_WORDY = re.compile(r"\w")
_EMPTY_BRACKETS = re.compile(r"\\?[\[(（]\s*[,/|\\]*\s*\\?[\])）]")  # noqa: RUF001
_EMPTIED_BRACKETS = re.compile(r"(?:\[\s*\]\s*|\(\s*\)\s*)+")
_AROUND = " -–—:：|,·•\\[]"  # noqa: RUF001
_MAX_TAIL = 12
_SHOWN = ("video", "docs", "blog")
_LINK = re.compile(r"\b(?:links?|page)\b|链接|地址", re.IGNORECASE)
_LEAD_WORDS = 3  # "The", "Try out": a linked name may follow
_SENTENCE = re.compile(
    r"^(?:\.\.|…|we|this|these|it|you|your|our|please|if|the\s+following|here|note|all|in\s+this|"
    r"for\s+more|see|there|when|to)(?:\s|\.)",
    re.IGNORECASE,
)


_VALUES = frozenset({"context", "size", "active", "bits", "date", "samples", "tokens", "price", "memory"})
"""Columns of values: what they link is where the value was found."""
_OTHERS = _VALUES | {
    "training", "base", "generator", "description", "examples", "maker", "keywords", "domain",
}  # fmt: skip
"""Columns whose links belong to other things, unless they are labelled; never those of _NEVER."""
_NEVER = _VALUES | {"training", "base", "generator", "licence", "stars", "supports"}


@dataclass(frozen=True, slots=True)
class Note:
    """A fact below an entry as "key: value" or as a labelled link."""

    key: str
    text: str
    links: tuple[Link, ...]
    block: int


@dataclass(slots=True)
class Entry:
    """A list item, table row or heading that stands for a thing, before its kind is known.

    ``shape``: item, row, heading or step; ``form``: how the name was found; ``column``: the kind
    that the column of names gives; ``within``: where the name leads in the repository of the list, as
    written; ``shields``: the text and colour of each badge, sorted into
    ``named`` and ``badges`` (names, sure and likely) and ``tags`` once the whole list is known.
    """

    block: int
    line: int
    end_line: int
    path: tuple[Section, ...]
    shape: str
    name: str
    form: str
    own: str
    aliases: tuple[str, ...] = ()
    main: Link | None = None
    links: tuple[Link, ...] = ()
    bad: tuple[str, ...] = ()
    within: str = ""
    prefix: str = ""
    lead: str = ""
    tail: tuple[str, ...] = ()
    description: str = ""
    cells: tuple[Cell, ...] = ()
    column: Kind | None = None
    notes: list[Note] = field(default_factory=list)
    number: int = 0
    shields: tuple[tuple[str, str], ...] = ()
    named: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    asides: tuple[Link, ...] = ()
    beside: tuple[Link, ...] = ()
    all_links: tuple[Link, ...] = ()

    @property
    def heading(self) -> tuple[str, ...]:
        """The path of headings as a place keeps it."""
        return tuple(section.text for section in self.path)

    def gather(self) -> None:
        """Collect every link but the main one: own ones, those of cells, those of notes."""
        cells = (
            x
            for c in self.cells
            for x in c.links
            if c.role not in _NEVER and (c.role not in _OTHERS or x.label or x.role == "paper")
        )
        beside = [*self.links, *cells, *(x for n in self.notes for x in n.links)]
        self.beside = tuple(link for link in dict.fromkeys(beside) if link != self.main)
        self.all_links = (self.main, *self.beside) if self.main else self.beside


def deciding(path: tuple[Section, ...]) -> Heading | None:
    """The innermost heading of a path that is META, a TYPE or a TOPIC.

    "Overview" and its like are about the list only where no TYPE or TOPIC stands above them.
    """
    for at in range(len(path) - 1, -1, -1):
        read = heading(path[at].text)
        if (
            read.role is Role.META
            and read.weak
            and any(heading(s.text).role in (Role.TYPE, Role.TOPIC) for s in path[:at])
        ):
            continue
        if read.role in (Role.META, Role.TYPE, Role.TOPIC):
            return read
    return None


def section_kind(path: tuple[Section, ...]) -> Kind | None:
    """The kind that the nearest TYPE heading gives, whatever topics stand between."""
    for section in reversed(path):
        read = heading(section.text)
        if read.role is Role.TYPE:
            return read.kind
    return None


def unusable(href: str) -> bool:
    """Whether an address is neither of the web nor within the repository of the list."""
    return bool(href) and not is_address(href) and not is_relative(href)


def fill(entry: Entry, title: Title, parts: Sequence[Unit]) -> None:
    """Links, badges, tags, description and the segments behind the name."""
    entry.name, entry.main = title.name, title.main
    found = [u.link for u in (*title.head, *title.rest) if u.link]
    if not any(x.role == "code" for x in found) and not (entry.main and entry.main.role == "code"):
        pages = [starred_repository(u.href) for u in parts if u.kind == "badge"]
        found += [x for page in pages if page and (x := link_of("", page))]
    aside = asides(title.rest)
    entry.links = tuple(x for x in dict.fromkeys(found) if x != entry.main and x not in aside)
    entry.asides = aside
    entry.tail = (*published_badges(parts), *segments(title.rest))
    shown = ((badge_text(u.href), u.href) for u in parts if u.kind == "badge" and not u.link)
    entry.shields = tuple((text, badge_colour(src)) for text, src in shown if text)
    entry.tags = tuple(
        u.text.strip() for u in title.rest if u.kind == "text" and "c" in u.style and u.text.strip()
    )
    entry.marked = tuple(u.text.strip() for u in parts if "u" in u.style and u.text.strip())
    entry.description = description(title.rest)


def published_badges(parts: Iterable[Unit]) -> tuple[str, ...]:
    """The venues that badges show: "Conference: ICML'23"."""
    return tuple(v for u in parts if u.kind == "badge" and (v := badge_venue(u.source or u.href)))


def segments(rest: list[Unit]) -> tuple[str, ...]:
    """The text behind a name, cut at breaks and changes of style, without labels and asides."""
    out: list[str] = []
    for unit in rest:
        if unit.kind == "break":
            out.append("")
        elif unit.kind == "text" and "d" not in unit.style:
            for line in unit.text.split(BREAK):
                if unit.style and out and out[-1].strip():
                    out.append("")
                out.append(line)
        elif unit.kind == "link" and not (unit.link and unit.link.label):
            out.append(unit.text)
    return tuple(s for s in (" ".join(x.split()) for x in out if x) if _WORDY.search(s))[:_MAX_TAIL]


def description(rest: list[Unit]) -> str:
    """The text behind a name as one line: without labels, badges and the separator before it."""
    text = ""
    for unit in rest:
        if unit.kind == "text":
            text += unit.text
        elif unit.kind == "break":
            text += " "
        elif unit.kind == "link" and not (unit.link and unit.link.label):
            text += unit.text
    text = " ".join(text.split())
    if text.isascii() and "(" not in text and "[" not in text:
        return text.strip(_AROUND).strip()
    text = _EMPTY_BRACKETS.sub(" ", text)
    text = _EMPTIED_BRACKETS.sub(" ", text)
    return " ".join(text.split()).strip(_AROUND).strip()


def name_from_key(entry: Entry, own: str) -> bool:
    """Take the name of an item that has only labels or a bare address from its address."""
    only = entry.links[0] if len(entry.links) == 1 and not entry.main else None
    if only and only.role in _SHOWN and " " in only.text and own == only.text and not _LINK.search(own):
        entry.name, entry.main, entry.form, entry.links = only.text, only, "link", ()
        return True  # nothing but a link whose words elsewhere are a label: "Tech Videos"
    link = entry.main or next((x for x in entry.links if x.role in ("code", "model", "dataset")), only)
    if link is None or link.identifier.scheme not in ("github", "gitlab", "hf"):
        return False
    entry.name = link.url.rstrip("/").split("/")[-1].split("?")[0].split("#")[0]
    entry.main, entry.form = link, "url"
    return bool(entry.name) and bool(own)


def plain_name(entry: Entry, title: Title, path: tuple[Section, ...], own: str) -> str:
    """Cut the name out of plain text; the reason if it holds none, else ""."""
    kind = section_kind(path)
    text = cleaned(title.name)
    if not entry.links and memory_in(own):
        entry.name = text
        return ""
    link = title.rest[0] if title.rest and not title.bracketed else None
    if link is not None and (link.kind != "link" or (link.link and link.link.label)):
        link = None
    labelled = any(x.label for x in entry.links) or any(u.kind == "badge" for u in title.rest)
    papers = any(x.role == "paper" for x in entry.links) and (labelled or is_title(text))
    leads = link is not None and title.name.strip().endswith((":", "："))  # noqa: RUF001
    named = kind is not Kind.PAPER and not is_title(text) and _NAMED.match(text)
    told = is_title(text) and any(x.label and x.role == "paper" for x in entry.links)
    published = not entry.links and is_title(text) and entry.lead and venue_in([entry.lead]).name
    if published or (papers and (kind is not Kind.APPLICATION or told) and not leads and not named):
        return _as_title(entry, _EMPTY_LABEL.sub("", text))
    name, said = split_text(title.name)
    name = cleaned(name)
    if link:
        return _before_link(entry, title, link, name, said, kind)
    if kind is Kind.PAPER and is_title(text) and not said.endswith("."):
        return _as_title(entry, text)
    asked = bool(path) and _QUESTION.search(path[-1].text)
    lost = not entry.links and (deciding(path) is None or asked)
    ended = name.endswith((".", "!")) and not said
    if lost or ended or len(name.split()) > MAX_NAME_WORDS or _SENTENCE.match(name):
        return "plain text"
    entry.name = name
    entry.description = f"{said} {entry.description}".strip(" -–—:|,") if said else entry.description
    return ""


def _as_title(entry: Entry, text: str) -> str:
    """Take a plain text as the title of a paper, without what stands behind it."""
    entry.name, cut = cut_title(text)
    entry.tail = (*([cut] if cut else []), *entry.tail)
    return ""


def _before_link(entry: Entry, title: Title, link: Unit, name: str, said: str, kind: Kind | None) -> str:
    """Plain text with a link behind it: the text is the name, or a prefix of the linked name."""
    text = title.name.strip()
    ends = bool(re.search(r"(?:[:：]|\s[-–—])$", text)) or bool(said)  # noqa: RUF001
    if ends and kind in (Kind.TUTORIAL, Kind.PAPER) and not said:
        inner = find_title([link, *title.rest[title.rest.index(link) + 1 :]])
        entry.prefix = name
        entry.name, entry.main, entry.form = inner.name, inner.main, "link"
        entry.tail, entry.description = segments(inner.rest), description(inner.rest)
        entry.links = tuple(x for x in entry.links if x != entry.main)
        return ""
    paper = link.link if kind is Kind.PAPER and is_title(link.text) else None
    if not ends and paper and paper.role == "paper":
        entry.name, entry.main, entry.form = link.text, paper, "link"
        entry.links = tuple(x for x in entry.links if x != paper)
        entry.asides = tuple(x for x in entry.asides if x != paper)
        return ""
    if not ends and (len(text.split()) > _LEAD_WORDS or not re.search(r"[A-Z\d]|[^\x00-\x7f]", link.text)):
        return "sentence with a link"
    if not ends:
        entry.name, entry.main, entry.form = link.text, link.link, "link"
        entry.links = tuple(x for x in entry.links if x != entry.main)
        return ""
    if len(name.split()) > MAX_NAME_WORDS or _SENTENCE.match(name):
        return "sentence with a link"
    entry.name = name
    entry.description = " ".join(x for x in (said, entry.description) if x)
    return ""


_VENUE_CUT = re.compile(
    r"[,.]?\s+(?:in\s+)?(?:Findings\s+of\s+)?(?:arXiv|NeurIPS|NIPS|ICML|ICLR|ACL|EMNLP|NAACL|EACL|CVPR|"
    r"ICCV|ECCV|AAAI|IJCAI|COLING|"
    r"MLSys|TMLR|JMLR|COLM|INTERSPEECH|ICASSP|KDD|ASPLOS|OSDI|SOSP|MobiCom|"
    r"Preprint)(?:\s+\w+){0,2}[ ,.'’]*(?:20)?\d\d\b",
    re.IGNORECASE,
)
_EMPTY_LABEL = re.compile(r"\s*[\[(]+\s*(?:paper|pdf|code)\s*[\])]+$", re.IGNORECASE)
_AUTHORS = re.compile(
    r"(?P<title>(?:[^,]|,(?!\s*[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}\s*,)){20,}?),\s*"
    r"(?P<cut>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}(?:,\s*[A-Z][\w.'’-]*(?:\s[\w.'’-]+){0,3}){0,12},\s*(?:19|20)\d\d)"
)
"""A title with its authors and the year behind it, all told apart by commas."""
_NEXT_SENTENCE = re.compile(r"(?<=[a-z\d)][.?!])\s+(?=[A-Z])")


def cut_title(text: str) -> tuple[str, str]:
    """A title without the authors and the venue behind it, and these.

    >>> cut_title("Foo: bars for all. A. Bee, C. Dee. arXiv 2024")
    ('Foo: bars for all', 'A. Bee, C. Dee. arXiv 2024')
    >>> cut_title("Foos and all their bars, A. Bee, C.Dee, 2015")
    ('Foos and all their bars', 'A. Bee, C.Dee, 2015')
    >>> cut_title("Foo: bars for all, ICML, 2025")
    ('Foo: bars for all', 'ICML, 2025')
    """
    if found := _NEXT_SENTENCE.search(text):
        behind = text[found.end() :]
        if "," in behind or "et al" in behind or re.search(r"(?:19|20)\d\d", behind):
            return text[: found.start()].rstrip("."), behind
    if text[-4:].isdigit() and (found := _AUTHORS.fullmatch(text)):
        return found["title"], found["cut"]
    if found := _VENUE_CUT.search(text):
        return text[: found.start()].rstrip(" ,.-"), text[found.start() :].strip(" ,.-")
    return re.sub(r"\s+[-–—]$", "", text), ""
