"""Gradient boosting on the log of a positive target."""

from __future__ import annotations

from typing import Any

import numpy as np

from pimp_tui.learning.predictors.checkpoints import checkpoint
from pimp_tui.learning.predictors.targets import Target, clip_to_range

_FOLDS = 5
_SUBSAMPLE = 0.8
STAGE_ROWS = 1500  # drawn for each tree at most: the cost of a fit stays bounded


class GradientBoosting:
    """100 trees of depth 3; out-of-sample predictions from five folds."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.notes: list[str] = []
        self.out_of_sample: np.ndarray | None = None

    def _model(self, rows: int) -> Any:
        from sklearn.ensemble import GradientBoostingRegressor

        return GradientBoostingRegressor(
            n_estimators=100, max_depth=3, learning_rate=0.15, random_state=self.seed,
            subsample=min(_SUBSAMPLE, STAGE_ROWS / rows),
        )  # fmt: skip

    def fit(
        self, X: np.ndarray, y: np.ndarray, sample_variance: np.ndarray | None = None
    ) -> GradientBoosting:
        X = X if X.shape[1] else np.zeros((len(X), 1))
        drawn = round(_SUBSAMPLE * len(y))
        told = f"each tree of boosting learns from {STAGE_ROWS} of {len(y)} rows"
        self.notes = [told] if drawn > STAGE_ROWS else []
        self._y, self._target = y, Target.of(y, bool((y > 0).all()))
        z = self._target.forward(y)
        self._fitted = self._model(len(z)).fit(X, z, monitor=_monitor)
        folds = np.random.default_rng(self.seed).permutation(len(z)) % min(_FOLDS, len(z))
        held_out = np.empty(len(z))
        for fold in range(int(folds.max()) + 1):
            test = folds == fold
            rest = ~test
            held_out[test] = (
                self._model(int(rest.sum()))
                .fit(X[rest], z[rest], monitor=_monitor)
                .predict(X[test])
                if rest.any()
                else z.mean()
            )
        self.out_of_sample = clip_to_range(self._target.backward(held_out), y)
        return self

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, None]:
        X = X if X.shape[1] else np.zeros((len(X), 1))
        return clip_to_range(self._target.backward(self._fitted.predict(X)), self._y), None

    def mean(self, X: np.ndarray) -> np.ndarray:
        return self.predict(X)[0]

    def cost(self) -> float:
        return 2.0


def _monitor(*_: object) -> bool:
    """Called by scikit-learn after each tree; True would end the fit."""
    checkpoint()
    return False
