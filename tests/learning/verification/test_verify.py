"""What was promised against what was found, on bundles whose truth is known."""

import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning.verification.verification_words import off_words, verification_words
from pimp_tui.learning.verification.verify import verification_rows
from pimp_tui.session import open_session
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.picks import waiting
from pimp_tui.session.segments import RunKey, commit_run, frame_of, write_frame

CONTROL, PICK, OTHER = ("0" * 15 + digit for digit in "abc")


def bundle(folder: Path, durations: dict[str, list[float]], passed: dict[str, float], **fields):
    """A bundle of those runs; ``passed``: share of 40 problems that a configuration solves."""
    import polars as pl

    for table in ("runs", "requests", "power"):
        (folder / table).mkdir(parents=True)
    plan = [
        {
            "config_id": name,
            "position": at,
            "sampler": "default" if at == 1 else "verify",
            "beams": at,
        }
        for at, name in enumerate(durations, 1)
    ]
    write_frame(folder / "plan.parquet", pl.DataFrame(plan))
    write_frame(folder / "prompts.parquet", frame_of("prompts", []))
    named = {"library default": CONTROL}
    write_manifest(folder, new_manifest("s", engine="transformers", named=named, **fields))
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for name, values in durations.items():
        for repetition, value in enumerate(values, 1):
            at = begun + timedelta(minutes=repetition)
            solved = round(40 * passed.get(name, 0.5))
            run = {"status": "ok", "duration_s": value, "started_at": at, "ended_at": at}
            run["pass_at_1"] = solved / 40
            requests = [
                {"task_id": f"t{task}", "sample": 0, "passed": task < solved} for task in range(40)
            ]
            commit_run(folder, RunKey(name, repetition, 1), run, requests, [])


def session(tmp_path: Path, promised: dict[str, float], found: float, spread: float = 0.01):
    """A campaign whose control takes 2 s, and a batch whose pick takes ``found`` times it."""
    dice = random.Random(4)
    folder = tmp_path / "s"
    usual = [2.0 * math.exp(dice.gauss(0, spread)) for _ in range(5)]
    bundle(folder, {CONTROL: usual, PICK: [1.0] * 5}, {}, workload={"kept_out": ["x"]})
    mood = [math.exp(dice.gauss(0, 0.3)) for _ in range(5)]  # of the hour: both runs share it
    control = [3.0 * m * math.exp(dice.gauss(0, spread)) for m in mood]
    pick = [3.0 * found * m * math.exp(dice.gauss(0, spread)) for m in mood]
    ends = {name: {"value": value, "lower": value * 0.9, "upper": value * 1.1}
            for name, value in promised.items()}  # fmt: skip
    bundle(
        folder / "verify" / "1", {CONTROL: control, PICK: pick}, {PICK: 0.25},
        workload={"tasks": 40}, control={"name": "library default", "config_id": CONTROL},
        picks=[{"config_id": PICK, "promised": ends, "objectives": {"duration_s": "min"}}],
    )  # fmt: skip
    return open_session(folder)


def test_a_pick_that_is_worse_than_promised_is_called_so(tmp_path):
    rows = verification_rows(session(tmp_path, {"duration_s": 1.0, "pass_at_1": 0.5}, found=0.6))
    time, share = rows
    assert time["expected"] == pytest.approx(0.5, rel=0.02)
    assert time["found_lower"] < 0.6 < time["found_upper"] < 0.65, "paired: the hour is out"
    assert time["off"] == pytest.approx(0.2, abs=0.04) and time["off_lower"] > 0
    assert time["reading"] == "worse than promised" and time["inside"] is True
    assert share["expected"] == pytest.approx(0.0) and share["found"] == pytest.approx(-0.25)
    assert share["off_lower"] < -0.25 < share["off_upper"]
    words = verification_words(rows)
    assert words[0].startswith(
        "duration_s: 1 of 1 pick turned out worse than promised (the intervals show it of 1); "
    )
    unsure = [row | {"reading": "no difference from the promise is shown"} for row in rows]
    assert "(the intervals show it of none)" in verification_words(unsure)[0]
    assert "kept out" in words[-1] and off_words(time).startswith("+")


def test_a_promise_that_was_held_is_not_called_broken(tmp_path):
    row = verification_rows(session(tmp_path, {"duration_s": 1.0}, found=0.5, spread=0.05))[0]
    assert row["off_lower"] < 0 < row["off_upper"]
    assert row["reading"] == "no difference from the promise is shown"


def test_a_promise_that_was_outdone(tmp_path):
    row = verification_rows(session(tmp_path, {"duration_s": 1.0}, found=0.3))[0]
    assert row["reading"] == "better than promised"


def test_nothing_promised_nothing_run_and_no_batch(tmp_path):
    opened = session(tmp_path, {}, found=0.6)
    (row,) = verification_rows(opened)
    assert row["off"] is None and row["reading"] == "nothing was promised"
    for file in (opened.path / "verify/1/runs").glob(f"{PICK}*"):
        file.unlink()
    (row,) = verification_rows(open_session(opened.path))
    assert row["reading"] == "no good run" and row["found"] is None and off_words(row) is None
    assert verification_words([row]) == ["#2 had no good run."]
    run = {"status": "failed", "reason": "out of memory"}
    commit_run(opened.path / "verify" / "1", RunKey(PICK, 1, 1), run, [], [])
    (row,) = verification_rows(open_session(opened.path))
    assert verification_words([row]) == ["#2 had no good run: out of memory."]
    assert waiting(opened.path, opened.plan.collect()) == [], "a batch holds it already"
    (opened.path / "verify/1/manifest.json").unlink()
    assert verification_rows(open_session(opened.path)) == [] and verification_words([]) == []
    (queued,) = waiting(opened.path, opened.plan.collect())
    assert queued["config_id"] == PICK and queued["promised"] == {}


def test_status_counts_the_runs_of_picks_apart(tmp_path):
    from pimp_tui.session.status import read_status

    opened = session(tmp_path, {"duration_s": 1.0}, found=0.6)
    name = f"{PICK}-1-1.parquet"
    (opened.path / "verify" / "1" / "runs" / name).unlink()
    status = read_status(opened.path)
    assert status["runs_done"] == 10 and status["verification_done"] == 9
    assert status["verification_failed"] == 0 and status["eta_s"] is None


def test_picks_queued_while_a_promise_has_no_number(tmp_path):
    from pimp_tui.session.picks import FILE, amend_picks, promises_of, read_picks

    row = {
        "a": 1.0,
        "a_lower": float("nan"),
        "a_upper": 2.0,
        "b": None,
        "b_lower": 1.0,
        "b_upper": 2,
    }
    assert promises_of(row) == {"a": {"value": 1.0, "lower": None, "upper": 2.0}}
    assert read_picks(tmp_path) == []
    (tmp_path / FILE).write_text(json.dumps([{"config_id": OTHER}, {"no": 1}, 3]))
    assert [pick["config_id"] for pick in read_picks(tmp_path)] == [OTHER]
    amend_picks(tmp_path, [{"config_id": PICK, "promised": {}}], repeats=5)
    assert read_picks(tmp_path)[1] == {"config_id": PICK, "promised": {}, "repeats": 5}
    (tmp_path / FILE).write_text("5")
    with pytest.raises(UserError, match="no list"):
        read_picks(tmp_path)
