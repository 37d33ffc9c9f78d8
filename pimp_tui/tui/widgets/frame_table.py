"""A table over a Polars frame of any length: only the rows on the screen are ever formatted.

Chosen over textual-fastdatatable: one text row a record, marks and cursor that survive NO_COLOR,
units in the headings, an order and a filter computed elsewhere (by top-k first, in a thread),
and a repaint of changed cells only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message

from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, printable

if TYPE_CHECKING:
    import polars as pl

#: Cells before the first column: the cursor's mark, the user's, a blank.
GUTTER = 3


@dataclass(frozen=True)
class Column:
    """How one column of the frame is shown.

    Attributes:
        name: of the frame's column.
        heading: over the column; the widest of it and the values gives the width.
        render: a value, None included, as text.
        right: aligned to the right, as numbers are.
        longest: values are cut to so many cells.
        estimate: a Boolean column; where it is true the value carries ``~``.
        full: the heading uncut, for where the row has room left.
    """

    name: str
    heading: str
    render: Callable[[Any], str]
    right: bool = True
    longest: int = 24
    estimate: str = ""
    full: str = ""

    def cells(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Cells that the heading and these rows need."""
        needed = [min(len(_told(self, row)), self.longest) for row in rows]
        return max([len(printable(self.heading)), *needed])

    def text(self, row: Mapping[str, Any]) -> str:
        """The cell of a row."""
        text = self.render(row.get(self.name))
        return f"~{text}" if self.estimate and row.get(self.estimate) and text != "-" else text


