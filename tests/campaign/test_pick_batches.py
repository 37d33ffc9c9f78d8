"""A batch of picks is a bundle of its own: beside the control, with other seeds and problems."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.loop import Outcome
from pimp_tui.campaign.pick_batches import LEAST_REPEATS, next_batch
from pimp_tui.campaign.planned import read_planned
from pimp_tui.campaign.runner import Runner
from pimp_tui.errors import UserError
from pimp_tui.session import open_session
from pimp_tui.session.bundle import Session
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.picks import campaign_rows, queue_pick, waiting
from pimp_tui.session.status import read_status
from pimp_tui.tui.snapshot import Surveyor
from pimp_tui.workload import load_recorded

DEMO = Path(__file__).parents[2] / "sessions" / "demo"


@pytest.fixture
def queued(tmp_path):
    """A copy of the demo in which #12 is queued, with some problems kept out and a budget."""
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder)
    manifest = read_manifest(folder)
    ids = [task.task_id for task in load_recorded(manifest["workload"]).tasks]
    manifest["workload"] |= {"task_ids": ids[10:], "kept_out": ids[:10], "tasks": len(ids) - 10}
    manifest["settings"]["budget"] = "40runs"
    write_manifest(folder, manifest)
    row = open_session(folder).plan.collect().row(11, named=True)
    queue_pick(folder, row, {"duration_s": "min"})
    return folder


def test_a_campaign_leaves_picks_to_their_batch(queued):
    """Measured once, as what they are: neither plan, status nor growth counts them as runs."""
    before = read_status(queued)
    row = open_session(queued).plan.collect().row(3, named=True)
    fresh = row | {"config_id": "f" * 16}
    assert queue_pick(queued, fresh, {"duration_s": "min"}) == 17
    assert read_status(queued) == before, "16 configurations, all measured"
    session = Session(queued)
    assert len(read_planned(session)) == 16
    survey = Surveyor(queued).full(frozenset())
    assert (survey.configs_planned, survey.runs_planned) == (16, 32)
    assert campaign_rows(session.plan.collect(), ["f" * 16]).height == 17, "an earlier version's"
    plan = session.plan.collect()
    assert Runner(queued, picks_only=True)._as_left() == (
        Outcome("done", "32 runs ok, 0 failed"),
        0,
    )
    planned = pl.DataFrame([row | {"config_id": "e" * 16, "position": 18}], schema=plan.schema)
    plan.vstack(planned).write_parquet(queued / "plan.parquet")
    left = Outcome("stopped", "2 of 34 runs of the campaign are left")
    assert Runner(queued, picks_only=True)._as_left() == (left, 0)
    session = Session(queued)
    ran = session.configurations().collect()
    assert ran.filter(pl.col("config_id") == "f" * 16)["runs_ok"].to_list() == [0]


def test_control_and_picks_on_problems_kept_out(queued):
    session = Session(queued)
    batch = next_batch(session, Budget("40runs", session))
    assert batch is not None and batch == queued / "verify" / "1"
    manifest, plan = read_manifest(batch), session.plan.collect()
    assert manifest["settings"]["repeats"] == LEAST_REPEATS
    assert manifest["settings"]["seed"] != session.manifest["settings"]["seed"]
    assert manifest["settings"]["budget"] == "8.000runs", "32 of 40 are spent"
    tasks = [task.task_id for task in load_recorded(manifest["workload"]).tasks]
    assert tasks == session.manifest["workload"]["kept_out"]
    assert "kept_out" not in manifest["workload"]
    ids = [item.config_id for item in read_planned(Session(batch), picks=True)]
    assert ids == [session.manifest["named"]["library default"], plan["config_id"][11]]
    assert pl.read_parquet(batch / "plan.parquet").schema == plan.schema
    assert plan.height == 16, "what is planned already is not planned twice"
    assert waiting(queued, plan) == [] and next_batch(session, Budget(None, session)) == batch
    write_manifest(batch, manifest | {"status": "done"})
    assert next_batch(session, Budget(None, session)) is None


@pytest.mark.slow
def test_a_budget_that_is_used_up_is_said_and_a_pick_may_bring_its_own(queued):
    session = Session(queued)
    spent = Budget("40runs", session)
    spent.spend(runs=8)
    with pytest.raises(UserError, match="not verified: the budget of 40runs is used up"):
        next_batch(session, spent)
    assert not (queued / "verify").exists(), "nothing half-made is left"
    row = session.plan.collect().row(12, named=True)
    queue_pick(queued, row, {}, budget="9runs", repeats=5)
    batch = next_batch(session, spent)
    assert batch is not None
    settings = read_manifest(batch)["settings"]
    assert settings["budget"] == "9runs" and settings["repeats"] == 5
