"""Points of the scatter: measured ones and their front at once, predicted ones when they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.tradeoffs.problem import MOST_OBJECTIVES, Problem
from pimp_tui.tui.panes.tradeoffs.promises import Promises, read_promises

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session.bundle import Session

#: Points kept as rows; more would only fill the area of the scatter.
_MOST = 4000


@dataclass
class Ground:
    """What the session gives, whatever the objectives are.

    Attributes:
        frame: one row per configuration with at least one good run.
        metrics: those that any of them has.
        default: the measured row of the library's default.
        baseline: the measured row of the user's own configuration.
        promises: what was verified of picks.
        repeats: planned runs of each configuration.
        has_space: whether there is a feature model to export by; an imported table has none.
    """

    frame: pl.DataFrame
    plan: PlanInfo
    metrics: list[str]
    objectives: dict[str, str]
    default: dict[str, Any] | None
    repeats: int
    baseline: dict[str, Any] | None = None
    promises: Promises = field(default_factory=dict)
    has_space: bool = True


def read_ground(session: Session) -> Ground:
    """Read it; blocking, for a thread."""
    plan = PlanInfo.of(session)
    # Half the time and memory of the streaming engine on a million rows.
    frame = session.configurations(spread=True).collect(engine="in-memory")
    frame = frame.filter(frame["runs_ok"] > 0)
    metrics = [m for m in session.metrics if frame[m].null_count() < frame.height]
    wanted = session.default_objectives
    objectives = {m: way for m, way in wanted.items() if m in metrics}
    for metric in ("duration_s", "pass_at_1", "latency_s", *metrics):
        if len(objectives) < 2 and metric in metrics and metric not in objectives:
            objectives[metric] = "max" if metric in ("pass_at_1", "tokens_per_s") else "min"

    def row_of(config_id: str | None) -> dict[str, Any] | None:
        found = frame.filter(frame["config_id"] == config_id) if config_id else None
        return found.row(0, named=True) if found is not None and found.height else None

    repeats = int((session.manifest.get("settings") or {}).get("repeats") or 1)
    default, baseline = row_of(plan.default_id), row_of(plan.baseline_id)
    promises = read_promises(session)
    modelled = (session.path / "space.uvl").is_file()
    return Ground(frame, plan, metrics, objectives, default, repeats, baseline, promises, modelled)


@dataclass
class Points:
    """The scatter for one problem.

    Attributes:
        measured: rows that meet the constraints and have every objective, evenly thinned out
            where there are very many; ``total`` counts them all.
        front: rows of the front, best first by the first objective; ``estimated`` in a row says
            that it is predicted.
        candidates: how many configurations were predicted; None before.
        knee: index in ``front`` of the point furthest inside the front's chord.
        emptied: which constraint leaves nothing, in words.
    """

    measured: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    front: list[dict[str, Any]] = field(default_factory=list)
    candidates: int | None = None
    knee: int | None = None
    emptied: str = ""

    @property
    def front_ids(self) -> set[str]:
        """Configurations on the front."""
        return {row["config_id"] for row in self.front}


def measured_points(ground: Ground, problem: Problem) -> Points:
    """The measured front; pure Polars, for a thread.

    Raises:
        UserError: a constraint is wrong, or an objective unknown.
    """
    from pimp_tui.learning.fronts.measured_front import costs, knee, pareto
    from pimp_tui.learning.measured import one_kind_of_energy
    from pimp_tui.session.where import compile_where

    frame = ground.frame
    objectives = problem.objectives
    if len(objectives) < 2 or not frame.height:
        return Points()
    front = pareto(frame, objectives, problem.where)
    for name in objectives:
        frame, _, _ = one_kind_of_energy(frame, name)
    frame = frame.drop_nulls(list(objectives))
    if problem.where:
        frame = frame.filter(compile_where(problem.where, frame.schema))
    shown = frame.gather_every(max(frame.height // _MOST, 1)).to_dicts()
    own = {row["config_id"] for row in shown}
    shown += [row for row in front.to_dicts() if row["config_id"] not in own]
    points = Points(shown, frame.height, front.to_dicts())
    if len(objectives) == 2:
        points.knee = knee(costs(front, objectives))
    if not frame.height:
        points.emptied = _who_empties(ground, problem)
    return points


def _who_empties(ground: Ground, problem: Problem) -> str:
    from pimp_tui.session.where import compile_where

    total = ground.frame.height
    for text in problem.constraints:
        if not ground.frame.filter(compile_where(text, ground.frame.schema)).height:
            return f"{text} leaves none of {total} measured configurations"
    if problem.constraints:
        return f"the constraints together leave none of {total} measured configurations"
    return f"none of {total} measured configurations has every objective"


def merge_predicted(points: Points, answer: dict[str, Any], measured: dict[str, Any]) -> Points:
    """The front over measured and predicted points, as the learning child answers it.

    Args:
        measured: config_id -> our own row, which has the spreads the child's has not.
    """
    front = []
    for row in answer["front"]:
        own = measured.get(row.get("config_id")) if not row.get("estimated") else None
        front.append(own or row)
    return Points(
        points.measured,
        points.total,
        front,
        answer.get("candidates"),
        answer.get("knee"),
        points.emptied,
    )


def carried(points: Points, kept: Points, problem: Problem, ground: Ground) -> Points:
    """Fresh measured points with what was predicted before of configurations not measured yet.

    A predicted point that a measured one beats by now leaves the front, and the other way round.
    """
    known = set(ground.frame["config_id"])
    guesses = [r for r in kept.front if r.get("estimated") and r["config_id"] not in known]
    rows = [*points.front, *guesses]
    front = [r for r in rows if not any(problem.dominates(other, r) for other in rows)]
    first, way = next(iter(problem.objectives.items()))
    front.sort(key=lambda row: row[first], reverse=way == "max")
    return replace(points, front=front, candidates=kept.candidates, knee=None)


def dominating(problem: Problem, row: dict[str, Any], rows: list[dict[str, Any]]) -> list[Any]:
    """Rows that beat one in every objective, those first that beat it by least."""
    found = [other for other in rows if problem.dominates(other, row)]
    first = next(iter(problem.objectives))
    return sorted(found, key=lambda other: abs(other[first] - row[first]))


def check_constraint(ground: Ground, text: str) -> str | None:
    """What is wrong with a constraint, or None."""
    from pimp_tui.session.where import compile_where

    try:
        compile_where(text, ground.frame.schema)
    except UserError as error:
        return str(error)
    return None


def remembered(place: Mapping[str, Any], ground: Ground) -> Problem:
    """The problem of an earlier visit as far as its metrics were measured, or the usual one."""
    objectives, constraints = place.get("objectives"), place.get("constraints")
    if not isinstance(objectives, dict) or not isinstance(constraints, list | None):
        return Problem(dict(ground.objectives))
    good = {
        str(metric): str(way)
        for metric, way in objectives.items()
        if metric in ground.metrics and way in ("min", "max")
    }
    kept = [str(text) for text in constraints or [] if not check_constraint(ground, str(text))]
    usual = dict(ground.objectives)
    return Problem(good if 2 <= len(good) <= MOST_OBJECTIVES else usual, kept)
