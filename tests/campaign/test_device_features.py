"""Power cap and locked clocks as features of a campaign, on a driver that outlives processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import psutil
import pytest

from pimp_tui.session import open_session
from pimp_tui.session.lock import read_holder

BUILD = Path(__file__).parents[1] / "metering" / "fake_nvml" / "build.py"
DEVICE = """            Device {abstract, layer 'device'}
                optional
                    power_cap {abstract, option 'power_cap_share', unset 1.0}
                        alternative
                            power_cap_0_6 {value 0.6}
                            power_cap_0_2 {value 0.2}
                    sm_clock {abstract, option 'sm_clock_share', unset 1.0}
                        alternative
                            sm_clock_0_8 {value 0.8}
            Model {abstract, layer 'model'}
"""
HOST = """                    cuda
                    power_cap_permitted
                    clocks_permitted
"""
BEFORE = ["350000 0", "390000 0"]


@pytest.fixture
def machine(tmp_path: Path, mini: Path) -> dict[str, str]:
    """Two cards at 350 and 390 W, unlocked; the space has device features that they permit."""
    subprocess.run([sys.executable, BUILD, tmp_path], check=True, capture_output=True)
    text = mini.read_text()
    text = text.replace("            Model {abstract, layer 'model'}\n", DEVICE)
    text = text.replace("                    cuda\n", HOST)
    text += "    power_cap => power_cap_permitted\n    sm_clock => clocks_permitted\n"
    mini.write_text(text)
    for index, state in enumerate(BEFORE):
        (tmp_path / f"driver.{index}").write_text(state + "\n")
    (tmp_path / "watts").write_text("50")
    return {
        **os.environ, "LD_LIBRARY_PATH": str(tmp_path), "FAKE_NVML_EPOCH_S": "0",
        "FAKE_NVML_FLAT": str(tmp_path / "watts"), "FAKE_NVML_STATE": str(tmp_path / "driver"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }  # fmt: skip


def settings(machine: dict[str, str]) -> list[str]:
    return [Path(f"{machine['FAKE_NVML_STATE']}.{i}").read_text().strip() for i in (0, 1)]


def journals(machine: dict[str, str]) -> list[Path]:
    return list(Path(machine["XDG_STATE_HOME"]).rglob("*.json"))


def until_set(machine: dict[str, str], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while settings(machine)[0] in (BEFORE[0], ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_setting_holds_for_its_runs_alone(tmp_path, mini, pimp, machine) -> None:
    flags = ["--space", mini, "--method", "uniform", "--repeats", 2, "--limit", 2, "-n", 3]
    host = tmp_path / "host.json"
    host.write_text(json.dumps({"power_cap_permitted": False, "clocks_permitted": True}))
    capped = ["--select", "power_cap_0_6"]
    refused = pimp("run", tmp_path / "denied", *flags, *capped, "--host", host, env=machine)
    assert refused.returncode == 2 and "power_cap_permitted" in refused.stderr
    only = ["--select", "power_cap_0_6", "--select", "sm_clock_0_8"]
    done = pimp("run", tmp_path / "s", *flags, *only, env=machine)
    assert done.returncode == 0, done.stderr
    runs = open_session(tmp_path / "s").runs.collect()
    assert len(runs) == 6 and (runs["status"] == "ok").all()
    plan = open_session(tmp_path / "s").plan.collect()
    capped = plan.filter(pl.col("power_cap_share") == 0.6)["config_id"].to_list()
    assert len(capped) == 2, "the library's default has no cap"
    kept = Path(machine["FAKE_NVML_STATE"] + ".log").read_text().splitlines()
    card = [line.split(None, 1)[1] for line in kept if line.startswith("0 ")]
    one_run = ["240000 0", "240000 1600", "350000 1600", "350000 0"]
    assert card == one_run * 4, "set before each of four runs, put back after it"
    assert settings(machine) == BEFORE and not journals(machine)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cap_that_the_card_does_not_take_fails_its_runs_with_the_reason(
    tmp_path, mini, pimp, machine
) -> None:
    done = pimp(
        "run", tmp_path / "s", "--space", mini, "--method", "uniform", "-n", 2, "--repeats", 1,
        "--limit", 2, "--select", "power_cap_0_2", env=machine,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    failed = open_session(tmp_path / "s").runs.filter(pl.col("status") == "failed").collect()
    assert failed["reason"].to_list() == [
        "a power cap of 80 W is outside the card's range of 200 to 450 W"
    ]
    assert failed["energy_j"].to_list() == [None]
    assert settings(machine) == BEFORE and not journals(machine)


def living_workers(runner: psutil.Process) -> list[psutil.Process]:
    """The worker that a runner has now, if it has one."""
    found = []
    for child in runner.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one too
            if "pimp_tui.campaign.worker" in child.cmdline():
                found.append(child)
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whoever_is_killed_the_settings_come_back(tmp_path, mini, pimp, machine) -> None:
    """SIGKILL of the worker, of the runner, and of both, each in a run with a power cap."""
    session = tmp_path / "s"
    command = [sys.executable, "-m", "pimp_tui", "run", str(session)]
    flags = ["--space", str(mini), "--method", "uniform", "--repeats", "3", "--limit", "4", "-n",
             "3", "--select", "power_cap_0_6"]  # fmt: skip

    def start(*more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, *more], env=machine, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(runner: bool, worker: bool) -> None:
        until_set(machine)
        process = psutil.Process(int(read_holder(session)["pid"]))
        while not (workers := living_workers(process)):  # one that was killed may not be gone yet
            time.sleep(0.05)
        for victim in [process] * runner + workers * worker:
            victim.kill()

    front = start(*flags)
    kill(runner=False, worker=True)
    until_set(machine)  # the runner goes on, with a new worker and the next setting
    kill(runner=True, worker=False)
    front.wait(60)
    assert settings(machine)[0].startswith("240000") and len(journals(machine)) == 1
    again = start()  # puts it back before it sets anything
    deadline = time.monotonic() + 100
    while "left by" not in (session / "log.txt").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kill(runner=True, worker=True)
    again.wait(60)
    assert settings(machine)[0].startswith("240000") and len(journals(machine)) == 1
    restored = pimp("doctor", "--restore", env=machine)
    assert restored.returncode == 0, restored.stderr
    assert "power limit back at 350 W" in restored.stderr
    assert settings(machine) == BEFORE and not journals(machine)
    assert pimp("run", session, env=machine).returncode == 0
    runs = open_session(session).runs.filter(pl.col("status") == "ok").collect()
    assert len(runs) == runs.select("config_id", "repetition").n_unique() == 9
    assert settings(machine) == BEFORE and not journals(machine)
