"""The lines at the top: the title with the size and age of the graph, and the trail."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widget import Widget

from kg.papers import ago
from tui.reading import Overview
from tui.text import clean, count, cut, width
from tui.trail import Trail

_TITLE = 24  # cells that the workspace's name may take at most


class TitleBar(Widget):
    """``kg · research      126 nodes · 310 statements · papers checked 2 days ago``."""

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """The name of the workspace; the counts come later."""
        super().__init__(id=id)
        self._title = clean(title)
        self._facts: tuple[str, ...] = ()
        self._busy = ""

    def show(self, overview: Overview, now: datetime) -> None:
        """Show the size of the graph and how old its paper metadata are."""
        facts = [count(overview.nodes, "node"), count(overview.statements, "statement")]
        if overview.fetched is not None:
            facts.append(f"papers checked {ago(overview.fetched, now)}")
        if overview.bare:
            facts.append(f"{count(overview.bare, 'paper')} without metadata")
        self._facts = tuple(facts)
        self.refresh()

    def busy(self, what: str = "") -> None:
        """Say what is being done right now; "" when it is over."""
        self._busy = what
        self.refresh()

    def render(self) -> Content:
        """The name left, as many facts right as there is room for."""
        room = self.size.width - 2
        title = cut(self._title, _TITLE)
        facts = [f"⟳ {self._busy}"] if self._busy else list(self._facts)
        while facts and width(" · ".join(facts)) + width(title) + 7 > room:
            facts.pop()
        right = " · ".join(facts)
        gap = " " * max(1, room - width(title) - width(right) - 5)
        return Content.assemble(
            (" kg", "bold $primary"), (" · ", "$kg-muted"), (title, "bold"), gap, (right, "$kg-muted"), " "
        )


class TrailBar(Widget):
    """``LLaMA › Alpaca › LoRA            [ back  ] forward``: the last steps, as many as fit."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """No steps yet."""
        super().__init__(id=id)
        self._trail = Trail()

    def show(self, trail: Trail) -> None:
        """Show where someone is and came from."""
        self._trail = trail
        self.refresh()

    def render(self) -> Content:
        """The steps up to here, the oldest left out first; then where the keys lead."""
        ways = [
            word
            for word, leads in (
                ("[ back", self._trail.can_go_back),
                ("] forward", self._trail.can_go_forward),
            )
            if leads
        ]
        right = "  ".join(ways)
        room = self.size.width - width(right) - 4
        names = [clean(stop.label) for stop in self._trail.stops[: self._trail.at + 1]]
        while len(names) > 1 and width(" › ".join(names)) > room:
            names = ["…", *names[2:]] if names[0] == "…" else ["…", *names[1:]]
            if len(names) == 2:  # noqa: PLR2004 - the mark and the present stop
                break
        here = cut(names.pop(), max(1, room - width(" › ".join([*names, ""])))) if names else ""
        before = "".join(f"{name} › " for name in names)
        gap = " " * max(1, room + 2 - width(before) - width(here))
        return Content.assemble(" ", (before, "$kg-muted"), (here, "bold"), gap, (right, "$kg-muted"), " ")
