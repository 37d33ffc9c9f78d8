"""Picks are measured anew: apart from the campaign, beside its control, whatever was killed."""

import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.learning.verification.verify import verification_rows
from pimp_tui.session import open_session
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.picks import batches, queue_pick
from tests.campaign.test_real_campaign import check_complete, processes_of, start, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def queue_one(session: Path, value: float) -> str:
    """A configuration that is not planned, with a promise of its duration."""
    import pimp_tui as pt

    opened = open_session(session)
    known = opened.plan.collect()["config_id"].to_list()
    drawn = pt.sample(opened.space(), method="uniform", n=60, seed=5)
    row = next(r for r in drawn.iter_rows(named=True) if r["config_id"] not in known)
    promise = {"duration_s": value, "duration_s_lower": value / 2, "duration_s_upper": value * 2}
    with SessionLock.acquire(session):
        queue_pick(session, row | promise, {"duration_s": "min", "pass_at_1": "max"})
    return str(row["config_id"])


def test_a_pick_is_measured_on_problems_kept_out_and_survives_a_kill(tmp_path, mini, pimp):
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--method", "uniform", "-n", 3, "--repeats", 1,
                "--limit", 6, "--holdout", 0.5, "--seed", 3, timeout=500)  # fmt: skip
    assert done.returncode == 0, done.stderr
    pick = queue_one(session, 1e-3)
    assert read_manifest(session)["status"] == "stopped"
    first = start("verify", session)
    batch = session / "verify" / "1"
    wait_for(lambda: list((batch / "runs").glob("*-1.parquet")), 400)
    for pid in [first.pid, *processes_of(session)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    first.wait()
    time.sleep(0.5)
    again = pimp("verify", session, timeout=500)
    assert again.returncode == 0, again.stderr

    own = pl.read_parquet(session / "runs" / "*.parquet")
    assert own.height == 3 and pick not in own["config_id"].to_list(), "measured in its batch only"
    runs = check_complete(batch, 3).sort("started_at")
    opened, manifest = open_session(session), read_manifest(batch)
    control = opened.manifest["named"]["library default"]
    assert set(runs["config_id"]) == {pick, control}
    assert batches(session) == [batch] and manifest["status"] == "done"
    for repetition in (1, 2, 3):
        both = runs.filter(pl.col("repetition") == repetition)
        assert set(both["config_id"]) == {pick, control}, "interleaved: repetition by repetition"
    asked = set(open_session(batch).requests.collect()["task_id"])
    fitted = set(opened.requests.collect()["task_id"])
    assert asked == set(opened.manifest["workload"]["kept_out"]) and not asked & fitted
    assert len(asked) == 3 and manifest["seeds"] != opened.manifest["seeds"]

    rows = {row["metric"]: row for row in verification_rows(opened)}
    assert rows["duration_s"]["reading"] == "worse than promised", "nothing takes a millisecond"
    assert rows["duration_s"]["measured"] is None and rows["duration_s"]["apart"]
    assert rows["duration_s"]["off_lower"] > 0 and rows["duration_s"]["runs"] == 3
    told = pimp("verify", session)
    assert told.returncode == 0 and "1 of 1 pick turned out worse" in told.stdout
    assert read_manifest(session)["status"] == "done", "telling measures nothing"
