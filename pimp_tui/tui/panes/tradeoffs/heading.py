"""What the rule over the scatter says, in the room it has."""

from __future__ import annotations

from pimp_tui.tui.panes.tradeoffs.details import name_of
from pimp_tui.tui.panes.tradeoffs.points import Ground
from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.panes.tradeoffs.walk import Walk
from pimp_tui.tui.widgets.numbers import big, scale_of

#: Cells of a rule that are neither title nor right end.
_FRAME = 7


def words(
    problem: Problem, walk: Walk, ground: Ground | None, learning: bool, width: int
) -> tuple[str, str]:
    """The two ends of the rule; the objectives are never cut before what stands beside them."""
    points = walk.points
    rows = [*points.measured, *points.front]
    labels = {m: scale_of(m, [row.get(m) for row in rows]).label for m in problem.objectives}
    titles = [problem.words(labels), problem.words(), problem.words(between=" · ")]
    knee = points.knee
    # Each with the form it has where room is short, the least worth keeping first.
    found = [
        ("knee", f"knee {name_of(points.front[knee], ground.plan)}"
         if ground and knee is not None and knee < len(points.front) else "", ""),
        ("measured", f"# measured {big(points.total)}", f"# {big(points.total)}"),
        ("predicted", f"o predicted {big(points.candidates)}"
         if points.candidates is not None else "",
         f"o {big(points.candidates)}" if points.candidates is not None else ""),
        ("front", f"front {len(points.front)}", f"front {len(points.front)}"),
        ("marked", *[f"{len(walk.marked)} marked" if walk.marked else ""] * 2),
    ]  # fmt: skip
    if learning:
        found[2] = ("predicted", "predicting… esc stops", "predicting…")
    order = ("measured", "predicted", "front", "knee", "marked")
    long = {name: text for name, text, _ in found}
    short = {name: text for name, _, text in found}
    if not problem.objectives:
        return "Trade-off", ""
    some = {**long, "knee": ""}
    tries = [(titles[0], long), (titles[0], some), (titles[1], some), (titles[1], short)]
    tries.append((titles[2], short))
    for name, _, _ in found[1:]:
        short = {**short, name: ""}
        tries.append((titles[2], short))
    for title, parts in tries:
        right = " · ".join(parts[name] for name in order if parts[name])
        if len(title) + len(right) + _FRAME <= width:
            return title, right
    return titles[2], ""
