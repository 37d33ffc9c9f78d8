"""A plotext chart in a block: plain characters, looks by kind, drawn when data or size change."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, from_columns, wrap

_CODES = re.compile(r"\x1b\[[0-9;]*m")
_AXES = frozenset("┤┼└┬─│┴├┘┌┐")
#: Fills a plotext figure for an area of (width, height).
Paint = Callable[[Any, int, int], None]


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
        self._paint_figure(figure, width, height)
        rows = _CODES.sub("", figure.build()).rstrip("\n").split("\n")
        return [self._styled(row) for row in rows]

    def _styled(self, row: str) -> Line:
        cells = []
        axis = True
        for char in row:
            if axis:
                cells.append((char, "dim"))
                axis = char not in "┤│└┼"
            else:
                cells.append((char, self.looks.get(char, "dim" if char in _AXES else "")))
        return from_columns(cells)


def ticks(low: float, high: float, count: int) -> list[float]:
    """About ``count`` round values within [low, high]."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or count < 1:
        return [low] if math.isfinite(low) else []
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def tick_texts(values: list[float], divide: float = 1.0) -> list[str]:
    """Labels with just enough digits to tell the values apart."""
    scaled = [value / divide for value in values]
    for digits in range(5):
        texts = [f"{value:.{digits}f}" for value in scaled]
        close = all(abs(float(t) - v) <= 1e-9 + 1e-6 * abs(v)
                    for t, v in zip(texts, scaled, strict=True))  # fmt: skip
        if close:
            return texts
    return [f"{value:.4g}" for value in scaled]


def padded(values: list[float], share: float = 0.04) -> tuple[float, float]:
    """The range of values, a little wider, never empty."""
    low, high = min(values), max(values)
    room = (high - low) * share or abs(high) * 0.1 or 1.0
    return low - room, high + room
