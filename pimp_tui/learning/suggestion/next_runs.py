"""Which configurations to measure next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.measured import (
    check_objectives,
    default_objectives,
    failed_rows,
    has_values,
    measured_frame,
    metric_values,
    one_kind_of_energy,
    options_of,
)
from pimp_tui.learning.suggestion.expense import expected_expense
from pimp_tui.learning.suggestion.pool import pool_of
from pimp_tui.learning.suggestion.proposal import (
    MINIMUM_MEASURED,
    chance_to_run,
    propose,
    to_costs,
)
from pimp_tui.learning.suggestion.spread import spread_out, value_codes
from pimp_tui.learning.suggestion.warm_start import WarmStart, prior_means

CANDIDATES = 2000


def suggest(
    session: Any,
    n: int = 4,
    objectives: Mapping[str, str] | None = None,
    within: Any = None,
    seed: int = 0,
    candidates: int = CANDIDATES,
    expense: str | None = None,
    warm: WarmStart | None = None,
    told: Callable[[str], None] | None = None,
) -> pl.DataFrame:
    """The next ``n`` configurations to measure, most promising first.

    Candidates are drawn from the session's space, within the session's own choices and the partial
    configuration ``within``; never one of the plan, measured or failed. An imported session offers
    the rows of its plan that were not measured.

    Args:
        expense: a metric that a budget is counted in, ``duration_s`` or ``energy_j``: what counts
            is then the improvement for what a run is expected to take, and a column
            ``expected_<expense>`` is added, null while too little was measured.
        warm: another session to start from, where that helps.
        told: gets lines about the help of each objective, estimates, and what is too little.

    Returns:
        plan-like rows, fewer than ``n`` where no more candidates are left: config_id, position
        (after the plan's last), sampler "suggest", the options, ``expected_improvement``: the
        expected gain as a share of the present hypervolume, null while fewer than four
        configurations are measured.

    Raises:
        UserError: no session, an objective that is unknown or that no run measured, bad ``n``, or
            nothing left to suggest.
    """
    if not hasattr(session, "configurations"):
        kind = type(session).__name__
        raise UserError(f"suggestions need a session, not {kind}", mend="pt.open_session(FOLDER)")
    if n < 1:
        raise UserError(f"{n} configurations cannot be suggested", mend="ask for 1 or more")
    tell = told or _unheard
    rows = session.configurations().collect()
    plan = session.plan.collect() if isinstance(session.plan, pl.LazyFrame) else session.plan
    options = options_of(session, None)
    chosen = dict(objectives) if objectives else _objectives(session)
    check_objectives(rows, chosen)
    _require_measured(rows, chosen)
    pool = pool_of(session, plan, rows, chosen, candidates, within, seed)
    measured = measured_frame(rows)
    for name in chosen:
        measured, estimated, _ = one_kind_of_energy(metric_values(measured, name), name)
        if estimated:
            tell(f"{name} is an estimate in this session")
    measured = measured.drop_nulls(list(chosen))
    encoder = Encoder(options).fit(_stack([measured, pool], options))
    X, C = encoder.transform(measured), encoder.transform(pool)
    takes = _expense(rows, expense, encoder, C) if expense else None
    failed = failed_rows(rows)
    if measured.height < MINIMUM_MEASURED:
        gains = None
        tell(
            f"{measured.height} measured, fewer than the {MINIMUM_MEASURED} that suggestions learn "
            "from: chosen far from what was tried"
            + (f", among the best tenth by {warm.name}" if warm else "")
        )
        among = None if warm is None else warm.promising(pool, chosen)
        codes = value_codes(_stack([measured, failed, pool], options), options)
        picked = spread_out(codes[: -pool.height], codes[-pool.height :], n, seed, among)
    else:
        values = measured.select(pl.col(list(chosen)).cast(pl.Float64)).to_numpy()
        costs = to_costs(values, list(chosen.values()))
        prior = None
        if warm is not None:
            log = [bool((column > 0).all()) for column in values.T]
            *means, helps = prior_means(warm, X, costs, measured, pool, chosen, log, seed)
            prior = (means[0], means[1])
            for one in helps:
                tell(one.words())
        chance = chance_to_run(X, encoder.transform(failed), C, seed)
        picked, gains = propose(X, costs, C, n, seed, chance, takes, prior)
    last = int(plan["position"].max() or 0) if "position" in plan.columns else 0  # type: ignore[arg-type]
    answer = pool[picked].select(
        "config_id",
        pl.int_range(last + 1, last + 1 + len(picked), dtype=pl.Int64).alias("position"),
        pl.lit("suggest").alias("sampler"),
        *options,
        pl.Series("expected_improvement", gains, dtype=pl.Float64)
        if gains is not None
        else pl.lit(None, pl.Float64).alias("expected_improvement"),
    )
    if expense is None:
        return answer
    each = [None] * len(picked) if takes is None else takes[picked].tolist()
    return answer.with_columns(pl.Series(f"expected_{expense}", each, dtype=pl.Float64))


def _unheard(line: str) -> None:
    """Where nobody listens."""


def _objectives(session: Any) -> dict[str, str]:
    try:
        return default_objectives(session)
    except UserError:  # nothing measured yet: the names still make a valid question
        return {"duration_s": "min", "pass_at_1": "max"}


def _require_measured(rows: pl.DataFrame, objectives: Mapping[str, str]) -> None:
    """Raise a UserError for an objective without a value though configurations ran."""
    if "runs_ok" not in rows.columns or not (rows["runs_ok"].fill_null(0) > 0).any():
        return
    for name in objectives:
        if not has_values(metric_values(rows, name), name):
            raise UserError(f"no {name} was measured", mend="measure it, or choose another")


def _expense(rows: pl.DataFrame, metric: str, encoder: Encoder, C: np.ndarray) -> np.ndarray | None:
    """Expected ``metric`` of each candidate, in its unit; None where too few were measured."""
    known, _, _ = one_kind_of_energy(metric_values(measured_frame(rows), metric), metric)
    known = known.drop_nulls([metric])
    known = known.filter(pl.col(metric) > 0)
    if known.height < MINIMUM_MEASURED:
        return None
    return expected_expense(encoder.transform(known), known[metric].to_numpy(), C)


def _stack(frames: list[pl.DataFrame], options: list[str]) -> pl.DataFrame:
    return pl.concat([frame.select(options) for frame in frames], how="vertical_relaxed")
