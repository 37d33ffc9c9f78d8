"""Joules of different kinds and of different meters never stand in one fit, mean or front."""

import polars as pl
import pytest

from pimp_tui.learning import fit, pareto
from pimp_tui.learning.energy import one_kind_of_energy
from tests.learning.tables import OPTIONS, table


def in_two_ways(count=40, with_cpu=30):
    """Rows measured by two sums of meters, of which one is five times the other."""
    wide = pl.int_range(count) < with_cpu
    return table(count).with_columns(
        energy_source=pl.when(wide).then(pl.lit("nvml+rapl")).otherwise(pl.lit("nvml")),
        energy_j=pl.when(wide).then(5 * pl.col("energy_j")).otherwise(pl.col("energy_j")),
        energy_gpu_j=pl.col("energy_j"),
    )


@pytest.mark.parametrize("metric", ["energy_j", "j_per_token", "energy_above_idle_j"])
def test_one_sum_of_meters_a_fit(metric):
    frame = in_two_ways().with_columns(pl.col("energy_j").alias(metric))
    learner = fit(frame, metric, OPTIONS, "random_forest")
    assert learner.evaluation["n"] == 30
    assert learner.notes[0] == (
        f"{metric}: measured by nvml+rapl only; 10 measured by other meters rows left out"
    )
    assert learner.held_out["energy_source"].unique().to_list() == ["nvml+rapl"]


def test_what_one_meter_measured_is_the_same_whatever_stood_beside_it():
    assert fit(in_two_ways(), "energy_gpu_j", OPTIONS, "random_forest").evaluation["n"] == 40
    assert fit(in_two_ways(), "duration_s", OPTIONS, "random_forest").evaluation["n"] == 40


def test_ties_and_unnamed_meters_are_told_apart_in_the_same_way_every_time():
    frame = pl.DataFrame({"energy_j": [1.0, 2.0, 3.0, 4.0], "energy_source": ["b", "a", "a", "b"]})
    assert one_kind_of_energy(frame, "energy_j")[0]["energy_j"].to_list() == [2.0, 3.0]
    frame = frame.with_columns(energy_source=pl.Series([None, None, None, "b"], dtype=pl.String))
    assert one_kind_of_energy(frame, "energy_j")[0]["energy_j"].to_list() == [1.0, 2.0, 3.0]


def test_repeats_measured_in_two_ways_are_not_averaged_on_a_front():
    runs = pl.DataFrame(
        {
            "config_id": ["x", "x", "y", "z", "w"],
            "energy_j": [10.0, 1.0, 8.0, 1.0, 9.0],
            "energy_source": ["nvml+rapl", "nvml", "nvml+rapl", "nvml", "nvml+rapl"],
            "energy_estimated": [False] * 5,
        }
    )
    front = pareto(runs, {"energy_j": "min"})
    assert front.select("config_id", "energy_j").rows() == [("y", 8.0)]
    alone = runs.with_columns(energy_estimated=pl.col("energy_source") == "nvml")
    assert pareto(alone, {"energy_j": "min"})["energy_j"].to_list() == [8.0]
    slow = pareto(alone.with_columns(energy_source=pl.lit("m")), {"energy_j": "max"})
    assert slow["energy_j"].to_list() == [10.0]