class FrameTable(Block, can_focus=True):
    """Rows of a frame in some order, with a cursor row, a cursor column and marks.

    Attributes:
        frame: None shows nothing.
        order: row numbers of the frame in the order shown; None is the frame's own order.
        key: column whose value identifies a row.
        marked: keys with a ``*``.
        note: what stands under the heading where there is no row.
    """

    class Moved(Message):
        """Another row is under the cursor."""

        def __init__(self, table: FrameTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> FrameTable:
            """The table."""
            return self.table

    class Chosen(Moved):
        """A second click on the row under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.frame: pl.DataFrame | None = None
        self.order: pl.Series | None = None
        self.columns: Sequence[Column] = ()
        self.key = "config_id"
        self.marked: set[Any] = set()
        self.note = ""
        self.cursor = self.top = self.column = self.left = 0
        self._widths: list[int] = []
        self._page: tuple[Any, list[dict[str, Any]]] = (None, [])

    def show(
        self,
        frame: pl.DataFrame | None,
        columns: Sequence[Column],
        key: str,
        order: pl.Series | None = None,
    ) -> None:
        """Set frame, columns and order at once; cursor and scroll stay where they can."""
        self.frame, self.columns, self.key, self.order = frame, tuple(columns), key, order
        self.column = min(self.column, max(len(self.columns) - 1, 0))
        self._widths = []
        self._page = (None, [])
        self._clamp()
        self.update()

    def set_order(self, order: pl.Series | None) -> None:
        """Show the rows in another order."""
        self.order = order
        self._page = (None, [])
        self._clamp()
        self.update()

    @property
    def row_count(self) -> int:
        """Rows shown, after the filter."""
        if self.frame is None:
            return 0
        return self.frame.height if self.order is None else len(self.order)

    def row(self, index: int | None = None) -> dict[str, Any] | None:
        """The whole row under the cursor, or at a place of the order."""
        index = self.cursor if index is None else index
        if self.frame is None or not 0 <= index < self.row_count:
            return None
        at = index if self.order is None else int(self.order[index])
        return self.frame.row(at, named=True)

    def place_of(self, key: Any) -> int | None:
        """Where the row with this key stands in the order shown."""
        if self.frame is None:
            return None
        found = (self.frame[self.key] == key).arg_true()
        if self.order is not None and len(found):  # numbers compare faster than keys gather
            found = (self.order == int(found[0])).arg_true()
        return int(found[0]) if len(found) else None

    def go(self, index: int) -> None:
        """Put the cursor on a row."""
        before = self.cursor
        self.cursor = index
        self._clamp()
        self.update()
        if self.cursor != before:
            self.post_message(self.Moved(self))

    def go_column(self, index: int) -> None:
        """Put the cursor on a column."""
        self.column = max(0, min(index, len(self.columns) - 1))
        self.update()

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if row := self.row():
            self.marked ^= {row[self.key]}
            self.update()

    def cell_text(self) -> str:
        """The cell under the cursor as it is shown."""
        row = self.row()
        if row is None or not self.columns:
            return ""
        return self.columns[self.column].text(row)

    @property
    def page(self) -> int:
        """Rows on the screen."""
        return max(self.size.height - 1, 1)

    def body(self, width: int, height: int) -> list[Line]:
        """Heading and the visible rows."""
        if self.frame is None or not self.columns:
            return []
        self._clamp()
        rows = self._visible(height - 1)
        shown = self._fitting(rows, width)
        lines = [self._heading(shown)]
        if not rows and self.note:
            lines += [(), line((f"   {self.note}", "dim"))]
        for offset, row in enumerate(rows):
            lines.append(self._line(self.top + offset, row, shown))
        return lines

    def _visible(self, count: int) -> list[dict[str, Any]]:
        frame = self.frame
        assert frame is not None
        flags = (c.estimate for c in self.columns if c.estimate)
        names = list(dict.fromkeys([self.key, *(c.name for c in self.columns), *flags]))
        asked = (id(frame), id(self.order), self.top, count, tuple(names))
        if self._page[0] != asked:
            part = frame.select(names)
            if self.order is None:
                part = part.slice(self.top, max(count, 0))
            else:
                part = part[self.order.slice(self.top, max(count, 0))]
            self._page = (asked, part.to_dicts())
        return self._page[1]

    def _fitting(self, rows: list[dict[str, Any]], width: int) -> list[tuple[int, int]]:
        """(column, width) of those on the screen; the first column never leaves."""
        needed = [column.cells(rows) for column in self.columns]
        # Columns only ever grow while one scrolls, so that nothing jumps.
        if len(self._widths) == len(needed):
            needed = [max(pair) for pair in zip(needed, self._widths, strict=True)]
        self._widths = needed
        self.left = min(self.left, max(self.column, 1))
        while True:
            shown, room = [(0, needed[0])], width - GUTTER - needed[0]
            for index in range(max(self.left, 1), len(needed)):
                if room < needed[index] + 2:
                    break
                shown.append((index, needed[index]))
                room -= needed[index] + 2
            if self.column <= shown[-1][0] or self.left >= self.column:
                return self._grown(shown, room)
            self.left = max(self.left, 1) + 1

    def _grown(self, shown: list[tuple[int, int]], room: int) -> list[tuple[int, int]]:
        """Headings that were cut get what the row has left."""
        grown = []
        for index, width in shown:
            more = len(printable(self.columns[index].full)) - width
            if 0 < more <= room:
                width, room = width + more, room - more
            grown.append((index, width))
        return grown

    def _heading(self, shown: list[tuple[int, int]]) -> Line:
        parts: list[Any] = [" " * GUTTER]
        for n, (index, width) in enumerate(shown):
            column = self.columns[index]
            here = index == self.column
            parts.append(("" if n == 0 else "  ", ""))
            full = printable(column.full)
            text = full if 0 < len(full) <= width else printable(column.heading)[:width]
            parts.append((_aligned(text, width, column.right), "reverse" if here else "bright"))
        return line(*parts)

    def _line(self, index: int, row: dict[str, Any], shown: list[tuple[int, int]]) -> Line:
        here, marked = index == self.cursor, row[self.key] in self.marked
        kind = "cursor" if here and self.has_focus else ("mark" if marked else "")
        text = f"{'>' if here else ' '}{'*' if marked else ' '} "
        cells = []
        for column_index, width in shown:
            column = self.columns[column_index]
            value = _told(column, row)
            if len(value) > width:
                value = value[: width - 1] + "…"
            cells.append(_aligned(value, width, column.right))
        return ((text + "  ".join(cells), kind),)

    def _clamp(self) -> None:
        self.cursor = max(0, min(self.cursor, self.row_count - 1))
        page = self.page
        self.top = max(self.cursor - page + 1, min(self.top, self.cursor))
        self.top = max(0, min(self.top, max(self.row_count - page, 0)))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; on the row that has it, it opens the row."""
        index = self.top + event.y - 1
        if event.y >= 1 and index == self.cursor:
            self.post_message(self.Chosen(self))
        elif event.y >= 1 and index < self.row_count:
            self.go(index)

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.go(self.cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.go(self.cursor - 3)


def _told(column: Column, row: Mapping[str, Any]) -> str:
    return printable(column.text(row)[: 2 * column.longest].replace("\n", " "))


def _aligned(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
