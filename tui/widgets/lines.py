"""A list of lines with a cursor, painted line by line: the one list widget of the program.

It knows how many lines there are and asks for a line when that line is painted, so its cost does
not depend on how long it is. The cursor is a bar and a ground; kinds are letters first.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.bindings import LISTS, bindings
from tui.text import clean, cut, width, wrap
from tui.themes import GROUPS

Part = tuple[str, str]
"""A text and the name of its style; "" for the list's own."""

_DOUBLE = 2  # clicks that open


class LineList(ScrollView, can_focus=True):
    """Lines of parts with a cursor; subclasses say how many there are and what each holds."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor", "lines--blurred", "lines--muted", "lines--bar", "lines--strong",
        "lines--warning", "lines--marked",
        *(f"lines--{group}" for group in GROUPS),
    }  # fmt: skip
    BINDINGS = bindings(LISTS)

    cursor = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, lines: LineList) -> None:
            """Of which list."""
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> LineList:
            """The list, for handlers that name one."""
            return self.lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """An empty list; ``message`` is shown while there are no lines."""
        super().__init__(id=id, classes=classes)
        self.message: tuple[str, ...] = ()

    # ------------------------------------------------------------------ for subclasses

    @property
    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def parts(self, number: int, cells: int) -> list[Part]:
        """Line ``number`` in ``cells`` cells."""
        raise NotImplementedError

    def is_open(self, number: int) -> bool:
        """Whether the cursor may stand on that line."""
        return 0 <= number < self.count

    # ------------------------------------------------------------------------ painting

    def relist(self, *, cursor: int = 0) -> None:
        """Show the lines as they are now, with the cursor on one of them."""
        self.virtual_size = Size(0, self.count)
        self.cursor = max(0, min(cursor, self.count - 1))
        self.scroll_to(y=min(self.scroll_offset.y, max(0, self.count - 1)), animate=False)
        self._show_cursor()
        self.refresh()

    def say(self, *paragraphs: str) -> None:
        """Show these paragraphs while there are no lines."""
        self.message = paragraphs
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One painted line: the bar, the parts, the ground."""
        cells, number = self.size.width, self.scroll_offset.y + y
        ground = self.rich_style
        if not self.count:
            return self._message_line(y, cells, ground)
        if number >= self.count:
            return Strip.blank(cells, ground)
        bar = " "
        if number == self.cursor:
            bar = "▌"
            ground += self.get_component_rich_style(
                "lines--cursor" if self.has_focus else "lines--blurred", partial=True
            )
        segments = [Segment(bar, ground + self._style("bar" if self.has_focus else "muted"))]
        segments += [
            Segment(text, ground + self._style(name)) for text, name in self.parts(number, cells - 1)
        ]
        return Strip(segments).adjust_cell_length(cells, ground)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"lines--{name}", partial=True) if name else Style.null()

    def _message_line(self, y: int, cells: int, ground: Style) -> Strip:
        lines: list[str] = [""]
        for paragraph in self.message:
            lines += [*wrap(clean(paragraph), cells - 4), ""]
        text = cut(lines[y], cells - 4) if y < len(lines) else ""
        return Strip([Segment(f"  {text}", ground)]).adjust_cell_length(cells, ground)

    def watch_has_focus(self, _focused: bool) -> None:  # noqa: FBT001 - Textual's signature
        """Repaint the cursor: it looks different without focus."""
        super().watch_has_focus(_focused)
        self.refresh()

    # ------------------------------------------------------------------------- moving

    def watch_cursor(self, before: int, now: int) -> None:
        """Repaint two lines, keep the cursor in sight, tell who listens."""
        if before == now:
            return
        self.refresh_line(before)
        self.refresh_line(now)
        self._show_cursor()
        self.post_message(self.Moved(self))

    def _show_cursor(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def _step(self, target: int) -> None:
        """Put the cursor on ``target`` or the nearest line beyond it that it may stand on."""
        last = self.count - 1
        target = max(0, min(last, target))
        step = 1 if target >= self.cursor else -1
        while 0 <= target <= last and not self.is_open(target):
            target += step
        if 0 <= target <= last:
            self.cursor = target

    def action_move(self, lines: int) -> None:
        """Down or, negative, up by so many lines."""
        self._step(self.cursor + lines)

    def action_page(self, pages: int) -> None:
        """Down or up by as many lines as are seen."""
        self._step(self.cursor + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """To the first line."""
        self.cursor = 0
        self._step(0)

    def action_last(self) -> None:
        """To the last line."""
        self._step(self.count - 1)

    async def on_click(self, event: events.Click) -> None:
        """One click puts the cursor on a line, two open it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        number = self.scroll_offset.y + offset.y
        if self.is_open(number):
            self.cursor = number
            if event.chain == _DOUBLE:
                await self.run_action("screen.choose")

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._show_cursor()


def spread(left: list[Part], right: list[Part], cells: int) -> list[Part]:
    """Both sides on one line of ``cells`` cells; the left one is cut where it is too long."""
    taken = sum(width(text) for text, _ in right)
    room = max(0, cells - taken)
    shown: list[Part] = []
    for text, style in left:
        short = cut(text, room)
        shown.append((short, style))
        room -= width(short)
        if short != text:
            break
    return [*shown, (" " * room, ""), *right]
