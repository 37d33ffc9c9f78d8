"""What a run of a configuration is expected to take: seconds or joules of a budget."""

from __future__ import annotations

import numpy as np

from pimp_tui.learning.predictors.gaussian_process import GaussianProcess


def expected_expense(X: np.ndarray, taken: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Expected expense (c,) of each candidate.

    Args:
        X: measured rows (m, d); taken: what each took (m,), positive, in any unit.
        candidates: rows (c, d).
    """
    if np.ptp(taken) == 0 or X.shape[1] == 0:
        return np.full(len(candidates), float(taken.mean()))
    return np.asarray(GaussianProcess(0, "log").fit(X, taken).predict(candidates)[0])


def cheapness(expense: np.ndarray) -> np.ndarray:
    """Weight (c,) of a gain for its expense: 1 for the median candidate, more for cheaper ones."""
    return np.asarray(np.median(expense) / np.maximum(expense, 1e-12))
