"""The chart of two objectives: every configuration, the joint front and that of each model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pimp_tui.commands.report import svg
from pimp_tui.commands.report.charts_runs import LOG_FROM

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, _WIDTH - 20, 44, 364
_JOINT, _ALONE = svg.COLOURS[1], svg.COLOURS[5]
#: Of models: neither the joint front's colour nor its diamond.
_MODELS = ((0, svg.COLOURS[0]), (2, svg.COLOURS[2]), (1, svg.COLOURS[3]), (0, svg.COLOURS[4]))

_Place = Callable[[float], float]


@dataclass(frozen=True)
class Point:
    """A configuration on two objectives: its name, where it is, and what it is.

    Attributes:
        on_front: of all; on_own: on the front of its model alone.
        model: empty where there is one only.
    """

    name: str
    x: float
    y: float
    on_front: bool = False
    control: bool = False
    model: str = ""
    on_own: bool = False


def front_chart(
    points: Sequence[Point], x_label: str, y_label: str, more_of_x: bool, more_of_y: bool
) -> str:
    """All configurations, those on the front joined by steps and named.

    Of several models each has its own marks and its own dashed front.

    Args:
        more_of_x, more_of_y: whether more of it is better.

    Raises:
        ValueError: there is no point.
    """
    if not points:
        raise ValueError("a chart needs a point")
    xs = [point.x for point in points]
    x = svg.Scale(xs, _LEFT, _RIGHT, log=min(xs) > 0 and max(xs) / min(xs) >= LOG_FROM)
    y = svg.Scale((point.y for point in points), _BOTTOM, _TOP)
    ways = -1 if more_of_x else 1, -1 if more_of_y else 1
    models = sorted({point.model for point in points if point.model})
    parts = _grid(x, y)
    looks = {model: _MODELS[at % len(_MODELS)] for at, model in enumerate(models)}
    for model, (_, colour) in looks.items():
        own = [point for point in points if point.on_own and point.model == model]
        parts += _steps(own, x, y, ways, colour, "5 3")
    parts += _steps([point for point in points if point.on_front], x, y, ways, _JOINT, "")
    for point in sorted(points, key=lambda p: (p.on_front, p.control)):
        kind, colour = looks.get(point.model, (3 if point.on_front else 0, _ALONE))
        if point.on_front:
            parts.append(svg.mark(x(point.x), y(point.y), kind, _JOINT))
        else:
            parts.append(svg.mark(x(point.x), y(point.y), kind, colour, not models))
        if point.control:  # around the mark, which says whether it is on the front
            parts.append(
                f'<rect x="{x(point.x) - 7:.1f}" y="{y(point.y) - 7:.1f}" width="14" height="14" '
                f'fill="none" stroke="{svg.INK}" stroke-width="1.5"/>'
            )
    parts += _names([p for p in points if p.on_front or p.control], x, y, ways)
    parts += _key(looks, any(point.control for point in points))
    scale = ", logarithmic scale" if x.log else ""
    told = svg.fit_words(x_label, _RIGHT - _LEFT - svg.width_of([scale])) + scale
    parts.append(svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, told, "middle"))
    middle = (_TOP + _BOTTOM) / 2
    words = svg.text(14, middle + 4, svg.fit_words(y_label, _BOTTOM), "middle")
    parts.append(f'<g transform="rotate(-90 14 {middle})">{words}</g>')
    return svg.drawing(_WIDTH, _BOTTOM + 46, f"{y_label} against {x_label}", parts)


def _grid(x: svg.Scale, y: svg.Scale) -> list[str]:
    parts = []
    for value in x.ticks(6):
        parts.append(svg.line(x(value), _TOP, x(value), _BOTTOM, svg.GRID))
        parts.append(svg.text(x(value), _BOTTOM + 16, svg.number(value), "middle", 11, svg.SOFT))
    for value in y.ticks(5):
        parts.append(svg.line(_LEFT, y(value), _RIGHT, y(value), svg.GRID))
        parts.append(svg.text(_LEFT - 6, y(value) + 4, svg.number(value), "end", 11, svg.SOFT))
    return parts


def _steps(
    points: Sequence[Point], x: _Place, y: _Place, ways: tuple[int, int], colour: str, dash: str
) -> list[str]:
    """A front as a path: as good in y as its last point, until a worse x gains more."""
    front = sorted(points, key=lambda p: (ways[0] * p.x, ways[1] * p.y))
    if not front:
        return []
    path = f"M{x(front[0].x):.1f} {y(front[0].y):.1f}"
    for before, point in pairwise(front):
        path += f"L{x(point.x):.1f} {y(before.y):.1f}L{x(point.x):.1f} {y(point.y):.1f}"
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>']


def _names(points: Sequence[Point], x: _Place, y: _Place, ways: tuple[int, int]) -> list[str]:
    """Names on the better side of the front, where nothing lies, none over another."""
    placed: list[tuple[float, float]] = []
    parts = []
    for point in sorted(points, key=lambda p: ways[0] * p.x):
        px, py = x(point.x) - 7 * ways[0], y(point.y) + (15 if ways[1] > 0 else -7)
        while any(abs(px - ox) < 30 and abs(py - oy) < 12 for ox, oy in placed):
            py += 12 * ways[1]
        placed.append((px, py))
        parts.append(svg.text(px, py, point.name, "end" if ways[0] > 0 else "start", 11))
    return parts


def _key(looks: dict[str, tuple[int, str]], control: bool) -> list[str]:
    """What the marks mean, on as many of two lines as it takes."""
    told = [] if looks else [("on the front", 3, _JOINT, True), ("measured", 0, _ALONE, True)]
    told += [(svg.fit_words(name, 200, 11), kind, c, False) for name, (kind, c) in looks.items()]
    told += [("filled: on the front of all", 0, _JOINT, True)] if looks else []
    told += [("control", 1, svg.INK, False)] if control else []
    parts, x, y = [], float(_LEFT), 14
    for words, kind, colour, filled in told:
        wide = 34 + svg.width_of([words], 11)
        if x + wide > _WIDTH and x > _LEFT:
            x, y = float(_LEFT), y + 15
        parts += [svg.mark(x + 6, y - 4, kind, colour, filled), svg.text(x + 16, y, words, size=11)]
        x += wide
    return parts
