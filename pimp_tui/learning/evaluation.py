"""How well each predictor does on configurations it was not trained on (the paper's Table 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning import conformal
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.learner import (
    MINIMUM_CONFIGURATIONS,
    Progress,
    Training,
    fit,
    require_enough,
    require_varying,
    training_rows,
)
from pimp_tui.learning.measured import default_metrics
from pimp_tui.learning.predictors import create_predictor
from pimp_tui.learning.scores import full_scores

DEFAULT_PREDICTORS = ("random_forest", "gaussian_process", "blend")


def evaluate(
    source: Any,
    options: Iterable[str] | None = None,
    metrics: Sequence[str] | None = None,
    predictors: Sequence[str] = DEFAULT_PREDICTORS,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Cross-validated quality of every predictor on every metric, as `learn --json` prints it.

    Folds are made of whole configurations, so that repeats never leak. Where the plan was drawn
    by several samplers, each with at least 12 configurations, further records train on one
    sampler's configurations alone and test on those that it did not draw.

    Args:
        metrics: by default energy where measured, duration and pass@1; a named metric that nobody
            measured is refused.

    Returns:
        JSON-safe records: None, never NaN.

    Raises:
        UserError: unknown names, nothing measured, fewer than 12 configurations, or a metric
            that is the same in all of them.
    """
    chosen = list(metrics) if metrics else default_metrics(source)
    names = list(options) if options is not None else None
    records = []
    total, done = len(chosen) * len(predictors), 0
    for metric in chosen:
        training = training_rows(source, metric, names)
        require_enough(len(training.y))
        require_varying(training)
        for predictor in predictors:
            records.append(fit(source, metric, names, predictor, seed).evaluation)
            done += 1
            if progress:
                progress(done, total)
        for predictor in predictors:
            records += by_sampler(training, predictor, seed)
    return records


def by_sampler(training: Training, predictor: str, seed: int = 0) -> list[dict[str, Any]]:
    """Train on each sampler's configurations, test on all others."""
    records = []
    for sampler, mask in samplers_of(training.frame).items():
        enough = mask.sum() >= MINIMUM_CONFIGURATIONS and (~mask).sum() >= MINIMUM_CONFIGURATIONS
        if enough and np.ptp(training.y[mask]) > 0:
            records.append(_train_and_test(training, mask, sampler, predictor, seed))
    return records


def samplers_of(frame: pl.DataFrame) -> dict[str, np.ndarray]:
    """Sampler -> mask (n,) of the configurations that it drew, alone or with others."""
    if "sampler" not in frame.columns:
        return {}
    labels = frame["sampler"].cast(pl.String).fill_null("").to_list()
    drawn = [set(label.split("+")) for label in labels]
    return {
        sampler: np.array([sampler in names for names in drawn])
        for sampler in sorted(set().union(*drawn) - {""})
    }


def _train_and_test(
    training: Training, mask: np.ndarray, sampler: str, predictor: str, seed: int
) -> dict[str, Any]:
    drawn = training.frame.filter(pl.Series(mask))
    encoder = Encoder(training.options).fit(drawn)
    X, y = encoder.transform(training.frame), training.y
    variance = None if training.variance is None else training.variance[mask]
    folds = conformal.fold_of_rows(X[mask], seed)
    refits = conformal.out_of_fold(
        lambda: create_predictor(predictor, seed),
        training.options, drawn, y[mask], variance, folds,
    )  # fmt: skip
    model = create_predictor(predictor, seed).fit(X[mask], y[mask], variance)
    relative = conformal.is_relative(y[mask])
    width = refits.width(y[mask], relative, model.out_of_sample)
    prediction = model.predict(X[~mask])[0]
    lower, upper = conformal.bounds(prediction, width, relative)
    return {
        "metric": training.metric,
        "predictor": predictor,
        "training": sampler,
        "test": f"not drawn by {sampler}",
        "n": int(mask.sum()),
        **full_scores(training.metric, y[~mask], prediction, lower, upper, seed),
        "estimated": training.estimated,
    }


def evaluate_measured(
    source: Any,
    metrics: Sequence[str],
    options: Iterable[str] | None = None,
    predictors: Sequence[str] = DEFAULT_PREDICTORS,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[list[dict[str, Any]], list[str]]:
    """As ``evaluate``, but a metric that cannot be learnt becomes a note, not an error."""
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    names = list(options) if options is not None else None
    for index, metric in enumerate(metrics):
        step = _within(progress, index, len(metrics)) if progress else None
        try:
            records += evaluate(source, names, [metric], predictors, seed, step)
        except UserError as error:
            notes.append(str(error))
    return records, notes


def _within(progress: Progress, index: int, parts: int) -> Progress:
    """Progress of one of several equal parts as progress of the whole."""
    return lambda done, of: progress(index * of + done, parts * of)
