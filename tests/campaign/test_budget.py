"""Budgets count what was really spent, the same in one sitting as over several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from pimp_tui.campaign.budget import Budget
from pimp_tui.session import open_session

START = datetime(2026, 3, 1, tzinfo=UTC)


def session(rows: list[dict[str, Any]], **manifest: Any) -> Any:
    """What `Budget` asks of a session."""
    frame = pl.DataFrame(
        [
            {"config_id": "a", "repetition": 1, "reason": None, "energy_j": 1.0,
             "started_at": START, "ended_at": START + timedelta(seconds=20)} | row
            for row in rows
        ],
        schema_overrides={"reason": pl.String, "energy_j": pl.Float64},
    )  # fmt: skip
    return SimpleNamespace(manifest=manifest, runs=frame.lazy())


ROWS = [
    {"repetition": 1, "reason": "contaminated: pid 4 on X", "energy_j": 30.0},
    {"repetition": 1, "energy_j": 40.0},
    {"config_id": "b", "reason": "timeout after 20 s", "energy_j": None},
    {"config_id": "b", "repetition": 2, "reason": "not repeated: timeout", "energy_j": None},
]


@pytest.mark.parametrize(("text", "spent"), [("9runs", 2), ("1MJ", 70.0), ("60min", 60.0)])
def test_what_earlier_sittings_spent(text: str, spent: float) -> None:
    assert Budget(text, session(ROWS)).spent == spent


def test_time_is_that_of_the_campaign_and_kept_in_the_manifest() -> None:
    budget = Budget("60min", session(ROWS, spent_s=3500.0))
    assert not budget.exhausted
    budget.spend(seconds=100.0, runs=1)
    assert budget.exhausted and str(budget) == "budget of 60min used up"


def test_each_unit_counts_its_own() -> None:
    for text, least in (("2runs", 2), ("20J", 4), ("10s", 3)):
        budget, spent = Budget(text, session([])), 0
        while not budget.exhausted:
            budget.spend(seconds=4.0, energy_j=5.0, runs=1)
            spent += 1
        assert spent == least, text
    unlimited = Budget(None, session([]))
    unlimited.spend(1e9, 1e9, 9)
    assert not unlimited.exhausted


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_budget_ends_a_campaign_and_says_what_it_left_out(tmp_path, mini, pimp) -> None:
    folder = tmp_path / "s"
    done = pimp("run", folder, "--space", mini, "--method", "uniform", "-n", 3, "--repeats", 2,
                "--limit", 2, "--budget", "2runs")  # fmt: skip
    assert done.returncode == 0, "nothing failed: the budget was kept\n" + done.stderr
    assert len(open_session(folder).runs.collect()) == 2
    left = "4 runs left out, 1 of 3 configurations not measured at all"
    told = f"budget of 2runs used up, {left}"
    assert told in (folder / "log.txt").read_text()
    assert f"stopped: {told}" in pimp("report", folder).stdout
    again = pimp("run", folder)
    assert again.returncode == 0
    assert pimp("resume", folder).returncode == 0
    assert len(open_session(folder).runs.collect()) == 2, "a resume has no budget of its own"
