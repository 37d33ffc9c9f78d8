"""What a predictor is."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np


class Predictor(Protocol):
    """A regressor over the encoder's matrix.

    Attributes:
        out_of_sample: after ``fit``, a prediction for each training row by a model that did not
            see it, shape (n,); None where the predictor cannot give one by itself.
        notes: what was left out or bounded, in plain words.
    """

    out_of_sample: np.ndarray | None
    notes: list[str]

    def fit(
        self, X: np.ndarray, y: np.ndarray, sample_variance: np.ndarray | None = None
    ) -> Predictor:
        """Learn from X (n, d) and y (n,); ``sample_variance`` (n,) is the variance of each y."""
        ...

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Mean and, where the predictor knows it, standard deviation, both (rows,)."""
        ...


class Screening(Protocol):
    """What a predictor may offer beside, for frames of a million rows."""

    def mean(self, X: np.ndarray) -> np.ndarray:
        """The mean of ``predict``, without the deviation, which costs more."""
        ...

    def cost(self) -> float:
        """About how many seconds of CPU the mean of a million rows takes."""
        ...


def mean_of(predictor: Predictor, X: np.ndarray) -> np.ndarray:
    """The mean of each row of X, the fastest way the predictor has."""
    if hasattr(predictor, "mean"):
        return cast("Screening", predictor).mean(X)
    return predictor.predict(X)[0]


def cost_of(predictor: Predictor) -> float:
    """Seconds of CPU for a million rows; infinite where the predictor does not tell."""
    return cast("Screening", predictor).cost() if hasattr(predictor, "cost") else float("inf")
