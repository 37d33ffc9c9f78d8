"""Charts as SVG text: no library, nothing fetched, readable without a script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # Okabe and Ito
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 560, 300, 64, 44, 14, 130


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
    low, high = min(p[0] for p in points), max(p[0] for p in points)
    top = max(p[3] for p in points) or 1.0

    def x(value: float) -> float:
        span = math.log(high / low) if high > low else 1.0
        return _LEFT + math.log(value / low) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)

    parts = [_axes(x_label, y_label)]
    for value in sorted({p[0] for p in points}):
        parts.append(_text(x(value), _HEIGHT - _BOTTOM + 16, f"{value:g}", "middle"))
    for share in (0.0, 0.5, 1.0):
        parts.append(_text(_LEFT - 6, y(share * top) + 4, f"{share * top:.3g}", "end"))
    for index, line in enumerate(lines):
        colour = _COLOURS[index % len(_COLOURS)]
        above = [f"{x(p[0]):.1f},{y(p[3]):.1f}" for p in line.points]
        below = [f"{x(p[0]):.1f},{y(p[2]):.1f}" for p in reversed(line.points)]
        middle = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in line.points)
        band = " ".join(above + below)
        parts.append(f'<polygon points="{band}" fill="{colour}" fill-opacity="0.15"/>')
        parts.append(
            f'<polyline points="{middle}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        for p in line.points:
            parts.append(f'<circle cx="{x(p[0]):.1f}" cy="{y(p[1]):.1f}" r="3" fill="{colour}"/>')
        place = _TOP + 14 + 18 * index
        parts.append(
            f'<rect x="{_WIDTH - _RIGHT + 14}" y="{place - 9}" width="10" height="10" '
            f'fill="{colour}"/>'
        )
        parts.append(_text(_WIDTH - _RIGHT + 30, place, line.name, "start"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="12"><title>{escape(y_label)} by {escape(x_label)}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _axes(x_label: str, y_label: str) -> str:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    middle = (_LEFT + right) / 2
    turned = (
        f'<text x="14" y="{bottom / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {bottom / 2})">{escape(y_label)}</text>'
    )
    return (
        f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#444"/>'
        + _text(middle, _HEIGHT - 8, x_label, "middle")
        + turned
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
