"""Gaussian processes with one relevance per column, on the log or the raw target."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pimp_tui.learning.predictors.kernels import Anova, Kernel, Matern52
from pimp_tui.learning.predictors.process import Process, fit_process
from pimp_tui.learning.predictors.targets import Target, clip_to_range, own_error

LEARN_ROWS = 300  # hyperparameters are learnt from at most so many rows: the cost is cubic
MAX_ROWS = 1500
_ITERATIONS = 100


class GaussianProcess:
    """Matérn 5/2 process.

    Args:
        target: "log" (raw where a value is not positive), "raw", or "auto": whichever has the
            smaller leave-one-out error.
    """

    def __init__(self, seed: int = 0, target: Literal["auto", "log", "raw"] = "auto") -> None:
        self.seed, self.target = seed, target
        self.notes: list[str] = []
        self.out_of_sample: np.ndarray | None = None

    def kernel(self) -> Kernel:
        return Matern52()

    def learn_features(self, X: np.ndarray) -> None:
        """Decide from the training rows which columns ``features`` makes."""

    def features(self, X: np.ndarray) -> np.ndarray:
        """Columns as the kernel wants them."""
        return X

    def fit(
        self, X: np.ndarray, y: np.ndarray, sample_variance: np.ndarray | None = None
    ) -> GaussianProcess:
        self.notes = []
        rows = self._rows(len(y))
        self._y = y
        self.learn_features(X)
        kept_X, kept_y = self.features(X[rows]), y[rows]
        kept_variance = None if sample_variance is None else sample_variance[rows]
        fits = [
            self._fit_on(logarithmic, kept_X, kept_y, kept_variance)
            for logarithmic in self._scales(y)
        ]
        errors = [own_error(kept_y, left_out) for _, _, left_out in fits]
        self._target, self._process, left_out = fits[int(np.argmin(errors))]
        if len(rows) == len(y):
            self.out_of_sample = left_out
        else:  # rows beyond the cap were never learnt from: their prediction is out of sample
            self.out_of_sample = self.predict(X)[0]
            self.out_of_sample[rows] = left_out
        return self

    def _scales(self, y: np.ndarray) -> list[bool]:
        if not (y > 0).all() or self.target == "raw":
            return [False]
        return [True] if self.target == "log" else [True, False]

    def _rows(self, count: int) -> np.ndarray:
        if count <= MAX_ROWS:
            return np.arange(count)
        self.notes.append(f"Gaussian process on {MAX_ROWS} of {count} rows, drawn by seed")
        return np.sort(np.random.default_rng(self.seed).permutation(count)[:MAX_ROWS])

    def _fit_on(
        self, logarithmic: bool, X: np.ndarray, y: np.ndarray, variance: np.ndarray | None
    ) -> tuple[Target, Process, np.ndarray]:
        target = Target.of(y, logarithmic)
        learn_from = np.arange(len(y))
        if len(y) > LEARN_ROWS:
            learn_from = np.random.default_rng(self.seed + 1).permutation(len(y))[:LEARN_ROWS]
            note = f"relevances learnt from {LEARN_ROWS} of {len(y)} rows"
            if note not in self.notes:
                self.notes.append(note)
        process = fit_process(
            self.kernel(), X, target.forward(y), target.forward_variance(y, variance),
            learn_from=learn_from, iterations=_ITERATIONS,
        )  # fmt: skip
        return target, process, clip_to_range(target.backward(process.left_out), y)

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, deviation = self._process.predict(self.features(X))
        prediction = clip_to_range(self._target.backward(mean), self._y)
        return prediction, self._target.backward_deviation(mean, deviation)

    def mean(self, X: np.ndarray) -> np.ndarray:
        mean = self._process.mean(self.features(X))
        return clip_to_range(self._target.backward(mean), self._y)

    def cost(self) -> float:
        return 0.008 * len(self._process.X)

    def latent(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of the metric itself, measuring noise left out; raw target only."""
        mean, deviation = self._process.predict(self.features(X), with_noise=False)
        target = self._target
        return target.backward(mean), target.backward_deviation(mean, deviation)

    def correlation(self, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """Prior correlation (len(A), len(B)) of the metric at two sets of rows."""
        A, B = self.features(A), self.features(B)
        process = self._process
        scale = np.outer(
            process.kernel.diagonal(process.theta, A), process.kernel.diagonal(process.theta, B)
        )
        return np.asarray(process.kernel.matrix(process.theta, A, B) / np.sqrt(scale))


class AnovaProcess(GaussianProcess):
    """Process over main effects and interactions up to three options."""

    def kernel(self) -> Kernel:
        return Anova()

    def learn_features(self, X: np.ndarray) -> None:
        self._curved = (np.abs(X) < 1.0 - 1e-9).any(axis=0)

    def features(self, X: np.ndarray) -> np.ndarray:
        """The columns, and the curvature 2x^2 - 1 of those that take more than two values."""
        return np.hstack([X, 2.0 * X[:, self._curved] ** 2 - 1.0])
