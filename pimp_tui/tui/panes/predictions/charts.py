"""The charts of Predictions, painted into plotext figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimp_tui.tui.widgets.numbers import Scale
from pimp_tui.tui.widgets.plot import padded, tick_texts, ticks

LOOKS = {"o": "accent", "+": "dim"}


def _axes(figure: Any, xs: Sequence[float], ys: Sequence[float], width: int, height: int,
          scale_x: float, scale_y: float) -> None:  # fmt: skip
    (x0, x1), (y0, y1) = padded(list(xs)), padded(list(ys))
    figure.xlim(x0, x1)
    figure.ylim(y0, y1)
    at = ticks(x0, x1, max(width // 12, 2))
    figure.xticks(at, tick_texts(at, scale_x))
    at = ticks(y0, y1, max(height // 3, 2))
    figure.yticks(at, tick_texts(at, scale_y))


def fit(figure: Any, points: list[dict[str, Any]], scale: Scale, width: int, height: int) -> None:
    """Predicted (y, with its interval) against measured (x); the diagonal is perfect."""
    xs = [p["measured"] for p in points]
    ys = [p["prediction"] for p in points]
    both = [*xs, *ys]
    _axes(figure, both, both, width, height, scale.divide, scale.divide)
    low, high = padded(both)
    figure.plot([low, high], [low, high], marker="braille")
    for p in points:
        if p.get("lower") is not None and p.get("upper") is not None:
            bottom, top = max(p["lower"], low), min(p["upper"], high)
            figure.plot([p["measured"]] * 2, [bottom, top], marker="╎")
    figure.scatter(xs, ys, marker="o")


def residuals(
    figure: Any, points: list[dict[str, Any]], scale: Scale, width: int, height: int
) -> None:
    """Measured minus predicted (y) against predicted (x)."""
    xs = [p["prediction"] for p in points]
    ys = [p["measured"] - p["prediction"] for p in points]
    top = max((abs(y) for y in ys), default=1.0) or 1.0
    _axes(figure, xs, [-top, top], width, height, scale.divide, scale.divide)
    low, high = padded(xs)
    figure.plot([low, high], [0, 0], marker="braille")
    figure.scatter(xs, ys, marker="o")
