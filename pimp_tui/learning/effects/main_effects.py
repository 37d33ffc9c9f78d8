"""What a feature does to a metric: the configurations with it against those without.

The paper's feature-wise effect is the mean with the feature minus the mean without; here with a
Welch interval, Cliff's delta as effect size, and p-values corrected after Holm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.effects.contrasts import contrast
from pimp_tui.learning.learner import Training, training_rows

MOST_LEVELS = 6  # of a number whose values are each a feature

FEATURE_SCHEMA = {
    "feature": pl.String,
    "option": pl.String,
    "n_with": pl.Int64,
    "n_without": pl.Int64,
    "effect": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "cliffs_delta": pl.Float64,
    "p": pl.Float64,
    "p_holm": pl.Float64,
}


def feature_effects(source: Any, metric: str, options: Sequence[str] | None = None) -> pl.DataFrame:
    """Effect of every option value, largest first.

    Returns:
        columns as ``FEATURE_SCHEMA``: ``feature`` is ``option=value`` (an option of two values
        has one row; a number of more than six has ``option>value``, its upper half), ``effect``
        in the metric's unit, ``lower`` and ``upper`` its 95% Welch interval; ``p`` of the
        Mann-Whitney test, ``p_holm`` corrected over all features; interval and p are null with
        fewer than three rows on a side.

    Raises:
        UserError: unknown names, or nothing measured.
    """
    training = training_rows(source, metric, options)
    rows: list[dict[str, Any]] = []
    for option, feature, mask in features(training):
        on, off = training.y[mask], training.y[~mask]
        found = contrast((on, off), (1.0, -1.0))
        rows.append(
            {
                "feature": feature,
                "option": option,
                "n_with": len(on),
                "n_without": len(off),
                "effect": found.effect,
                "lower": found.lower,
                "upper": found.upper,
                "cliffs_delta": cliffs_delta(on, off),
                "p": p_value(on, off) if found.p is not None else None,
            }
        )
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = corrected
    frame = pl.DataFrame(rows, schema=FEATURE_SCHEMA)
    return frame.sort(pl.col("effect").abs(), descending=True, maintain_order=True)


def features(training: Training) -> list[tuple[str, str, np.ndarray]]:
    """Option, its feature and mask (n,) of each value that some configurations have and some lack.

    Of an option with two values only one is listed: true, or the later one. A number of more than
    six values is parted where its halves are most even: few rows have each of its values.
    """
    found = []
    for option in training.options:
        column = training.frame[option]
        if acts_as_number(column):
            column = column.cast(pl.Float64).fill_nan(None) if column.dtype.is_float() else column
            least = _parting(column)
            above = (column > least).fill_null(False).to_numpy()
            found.append((option, f"{option}>{spell(least)}", above))
            if column.null_count():
                found.append((option, f"{option}=null", column.is_null().to_numpy()))
            continue
        values = column.unique().sort(nulls_last=False).to_list()
        if len(values) < 2:
            continue
        for value in values[1:] if len(values) == 2 else values:
            mask = column.is_null() if value is None else (column == value).fill_null(False)
            found.append((option, f"{option}={spell(value)}", mask.to_numpy()))
    return found


def acts_as_number(column: pl.Series) -> bool:
    """Whether an option is a number of more than six values, which few rows have each."""
    return column.dtype.is_numeric() and column.drop_nulls().n_unique() > MOST_LEVELS


def _parting(column: pl.Series) -> Any:
    """The value above which nearest to half of the known values lie."""
    known = column.drop_nulls().sort()
    middle = known[len(known) // 2]
    below = known.filter(known < middle)
    ends = [middle] if middle < known[-1] else []
    ends += [below[-1]] if len(below) else []
    return min(ends, key=lambda value: abs(2 * int((known > value).sum()) - len(known)))


def spell(value: Any) -> str:
    """An option's value as ``option=value`` spells it."""
    if value is None or value != value:  # NaN is no value either
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def cliffs_delta(a: np.ndarray, b: np.ndarray) -> float:
    """P(a > b) - P(a < b) over all pairs, in [-1, 1]; O(n log n)."""
    ordered = np.sort(b)
    below = np.searchsorted(ordered, a, side="left").sum()
    above = (len(b) - np.searchsorted(ordered, a, side="right")).sum()
    return float((below - above) / (len(a) * len(b)))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Step-down correction (Holm 1979) of the p-values that are there."""
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, index) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        corrected[index] = highest
    return corrected


def p_value(on: np.ndarray, off: np.ndarray) -> float:
    """Two-sided Mann-Whitney test; 1 where all values are equal."""
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate([on, off])) == 0:
        return 1.0
    return float(mannwhitneyu(on, off, alternative="two-sided").pvalue)
