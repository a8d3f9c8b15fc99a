"""What can be done with the node or the edge under the cursor, whatever pane it is in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from kg.errors import KgError
from kg.model import Literal, Node
from tui import messages
from tui.browser import web_page
from tui.correcting import Aim, spoken
from tui.source import Source
from tui.text import clean


class Acting(Screen[None]):
    """A screen with a cursor on something: why, open, copy, correct; add the starter list."""

    def __init__(self, source: Source) -> None:
        """Where the graph is read and written."""
        super().__init__()
        self._source = source

    # ------------------------------------------------------------------ for the screen

    @property
    def target(self) -> Node | None:
        """The node that a key acts on."""
        raise NotImplementedError

    @property
    def value(self) -> Literal | None:
        """The value under the cursor, where it is no node."""
        raise NotImplementedError

    @property
    def aim(self) -> Aim | None:
        """What a correction or a receipt is about."""
        raise NotImplementedError

    def reload(self) -> None:
        """Show everything as it is now."""
        raise NotImplementedError

    def busy(self, what: str) -> None:
        """Say what is being done; "" when it is over."""
        raise NotImplementedError

    # -------------------------------------------------------------------------- actions

    def action_why(self) -> None:
        """The receipts of the edge under the cursor, or of the node."""
        from .why import Why

        if (aim := self.aim) is not None:
            title = aim.node.label if aim.statement is None else spoken(aim.statement)
            self.app.push_screen(Why(self._source, title, aim.about))

    def action_web(self) -> None:
        """The page of the node under the cursor, or the address that is its value."""
        value = self.value
        if value is not None and value.datatype == "iri":
            web_page(self.app, self._source, value.value)
        elif (node := self.target) is not None:
            web_page(self.app, self._source, next((one.url for one in node.identifiers if one.url), ""))

    def action_copy(self) -> None:
        """The reference of the node under the cursor."""
        if (node := self.target) is not None:
            self.app.copy_to_clipboard(node.slug)
            self.app.notify(f"kg show {node.slug}", title="Copied", timeout=3, markup=False)

    def action_correct(self) -> None:
        """Correct the edge under the cursor, or the node."""
        from .correct import Correct

        if self._source.correct is None:
            self.app.notify("It is open for reading only.", title="No corrections here", severity="warning")
        elif (aim := self.aim) is not None:
            self.app.push_screen(Correct(self._source, aim), self._corrected)

    def _corrected(self, told: str | None) -> None:
        if told:
            self.app.notify(clean(told), title="Corrected", markup=False)
            self.reload()

    def action_starter(self) -> None:
        """Ask, then add the bundled list."""
        from .dialog import Confirm

        question = Confirm("Add the starter list?", messages.STARTER, yes="Add it", no="Not now")
        self.app.push_screen(question, self._add_starter)

    def _add_starter(self, agreed: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        add = self._source.add_starter
        if not agreed or add is None:
            return
        self.busy("reading the starter list …")
        self.run_worker(partial(self._run_starter, add), group="starter", thread=True, exit_on_error=False)

    def _run_starter(self, add: Callable[[], str]) -> None:
        try:
            told = add()
        except (KgError, OSError) as error:
            self.call_later(self._starter_done, "", error)
        else:
            self.call_later(self._starter_done, told, None)

    def _starter_done(self, told: str, error: Exception | None) -> None:
        self.busy("")
        if error is not None:
            self.complain("The starter list was not added", error)
        else:
            self.app.notify(clean(told), title="Added", markup=False)
        self.reload()

    def complain(self, title: str, error: Exception) -> None:
        """Tell over the screen what failed, why, and what to do next."""
        text = f"{error}. {way_out(error)}".replace("..", ".")
        self.app.notify(clean(text), title=title, severity="error", timeout=8, markup=False)


def way_out(error: Exception) -> str:
    """What to do next about an error."""
    if isinstance(error, KgError):
        return error.hint
    return "What is stored is unharmed. `kg doctor` looks closer."
