"""What a feature does to a metric among the configurations that have another feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.effects.contrasts import contrast, pooled_p
from pimp_tui.learning.effects.main_effects import cliffs_delta, features, holm, p_value
from pimp_tui.learning.learner import training_rows

PAIR_SCHEMA = {
    "given": pl.String,
    "feature": pl.String,
    "given_option": pl.String,
    "option": pl.String,
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
    "interaction_p": pl.Float64,
    "interaction_p_holm": pl.Float64,
}


def pairwise_effects(
    source: Any,
    metric: str,
    options: Sequence[str] | None = None,
    top: int = 30,
) -> pl.DataFrame:
    """Effect of a feature among the configurations that have another one, for every pair.

    Args:
        top: only the features with the largest effects are paired; the table is quadratic.

    Returns:
        columns as ``PAIR_SCHEMA``: ``effect`` is the mean with both minus the mean with only
        ``given``, ``interaction`` that minus the same difference without ``given`` (null where
        a cell is empty); each with its 95% Welch interval over the configurations of each cell,
        null where a cell that it rests on has fewer than three. ``cliffs_delta``, ``p``
        (Mann-Whitney) and ``p_holm`` (corrected over all rows) are of ``effect``;
        ``interaction_p`` is the larger of Welch's and of that with one variance for all cells
        (on two-humped noise Welch's alone claimed some pair in 7 to 14 % of tables of 30 to 96
        configurations, on skewed noise the other in 5 to 10 %; both together in under 4 %), and a
        pair that is listed both ways round counts once in ``interaction_p_holm``.

    Raises:
        UserError: unknown names, or nothing measured.
    """
    training = training_rows(source, metric, options)
    y = training.y
    found = features(training)
    found.sort(key=lambda f: -abs(float(y[f[2]].mean() - y[~f[2]].mean())))
    rows: list[dict[str, Any]] = []
    for option_a, feature_a, given in found[:top]:
        for option_b, feature_b, mask in found[:top]:
            both, only = given & mask, given & ~mask
            if option_a == option_b or not both.any() or not only.any():
                continue
            names = {
                "given": feature_a, "feature": feature_b, "given_option": option_a,
                "option": option_b,
            }  # fmt: skip
            cells = (both, only, ~given & mask, ~given & ~mask)
            rows.append(names | _pair(y, cells))
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = corrected
    _correct_interactions(rows)
    return pl.DataFrame(rows, schema=PAIR_SCHEMA)


def _pair(y: np.ndarray, cells: Sequence[np.ndarray]) -> dict[str, Any]:
    """The figures of one pair; cells: with both, only given, only the feature, neither."""
    both, only, other, neither = (y[cell] for cell in cells)
    found = contrast((both, only), (1.0, -1.0))
    crossed = p = None
    if len(other) and len(neither):
        kinds, signs = (both, only, other, neither), (1.0, -1.0, -1.0, 1.0)
        crossed, pooled = contrast(kinds, signs), pooled_p(kinds, signs)
        p = None if crossed.p is None or pooled is None else max(crossed.p, pooled)
    return {
        "n_with": len(both),
        "n_without": len(only),
        "effect": found.effect,
        "lower": found.lower,
        "upper": found.upper,
        "cliffs_delta": cliffs_delta(both, only),
        "p": p_value(both, only) if found.p is not None else None,
        "interaction": crossed.effect if crossed else None,
        "interaction_lower": crossed.lower if crossed else None,
        "interaction_upper": crossed.upper if crossed else None,
        "interaction_p": p,
    }


def _correct_interactions(rows: Sequence[dict[str, Any]]) -> None:
    """Holm over pairs: the interaction of a with b is that of b with a, so it is one test."""
    pairs = [frozenset((row["given"], row["feature"])) for row in rows]
    once = dict(zip(pairs, (row["interaction_p"] for row in rows), strict=True))
    corrected = dict(zip(once, holm(list(once.values())), strict=True))
    for pair, row in zip(pairs, rows, strict=True):
        row["interaction_p_holm"] = corrected[pair]
