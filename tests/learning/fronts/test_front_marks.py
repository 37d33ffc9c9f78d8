from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from pimp_tui.learning.fronts.front_marks import front_volume, marked
from pimp_tui.learning.fronts.measured_front import pareto
from tests.learning.tables import FakeSession

GOALS = {"time": "min", "score": "max"}


@dataclass
class Repeated(FakeSession):
    """A session whose deviations between repeats are known."""

    def configurations(self, spread: bool = False) -> pl.LazyFrame:
        return (
            self.rows.lazy() if spread else self.rows.lazy().select(~pl.selectors.ends_with("_std"))
        )


def session(spread: float, repeats: int = 4) -> Repeated:
    rows = pl.DataFrame(
        {
            "config_id": ["a", "b", "c", "d"],
            "x": [1, 2, 3, 4],
            "time": [1.0, 2.0, 4.0, 2.05],
            "score": [0.1, 0.6, 0.7, 0.59],
            "time_std": [spread] * 4,
            "score_std": [spread / 4] * 4,
            "runs_ok": [repeats] * 4,
            "runs_failed": [0] * 4,
        }
    )
    return Repeated(rows, ["x"])


def front_of(one: Repeated) -> pl.DataFrame:
    return pareto(one, GOALS).with_columns(estimated=pl.lit(False))


def test_a_front_of_sharp_values_is_certain_and_a_noisy_one_is_not() -> None:
    sharp = marked(front_of(session(1e-6)), session(1e-6), GOALS)
    assert sharp["config_id"].to_list() == ["a", "b", "c"]
    assert sharp["front_probability"].to_list() == [1.0, 1.0, 1.0]
    noisy = marked(front_of(session(0.2)), session(0.2), GOALS)
    by_id = dict(zip(noisy["config_id"], noisy["front_probability"], strict=True))
    assert by_id["b"] < 0.95 and by_id["a"] > by_id["b"]  # d is as good as b


def test_only_what_satisfies_the_condition_competes() -> None:
    one = session(1e-6)
    front = pareto(one, GOALS, where="x = 4").with_columns(estimated=pl.lit(False))
    assert marked(front, one, GOALS)["front_probability"].to_list() == [0.0]  # b beats it
    assert marked(front, one, GOALS, where="x = 4")["front_probability"].to_list() == [1.0]


def test_intervals_are_students_of_the_mean() -> None:
    row = marked(front_of(session(0.2)), session(0.2), GOALS).row(0, named=True)
    assert row["time_upper"] - row["time"] == pytest.approx(2.3534 * 0.2 / 2, rel=1e-3)
    once = marked(front_of(session(0.2, 1)), session(0.2, 1), GOALS)
    assert once["front_probability"].null_count() == 3 and once["time_lower"].null_count() == 3


def test_knee_and_shares() -> None:
    one = session(0.01)
    found = marked(front_of(one), one, GOALS)
    assert found.filter("knee")["config_id"].to_list() == ["b"]
    share = dict(zip(found["config_id"], found["hypervolume_share"], strict=True))
    assert share["b"] == max(share.values()) and all(0 < value < 1 for value in share.values())


def test_the_bounds_of_a_prediction_stay() -> None:
    one = session(0.01)
    front = front_of(one).with_columns(
        estimated=pl.Series([True, False, False]),
        time_lower=pl.Series([0.5, None, None], dtype=pl.Float64),
        time_upper=pl.Series([1.7, None, None], dtype=pl.Float64),
        config_id=pl.Series(["new", "b", "c"]),
    )
    found = marked(front, one, GOALS)
    assert found["time_lower"][0] == 0.5 and found["time_lower"][1] == pytest.approx(2.0, abs=0.1)
    assert found["front_probability"][0] is None  # no interval of its score


def test_hypervolume_by_hand() -> None:
    front = pl.DataFrame({"u": [-1.0, 0.0], "v": [0.0, -1.0]})
    volume, reference = front_volume(front, {"u": "min", "v": "min"}) or (0.0, {})
    assert reference == pytest.approx({"u": 0.1, "v": 0.1})
    assert volume == pytest.approx(1.1 * 0.1 * 2 - 0.1 * 0.1)
    three = pl.DataFrame(np.eye(3) - 1.0, schema=["u", "v", "w"])
    volume, _ = front_volume(three, dict.fromkeys("uvw", "min")) or (0.0, {})
    assert volume == pytest.approx(3 * 0.1 * 1.1 * 1.1 - 3 * 0.1 * 0.1 * 1.1 + 0.1**3)
    assert front_volume(front.head(0), {"u": "min"}) is None
