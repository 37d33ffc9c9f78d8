"""Uniform valid configurations by the million: a cheap member ranks, the blend sees what is near.

A block at a time is drawn, encoded and predicted by the cheapest member that the blend trusts, and
only what lies near the front of those predictions is kept, as rows of bits. How near is near: as
far as the cheap member and the blend differ on the first rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pimp_tui.learning.coded_rows import CodedRows
from pimp_tui.learning.learner import Learner
from pimp_tui.learning.nondominated import nondominated
from pimp_tui.learning.predictors import mean_of
from pimp_tui.learning.predictors.blend import Blend

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

BLOCK = 20_000
KEPT = 3_000  # rows that the blend sees at most
_COMPARED = 1_000  # rows on which the cheap member and the blend are compared
_SHRINK = 0.7

Progress = Callable[[str, float | None], None]
Screen = Callable[[np.ndarray], np.ndarray]


def near_front(
    space: Space,
    within: Choice | None,
    n: int,
    learners: Mapping[str, Learner],
    objectives: Mapping[str, str],
    where: pl.Expr | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Of ``n`` uniform valid configurations those that may be on the predicted front.

    Args:
        within: what every draw respects.
        learners: metric -> learner, one for every objective, all over the same options.
        where: a condition on options and learnt metrics, by the cheap predictions here.
        progress: told what is done and the share of it; raise in it to cancel.

    Returns:
        a plan-like frame of at most ``KEPT`` distinct configurations.

    Raises:
        UserError: no exact uniform draws from this model.
    """
    from pimp_tui.sampling.frames import plan_frame

    random = np.random.default_rng(seed)
    literals = [] if within is None else _numbers(space, within)
    codes = {name: CodedRows(space, learner.encoder) for name, learner in learners.items()}
    screens = {name: cheap_member(learner) for name, learner in learners.items()}
    kept = np.zeros((0, len(space.features)), dtype=bool)
    costs = np.zeros((0, len(objectives)))
    slack: np.ndarray | None = None
    for start in range(0, n, BLOCK):
        if progress is not None:
            progress(f"ranking {n:,} configurations", start / n)
        rows = space.reasoner.draw(min(BLOCK, n - start), random, literals)
        encoded = {name: code.encode(rows) for name, code in codes.items()}
        fitted = np.all([known for _, known in encoded.values()], axis=0)
        values = {name: screens[name](X) for name, (X, _) in encoded.items()}
        if where is not None:
            fitted &= _holds(space, rows, values, where)
        rows = rows[fitted]
        left = {name: each[fitted] for name, each in values.items()}
        fresh = _costs(left, learners, objectives)
        if slack is None and len(rows):
            few = {name: X[fitted][:_COMPARED] for name, (X, _) in encoded.items()}
            slack = _slack(few, fresh[:_COMPARED], learners, objectives)
        if slack is None:
            continue
        kept, costs = np.vstack([kept, rows]), np.vstack([costs, fresh])
        near, slack = _near(costs, slack)
        kept, costs = kept[near], costs[near]
    return plan_frame(space, kept, "uniform").unique("config_id", keep="first", maintain_order=True)


def cheap_member(learner: Learner) -> Screen:
    """Predictions by the cheap member of a blend, or by the predictor itself."""
    model = learner.model
    if isinstance(model, Blend):
        cheap = model.cheap()
        return lambda X: mean_of(cheap, X)
    return lambda X: _predict(learner, X)


def _costs(
    values: Mapping[str, np.ndarray], learners: Mapping[str, Learner], objectives: Mapping[str, str]
) -> np.ndarray:
    """Predictions as costs (n, objectives), less is better; logarithms of positive metrics."""
    columns = []
    for name, way in objectives.items():
        positive = bool((learners[name].held_out["measured"] > 0).all())
        column = np.log(values[name]) if positive else values[name]
        columns.append(column if way == "min" else -column)
    return np.column_stack(columns)


def _slack(
    few: Mapping[str, np.ndarray],
    cheap: np.ndarray,
    learners: Mapping[str, Learner],
    objectives: Mapping[str, str],
) -> np.ndarray:
    """How far (objectives,) the blend may lie from the cheap predictions: nine times in ten."""
    whole = {name: _predict(learners[name], X) for name, X in few.items()}
    difference = np.abs(_costs(whole, learners, objectives) - cheap)
    return np.asarray(np.quantile(difference, 0.9, axis=0))


def _predict(learner: Learner, X: np.ndarray) -> np.ndarray:
    if learner.model is None:
        return np.full(len(X), float(learner.constant or 0.0))
    return mean_of(learner.model, X)


def _near(costs: np.ndarray, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of at most ``KEPT`` rows within the slack of the front, and the slack that did it."""
    front = costs[nondominated(costs)]
    near = np.arange(len(costs))
    while True:
        alive = np.ones(len(near), dtype=bool)
        hopeful = costs[near] - slack
        for point in front:
            alive[alive] = ~(point < hopeful[alive]).all(axis=1)
        near = near[alive]
        if len(near) <= KEPT:
            return near, slack
        if not slack.any():
            return near[:KEPT], slack
        slack = np.where(slack > 1e-12, slack * _SHRINK, 0.0)


def _holds(
    space: Space, rows: np.ndarray, values: Mapping[str, np.ndarray], where: pl.Expr
) -> np.ndarray:
    """Which rows (n,) satisfy the condition by their options and cheap predictions."""
    from pimp_tui.sampling.frames import plan_frame

    frame = plan_frame(space, rows, "uniform").with_columns(
        pl.Series(name, each, dtype=pl.Float64) for name, each in values.items()
    )
    return frame.select(where.alias("holds")).to_series().to_numpy()


def _numbers(space: Space, choice: Choice) -> list[int]:
    return [space.variable(name) * (1 if on else -1) for name, on in choice.literals().items()]
