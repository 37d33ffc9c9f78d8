"""The chart of learning curves: lines with bands, as SVG text readable without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pimp_tui.commands.report import svg

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 300, 64, 46, 18, 150


@dataclass(frozen=True)
class Line:
    """A line with a band: its points (x, y, low, high), x ascending."""

    name: str
    points: Sequence[tuple[float, float, float, float]]


def line_chart(lines: Sequence[Line], x_label: str, y_label: str) -> str:
    """An SVG of the lines, their bands around them; x on a log scale, y from 0.

    Raises:
        ValueError: no line has a point.
    """
    points = [point for line in lines for point in line.points]
    if not points:
        raise ValueError("a chart needs a point")
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    x = svg.Scale((p[0] for p in points), _LEFT, right, log=True)
    y = svg.Scale((p[3] for p in points), bottom, _TOP, include=(0.0,), margin=0.0)
    parts = []
    for value in y.ticks(4):
        parts.append(svg.line(_LEFT, y(value), right, y(value), svg.GRID))
        parts.append(svg.text(_LEFT - 6, y(value) + 4, svg.number(value), "end", 11, svg.SOFT))
    last = -100.0
    for value in sorted({p[0] for p in points}):
        if x(value) - last >= 26:
            last = x(value)
            parts.append(svg.text(last, bottom + 16, f"{value:g}", "middle", 11, svg.SOFT))
    for index, one in enumerate(lines):
        colour = svg.COLOURS[index % len(svg.COLOURS)]
        above = [f"{x(p[0]):.1f},{y(p[3]):.1f}" for p in one.points]
        below = [f"{x(p[0]):.1f},{y(p[2]):.1f}" for p in reversed(one.points)]
        middle = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in one.points)
        band = " ".join(above + below)
        parts.append(f'<polygon points="{band}" fill="{colour}" fill-opacity="0.12"/>')
        parts.append(
            f'<polyline points="{middle}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts += [svg.mark(x(p[0]), y(p[1]), index, colour) for p in one.points]
        place = _TOP + 14 + 20 * index
        parts.append(svg.mark(right + 18, place - 4, index, colour))
        parts.append(svg.text(right + 30, place, svg.fit_words(one.name, _RIGHT - 36)))
    middle_y = (_TOP + bottom) / 2
    parts.append(svg.line(_LEFT, bottom, right, bottom, svg.SOFT))
    parts.append(svg.text((_LEFT + right) / 2, _HEIGHT - 8, x_label, "middle"))
    parts.append(
        f'<g transform="rotate(-90 14 {middle_y:.1f})">'
        + svg.text(14, middle_y + 4, svg.fit_words(y_label, bottom), "middle")
        + "</g>"
    )
    return svg.drawing(_WIDTH, _HEIGHT, f"{y_label} by {x_label}", parts)
