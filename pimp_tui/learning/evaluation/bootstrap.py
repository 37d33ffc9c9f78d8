"""Bootstrap resamples in bounded memory: a table of any length takes some tens of MB."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_CELLS = 2_000_000  # of one block of resamples


def blocks(count: int, resamples: int) -> Iterator[int]:
    """Sizes of the blocks that ``resamples`` of ``count`` rows are drawn in."""
    size = max(_CELLS // max(count, 1), 1)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def resampled_means(
    values: np.ndarray, random: np.random.Generator, resamples: int = 500
) -> np.ndarray:
    """Mean of each bootstrap resample of the values (n,), shape (resamples,); NaN of none."""
    count = len(values)
    if count == 0:
        return np.full(resamples, np.nan)
    return np.concatenate(
        [
            values[random.integers(0, count, (size, count))].mean(axis=1)
            for size in blocks(count, resamples)
        ]
    )


def ends(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of the resampled values."""
    lower, upper = np.quantile(values, [0.025, 0.975])
    return float(lower), float(upper)
