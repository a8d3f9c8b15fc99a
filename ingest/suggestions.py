"""What the graph knows that a list does not: what to change in its lines, each with a reason.

Only what is sure changes a line: a DOI, a withdrawal, the new title of a paper, an entry that stands
twice word for word, the id of the paper that an entry names. All else is doubtful and only told, also
an edit after which an entry would be read as another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kg.checks.papers import fits, titles_borne
from kg.graph import Graph
from kg.identifiers import CODE_HOSTS, Identifier, doi, identify
from kg.model import Mention, PaperRecord
from kg.names import name_key, words
from kg.papers import successor
from kg.store.rows import record_of
from kg.vocabulary import Kind

from .fates import Fate
from .lists import read_list
from .lists.blocks import Block
from .lists.document import outline
from .patches import Edit, edited, spans

_ADDRESS = re.compile(rb"""https?://[^\s<>()\[\]"'`|]+""")
_PLAIN = re.compile(r"[\w ,.:;?!'’()/+-]+")  # a title that Markdown shows as it stands
_TITLE_WORDS = 3
_MOVED = re.compile(r"\b(?:moved|renamed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to change in a list: at which line, what has happened, why, and whether it is sure.

    ``what``: published, withdrawn, retitled, title, duplicate, repository or unknown. ``edits`` are what
    is sure; what is doubtful has none.
    """

    line: int
    what: str
    reason: str
    edits: tuple[Edit, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it changes lines."""
        return bool(self.edits)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All that is suggested, by line, and the list before and after what is sure of it."""

    before: bytes
    after: bytes
    found: tuple[Suggestion, ...]


def suggest(graph: Graph, content: bytes) -> Suggestions:
    """What the graph knows better than the Markdown list of these bytes; nothing is fetched."""
    listed = _List(graph, content)
    found = [one for fate in listed.fates for one in listed.about(fate)]
    found = listed.harmless(found)
    edits = [edit for one in found for edit in one.edits]
    order = sorted(found, key=lambda one: (one.line, one.what, one.reason))
    return Suggestions(content, edited(content, edits), tuple(order))


class _List:
    """A list while it is looked through."""

    def __init__(self, graph: Graph, content: bytes) -> None:
        self.graph, self.content = graph, content
        self.spans = spans(content)
        self.blocks: dict[int, Block] = {}
        for block in outline(content).blocks:
            self.blocks.setdefault(block.line, block)
        self.fates = [fate for fate in read_list(content, name="list").fates if fate.item]
        self.titles = titles_borne(graph)
        self.by_title = _by_title(self.titles)
        self.moved = _moved(graph)

    def about(self, fate: Fate) -> Iterator[Suggestion]:
        """What is suggested for one entry."""
        assert fate.item is not None
        mention = fate.item.mention
        if mention.place.ordinal:
            yield self.duplicate(fate, mention)
            return  # whatever else it lacks, the other one lacks as well
        own = {one.value for one in mention.identifiers if one.scheme == "arxiv"}
        for arxiv_id in fate.item.arxiv:
            record = self.record(arxiv_id)
            if record is None:
                yield from self.unknown(fate, arxiv_id)
                continue
            is_paper = mention.kind is Kind.PAPER and own == {arxiv_id}
            wrong = list(self.title(fate, mention, record)) if is_paper else []
            yield from wrong
            if not any(one.what == "title" for one in wrong):
                yield from self.published(fate, record, sure=is_paper)
                yield from self.withdrawn(fate, record)
        for identifier in mention.identifiers:
            yield from self.repository(fate, identifier)

    def harmless(self, found: Sequence[Suggestion]) -> list[Suggestion]:
        """The same, but what would make an entry another thing is doubtful now."""
        out = list(found)
        while True:
            within = [edit for one in out if one.what != "duplicate" for edit in one.edits]
            names = {edit.new.decode() for one in out if one.what == "retitled" for edit in one.edits}
            after = {f.line: f for f in read_list(edited(self.content, within), name="list").fates if f.item}
            hurt = {f.line for f in self.fates if not _is_same(f, after.get(f.line), names)}
            if not any(one.edits and one.line in hurt and one.what != "duplicate" for one in out):
                return out
            out = [
                replace(one, edits=()) if one.line in hurt and one.what != "duplicate" else one for one in out
            ]

    # ------------------------------------------------------------------------ sentences

    def duplicate(self, fate: Fate, mention: Mention) -> Suggestion:
        """An entry that stands under one heading twice, word for word."""
        shown = f"{mention.name!r} stands under this heading twice, word for word"
        start = self.spans[fate.line - 1][0]
        end = self.spans[fate.end_line][0] if fate.end_line < len(self.spans) else len(self.content)
        block = self.blocks.get(fate.line)
        alone = block is not None and block.kind in ("item", "row") and not block.children
        last = end == len(self.content) and not self.content.endswith((b"\n", b"\r"))
        edits = (Edit(start, end, b""),) if alone and not last else ()
        return Suggestion(fate.line, "duplicate", shown, edits)

    def published(self, fate: Fate, record: PaperRecord, *, sure: bool) -> Iterator[Suggestion]:
        """A DOI or a journal reference that arrived after the entry was written."""
        found = doi(record.doi) if record.doi else None
        if found is None or found.scheme != "doi":
            if record.journal_ref and fate.item and not self.says(fate, record.journal_ref):
                told = {claim.predicate.word for claim in fate.item.claims}
                if "published_in" not in told:
                    reason = f"arXiv:{record.arxiv_id} is published: {record.journal_ref}"
                    yield Suggestion(fate.line, "published", reason)
            return
        if any(identify(url) == found for url, _, _ in self.addresses(fate)) or self.says(fate, record.doi):
            return
        where = f" ({record.journal_ref})" if record.journal_ref else ""
        reason = f"arXiv:{record.arxiv_id} is published: {found.url}{where}"
        safe = re.fullmatch(r"[A-Za-z0-9./:_-]+", found.url)
        edits = self.behind(fate, record.arxiv_id, f"[[DOI]({found.url})]") if sure and safe else ()
        yield Suggestion(fate.line, "published", reason, edits)

    def withdrawn(self, fate: Fate, record: PaperRecord) -> Iterator[Suggestion]:
        """A paper that was taken back, and the one that it names in its place."""
        if not record.withdrawn or self.says(fate, "withdrawn"):
            return
        new = successor(record)
        later = f"; in its place it names {Identifier('arxiv', new).url}" if new else ""
        edits = self.behind(fate, record.arxiv_id, "(withdrawn)")
        yield Suggestion(fate.line, "withdrawn", f"arXiv:{record.arxiv_id} was withdrawn{later}", edits)

    def title(self, fate: Fate, mention: Mention, record: PaperRecord) -> Iterator[Suggestion]:
        """A title that the paper bears no more, or never bore."""
        name, key = mention.name, name_key(mention.name)
        known = self.titles.get(record.arxiv_id, [record.title])
        if not name or key == name_key(record.title):
            return
        if key in map(name_key, known[1:]):
            reason = f"arXiv:{record.arxiv_id} has another title now: {record.title}"
            edits = self.once(fate, name, record.title) if _PLAIN.fullmatch(record.title) else ()
            yield Suggestion(fate.line, "retitled", reason, edits)
        elif not any(fits(mention, title) for title in known):
            reason = f"arXiv:{record.arxiv_id} is {record.title!r}"
            others = self.by_title.get(key, set()) if len(words(name)) >= _TITLE_WORDS else set()
            right = next(iter(others)) if len(others) == 1 else ""
            edits = tuple(
                Edit(start, end, Identifier("arxiv", right).url.encode())
                for url, start, end in self.addresses(fate)
                if right and identify(url) == Identifier("arxiv", record.arxiv_id)
            )
            told = f"{reason}; {name!r} is arXiv:{right}" if right else f"{reason}, not {name!r}"
            yield Suggestion(fate.line, "title", told, edits)

    def unknown(self, fate: Fate, arxiv_id: str) -> Iterator[Suggestion]:
        """An id that arXiv does not know."""
        sql = "SELECT 1 FROM paper_lookup WHERE arxiv_id = ? AND misses > 0"
        if self.graph.db.execute(sql, (arxiv_id,)).fetchone():
            yield Suggestion(fate.line, "unknown", f"arXiv knows no paper {arxiv_id}; is a digit wrong?")

    def repository(self, fate: Fate, identifier: Identifier) -> Iterator[Suggestion]:
        """A repository of which a correction says that it is another one now."""
        if identifier not in self.moved:
            return
        new, why = self.moved[identifier]
        reason = f"{identifier} is {new} now" + (f": {why}" if why else "")
        edits = tuple(
            Edit(start, end, new.url.encode())
            for url, start, end in self.addresses(fate)
            if identify(url) == identifier and url.rstrip("/").count("/") == new.url.count("/")
        )
        yield Suggestion(fate.line, "repository", reason, edits if _MOVED.search(why) else ())

    # ---------------------------------------------------------------------------- bytes

    def record(self, arxiv_id: str) -> PaperRecord | None:
        """What arXiv says of a paper."""
        row = self.graph.db.execute("SELECT * FROM paper WHERE arxiv_id = ?", (arxiv_id,)).fetchone()
        return record_of(row) if row else None

    def stretch(self, fate: Fate) -> tuple[int, int]:
        """Where the lines of an entry, and of what is nested in it, begin and end."""
        block = self.blocks.get(fate.line)
        last = max(fate.end_line, block.end_line if block and block.kind in ("item", "row") else 0)
        return self.spans[fate.line - 1][0], self.spans[min(last, len(self.spans)) - 1][1]

    def says(self, fate: Fate, text: str) -> bool:
        """Whether the entry holds a text, whatever its case."""
        start, end = self.stretch(fate)
        return text.casefold() in self.content[start:end].decode("utf-8", "replace").casefold()

    def addresses(self, fate: Fate) -> Iterator[tuple[str, int, int]]:
        """The addresses in the lines of an entry, and where they stand."""
        for found in _ADDRESS.finditer(self.content, *self.stretch(fate)):
            yield found[0].decode("utf-8", "replace"), found.start(), found.end()

    def behind(self, fate: Fate, arxiv_id: str, text: str) -> tuple[Edit, ...]:
        """The edit that puts a text behind an entry of one line, or in a table behind the paper's link."""
        block = self.blocks.get(fate.line)
        if block is None or fate.line != fate.end_line:
            return ()
        start, end = self.spans[fate.line - 1]
        if block.kind == "item":
            at = start + len(self.content[start:end].rstrip())
            return (Edit(at, at, f" {text}".encode()),)
        if block.kind == "row":
            for url, begin, finish in self.addresses(fate):
                linked = (
                    self.content[begin - 2 : begin] == b"](" and self.content[finish : finish + 1] == b")"
                )
                if linked and identify(url) == Identifier("arxiv", arxiv_id):
                    at = finish + 1 + (self.content[finish + 1 : finish + 2] == b"]")
                    return (Edit(at, at, f" {text}".encode()),)
        return ()

    def once(self, fate: Fate, old: str, new: str) -> tuple[Edit, ...]:
        """The edit that puts one text in the place of another that stands in an entry exactly once."""
        start, end = self.stretch(fate)
        raw = old.encode()
        if self.content.count(raw, start, end) != 1:
            return ()
        at = self.content.index(raw, start, end)
        return (Edit(at, at + len(raw), new.encode()),)


def _is_same(before: Fate, after: Fate | None, names: Iterable[str]) -> bool:
    if before.item is None or after is None or after.item is None:
        return False
    old, new = before.item.mention, after.item.mention
    return old.kind is new.kind and (old.name == new.name or new.name in names)


def _by_title(titles: dict[str, list[str]]) -> dict[str, set[str]]:
    """The arXiv ids of the papers that bear a title now."""
    found: dict[str, set[str]] = {}
    for arxiv_id, known in titles.items():
        found.setdefault(name_key(known[0]), set()).add(arxiv_id)
    return found


def _moved(graph: Graph) -> dict[Identifier, tuple[Identifier, str]]:
    """The repositories that corrections merged into another, which it is and why."""
    found = {}
    for correction, matched in graph.corrections():
        if correction.verb != "merge" or not matched or correction.node is None or correction.other is None:
            continue
        new, old = (
            [one for one in anchor.identifiers if one.scheme in CODE_HOSTS]
            for anchor in (correction.node, correction.other)
        )
        if len(new) == len(old) == 1 and new != old:
            found[old[0]] = (new[0], correction.reason)
    return found
