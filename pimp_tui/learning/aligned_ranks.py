"""Whether two options act together: analysis of variance on aligned ranks.

Wobbrock et al. (2011), as the study of vLLM uses it (arXiv 2607.09172): the main effects of all
options are taken out by least squares, what is left is ranked, and the ranks are asked for the
interaction of two. It assumes no distribution and no predictor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

_LEVELS = 6  # a number of more values acts as one: its interaction is a product
_FREEDOM = 4  # least degrees of freedom that are left for the spread


def interaction_p(
    frame: pl.DataFrame, y: np.ndarray, options: Sequence[str], pair: tuple[str, str]
) -> float | None:
    """p-value of the interaction of two options; None where the rows are too few to tell.

    Args:
        frame: rows (n) with the options; y: metric (n,), finite.
        options: all options, whose main effects are taken out where the rows allow it.
    """
    a, b = (_columns(frame, name) for name in pair)
    if not a.shape[1] or not b.shape[1]:
        return None
    own = np.hstack([np.ones((len(y), 1)), a, b])
    main = np.hstack([np.ones((len(y), 1)), *(_columns(frame, name) for name in options)])
    if len(y) - np.linalg.matrix_rank(main) < max(_FREEDOM, len(y) // 3):
        main = own
    together = np.hstack([x * y_ for x in np.split(a, a.shape[1], 1) for y_ in (b,)])
    left = _residual(main, y)
    if float(np.ptp(left)) <= 1e-9 * max(float(np.ptp(y)), 1e-300):
        return None
    from scipy.stats import f as fisher
    from scipy.stats import rankdata

    ranks = rankdata(np.round(left / np.ptp(left), 9))
    full = np.hstack([main, together])
    gained = int(np.linalg.matrix_rank(full) - np.linalg.matrix_rank(main))
    free = int(len(y) - np.linalg.matrix_rank(full))
    if gained < 1 or free < _FREEDOM:
        return None
    before, after = (float((_residual(X, ranks) ** 2).sum()) for X in (main, full))
    if after <= 1e-9 * before:
        return 0.0
    return float(fisher.sf((before - after) / gained / (after / free), gained, free))


def _columns(frame: pl.DataFrame, name: str) -> np.ndarray:
    """Dummies of an option's values but one, or the number itself where it has many; centred."""
    column = frame[name]
    values = column.unique().sort(nulls_last=False).to_list()
    if len(values) > _LEVELS and column.dtype.is_numeric() and not column.null_count():
        number = column.cast(pl.Float64).to_numpy()
        spread = number.std()
        return np.asarray((number - number.mean()) / (spread or 1.0))[:, None]
    found = [column.eq_missing(value).cast(pl.Float64).to_numpy() for value in values[1:]]
    table = np.column_stack(found) if found else np.empty((frame.height, 0))
    return np.asarray(table - table.mean(axis=0)) if found else table


def _residual(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(y - X @ np.linalg.lstsq(X, y, rcond=None)[0])
