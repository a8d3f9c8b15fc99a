"""Why something is in the graph: each receipt with the lines around it, or the arXiv record."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult

from kg.model import Evidence, Excerpt, Statement
from kg.papers import freshness
from tui.asking import Asker
from tui.bindings import WHY, bindings
from tui.browser import web_page
from tui.reading import Receipt, receipts
from tui.source import Source
from tui.text import clean, count, wrap
from tui.widgets.choices import Reading
from tui.widgets.lines import Part

from .dialog import Dialog

Line = list[Part]

_MARGIN = 9  # cells before the text of a quoted line: mark, number, blanks


class Why(Dialog[None]):
    """The receipts of one statement, or of a node's being there."""

    BINDINGS = bindings(WHY)

    def __init__(self, source: Source, title: str, about: Statement | str) -> None:
        """``about``: the statement, or the node's slug."""
        super().__init__(f"Why: {title}", "o web page · esc close")
        self._source = source
        self._about = about
        self._receipts: tuple[Receipt, ...] | None = None
        self._owner: list[int] = []
        self._asker = Asker(self, source, self._failed)

    def inside(self) -> ComposeResult:
        """The lines to read."""
        yield Reading(id="receipts")

    def on_mount(self) -> None:
        """Ask for the receipts."""
        self.query_one(Reading).say("Looking up the receipts …")
        self._asker.ask(
            "receipts", lambda graph: receipts(graph, self._about), self._show, failed="No receipts"
        )

    @property
    def is_busy(self) -> bool:
        """Whether the receipts are still being looked up."""
        return self._asker.is_open()

    def _failed(self, title: str, error: Exception) -> None:
        self.query_one(Reading).say(title, str(error))

    def _show(self, found: tuple[Receipt, ...]) -> None:
        self._receipts = found
        self.query_one(Reading).say("Nothing says so any more: the graph has changed.")
        self._lay_out()

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self._receipts is not None:
            self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        reading = self.query_one(Reading)
        cells, now = reading.size.width - 1, self._source.clock()
        shown: list[Line] = []
        self._owner = []
        for number, receipt in enumerate(self._receipts or ()):
            text = lines(receipt, f"{number + 1} of {len(self._receipts or ())}", cells, now)
            shown += text
            self._owner += [number] * len(text)
        reading.show(shown, cursor=reading.cursor)

    def action_why(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)

    def action_web(self) -> None:
        """Open the page of the receipt under the cursor."""
        cursor = self.query_one(Reading).cursor
        if not self._receipts or cursor >= len(self._owner):
            return
        receipt = self._receipts[self._owner[cursor]]
        url = f"https://arxiv.org/abs/{receipt.record.arxiv_id}" if receipt.record else receipt.page
        if url and receipt.evidence.spans and receipt.evidence.spans[0] is not None and "github.com" in url:
            url += f"#L{receipt.evidence.spans[0].line}"
        web_page(self.app, self._source, url)


# -------------------------------------------------------------------------------- the text


def lines(receipt: Receipt, position: str, cells: int, now: datetime) -> list[Line]:
    """One receipt as lines of ``cells`` cells, with an empty one behind it."""
    head = _record(receipt, cells, now) if receipt.record else _entry(receipt, cells)
    head[0].append((f"  {position}", "muted"))
    rule = f"rule {clean(receipt.evidence.rule)} · confidence {receipt.evidence.confidence:.2f}"
    words = clean(receipt.evidence.words) if receipt.record else ""  # an entry shows its lines
    said: list[Line] = [[("  ", ""), (line, "marked")] for line in wrap(words, cells - 2)] if words else []
    return [*head, [("  ", ""), (rule, "muted")], *said, *_quotes(receipt, cells), []]


def _record(receipt: Receipt, cells: int, now: datetime) -> list[Line]:
    record = receipt.record
    assert record is not None
    version = f" v{record.version}" if record.version else ""
    state: Line = [(" WITHDRAWN", "warning")] if record.withdrawn else []
    found: list[Line] = [[(f"arXiv record {clean(record.arxiv_id)}{version}", "strong"), *state]]
    facts = f"{record.published:%Y-%m-%d} · {', '.join(record.categories)}"
    for text in (record.title, ", ".join(record.authors), facts):
        found += [[("  ", ""), (line, "")] for line in wrap(clean(text), cells - 2)]
    if receipt.looked:
        found += [[("  ", ""), (line, "muted")] for line in wrap(freshness(receipt.looked, now), cells - 2)]
    return found


def _entry(receipt: Receipt, cells: int) -> list[Line]:
    evidence = receipt.evidence
    found: list[Line] = [[(clean(receipt.title), "strong")]]
    for heading in dict.fromkeys(place.heading for place in evidence.places):
        if heading:
            path = " › ".join(clean(name) for name in heading)
            found += [[("  ", ""), (line, "")] for line in wrap(path, cells - 2)]
    found[-1].append((f"  {_where(evidence)}", "muted"))
    return found


def _where(evidence: Evidence) -> str:
    spans = [span for span in evidence.spans if span is not None]
    told = [f"line {s.line}" if s.line == s.end_line else f"lines {s.line}-{s.end_line}" for s in spans]
    more = len(evidence.places) - len(told)
    return ", ".join(told) if told else count(more, "place") + " without lines"


def _quotes(receipt: Receipt, cells: int) -> list[Line]:
    found: list[Line] = []
    for excerpt in receipt.excerpts:
        if excerpt is not None:
            found += [[], *_quote(excerpt, cells)]
    if receipt.excerpts and not found:
        found.append([("  The lines themselves are not kept.", "muted")])
    return found


def _quote(excerpt: Excerpt, cells: int) -> list[Line]:
    """The lines with their numbers; those of the entry marked by a bar and a ground."""
    found: list[Line] = []
    for number, text in enumerate(excerpt.lines, excerpt.first):
        said = excerpt.span.line <= number <= excerpt.span.end_line
        style = "marked" if said else "muted"
        for part, broken in enumerate(wrap(clean(text.rstrip()), cells - _MARGIN)):
            name = f"{number:>5}" if not part else " " * 5
            found.append([(" ┃" if said else "  ", "strong"), (f"{name}  ", "muted"), (broken, style)])
    return found
