"""Quality of predictions as the contract's figures; None where a figure is not defined.

One row is one configuration, so that a bootstrap over rows is one over configurations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pimp_tui.learning.evaluation.bootstrap import blocks, ends
from pimp_tui.learning.evaluation.modes import good_mode

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
    within: dict[str, Any] | None = None
    if mode is not None:
        inside = mode.holds(truth)
        part = (truth[inside], prediction[inside], lower[inside], upper[inside])
        figures, ends = scores(*part), score_intervals(*part, seed)
        within = {name: figures[name] for name in _ERRORS} | {
            "n": mode.count,
            "found": mode.found,
            "intervals": {name: ends[name] for name in _ERRORS},
        }
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
    count = len(truth)
    if count < 5:
        return dict.fromkeys(figures)
    random = np.random.default_rng(seed)
    parts = []
    for size in blocks(count, _RESAMPLES):
        # how often each row is drawn: every figure of a resample is a weighted one of the rows
        weights = random.multinomial(count, np.full(count, 1.0 / count), size).astype(float)
        parts.append(_weighted(weights, truth, prediction, lower, upper))
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in figures}
    return {
        name: list(ends(drawn[name][known]))
        if value is not None
        and (known := np.isfinite(drawn[name])).mean() >= 0.9  # else a chance draw decides
        else None
        for name, value in figures.items()
    }


def _weighted(
    weights: np.ndarray,
    truth: np.ndarray,
    prediction: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> dict[str, np.ndarray]:
    """The figures of ``scores`` for each row of weights (resamples, n); NaN where undefined."""
    count = len(truth)
    error = np.abs(truth - prediction)
    known = np.isfinite(lower) & np.isfinite(upper)
    inside = known & (truth >= lower) & (truth <= upper)
    mean = weights @ truth / count
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (weights * (truth - mean[:, None]) ** 2).sum(axis=1)
        return {
            "r2": 1.0 - weights @ error**2 / spread,
            "mae": weights @ error / count,
            "mape": 100.0 * (weights @ (error / np.abs(truth))) / count,
            "rank_correlation": _weighted_rank_correlation(weights, truth, prediction),
            "interval_coverage": weights @ inside.astype(float) / (weights @ known.astype(float)),
        }


def _weighted_rank_correlation(weights: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    x, y = (_weighted_mean_ranks(weights, side) for side in (a, b))
    total = weights.sum(axis=1, keepdims=True)
    x, y = (ranks - (weights * ranks).sum(axis=1, keepdims=True) / total for ranks in (x, y))
    spread = (weights * x**2).sum(axis=1) * (weights * y**2).sum(axis=1)
    return np.asarray((weights * x * y).sum(axis=1) / np.sqrt(spread))


def _weighted_mean_ranks(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean rank of each value where row i counts ``weights[:, i]`` times, (resamples, n)."""
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=-np.inf) > 0)
    group = np.empty(len(values), dtype=int)
    group[order] = np.searchsorted(starts, np.arange(len(values)), side="right") - 1
    sums = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(sums, axis=1) - (sums - 1.0) / 2.0
    return np.asarray(ranks[:, group])


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
