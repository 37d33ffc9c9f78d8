"""The charts of Predictions, painted into plotext figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pimp_tui.tui.widgets.axis import Axis
from pimp_tui.tui.widgets.numbers import Scale

LOOKS = {"o": "accent", "╎": "dim"}
#: Marks of the lines of a learning curve, in turn.
CURVE_MARKS = "o+*#%&"


Axes = tuple[Axis, Axis]


def fit(figure: Any, points: list[dict[str, Any]], scale: Scale) -> Axes:
    """Predicted (y, with its interval) against measured (x); the diagonal is perfect."""
    both = [value for p in points for value in (p["measured"], p["prediction"])]
    x = Axis.of(both, scale, f"measured {scale.unit}".strip(), log=True)
    y = replace(x, name=x.name.replace("measured", "predicted"))
    figure.plot([x.low, x.high], [y.low, y.high], marker="braille")
    for p in points:
        if p.get("lower") is not None and p.get("upper") is not None:
            ends = [y.clip(p["lower"]), y.clip(p["upper"])]
            figure.plot([x.at(p["measured"])] * 2, ends, marker="╎")
    figure.scatter(
        x.all(p["measured"] for p in points), y.all(p["prediction"] for p in points), marker="o"
    )
    return x, y


def curve(figure: Any, lines: dict[str, list[dict[str, Any]]], scale: Scale) -> Axes:
    """Mean error (y) by the number of configurations learnt from (x), a line a sampler.

    Args:
        lines: sampler -> its records; the first has its 95 % intervals drawn.
    """
    records = [record for found in lines.values() for record in found]
    share = in_percent(records)
    error, shown = ("mape", Scale("MAPE", 1.0, "%", 1)) if share else ("mae", scale)
    ys = [record[error] for record in records]
    first = next(iter(lines.values()))
    ys += [end for record in first for end in record.get(f"{error}_interval") or ()]
    counts = [record["n"] for record in records]
    x = replace(Axis.of(counts, Scale("configurations learnt from", 1.0, "", 0)), whole=True)
    y = Axis.of([*ys, 0.0], shown, "MAPE %" if share else f"MAE {scale.unit}".strip())
    for record in first:
        if interval := record.get(f"{error}_interval"):
            figure.plot([record["n"]] * 2, list(interval), marker="╎")
    for found in lines.values():
        xs = [record["n"] for record in found]
        if len(xs) > 1:
            figure.plot(xs, [record[error] for record in found], marker="braille")
    for found, mark in reversed(list(zip(lines.values(), CURVE_MARKS, strict=False))):
        figure.scatter([r["n"] for r in found], [r[error] for r in found], marker=mark)
    return x, y


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


def residuals(figure: Any, points: list[dict[str, Any]], scale: Scale) -> Axes:
    """Measured minus predicted (y) against predicted (x)."""
    xs = [p["prediction"] for p in points]
    ys = [p["measured"] - p["prediction"] for p in points]
    top = max((abs(y) for y in ys), default=1.0) or 1.0
    x = Axis.of(xs, scale, f"predicted {scale.unit}".strip(), log=True)
    y = Axis.of([-top, top], scale, f"measured - predicted {scale.unit}".strip())
    figure.plot([x.low, x.high], [0, 0], marker="braille")
    figure.scatter(x.all(xs), ys, marker="o")
    return x, y
