"""What a feature does to a metric among the configurations that have another feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.bootstrap import ends as interval_of
from pimp_tui.learning.bootstrap import resampled_means
from pimp_tui.learning.effects import ENOUGH, cliffs_delta, features, holm, p_value
from pimp_tui.learning.learner import training_rows

_RESAMPLES = 500

PAIR_SCHEMA = {
    "given": pl.String,
    "feature": pl.String,
    "n_with": pl.Int64,
    "n_without": pl.Int64,
    "effect": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "cliffs_delta": pl.Float64,
    "p": pl.Float64,
    "p_holm": pl.Float64,
    "interaction": pl.Float64,
    "interaction_lower": pl.Float64,
    "interaction_upper": pl.Float64,
}


def pairwise_effects(
    source: Any,
    metric: str,
    options: Sequence[str] | None = None,
    top: int = 30,
    seed: int = 0,
) -> pl.DataFrame:
    """Effect of a feature among the configurations that have another one, for every pair.

    Args:
        top: only the features with the largest effects are paired; the table is quadratic.

    Returns:
        columns as ``PAIR_SCHEMA``: ``effect`` is the mean with both minus the mean with only
        ``given``, ``interaction`` that minus the same difference without ``given`` (null where
        a cell is empty); each with its 95% bootstrap interval over the configurations of each
        cell, null where a cell that it rests on has fewer than three. ``cliffs_delta``, ``p`` and
        ``p_holm`` (corrected over all pairs) are of ``effect``.

    Raises:
        UserError: unknown names, or nothing measured.
    """
    training = training_rows(source, metric, options)
    y = training.y
    found = features(training)
    found.sort(key=lambda f: -abs(float(y[f[2]].mean() - y[~f[2]].mean())))
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for option_a, value_a, given in found[:top]:
        for option_b, value_b, mask in found[:top]:
            both, only = given & mask, given & ~mask
            if option_a == option_b or not both.any() or not only.any():
                continue
            names = {"given": f"{option_a}={value_a}", "feature": f"{option_b}={value_b}"}
            cells = (both, only, ~given & mask, ~given & ~mask)
            rows.append(names | _pair(y, cells, random))
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = corrected
    return pl.DataFrame(rows, schema=PAIR_SCHEMA)


def _pair(
    y: np.ndarray, cells: Sequence[np.ndarray], random: np.random.Generator
) -> dict[str, Any]:
    """The figures of one pair; cells: with both, only given, only the feature, neither."""
    both, only, other, neither = cells
    effect = float(y[both].mean() - y[only].mean())
    enough = min(both.sum(), only.sum()) >= ENOUGH
    complete = bool(other.any() and neither.any())
    interaction = effect - float(y[other].mean() - y[neither].mean()) if complete else None
    means = [resampled_means(y[cell], random, _RESAMPLES) for cell in cells] if enough else []
    lower, upper = interval_of(means[0] - means[1]) if enough else (None, None)
    crossed = enough and min(other.sum(), neither.sum()) >= ENOUGH
    ends = interval_of(means[0] - means[1] - means[2] + means[3]) if crossed else (None, None)
    return {
        "n_with": int(both.sum()),
        "n_without": int(only.sum()),
        "effect": effect,
        "lower": lower,
        "upper": upper,
        "cliffs_delta": cliffs_delta(y[both], y[only]),
        "p": p_value(y[both], y[only]) if enough else None,
        "interaction": interaction,
        "interaction_lower": ends[0],
        "interaction_upper": ends[1],
    }
