"""Marking the node that one is on: read, to read, star, tags, note; written one after another."""

from __future__ import annotations

from collections import deque
from functools import partial

from kg.errors import KgError
from kg.graph import Graph
from kg.marks import READ, TO_READ, Mark
from kg.model import Node
from tui import marking
from tui.asking import Asker
from tui.marking import Change
from tui.source import Source
from tui.text import clean

from .acting import Acting


class Annotating(Acting):
    """A screen with a cursor on something that may be marked."""

    def __init__(self, source: Source) -> None:
        """Nothing waits to be written."""
        super().__init__(source)
        self._reader = Asker(self, source, self.complain)
        self._waiting: deque[tuple[Node, Change]] = deque()
        self._writing = False

    def action_star(self) -> None:
        """Give the node a star, or take it away."""
        self._mark(marking.star)

    def action_read(self) -> None:
        """It has been read, or has not."""
        self._mark(marking.reading(READ))

    def action_later(self) -> None:
        """It is to be read, or is not."""
        self._mark(marking.reading(TO_READ))

    def action_tags(self) -> None:
        """Edit its tags."""
        self._write("tags")

    def action_note(self) -> None:
        """Edit its note."""
        self._write("note")

    @property
    def _marked(self) -> Node | None:
        """What is marked: the node that is shown, whatever edge the cursor is on, or that of the list.

        There its mark is seen, too.
        """
        return None if self.aim is None else self.aim.node

    # ------------------------------------------------------------------------- dialogs

    def _write(self, what: str) -> None:
        node = self._marked
        if node is not None and self._may_mark():
            question, answer = partial(_mark_of, node.slug), partial(self._open, what, node)
            self._reader.ask("mark", question, answer, failed="The mark cannot be read")

    def _open(self, what: str, node: Node, mark: Mark | None) -> None:
        from .write import Write

        if what == "tags":
            shown = clean(" ".join(mark.tags)) if mark else ""
            dialog = Write(
                f"Tags: {node.label}", "Words of your own, with blanks between:", shown, marking.tags
            )
        else:
            shown = marking.one_line(mark.note) if mark else ""
            question = f"For yourself only; {marking.LINE_END} stands for a line end:"
            dialog = Write(f"Note: {node.label}", question, shown, partial(marking.note, shown=shown))
        self.app.push_screen(dialog, partial(self._written, node))

    def _written(self, node: Node, change: Change | None) -> None:
        if change is not None:
            self._mark(change, node)

    # ------------------------------------------------------------------------- writing

    def _may_mark(self) -> bool:
        if self._source.mark is None:
            self.app.notify("It is open for reading only.", title="No marks here", severity="warning")
        return self._source.mark is not None

    def _mark(self, change: Change, node: Node | None = None) -> None:
        node = node or self._marked
        if node is not None and self._may_mark():
            self._waiting.append((node, change))
            self._next()

    def _next(self) -> None:
        """Write what waits longest, unless something is being written: keys count in their order."""
        if self._waiting and not self._writing:
            self._writing = True
            work = partial(self._work, *self._waiting.popleft())
            self.run_worker(work, group="mark", thread=True, exit_on_error=False)

    def _work(self, node: Node, change: Change) -> None:
        write = self._source.mark
        assert write is not None
        try:
            told = write(node.slug, change)
        except (KgError, OSError) as error:
            self.call_later(self._done, node, "", error)
        else:
            self.call_later(self._done, node, told, None)

    def _done(self, node: Node, told: str, error: Exception | None) -> None:
        self._writing = False
        if error is not None:
            self.complain("Not marked", error)
        else:
            self.app.notify(clean(f"{node.label}: {told}"), title="Marked", timeout=3, markup=False)
        if self._waiting:
            self._next()
        else:
            self.reload()


def _mark_of(slug: str, graph: Graph) -> Mark | None:
    node = graph.node(slug)
    return None if node is None else graph.mark(node)
