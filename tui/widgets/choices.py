"""A short list of things to choose from, each with what it means; and a longer one to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.text import clean

from .lines import LineList, Part, spread


@dataclass(frozen=True, slots=True)
class Choice:
    """One line: what choosing it gives, how it is called, what it means."""

    id: str
    label: str
    note: str = ""


class Choices(LineList):
    """Lines of choices; Enter takes the one under the cursor."""

    def __init__(self, choices: Sequence[Choice] = (), *, id: str | None = None) -> None:  # noqa: A002
        """The choices in the order shown."""
        super().__init__(id=id)
        self._choices = list(choices)

    @property
    def count(self) -> int:
        """How many choices there are."""
        return len(self._choices)

    @property
    def choice(self) -> Choice | None:
        """The one under the cursor."""
        return self._choices[self.cursor] if 0 <= self.cursor < len(self._choices) else None

    def offer(self, choices: Sequence[Choice], *, cursor: int = 0) -> None:
        """Offer these instead."""
        self._choices = list(choices)
        self.relist(cursor=cursor)

    def on_mount(self) -> None:
        """Lay out the choices there are from the start."""
        self.relist(cursor=self.cursor)

    def parts(self, number: int, cells: int) -> list[Part]:
        """The label and, muted, its note."""
        choice = self._choices[number]
        note: list[Part] = [(f"  {clean(choice.note)}", "muted")] if choice.note else []
        return spread([(clean(choice.label), ""), *note], [], cells)


class Reading(LineList):
    """Prepared lines to read; a cursor keeps the place."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """Nothing to read yet."""
        super().__init__(id=id)
        self._lines: Sequence[list[Part]] = ()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def show(self, lines: Sequence[list[Part]], *, cursor: int = 0) -> None:
        """Show these lines."""
        self._lines = lines
        self.relist(cursor=cursor)

    def parts(self, number: int, cells: int) -> list[Part]:
        """The line as it was prepared, cut where it is too long."""
        return spread(self._lines[number], [], cells)
