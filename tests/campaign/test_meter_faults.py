"""Meters that fail in the middle of a campaign: what rows, log, manifest and report say."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.session import open_session

BUILD = Path(__file__).parents[1] / "metering" / "fake_nvml" / "build.py"
ENERGY = ["energy_j", "energy_above_idle_j", "energy_gpu_j", "energy_cpu_j", "idle_power_w",
          "power_mean_w", "power_peak_w", "j_per_token", "j_per_solved",
          "energy_source"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_counter_that_is_wrong_and_a_card_that_is_lost(tmp_path, mini, pimp) -> None:
    """The counter of the first card gains 300 W from the start; the second is lost on the way."""
    subprocess.run([sys.executable, BUILD, tmp_path], check=True, capture_output=True)
    lost = tmp_path / "lost"
    env = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "FAKE_NVML_EPOCH_S": "0",
           "FAKE_NVML_LOST": str(lost), "FAKE_NVML_STEP": "300"}  # fmt: skip
    session = tmp_path / "s"
    runner = subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", "run", str(session), "--space", str(mini), "--method",
         "uniform", "-n", "3", "--repeats", "3", "--batch", "1"],  # windows of a second or two
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 250
        while len(list((session / "runs").glob("*.parquet"))) < 3:
            assert time.monotonic() < deadline and runner.poll() is None
            time.sleep(0.05)
        lost.touch()
        assert runner.wait(250) == 0
    finally:
        if runner.poll() is None:
            pimp("stop", session)
            runner.wait(60)
    opened = open_session(session)
    runs = opened.runs.sort("started_at").collect()
    assert len(runs) == 9 and (runs["status"] == "ok").all(), "a meter costs no run"
    early, late = runs.head(3), runs.tail(5)
    assert early["energy_gpu_j"].null_count() == 0
    assert early["reason"].null_count() == 0
    assert early["reason"].str.contains("counter .* J and power samples .* J disagree").all()
    for name in ENERGY:
        assert late[name].null_count() == 5, f"{name} is null, never 0"
    assert not late["energy_estimated"].any(), "no estimate takes its place"
    assert late["reason"].str.contains("Scripted GPU B \\[1\\] not measured, no sum").all()
    assert late["duration_s"].null_count() == late["pass_at_1"].null_count() == 0
    log = (session / "log.txt").read_text()
    assert "disagree" in log and "does not answer (GPU is lost)" in log
    remarks = {one["text"].split("(")[0]: one for one in opened.manifest["meter_remarks"]}
    assert sum(one["runs"] for one in remarks.values() if "disagree" in one["text"]) >= 3
    report = pimp("report", session).stderr
    assert "disagree" in report and "not measured, no sum" in report
    trace = opened.power.filter(pl.col("device") == "Scripted GPU B [1]").sort("t_s").collect()
    assert trace["power_w"][0] is not None and trace["power_w"][-1] is None


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_trace_of_a_run_integrates_to_its_energy(tmp_path, mini, pimp) -> None:
    """From the bundle alone: power between the run's times, by the trapezoidal rule."""
    subprocess.run([sys.executable, BUILD, tmp_path], check=True, capture_output=True)
    env = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "FAKE_NVML_EPOCH_S": "0"}
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--method", "uniform", "-n", 2, "--repeats", 2,
                "--gpus", "GPU-0000aa01", env=env)  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened = open_session(session)
    assert opened.manifest["meters"] == [
        {"device": "Scripted GPU B [1]", "meter": "nvml",
         "uuid": "GPU-0000aa01-0000-4000-8000-000000000001"},
    ], "the GPU that was asked for, by its UUID, and no other"  # fmt: skip
    trace = opened.power.collect()
    assert trace["device"].unique().to_list() == ["Scripted GPU B [1]"]
    counted = ["energy_counter_j", "power_w", "utilisation", "memory_bytes", "temperature_c",
               "sm_clock_mhz", "memory_clock_mhz", "throttle_reasons"]  # fmt: skip
    assert sum(trace[name].null_count() for name in counted) == 0, "all columns are filled"
    for run in opened.runs.collect().iter_rows(named=True):
        integral_j = counter_j = 0.0
        for (_,), rows in trace.sort("at").group_by("device"):
            first = rows.filter(pl.col("at") <= run["started_at"])["at"].max()
            last = rows.filter(pl.col("at") >= run["ended_at"])["at"].min()
            assert first is not None and last is not None, "the trace reaches over the run"
            inside = rows.filter(pl.col("at").is_between(first, last))
            seconds = inside["at"].diff().dt.total_microseconds() / 1e6
            mean_w = (inside["power_w"] + inside["power_w"].shift(1)) / 2
            integral_j += (seconds * mean_w).sum()
            counter_j += inside["energy_counter_j"][-1] - inside["energy_counter_j"][0]
        assert counter_j == pytest.approx(run["energy_j"], rel=0.05, abs=10)
        assert integral_j == pytest.approx(run["energy_j"], rel=0.08, abs=10)
