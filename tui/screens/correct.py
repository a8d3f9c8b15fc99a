"""Correct the graph: what is wrong, what is right instead, why; then it is written and applied."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from kg.corrections import Correction
from kg.errors import KgError
from kg.graph import Graph
from kg.model import Node
from tui import correcting
from tui.asking import Asker
from tui.correcting import Aim
from tui.reading import Receipt, receipts
from tui.source import Source
from tui.text import clean
from tui.widgets.choices import Choices

from .dialog import Dialog

_LONGEST_NAME = 300

QUESTIONS = {
    "kind": "Which kind is it?",
    "rename": "What is it called? Then Enter.",
    "merge": "Which node is the same? Its name, slug, identifier or link, then Enter.",
    "ignore": "Which entry should not be read?",
}


class Correct(Dialog[str]):
    """A dialog of at most three steps; its result is the line that tells what was done."""

    def __init__(self, source: Source, aim: Aim) -> None:
        """``aim``: what the cursor stood on."""
        super().__init__(f"Correct: {aim.node.label}", "⏎ next · esc back")
        self._source = source
        self._aim = aim
        self._verb = ""
        self._value = ""
        self._other: Node | None = None
        self._step = "verb"
        self._asker = Asker(self, source, self._refused)

    def inside(self) -> ComposeResult:
        """The question, then a list or a box to answer it."""
        yield Static(id="question", markup=False)
        yield Choices(id="choices")
        yield Input(id="answer", compact=True, max_length=_LONGEST_NAME)
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """Begin with what is wrong."""
        self.query_one(Input).cursor_blink = False
        self._ask_verb()

    @property
    def is_busy(self) -> bool:
        """Whether it looks something up."""
        return self._asker.is_open()

    @property
    def choices(self) -> Choices:
        """The list, where the step has one."""
        return self.query_one(Choices)

    # -------------------------------------------------------------------------- steps

    def _put(self, step: str, question: str, *, box: bool, value: str = "", note: str = "") -> None:
        self._step = step
        self.query_one("#question", Static).update(Content(clean(question)))
        self.query_one("#note", Static).update(Content(clean(note)))
        choices, answer = self.query_one(Choices), self.query_one(Input)
        choices.display, answer.display = not box, box
        answer.value = value
        answer.cursor_position = len(value)
        self.set_focus(answer if box else choices)

    def _ask_verb(self) -> None:
        self.query_one(Choices).offer(correcting.verbs(self._aim))
        self._put("verb", "What is wrong?", box=False)

    def _ask_value(self) -> None:
        choices = self.query_one(Choices)
        if self._verb == "kind":
            choices.offer(correcting.kinds(self._aim.node))
        elif self._verb == "ignore":
            choices.offer([])
            choices.say("Looking up its entries …")
            self._asker.ask(
                "entries", partial(_receipts, self._aim), self._offer_entries, failed="No entries"
            )
        named = self._verb in {"rename", "merge"}
        value = clean(self._aim.node.label) if self._verb == "rename" else ""
        self._put("value", QUESTIONS[self._verb], box=named, value=value)

    def _offer_entries(self, found: tuple[Receipt, ...]) -> None:
        choices = self.query_one(Choices)
        choices.say("No entry of a list names it. Escape goes back.")
        choices.offer(correcting.entries(found))

    def _ask_reason(self) -> None:
        self._put("reason", f"{self._correction('')} — why?", box=True)
        self._tell("The reason is kept with the correction; it may be empty. Enter writes it.")

    def _correction(self, reason: str) -> Correction:
        return correcting.correction(self._verb, self._aim, self._value, self._other, reason)

    # ------------------------------------------------------------------------ answers

    def action_choose(self) -> None:
        """Take the choice and go on."""
        choice = self.query_one(Choices).choice
        if choice is None:
            return
        if self._step == "verb":
            self._verb = choice.id
            if self._verb == "reject":
                self._ask_reason()
            else:
                self._ask_value()
        else:
            self._value = choice.id
            self._ask_reason()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed and go on."""
        text = event.value.strip()
        if self._step == "reason":
            self._apply(self._correction(text))
        elif text and self._verb == "merge":
            self._asker.ask("merge", partial(_other, text), self._merge_with, failed="No such node")
        elif text and text != self._aim.node.label:
            self._value = text
            self._ask_reason()

    def _merge_with(self, node: Node) -> None:
        if node.slug == self._aim.node.slug:
            self._tell("That is the node itself.")
            return
        self._other = node
        self._ask_reason()

    def _tell(self, text: str) -> None:
        self.query_one("#note", Static).update(Content(clean(text)))

    def _refused(self, title: str, error: Exception) -> None:
        hint = error.hint if isinstance(error, KgError) else ""
        self._tell(f"{title}: {error}. {hint}")

    def action_out(self) -> None:
        """Back to the first step, from there out."""
        if self._step == "verb":
            self.dismiss(None)
        elif self._step != "writing":
            self._ask_verb()

    # ------------------------------------------------------------------------- writing

    def _apply(self, correction: Correction) -> None:
        write = self._source.correct
        if write is None:
            self._tell("This graph is open for reading only.")
            return
        self._step = "writing"
        self._tell("Writing …")

        def work() -> None:
            try:
                told = write(correction)
            except (KgError, OSError) as error:
                self.call_later(self._not_written, error)
            else:
                self.call_later(self._written, told)

        self.run_worker(work, group="write", thread=True, exit_on_error=False)

    def _written(self, told: str) -> None:
        self.dismiss(told)

    def _not_written(self, error: Exception) -> None:
        self._step = "reason"
        self._refused("Not written", error)


def _receipts(aim: Aim, graph: Graph) -> tuple[Receipt, ...]:
    return receipts(graph, aim.about)


def _other(reference: str, graph: Graph) -> Node:
    return graph.find(reference)
