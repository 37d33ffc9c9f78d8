"""Repeats end once the means are known."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from pimp_tui.campaign.precision import LEAST_REPEATS, Repeats
from pimp_tui.campaign.settings import preset
from pimp_tui.errors import UserError
from pimp_tui.session import open_session


def row(duration: float, energy: float | None = None, estimated: bool = False) -> dict:
    return {"duration_s": duration, "energy_j": energy, "energy_estimated": estimated}


def test_never_without_a_precision_and_never_before_the_least_repeats() -> None:
    never, soon = Repeats(None), Repeats(0.1)
    for number in range(1, 6):
        never.add("a", row(1.0))
        soon.add("a", row(1.0))
        assert not never.enough("a")
        assert soon.enough("a") == (number >= LEAST_REPEATS)
    assert not soon.enough("b")


def test_the_interval_decides_and_the_least_known_mean_holds_out() -> None:
    # t(0.975, 3) = 3.182: half-width 3.182 * s / 2 of four values with s = 0.02 is 3.2 %.
    values = np.array([0.98, 1.02, 0.98, 1.02])
    assert values.std(ddof=1) == pytest.approx(0.0231, abs=1e-4)
    for precision, enough in ((0.036, False), (0.038, True)):
        repeats = Repeats(precision)
        for value in values:
            repeats.add("a", row(value))
        assert repeats.enough("a") is enough
    restless = Repeats(0.05)
    for energy in (10.0, 20.0, 10.0, 20.0):
        restless.add("a", row(1.0, energy))
        restless.add("b", row(1.0, energy, estimated=True))
    assert not restless.enough("a") and restless.enough("b")


def test_the_control_is_repeated_to_the_end() -> None:
    repeats = Repeats(0.5, control="a")
    for _ in range(5):
        repeats.add("a", row(1.0))
        repeats.add("b", row(1.0))
    assert repeats.enough("b") and not repeats.enough("a")


@pytest.mark.parametrize("precision", [0.0, 1.0, -0.1])
def test_a_precision_is_a_share(precision: float) -> None:
    with pytest.raises(UserError):
        preset("quick", precision=precision)


@pytest.mark.slow
def test_a_campaign_leaves_needless_repeats_out(tmp_path, mini, pimp) -> None:
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--method", "uniform", "-n", 3, "--repeats", 8,
                "--limit", 2, "--precision", 0.99)  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = open_session(session).runs.collect()
    control = open_session(session).manifest["named"]["library default"]
    counts = dict(runs.group_by("config_id").len().iter_rows())
    assert counts.pop(control) == 8, "the control shows drift as long as it is measured"
    assert min(counts.values()) >= LEAST_REPEATS
    assert min(counts.values()) < 8, "a busy machine may keep one restless, hardly both"
    assert (runs["status"] == "ok").all()
    status = json.loads(pimp("status", session, "--json").stdout)
    assert status["state"] == "done"
    assert status["runs_planned"] == status["runs_done"] == len(runs)
    assert "left out" in (session / "log.txt").read_text()
    again = pimp("run", session)
    assert again.returncode == 0, again.stderr
    assert len(open_session(session).runs.collect().filter(pl.col("status") == "ok")) == len(runs)
    assert json.loads(pimp("status", session, "--json").stdout)["runs_planned"] == len(runs)
