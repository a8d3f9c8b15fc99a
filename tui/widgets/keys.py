"""The last line: the keys that act now, in the order of the table; as many as there is room for.

One widget that paints one line. (Textual's own footer is a widget for each key, made anew whenever
the focus moves: 45 ms of work each time, and half of the first paint.)
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui.bindings import TABLE
from tui.text import width

_RANK = {key.id: rank for rank, key in enumerate(TABLE)}
_PALETTE = "^p Commands "


@dataclass(frozen=True, slots=True)
class Entry:
    """A key as it is shown, what it does in a word, and the key to press for a click on it."""

    shown: str
    label: str
    key: str

    @property
    def cells(self) -> int:
        """How wide it is, with a blank before and one behind."""
        return width(self.shown) + width(self.label) + 3


class KeyBar(Widget):
    """What can be pressed now."""

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    @property
    def wanted(self) -> list[Entry]:
        """All entries for what has the focus, whether or not they fit."""
        found: dict[str, Entry] = {}
        for active in self.screen.active_bindings.values():
            one = active.binding
            if one.id in _RANK and one.show and active.enabled:
                found.setdefault(one.id, Entry(one.key_display or one.key, one.description, one.key))
        return [found[name] for name in sorted(found, key=_RANK.__getitem__)]

    @property
    def entries(self) -> list[Entry]:
        """The entries that fit."""
        room, found = self.size.width, []
        for entry in self.wanted:
            room -= entry.cells
            if room < 0:
                break
            found.append(entry)
        return found

    def render(self) -> Content:
        """The entries and, where there is room, the key of the palette at the right."""
        parts: list[tuple[str, str]] = []
        taken = 0
        for entry in self.entries:
            parts += [(f" {entry.shown} ", "bold $accent"), (f"{entry.label} ", "")]
            taken += entry.cells
        room = self.size.width - taken - len(_PALETTE)
        if room > 0:
            parts += [(" " * room, ""), ("^p", "bold $accent"), (" Commands ", "")]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """A click on an entry is its key."""
        left = 0
        for entry in self.entries:
            if left <= event.x < left + entry.cells:
                self.app.simulate_key(entry.key)
                return
            left += entry.cells
        if event.x >= self.size.width - len(_PALETTE):
            self.app.action_command_palette()
