"""Power cap and locked clocks on a scripted NVML that keeps its settings like a driver."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WAIT = """
import sys, time
from pathlib import Path
from pimp_tui.campaign.gpu_journal import GpuJournal
with GpuJournal(Path("/sessions/x"), None).applied(json_wanted):
    print("set", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def driver(tmp_path: Path, nvml_folder: Path) -> dict[str, str]:
    """The environment of a machine whose two cards start at 350 W and 390 W, unlocked."""
    for index, limit in enumerate((350000, 390000)):
        (tmp_path / f"driver.{index}").write_text(f"{limit} 0\n")
    return {
        **os.environ,
        "LD_LIBRARY_PATH": str(nvml_folder),
        "FAKE_NVML_STATE": str(tmp_path / "driver"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


def settings(driver: dict[str, str]) -> list[tuple[int, int]]:
    found = []
    for index in range(2):
        limit, locked = Path(f"{driver['FAKE_NVML_STATE']}.{index}").read_text().split()
        found.append((int(limit), int(locked)))
    return found


def python(script: str, driver: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], env=driver, capture_output=True, text=True, timeout=60
    )


def journals(driver: dict[str, str]) -> list[Path]:
    return sorted(Path(driver["XDG_STATE_HOME"]).rglob("*.json"))


def test_set_for_the_run_and_put_back_after_it(driver: dict[str, str]) -> None:
    script = """
import json, os
from pathlib import Path
from pimp_tui.campaign.gpu_journal import GpuJournal
read = lambda: [Path(f"{os.environ['FAKE_NVML_STATE']}.{i}").read_text().split() for i in (0, 1)]
journal = GpuJournal(Path("/sessions/x"), None)
with journal.applied({}):
    untouched = read()
with journal.applied({"power_cap_share": 0.6, "sm_clock_share": 0.75}):
    during = read()
try:
    with journal.applied({"power_cap_share": 0.8}):
        raise RuntimeError("the run fails")
except RuntimeError:
    pass
print(json.dumps([untouched, during, read()]))
"""
    done = python(script, driver)
    assert done.returncode == 0, done.stderr
    untouched, during, after = json.loads(done.stdout)
    assert untouched == [["350000", "0"], ["390000", "0"]]
    assert during == [["240000", "1500"], ["240000", "1500"]]
    assert after == untouched
    assert not journals(driver)


@pytest.mark.parametrize("again", ["doctor", "runner"])
def test_a_killed_runner_leaves_a_journal_that_puts_it_back(
    driver: dict[str, str], again: str
) -> None:
    wanted = {"power_cap_share": 0.5, "sm_clock_share": 0.5}
    process = subprocess.Popen(
        [sys.executable, "-c", f"json_wanted = {wanted!r}\n{WAIT}"],
        env=driver, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline().strip() == "set"
    assert settings(driver) == [(200000, 1000), (200000, 1000)]
    early = python("from pimp_tui.campaign.gpu_left import put_back_stale as p\nprint(p())",
                   driver)  # fmt: skip
    assert early.stdout.strip() == "([], [])", "the journal of a living runner is left alone"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.05)
    assert settings(driver) == [(200000, 1000), (200000, 1000)]
    if again == "doctor":
        command = [sys.executable, "-m", "pimp_tui", "doctor", "--restore"]
        done = subprocess.run(command, env=driver, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "power limit back at 350 W and clocks unlocked, left by /sessions/x" in done.stderr
        more = subprocess.run(command, env=driver, capture_output=True, text=True, timeout=60)
        assert more.returncode == 0 and "nothing to put back" in more.stderr
    else:
        python("from pimp_tui.campaign.gpu_left import put_back_stale as p\np()", driver)
    assert settings(driver) == [(350000, 0), (390000, 0)]
    assert not journals(driver)


def test_without_permission_the_run_is_refused_and_the_restore_says_how(
    driver: dict[str, str],
) -> None:
    script = """
from pathlib import Path
from pimp_tui.campaign.gpu_journal import GpuJournal
with GpuJournal(Path("/sessions/x"), None).applied({"power_cap_share": SHARE}):
    print("ran")
"""
    refused = python(script.replace("SHARE", "0.6"), driver | {"FAKE_NVML_FIXED": "1"})
    assert "SettingRefused: power cap: Insufficient Permissions" in refused.stderr
    assert "ran" not in refused.stdout
    low = python(script.replace("SHARE", "0.1"), driver)
    assert "a power cap of 40 W is outside the card's range of 200 to 450 W" in low.stderr
    assert "ran" not in low.stdout
    assert settings(driver) == [(350000, 0), (390000, 0)]
    assert not journals(driver), "nothing was changed, so there is nothing to put back"


def test_what_cannot_be_put_back_stays_on_record(driver: dict[str, str]) -> None:
    killed = """
import os
from pathlib import Path
from pimp_tui.campaign.gpu_journal import GpuJournal
with GpuJournal(Path("/sessions/x"), None).applied({"power_cap_share": 0.6}):
    os.kill(os.getpid(), 9)
"""
    python(killed, driver)
    command = [sys.executable, "-m", "pimp_tui", "doctor", "--restore"]
    denied = driver | {"FAKE_NVML_FIXED": "1"}
    done = subprocess.run(command, env=denied, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "sudo" in done.stderr and "Traceback" not in done.stderr
    assert len(journals(driver)) == 1
    assert settings(driver) == [(240000, 0), (240000, 0)]


HOLD = f"json_wanted = {{'power_cap_share': 0.6}}\n{WAIT}"


def hold(driver: dict[str, str]) -> subprocess.Popen[str]:
    """A runner that has set the power cap and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=driver, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline().strip() == "set"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


SET = """
from pathlib import Path
from pimp_tui.campaign.gpu_journal import GpuJournal
with GpuJournal(Path("/sessions/y"), None).applied({"power_cap_share": 0.8}):
    print("ran")
"""


def test_what_another_campaign_has_set_is_not_taken_for_what_to_put_back(
    driver: dict[str, str],
) -> None:
    first = hold(driver)
    try:
        second = python(SET, driver)
        assert "another campaign has set the GPU" in second.stderr and not second.stdout
        assert "/sessions/x" in second.stderr
    finally:
        end(first)
    third = python(SET, driver)
    assert third.stdout == "ran\n", third.stderr
    assert settings(driver) == [(350000, 0), (390000, 0)], "the killed one's was put back first"
    assert not journals(driver)


def doctor(driver: dict[str, str], *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pimp_tui", "doctor", *flags]
    return subprocess.run(command, env=driver, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("visible", ["", "0", "MIG-0"])
def test_doctor_names_what_was_left_and_restores_it_whatever_cuda_sees(
    driver: dict[str, str], visible: str
) -> None:
    end(hold(driver))
    narrow = driver | {"CUDA_VISIBLE_DEVICES": visible}
    if not visible:
        rows = json.loads(doctor(narrow, "--json").stdout)
        rows = [row for row in rows if row["check"] == "gpu settings"]
        assert len(rows) == 2 and not any(row["ok"] for row in rows)
        assert "left by /sessions/x" in rows[0]["detail"] and "350 W" in rows[0]["detail"]
        assert "doctor --restore" in rows[0]["mend"]
    done = doctor(narrow, "--restore")
    assert done.returncode == 0, done.stderr
    assert settings(driver) == [(350000, 0), (390000, 0)]


@pytest.mark.slow
def test_a_lost_card_does_not_keep_the_other_set(driver: dict[str, str]) -> None:
    end(hold(driver))
    done = doctor(driver | {"FAKE_NVML_LOST_AT_S": "0"}, "--restore")
    assert done.returncode == 2 and "is not here" in done.stderr
    assert settings(driver) == [(350000, 0), (240000, 0)]
    assert len(journals(driver)) == 1, "the other is still to be put back"


def test_a_card_that_keeps_its_limit_refuses_the_run(driver: dict[str, str]) -> None:
    done = python(SET, driver | {"FAKE_NVML_DEAF": "1"})
    assert "a power cap of 320 W was set, the card keeps 350 W" in done.stderr
    assert not done.stdout and not journals(driver)


@pytest.mark.slow
def test_a_journal_of_another_container_counts_where_its_gpus_are_here(
    driver: dict[str, str],
) -> None:
    end(hold(driver))
    (path,) = journals(driver)
    entry = json.loads(path.read_text())
    path.write_text(json.dumps(entry | {"host": "3f2a9c"}))
    assert doctor(driver, "--restore").returncode == 0
    assert settings(driver) == [(350000, 0), (390000, 0)]
    elsewhere = {"GPU-of-another-machine": {"power_limit_mw": 1}}
    path.write_text(json.dumps(entry | {"host": "node7", "original": elsewhere}))
    done = doctor(driver, "--restore")
    assert done.returncode == 0 and "nothing to put back" in done.stderr
    assert path.exists(), "that machine puts it back itself"


@pytest.mark.slow
def test_settings_of_before_a_boot_are_gone_with_it(driver: dict[str, str]) -> None:
    end(hold(driver))
    (path,) = journals(driver)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"boot": "an earlier one"}))
    done = doctor(driver, "--restore")
    assert done.returncode == 0 and "before the last boot" in done.stderr
    assert settings(driver) == [(240000, 0), (240000, 0)], "the driver's own by now: left alone"
    assert not journals(driver)


def test_without_a_journal_nothing_is_set(driver: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    done = python(SET, driver)
    assert "no journal can be kept" in done.stderr and not done.stdout
    assert settings(driver) == [(350000, 0), (390000, 0)]
