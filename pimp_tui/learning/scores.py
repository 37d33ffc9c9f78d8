"""Quality of predictions as the contract's figures; None where a figure is not defined."""

from __future__ import annotations

import math

import numpy as np


def scores(
    truth: np.ndarray, prediction: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> dict[str, float | None]:
    """R2, MAE, MAPE (percent), Spearman's rank correlation and coverage of the intervals.

    R2 and rank correlation are None for a constant truth or fewer than two rows, MAPE where a
    true value is 0, coverage where no interval is known (NaN bounds).
    """
    if len(truth) == 0:
        names = ("r2", "mae", "mape", "rank_correlation", "interval_coverage")
        return dict.fromkeys(names)
    error = np.abs(truth - prediction)
    spread = float(((truth - truth.mean()) ** 2).sum())
    known = np.isfinite(lower) & np.isfinite(upper)
    inside = (truth >= lower) & (truth <= upper)
    varies = len(truth) > 1 and np.ptp(truth) > 0
    return {
        "r2": _finite(1.0 - float((error**2).sum()) / spread) if varies else None,
        "mae": _finite(float(error.mean())),
        "mape": _finite(float((error / np.abs(truth)).mean()) * 100)
        if (truth != 0).all()
        else None,
        "rank_correlation": rank_correlation(truth, prediction),
        "interval_coverage": float(inside[known].mean()) if known.any() else None,
    }


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Spearman's rho with mean ranks for ties; None where one side is constant."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return _finite(float(np.corrcoef(mean_ranks(a), mean_ranks(b))[0, 1]))


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2.0)[inverse.reshape(-1)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
