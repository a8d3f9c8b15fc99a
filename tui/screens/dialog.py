"""What all dialogs share: a frame with a heavy border over the screen, and one way out."""

from __future__ import annotations

from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.bindings import DIALOG, bindings
from tui.text import clean
from tui.widgets.choices import Choice, Choices

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A modal screen; escape closes it without a result."""

    BINDINGS = bindings(DIALOG)

    def __init__(self, title: str, keys: str) -> None:
        """Its title, and the keys that the lower border tells."""
        super().__init__()
        self._title = Content(clean(title))
        self._keys = Content(keys)

    def compose(self) -> ComposeResult:
        """The frame around :meth:`inside`."""
        with Vertical(id="frame") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self._keys
            yield from self.inside()

    def inside(self) -> ComposeResult:
        """What the dialog holds."""
        raise NotImplementedError

    @property
    def is_busy(self) -> bool:
        """Whether it waits for an answer."""
        return False

    def action_choose(self) -> None:
        """Take the line under the cursor, where lines are there to be taken."""

    def action_out(self) -> None:
        """Close without a result."""
        self.dismiss(None)


class Confirm(Dialog[bool]):
    """A question with two answers; the cursor stands on the first."""

    def __init__(self, title: str, text: str, *, yes: str, no: str) -> None:
        """What is asked, what it means, and the two answers."""
        super().__init__(title, "⏎ choose · esc no")
        self._text = Content(text)
        self._choices = (Choice("yes", yes), Choice("no", no))

    def inside(self) -> ComposeResult:
        """The text, then the answers."""
        yield Static(self._text, id="text")
        yield Choices(self._choices, id="choices")

    def action_choose(self) -> None:
        """Close with the answer."""
        choice = self.query_one(Choices).choice
        self.dismiss(choice is not None and choice.id == "yes")
