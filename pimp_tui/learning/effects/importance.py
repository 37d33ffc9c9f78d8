"""Which options a predictor rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation import conformal
from pimp_tui.learning.evaluation.bootstrap import ends, resampled_means
from pimp_tui.learning.learner import Progress, require_enough, training_rows
from pimp_tui.learning.predictors import DEFAULT_PREDICTOR, create_predictor

_SHUFFLES = 5

IMPORTANCE_SCHEMA = {
    "option": pl.String,
    "importance": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}


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
