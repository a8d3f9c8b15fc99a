"""A curated Markdown list, read: what it mentions and claims, and what became of its every line."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.fates import Fate, ItemRecord
from kg.identifiers import CODE_HOSTS
from kg.model import Claim, DocumentKind, Mention, Place, Problem, Reading, Revision, Span, blob_id
from kg.vocabulary import Kind, Predicate

from .badges import sort_badges
from .blocks import Outline, own_end
from .claims import Said, own_identifiers, say_hardware, say_links, say_makers
from .classify import classify
from .document import outline
from .draft import Draft, folded
from .introductions import say_introduced, say_papers
from .items import MAX_ENTRIES, TOO_MANY, Items, read_items
from .relations import say_about, say_examples, say_text
from .sections import learn_topics, say_topics, say_vendor
from .stated import is_stated, read_stated
from .tiers import Step, read_step, read_tier, say_guides, say_tier, tier_mention, tier_text
from .values import say_values

READER = "list/8"
"""The version of the rules: the same bytes read by a newer reader are read again."""

_ORDINARY = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
_GROUP_LEVELS = (0, 8, 9)


@dataclass(frozen=True, slots=True)
class ListReading:
    """What a list says (for the store) and the fate of its every line (for ``kg items``)."""

    reading: Reading
    fates: tuple[Fate, ...]


def read_list(
    content: bytes, *, name: str, page: str = "", commit: str = "", retrieved_from: str = ""
) -> ListReading:
    r"""What a list says, whatever its bytes: trouble is listed in ``reading.problems``.

    ``name`` names the list for ever (no path), ``page`` is where people read it.

    >>> text = b"# Foo\n\n## Models\n\n- [BarLM](https://github.com/bar/lm) - a 1B model"
    >>> read = read_list(text, name="foo")
    >>> read.reading.title, [(m.name, m.kind.label) for m in read.reading.mentions]
    ('Foo', [('BarLM', 'Model')])
    >>> [(f.line, f.fate, f.reason) for f in read.fates]
    [(1, 'ignored', 'title'), (3, 'ignored', 'heading'), (5, 'used', 'type-heading')]
    """
    with _no_collector():
        return _read(content, name=name, page=page, commit=commit, retrieved_from=retrieved_from)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Reading makes very many small values and no circles of them: to look for some takes a tenth of it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read(content: bytes, *, name: str, page: str, commit: str, retrieved_from: str) -> ListReading:
    """As :func:`read_list`."""
    doc = outline(content)
    draft = Draft(page)
    if is_stated(doc):
        stated = read_stated(doc, draft)
        fates = [*stated.fates, *_uncovered(doc, _covered(doc, stated.fates))]
        problems = [*doc.problems, *stated.problems]
    else:
        fates, problems = _understood(doc, draft)
    reading = Reading(
        f"list:{name}",
        DocumentKind.LIST,
        folded(doc.title, 300) or name,
        Revision(blob_id(content), READER, commit, retrieved_from, content=content),
        _in_order(draft.mentions, draft.spans),
        _claims_in_order(draft.claims, draft.spans),
        draft.spans,
        tuple(problems),
        page=page,
    )
    return ListReading(reading, tuple(sorted(fates, key=lambda f: (f.line, f.end_line))))


def _understood(doc: Outline, draft: Draft) -> tuple[list[Fate], list[Problem]]:
    """The fate of each line and the problems of a list as people write them."""
    items = read_items(doc)
    sort_badges(doc.blocks, items.entries)
    said = _mentioned(items, draft)
    _claimed(said, draft)
    problems = [*doc.problems, *_bad_links(items)]
    if TOO_MANY in items.ignored.values():
        problems.append(Problem(0, f"more than {MAX_ENTRIES} entries: the rest left out"))
    return _fates(doc, items, said), problems


def _mentioned(items: Items, draft: Draft) -> list[Said]:
    """Every entry with its place and mention; their names are known from here on."""
    out: list[Said] = []
    indexed: list[Mention | None] = []
    for entry in items.entries:
        place = draft.place(entry.heading, entry.own, entry.line, entry.end_line)
        if entry.shape == "step":
            mention = Mention(place, folded(entry.name, 300), Kind.TUTORIAL, "step", 0.5)
        elif tier := read_tier(tier_text(entry)):
            mention = tier_mention(draft, place, tier)
        else:
            guess = classify(entry)
            mention = draft.mention(
                place, entry.name, guess.kind, guess.rule, guess.confidence,
                identifiers=own_identifiers(entry, guess.kind), aliases=entry.aliases,
            )  # fmt: skip
            draft.learn(mention)
        out.append(Said(entry, place, mention))
        draft.things.append(mention)
        indexed.append(None if entry.shape == "step" or mention.kind is Kind.HARDWARE_TIER else mention)
    ordinary = {w for e in items.entries for w in _ORDINARY.findall(e.own)}
    draft.index_names(indexed, ordinary)
    learn_topics(draft, dict.fromkeys(s.entry.path for s in out))
    return out


def _claimed(said: list[Said], draft: Draft) -> None:
    """Let every entry claim what it claims, in document order."""
    guides: dict[tuple[int, ...], list[Step]] = {}
    for one in said:
        if one.entry.shape == "step":
            guide = guides.setdefault(tuple(s.line for s in one.entry.path), [])
            guide.append(read_step(one.entry, one, draft))
        elif one.mention.kind is Kind.HARDWARE_TIER:
            if tier := read_tier(tier_text(one.entry)):
                say_tier(one, draft, tier)
        else:
            for say in (
                _say_description, say_links, say_papers, say_introduced, say_values, say_makers, say_vendor,
                say_text, say_examples, say_about, say_hardware, say_topics,
            ):  # fmt: skip
                say(one, draft)
    say_guides(draft, guides.values())


def _say_description(said: Said, draft: Draft) -> None:
    if said.mention.kind is not Kind.PAPER or said.entry.shape == "row":
        text = said.entry.description
        if len(text) > 2:  # noqa: PLR2004 - more than a stray sign
            said.add(draft, Predicate.DESCRIPTION, text, "description", 0.9)


def _line(span: Span | None) -> int:
    return span.line if span else 0


def _in_order(mentions: dict[Mention, None], spans: dict[Place, Span]) -> tuple[Mention, ...]:
    return tuple(sorted(mentions, key=lambda m: _line(spans.get(m.place))))


def _claims_in_order(claims: dict[Claim, None], spans: dict[Place, Span]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=lambda c: _line(spans.get(c.places[-1]))))


def _bad_links(items: Items) -> list[Problem]:
    """The links that are no addresses of the web, as problems."""
    out: dict[Problem, None] = {}
    for entry in items.entries:
        for href in entry.bad:
            if not href.startswith("#"):
                out.setdefault(Problem(entry.line, f"link left out: {folded(href, 80)}"))
    return list(out)


# -------------------------------------------------------------------------------- fates


def record(said: Said, title: str) -> ItemRecord:
    """The entry as ``kg items`` shows it."""
    entry = said.entry
    links = entry.all_links
    arxiv = tuple(dict.fromkeys(x.identifier.value for x in links if x.identifier.scheme == "arxiv"))
    repos = [
        x.identifier for x in links if x.identifier.scheme in CODE_HOSTS and x.role not in ("demo", "blog")
    ]
    hubs = [x.identifier for x in links if x.identifier.scheme == "hf"]
    headings = [s.text for s in entry.path if s.level not in _GROUP_LEVELS]
    first = [entry.main.identifier] if entry.main and entry.main.identifier in (*repos, *hubs) else []
    repo = next((str(i) for i in (*first, *repos, *hubs)), "")
    return ItemRecord(
        said.mention,
        tuple(said.claims),
        links[0].url if links else entry.within,
        arxiv,
        repo,
        headings[-1] if headings else title,
    )


def _fates(doc: Outline, items: Items, said: Sequence[Said]) -> list[Fate]:
    """One fate for every block, then one for every line that no block covers."""
    by_block = {s.entry.block: s for s in said}
    out: list[Fate] = []
    covered = bytearray(len(doc.source) + 2)
    for index, block in enumerate(doc.blocks):
        end = own_end(doc.blocks, block)
        if one := by_block.get(index):
            step = one.entry.shape == "step"
            reason = "step of a guide" if step else one.mention.rule
            out.append(Fate(block.line, end, "used", reason, None if step else record(one, doc.title)))
        elif index in items.consumed:
            out.append(Fate(block.line, end, "used", "part of the item above"))
        else:
            out.append(Fate(block.line, end, "ignored", items.ignored.get(index, "prose")))
        covered[block.line : end + 1] = b"\1" * (end + 1 - block.line)
    out += _uncovered(doc, covered)
    return out


def _covered(doc: Outline, fates: Sequence[Fate]) -> bytearray:
    covered = bytearray(len(doc.source) + 2)
    for fate in fates:
        covered[fate.line : fate.end_line + 1] = b"\1" * (fate.end_line + 1 - fate.line)
    return covered


def _uncovered(doc: Outline, covered: bytearray) -> list[Fate]:
    """Fates for the lines outside all blocks: markup, comments, link definitions, table rules."""
    out: list[Fate] = []
    comment = False
    for number, line in enumerate(doc.source, 1):
        text = line.strip()
        opened = comment or "<!--" in text
        if opened:
            comment = text.rfind("-->") < text.rfind("<!--") if "<!--" in text else "-->" not in text
        if not text or covered[number]:
            continue
        reason = "comment" if opened else _leftover(text)
        if out and out[-1].reason == reason and out[-1].end_line == number - 1:
            out[-1] = Fate(out[-1].line, number, "ignored", reason)
        else:
            out.append(Fate(number, number, "ignored", reason))
    return out


def _leftover(text: str) -> str:
    if re.match(r"[\s|:-]+$", text) and "-" in text:
        return "table rule" if "|" in text or ":" in text else "rule"
    if re.match(r"\[[^\]]{1,200}\]:", text):
        return "link definition"
    if text.startswith("<"):
        return "markup"
    return "prose"
