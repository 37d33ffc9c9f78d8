"""Interaction plots: the mean of a metric by the values of two options, as lines side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pimp_tui.commands.report import svg

_PANEL, _HEIGHT, _LEFT, _TOP, _BOTTOM = 340, 250, 66, 34, 44


@dataclass(frozen=True)
class Panel:
    """A pair of options.

    Attributes:
        across: the option on the axis, with its ``values`` in order.
        lines: (value of the other option, points); a point is (index into values, mean, lower,
            upper, n), its ends None where too few configurations are measured.
    """

    across: str
    other: str
    values: Sequence[str]
    lines: Sequence[tuple[str, Sequence[tuple[int, float, float | None, float | None, int]]]]


def interaction_chart(panels: Sequence[Panel], unit: str) -> str:
    """The panels, two a row, on one scale; lines that are not parallel act together.

    Raises:
        ValueError: there is no point.
    """
    points = [point for panel in panels for _, line in panel.lines for point in line]
    if not points:
        raise ValueError("a chart needs a point")
    known = [float(value) for point in points for value in point[1:4] if value is not None]
    if min(float(point[1]) for point in points) >= 0:  # an interval of a mean may reach beyond
        known = [max(value, 0.0) for value in known]
    columns = min(len(panels), 2)
    key = 18 * max(len(panel.lines) for panel in panels) + 16
    tall = _HEIGHT + key
    parts: list[str] = []
    for at, panel in enumerate(panels):
        x0, y0 = _PANEL * (at % columns), tall * (at // columns)
        parts.append(f'<g transform="translate({x0} {y0})">')
        parts += _panel(panel, known, unit)
        parts.append("</g>")
    rows = (len(panels) + columns - 1) // columns
    return svg.drawing(_PANEL * columns, tall * rows, f"interaction plots of {unit}", parts)


def _panel(panel: Panel, known: Sequence[float], unit: str) -> list[str]:
    right, bottom = _PANEL - 14, _HEIGHT - _BOTTOM
    y = svg.Scale(known, bottom, _TOP)
    step = (right - _LEFT) / len(panel.values)
    halves = (svg.fit_words(name, _PANEL / 2 - 24) for name in (panel.across, panel.other))
    title = " x ".join(halves)
    parts = [svg.text(12, 18, title, bold=True)]
    for value in y.ticks(4):
        parts.append(svg.line(_LEFT, y(value), right, y(value), svg.GRID))
        parts.append(svg.text(_LEFT - 6, y(value) + 4, svg.number(value), "end", 11, svg.SOFT))
    middle = (_TOP + bottom) / 2
    named = svg.text(12, middle + 4, svg.fit_words(unit, bottom - _TOP, 11), "middle", 11, svg.SOFT)
    parts.append(f'<g transform="rotate(-90 12 {middle:.1f})">{named}</g>')
    for at, name in enumerate(panel.values):
        x = _LEFT + step * (at + 0.5)
        parts.append(svg.text(x, bottom + 16, svg.fit_words(name, step - 4, 11), "middle", 11))
    across = svg.fit_words(panel.across, right - 20, 11)
    parts.append(svg.text((_LEFT + right) / 2, bottom + 34, across, "middle", 11, svg.SOFT))
    for index, (name, line) in enumerate(panel.lines):
        colour = svg.COLOURS[index % len(svg.COLOURS)]
        shift = (index - (len(panel.lines) - 1) / 2) * min(9, step / (len(panel.lines) + 1))
        places = [(_LEFT + step * (p[0] + 0.5) + shift, p) for p in line]
        path = " ".join(f"{x:.1f},{y(p[1]):.1f}" for x, p in places)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8" '
            f'stroke-dasharray="{("", "6 3", "2 3", "8 3 2 3")[index % 4]}"/>'
        )
        for x, point in places:
            if point[2] is not None and point[3] is not None:
                low = max(point[2], min(known))
                parts.append(svg.line(x, y(low), x, y(point[3]), colour, 1.2))
            parts.append(svg.mark(x, y(point[1]), index, colour))
        ky = _HEIGHT + 8 + 18 * index
        parts.append(svg.mark(_LEFT + 4, ky - 4, index, colour))
        told = svg.fit_words(f"{panel.other}={name}", _PANEL - _LEFT - 30, 11)
        parts.append(svg.text(_LEFT + 14, ky, told, size=11))
    return parts
