"""Charts of what was measured: every run of each configuration, and the front of two objectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pimp_tui.commands import svg

_ROW, _TOP, _BOTTOM, _WIDTH = 15, 26, 46, 720
MOST = 48
_LOG_FROM = 8.0  # a range of so many times is drawn on a logarithmic scale


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
    wide = min(values) > 0 and max(values) / min(values) >= _LOG_FROM
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


@dataclass(frozen=True)
class Point:
    """A configuration on two objectives: its name, where it is, and what it is."""

    name: str
    x: float
    y: float
    on_front: bool = False
    control: bool = False
    estimated: bool = False


def front_chart(
    points: Sequence[Point], x_label: str, y_label: str, more_of_x: bool, more_of_y: bool
) -> str:
    """All configurations, those on the front joined by steps and named.

    Args:
        more_of_x, more_of_y: whether more of it is better.

    Raises:
        ValueError: there is no point.
    """
    if not points:
        raise ValueError("a chart needs a point")
    left, right, top, bottom = 66, _WIDTH - 20, 40, 360
    xs = [point.x for point in points]
    x = svg.Scale(xs, left, right, log=min(xs) > 0 and max(xs) / min(xs) >= _LOG_FROM)
    y = svg.Scale((point.y for point in points), bottom, top)
    parts = []
    for value in x.ticks(6):
        parts.append(svg.line(x(value), top, x(value), bottom, svg.GRID))
        parts.append(svg.text(x(value), bottom + 16, svg.number(value), "middle", 11, svg.SOFT))
    for value in y.ticks(5):
        parts.append(svg.line(left, y(value), right, y(value), svg.GRID))
        parts.append(svg.text(left - 6, y(value) + 4, svg.number(value), "end", 11, svg.SOFT))
    way_x, way_y = (-1 if more_of_x else 1), (-1 if more_of_y else 1)
    front = sorted((p for p in points if p.on_front), key=lambda p: (way_x * p.x, way_y * p.y))
    steps = ""
    for at, point in enumerate(front):
        if at:
            steps += f"L{x(point.x):.1f} {y(front[at - 1].y):.1f}"
        steps += f"{'L' if at else 'M'}{x(point.x):.1f} {y(point.y):.1f}"
    colour = svg.COLOURS[1]
    if steps:
        parts.append(f'<path d="{steps}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    for point in sorted(points, key=lambda p: (p.on_front, p.control)):
        if point.on_front:
            parts.append(svg.mark(x(point.x), y(point.y), 3, colour, not point.estimated))
        elif not point.control:
            parts.append(svg.mark(x(point.x), y(point.y), 0, svg.COLOURS[5], not point.estimated))
        if point.control:
            parts.append(svg.mark(x(point.x), y(point.y), 1, svg.INK, filled=False))
    placed: list[tuple[float, float]] = []
    for point in (p for p in points if p.on_front or p.control):
        # on the better side of a front lies nothing
        px, py = x(point.x) - 7 * way_x, y(point.y) + (15 if way_y > 0 else -7)
        while any(abs(px - ox) < 30 and abs(py - oy) < 12 for ox, oy in placed):
            py += 12 * way_y
        placed.append((px, py))
        parts.append(svg.text(px, py, point.name, "end" if way_x > 0 else "start", 11))
    parts += _key(left, 16, any(point.control for point in points))
    scale = ", logarithmic scale" if x.log else ""
    told = svg.fit_words(x_label, right - left - svg.width_of([scale])) + scale
    parts.append(svg.text((left + right) / 2, bottom + 36, told, "middle"))
    parts.append(
        f'<g transform="rotate(-90 14 {(top + bottom) / 2})">'
        + svg.text(14, (top + bottom) / 2 + 4, svg.fit_words(y_label, bottom), "middle")
        + "</g>"
    )
    return svg.drawing(_WIDTH, bottom + 46, f"{y_label} against {x_label}", parts)


def _key(x: float, y: float, control: bool) -> list[str]:
    parts = []
    for words, kind, colour, filled in (
        ("on the front", 3, svg.COLOURS[1], True),
        ("measured", 0, svg.COLOURS[5], True),
        *([("control", 1, svg.INK, False)] if control else []),
    ):
        parts += [svg.mark(x + 6, y - 4, kind, colour, filled), svg.text(x + 18, y, words, size=11)]
        x += 40 + svg.width_of([words], 11)
    return parts
