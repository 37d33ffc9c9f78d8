"""A plotext chart in a block: plain characters, looks by kind, drawn when data or size change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pimp_tui.tui.widgets.axis import Axis
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, from_columns, wrap

_CODES = re.compile(r"\x1b\[[0-9;]*m")
_AXES = frozenset("┤┼└┬─│┴├┘┌┐")
#: Fills a plotext figure for an area of (width, height); gives its axes x and y.
Paint = Callable[[Any, int, int], tuple[Axis, Axis] | None]


class PlotBlock(Block):
    """Characters of a plotext figure.

    Colours are not plotext's: a mark has the look that ``looks`` names for its character, so
    that shape comes first and one theme decides.

    Args:
        paint: draws into a cleared figure.
        looks: character -> kind.
    """

    def __init__(self, paint: Paint, looks: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._paint_figure, self.looks = paint, looks
        self.note = ""
        self._figure: Any = None

    def say(self, note: str) -> None:
        """A sentence in place of the chart; empty brings the chart back."""
        self.note = note
        self.update()

    def body(self, width: int, height: int) -> list[Line]:
        """The chart's rows."""
        if self.note:
            note = self.own_words(self.note)
            return [(), *(((f"  {part}", ""),) for part in wrap(note, width - 4))]
        if width < 12 or height < 4:
            return []
        if self._figure is None:
            from textual_plotext.plot import Plot

            self._figure = Plot()
        figure = self._figure
        figure.clear_figure()
        figure.plotsize(width, height)
        # plotext keeps an old size without this: github.com/Textualize/textual-plotext/issues/5
        figure._set_size(width, height)
        figure.theme("clear")
        figure.xaxes(True, False)
        figure.yaxes(True, False)
        axes = self._paint_figure(figure, width, height)
        if axes is not None:
            _set_axes(figure, *axes, width, height)
        rows = _CODES.sub("", figure.build()).rstrip("\n").split("\n")
        name = _name_axes(rows, axes[0].name, axes[1].name, width) if axes is not None else range(0)
        foot = len(rows) - 2
        return [
            self._styled(row, name if not y else range(width) if y >= foot else range(0))
            for y, row in enumerate(rows)
        ]

    def _styled(self, row: str, plain: range) -> Line:
        cells = []
        axis = True
        for at, char in enumerate(row):
            if at in plain:
                cells.append((char, "dim"))
            elif axis:
                cells.append((char, "dim"))
                axis = char not in "┤│└┼"
            else:
                cells.append((char, self.looks.get(char, "dim" if char in _AXES else "")))
        return from_columns(cells)


def _set_axes(figure: Any, x: Axis, y: Axis, width: int, height: int) -> None:
    figure.xlim(x.low, x.high)
    figure.ylim(y.low, y.high)
    figure.xticks(*x.ticks(max(width // 12, 2)))
    figure.yticks(*y.ticks(max(height // 3, 2)))


def _name_axes(rows: list[str], x_name: str, y_name: str, width: int) -> range:
    """Write the names: x at the end of its axis, y beside the top of its own where it is free.

    Returns:
        the cells of the top row that hold y's name.
    """
    if len(rows) < 4:
        return range(0)
    room = width - len(x_name) - 1
    if room > width // 3:
        rows[-2] = f"{rows[-2][:room]} {x_name}"
    top, long = rows[0].ljust(width), len(y_name)
    axis = next((at for at, char in enumerate(top) if char in "┤│└┼"), 0)
    for start in (axis + 2, width - long):
        if start > axis + 1 and not top[start - 1 : start + long].strip():
            rows[0] = f"{top[:start]}{y_name}{top[start + long :]}"
            return range(start, start + long)
    return range(0)
