"""Campaigns in which nothing works stop and say why; what failed is never tried again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pimp_tui.campaign.loop import HOPELESS, broken_before
from pimp_tui.session import open_session

HEADER = (
    "do_sample,num_beams,num_return_sequences,max_new_tokens,temperature,batch_size,dtype,model"
)
pytestmark = pytest.mark.timeout(300)


def plan(path: Path, beams: list[int]) -> Path:
    """Greedy and beam configurations, distinct by batch and length."""
    rows = [
        f"false,{n},1,{(20, 40)[i % 2]},,{(1, 32)[i // 2 % 2]},float32,micro-coder"
        for i, n in enumerate(beams)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


@pytest.mark.slow
def test_a_campaign_that_only_fails_stops_early_and_says_why(tmp_path, mini, pimp, faulty) -> None:
    env = faulty | {"FAULT": "raise"}
    session = tmp_path / "s"
    file = plan(tmp_path / "plan.csv", [2, 2, 2])
    done = pimp("run", session, "--space", mini, "--engine", "faulty", "--plan", file,
                "--repeats", 9, "--limit", 2, env=env)  # fmt: skip
    assert done.returncode == 3, done.stderr
    told = "every configuration failed (3 x ValueError: beams are broken), 24 runs left out"
    assert f"stopped: {told}" in (session / "log.txt").read_text()
    assert told in done.stdout + done.stderr
    runs = open_session(session).runs.collect()
    assert len(runs) == 3 < HOPELESS and (runs["status"] == "failed").all()


@pytest.mark.slow
def test_what_failed_is_not_tried_again_after_a_resume(tmp_path, mini, pimp, faulty) -> None:
    env = faulty | {"FAULT": "raise"}
    session = tmp_path / "s"
    file = plan(tmp_path / "plan.csv", [2, 1, 1])
    flags = ["--space", mini, "--engine", "faulty", "--plan", file, "--repeats", 3, "--limit", 2]
    done = pimp("run", session, *flags, env=env)
    assert done.returncode == 3, done.stderr
    broken = broken_before(session)
    assert list(broken.values()) == ["ValueError: beams are broken"]
    # As if the runner had been killed after the first round.
    for table in ("runs", "requests"):
        for file in (session / table).glob("*.parquet"):
            pl.read_parquet(file).filter(pl.col("repetition") == 1).write_parquet(file)
    assert len(open_session(session).runs.collect()) == 3
    again = pimp("run", session, env=env)
    assert again.returncode == 3, again.stderr
    runs = open_session(session).runs.collect()
    failed = runs.filter(pl.col("status") == "failed").sort("repetition")
    assert len(failed) == 3 and failed["reason"].str.starts_with("not repeated: ").sum() == 2
    assert len(runs.filter(pl.col("status") == "ok")) == 6
