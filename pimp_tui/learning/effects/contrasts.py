"""Differences of means with their intervals: Welch's, which hold where cells are few and unequal.

In simulations of 8 to 96 configurations with balanced and rare features, on normal, log-normal,
heavy-tailed and two-humped metrics, they covered 91 to 97 % where 95 % was said; percentile
bootstrap intervals covered 80 to 95 %, the worse the fewer configurations there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ENOUGH = 3  # rows of each cell for an interval and a test
_ROUNDING = 1e-12  # of the largest value: what is smaller is a rounding error


class Contrast(NamedTuple):
    """A signed sum of means; interval and p are None where a cell has fewer than three rows."""

    effect: float
    lower: float | None
    upper: float | None
    p: float | None


def contrast(cells: Sequence[np.ndarray], signs: Sequence[float]) -> Contrast:
    """Signed sum of the means of ``cells`` (each (n_i,), not empty), with its 95 % interval.

    Welch's t with Satterthwaite's degrees of freedom; ``p`` is two-sided.
    """
    effect = float(sum(sign * cell.mean() for sign, cell in zip(signs, cells, strict=True)))
    largest = max(float(np.abs(cell).max()) for cell in cells)
    if abs(effect) <= _ROUNDING * largest:
        effect = 0.0
    if min(map(len, cells)) < ENOUGH:
        return Contrast(effect, None, None, None)
    variances = np.array([cell.var(ddof=1) / len(cell) for cell in cells])
    total = float(variances.sum())
    if total <= (_ROUNDING * largest) ** 2:
        return Contrast(effect, effect, effect, 1.0 if effect == 0.0 else 0.0)
    from scipy.stats import t as student

    freedom = total**2 / float(
        sum(own**2 / (len(cell) - 1) for own, cell in zip(variances, cells, strict=True))
    )
    error = total**0.5
    half = float(student.ppf(0.975, freedom)) * error
    p = 2.0 * float(student.sf(abs(effect) / error, freedom))
    return Contrast(effect, effect - half, effect + half, p)


def pooled_p(cells: Sequence[np.ndarray], signs: Sequence[float]) -> float | None:
    """p of the same sum of means by Student's t, with one variance for all cells together.

    None where a cell has fewer than three rows. Welch's looks at each cell by itself: where three
    rows of a metric with two humps lie on one of them, it takes them for sure.
    """
    if min(map(len, cells)) < ENOUGH:
        return None
    effect = contrast(cells, signs).effect
    largest = max(float(np.abs(cell).max()) for cell in cells)
    freedom = sum(len(cell) - 1 for cell in cells)
    squares = sum(float(((cell - cell.mean()) ** 2).sum()) for cell in cells)
    error = (squares / freedom * sum(1.0 / len(cell) for cell in cells)) ** 0.5
    if error <= _ROUNDING * largest:
        return 1.0 if effect == 0.0 else 0.0
    from scipy.stats import t as student

    return 2.0 * float(student.sf(abs(effect) / error, freedom))
