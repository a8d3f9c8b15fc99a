"""The entries of a list: which items, rows and headings are things, and why the others are not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .blocks import MAX_SECTIONS, Block, Outline, Section, own_end, plain
from .entries import (
    MAX_NAME_WORDS,
    MAX_TITLE_WORDS,
    Entry,
    Note,
    deciding,
    description,
    fill,
    name_from_key,
    plain_name,
    section_kind,
    segments,
    unusable,
)
from .headings import Role, bare, heading
from .links import (
    Unit,
    asides,
    is_described,
    is_relative,
    label_role,
    relabelled,
    units,
    within_repository,
)
from .tables import read_row
from .titles import MAX_NAME, cleaned, find_title, is_title, split_alias

GROUP_LEVEL = 9
MAX_ENTRIES = 10_000  # a list that people keep has some thousands at most
TOO_MANY = "too many entries"
_WORDY = re.compile(r"\w")
_PLACEHOLDER = re.compile(
    r"\W*+(?:(?:please\s+)?(?:add|insert|put|submit|share|list)\s+(?:your|more|a|an|new)\b.*|"
    r"your\s+.{0,40}\bhere\b.*|"
    r"to\s+be\s+(?:added|updated|continued|announced)|coming\s+soon|tbd|tba|todo|wip|work\s+in\s+progress|"
    r"more\s+to\s+come|placeholder|lorem\s+ipsum|example\s+entry|待补充|待更新|敬请期待|n/?a|none|empty)\W*+",
    re.IGNORECASE,
)
_KEY = re.compile(r"^\W{0,3}(?P<key>[^:：\n]{1,40}?)\s*[:：](?!//)\s*")  # noqa: RUF001
_NO_ITEM = {"header": "table header", "code": "code block", "summary": "heading", "title": "title"}


@dataclass(slots=True)
class Items:
    """All entries in document order; ``ignored`` says of every other block why."""

    entries: list[Entry]
    ignored: dict[int, str]
    consumed: dict[int, int]  # block of a note -> block of its entry
    paths: dict[int, tuple[Section, ...]]


def read_items(doc: Outline) -> Items:
    """The entries of a list and the reason for everything that is none."""
    reader = _Reader(doc)
    for index, block in enumerate(doc.blocks):
        if index in reader.ignored or index in reader.consumed:
            continue
        reader.take(index, block)
    reader.entries.sort(key=lambda e: e.block)
    _mark_short_names(doc, reader.entries)
    for entry in reader.entries:
        entry.gather()
    return Items(reader.entries, reader.ignored, reader.consumed, reader.paths)


def _mark_short_names(doc: Outline, entries: list[Entry]) -> None:
    """Tell a keywords column of short names (each its own) from one of topics (often repeated)."""
    tables: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.shape == "row":
            tables.setdefault(doc.blocks[entry.block].table, []).append(entry)
    for rows in tables.values():
        words = [c.text.casefold() for e in rows for c in e.cells if c.role == "keywords" and c.text]
        if len(words) < 5 or len(set(words)) < 0.9 * len(words):  # noqa: PLR2004 - mostly distinct
            continue
        for entry in rows:
            entry.cells = tuple(
                replace(c, role="short") if c.role == "keywords" and _SHORT.fullmatch(c.text) else c
                for c in entry.cells
            )


_SHORT = re.compile(r"\S+|(?:[A-Z][\w-]*\s){1,2}(?:[A-Z]{2,}\w*|v?\d[\w.]*)")


class _Reader:
    """One pass over the blocks, parents before children."""

    def __init__(self, doc: Outline) -> None:
        self.blocks = doc.blocks
        self.entries: list[Entry] = []
        self.ignored: dict[int, str] = {}
        self.consumed: dict[int, int] = {}
        self.paths: dict[int, tuple[Section, ...]] = {}
        self.inner: dict[int, tuple[Section, ...]] = {}  # path of the children of a group
        self._parts: dict[int, tuple[Unit, ...]] = {}
        self._texts: dict[int, str] = {}

    def parts(self, index: int) -> tuple[Unit, ...]:
        """The units of a block, worked out once: several rules look at them."""
        if (known := self._parts.get(index)) is None:
            known = self._parts[index] = tuple(units(self.blocks[index].pieces))
        return known

    def text(self, index: int) -> str:
        """The plain text of a block, worked out once."""
        if (known := self._texts.get(index)) is None:
            known = self._texts[index] = plain(self.blocks[index].pieces)
        return known

    def take(self, index: int, block: Block) -> None:
        """Decide what one block is."""
        path = self.inner.get(block.parent, block.path) if block.parent >= 0 else block.path
        self.paths[index] = path
        self.inner[index] = path
        if len(self.entries) >= MAX_ENTRIES and block.kind in ("item", "row", "heading"):
            self.ignored[index] = TOO_MANY
            return
        if block.kind == "prose" and self.is_bold_item(index):
            self.take_item(index, block, path)
        elif block.kind in ("title", "summary", "code", "header", "prose"):
            self.ignored[index] = _NO_ITEM.get(block.kind, "prose")
        elif block.kind == "heading":
            self.take_heading(index, block)
        elif (decision := deciding(path)) and decision.role is Role.META:
            last = next(s for s in reversed(path) if heading(s.text).role is Role.META)
            if block.children and heading(bare(self.text(index))).role is Role.TYPE:
                self.take_item(index, block, path)  # a named group within a section about the list
                return
            toc = bool(re.search(r"contents?|toc|目录|index|navigation", last.text, re.IGNORECASE))
            self.ignored[index] = "table of contents" if toc else "section about the list itself"
        elif block.kind == "row":
            self.take_row(index, block, path)
        else:
            self.take_item(index, block, path)

    def is_bold_item(self, index: int) -> bool:
        """Whether a paragraph is an item: a bold title with labelled links behind it."""
        decision = deciding(self.blocks[index].path)
        if decision is None or decision.role is Role.META:
            return False
        parts = [u for u in self.parts(index) if u.text.strip() or u.href]
        bold = bool(parts) and "b" in parts[0].style and is_title(cleaned(parts[0].text))
        return bold and any(u.link and u.link.label for u in parts[1:])

    # ----------------------------------------------------------------------------- rows

    def take_row(self, index: int, block: Block, path: tuple[Section, ...]) -> None:
        row = read_row(block)
        if row.reason:
            self.ignored[index] = row.reason
            return
        if _PLACEHOLDER.fullmatch(row.name):
            self.ignored[index] = "placeholder"
            return
        own = " | ".join(plain(c, images=True) for c in block.cells)
        about = [c.text for c in row.cells if c.role == "description" and c.text]
        beside = description(list(row.rest)).strip("() ")
        if beside and not is_title(row.name) and re.search(r"\s", beside):
            about.insert(0, beside)  # behind the name in its own cell
        bad = tuple(p.href for c in block.cells for p in c if unusable(p.href))
        name, aliases = split_alias(row.name)
        entry = Entry(index, block.line, block.end_line, path, "row", name, row.form, own, aliases)
        entry.main, entry.links, entry.bad = row.main, row.links, tuple(dict.fromkeys(bad))
        entry.within, entry.prefix, entry.tail = row.within, row.prefix, segments(list(row.rest))
        entry.description, entry.cells, entry.column = ". ".join(about), row.cells, row.kind
        self.entries.append(entry)

    # ------------------------------------------------------------------------- headings

    def take_heading(self, index: int, block: Block) -> None:
        """A heading is an item if it links out, or if only facts about it stand below it."""
        text = self.text(index)
        read = heading(text)
        self.ignored[index] = "heading"
        parts = self.parts(index)
        if read.role is Role.META or not text or (read.role is Role.FACET and not any(u.link for u in parts)):
            return
        linked = any(u.link and not u.link.label and u.kind == "link" for u in parts)
        below, notes, prose = self.below(index)
        told = bool(notes) and len(notes) == len(below)
        if not (
            (linked and (told or not below))
            or (told and read.role in (Role.NONE, Role.TOPIC))
            or (prose and not below and (read.role in (Role.NONE, Role.TOPIC) or section_kind(block.path)))
        ):
            return
        title = find_title(list(parts))
        name = cleaned(bare(title.name if title.form == "link" and is_title(title.name) else text))
        if not name or len(name.split()) > MAX_TITLE_WORDS:
            return
        del self.ignored[index]
        own = plain(block.pieces, images=True)
        name, aliases = split_alias(name)
        links = [u.link for u in parts if u.link and u.link != title.main]
        said = [self.text(i) for i in prose]
        for i in prose:
            links += [u.link for u in self.parts(i) if u.link and u.link.label]
            self.consumed[i] = index
            self.ignored.pop(i, None)
        entry = Entry(index, block.line, block.end_line, block.path, "heading", name, "heading", own, aliases,
                      title.main, tuple(links), description=said[0] if said else "")  # fmt: skip
        for i in notes:
            self.consume(entry, i)
        self.entries.append(entry)

    def below(self, index: int) -> tuple[list[int], list[int], list[int]]:
        """The items, the notes among them, and the paragraphs with labels right below a heading."""
        block = self.blocks[index]
        items: list[int] = []
        notes: list[int] = []
        prose: list[int] = []
        for i in range(index + 1, len(self.blocks)):
            other = self.blocks[i]
            if other.kind in ("heading", "title", "summary") or len(other.path) <= len(block.path):
                if other.kind in ("heading", "summary") and len(other.path) > len(block.path):
                    items.append(i)
                break
            if other.kind == "prose":
                if any(u.link and u.link.label for u in self.parts(i)):
                    prose.append(i)
            elif other.kind in ("row", "header"):
                items.append(i)
            elif other.kind == "item" and other.parent < 0:
                items.append(i)
                if self.is_fact(i) or (notes and _KEY.match(self.text(i)) and not other.number):
                    notes.append(i)
        if prose:
            first = next(i for i in range(index + 1, len(self.blocks)) if self.blocks[i].kind == "prose")
            prose = sorted({first, *prose})
        return items, notes, prose

    # ---------------------------------------------------------------------------- items

    def take_item(self, index: int, block: Block, path: tuple[Section, ...]) -> None:
        text = self.text(index)
        hrefs = [p.href for p in block.pieces if p.href]
        if hrefs and all(h.startswith("#") for h in hrefs):
            self.ignored[index] = "table of contents"
        elif not text and not hrefs:
            self.ignored[index] = "empty item"
        elif (not hrefs and not _WORDY.search(text)) or _PLACEHOLDER.fullmatch(text[:MAX_NAME]):
            self.ignored[index] = "placeholder"
        elif block.children and self.take_group(index, block, path, text):
            self.ignored[index] = "group label"
        elif owner := self.owner(index):
            self.consume(owner, index)
        elif isinstance(entry := self.entry(index, block, path), str):
            self.ignored[index] = entry
        else:
            # What is nested in a linked item and marked by nothing tells of it.
            told = bool(block.children) and (
                bool(entry.main or entry.links or entry.lead) or self.is_told(block)
            )
            for i in block.children:
                if self.is_note(i) or (told and not any(p.href or p.style for p in self.blocks[i].pieces)):
                    self.consume(entry, i)
            self.entries.append(entry)

    def take_group(self, index: int, block: Block, path: tuple[Section, ...], text: str) -> bool:
        """Whether an item is only the label of those below it; then it is a section of theirs."""
        title = find_title(list(self.parts(index)))
        linked = title.form in ("link", "url") or bool(title.lead and is_title(title.name))
        named = [i for i in block.children if not self.is_note(i)]
        if self.is_told(block):
            return False
        if linked or len(text.split()) > MAX_NAME_WORDS or 2 * len(named) < len(block.children):
            return False
        if len(path) >= MAX_SECTIONS:
            return False
        label = bare(text)
        if not label:
            return False
        self.inner[index] = (
            *path,
            Section(label, block.line, GROUP_LEVEL, block.end_line, tuple(block.pieces)),
        )
        return True

    def is_told(self, block: Block) -> bool:
        """Whether the items below an item tell of it: labelled links, and no links to other things."""
        links = [u for i in block.children for u in self.parts(i) if u.kind == "link"]
        return bool(links) and all(u.link and u.link.label for u in links)

    def owner(self, index: int) -> Entry | None:
        """The numbered item right above that an unnumbered fact or sentence is about, if any."""
        block = self.blocks[index]
        if block.parent >= 0 or block.number or not self.entries or not index:
            return None
        last, before = self.entries[-1], self.blocks[self.entries[-1].block]
        near = last.block == index - 1 or (
            index - 1 in self.consumed and self.consumed[index - 1] == last.block
        )
        if not near or not before.number or before.path != block.path or before.parent >= 0:
            return None
        first = next((u for u in self.parts(index) if u.text.strip()), None)
        return last if first and first.kind == "text" and not first.style else None

    def is_fact(self, index: int) -> bool:
        """Whether an item is "key: value", a labelled link or a bare address."""
        parts = [u for u in self.parts(index) if u.text.strip(" \n[]()") or u.href]
        if not parts:
            return True
        if parts[0].kind == "link":
            first = parts[0]
            label = label_role(first.text) and not is_described(parts, 0)
            return bool(label) or first.text.startswith(("http://", "https://"))
        key = _KEY.match(self.text(index))
        return bool(key and (label_role(key["key"]) or _FACT.fullmatch(key["key"].strip())))

    def is_note(self, index: int) -> bool:
        """Whether an item is a fact or a plain sentence: nothing with a name of its own."""
        if self.is_fact(index):
            return True
        parts = [u for u in self.parts(index) if u.text.strip() or u.href]
        addresses = ("http://", "https://", "www.")
        if parts[0].style or any(u.link and not u.text.startswith(addresses) for u in parts):
            return False
        text = self.text(index)
        return len(text.split()) > MAX_NAME_WORDS or text.endswith((".", "。"))

    def consume(self, entry: Entry, index: int) -> None:
        """Make an item below an entry one of its notes, and each item that is nested in it."""
        waiting = [index]
        while waiting:  # HTML may nest deeper than Python calls itself
            index = waiting.pop()
            self.note(entry, index)
            waiting += reversed(self.blocks[index].children)

    def note(self, entry: Entry, index: int) -> None:
        """Make an item one of an entry's notes."""
        block = self.blocks[index]
        text = self.text(index)
        found = _KEY.match(text)
        parts = self.parts(index)
        others = () if found else asides(list(parts))
        links = tuple(u.link for u in parts if u.link and u.link not in others)
        key = found["key"].strip() if found else next((x.text for x in links if x.label), "")
        if links and found and label_role(found["key"]):
            links = tuple(relabelled(x, found["key"]) for x in links)
        entry.notes.append(Note(key, text[found.end() :] if found else text, links, index))
        entry.bad += tuple(p.href for p in block.pieces if unusable(p.href))
        self.consumed[index] = entry.block

    def entry(self, index: int, block: Block, path: tuple[Section, ...]) -> Entry | str:  # noqa: PLR0911
        """The entry that an item holds, or the reason why it holds none."""
        parts = self.parts(index)
        title = find_title(list(parts))
        own = plain(block.pieces, images=True)
        entry = Entry(index, block.line, own_end(self.blocks, block), path, "item", "", title.form, own,
                      number=block.number)  # fmt: skip
        entry.bad = tuple(dict.fromkeys(p.href for p in block.pieces if unusable(p.href)))
        entry.prefix, entry.lead = title.prefix, title.lead
        decision = deciding(path)
        if block.number and decision and decision.guide and title.form != "link":
            entry.shape, entry.name = "step", own
            entry.links = tuple(u.link for u in parts if u.link)
            return entry
        fill(entry, title, parts)
        entry.within = "" if entry.main else within_repository(parts)
        if title.form in ("none", "url"):
            if not name_from_key(entry, own):
                return "link without a name" if parts and any(u.href for u in parts) else "no name"
        elif title.form == "text" and (reason := plain_name(entry, title, path, own)):
            return reason
        entry.name, entry.aliases = split_alias(cleaned(entry.name))
        bare_link = any(u.href for u in parts) and not (entry.main or entry.links or entry.description)
        if bare_link and all(is_relative(u.href) for u in parts if u.kind == "link"):
            return "link within the repository"
        if not _WORDY.search(entry.name) or _PLACEHOLDER.fullmatch(entry.name):
            return "placeholder" if entry.name else "no name"
        if len(entry.name.split()) > MAX_TITLE_WORDS:
            return "prose"
        return entry


_FACT = re.compile(
    r"(?:runs?\s+on|platforms?|os|requirements?|features?|released?|param(?:eter)?s|context|developer|"
    r"backends?|hardware|base(?:\s+model)?|install\w*|status|stars|"
    r"summary|description|licen[cs]e|cost|languages?|tasks?|size|samples?|data\s+generation\s+model|"
    r"model|homepage|author|"
    r"year|date|authors?|venue|tags?|type|format|usage|paper|related|note|链接|地址|简介|数据量|许可|语言|任务|作者|机构|"
    r".{0,8}(?:地址|链接|数据量|说明|方式|描述|任务|大小|时间))s?",
    re.IGNORECASE,
)
