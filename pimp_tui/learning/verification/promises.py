"""What would have been predicted of picks that were queued without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.learner import fit
from pimp_tui.learning.measured import all_rows, options_of


def with_promises(session: Any, picks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Picks that promise something of every objective that can be learnt.

    A pick queued from a screen keeps the predictions that stood there; what is lacking of the
    objectives it was picked by, else of the session's own, is predicted here. The learner sees no
    measurement of any of the picks, since that would be no prediction. What cannot be learnt, and
    a pick with an option value never measured elsewhere, stays without a promise.

    Args:
        picks: as ``waiting`` gives them; those of a measured row promise that already.
    """
    found = [dict(pick) | {"promised": dict(pick.get("promised") or {})} for pick in picks]
    ids = [pick["config_id"] for pick in found]
    lacking: dict[str, list[dict[str, Any]]] = {}
    for pick in found:
        wanted = pick.get("objectives") or session.default_objectives
        for metric in wanted:
            if metric not in pick["promised"]:
                lacking.setdefault(metric, []).append(pick)
    if not lacking:
        return found
    options = options_of(session, None)
    rows = all_rows(session, spread=True).filter(~pl.col("config_id").is_in(ids))
    planned = session.plan.collect() if isinstance(session.plan, pl.LazyFrame) else session.plan
    for metric, without in lacking.items():
        try:
            learner = fit(rows, metric, options)
        except UserError:  # too little was measured
            continue
        own = planned.filter(pl.col("config_id").is_in([pick["config_id"] for pick in without]))
        guesses = learner.predict(own.unique("config_id"), warn=False)
        ends = {row["config_id"]: row for row in guesses.iter_rows(named=True)}
        for pick in without:
            row = ends.get(pick["config_id"])
            if row is not None and row["prediction"] is not None:
                pick["promised"][metric] = {
                    "value": row["prediction"], "lower": row["lower"], "upper": row["upper"],
                }  # fmt: skip
    return found
