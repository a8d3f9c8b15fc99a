"""One line to be written: tags, or a note; what stands there is edited."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from kg.marks import LONGEST_NOTE
from tui.marking import Change
from tui.text import clean

from .dialog import Dialog


class Write(Dialog[Change]):
    """A box with a text; its result is the change that the text means."""

    def __init__(self, title: str, question: str, value: str, read: Callable[[str], Change]) -> None:
        """``read`` makes the change of the text. Raises ValueError for a text that is none."""
        super().__init__(title, "⏎ keep · esc leave as it was")
        self._question = Content(clean(question))
        self._value = value
        self._read = read

    def inside(self) -> ComposeResult:
        """The question, the box, a line for what is wrong."""
        yield Static(self._question, id="question")
        yield Input(self._value, id="answer", compact=True, max_length=LONGEST_NOTE)
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """Write behind what stands there."""
        box = self.query_one(Input)
        box.cursor_blink = False
        box.cursor_position = len(self._value)
        self.set_focus(box)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text, or say what is wrong with it."""
        try:
            change = self._read(event.value)
        except ValueError as error:
            self.query_one("#note", Static).update(Content(clean(str(error))))
        else:
            self.dismiss(change)
