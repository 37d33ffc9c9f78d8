"""The charts of Predictions, painted into plotext figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimp_tui.tui.widgets.numbers import Scale
from pimp_tui.tui.widgets.plot import padded, tick_texts, ticks

LOOKS = {"o": "accent", "+": "dim"}
#: Marks of the lines of a learning curve, in turn.
CURVE_MARKS = "o+*#%&"


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


def curve(
    figure: Any, lines: dict[str, list[dict[str, Any]]], scale: Scale, width: int, height: int
) -> None:
    """Mean error (y) by the number of configurations learnt from (x), a line a sampler.

    Args:
        lines: sampler -> its records; the first has its 95 % intervals drawn.
    """
    records = [record for found in lines.values() for record in found]
    share = in_percent(records)
    error, divide = ("mape", 1.0) if share else ("mae", scale.divide)
    ys = [record[error] for record in records]
    first = next(iter(lines.values()))
    ys += [end for record in first for end in record.get(f"{error}_interval") or ()]
    _axes(figure, [record["n"] for record in records], [*ys, 0.0], width, height, 1.0, divide)
    for record in first:
        if interval := record.get(f"{error}_interval"):
            figure.plot([record["n"]] * 2, list(interval), marker="╎")
    for found in lines.values():
        xs = [record["n"] for record in found]
        if len(xs) > 1:
            figure.plot(xs, [record[error] for record in found], marker="braille")
    for found, mark in reversed(list(zip(lines.values(), CURVE_MARKS, strict=False))):
        figure.scatter([r["n"] for r in found], [r[error] for r in found], marker=mark)


def in_percent(records: Sequence[dict[str, Any]]) -> bool:
    """Whether the errors of a learning curve can be told in percent of the measured value."""
    return all(record.get("mape") is not None for record in records)


def curve_lines(records: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """sampler -> its records by size, all configurations first; as many as there are marks."""
    found: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(records, key=lambda one: one["n"]):
        found.setdefault(str(record["training"]), []).append(record)
    names = sorted(found, key=lambda name: (name != "all", -len(found[name])))
    return {name: found[name] for name in names[: len(CURVE_MARKS)]}


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
