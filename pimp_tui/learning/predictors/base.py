"""What a predictor is."""

from __future__ import annotations

from typing import Protocol

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
