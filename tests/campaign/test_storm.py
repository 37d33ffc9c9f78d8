"""A storm of SIGKILLs over one campaign: at its end every run stands once, and nothing is left."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.session import open_session

CONFIGURATIONS, PROBLEMS = 6, 2
#: What one kill takes: the runner, the worker, both, or the command that follows them too.
TARGETS = ("campaign.runner", "campaign.worker", "campaign.", "")
#: Killed itself; at its end; the runner killed before it answered; with failed runs; killed later.
CODES = (-signal.SIGKILL, 0, 2, 3, 130)


class Storm:
    """One campaign that is started again whenever it has been killed."""

    def __init__(self, session: Path, space: Path, seed: int, least: int, repeats: int) -> None:
        self.session, self.random, self.least = session, random.Random(seed), least
        self._flags = ["--space", str(space), "--method", "uniform", "-n", str(CONFIGURATIONS),
                       "--repeats", str(repeats), "--limit", str(PROBLEMS)]  # fmt: skip
        self.kills = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        flags = [] if (self.session / "manifest.json").exists() else self._flags
        return subprocess.Popen(
            [sys.executable, "-m", "pimp_tui", "run", str(self.session), *flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def processes(self, part: str = "") -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.session) in line and "pimp_tui" in line and part in line:
                found.append(int(entry.parent.name))
        return found

    def runs(self) -> int:
        return len(list((self.session / "runs").glob("*.parquet")))

    def strike(self) -> None:
        """Kill at a moment of the start, or one just after some runs."""
        if self.random.random() < 0.4:
            time.sleep(self.random.uniform(0, 5))
        else:
            wanted, until = self.runs() + self.random.randint(1, 2), time.monotonic() + 60
            while self.runs() < wanted and self.process.poll() is None:
                if time.monotonic() > until:
                    break
                time.sleep(0.01)
            time.sleep(self.random.uniform(0, 0.3))
        if self.process.poll() is not None:
            return
        for pid in self.processes(self.random.choice(TARGETS)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            self.kills += 1

    def settled(self) -> None:
        """Wait until the killed are gone; whoever is left behind is an orphan."""
        until = time.monotonic() + 20
        while self.processes():
            assert time.monotonic() < until, "a killed campaign leaves nobody behind"
            time.sleep(0.1)

    def blow(self) -> None:
        """Kill until there were enough, then let the campaign end."""
        while True:
            if self.process.poll() is not None:
                assert self.process.returncode in CODES, "no fault of ours"
                self.settled()
                if self.process.returncode in (0, 3):
                    return
                self.process = self._start()
            if self.kills < self.least:
                self.strike()
            else:
                time.sleep(0.2)


@pytest.mark.timeout(2400)
@pytest.mark.parametrize(
    ("kills", "repeats"),
    [pytest.param(7, 3, marks=pytest.mark.slow), pytest.param(21, 10, marks=pytest.mark.long)],
)
def test_a_storm_of_kills_loses_nothing_and_counts_nothing_twice(
    tmp_path, mini, pimp, kills, repeats
) -> None:
    storm = Storm(tmp_path / "s", mini, 7, kills, repeats)
    try:
        storm.blow()
    finally:
        for pid in storm.processes():
            os.kill(pid, signal.SIGKILL)
    assert storm.kills >= kills
    session = open_session(storm.session)
    runs, plan = session.runs.collect(), session.plan.collect()
    planned = {(c, r) for c in plan["config_id"] for r in range(1, repeats + 1)}
    keys = runs.select("config_id", "repetition")
    assert len(planned) == CONFIGURATIONS * repeats == len(runs) == keys.n_unique()
    assert set(keys.iter_rows()) == planned
    ok = runs.filter(pl.col("status") == "ok")
    assert len(ok) == len(runs), runs["reason"].drop_nulls().to_list()
    requests = session.requests.collect()
    assert len(requests) == PROBLEMS * len(ok) and not requests.is_duplicated().any()
    assert len(requests.join(ok, on=["config_id", "repetition", "attempt"])) == len(requests)
    times = session.power.collect()["t_s"]
    assert times.is_sorted() and times.null_count() == 0
    assert not list(storm.session.rglob("*.tmp")) and not list(storm.session.glob(".*"))
    status = json.loads(pimp("status", storm.session, "--json").stdout)
    assert status["state"] == "done" and status["runs_planned"] == len(runs)
