"""A list of painted rows with a cursor: the one list, tree and table body of our screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.painted import Painted, Spans, highlighted


class Rows(ScrollView, Painted, can_focus=True):
    """Rows of spans; a cursor marked by ``>`` and reversed while the list has the focus.

    ``rows`` may be any sequence, also one that makes its rows when asked. Moving repaints two
    rows; setting rows repaints those that differ.
    """

    DEFAULT_CSS = "Rows { height: 1fr; width: 1fr; scrollbar-size: 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("up,k", "step(-1)", "list.up"),
        bind("down,j", "step(1)", "list.down"),
        bind("pageup", "page(-1)", "list.page-up"),
        bind("pagedown", "page(1)", "list.page-down"),
        bind("g,home", "go(0)", "list.first"),
        bind("G,end", "go(-1)", "list.last"),
        bind("enter", "choose", "list.open", "Open what is under the cursor"),
    ]

    class Moved(Message):
        """The cursor went to another row."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows, self.index = rows, index

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    class Chosen(Moved):
        """Enter or a second click on the row under the cursor."""

    def __init__(
        self,
        *,
        cursor_mark: bool = True,
        cursor_over: bool = True,
        id: str | None = None,
        classes: str = "",
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[Spans] = ()
        self.cursor = 0
        self.cursor_mark, self.cursor_over = cursor_mark, cursor_over

    def set_rows(self, rows: Sequence[Spans], cursor: int | None = None) -> None:
        """Replace the rows; the cursor stays where it is, or goes to ``cursor``."""
        old, self.rows = self.rows, rows
        self.virtual_size = Size(self.size.width, len(rows))
        before = self.cursor
        wanted = self.cursor if cursor is None else cursor
        self.cursor = max(0, min(wanted, len(rows) - 1))
        self._reveal()  # before anything is painted, or all rows would be sent twice
        top = self.scroll_offset.y
        for y in range(self.size.height):
            index = top + y
            same = index < len(old) and index < len(rows) and old[index] == rows[index]
            gone = index >= len(old) and index >= len(rows)
            if not (same or gone) or (index in (before, self.cursor) and before != self.cursor):
                self.refresh(Region(0, y, self.size.width, 1))
        self.call_after_refresh(self._reveal)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, scroll it into view, tell by ``Moved``."""
        index = max(0, min(index, len(self.rows) - 1))
        if index == self.cursor or not self.rows:
            return
        before, self.cursor = self.cursor, index
        self._repaint(before)
        self._repaint(index)
        self._reveal()
        self.post_message(self.Moved(self, index))

    def render_line(self, y: int) -> Strip:
        """One visible row."""
        index = self.scroll_offset.y + y
        width = self.size.width
        if index >= len(self.rows):
            return self.paint((), width)
        here = index == self.cursor
        spans = self.rows[index]
        if self.cursor_mark:
            spans = [("> " if here else "  ", "accent"), *spans]
        over = "cursor" if here and self.cursor_over and self.has_focus else ""
        strip = self.paint(spans, width, over)
        if (selection := self.text_selection) is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = highlighted(strip, selection.get_span(index), style)
        return strip.apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """The text under a mouse selection, for Ctrl+C."""
        lead = "  " if self.cursor_mark else ""
        lines = [lead + "".join(text for text, _ in row) for row in self.rows]
        return selection.extract("\n".join(lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Repaint while the mouse drags."""
        self.refresh()

    def action_step(self, by: int) -> None:
        """Move by rows."""
        self.move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move by pages."""
        self.move_to(self.cursor + by * max(self.size.height - 1, 1))

    def action_go(self, index: int) -> None:
        """Move to the first (0) or last (-1) row."""
        self.move_to(index if index >= 0 else len(self.rows) - 1)

    def action_choose(self) -> None:
        """Enter on the row."""
        if self.rows:
            self.post_message(self.Chosen(self, self.cursor))

    def on_focus(self) -> None:
        """The cursor row is reversed only while the list has the focus."""
        self._repaint(self.cursor)

    def on_blur(self) -> None:
        """See :meth:`on_focus`."""
        self._repaint(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; on the row that has it, it opens the row."""
        index = self.scroll_offset.y + event.y
        if index == self.cursor:
            self.action_choose()
        elif index < len(self.rows):
            self.move_to(index)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.virtual_size = Size(self.size.width, len(self.rows))
        self.call_after_refresh(self._reveal)

    def _repaint(self, index: int) -> None:
        y = index - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0:
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)
