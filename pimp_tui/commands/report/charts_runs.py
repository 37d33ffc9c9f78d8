"""The chart of what was measured: every run of each configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pimp_tui.commands.report import svg

_ROW, _TOP, _BOTTOM, _WIDTH = 15, 26, 46, 720
MOST = 48
LOG_FROM = 8.0  # a range of so many times is drawn on a logarithmic scale


@dataclass(frozen=True)
class Row:
    """A configuration: its name, the values of its good runs, how many failed, its kind."""

    name: str
    values: Sequence[float]
    failed: int = 0
    control: bool = False


def runs_chart(rows: Sequence[Row], unit: str) -> str:
    """A line a configuration, least median first: every run a point, the median a bar.

    Of more than 48 configurations every so-manieth is drawn, the control always.

    Raises:
        ValueError: no run has a value.
    """
    ran = sorted((row for row in rows if row.values), key=lambda row: median(row.values))
    if not ran:
        raise ValueError("a chart needs a run")
    if len(ran) > MOST:
        kept = {round(at * (len(ran) - 1) / (MOST - 1)) for at in range(MOST)}
        ran = [row for at, row in enumerate(ran) if at in kept or row.control]
    values = [value for row in ran for value in row.values]
    left = min(max(svg.width_of((row.name for row in ran), 11) + 14, 60), 150)
    wide = min(values) > 0 and max(values) / min(values) >= LOG_FROM
    x = svg.Scale(values, left, _WIDTH - 70, log=wide)
    bottom = _TOP + _ROW * len(ran)
    parts = [svg.text(_WIDTH - 6, _TOP - 10, "runs", "end", 11, svg.SOFT)]
    for value in x.ticks(6):
        parts.append(svg.line(x(value), _TOP - 4, x(value), bottom, svg.GRID))
        parts.append(svg.text(x(value), bottom + 16, svg.number(value), "middle", 11, svg.SOFT))
    for at, row in enumerate(ran):
        y = _TOP + _ROW * at + _ROW / 2
        colour = svg.COLOURS[1] if row.control else svg.COLOURS[0]
        parts.append(svg.text(left - 8, y + 4, row.name, "end", 11, bold=row.control))
        low, high = x(min(row.values)), x(max(row.values))
        parts.append(svg.line(low, y, high, y, colour, 1))
        for value in row.values:
            parts.append(
                f'<circle cx="{x(value):.1f}" cy="{y:.1f}" r="2.6" fill="{colour}" '
                f'fill-opacity="0.55"/>'
            )
        middle = x(median(row.values))
        parts.append(svg.line(middle, y - 6, middle, y + 6, svg.INK, 2))
        told = f"{len(row.values)}" + (f", {row.failed} failed" if row.failed else "")
        parts.append(svg.text(_WIDTH - 6, y + 4, told, "end", 10, svg.SOFT))
    scale = ", logarithmic scale" if x.log else ""
    told = svg.fit_words(unit, _WIDTH - 90 - svg.width_of([scale])) + scale
    parts.append(svg.text((left + _WIDTH - 70) / 2, bottom + 36, told, "middle"))
    return svg.drawing(_WIDTH, bottom + _BOTTOM, f"{unit} of every run", parts)
