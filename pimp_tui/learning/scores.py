"""Quality of predictions as the contract's figures; None where a figure is not defined.

One row is one configuration, so that a bootstrap over rows is one over configurations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pimp_tui.learning.modes import good_mode

_RESAMPLES = 500
_ERRORS = ("r2", "mae", "mape", "rank_correlation")


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


def full_scores(
    metric: str,
    truth: np.ndarray,
    prediction: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    seed: int = 0,
) -> dict[str, Any]:
    """As ``scores``, with what a reader needs to trust them.

    Returns:
        ``scores``; ``n_test``; ``intervals``: figure -> [low, high], 95% bootstrap over the
        configurations, None where fewer than five speak; ``good_mode``: None, or the figures and
        their intervals within the good mode of a bimodal metric, its ``n`` and ``found``, how.
    """
    mode = good_mode(metric, truth)
    within = None
    if mode is not None:
        inside = mode.holds(truth)
        rows = [values[inside] for values in (truth, prediction, lower, upper)]
        figures = scores(*rows)
        within = {name: figures[name] for name in _ERRORS} | {
            "n": mode.count,
            "found": mode.found,
            "intervals": score_intervals(*rows, seed=seed),
        }
        del within["intervals"]["interval_coverage"]
    return {
        **scores(truth, prediction, lower, upper),
        "n_test": len(truth),
        "intervals": score_intervals(truth, prediction, lower, upper, seed=seed),
        "good_mode": within,
    }


def score_intervals(
    truth: np.ndarray,
    prediction: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    seed: int = 0,
) -> dict[str, list[float] | None]:
    """95% percentile bootstrap interval of each figure of ``scores``, over its rows.

    None where the figure itself is None, with fewer than five rows, or where more than a tenth
    of the resamples leave it undefined.
    """
    figures = scores(truth, prediction, lower, upper)
    if len(truth) < 5:
        return dict.fromkeys(figures)
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in figures}
    for rows in random.integers(0, len(truth), (_RESAMPLES, len(truth))):
        for name, value in scores(truth[rows], prediction[rows], lower[rows], upper[rows]).items():
            if value is not None:
                drawn[name].append(value)
    return {
        name: [float(end) for end in np.quantile(drawn[name], [0.025, 0.975])]
        if value is not None and len(drawn[name]) >= 0.9 * _RESAMPLES
        else None
        for name, value in figures.items()
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
