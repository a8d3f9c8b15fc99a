"""The search box: one line, answered while one types."""

from __future__ import annotations

from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.bindings import SEARCH, bindings

DEBOUNCE = 0.06  # seconds without a key after which a search starts
_LONGEST = 500


class SearchBox(Input):
    """Words and filters; ``Searched`` comes when the fingers rest."""

    BINDINGS = bindings(SEARCH)

    class Searched(Message):
        """Something else is looked for now."""

        def __init__(self, text: str) -> None:
            """What was typed."""
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """An empty box; what is typed is no markup, and there is no blinking."""
        super().__init__(
            placeholder='search: words, kind:paper, author:"…", category:cs.CL, an arXiv id or a link',
            id=id, compact=True, select_on_focus=False, max_length=_LONGEST,
        )  # fmt: skip
        self.cursor_blink = False
        self._pending: Timer | None = None

    def watch_value(self, value: str) -> None:
        """Wait for the next key; the one before is forgotten."""
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(DEBOUNCE, lambda: self._search(value))

    def _search(self, value: str) -> None:
        self._pending = None
        self.post_message(self.Searched(value))

    @property
    def is_waiting(self) -> bool:
        """Whether a search has yet to start."""
        return self._pending is not None

    def hurry(self) -> bool:
        """Whether a search was waiting; it no longer is, and whoever asks must start it."""
        waiting = self._pending is not None
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        return waiting
