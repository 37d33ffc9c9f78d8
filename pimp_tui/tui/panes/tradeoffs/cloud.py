"""The scatter: measured ``#``, predicted ``o``, off the front ``.``, the cursor ``@``."""

from __future__ import annotations

from typing import Any

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.tradeoffs.points import Points
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.widgets.numbers import scale_of
from pimp_tui.tui.widgets.plot import padded, tick_texts, ticks

LOOKS = {"#": "good", "o": "accent", "@": "cursor", ".": "dim"}
_MOST_LABELS = 14


def paint(
    figure: Any,
    points: Points,
    problem: Problem,
    plan: PlanInfo,
    cursor: dict[str, Any] | None,
    width: int,
    height: int,
) -> None:
    """Draw a problem's points over its first two objectives."""
    everything = [*points.measured, *points.front]
    if not everything or len(problem.objectives) < 2:
        return
    x, y = list(problem.objectives)[:2]
    scale_x, scale_y = (scale_of(m, [row[m] for row in everything]) for m in (x, y))
    x0, x1 = padded([row[x] for row in everything])
    y0, y1 = padded([row[y] for row in everything], 0.08)
    figure.xlim(x0, x1)
    figure.ylim(y0, y1)
    at = ticks(x0, x1, max(width // 12, 2))
    figure.xticks(at, tick_texts(at, scale_x.divide))
    at = ticks(y0, y1, max(height // 3, 2))
    figure.yticks(at, tick_texts(at, scale_y.divide))
    off = [row for row in points.measured if row["config_id"] not in points.front_ids]
    if off:
        figure.scatter([r[x] for r in off], [r[y] for r in off], marker=".")
    if len(points.front) > 1:
        path = sorted(points.front, key=lambda row: row[x])
        figure.plot([r[x] for r in path], [r[y] for r in path], marker="braille")
    for mark, guess in (("o", True), ("#", False)):
        rows = [r for r in points.front if bool(r.get("estimated")) == guess]
        if rows:
            figure.scatter([r[x] for r in rows], [r[y] for r in rows], marker=mark)
    measured = [row for row in points.front if not row.get("estimated")]
    if len(measured) <= _MOST_LABELS:
        for row in measured:
            _label(figure, row, f"#{plan.position(row['config_id'])}", x, y, (x0, x1), width)
    if cursor is not None:
        text = "@" if cursor.get("estimated") else f"@{plan.position(cursor['config_id'])}"
        _label(figure, cursor, text, x, y, (x0, x1), width)


def _label(
    figure: Any, row: dict[str, Any], text: str, x: str, y: str, span: tuple[float, float],
    width: int,
) -> None:  # fmt: skip
    """Put a label with its first character, the mark, on the point."""
    cell = (span[1] - span[0]) / max(width - 6, 1)
    left = row[x] + len(text) * cell < span[1]
    figure.text(text if left else text[0], row[x], row[y], alignment="left")
