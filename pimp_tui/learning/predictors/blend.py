"""A blend of predictors, each weighted by its own out-of-sample error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pimp_tui.learning.predictors.base import Predictor, cost_of, mean_of
from pimp_tui.learning.predictors.boosting import GradientBoosting
from pimp_tui.learning.predictors.checkpoints import checkpoint
from pimp_tui.learning.predictors.forest import ExtraTrees, RandomForest
from pimp_tui.learning.predictors.gaussian_process import AnovaProcess, GaussianProcess
from pimp_tui.learning.predictors.targets import clip_to_range, own_errors

_POWER = 3.0
_CHEAP_S = 3.0  # CPU for a million rows


def default_members(seed: int) -> list[Predictor]:
    """Processes on log and raw target, the ANOVA process, two forests and boosting."""
    return [
        GaussianProcess(seed, "log"),
        GaussianProcess(seed, "raw"),
        AnovaProcess(seed, "log"),
        RandomForest(seed),
        ExtraTrees(seed),
        GradientBoosting(seed),
    ]


class Blend:
    """Weights proportional to (own out-of-sample error)^-3: safer than picking one member.

    Attributes:
        weights: one per member, summing to 1.
    """

    def __init__(self, seed: int = 0, members: Sequence[Predictor] | None = None) -> None:
        self.members = list(members) if members is not None else default_members(seed)
        self.weights = np.full(len(self.members), 1.0 / len(self.members))
        self.notes: list[str] = []
        self.out_of_sample: np.ndarray | None = None

    def fit(self, X: np.ndarray, y: np.ndarray, sample_variance: np.ndarray | None = None) -> Blend:
        self._y = y
        parts = []
        for member in self.members:
            checkpoint()
            member.fit(X, y, sample_variance)
            if member.out_of_sample is None:
                raise ValueError("a member of a blend must give out-of-sample predictions")
            parts.append(member.out_of_sample)
        held_out = np.array(parts)
        # the floor keeps one lucky interpolation from a weight of exactly 1
        raw = np.maximum(own_errors(y, held_out), 1e-6) ** -_POWER
        self.weights = raw / raw.sum()
        self.out_of_sample = clip_to_range(self.weights @ held_out, y)
        self.notes = sorted({note for member in self.members for note in member.notes})
        return self

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weighted mean; the deviation holds the members' own and their disagreement."""
        parts = [member.predict(X) for member in self.members]
        means = np.array([mean for mean, _ in parts])
        prediction = self.weights @ means
        own = np.array([np.zeros(len(X)) if sd is None else sd for _, sd in parts])
        variance = self.weights @ (own**2 + (means - prediction) ** 2)
        return clip_to_range(prediction, self._y), np.sqrt(variance)

    def mean(self, X: np.ndarray) -> np.ndarray:
        """Weighted mean of the members."""
        parts = np.array([mean_of(member, X) for member in self.members])
        return clip_to_range(self.weights @ parts, self._y)

    def cost(self) -> float:
        return sum(map(cost_of, self.members))

    def cheap(self) -> Predictor:
        """The member of the largest weight among those that predict a million rows in seconds;
        the fastest where none does."""
        costs = np.array([cost_of(member) for member in self.members])
        affordable = np.where(costs <= max(_CHEAP_S, costs.min()), self.weights, -1.0)
        return self.members[int(affordable.argmax())]
