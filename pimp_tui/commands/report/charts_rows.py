"""A chart of values by name, one a row, each with its interval: effects, importance, strengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pimp_tui.commands.report import svg

MOST = 24  # rows drawn
_ROW, _TOP, _BOTTOM, _WIDTH = 20, 30, 46, 720


@dataclass(frozen=True)
class Row:
    """A value with its interval.

    Attributes:
        lower, upper: None where there is no interval.
        sure: whether what it says is shown.
        told: words at the end of the row.
    """

    name: str
    value: float
    lower: float | None
    upper: float | None
    sure: bool
    told: str = ""


def rows_chart(rows: Sequence[Row], unit: str, heading: str = "") -> str:
    """Each value with its interval; full where it is shown, hollow where not.

    Args:
        unit: what the axis says.
        heading: of the words at the rows' ends.

    Raises:
        ValueError: there is no row.
    """
    if not rows:
        raise ValueError("a chart needs a row")
    left = min(max(1.1 * svg.width_of(row.name for row in rows) + 16, 120), 340)
    right = _WIDTH - (96 if heading else 20)
    ends = [end for row in rows for end in (row.value, row.lower, row.upper) if end is not None]
    x = svg.Scale(ends, left, right, include=(0.0,))
    bottom = _TOP + _ROW * len(rows)
    parts = []
    for value in x.ticks():
        parts.append(svg.line(x(value), _TOP - 6, x(value), bottom, svg.GRID))
        parts.append(svg.text(x(value), bottom + 16, svg.number(value), "middle", 11, svg.SOFT))
    parts.append(svg.line(x(0.0), _TOP - 6, x(0.0), bottom, svg.INK, 1.2))
    parts.append(svg.text(_WIDTH - 6, _TOP - 12, heading, "end", 11, svg.SOFT))
    for at, row in enumerate(rows):
        y = _TOP + _ROW * at + _ROW / 2
        colour = svg.COLOURS[1 if row.value > 0 else 0] if row.sure else svg.SOFT
        name = svg.fit_words(row.name, (left - 12) / (1.1 if row.sure else 1.0))
        parts.append(svg.text(left - 8, y + 4, name, "end", bold=row.sure))
        if row.lower is not None and row.upper is not None:
            parts.append(svg.line(x(row.lower), y, x(row.upper), y, colour, 2))
        parts.append(svg.mark(x(row.value), y, 0, colour, row.sure))
        ink = svg.INK if row.sure else svg.SOFT
        parts.append(svg.text(_WIDTH - 6, y + 4, row.told, "end", 11, ink))
    middle = (left + right) / 2
    told = svg.fit_words(unit, 2 * (_WIDTH - middle))
    parts.append(svg.text(middle, bottom + 36, told, "middle"))
    return svg.drawing(_WIDTH, bottom + _BOTTOM, unit, parts)
