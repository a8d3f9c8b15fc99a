"""The application: its themes, its first screen, its commands; all work is done by the screens."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.widgets import Input

from . import themes
from .bindings import BROWSE, DIALOG, LISTS, SEARCH, WHY, keys
from .screens.browse import Browse
from .source import Source


class KgApp(App[None]):
    """Browse one graph. ``bug`` is the error that ended it, if one did."""

    CSS_PATH = Path(__file__).parent / "styles" / "kg.tcss"
    TITLE = "kg"

    def __init__(self, source: Source, *, start: str = "") -> None:
        """``start``: the slug of the node to begin with, if any."""
        super().__init__()
        self.source = source
        self.start = start
        self.bug: Exception | None = None
        for theme in (themes.DARK, themes.LIGHT):
            self.register_theme(theme)
        chosen = themes.preferred(os.environ)
        self.theme = chosen if chosen in self.available_themes else themes.DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The one screen there is."""
        return Browse(self.source, self.start)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens under themes that do not know them."""
        own = self.current_theme.to_color_system().generate()
        return {name: own[token] for name, token in themes.DEFAULTS.items()}

    def action_help(self) -> None:
        """The keys of what has the focus."""
        from .screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self._place))

    @property
    def _place(self) -> str:
        from .screens.dialog import Dialog
        from .screens.why import Why

        if isinstance(self.screen, Why):
            return WHY
        if isinstance(self.screen, Dialog):
            return DIALOG
        if isinstance(self.screen.focused, Input):
            return SEARCH
        return LISTS if self.screen.focused is not None and self.screen.focused.id != "edges" else BROWSE

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The rows of the table of keys as commands, then the themes."""
        if isinstance(screen, Browse):
            for key in keys(BROWSE):
                if screen.check_action(key.action, ()):
                    yield SystemCommand(
                        f"{key.label} ({key.display})", key.tooltip, lambda act=key.action: self._act(act)
                    )
        yield SystemCommand("Theme: choose", "Change the colours", self.action_change_theme)

    async def _act(self, action: str) -> None:
        await self.run_action(action, default_namespace=self.screen)

    def _handle_exception(self, error: Exception) -> None:
        """End without a traceback on screen: the command that started the app tells the bug."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        if self.bug is None:
            self.bug = error
        self._close_messages_no_wait()
