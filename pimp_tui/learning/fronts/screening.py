"""Cheaper predictions of a learner, and how far its whole blend may lie from them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pimp_tui.learning.learner import Learner
from pimp_tui.learning.predictors import mean_of
from pimp_tui.learning.predictors.base import cost_of
from pimp_tui.learning.predictors.blend import Blend

_CHEAP_S = 2.0  # CPU for a million rows of one metric
_SURE = 0.995  # share of the compared rows that lie within the slack
_CORNERS = 3  # learnt metrics of a condition at most, of which every corner of the slack is tried


class Screen:
    """The members of a blend that predict a million rows in seconds, and the blend itself.

    A learner without a blend is screened by itself: cheap and whole are then the same.
    """

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        model = learner.model
        #: whether every measured value is positive, so that ratios mean something
        self.logarithmic = bool((learner.held_out["measured"] > 0).all())
        self.exact = not isinstance(model, Blend)
        if isinstance(model, Blend):
            chosen = _cheap_members(model)
            share = model.weights[chosen] / model.weights[chosen].sum()
            self._members = [(model.members[i], w) for i, w in zip(chosen, share, strict=True)]

    def cheap(self, X: np.ndarray) -> np.ndarray:
        """Predictions (n,) by the cheap members."""
        if self.exact or not len(X):
            return self.whole(X)
        mean = np.zeros(len(X))
        for member, weight in self._members:
            mean += weight * mean_of(member, X)
        return self._within(mean)

    def whole(self, X: np.ndarray) -> np.ndarray:
        """Predictions (n,) as ``Learner.predict`` gives them."""
        learner = self._learner
        if learner.model is None:
            return np.full(len(X), float(learner.constant or 0.0))
        if not len(X):  # scikit-learn refuses to predict nothing
            return np.zeros(0)
        return self._within(mean_of(learner.model, X))

    def additive(self, X: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """A sum of one term a column, fitted to the whole prediction of the rows X (n, d)."""
        logarithmic = self.logarithmic
        y = self.whole(X)
        solution = np.linalg.lstsq(_with_one(X), np.log(y) if logarithmic else y, rcond=1e-9)[0]

        def predict(rows: np.ndarray) -> np.ndarray:
            total = rows @ solution[1:] + solution[0]
            return self._within(np.exp(total) if logarithmic else total)

        return predict

    def _within(self, mean: np.ndarray) -> np.ndarray:
        return np.clip(mean, *self._learner.limits)


def _with_one(X: np.ndarray) -> np.ndarray:
    return np.hstack([np.ones((len(X), 1)), X])


@dataclass(frozen=True)
class Slack:
    """How far the whole prediction of a metric may lie below and above the cheap one."""

    below: float
    above: float

    @classmethod
    def of(cls, cheap: np.ndarray, whole: np.ndarray) -> Slack:
        """From rows predicted both ways (n,)."""
        if not len(cheap):
            return cls(0.0, 0.0)
        difference = whole - cheap
        low, high = np.quantile(difference, [1.0 - _SURE, _SURE])
        return cls(max(-float(low), 0.0), max(float(high), 0.0))


def may_hold(
    frame: pl.DataFrame,
    where: pl.Expr,
    values: Mapping[str, np.ndarray],
    slacks: Mapping[str, Slack],
) -> np.ndarray:
    """Which rows (n,) may satisfy a condition, where metrics lie within their slack.

    Args:
        frame: the condition's columns but those of ``values``.
        values: metric -> cheap prediction (n,).
    """
    found = np.zeros(frame.height, dtype=bool)
    for shifts in _corners(list(values), slacks):
        shifted = {name: each + shifts.get(name, 0.0) for name, each in values.items()}
        found |= holds(frame, where, shifted)
    return found


def holds(frame: pl.DataFrame, where: pl.Expr, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which rows (n,) satisfy a condition on the columns of ``frame`` and of ``values``."""
    rows = frame.with_columns(pl.Series(name, each, pl.Float64) for name, each in values.items())
    return rows.select(where.alias("holds")).to_series().to_numpy()


def _corners(names: list[str], slacks: Mapping[str, Slack]) -> Iterator[dict[str, float]]:
    yield {}
    wide = [name for name in names if slacks[name].below or slacks[name].above]
    if 0 < len(wide) <= _CORNERS:
        ends = [(-slacks[name].below, slacks[name].above) for name in wide]
        for corner in itertools.product(*ends):
            yield dict(zip(wide, corner, strict=True))


def _cheap_members(blend: Blend) -> list[int]:
    """Most weight for the cost first, while all together stay affordable; one at least."""
    costs = np.array([cost_of(member) for member in blend.members])
    order = np.argsort(-blend.weights / np.maximum(costs, 1e-3), kind="stable").tolist()
    chosen = [order[0]]
    for index in order[1:]:
        if costs[chosen].sum() + costs[index] <= _CHEAP_S and blend.weights[index] > 0:
            chosen.append(index)
    return chosen
