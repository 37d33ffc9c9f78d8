"""How well each predictor does on configurations it was not trained on (the paper's Table 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation import conformal
from pimp_tui.learning.evaluation.scores import full_scores
from pimp_tui.learning.learner import (
    MINIMUM_CONFIGURATIONS,
    Progress,
    Training,
    fit_rows,
    require_enough,
    require_varying,
    training_rows,
)
from pimp_tui.learning.measured import default_metrics
from pimp_tui.learning.predictors.sharing import sharing

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
        progress: called with (steps done, of); raise in it to cancel.

    Returns:
        JSON-safe records: None, never NaN; ``notes`` says what was left out or bounded.

    Raises:
        UserError: unknown names, nothing measured, fewer than 12 configurations, or a metric
            that is the same in all of them.
    """
    chosen = list(metrics) if metrics else default_metrics(source)
    names = list(options) if options is not None else None
    records = []
    for index, metric in enumerate(chosen):
        step = _within(progress, index, len(chosen))
        with sharing():
            records += _evaluate(training_rows(source, metric, names), predictors, seed, step)
    return records


def _evaluate(
    training: Training, predictors: Sequence[str], seed: int, progress: Progress
) -> list[dict[str, Any]]:
    require_enough(len(training.y))
    require_varying(training)
    whole, by_each = [], []
    few = too_few_to_compare(training)
    for index, predictor in enumerate(predictors):
        step = _within(progress, index, len(predictors))
        evaluation = fit_rows(training, predictor, seed, _within(step, 0, 2)).evaluation
        whole.append(evaluation | {"notes": [*evaluation["notes"], *few]})
        by_each += by_sampler(training, predictor, seed, _within(step, 1, 2))
    return whole + by_each


def too_few_to_compare(training: Training) -> list[str]:
    """Why a sampler has no record of its own, where the plan was drawn by several.

    A named configuration, such as the library's default, is a sampler of its own and says nothing.
    """
    drawn = {name: mask for name, mask in samplers_of(training.frame).items() if mask.sum() > 1}
    notes = []
    for sampler, mask in drawn.items() if len(drawn) > 1 else ():
        own, others = int(mask.sum()), int((~mask).sum())
        if own < MINIMUM_CONFIGURATIONS:
            notes.append(f"{sampler}: {own} configurations, learning starts at")
        elif others < MINIMUM_CONFIGURATIONS:
            notes.append(f"{sampler}: {others} configurations that it did not draw, tests start at")
    return [f"{note} {MINIMUM_CONFIGURATIONS}" for note in notes]


def by_sampler(
    training: Training, predictor: str, seed: int = 0, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Train on each sampler's configurations, test on all others."""
    X = Encoder(training.options).fit(training.frame).transform(training.frame)
    records, samplers = [], samplers_of(training.frame)
    for index, (sampler, drawn) in enumerate(samplers.items()):
        # an equal row under another id would be known to the predictor, drawn or not
        test = ~drawn & ~conformal.has_equal(X, drawn)
        enough = min(drawn.sum(), test.sum()) >= MINIMUM_CONFIGURATIONS
        if enough and np.ptp(training.y[drawn]) > 0:
            step = _within(progress, index, len(samplers))
            records.append(_train_and_test(training, drawn, test, sampler, predictor, seed, step))
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
    training: Training,
    drawn: np.ndarray,
    test: np.ndarray,
    sampler: str,
    predictor: str,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    variance = None if training.variance is None else training.variance[drawn]
    rows = training.frame.filter(pl.Series(drawn))
    part = replace(training, frame=rows, y=training.y[drawn], variance=variance)
    learner = fit_rows(part, predictor, seed, progress)
    X = learner.encoder.transform(training.frame.filter(pl.Series(test)))
    prediction = learner.model.predict(X)[0] if learner.model else np.full(len(X), part.y[0])
    lower, upper = conformal.bounds(prediction, learner.width, learner.relative)
    return {
        **learner.evaluation,
        "training": sampler,
        "test": f"not drawn by {sampler}",
        **full_scores(training.metric, training.y[test], prediction, lower, upper, seed),
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
        try:
            step = _within(progress, index, len(metrics))
            records += evaluate(source, names, [metric], predictors, seed, step)
        except UserError as error:
            notes.append(str(error))
    return records, notes


def notes_of(records: Sequence[dict[str, Any]]) -> list[str]:
    """What was left out or bounded in the fits of the records, each said once."""
    return list(dict.fromkeys(note for record in records for note in record["notes"]))


def _within(progress: Progress | None, index: int, parts: int) -> Progress:
    """Progress of one of several equal parts as progress of the whole."""
    if progress is None:
        return lambda done, of: None
    return lambda done, of: progress(index * of + done, parts * of)
