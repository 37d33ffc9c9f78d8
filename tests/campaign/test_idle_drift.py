"""The idle baseline through a campaign, on a scripted NVML whose idle power moves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pimp_tui.campaign.baselines import MeterLog, told
from pimp_tui.campaign.clock import SessionClock
from pimp_tui.campaign.schedule import Planned
from pimp_tui.session import open_session

BUILD = Path(__file__).parents[1] / "metering" / "fake_nvml" / "build.py"
ITEM = Planned("c" * 16, 3, "m", {}, {}, {"sm_clock_share": 0.5})


def idle(power: float | None, reason: str = "start") -> dict:
    return {"duration_s": 30.0, "power_w": power, "power_cv": 0.0123, "temperature_c": 40.0,
            "notes": [], "source": "nvml", "samples_w": power, "noise_w": 1.0, "taken_s": 5.0,
            "reason": reason}  # fmt: skip


@pytest.fixture
def kept():
    """A `MeterLog`, what it wrote into the manifest, and its lines."""
    manifest: dict = {}
    lines: list[tuple[str, str]] = []
    clock = SessionClock("2026-01-01T00:00:00+00:00")

    def mark(status: str, **fields: object) -> None:
        manifest.update(fields, status=status)

    log = MeterLog({}, clock, mark, lambda text, level="info": lines.append((level, text)))
    return log, manifest, lines, clock


def test_baselines_are_kept_with_their_times(kept) -> None:
    log, manifest, lines, clock = kept
    cool = {"cooled": True, "waited_s": 0.0, "temperature_c": 40.0}
    meters = [{"device": "H100 [0]", "meter": "nvml", "uuid": "GPU-1"}]
    log.settled(ITEM, {"cool_down": cool, "idle": idle(58.0), "meters": meters})
    assert manifest["meters"] == meters
    log.settled(ITEM, {"cool_down": cool, "idle": None})
    log.settled(ITEM, {"cool_down": cool, "idle": idle(64.0, "drift: 64.0 W idle")})
    assert [one["power_w"] for one in manifest["idle_baselines"]] == [58.0, 64.0]
    assert manifest["idle"] == manifest["idle_baselines"][1]
    assert manifest["idle"]["at"] == clock.utc(5.0).isoformat()
    assert manifest["idle"]["t_s"] == pytest.approx(clock.t_s(5.0), abs=1e-3)
    assert manifest["idle"]["device_settings"] == {"sm_clock_share": 0.5}
    assert [level for level, _ in lines] == ["info", "warning"]
    assert "coefficient of variation 0.012" in lines[0][1] and "drift: 64.0 W" in lines[1][1]
    assert "idle baseline 58.0 W over 30 s" in told(idle(58.0))


def test_a_hot_start_is_said_and_remarks_once_a_kind(kept) -> None:
    log, manifest, lines, _ = kept
    hot = {"cooled": False, "waited_s": 60.0, "temperature_c": 71.0}
    log.settled(ITEM, {"cool_down": hot, "idle": None})
    assert lines == [
        ("warning", "#3 begins at 71 C: warmer than at the idle baseline after 60 s of waiting")
    ]
    log.remarks(ITEM, 1, ["H100 [0]: counter 12.5 J and power samples 14.0 J disagree"])
    log.remarks(ITEM, 2, ["H100 [0]: counter 99.0 J and power samples 80.1 J disagree"])
    log.remarks(ITEM, 3, ["H100 [1]: counter 99.0 J and power samples 80.1 J disagree"])
    assert [one["repetition"] for one in manifest["meter_remarks"]] == [1, 3]
    assert [one["runs"] for one in manifest["meter_remarks"]] == [2, 1]
    assert len(lines) == 3


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_runs_are_told_against_the_idle_power_of_their_own_time(tmp_path, mini, pimp) -> None:
    subprocess.run([sys.executable, BUILD, tmp_path], check=True, capture_output=True)
    watts = tmp_path / "watts"

    def draw(value: str) -> None:
        (tmp_path / "new").write_text(value)
        (tmp_path / "new").replace(watts)

    draw("50")
    env = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "FAKE_NVML_EPOCH_S": "0",
           "FAKE_NVML_FLAT": str(watts)}  # fmt: skip
    session = tmp_path / "s"
    runner = subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", "run", str(session), "--space", str(mini), "--method",
         "uniform", "-n", "2", "--repeats", "4", "--limit", "2"],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 250
        while len(list((session / "runs").glob("*.parquet"))) < 2:
            assert time.monotonic() < deadline and runner.poll() is None
            time.sleep(0.05)
        draw("60")
        assert runner.wait(250) == 0
    finally:
        if runner.poll() is None:
            pimp("stop", session)
            runner.wait(60)
    opened = open_session(session)
    baselines = opened.manifest["idle_baselines"]
    assert [one["power_w"] for one in baselines] == pytest.approx([100, 120], rel=0.01)
    assert baselines[1]["reason"].startswith("drift: 120.0 W idle, 100.0 W at the baseline")
    runs = opened.runs.sort("started_at").collect()
    assert runs["idle_power_w"][0] == pytest.approx(100, rel=0.01)
    assert runs["idle_power_w"][-1] == pytest.approx(120, rel=0.01)
    last = runs.row(-1, named=True)
    assert abs(last["energy_above_idle_j"]) < 0.05 * last["energy_j"]
    assert "2 taken, 1 again for drift, 100.0 W to 120.0 W" in pimp("report", session).stdout
