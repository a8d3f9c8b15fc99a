"""What a node is, in a few lines: kind, identifiers, other names, dissent, paper, description."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from kg.marks import Mark
from kg.model import Lookup, PaperRecord
from kg.papers import freshness, reason, successor
from kg.vocabulary import Kind
from tui.marking import LINE_END, spoken
from tui.reading import View
from tui.text import clean, count, cut

Line = list[tuple[str, str]]

_NAMED_AUTHORS = 6
_NOTED = 140  # cells of a note, unless all is shown


class Summary(Static):
    """The upper part of a node's pane."""

    def show(self, view: View, now: datetime, *, whole: bool) -> None:
        """Show a node; ``whole`` gives a long description or abstract all the room it needs."""
        self.border_title = Content(clean(view.node.label))
        self.update(Content("\n").join(Content.assemble(*line) for line in lines(view, now, whole=whole)))
        self.set_class(whole, "-whole")


def lines(view: View, now: datetime, *, whole: bool = False) -> list[Line]:
    """The lines of the summary as (text, style) parts, the most telling first."""
    node, record = view.node, view.record
    found: list[Line] = []
    if record is not None and record.withdrawn:
        found += _withdrawal(view, record)
    if view.withdrawn_papers:
        papers = clean(", ".join(paper.label for paper in view.withdrawn_papers))
        found.append([("RESTS ON WITHDRAWN PAPERS ALONE", "bold $error"), (f" {papers}", "$error")])
    names = [clean(str(one)) for one in node.identifiers]
    head: Line = [(f"{node.kind.glyph} {node.kind.label}", f"bold $kg-{node.kind.group}")]
    found.append([*head, *((f" · {name}", "") for name in names)])
    found += _mark(view.mark, whole=whole) if view.mark else []
    if node.dissent:
        others = " and ".join(f"{_article(kind)} {kind.label}" for kind in node.dissent)
        found.append([("? ", "$warning"), (f"also called {others} by other entries", "$warning")])
    if node.aliases:
        found.append([("also: ", "$kg-muted"), (clean(", ".join(node.aliases)), "")])
    if record is not None:
        found += _paper(record, view.looked, now, whole=whole)
    elif view.looked is not None and view.looked.asked is not None:
        found.append([(freshness(view.looked, now), "$warning")])
    elif node.kind is Kind.PAPER and any(one.scheme == "arxiv" for one in node.identifiers):
        found.append([("no metadata yet: `kg refresh` fetches it from arXiv", "$kg-muted")])
    found += [[(clean(text), "")] for text in view.descriptions]
    if record is not None:
        found.append([(clean(record.abstract), "")])
    return found


def _mark(mark: Mark, *, whole: bool) -> list[Line]:
    """What the reader marked, in signs and words; then the note, its line ends shown."""
    told = spoken(mark)
    found: list[Line] = [[(told, "bold")]] if told else []
    if mark.note:
        note = f" {LINE_END} ".join(clean(line) for line in mark.note.split("\n"))
        found.append([("note: ", "$kg-muted"), (note if whole else cut(note, _NOTED), "")])
    return found


def _article(kind: Kind) -> str:
    return "an" if kind.label[0] in "AEIOU" else "a"


def _withdrawal(view: View, record: PaperRecord) -> list[Line]:
    """Why a paper was withdrawn, in its own words; what takes its place and what rests on it alone."""
    because = clean(reason(record)) or "by its authors or by arXiv"
    found: list[Line] = [[("WITHDRAWN", "bold $error"), (f" {because}", "$error")]]
    if other := successor(record):
        found.append([(f"in its place it names arxiv:{other}", "$error")])
    if view.resting:
        names = clean(", ".join(node.label for node in view.resting))
        found.append([(f"rests on it alone: {names}", "$error")])
    return found


def _paper(record: PaperRecord, looked: Lookup | None, now: datetime, *, whole: bool) -> list[Line]:
    version = f" · v{record.version}" if record.version else ""
    facts = f"{record.published:%Y-%m-%d}{version} · {', '.join(record.categories)}"
    found: list[Line] = [[(clean(facts), "")]]
    if looked is not None:
        found[0].append((f" · {freshness(looked, now)}", "$kg-muted"))
    named = record.authors if whole else record.authors[:_NAMED_AUTHORS]
    more = len(record.authors) - len(named)
    found.append([(clean(", ".join(named)), ""), (f" and {more:,} more" if more else "", "$kg-muted")])
    comment = record.comment if whole and not record.withdrawn else ""
    notes = [record.journal_ref, f"doi:{record.doi}" if record.doi else "", comment]
    if told := " · ".join(note for note in notes if note):
        found.append([(clean(told), "$kg-muted")])
    return found


def support_text(view: View) -> str:
    """How much stands behind a node: ``12 edges · in 3 documents``."""
    return f"{count(view.edges, 'edge')} · in {count(view.node.support, 'document')}"
