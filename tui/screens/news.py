"""What lists and papers have done, the latest first: the feed of ``kg changes`` to walk from."""

from __future__ import annotations

from itertools import groupby

from textual.app import ComposeResult

from tui.asking import Asker
from tui.reading import Happened, happened
from tui.source import Source
from tui.text import clean, cut, fill, wrap
from tui.widgets.choices import Reading
from tui.widgets.lines import Part

from .dialog import Dialog

Line = list[Part]

_ACTION = 14  # cells of the column that says what happened
_LONGEST = 3  # lines that a detail may take


class News(Dialog[str]):
    """The changes of lists and papers; Enter goes to the node that one is about."""

    def __init__(self, source: Source) -> None:
        """Where they are read."""
        super().__init__("What lists and papers have done", "⏎ open · esc close")
        self._source = source
        self._found: tuple[Happened, ...] | None = None
        self._owner: list[int] = []
        self._asker = Asker(self, source, self._failed)

    def inside(self) -> ComposeResult:
        """The lines to read."""
        yield Reading(id="news")

    def on_mount(self) -> None:
        """Ask for the changes."""
        self.query_one(Reading).say("Looking up the changes …")
        self._asker.ask("news", happened, self._show, failed="No changes")

    @property
    def is_busy(self) -> bool:
        """Whether the changes are still being looked up."""
        return self._asker.is_open()

    def _failed(self, title: str, error: Exception) -> None:
        self.query_one(Reading).say(title, str(error))

    def _show(self, found: tuple[Happened, ...]) -> None:
        self._found = found
        self.query_one(Reading).say(
            "Nothing has changed at its source yet.",
            "`kg refresh` looks; `kg changes --cause all` also shows what was new to the graph.",
        )
        self._lay_out()

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self._found is not None:
            self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        reading = self.query_one(Reading)
        shown, self._owner = lines(self._found or (), reading.size.width - 1)
        reading.show(shown, cursor=reading.cursor or 1)

    def action_choose(self) -> None:
        """Close with the node of the change under the cursor."""
        cursor = self.query_one(Reading).cursor
        if self._found and cursor < len(self._owner) and self._owner[cursor] >= 0:
            slug = self._found[self._owner[cursor]].slug
            if slug:
                self.dismiss(slug)
            else:
                self.app.notify("It is no longer in the graph.", title="Nothing to open", timeout=4)


def lines(found: tuple[Happened, ...], cells: int) -> tuple[list[Line], list[int]]:
    """The changes by day as lines of ``cells`` cells, and which change each line is of (-1: none)."""
    shown: list[Line] = []
    owner: list[int] = []
    for day, group in groupby(enumerate(found), key=lambda pair: pair[1].change.at.date()):
        shown.append([(f"{day:%Y-%m-%d}", "strong")])
        owner.append(-1)
        for number, one in group:
            change = one.change
            style = "warning" if change.action == "withdrawn" else "muted"
            text = cut(clean(change.text), cells - _ACTION)
            told: list[Line] = [[(fill(f" {change.action}", _ACTION), style), (text, "")]]
            detail = wrap(clean(one.detail), cells - _ACTION) if one.detail else []
            told += [[(" " * _ACTION, ""), (line, "muted")] for line in detail[:_LONGEST]]
            shown += told
            owner += [number] * len(told)
    return shown, owner
