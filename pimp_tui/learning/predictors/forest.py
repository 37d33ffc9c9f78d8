"""Forests: the paper's random forest, and extra trees on the log target."""

from __future__ import annotations

from typing import Any

import numpy as np

from pimp_tui.learning.predictors.checkpoints import checkpoint
from pimp_tui.learning.predictors.sharing import once
from pimp_tui.learning.predictors.targets import Target, clip_to_range

_TREES = 100
_GROWN = 20  # at once, between checkpoints; the trees are those of one fit
TREE_ROWS = 1500  # drawn for each tree at most: the cost of a fit stays bounded


class _Forest:
    """Bagged trees; spread between trees is the deviation, out-of-bag the out-of-sample."""

    estimator = "RandomForestRegressor"
    logarithmic = False

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.notes: list[str] = []
        self.out_of_sample: np.ndarray | None = None

    def fit(
        self, X: np.ndarray, y: np.ndarray, sample_variance: np.ndarray | None = None
    ) -> _Forest:
        self._y, self.notes = y, []
        if len(y) > TREE_ROWS:
            self.notes.append(f"each tree of a forest learns from {TREE_ROWS} of {len(y)} rows")
        self._target = Target.of(y, self.logarithmic and bool((y > 0).all()))
        z = self._target.forward(y)
        self._model: Any = once(lambda: self._grown(X, z), self.estimator, self.seed, X, z)
        self.out_of_sample = clip_to_range(self._target.backward(self._out_of_bag(X, z)), y)
        return self

    def _grown(self, X: np.ndarray, z: np.ndarray) -> Any:
        from sklearn import ensemble

        model = getattr(ensemble, self.estimator)(
            n_estimators=_TREES, bootstrap=True, random_state=self.seed, warm_start=True,
            max_samples=TREE_ROWS if len(z) > TREE_ROWS else None,
        )  # fmt: skip
        # Trees grow no worse with equal weights, and repeats rarely tell variances well enough.
        for trees in range(_GROWN, _TREES + 1, _GROWN):
            checkpoint()
            model.set_params(n_estimators=trees).fit(_at_least_one_column(X), z)
        return model

    def _out_of_bag(self, X: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Mean over the trees that did not draw a row; the mean of all where every tree did."""
        X = _at_least_one_column(X).astype(np.float32)
        total, count = np.zeros(len(z)), np.zeros(len(z))
        for tree, drawn in zip(
            self._model.estimators_, self._model.estimators_samples_, strict=True
        ):
            left_out = np.ones(len(z), dtype=bool)
            left_out[drawn] = False
            if left_out.any():
                total[left_out] += tree.tree_.predict(X[left_out])[:, 0]
                count[left_out] += 1
        return np.where(count > 0, total / np.maximum(count, 1), z.mean())

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        X = _at_least_one_column(X).astype(np.float32)
        total, squares = np.zeros(len(X)), np.zeros(len(X))
        for tree in self._model.estimators_:
            part = tree.tree_.predict(X)[:, 0]
            total += part
            squares += part**2
        mean = total / _TREES
        spread = np.sqrt(np.maximum(squares / _TREES - mean**2, 0.0))
        prediction = clip_to_range(self._target.backward(mean), self._y)
        return prediction, self._target.backward_deviation(mean, spread)

    def mean(self, X: np.ndarray) -> np.ndarray:
        return self.predict(X)[0]

    def cost(self) -> float:
        return 6.0


class RandomForest(_Forest):
    """The paper's learner: random forest on the raw target."""


class ExtraTrees(_Forest):
    """Extremely randomised trees on the log of a positive target."""

    estimator = "ExtraTreesRegressor"
    logarithmic = True


def _at_least_one_column(X: np.ndarray) -> np.ndarray:
    return X if X.shape[1] else np.zeros((len(X), 1))
