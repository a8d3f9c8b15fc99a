"""Starts the interface without a terminal, presses keys, waits until everything asked is shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from tui.app import KgApp
from tui.screens.browse import Browse
from tui.screens.dialog import Dialog
from tui.source import Source

NAMES = {" ": "space", "+": "plus", "/": "slash", "?": "question_mark", "[": "left_square_bracket"}
_ROUNDS = 3  # of all messages handled, with nothing left to wait for
_FRAME = 0.02  # seconds after which what was answered has been laid out

WIDE, NORMAL, NARROW = (140, 40), (110, 30), (80, 24)


class Driver:
    """One running interface, for a test to press keys and look."""

    def __init__(self, app: KgApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def browse(self) -> Browse:
        """The screen below all dialogs."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Browse)
        return screen

    @property
    def screen(self) -> Screen[object]:
        """The screen on top."""
        return self.app.screen

    @property
    def focus(self) -> str:
        """The id of what has the focus."""
        return (self.screen.focused.id or "") if self.screen.focused else ""

    async def settle(self) -> None:
        """Wait until nothing is asked any more and everything is painted."""
        quiet, waited = 0, False
        for _ in range(2000):
            await self.pilot.pause(0.002)
            busy = self.browse.is_busy or (isinstance(self.screen, Dialog) and self.screen.is_busy)
            waited |= busy
            quiet = 0 if busy else quiet + 1
            if quiet > _ROUNDS:
                await self.pilot.pause(_FRAME if waited else 0)
                await self.pilot.pause(0)
                return
        raise AssertionError("the interface does not come to rest")

    async def press(self, *keys: str) -> None:
        """Press keys one after another, as fast as they are read, then wait."""
        for key in keys:
            self.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
            await self.pilot.pause(0)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, then wait."""
        await self.press(*text)

    @property
    def lines(self) -> list[str]:
        """The screen as text, line by line."""
        strips = self.screen._compositor.render_strips()  # noqa: SLF001 - there is no public way
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    @property
    def prose(self) -> str:
        """The screen as running text: frames and line ends are blanks."""
        return " ".join(re.sub(r"[─-╿▁-▟]", " ", self.text).split())

    @property
    def toasts(self) -> list[tuple[str, str]]:
        """Title and body of the messages, oldest first."""
        return [(note.title, note.message) for note in self.app._notifications]  # noqa: SLF001


def drive(
    source: Source,
    script: Callable[[Driver], Awaitable[None]],
    *,
    size: tuple[int, int] = NARROW,
    start: str = "",
) -> None:
    """Run ``script`` on an interface of that size."""

    async def run() -> None:
        app = KgApp(source, start=start)
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = Driver(app, pilot)
            await driver.settle()
            await script(driver)

    asyncio.run(run())
