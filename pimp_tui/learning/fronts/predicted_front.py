"""A front over what was measured and what the learners predict for fresh configurations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.fronts.candidates import fresh_candidates, measured_part, space_of, without
from pimp_tui.learning.fronts.measured_front import average_repeats, pareto
from pimp_tui.learning.fronts.ranking import Progress, near_front
from pimp_tui.learning.learner import Learner, fit
from pimp_tui.learning.measured import (
    all_rows,
    check_objectives,
    failed_rows,
    is_energy,
    measured_frame,
)
from pimp_tui.learning.predictors import DEFAULT_PREDICTOR
from pimp_tui.session.where import compile_where

CANDIDATES = 2000
RANKED_FROM = 5000  # up to so many fresh configurations are all predicted by the blend


def predicted_front(
    measured: Any,
    candidates: pl.DataFrame | pl.LazyFrame,
    learners: Mapping[str, Learner],
    objectives: Mapping[str, str],
    where: str | None = None,
) -> pl.DataFrame:
    """Front of measured and predicted configurations together.

    Args:
        measured: a session or a frame.
        candidates: a plan of valid configurations; those measured or failed already, or with
            an option value that was never measured, are left out.
        learners: metric -> learner, one for every objective.
        where: a condition (EXPR) on the rows; a metric without learner is null in a prediction.

    Returns:
        rows best first by the first objective, with ``estimated`` (True for a prediction) and,
        for every learnt metric, ``<metric>_lower`` and ``<metric>_upper`` (null if measured).

    Raises:
        UserError: an objective without learner, or as ``pareto``.
    """
    known = average_repeats(measured_frame(measured))
    check_objectives(known, objectives)
    for name in objectives:
        if name not in learners:
            raise UserError(f"{name} was not learnt, so it has no predicted front")
    known = known.drop_nulls(list(objectives)).with_columns(estimated=pl.lit(False))
    rows = candidates.collect() if isinstance(candidates, pl.LazyFrame) else candidates
    options = list(dict.fromkeys(name for one in learners.values() for name in one.options))
    failed = failed_rows(all_rows(measured))  # known not to run, so nothing to pick
    fresh = without(without(rows, known, options), failed, options)
    fresh = predict_metrics(fresh, learners)
    both = pl.concat([known, fresh], how="diagonal_relaxed")
    return pareto(both, objectives, where)


def session_front(
    session: Any,
    objectives: Mapping[str, str],
    where: str | None = None,
    n: int = CANDIDATES,
    seed: int = 0,
    predictor: str = DEFAULT_PREDICTOR,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """As ``predicted_front``, with ``n`` fresh uniform configurations and a learner for each
    objective, and for each other metric of ``where`` that can be learnt.

    Args:
        progress: told what is done and the share of it; raise in it to cancel.

    Raises:
        UserError: as ``fit`` and ``pareto``.
    """
    known = measured_frame(session)
    check_objectives(known, objectives)
    condition = compile_where(where, known.schema) if where else None
    learners = {}
    for name in objectives:
        learners[name] = fit(
            session, name, predictor=predictor, seed=seed, progress=_fits(name, progress)
        )
    options = next(iter(learners.values())).options
    for name in [] if condition is None else condition.meta.root_names():
        if name in learners or name in options or not known.schema[name].is_numeric():
            continue
        with suppress(UserError):  # too little is measured: null in a prediction
            learners[name] = fit(session, name, predictor=predictor, seed=seed)
    candidates = _candidates(session, n, learners, objectives, known, condition, seed, progress)
    return predicted_front(session, candidates, learners, objectives, where)


def _candidates(
    session: Any,
    n: int,
    learners: Mapping[str, Learner],
    objectives: Mapping[str, str],
    known: pl.DataFrame,
    condition: pl.Expr | None,
    seed: int,
    progress: Progress | None,
) -> pl.DataFrame:
    """Fresh configurations: all where they are few, else those near the front."""
    space = space_of(session)
    if space is None or n <= RANKED_FROM:
        return fresh_candidates(session, n, seed)
    if condition is not None and not set(condition.meta.root_names()) <= {
        *learners, *space.bindings, "config_id", "sampler",
    }:  # fmt: skip
        return fresh_candidates(session, RANKED_FROM, seed)
    within = measured_part(session, space)
    tried = failed_rows(all_rows(session))
    tried = pl.concat([known.drop_nulls(list(objectives)), tried], how="diagonal_relaxed")
    left_out = [
        space.from_row(row) for row in tried.select(list(space.bindings)).iter_rows(named=True)
    ]
    return near_front(
        space, within, n, learners, objectives, condition, seed, progress, known=left_out
    )


def _fits(name: str, progress: Progress | None) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, of: progress(f"learning {name}", done / of)


def predict_metrics(candidates: pl.DataFrame, learners: Mapping[str, Learner]) -> pl.DataFrame:
    """Each learnt metric with its interval for every candidate whose values were all measured."""
    for learner in learners.values():
        candidates = learner.encoder.within_fitted(candidates)
    rows = candidates.with_columns(estimated=pl.lit(True))
    for metric, learner in learners.items():
        guess = learner.predict(candidates)
        rows = rows.with_columns(
            guess["prediction"].alias(metric),
            guess["lower"].alias(f"{metric}_lower"),
            guess["upper"].alias(f"{metric}_upper"),
        )
        if is_energy(metric):
            kind = bool(learner.evaluation["estimated"])
            rows = rows.with_columns(energy_estimated=pl.lit(kind))
    return rows
