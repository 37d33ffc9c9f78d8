from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.suggestion.next_runs import suggest
from pimp_tui.learning.suggestion.transfer import transfer
from pimp_tui.learning.suggestion.warm_start import (
    LEAST_CHECKED,
    WarmStart,
    helped,
    judged,
    line,
    prior_means,
)
from pimp_tui.sampling import sample
from pimp_tui.space import load_space
from tests.learning.suggestion.test_next_runs import SPACE
from tests.learning.tables import OPTIONS, FakeSession, table

GOALS = {"energy_j": "min", "duration_s": "min"}


def slower(rows: pl.DataFrame, random: np.random.Generator, noise: float = 0.02) -> pl.DataFrame:
    """The same laws on a device seven times as hungry, with an accent of its own on beams."""
    own = 1.0 + 0.1 * (rows["beams"] == 4).cast(pl.Float64).to_numpy()
    factor = 7.0 * own * np.exp(noise * random.standard_normal(rows.height))
    return rows.with_columns(
        energy_j=rows["energy_j"] * factor, duration_s=rows["duration_s"] * factor
    )


@pytest.fixture
def there() -> FakeSession:
    return FakeSession(table(70, seed=1))


def test_a_kindred_session_halves_the_error_and_is_used(there: FakeSession) -> None:
    here = FakeSession(slower(table(14, seed=3), np.random.default_rng(0)))
    records, lines = transfer(here, there, ["energy_j"])
    without, with_it = records
    assert (without["training"], with_it["training"]) == ("all", "all + the other session")
    assert with_it["mae"] < 0.5 * without["mae"]
    assert with_it["used"] and not without["used"]
    assert lines[0].endswith("the other session: used") and " % with" in lines[0]


def test_an_unrelated_session_is_left_aside(there: FakeSession) -> None:
    random = np.random.default_rng(4)
    rows = table(40, seed=3)
    here = FakeSession(rows.with_columns(energy_j=pl.Series(random.permutation(rows["energy_j"]))))
    noise = there.rows.with_columns(
        energy_j=pl.Series(10 ** random.uniform(0, 3, there.rows.height))
    )
    records, lines = transfer(here, FakeSession(noise), ["energy_j"])
    assert records[1]["mae"] >= records[0]["mae"] and records[0]["used"]
    assert "does not help" in lines[0]


def test_help_is_assumed_until_it_can_be_measured() -> None:
    X = np.linspace(-1, 1, LEAST_CHECKED - 1)[:, None]
    told = helped("energy_j", "old", X, X[:, 0], -X[:, 0], True)
    assert told.used and told.without is None and "until" in told.words()


def test_a_gain_within_its_noise_is_no_help() -> None:
    without = np.array([1.0, 3.0, 1.0, 3.0, 1.0, 3.0])
    assert judged("m", "old", np.array([without, without - 0.5]), False).used
    assert not judged("m", "old", np.array([without, without]), False).used
    assert not judged("m", "old", np.array([without, without * (1 - 1e-6)]), False).used
    lucky = np.array([0.1, 3.5, 0.9, 3.4, 1.0, 2.9])
    told = judged("m", "old", np.array([without, lucky]), False)
    assert told.with_it < told.without and not told.used  # type: ignore[operator]
    assert told.words().endswith("no help is shown, so it is not used")


def test_a_few_configurations_are_enough_to_see_help(there: FakeSession) -> None:
    rows = slower(table(14, seed=3), np.random.default_rng(0))
    records, lines = transfer(FakeSession(rows.head(7)), there, ["energy_j"])
    assert records[1]["n"] == 7 and records[1]["used"] and "(7)" in lines[0]
    with pytest.raises(UserError, match="whether the other session helps shows at 6"):
        transfer(FakeSession(rows.head(5)), there, ["energy_j"])
    same = FakeSession(there.rows.with_columns(energy_j=pl.lit(3.0)))
    with pytest.raises(UserError, match="energy_j is the same in all configurations there"):
        WarmStart(same, OPTIONS, {"energy_j": "min"})
    records, lines = transfer(FakeSession(rows), same, ["energy_j", "duration_s"])
    assert [record["metric"] for record in records] == ["duration_s"] * 2
    assert "energy_j is the same in all" in lines[0]


def test_the_line_is_drawn_towards_the_same_slope() -> None:
    assert line(np.array([]), np.array([])) == (0.0, 1.0)
    level, slope = line(np.array([2.0]), np.array([5.0]))
    assert level + slope * 2.0 == pytest.approx(5.0) and slope == 1.0
    x = np.linspace(0, 1, 50)
    assert line(x, 3.0 + 1.5 * x)[1] == pytest.approx(1.5, abs=0.1)
    assert 0.5 < line(x[:2], np.array([0.0, 3.0 * x[1]]))[1] < 3.0


def test_means_are_zero_for_what_the_other_session_lacks(there: FakeSession) -> None:
    frame = table(10, seed=3)
    warm = WarmStart(there, OPTIONS, {"energy_j": "min", "latency_s": "min"})
    encoder = Encoder(OPTIONS).fit(frame)
    costs = np.column_stack([np.log(frame["energy_j"].to_numpy()), np.arange(10.0)])
    measured, fresh, told = prior_means(
        warm, encoder.transform(frame), costs, frame, frame.head(3),
        {"energy_j": "min", "latency_s": "min"}, [True, False],
    )  # fmt: skip
    assert measured.shape == (10, 2) and fresh.shape == (3, 2) and len(told) == 1
    assert not measured[:, 1].any() and not fresh[:, 1].any() and measured[:, 0].any()


def test_it_points_to_the_front_before_anything_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "space.uvl"
    file.write_text(SPACE)
    space = load_space(file)
    plan = sample(space, method="uniform", n=80, seed=1).unique("config_id", maintain_order=True)
    beams = pl.col("beams").cast(pl.Float64)
    old = plan.drop("position", "sampler").with_columns(
        duration_s=1 + beams + pl.col("sample").is_null(), pass_at_1=pl.lit(0.5)
    )
    options = [name for name in plan.columns if name not in ("config_id", "position", "sampler")]
    there = FakeSession(old, options, a_space=space)
    fresh = old.head(1).with_columns(
        duration_s=pl.lit(None, pl.Float64), pass_at_1=pl.lit(None, pl.Float64)
    )
    here = FakeSession(fresh, options, a_space=space)
    goals = {"duration_s": "min"}
    found = suggest(here, n=2, objectives=goals, warm=WarmStart(there, options, goals))
    assert set(found["beams"]) == {1} and found["sample"].null_count() == 0


def test_nothing_to_start_from(there: FakeSession) -> None:
    with pytest.raises(UserError, match="no option in common"):
        WarmStart(there, ["temperature"], GOALS)
    with pytest.raises(UserError, match="no latency_s was measured there"):
        WarmStart(there, OPTIONS, {"latency_s": "min"})
    with pytest.raises(UserError, match="predictions start at 12"):
        WarmStart(FakeSession(there.rows.head(5)), OPTIONS, GOALS)
