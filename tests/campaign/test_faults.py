"""Faults of the machine under a running campaign: afterwards every run stands once.

Those of a configuration (it raises, hangs, asks for too much memory, kills the worker, ends the
process), SIGKILL of everything, SIGHUP of the runner and two runners stand in test_real_campaign.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.campaign import clock as clock_module
from pimp_tui.campaign.clock import SessionClock
from pimp_tui.learning.steadiness import steadiness
from pimp_tui.learning.verification.control import change, control_of
from pimp_tui.session import open_session
from pimp_tui.session.control import ControlClient

FLAGS = ["--method", "uniform", "-n", "4", "--repeats", "3", "--limit", "4"]


class Campaign:
    """A campaign in the background."""

    def __init__(
        self,
        session: Path,
        space: Path,
        flags: list[str] = FLAGS,
        inside: list[str] | None = None,
        again: bool = False,
    ) -> None:
        given = [] if again else ["--space", str(space), *flags]
        self.session = session
        self.process = subprocess.Popen(
            [*(inside or []), sys.executable, "-m", "pimp_tui", "run", str(session),
             *given],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def wait_for(self, condition: Callable[[], object], seconds: float = 90.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    def runs(self) -> int:
        return len(list((self.session / "runs").glob("*.parquet")))

    def pid(self, module: str) -> int:
        for pid, line in self.processes().items():
            if module in line:
                return pid
        raise AssertionError(f"no {module}")

    def processes(self) -> dict[int, str]:
        found = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.session) in line and "pimp_tui.campaign" in line:
                found[int(entry.parent.name)] = line
        return found

    def state(self) -> dict:
        with ControlClient(self.session) as client:
            return client.request("status")["status"]


@pytest.fixture
def campaign(tmp_path: Path, mini: Path) -> Iterator[Campaign]:
    started = Campaign(tmp_path / "s", mini)
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
    for pid in started.processes():
        os.kill(pid, signal.SIGKILL)


def check_complete(session: Path, runs: int = 12) -> pl.DataFrame:
    """Every planned run once, no file half-made."""
    found = open_session(session).runs.collect()
    ok = found.filter(pl.col("status") == "ok")
    assert len(ok) == ok.select("config_id", "repetition").n_unique() == runs
    assert not list(session.rglob("*.tmp"))
    requests = open_session(session).requests.collect()
    assert len(requests.join(ok, on=["config_id", "repetition", "attempt"])) == 4 * runs
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_runner_takes_its_worker_along_and_is_resumed(campaign, pimp) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 2)
    os.kill(campaign.pid("campaign.runner"), signal.SIGKILL)
    campaign.wait_for(lambda: not campaign.processes(), 20)
    assert campaign.process.wait(20) == 130
    status = json.loads(pimp("status", campaign.session, "--json").stdout)
    assert status["state"] == "lost"
    assert pimp("run", campaign.session).returncode == 0
    check_complete(campaign.session)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_deleted_socket_costs_nothing_and_the_campaign_still_obeys(tmp_path, mini, pimp) -> None:
    long = [*FLAGS[:4], "--repeats", "200", "--limit", "4"]
    campaign = Campaign(tmp_path / "s", mini, long)
    campaign.wait_for(lambda: campaign.runs() >= 1)
    (campaign.session / "control.sock").unlink()
    before = campaign.runs()
    campaign.wait_for(lambda: campaign.runs() >= before + 2)
    status = json.loads(pimp("status", campaign.session, "--json").stdout)
    assert status["state"] == "running" and status["runs_done"] >= before
    for command, state in (("pause", "paused"), ("resume", "running")):
        (campaign.session / "control.sock").unlink(missing_ok=True)
        done = pimp(command, campaign.session)
        assert done.returncode == 0, done.stderr
        campaign.wait_for(lambda state=state: campaign.state()["state"] == state, 20)
    (campaign.session / "control.sock").unlink()
    assert pimp("stop", campaign.session).returncode == 0
    assert campaign.process.wait(60) == 130
    campaign.wait_for(lambda: not campaign.processes(), 20)
    status = json.loads(pimp("status", campaign.session, "--json").stdout)
    assert status["state"] == "stopped" and status["runs_failed"] == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_run_whose_worker_is_killed_again_and_again_is_done_in_the_end(campaign) -> None:
    """Every worker of the first run is killed while it loads, three times over."""
    killed: set[int] = set()
    while len(killed) < 3:
        workers = {pid for pid, line in campaign.processes().items() if "campaign.worker" in line}
        for pid in workers - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        time.sleep(0.05)
    assert campaign.runs() == 0
    assert campaign.process.wait(200) == 0
    runs = check_complete(campaign.session)
    assert (runs["status"] == "ok").all() and runs["attempt"].max() == 4


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_full_disk_is_waited_for(campaign) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 2)
    runner = campaign.pid("campaign.runner")
    _, hard = resource.prlimit(runner, resource.RLIMIT_FSIZE)
    resource.prlimit(runner, resource.RLIMIT_FSIZE, (64, hard))
    campaign.wait_for(lambda: campaign.state().get("phase") == "disk full")
    assert campaign.state()["state"] == "paused"
    stuck = campaign.runs()
    time.sleep(2.5)
    assert campaign.runs() == stuck and campaign.process.poll() is None
    resource.prlimit(runner, resource.RLIMIT_FSIZE, (hard, hard))
    assert campaign.process.wait(120) == 0
    runs = check_complete(campaign.session)
    assert (runs["status"] == "ok").all(), "the run that waited is kept, not repeated"
    assert runs["attempt"].max() == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_file_system_without_room_is_waited_for(tmp_path: Path, mini: Path) -> None:
    """A real ENOSPC: the session lies on a tmpfs of its own, in a mount namespace of its own."""
    place = tmp_path / "small"
    place.mkdir()
    inside = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
              'mount -t tmpfs -o size=4m none "$0" && exec "$@"', str(place)]  # fmt: skip
    probe = subprocess.run([*inside, "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("no mount namespace here")
    campaign = Campaign(place / "s", mini, inside=inside)
    root = Path(f"/proc/{campaign.process.pid}/root{place}")
    campaign.wait_for(lambda: (root / "s" / "runs").exists())
    # Holds the file system beyond the processes; its path is that of this process.
    held = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        there = Path(f"/proc/self/fd/{held}")
        session = there / "s"
        campaign.wait_for(lambda: len(list((session / "runs").glob("*.parquet"))) >= 2)
        fill(there / "filler")
        log = session / "log.txt"
        campaign.wait_for(lambda: "waiting for room" in log.read_text())
        stuck = len(list((session / "runs").glob("*.parquet")))
        time.sleep(2.0)
        assert campaign.process.poll() is None
        assert len(list((session / "runs").glob("*.parquet"))) == stuck
        (there / "filler").unlink()
        assert campaign.process.wait(150) == 0
        # The file system has no name any more.
        runs = check_complete(Path(shutil.copytree(session, tmp_path / "copy")))
        assert runs["attempt"].max() == 1, "the run that waited is kept, not repeated"
        assert "No space left on device" in log.read_text()
    finally:
        os.close(held)
        if campaign.process.poll() is None:
            os.killpg(campaign.process.pid, signal.SIGKILL)
        for pid in campaign.processes():
            os.kill(pid, signal.SIGKILL)


def fill(path: Path) -> None:
    """Write until there is no room left, not even for a small file's second page."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1 << 6):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError as fault:
                assert fault.errno == errno.ENOSPC


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_worker_and_a_terminal_that_hangs_up_cost_nothing(campaign) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 2)
    os.kill(campaign.pid("campaign.worker"), signal.SIGKILL)
    os.kill(campaign.process.pid, signal.SIGHUP)  # what follows the campaign, and no more
    campaign.process.wait(60)
    campaign.wait_for(lambda: not campaign.processes(), 150)
    runs = check_complete(campaign.session)
    assert (runs["status"] == "ok").all(), "the run whose worker was killed is done again"
    assert "killed by SIGKILL" in (campaign.session / "log.txt").read_text()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_resume_under_a_clock_that_was_set_back_goes_on_in_session_time(campaign, pimp) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 3)
    for pid in campaign.processes():
        os.kill(pid, signal.SIGKILL)
    campaign.process.wait(20)
    before = open_session(campaign.session).power.collect()["t_s"].max()
    # To the session it is the same whether now is earlier or its beginning is later.
    path = campaign.session / "manifest.json"
    manifest = json.loads(path.read_text())
    created = datetime.fromisoformat(manifest["created"]) + timedelta(hours=5)
    path.write_text(json.dumps(manifest | {"created": created.isoformat()}))
    done = pimp("run", campaign.session)
    assert done.returncode == 0, done.stderr
    runs = check_complete(campaign.session)
    assert (runs["duration_s"] > 0).all()
    times = open_session(campaign.session).power.collect()["t_s"]
    assert times.is_sorted() and times.max() > before >= 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_leak_from_run_to_run_shows_in_the_control(tmp_path, mini, pimp, faulty) -> None:
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--engine", "faulty", "--method", "uniform",
                "-n", 3, "--repeats", 5, "--limit", 2, env=faulty | {"FAULT": "leak"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened = open_session(session)
    control = control_of(opened.manifest["named"])
    assert control is not None
    rows = steadiness(opened.runs.collect(), control[1])
    duration = next(row for row in rows if row["metric"] == "duration_s")
    assert len(duration["control"]) == 5
    assert change(duration["control"])[2] > 0.5, "each run sleeps longer than the one before"
    assert duration["drift_low"] > 0.5 and not duration["steady"]
    told = pimp("report", session)
    assert f"control ({control[0]})" in told.stdout and "note: repeats of duration_s" in told.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_stop_ends_the_waiting_for_room(campaign, pimp) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 2)
    runner = campaign.pid("campaign.runner")
    _, hard = resource.prlimit(runner, resource.RLIMIT_FSIZE)
    resource.prlimit(runner, resource.RLIMIT_FSIZE, (64, hard))
    campaign.wait_for(lambda: campaign.state().get("phase") == "disk full")
    assert pimp("stop", campaign.session).returncode == 0
    campaign.process.wait(60)
    campaign.wait_for(lambda: not campaign.processes(), 20)
    assert pimp("run", campaign.session).returncode == 0
    check_complete(campaign.session)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_moved_folder_is_followed_once_and_resumed_where_it_is(campaign, pimp, tmp_path) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 2)
    moved = tmp_path / "elsewhere"
    campaign.session.rename(moved)
    campaign.wait_for(lambda: not campaign.processes(), 60)
    assert campaign.process.wait(60) == 2
    assert not campaign.session.exists(), "nothing grows at the old place"
    assert f"moved to {moved}" in (moved / "log.txt").read_text()
    before = len(list((moved / "runs").glob("*.parquet")))
    assert json.loads(pimp("status", moved, "--json").stdout)["state"] == "stopped"
    done = pimp("run", moved)
    assert done.returncode == 0, done.stderr
    runs = check_complete(moved)
    assert before >= 2 and runs["attempt"].max() == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_truncated_segment_is_told_and_measured_again(campaign, pimp) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 3)
    for pid in campaign.processes():
        os.kill(pid, signal.SIGKILL)
    campaign.process.wait(20)
    victims = []
    cuts = {"runs": slice(0, 100), "requests": slice(0, 0), "power": slice(60, None)}
    for at, (table, kept) in enumerate(cuts.items()):
        victim = sorted((campaign.session / table).glob("*.parquet"))[at]
        victim.write_bytes(victim.read_bytes()[kept])
        victims.append(victim)
    for command in ("status", "report", "pareto"):
        told = pimp(command, campaign.session)
        assert told.returncode == 2 and "is damaged" in told.stderr, command
        assert "Traceback" not in told.stderr and len(told.stderr.splitlines()) <= 3
    done = pimp("run", campaign.session)
    assert done.returncode == 0, done.stderr
    runs = check_complete(campaign.session)
    assert runs["attempt"].max() == 1
    log = (campaign.session / "log.txt").read_text()
    for victim in victims:
        assert victim.name in log
        aside = campaign.session / "damaged" / victim.parent.name / victim.name
        assert aside.exists(), "nothing is thrown away"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_of_two_runners_at_once_one_is_refused_by_pid(campaign, pimp) -> None:
    campaign.wait_for(lambda: campaign.runs() >= 1)
    for pid in campaign.processes():
        os.kill(pid, signal.SIGKILL)
    campaign.process.wait(20)
    two = [Campaign(campaign.session, Path("mini.uvl"), again=True) for _ in range(2)]
    codes = sorted(one.process.wait(200) for one in two)
    assert codes == [0, 2], "one goes on, the other is told who does"
    check_complete(campaign.session)


def test_a_stepped_clock_never_takes_session_time_back(monkeypatch) -> None:
    wall = [datetime(2026, 3, 1, 12, 0, tzinfo=UTC)]

    class Wall(datetime):
        @classmethod
        def now(cls, tz=None):
            return wall[0]

    monkeypatch.setattr(clock_module, "datetime", Wall)
    clock = SessionClock("2026-03-01T11:00:00+00:00")
    first = clock.t_s()
    assert first == pytest.approx(3600, abs=1)
    wall[0] -= timedelta(hours=5)
    assert clock.t_s() >= first
    assert clock.utc() >= datetime(2026, 3, 1, 12, 0, tzinfo=UTC), "one sitting, one time line"
    resumed = SessionClock("2026-03-01T11:00:00+00:00", last_t_s=first)
    assert resumed.t_s() >= first, "a resume under a clock that was set back"
