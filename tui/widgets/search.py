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

    class Left(Message):
        """Whoever typed wants the results now; ``chosen`` when it was with Enter."""

        def __init__(self, *, chosen: bool) -> None:
            """Whether a line should be opened where there is but one."""
            super().__init__()
            self.chosen = chosen

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

    def flush(self) -> None:
        """Search at once, if a search is still waiting."""
        if self._pending is not None:
            self._pending.stop()
            self._search(self.value)

    async def action_submit(self) -> None:
        """To the results, which are those of what stands here."""
        self.flush()
        self.post_message(self.Left(chosen=True))

    def action_leave(self) -> None:
        """To the results."""
        self.post_message(self.Left(chosen=False))

    def action_out(self) -> None:
        """Clear the box; an empty one is left."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left(chosen=False))
