"""A list that states its facts: entries by kind, and below each entry a bullet a fact.

Nothing is guessed: sections are kinds, the words before a colon are predicates, and what a fact
refers to is linked by an anchor of the entry. ``kg export --markdown`` writes this form; people who
want no rule between their words and the graph write it, too (``docs/reading-lists.md``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ingest.fates import Fate, ItemRecord
from kg.drafts import unnamed
from kg.identifiers import CODE_HOSTS, DECISIVE, Identifier, identify
from kg.model import Claim, Literal, Mention, Problem
from kg.vocabulary import Kind, Predicate

from .blocks import Block, Outline, Piece, own_end, plain
from .draft import Draft

RULE = "stated"
CONFIDENCE = 0.95
"""The most that any rule may have; somebody means what they write in this form."""

ALIAS, IDENTIFIER = "also called", "identifier"
_MARKER = re.compile(r"\s*<!--\s*kg:stated\b")
_FIRST_LINES = 20
_ANCHOR = re.compile(r'<a id="([^"\s<>]+)"></a>')
_DATATYPES = "string|integer|decimal|iri|date"
_AS = re.compile(rf" as ({_DATATYPES})(?=$| \(|, |\))")
_NAME = re.compile(r"([a-z][a-z_]*): $")


def is_stated(doc: Outline) -> bool:
    """Whether the list says of itself that it states its facts, in a comment among its first lines."""
    return any(_MARKER.match(line) for line in doc.source[:_FIRST_LINES])


@dataclass(frozen=True, slots=True)
class _Token:
    """A stretch of a fact: text, a span of code, or a reference to the entry of an anchor."""

    kind: str
    text: str


@dataclass(slots=True)
class _Entry:
    block: Block
    mention: Mention
    facts: list[Block]
    about: str
    said: Literal | None = None  # what the link of the name says
    claims: list[Claim] = field(default_factory=list)
    told: Predicate = Predicate.HOMEPAGE


@dataclass(slots=True)
class Stated:
    """What has been read: the draft is full, ``fates`` and ``problems`` tell what became of the lines."""

    fates: list[Fate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


Qualifiers = tuple[tuple[str, Mention | Literal], ...]
Fact = tuple[Predicate, Mention | Literal, Qualifiers]


class _Unreadable(ValueError):
    """A fact that does not say what it should; the message is for people."""


def read_stated(doc: Outline, draft: Draft) -> Stated:
    """What became of each block, in no order; mentions and claims are in ``draft``."""
    out = Stated()
    entries: list[_Entry] = []
    anchors: dict[str, Mention] = {}
    for index, block in enumerate(doc.blocks):
        kind = _kind(block)
        if block.kind == "item" and block.parent < 0 and kind is not None:
            entry = _entry(doc, block, kind, draft)
            entries.append(entry)
            for line in doc.source[block.line - 1 : own_end(doc.blocks, block)]:
                anchors |= dict.fromkeys(_ANCHOR.findall(line), entry.mention)
        elif block.kind != "item" or kind is None or not _within(doc, index):
            reason = {"title": "title", "heading": "heading"}.get(block.kind, "prose")
            reason = "table of contents" if block.kind == "item" and kind is None else reason
            out.fates.append(Fate(block.line, own_end(doc.blocks, block), "ignored", reason))
    for entry in entries:
        _tell(entry, anchors, doc, draft, out)
    return out


def _kind(block: Block) -> Kind | None:
    try:
        return Kind.of(block.path[-1].text) if block.path else None
    except KeyError:
        return None


def _within(doc: Outline, index: int) -> bool:
    """Whether an item is a fact: right below an entry."""
    parent = doc.blocks[index].parent
    return parent >= 0 and doc.blocks[parent].parent < 0


# ------------------------------------------------------------------------------- entries


def _entry(doc: Outline, block: Block, kind: Kind, draft: Draft) -> _Entry:
    facts = [doc.blocks[i] for i in block.children]
    name, href, about = _named(block.pieces)
    identifiers = [found] if (found := identify(href)) else []
    aliases: list[str] = []
    for fact in facts:
        key, tokens = _fact(fact)
        if key == ALIAS:
            aliases.append(_text(tokens))
        elif key == IDENTIFIER:
            scheme, colon, value = _text(tokens).partition(":")
            identifiers += [Identifier(scheme, value)] if colon and scheme else []
    identifiers = sorted(set(identifiers))
    if name == unnamed(tuple(identifiers)):
        name = ""
    end = own_end(doc.blocks, block)
    place = draft.place(
        tuple(s.text for s in block.path), plain(block.pieces) or str(block.line), block.line, end
    )
    mention = Mention(place, name, kind, RULE, CONFIDENCE, tuple(identifiers), tuple(aliases))
    draft.mentions.setdefault(mention)
    entry = _Entry(block, mention, facts, about)
    if found and found.scheme not in DECISIVE:
        entry.told = Predicate.HAS_CODE if found.scheme in CODE_HOSTS else Predicate.HOMEPAGE
        entry.said = Literal(href, entry.told.datatype)
    return entry


def _named(pieces: Sequence[Piece]) -> tuple[str, str, str]:
    """The name that opens an entry, where it leads, and the words behind it.

    Behind a linked name stand the words of a description; behind a bare one they are in italics.
    """
    first = next((p for p in pieces if p.href), None)
    if first is not None:
        end = max(i for i, p in enumerate(pieces, 1) if p.link == first.link)
        about = plain(pieces[end:]).removeprefix("- ")
        return _decoded([p for p in pieces if p.link == first.link]), first.href, about
    end = next((i for i, p in enumerate(pieces) if "i" in p.style), len(pieces))
    if 0 < end < len(pieces) and pieces[end - 1].text.endswith(" - "):
        before = pieces[end - 1]._replace(text=pieces[end - 1].text[:-3])
        return _decoded([*pieces[: end - 1], before]), "", plain(pieces[end:])
    return _decoded(pieces), "", ""


def _tell(entry: _Entry, anchors: dict[str, Mention], doc: Outline, draft: Draft, out: Stated) -> None:
    """Claim what the link, the words behind the name and the facts of an entry say."""
    if entry.said:
        _claim(entry, entry.told, entry.said, (), draft)
    if entry.about:
        _claim(entry, Predicate.DESCRIPTION, Literal(entry.about), (), draft)
    for fact in entry.facts:
        end = own_end(doc.blocks, fact)
        try:
            key, tokens = _fact(fact)
            if key not in (ALIAS, IDENTIFIER):
                for predicate, value, qualifiers in _said(key, tokens, anchors):
                    _claim(entry, predicate, value, qualifiers, draft)
            out.fates.append(Fate(fact.line, end, "used", "part of the item above"))
        except _Unreadable as error:
            out.problems.append(Problem(fact.line, str(error)))
            out.fates.append(Fate(fact.line, end, "ignored", "no fact"))
    mention = entry.mention
    arxiv = tuple(i.value for i in mention.identifiers if i.scheme == "arxiv")
    repo = next((str(i) for i in mention.identifiers if i.scheme in (*CODE_HOSTS, "hf")), "")
    href = next((p.href for p in entry.block.pieces if p.href), "")
    told = ItemRecord(mention, tuple(entry.claims), href, arxiv, repo, mention.place.heading[-1])
    out.fates.append(Fate(entry.block.line, own_end(doc.blocks, entry.block), "used", RULE, told))


def _claim(
    entry: _Entry,
    predicate: Predicate,
    value: Mention | Literal,
    qualifiers: Qualifiers,
    draft: Draft,
) -> None:
    subject = entry.mention
    made = Claim(subject, predicate, value, (subject.place,), RULE, CONFIDENCE, qualifiers)
    draft.claims.setdefault(made)
    entry.claims.append(made)


# --------------------------------------------------------------------------------- facts


def _fact(block: Block) -> tuple[str, list[_Token]]:
    """The words before the first colon, in small letters, and what stands behind it."""
    tokens = _tokens(block.pieces)
    if not tokens or tokens[0].kind != "text":
        return "", tokens
    key, colon, rest = tokens[0].text.partition(":")
    if not colon:
        return "", tokens
    rest = rest.removeprefix(" ")
    return key.strip().casefold(), [*([_Token("text", rest)] if rest else []), *tokens[1:]]


def _sort(piece: Piece) -> tuple[int, bool]:
    """What tells a piece from its neighbours: the number of its link, or that it is code."""
    return (piece.link, False) if piece.href else (0, "c" in piece.style)


def _tokens(pieces: Sequence[Piece]) -> list[_Token]:
    found: list[_Token] = []
    last = max((i for i, piece in enumerate(pieces, 1) if piece.text.strip()), default=0)
    for (link, code), group in groupby(pieces[:last], key=_sort):
        run = list(group)
        if link:
            found.append(_Token("link", run[0].href))
        elif code:
            found.append(_Token("code", _unquoted("".join(p.text for p in run))))
        else:
            found.append(_Token("text", "".join(p.text for p in run)))
    return found


def _decoded(pieces: Sequence[Piece]) -> str:
    """The name that these pieces show: code is taken word for word."""
    kept = [p for p in pieces if p.text.strip() and not p.image]
    if kept and all("c" in p.style for p in kept):
        return _unquoted("".join(p.text for p in kept))
    return plain(kept)


def _text(tokens: Sequence[_Token]) -> str:
    if len(tokens) == 1 and tokens[0].kind == "code":
        return tokens[0].text
    return " ".join("".join(t.text for t in tokens).split())


def _unquoted(text: str) -> str:
    """A span of code as the text it stands for: JSON where it begins with a quotation mark."""
    if text.startswith('"'):
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, str) else text
    return text


def _said(key: str, tokens: list[_Token], anchors: dict[str, Mention]) -> Iterator[Fact]:
    try:
        predicate = Predicate.of(key)
    except KeyError:
        raise _Unreadable(f"no predicate {key!r}") from None
    if not tokens:
        raise _Unreadable(f"{key}: nothing is said")
    if all(token.kind == "text" for token in tokens):
        yield predicate, Literal(_text(tokens), predicate.datatype), ()
        return
    yield from _Facts(predicate, tokens, anchors).read()


class _Facts:
    """References and spans of code, told apart by commas, each with what narrows it in brackets."""

    def __init__(self, predicate: Predicate, tokens: list[_Token], anchors: dict[str, Mention]) -> None:
        self.predicate, self.anchors = predicate, anchors
        self.tokens = list(tokens)

    def read(
        self,
    ) -> Iterator[Fact]:
        while True:
            value = self.value(self.predicate.datatype)
            qualifiers = tuple(self.qualifiers()) if self.take(" (") else ()
            yield self.predicate, value, qualifiers
            if not self.tokens:
                return
            if not self.take(", "):
                raise _Unreadable(f"{self.predicate.label}: a comma or the end was expected")

    def value(self, datatype: str) -> Mention | Literal:
        token = self.tokens.pop(0) if self.tokens else _Token("text", "")
        if token.kind == "link":
            anchor = token.text.removeprefix("#")
            if anchor == token.text and datatype == "iri":
                return Literal(token.text, datatype)
            if anchor == token.text or anchor not in self.anchors:
                raise _Unreadable(f"{self.predicate.label}: no entry has the anchor {token.text}")
            return self.anchors[anchor]
        if token.kind != "code":
            raise _Unreadable(f"{self.predicate.label}: a link to an entry or a value in `code` was expected")
        if self.tokens and self.tokens[0].kind == "text" and (found := _AS.match(self.tokens[0].text)):
            datatype = found[1]
            self.skip(found.end())
        return Literal(token.text, datatype)

    def qualifiers(self) -> Iterator[tuple[str, Mention | Literal]]:
        while True:
            named = (
                _NAME.match(self.tokens[0].text) if self.tokens and self.tokens[0].kind == "text" else None
            )
            if named is None:
                raise _Unreadable(f"{self.predicate.label}: a name and a value were expected in the brackets")
            self.tokens.pop(0)
            yield named[1], self.value("string")
            if self.take(")"):
                return
            if not self.take(", "):
                raise _Unreadable(f"{self.predicate.label}: the bracket does not end")

    def take(self, text: str) -> bool:
        """Whether that text comes next; then it is read."""
        if self.tokens and self.tokens[0].kind == "text" and self.tokens[0].text.startswith(text):
            self.skip(len(text))
            return True
        return False

    def skip(self, count: int) -> None:
        rest = self.tokens[0].text[count:]
        self.tokens[:1] = [_Token("text", rest)] if rest else []
