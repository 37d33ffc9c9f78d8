"""How much a ratio of two configurations may owe to which problems were asked.

Time and joules are measured over a whole run. They are shared out to its problems by the time that
each problem's requests took, so that what one more or one fewer of a kind of problem would change
is known; the problems of a benchmark being a sample, that is part of every interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.learning.energy import is_energy

#: metric -> what it grows with and what it shrinks with, summed over a problem's requests.
_BY = {
    "duration_s": ("latency_s", None), "latency_s": ("latency_s", None),
    "ttft_s": ("ttft_s", None), "tokens_out": ("tokens_out", None),
    "tokens_in": ("tokens_in", None), "tokens_per_s": ("tokens_out", "latency_s"),
    "j_per_token": ("latency_s", "tokens_out"),
}  # fmt: skip
_COLUMNS = ("latency_s", "ttft_s", "tokens_out", "tokens_in")

#: config_id -> column -> problem -> its sum over the requests of a run, averaged over runs.
Sums = Mapping[str, Mapping[str, Mapping[str, float]]]


def problem_sums(session: Any, config_ids: list[str]) -> Sums:
    """What each problem took of each configuration's ok runs."""
    key = ["config_id", "repetition", "attempt"]
    ok = session.runs.filter(pl.col("status") == "ok").select(key)
    asked = session.requests.filter(pl.col("config_id").is_in(config_ids))
    # a request without a figure leaves its problem's sum unknown, not smaller
    whole = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()) for name in _COLUMNS]
    each = asked.join(ok, on=key, how="semi").group_by(*key, "task_id").agg(whole)
    rows = each.group_by("config_id", "task_id").agg(pl.col(_COLUMNS).mean()).collect()
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows.sort("config_id", "task_id").iter_rows(named=True):
        for name in _COLUMNS:
            if row[name] is not None:
                own = found.setdefault(row["config_id"], {}).setdefault(name, {})
                own[row["task_id"]] = float(row[name])
    return found


def variance_of_problem(sums: Sums, metric: str, pick: str, control: str) -> tuple[float, int]:
    """Variance over problems of what one adds to the logarithm of pick / control, and how many.

    The variance of the logarithm over n problems is the first divided by n (delta method, paired
    by problem). (0.0, 0) where the metric does not depend on problems, or requests tell nothing.
    """
    default = ("latency_s", None) if is_energy(metric) else (None, None)
    grows, shrinks = _BY.get(metric, default)
    if grows is None:
        return 0.0, 0
    total: np.ndarray | None = None
    tasks: list[str] = []
    for name, sign in ((grows, 1.0), (shrinks, -1.0)):
        if name is None:
            continue
        left, right = (sums.get(one, {}).get(name, {}) for one in (pick, control))
        common = sorted(set(left) & set(right))
        if total is not None and common != tasks:
            return 0.0, 0
        tasks = common
        shares = [np.array([side[task] for task in tasks]) for side in (left, right)]
        if len(tasks) < 2 or any(one.sum() <= 0 for one in shares):
            return 0.0, 0
        gap = shares[0] / shares[0].mean() - shares[1] / shares[1].mean()
        total = sign * gap if total is None else total + sign * gap
    return (0.0, 0) if total is None else (float(total.var(ddof=1)), len(tasks))
