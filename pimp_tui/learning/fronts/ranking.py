"""Uniform valid configurations by the million: cheap members rank, the blend sees what is near.

A block at a time is drawn; what was drawn before is left out. Of the rest, what a sum of single
options, then what the cheap members of each blend leave within reach of the front is predicted by
the whole blend, which alone decides what the front is. How far that reach goes: as far as the sum,
and the cheap members, and the blend differ on rows of the first block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pimp_tui.learning.coded_rows import CodedRows
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.fronts.nearness import depth
from pimp_tui.learning.fronts.nondominated import nondominated
from pimp_tui.learning.fronts.screening import Screen, Slack, holds, may_hold
from pimp_tui.learning.fronts.seen import Seen
from pimp_tui.learning.learner import Learner

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

BLOCK = 20_000
_RESCORED = 2_000  # rows of a block that the blend sees at most, the nearest first
_COMPARED = 2_000  # rows that the sum is fitted to, and as many to compare the blend with

Progress = Callable[[str, float | None], None]
Values = dict[str, np.ndarray]


def near_front(
    space: Space,
    within: Choice | None,
    n: int,
    learners: Mapping[str, Learner],
    objectives: Mapping[str, str],
    where: pl.Expr | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    known: Iterable[Iterable[str]] = (),
) -> pl.DataFrame:
    """The predicted front of ``n`` uniform valid configurations.

    Args:
        within: what every draw respects.
        learners: metric -> learner, one for every objective, all over the same options.
        where: a condition on options and learnt metrics.
        progress: told what is done and the share of it; raise in it to cancel.
        known: features of configurations that are left out, such as those measured.

    Returns:
        a plan-like frame of distinct configurations; those that tie are all there.

    Raises:
        UserError: no exact uniform draws from this model.
    """
    from pimp_tui.sampling.frames import plan_frame

    random = np.random.default_rng(seed)
    literals = [] if within is None else _numbers(space, within)
    ranking = _Ranking(space, learners, objectives, where)
    ranking.leave_out(known)
    for start in range(0, n, BLOCK):
        if progress is not None:
            progress(f"ranking {n:,} configurations", start / n)
        ranking.add(space.reasoner.draw(min(BLOCK, n - start), random, literals))
    return plan_frame(space, ranking.rows, "uniform")


@dataclass(frozen=True)
class _Stage:
    """One cheaper look at rows: a predictor a metric, and how far the blend may lie from it.

    Attributes:
        scale: (objectives,) of costs.
    """

    predict: Mapping[str, Callable[[np.ndarray], np.ndarray]]
    slacks: Mapping[str, Slack]
    scale: np.ndarray


class _Ranking:
    """The front so far.

    Attributes:
        rows: (front, features) configurations on it; costs: (front, objectives) by the blend.
    """

    def __init__(
        self,
        space: Space,
        learners: Mapping[str, Learner],
        objectives: Mapping[str, str],
        where: pl.Expr | None,
    ) -> None:
        self._space, self._objectives, self._where = space, objectives, where
        self._screens = {name: Screen(one) for name, one in learners.items()}
        self._encoders: list[Encoder] = []
        self._matrix: dict[str, int] = {}  # metrics learnt from the same rows share their matrix
        for name, one in learners.items():
            if one.encoder not in self._encoders:
                self._encoders.append(one.encoder)
            self._matrix[name] = self._encoders.index(one.encoder)
        self._codes = [CodedRows(space, one) for one in self._encoders]
        leaves = [leaf for option in space.bindings.values() for leaf in option.leaves]
        self._seen = Seen(np.unique([space.variable(leaf) - 1 for leaf in leaves]))
        self._stages: list[_Stage] = []
        self.rows = np.zeros((0, len(space.features)), dtype=bool)
        self.costs = np.zeros((0, len(objectives)))

    def leave_out(self, known: Iterable[Iterable[str]]) -> None:
        """Take configurations, as their features, for seen."""
        rows = [np.isin(self._space.features, list(features)) for features in known]
        if rows:
            self._seen.fresh(np.array(rows))

    def add(self, rows: np.ndarray) -> None:
        """Let (n, features) drawn rows join the front where they belong to it."""
        rows = rows.T[:, self._seen.fresh(rows)].T  # feature by feature in memory, as drawn
        coded = [code.encode(rows) for code in self._codes]
        fitted = np.all([known for _, known in coded], axis=0)
        rows, X = rows[fitted], [each[fitted] for each, _ in coded]
        if not len(rows):
            return
        if not self._stages:
            self._compare(X)
        near = np.arange(len(rows))
        for stage in self._stages:
            near = near[self._may_join(stage, rows[near], [each[near] for each in X])]
        self._join(rows[near], [each[near] for each in X])

    def _compare(self, X: Sequence[np.ndarray]) -> None:
        """Learn from the first rows how far the blend lies from what is cheaper."""
        first = [each[:_COMPARED] for each in X]
        rest = [each[_COMPARED : 2 * _COMPARED] for each in X]
        if not len(rest[0]):
            rest = first
        whole = self._by(lambda screen: screen.whole, rest)
        additive = {
            name: screen.additive(first[self._matrix[name]])
            for name, screen in self._screens.items()
        }
        cheap = {name: screen.cheap for name, screen in self._screens.items()}
        for predict in (additive, cheap):
            guess = {name: one(rest[self._matrix[name]]) for name, one in predict.items()}
            slacks = {name: Slack.of(guess[name], whole[name]) for name in whole}
            costs = self._costs(guess)
            reach = [
                Slack.of(*pair).below for pair in zip(costs.T, self._costs(whole).T, strict=True)
            ]
            # no division by zero, and ties stay ties, where a learner screens for itself
            least = 1e-9 * np.maximum(np.ptp(costs, axis=0), 1e-9)
            self._stages.append(_Stage(predict, slacks, np.maximum(reach, least)))

    def _may_join(self, stage: _Stage, rows: np.ndarray, X: Sequence[np.ndarray]) -> np.ndarray:
        """Indices of the rows that may satisfy the condition and join the front."""
        values = {name: one(X[self._matrix[name]]) for name, one in stage.predict.items()}
        near = np.arange(len(rows))
        if self._where is not None and len(rows):
            possible = may_hold(self._columns(rows), self._where, self._asked(values), stage.slacks)
            near = np.flatnonzero(possible)
        costs = self._costs(values)[near]
        behind = depth(costs, self.costs, stage.scale, limit=1.0)
        near, costs, behind = near[behind <= 1.0], costs[behind <= 1.0], behind[behind <= 1.0]
        if stage is not self._stages[-1] or len(near) <= _RESCORED:
            return near
        if not len(self.costs):  # before there is a front, the cheap one stands in for it
            behind = depth(costs, costs[nondominated(costs)], stage.scale)
        return near[np.argpartition(behind, _RESCORED)[:_RESCORED]]

    def _join(self, rows: np.ndarray, X: Sequence[np.ndarray]) -> None:
        whole = self._by(lambda screen: screen.whole, X)
        if self._where is not None and len(rows):
            good = holds(self._columns(rows), self._where, self._asked(whole))
            rows, whole = rows[good], {name: each[good] for name, each in whole.items()}
        self.rows = np.vstack([self.rows, rows])
        self.costs = np.vstack([self.costs, self._costs(whole)])
        front = nondominated(self.costs)
        self.rows, self.costs = self.rows[front], self.costs[front]

    def _by(
        self, way: Callable[[Screen], Callable[[np.ndarray], np.ndarray]], X: Sequence[np.ndarray]
    ) -> Values:
        return {name: way(one)(X[self._matrix[name]]) for name, one in self._screens.items()}

    def _costs(self, values: Values) -> np.ndarray:
        """Predictions as costs (n, objectives), less is better; logarithms of positive metrics."""
        columns = []
        for name, way in self._objectives.items():
            logarithmic = self._screens[name].logarithmic
            column = np.log(values[name]) if logarithmic else values[name]
            columns.append(column if way == "min" else -column)
        return np.column_stack(columns)

    def _asked(self, values: Values) -> Values:
        """The predictions that the condition asks about."""
        asked = () if self._where is None else self._where.meta.root_names()
        return {name: each for name, each in values.items() if name in asked}

    def _columns(self, rows: np.ndarray) -> pl.DataFrame:
        """What the condition asks about beside predictions; of a constant one a single column."""
        from pimp_tui.sampling.frames import column_of, plan_frame

        asked = [] if self._where is None else self._where.meta.root_names()
        if {"config_id", "sampler"} & set(asked):
            return plan_frame(self._space, rows, "uniform")
        options = [name for name in asked if name in self._space.bindings]
        held = [column_of(self._space, name, rows) for name in options]
        return pl.DataFrame([pl.Series("", np.zeros(len(rows), dtype=bool)), *held])


def _numbers(space: Space, choice: Choice) -> list[int]:
    return [space.variable(name) * (1 if on else -1) for name, on in choice.literals().items()]
