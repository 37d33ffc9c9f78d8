"""Prediction intervals from the residuals of five full refits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pimp_tui.learning.predictors.base import Predictor

FOLDS = 5
COVERAGE = 0.9


def fold_of_rows(count: int, seed: int) -> np.ndarray:
    """Fold 0..4 of each row, sizes within one of each other, shuffled by seed."""
    return np.random.default_rng(seed).permutation(count) % min(FOLDS, count)


def out_of_fold(
    create: Callable[[], Predictor],
    X: np.ndarray,
    y: np.ndarray,
    variance: np.ndarray | None,
    folds: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Prediction of each row by a predictor fitted on the other folds, all of it refitted."""
    held_out = np.empty(len(y))
    count = int(folds.max()) + 1
    for fold in range(count):
        test = folds == fold
        part = None if variance is None else variance[~test]
        held_out[test] = create().fit(X[~test], y[~test], part).predict(X[test])[0]
        if progress:
            progress(fold + 1, count)
    return held_out


def is_relative(y: np.ndarray) -> bool:
    """Whether errors grow with the value: a positive target that spans a factor of two."""
    return bool((y > 0).all() and y.max() >= 2.0 * y.min())


def residuals(y: np.ndarray, held_out: np.ndarray, relative: bool) -> np.ndarray:
    """Absolute residuals, on the log scale where ``relative``."""
    if relative:
        return np.abs(np.log(y) - np.log(np.maximum(held_out, np.finfo(float).tiny)))
    return np.abs(y - held_out)


def half_width(scores: np.ndarray, coverage: float = COVERAGE) -> float:
    """The ceil((n + 1) coverage)-th smallest residual: split-conformal quantile.

    The largest residual where n is too small for the quantile (below 9 rows at 90%).
    """
    if len(scores) == 0:
        return math.nan
    rank = min(math.ceil((len(scores) + 1) * coverage), len(scores))
    return float(np.sort(scores)[rank - 1])


def bounds(
    prediction: np.ndarray, width: float | np.ndarray, relative: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end around each prediction."""
    if relative:
        factor = np.exp(width)
        return prediction / factor, prediction * factor
    return prediction - width, prediction + width


def held_out_bounds(
    y: np.ndarray, held_out: np.ndarray, folds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Intervals of out-of-fold predictions, each fold's width from the other folds alone."""
    relative = is_relative(y)
    distance = residuals(y, held_out, relative)
    width = np.array([half_width(distance[folds != fold]) for fold in range(folds.max() + 1)])
    return bounds(held_out, width[folds], relative)
