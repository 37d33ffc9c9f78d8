"""Which options a predictor rests on, and which of them act together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning import conformal
from pimp_tui.learning.bootstrap import ends, resampled_means
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.learner import Learner, Progress, require_enough, training_rows
from pimp_tui.learning.predictors import DEFAULT_PREDICTOR, create_predictor

_SHUFFLES = 5
_ROWS = 30  # rows of the grid and of the background of a partial dependence

IMPORTANCE_SCHEMA = {
    "option": pl.String,
    "importance": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}
INTERACTION_SCHEMA = {"option": pl.String, "other": pl.String, "strength": pl.Float64}


def permutation_importance(
    source: Any,
    metric: str,
    options: Iterable[str] | None = None,
    predictor: str = DEFAULT_PREDICTOR,
    seed: int = 0,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """How much the absolute error grows, in the metric's unit, when an option is shuffled.

    Breiman's permutation importance, on configurations that the predictor did not learn from
    (five folds): what a predictor only memorised does not count.

    Returns:
        columns as ``IMPORTANCE_SCHEMA``, most important first; 95% bootstrap intervals over the
        configurations. An option that does not vary is left out.

    Raises:
        UserError: as ``fit``.
    """
    training = training_rows(source, metric, list(options) if options is not None else None)
    y, frame = training.y, training.frame
    require_enough(len(y))
    create_predictor(predictor, seed)
    varying = [name for name in training.options if frame[name].n_unique() > 1]
    folds = conformal.fold_of_rows(Encoder(training.options).fit(frame).transform(frame), seed)
    random = np.random.default_rng(seed)
    growth = np.zeros((len(varying), len(y)))
    count = int(folds.max()) + 1
    for fold in range(count):
        test = folds == fold
        rest, left_out = frame.filter(~test), frame.filter(test)
        if np.ptp(y[~test]) > 0 and varying:
            encoder = Encoder(training.options).fit(rest)
            variance = None if training.variance is None else training.variance[~test]
            model = create_predictor(predictor, seed)
            model.fit(encoder.transform(rest), y[~test], variance)
            plain = np.abs(model.predict(encoder.transform(left_out))[0] - y[test])
            shuffled = [
                left_out.with_columns(
                    frame[name].gather(random.integers(0, len(y), int(test.sum())))
                )
                for name in varying
                for _ in range(_SHUFFLES)
            ]
            guess = model.predict(encoder.transform(pl.concat(shuffled)))[0]
            error = np.abs(guess.reshape(len(varying), _SHUFFLES, -1) - y[test])
            growth[:, test] = error.mean(axis=1) - plain
        if progress:
            progress(fold + 1, count)
    rows = [
        {"option": name, "importance": float(own.mean())} | _interval(own, seed)
        for name, own in zip(varying, growth, strict=True)
    ]
    found = pl.DataFrame(rows, schema=IMPORTANCE_SCHEMA)
    return found.sort("importance", descending=True, maintain_order=True)


def _interval(values: np.ndarray, seed: int) -> dict[str, float]:
    lower, upper = ends(resampled_means(values, np.random.default_rng(seed)))
    return {"lower": lower, "upper": upper}


def interaction_strength(
    learner: Learner, options: Iterable[str] | None = None, top: int = 8, seed: int = 0
) -> pl.DataFrame:
    """Share of what two options do together that neither does alone: Friedman's H in [0, 1].

    Friedman and Popescu (2008), on the partial dependences of the fitted predictor over rows it
    was trained on: it tells of the predictor, and no interval says how far that is the system.

    Args:
        options: those to pair; the first ``top`` of them that vary (all are quadratic).

    Returns:
        columns as ``INTERACTION_SCHEMA``, strongest first.
    """
    frame = learner.held_out
    names = [n for n in (options or learner.options) if frame[n].n_unique() > 1][:top]
    if learner.model is None or len(names) < 2:
        return pl.DataFrame(schema=INTERACTION_SCHEMA)
    rows = np.random.default_rng(seed).permutation(frame.height)[:_ROWS]
    sample = frame[rows].select(learner.options)

    def dependence(fixed: tuple[str, ...]) -> np.ndarray:
        """Centred mean prediction at each row's values of the fixed options."""
        size = sample.height
        every = pl.concat([sample] * size)  # row r of block g: background r with the values of g
        grid = sample.select(fixed)[np.repeat(np.arange(size), size)]
        guess = learner.predict(every.with_columns(grid))["prediction"].to_numpy()
        mean = guess.reshape(size, size).mean(axis=1)
        return np.asarray(mean - mean.mean())

    single = {name: dependence((name,)) for name in names}
    found = []
    for a, b in combinations(names, 2):
        both = dependence((a, b))
        spread = float((both**2).sum())
        beyond = float(((both - single[a] - single[b]) ** 2).sum())
        strength = min(np.sqrt(beyond / spread), 1.0) if spread > 0 else 0.0
        found.append({"option": a, "other": b, "strength": float(strength)})
    result = pl.DataFrame(found, schema=INTERACTION_SCHEMA)
    return result.sort("strength", descending=True, maintain_order=True)
