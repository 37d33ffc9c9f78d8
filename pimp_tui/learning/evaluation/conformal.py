"""Prediction intervals from the residuals of five full refits.

A refit learns from four fifths of the rows, so it errs more than the model that predicts, and
intervals as wide as its errors cover too much. How much more is read off the predictors' own
out-of-sample errors (leave-one-out, out-of-bag), which both have: optimistic alone, but alike at
both sizes, so that their ratio is fair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.predictors.base import Predictor, mean_of

FOLDS = 5
COVERAGE = 0.9
_LEAST_SHRINK = 0.5


def fold_of_rows(X: np.ndarray, seed: int) -> np.ndarray:
    """Fold 0..4 of each encoded row, shuffled by seed; equal rows share a fold.

    Rows that a predictor cannot tell apart are repeats of one configuration to it, whatever
    their ids: on both sides of a split they would tell it the answer. Distinct rows make folds
    within one of each other in size.
    """
    groups = equal_rows(X)
    if not groups.any():  # no option varies: there is nothing that could leak
        groups = np.arange(len(X))
    count = int(groups.max()) + 1
    return np.asarray((np.random.default_rng(seed).permutation(count) % min(FOLDS, count))[groups])


def equal_rows(X: np.ndarray) -> np.ndarray:
    """Number (n,) of each row, equal rows sharing one, counted by first appearance."""
    _, first, groups = np.unique(X, axis=0, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=int)
    order[np.argsort(first)] = np.arange(len(first))
    return np.asarray(order[groups.reshape(-1)])


def has_equal(X: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Whether each row (n,) equals one of those of the mask ``chosen``."""
    groups = equal_rows(X)
    return np.isin(groups, groups[chosen])


@dataclass(frozen=True)
class Refits:
    """What the refits predict.

    Attributes:
        held_out: prediction (n,) of each row by the refit that did not see it.
        own: (folds, n), each refit's own out-of-sample prediction of the rows it saw; NaN for
            those it did not, and where the predictor gives none.
    """

    held_out: np.ndarray
    own: np.ndarray

    def width(self, y: np.ndarray, relative: bool, of_all: np.ndarray | None) -> float:
        """Half width of an interval around a prediction of the model fitted on all rows.

        Args:
            of_all: that model's own out-of-sample predictions (n,), None where it gives none.
        """
        width = half_width(residuals(y, self.held_out, relative))
        fold, row = np.nonzero(np.isfinite(self.own))
        if of_all is None or len(row) == 0:
            return width
        fewer = residuals(y[row], self.own[fold, row], relative).mean()
        all_rows = residuals(y[row], of_all[row], relative).mean()
        ratio = float(all_rows / fewer) if fewer > 0 else 1.0
        return width * min(max(ratio, _LEAST_SHRINK), 1.0)


def out_of_fold(
    create: Callable[[], Predictor],
    options: Sequence[str],
    frame: pl.DataFrame,
    y: np.ndarray,
    variance: np.ndarray | None,
    folds: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> Refits:
    """A predictor fitted on all folds but one, all of it refitted, for each fold in turn.

    The encoder's scales and columns, too, come from the other folds alone.
    """
    held_out = np.empty(len(y))
    count = int(folds.max()) + 1
    own = np.full((count, len(y)), np.nan)
    for fold in range(count):
        test = folds == fold
        part = None if variance is None else variance[~test]
        rest, left_out = frame.filter(~test), frame.filter(test)
        encoder = Encoder(options).fit(rest)
        model = create().fit(encoder.transform(rest), y[~test], part)
        held_out[test] = mean_of(model, encoder.transform(left_out))
        if model.out_of_sample is not None:
            own[fold, ~test] = model.out_of_sample
        if progress:
            progress(fold + 1, count)
    return Refits(held_out, own)


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
