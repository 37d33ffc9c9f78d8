"""Which options act together: Friedman's H of a predictor with its interval, and a test on data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.effects.aligned_ranks import interaction_p
from pimp_tui.learning.effects.main_effects import feature_effects, holm
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation import conformal
from pimp_tui.learning.learner import Learner
from pimp_tui.learning.predictors import create_predictor

PAIRED = 8  # options whose pairs are asked
_ROWS = 30  # rows of the grid and of the background of a partial dependence
_AT_ONCE = 16  # partial dependences predicted in one call, of 900 rows each

INTERACTION_SCHEMA = {
    "option": pl.String,
    "other": pl.String,
    "strength": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "p": pl.Float64,
    "p_holm": pl.Float64,
}


def interaction_strength(
    learner: Learner,
    options: Iterable[str] | None = None,
    top: int = PAIRED,
    seed: int = 0,
    intervals: bool = True,
) -> pl.DataFrame:
    """Share of what two options do together that neither does alone: Friedman's H in [0, 1].

    Friedman and Popescu (2008), on the partial dependences of the fitted predictor over rows it
    was trained on. H is of the predictor and never below 0, so that a predictor of noise has some
    too: whether the options act together in the system is what ``p`` tells, by aligned ranks on
    the measurements (``aligned_ranks``).

    Args:
        options: those to pair, by the size of their effects where none are named; the first
            ``top`` of them that vary (all are quadratic).
        intervals: refit five times without a fifth of the configurations each, for intervals.

    Returns:
        columns as ``INTERACTION_SCHEMA``, strongest first: ``lower`` and ``upper`` the 95 %
        interval of H by the jackknife over these refits, null without; ``p``, null where too few
        configurations are measured to tell, and ``p_holm`` corrected over the pairs.
    """
    frame = learner.held_out
    names = [n for n in (options or _by_effect(learner)) if frame[n].n_unique() > 1][:top]
    if learner.model is None or len(names) < 2:
        return pl.DataFrame(schema=INTERACTION_SCHEMA)
    rows = np.random.default_rng(seed).permutation(frame.height)[:_ROWS]
    sample = frame[rows].select(learner.options)
    pairs = list(combinations(names, 2))
    whole = _strengths(learner.encoder, learner.model, sample, pairs)
    ends = _jackknife(learner, sample, pairs, whole, seed) if intervals else None
    y = frame["measured"].to_numpy().astype(float)
    p_values = [interaction_p(frame, y, learner.options, pair) for pair in pairs]
    found = [
        {
            "option": pair[0],
            "other": pair[1],
            "strength": float(whole[at]),
            "lower": float(ends[0][at]) if ends else None,
            "upper": float(ends[1][at]) if ends else None,
            "p": p,
            "p_holm": corrected,
        }
        for at, (pair, p, corrected) in enumerate(zip(pairs, p_values, holm(p_values), strict=True))
    ]
    result = pl.DataFrame(found, schema=INTERACTION_SCHEMA)
    return result.sort("strength", descending=True, maintain_order=True)


def _by_effect(learner: Learner) -> list[str]:
    """The options that vary, that of the largest effect first."""
    effects = feature_effects(learner.held_out, "measured", learner.options)
    return effects["option"].unique(maintain_order=True).to_list()


def _jackknife(
    learner: Learner,
    sample: pl.DataFrame,
    pairs: Sequence[tuple[str, str]],
    whole: np.ndarray,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The grouped jackknife's 95 % interval of each H, inside [0, 1] (Efron 1982, ch. 3)."""
    from scipy.stats import t as student

    frame = learner.held_out
    y = frame["measured"].to_numpy().astype(float)
    folds = conformal.fold_of_rows(learner.encoder.transform(frame), seed)
    without = []
    for fold in range(int(folds.max()) + 1):
        kept = folds != fold
        if np.ptp(y[kept]) == 0:
            continue
        rows = frame.filter(kept)
        encoder = Encoder(learner.options).fit(rows)
        model = create_predictor(learner.predictor, seed)
        model.fit(encoder.transform(rows), y[kept], None)
        without.append(_strengths(encoder, model, sample, pairs))
    groups = len(without)
    if groups < 2:
        return np.zeros(len(pairs)), np.ones(len(pairs))
    table = np.array(without)
    error = np.sqrt((groups - 1) / groups * ((table - table.mean(axis=0)) ** 2).sum(axis=0))
    half = float(student.ppf(0.975, groups - 1)) * error
    return np.clip(whole - half, 0.0, 1.0), np.clip(whole + half, 0.0, 1.0)


def _strengths(
    encoder: Encoder, model: Any, sample: pl.DataFrame, pairs: Sequence[tuple[str, str]]
) -> np.ndarray:
    """H of each pair, over the rows of ``sample``."""

    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    asked = [(name,) for name in names] + [tuple(pair) for pair in pairs]
    found = _dependences(encoder, model, sample, asked)
    strengths = []
    for pair in pairs:
        both, first, second = found[tuple(pair)], found[pair[:1]], found[pair[1:]]
        spread = float((both**2).sum())
        beyond = float(((both - first - second) ** 2).sum())
        strengths.append(min(np.sqrt(beyond / spread), 1.0) if spread > 0 else 0.0)
    return np.array(strengths)


def _dependences(
    encoder: Encoder, model: Any, sample: pl.DataFrame, asked: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], np.ndarray]:
    """Of each set of options, centred mean predictions at each row's values of them.

    Many sets are predicted at once: one call of a forest costs as much as thousands of rows.
    """
    size = sample.height
    every = pl.concat([sample] * size)  # row r of block g: background r with the values of g
    rows = np.repeat(np.arange(size), size)
    found = {}
    for start in range(0, len(asked), _AT_ONCE):
        block = asked[start : start + _AT_ONCE]
        grids = [every.with_columns(sample.select(fixed)[rows]) for fixed in block]
        guess = model.predict(encoder.transform(pl.concat(grids)))[0]
        for fixed, own in zip(block, guess.reshape(len(block), size, size), strict=True):
            mean = own.mean(axis=1)
            found[fixed] = np.asarray(mean - mean.mean())
    return found
