"""A plan that grows by suggestions: what is appended, and why it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.growth import PATIENCE, TOGETHER, Growth
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.prepare import Request, prepare
from pimp_tui.campaign.settings import Settings, preset
from pimp_tui.session import open_session, segments
from pimp_tui.session.bundle import Session
from pimp_tui.session.replaced import scan_plan

Law = Callable[[dict[str, Any]], tuple[float, float]]


def law(row: dict[str, Any]) -> tuple[float, float]:
    """Seconds and share solved: beams and sampling cost time and solve more."""
    beams, sample = row["num_beams"] or 1, bool(row["do_sample"])
    return 1.0 + beams + 0.5 * sample, 0.2 + 0.1 * beams - 0.05 * sample


def flat(row: dict[str, Any]) -> tuple[float, float]:
    return 2.0, 0.5


def start(path: Path, **changes: Any) -> Settings:
    settings = preset("quick", method="suggest", repeats=1, **changes)
    request = Request(models=["micro-coder"], workload="micro-coder", settings=settings)
    prepare(path, request, lambda line: None)
    return settings


def measure(
    path: Path, law: Law = law, fails: Callable[[dict[str, Any]], bool] | None = None
) -> int:
    """Commit a run that follows the law for every planned configuration without one."""
    session = Session(path)
    known = set(session.runs.collect()["config_id"])
    fresh = [row for row in session.plan.collect().to_dicts() if row["config_id"] not in known]
    for row in fresh:
        key = segments.RunKey(row["config_id"], 1, 1)
        if fails and fails(row):
            run: dict[str, Any] = {"status": "failed", "reason": "no more memory"}
        else:
            seconds, solved = law(row)
            run = {"status": "ok", "duration_s": seconds, "pass_at_1": solved}
        segments.commit_run(path, key, run, [], [])
    return len(fresh)


def start_settings(path: Path) -> Settings:
    return Settings.from_json(Session(path).manifest["settings"])


def growth(path: Path, settings: Settings, told: list[str] | None = None) -> Growth:
    board = Board(lambda: 0.0)

    def log(text: str, level: str = "info") -> None:
        if told is not None:
            told.append(text)

    keeper = Keeper(path, lambda: path, board, log)
    return Growth(settings, keeper, board, Budget(settings.budget, Session(path)), log)


def test_it_appends_valid_configurations_within_the_choices(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", configurations=30, deselect=("do_sample=true",))
    path = tmp_path / "s"
    before = Session(path).plan.collect()
    assert set(before["sampler"]) == {"default", "diverse"} and before.height < 10
    measure(path)
    added = growth(path, settings)()
    plan = Session(path).plan.collect()
    assert plan.schema == before.schema and plan.head(before.height).equals(before)
    fresh = plan.tail(TOGETHER)
    assert [item.config_id for item in added] == fresh["config_id"].to_list()
    assert set(fresh["sampler"]) == {"suggest"} and plan["config_id"].is_unique().all()
    assert plan["position"].to_list() == list(range(1, plan.height + 1))
    space = Session(path).space()
    for row in fresh.iter_rows(named=True):
        chosen = space.from_row({name: row[name] for name in space.bindings})
        assert space.config_id(chosen) == row["config_id"]
        assert not space.row(chosen)["do_sample"] and space.row(chosen)["batch_size"] == 32
    assert Session(path).status()["runs_planned"] == plan.height


@pytest.mark.slow
def test_the_same_measurements_suggest_the_same(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", configurations=30)
    path = tmp_path / "s"
    measure(path)
    plan = (path / "plan.parquet").read_bytes()
    first = [item.config_id for item in growth(path, settings)()]
    (path / "plan.parquet").write_bytes(plan)
    assert [item.config_id for item in growth(path, settings)()] == first


def test_it_ends_at_the_number_asked_for(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", configurations=9)
    path, grows = tmp_path / "s", None
    while measure(path):
        grows = growth(path, settings)
        grows()
    assert grows is not None and grows.why == "all 9 configurations are measured"
    assert Session(path).plan.collect().height == 9


@pytest.mark.slow
def test_it_ends_when_the_front_stands_still_and_says_so(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", configurations=60)
    path, grows = tmp_path / "s", None
    while measure(path, flat):
        grows = growth(path, settings)
        grows()
    assert grows is not None and "front did not move" in grows.why
    suggested = Session(path).plan.collect().filter(pl.col("sampler") == "suggest").height
    assert PATIENCE <= suggested < PATIENCE + TOGETHER


def test_it_ends_with_the_budget(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", budget="5runs")
    path = tmp_path / "s"
    measure(path)
    grows = growth(path, settings)
    assert grows() == [] and "budget of 5runs used up" in grows.why


@pytest.mark.slow
def test_it_keeps_away_from_what_fails(tmp_path: Path) -> None:
    settings = start(tmp_path / "s", configurations=40)
    path = tmp_path / "s"

    def hungry(row: dict[str, Any]) -> bool:
        return (row["num_beams"] or 1) > 1

    for _ in range(4):
        measure(path, law, hungry)
        growth(path, settings)()
    plan = Session(path).plan.collect()
    late = plan.tail(2 * TOGETHER)
    assert late.filter(pl.col("num_beams").fill_null(1) > 1).height <= TOGETHER


@pytest.mark.slow
def test_it_starts_from_another_session_and_says_how_that_helps(tmp_path: Path) -> None:
    start(tmp_path / "old", configurations=20)
    for _ in range(5):
        measure(tmp_path / "old")
        growth(tmp_path / "old", start_settings(tmp_path / "old"))()
    measure(tmp_path / "old")
    settings = start(tmp_path / "s", configurations=30, warm_from=str(tmp_path / "old"))
    measure(tmp_path / "s", lambda row: (7 * law(row)[0], law(row)[1]))
    told: list[str] = []
    grows = growth(tmp_path / "s", settings, told)
    assert len(grows()) == TOGETHER
    assert any(line.startswith("duration_s: error on") and "old" in line for line in told)
    broken = start(tmp_path / "t", configurations=30, warm_from=str(tmp_path / "s"))
    measure(tmp_path / "t")
    assert len(growth(tmp_path / "t", broken, told)()) == TOGETHER
    assert "is no start" in told[-2] and "predictions start at 12" in told[-2]


@pytest.mark.parametrize("method", ["suggest", "yasa+suggest"])
def test_the_plan_that_it_starts_from(tmp_path: Path, mini: Path, pimp, method: str) -> None:
    done = pimp("run", tmp_path / "s", "--space", mini, "--method", method, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["samplers"] == sorted({"default", "yasa" if "+" in method else "diverse"})
    assert told["grows_to"] == 40 and not (tmp_path / "s").exists()


def test_samplers_that_do_not_exist_are_named(tmp_path: Path, mini: Path, pimp) -> None:
    for method, named in (("suggest+", "''"), ("foo+suggest", "foo")):
        done = pimp("run", tmp_path / "s", "--space", mini, "--method", method, "--dry-run")
        assert done.returncode == 2 and f"no sampling method {named}" in done.stderr
    done = pimp("run", tmp_path / "s", "--space", mini, "--method", "uniform", "--from", tmp_path)
    assert done.returncode == 2 and not (tmp_path / "s").exists()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_while_it_grows_it_goes_on(tmp_path: Path, mini: Path, pimp) -> None:
    path = tmp_path / "s"
    flags = ["--space", mini, "--method", "suggest", "-n", "9", "--repeats", "1", "--limit", "4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", "run", *map(str, [path, *flags])],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 200
    while True:
        assert time.monotonic() < deadline, "the plan did not grow in time"
        if (path / "plan.parquet").exists():
            plan = scan_plan(path / "plan.parquet").collect()
            if "suggest" in set(plan["sampler"]):
                break
        time.sleep(0.05)
    runner = json.loads((path / "manifest.json").read_text())["runner"]["pid"]
    os.kill(runner, signal.SIGKILL)
    process.wait(60)
    done = pimp("run", path, timeout=300)
    assert done.returncode == 0, done.stderr
    session = open_session(path)
    runs, plan = session.runs.collect(), session.plan.collect()
    assert plan.height == 9 and plan["config_id"].is_unique().all()
    assert sorted(runs["config_id"]) == sorted(plan["config_id"])
    status = session.status()
    assert (status["state"], status["runs_planned"], status["runs_done"]) == ("done", 9, 9)
    assert "all 9 configurations are measured" in session.manifest["outcome"]
