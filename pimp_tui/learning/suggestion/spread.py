"""Configurations to measure while too little is measured to learn from."""

from __future__ import annotations

import numpy as np
import polars as pl

from pimp_tui.sampling.diverse import select_spread


def value_codes(frame: pl.DataFrame, options: list[str]) -> np.ndarray:
    """Which value each option has, as integers (rows, options); null is a value of its own."""
    return frame.select(
        pl.col(name).cast(pl.String).rank("dense").fill_null(0).cast(pl.Int64) for name in options
    ).to_numpy()


def spread_out(
    tried: np.ndarray,
    candidates: np.ndarray,
    n: int,
    seed: int = 0,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Indices (at most ``n``) of candidates far from what was tried and from each other.

    Far is to differ in many options, ties go to values used least: the same as the sampler
    ``diverse``, from which ``run --method suggest`` starts. Distances on encoded columns would
    take the corners of the space alone, which tell little of the values between.

    Args:
        tried, candidates: ``value_codes`` (m, o) and (c, o) of one frame.
        among: mask (c,) of the candidates that may be chosen; None is all, as is an empty one.
    """
    places = np.arange(len(candidates))
    if among is not None and among.any():
        places = np.flatnonzero(among)
    places = np.random.default_rng(seed).permutation(places)
    return places[select_spread(candidates[places], min(n, len(places)), tried)]
