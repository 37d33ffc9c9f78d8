"""How steady a campaign measured: spread of repeats, and drift from its first run to its last.

Repeats are interleaved, so that a drift of the machine shows as a trend inside configurations: the
slope of log(metric) over time with one level for each configuration (within estimator of panel
data; Wooldridge, Econometric Analysis, ch. 10). The limit on the spread is what the vLLM study
reached (arXiv 2607.09172).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.metering.idle import IDLE_CV_LIMIT

if TYPE_CHECKING:
    import polars as pl

REPEAT_CV_LIMIT = 0.043
METRICS = ("duration_s", "latency_s", "energy_j")


def steadiness(runs: pl.DataFrame, control: str | None = None) -> list[dict[str, Any]]:
    """One row a metric that was measured at least twice for some configuration.

    Args:
        runs: the bundle's runs table; failed runs, estimated energy and that of other meters than
            most runs' are left out.
        control: config_id of the control configuration, whose values are told one by one.

    Returns:
        ``metric``; ``configurations`` and ``runs`` that tell something; ``repeat_cv`` (median over
        configurations) and ``repeat_cv_worst``; ``steady``: the median is within the limit;
        ``drift`` from the first run to the last with ``drift_low`` and ``drift_high`` (shares,
        95 %; None where repeats do not suffice) and the ``hours`` between; ``control``: its values
        in order of time.
    """
    import polars as pl

    ok = runs.filter((pl.col("status") == "ok") & pl.col("started_at").is_not_null())
    found = []
    for metric in METRICS:
        usable = ok.filter(pl.col(metric).is_finite() & (pl.col(metric) > 0))
        if metric == "energy_j":
            usable = usable.filter(~pl.col("energy_estimated").fill_null(True))
            if (sources := energy_sources(usable)) and "energy_source" in usable.columns:
                usable = usable.filter(pl.col("energy_source") == next(iter(sources)))
        several = usable.filter(pl.len().over("config_id") > 1).sort("started_at")
        if several.is_empty():
            continue
        spread = several.group_by("config_id").agg(
            (pl.col(metric).std() / pl.col(metric).mean()).alias("cv")
        )["cv"]
        median = float(np.median(spread.to_numpy()))
        own = usable.filter(pl.col("config_id") == (control or "")).sort("started_at")
        found.append(
            {
                "metric": metric,
                "configurations": len(spread),
                "runs": len(several),
                "repeat_cv": median,
                "repeat_cv_worst": float(spread.to_numpy().max()),
                "steady": median <= REPEAT_CV_LIMIT,
                **_drift(several, metric),
                "control": own[metric].to_list(),
            }
        )
    return found


def energy_sources(runs: pl.DataFrame) -> dict[str, int]:
    """Meters in ``energy_j`` -> good runs, the most frequent first; estimates are left out.

    Energies of different meters are not comparable.
    """
    import polars as pl

    if "energy_source" not in runs.columns:
        return {}
    measured = runs.filter(
        (pl.col("status") == "ok") & ~pl.col("energy_estimated").fill_null(True)
    ).drop_nulls("energy_source")
    counted = measured.group_by("energy_source").len().sort(["len", "energy_source"])
    return dict(reversed(list(counted.iter_rows())))


def idle_steadiness(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """How restless the idle baselines of a campaign were; None where none was measured.

    Returns:
        ``taken`` baselines, ``drifted`` of them taken again for drift, ``low_w`` and ``high_w``,
        ``cv_worst`` (None where not known), ``steady``: it is within the limit.
    """
    baselines = manifest.get("idle_baselines") or [manifest.get("idle")]
    measured = [one for one in baselines if one and one.get("power_w") is not None]
    if not measured:
        return None
    powers = [float(one["power_w"]) for one in measured]
    spread = [float(one["power_cv"]) for one in measured if one.get("power_cv") is not None]
    return {
        "taken": len(measured),
        "drifted": sum(str(one.get("reason")).startswith("drift") for one in measured),
        "low_w": min(powers),
        "high_w": max(powers),
        "cv_worst": max(spread, default=None),
        "steady": max(spread, default=0.0) <= IDLE_CV_LIMIT,
    }


def _drift(runs: pl.DataFrame, metric: str) -> dict[str, float | None]:
    import polars as pl

    since = (pl.col("started_at") - pl.col("started_at").min()).dt.total_microseconds()
    hours = float(runs.select(since.max()).item()) / 3.6e9
    nothing: dict[str, float | None] = {
        "drift": None, "drift_low": None, "drift_high": None, "hours": hours,
    }  # fmt: skip
    if not hours > 0:
        return nothing
    whole = since / since.max()
    table = runs.select("config_id", whole.alias("t"), pl.col(metric).log().alias("y"))
    centred = table.select(
        (pl.col(name) - pl.col(name).mean().over("config_id")).alias(name) for name in ("t", "y")
    )
    t, y = centred["t"].to_numpy(), centred["y"].to_numpy()
    free = len(table) - table["config_id"].n_unique() - 1
    if free < 2 or not t @ t > 0:
        return nothing
    from scipy.stats import t as student

    slope = float(t @ y / (t @ t))
    residual = y - slope * t
    error = math.sqrt(float(residual @ residual) / free / float(t @ t))
    reach = float(student.ppf(0.975, free)) * error
    low, high = slope - reach, slope + reach
    if high > 50:  # exp overflows, and nobody learns anything from it
        return nothing
    return {
        "drift": math.expm1(slope),
        "drift_low": math.expm1(low),
        "drift_high": math.expm1(high),
        "hours": hours,
    }
