"""Campaigns beside others, on a scripted NVML."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.campaign.neighbours import Neighbours
from pimp_tui.campaign.record import without_cpu
from pimp_tui.session import open_session

BUILD = Path(__file__).parents[1] / "metering" / "fake_nvml" / "build.py"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine with two scripted GPUs and a list of processes on them."""
    folder = tmp_path_factory.mktemp("nvml")
    subprocess.run([sys.executable, BUILD, folder], check=True, capture_output=True)
    return {**os.environ, "LD_LIBRARY_PATH": str(folder), "FAKE_NVML_EPOCH_S": "0"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_foreign_load_refuses_marks_and_repeats(tmp_path, mini, pimp, machine) -> None:
    processes = tmp_path / "processes"
    processes.write_text(f"0 {os.getpid()} {2**30}\n")
    env = machine | {"FAKE_NVML_PROCESSES": str(processes)}
    session = tmp_path / "s"
    flags = ["--space", mini, "--method", "uniform", "-n", 2, "--repeats", 2, "--limit", 2]
    refused = pimp("run", session, *flags, env=env)
    assert refused.returncode == 2 and f"pid {os.getpid()}" in refused.stderr
    assert "--shared-gpu" in refused.stderr and not session.exists()
    shared = pimp("run", tmp_path / "shared", *flags, "--shared-gpu", env=env)
    assert shared.returncode == 0, shared.stderr
    runs = open_session(tmp_path / "shared").runs.collect()
    assert runs["contaminated"].all() and (runs["status"] == "ok").all()
    notes = open_session(tmp_path / "shared").manifest["idle"]["notes"]
    assert any(f"taken beside pid {os.getpid()}" in note for note in notes)
    processes.write_text("")
    runner = subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", "run", str(session), *map(str, flags)], env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (session / "runs").exists():
        time.sleep(0.05)
    processes.write_text(f"1 {os.getpid()} 7\n")
    while time.monotonic() < deadline and not list((session / "runs").glob("*-1-1.parquet")):
        time.sleep(0.05)
    processes.write_text("")
    assert runner.wait(120) == 0
    runs = open_session(session).runs.collect()
    spoilt = runs.filter(pl.col("contaminated"))
    assert len(spoilt) and (spoilt["status"] == "failed").all()
    assert spoilt["reason"].str.starts_with("contaminated: pid").all()
    assert spoilt["duration_s"].null_count() == 0, "what was measured is kept"
    ok = runs.filter(pl.col("status") == "ok")
    assert len(ok) == 4 and not ok["contaminated"].any()
    assert ok.select("config_id", "repetition").n_unique() == 4


def test_an_overlapping_campaign_leaves_the_energy_of_the_gpu_alone() -> None:
    row = {
        "energy_gpu_j": 80.0, "energy_cpu_j": 20.0, "energy_j": 100.0, "energy_source": "nvml+rapl",
        "energy_above_idle_j": 50.0, "idle_power_w": 5.0, "power_mean_w": 10.0,
        "power_peak_w": 12.0, "duration_s": 10.0, "tokens_out": 40, "pass_at_1": 0.5,
        "j_per_token": 2.5, "j_per_solved": 25.0, "reason": None,
    }  # fmt: skip
    reading = {"energy_gpu_source": "nvml", "idle_gpu_power_w": 3.0, "duration_s": 10.0}
    left = without_cpu(row, reading)
    assert "another campaign" in left["reason"]
    assert left["energy_j"] == 80.0 and left["energy_cpu_j"] is None
    assert left["energy_source"] == "nvml"
    assert (left["energy_above_idle_j"], left["idle_power_w"]) == (50.0, 3.0), "the GPU's own"
    unknown = without_cpu(row, reading | {"idle_gpu_power_w": None})
    assert unknown["energy_above_idle_j"] is None and unknown["idle_power_w"] is None
    assert left["power_mean_w"] == 8.0 and left["j_per_token"] == 2.0 and left["j_per_solved"] == 20
    alone = without_cpu(row | {"energy_gpu_j": None, "energy_source": "rapl"}, reading)
    assert alone["energy_above_idle_j"] is None and alone["idle_power_w"] is None
    for name in ("energy_j", "energy_source", "power_mean_w", "j_per_token", "j_per_solved"):
        assert alone[name] is None
    unmeasured = row | {"energy_cpu_j": None}
    assert without_cpu(unmeasured, reading) == unmeasured
    wall = without_cpu(row | {"energy_source": "nvml+wall"}, reading)
    assert wall["energy_source"] == "nvml", "whatever the CPU's meter is called"


def test_a_campaign_that_begins_and_ends_within_a_run_is_met() -> None:
    word = f"runner-of-{os.getpid()}"  # real ones may run beside this test
    watch = Neighbours(word)
    watch.begin()
    assert not watch.end()
    watch.begin()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)", word])
    try:
        deadline = time.monotonic() + 20
        while not watch._met and time.monotonic() < deadline:
            watch._due_s = 0.0
            watch.poll()
    finally:
        other.kill()
        other.wait()
    assert watch.end(), "it was there, although it is gone"
    watch.begin()
    assert not watch.end()


def test_a_runner_is_told_by_its_command_line() -> None:
    watch = Neighbours()
    command = [sys.executable, "-c", "import time; time.sleep(30)", "pimp_tui.campaign.runner"]
    other = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        watch.begin()
        while not watch.end():
            assert time.monotonic() < deadline
    finally:
        other.kill()
        other.wait()
