"""Spread and drift of a campaign, on tables whose truth is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from pimp_tui.learning.steadiness import energy_sources, idle_steadiness, steadiness
from pimp_tui.learning.verification.control import change, control_of


def runs(drift_per_hour: float, noise: float, estimated: bool = False) -> pl.DataFrame:
    """20 configurations of very different length, 5 interleaved repeats over 10 hours."""
    rng = np.random.default_rng(3)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = []
    for repetition in range(5):
        for place, config in enumerate(rng.permutation(20)):
            hours = 10 * (repetition * 20 + place) / 100
            value = (1 + config) * (1 + drift_per_hour) ** hours * np.exp(rng.normal(0, noise))
            rows.append(
                {"config_id": f"c{config}", "status": "ok", "duration_s": value, "latency_s": None,
                 "energy_j": 100 * value, "energy_estimated": estimated,
                 "started_at": start + timedelta(hours=hours)}
            )  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"latency_s": pl.Float64})


def test_a_drift_is_found_and_its_interval_holds_it() -> None:
    duration, energy = steadiness(runs(0.02, 0.01), control="c4")
    assert duration["metric"] == "duration_s" and energy["metric"] == "energy_j"
    truth = 1.02 ** duration["hours"] - 1
    assert duration["hours"] == pytest.approx(9.9)
    assert duration["drift"] == pytest.approx(truth, abs=0.03)
    assert duration["drift_low"] < truth < duration["drift_high"]
    assert duration["drift_low"] > 0
    assert len(duration["control"]) == 5 and duration["control"][-1] > duration["control"][0]
    assert not duration["steady"], "2 % an hour over 8 hours is more than the limit"


def test_without_a_drift_the_interval_holds_none() -> None:
    duration, _ = steadiness(runs(0.0, 0.01))
    assert duration["drift_low"] < 0 < duration["drift_high"]
    assert duration["repeat_cv"] == pytest.approx(0.01, rel=0.4)
    assert duration["steady"] and duration["control"] == []


def test_estimates_single_runs_and_failures_tell_nothing() -> None:
    assert [row["metric"] for row in steadiness(runs(0.0, 0.01, True))] == ["duration_s"]
    single = runs(0.0, 0.01).unique("config_id", keep="first", maintain_order=True)
    assert steadiness(single) == []
    failed = runs(0.0, 0.01).with_columns(pl.lit("failed").alias("status"))
    assert steadiness(failed) == []
    one_repeat = runs(0.0, 0.01).head(22)
    assert all(row["drift"] is None or row["runs"] > 3 for row in steadiness(one_repeat))


def test_energies_of_other_meters_are_not_taken_together() -> None:
    table = runs(0.0, 0.01).with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0)
        .then(pl.lit("rapl"))
        .otherwise(pl.lit("nvml+rapl"))
        .alias("energy_source"),
        pl.when(pl.int_range(pl.len()) % 10 == 0)
        .then(pl.col("energy_j") / 9)
        .otherwise(pl.col("energy_j"))
        .alias("energy_j"),
    )
    assert energy_sources(table) == {"nvml+rapl": 90, "rapl": 10}
    energy = next(row for row in steadiness(table) if row["metric"] == "energy_j")
    assert energy["runs"] <= 90 and energy["repeat_cv"] < 0.02
    assert energy_sources(runs(0.0, 0.01)) == {}


def test_idle_baselines_are_judged_by_the_most_restless() -> None:
    def idle(power, cv, reason="start"):
        return {"power_w": power, "power_cv": cv, "reason": reason}

    assert idle_steadiness({}) is None
    assert idle_steadiness({"idle": idle(None, None)}) is None, "no power meter"
    found = idle_steadiness({"idle_baselines": [idle(58.0, 0.01), idle(61.0, 0.02, "drift: 61 W")]})
    assert found == {"taken": 2, "drifted": 1, "low_w": 58.0, "high_w": 61.0, "cv_worst": 0.02,
                     "steady": True}  # fmt: skip
    restless = idle_steadiness({"idle_baselines": [idle(58.0, 0.01), idle(58.0, 0.025)]})
    assert restless is not None and not restless["steady"]


def test_the_control_is_the_baseline_or_the_default_or_the_first() -> None:
    assert control_of({"library default": "a", "baseline": "b"}) == ("baseline", "b")
    assert control_of({"library default of m": "a"}, "c") == ("library default of m", "a")
    assert control_of({}, "c") == ("#1 of the plan", "c")
    assert control_of(None) is None
    assert change([None, 2.0, 3.0, 2.5]) == (2.0, 2.5, 0.25)
    assert change([2.0, None]) is None
