"""The scatter: measured ``#``, predicted ``o``, off the front ``.``, the cursor ``@``."""

from __future__ import annotations

import itertools
from typing import Any

from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.tradeoffs.details import name_of
from pimp_tui.tui.panes.tradeoffs.points import Points
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.widgets.axis import Axis
from pimp_tui.tui.widgets.numbers import scale_of

LOOKS = {"#": "good", "o": "accent", "@": "cursor", ".": "dim"}
_MOST_LABELS = 14
Place = tuple[float, float]


def paint(
    figure: Any, points: Points, problem: Problem, plan: PlanInfo, cursor: dict[str, Any] | None,
    width: int, height: int,
) -> tuple[Axis, Axis] | None:  # fmt: skip
    """Draw a problem's points over its first two objectives."""
    everything = [*points.measured, *points.front]
    if not everything or len(problem.objectives) < 2:
        return None
    first, second = list(problem.objectives)[:2]
    x, y = (
        Axis.of(values, scale_of(metric, values), log=True, share=share)
        for metric, share in ((first, 0.04), (second, 0.08))
        if (values := [row[metric] for row in everything])
    )

    def place(row: dict[str, Any]) -> Place:
        return x.at(row[first]), y.at(row[second])

    front = [place(row) for row in points.front]
    if len(problem.objectives) == 2:  # of three objectives, two show no edge
        _edge(figure, front, first_is_least=problem.objectives[first] == "min")
    ids = points.front_ids
    for mark, rows in (
        (".", [row for row in points.measured if row["config_id"] not in ids]),
        ("o", [row for row in points.front if row.get("estimated")]),
        ("#", [row for row in points.front if not row.get("estimated")]),
    ):
        if rows:
            figure.scatter(*zip(*map(place, rows), strict=True), marker=mark)
    cell = (x.high - x.low) / max(width - 6, 1), (y.high - y.low) / max(height - 3, 1)
    here = cursor["config_id"] if cursor else None
    measured = [row for row in points.front if not row.get("estimated")]
    if len(measured) <= _MOST_LABELS:
        for row in measured:
            if row["config_id"] != here:
                name = f"#{plan.position(row['config_id'])}"
                _label(figure, name, place(row), front, cell, x.high)
    if cursor is not None:
        name = f"@{name_of(cursor, plan).removeprefix('#')}"
        _label(figure, name, place(cursor), front, cell, x.high)
    return x, y


def _edge(figure: Any, front: list[Place], first_is_least: bool) -> None:
    """Stairs from point to point: beyond them some point of the front beats every other."""
    path = sorted(front)
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        level, wall = (y0, x1) if first_is_least else (y1, x0)
        figure.plot([x0, x1], [level, level], marker="─")
        figure.plot([wall, wall], [y0, y1], marker="│")
        corner = ("┘" if y1 > y0 else "┐") if first_is_least else ("┌" if y1 > y0 else "└")
        figure.scatter([wall], [level], marker=corner)


def _label(figure: Any, text: str, at: Place, front: list[Place], cell: Place, end: float) -> None:
    """A label with its first character, the mark, on the point; that alone where room is short."""
    away = [
        (x - at[0]) / cell[0]
        for x, y in front
        if x > at[0] and abs(y - at[1]) < cell[1]
    ]  # fmt: skip
    room = min([(end - at[0]) / cell[0] + 1, *(d for d in away if d >= 0.5)])
    figure.text(text if len(text) <= room else text[0], *at, alignment="left")
