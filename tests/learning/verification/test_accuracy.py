"""A difference in accuracy is read as the data allows: no loss, loss, or not shown."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest

from pimp_tui.learning.verification.accuracy import (
    accuracy_interval,
    compare,
    problems_needed,
)
from pimp_tui.learning.verification.outcomes import compare_with_control

Table = dict[str, dict[int, float]]


def solved(rates: list[float], runs: int = 1) -> Table:
    return {f"t{i}": dict.fromkeys(range(1, runs + 1), rate) for i, rate in enumerate(rates)}


def drawn(rates: list[float], runs: int, dice: random.Random) -> Table:
    return {
        f"t{i}": {run: float(dice.random() < rate) for run in range(1, runs + 1)}
        for i, rate in enumerate(rates)
    }


def test_equal_answers_of_few_problems_show_nothing() -> None:
    same = solved([1.0, 0.0] * 82)
    found = compare(same, same)
    assert found is not None and found.difference == 0.0
    assert found.reading == "not shown with 164 problems"
    assert found.problems_needed == 276 and found.lower < -0.01
    more = solved([1.0, 0.0] * (found.problems_needed // 2))
    assert compare(more, more).reading == "no loss"  # type: ignore[union-attr]
    assert compare(same, same, margin=0.02).reading == "no loss"  # type: ignore[union-attr]
    assert compare(solved([1.0]), solved([1.0])).reading == "not shown with 1 problem"  # type: ignore[union-attr]


def test_a_clear_drop_is_a_loss_and_a_gain_is_none() -> None:
    high, low = solved([1.0] * 120 + [0.0] * 44), solved([1.0] * 60 + [0.0] * 104)
    down, up = compare(low, high), compare(high, low)
    assert down is not None and down.reading == "loss" and down.problems_needed is None
    assert down.difference == pytest.approx(-60 / 164) and down.upper < 0
    assert up is not None and up.reading == "no loss"
    assert (up.lower, up.upper) == pytest.approx((-down.upper, -down.lower))


def test_only_common_problems_count() -> None:
    assert compare(solved([1.0]), {}) is None
    left = {"a": {1: 1.0}, "b": {1: 1.0}}
    assert compare(left, {"b": {1: 0.0}, "c": {1: 1.0}}).problems == 1  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="margin"):
        compare(left, left, margin=0.0)


def test_intervals_hold_the_truth_over_problems_and_runs() -> None:
    """Problems and runs are drawn anew each time; the runs of a side share a mood."""
    dice = random.Random(0)
    held = wrong = 0
    for _ in range(200):
        base = [dice.betavariate(0.7, 0.7) for _ in range(60)]
        sides = []
        for shift in (-0.05, 0.0):
            side: Table = {f"t{i}": {} for i in range(60)}
            for run in (1, 2, 3):
                mood = dice.gauss(0, 0.04)
                for i, rate in enumerate(base):
                    side[f"t{i}"][run] = float(dice.random() < 0.1 + 0.8 * rate + shift + mood)
            sides.append(side)
        found = compare(*sides)
        assert found is not None
        held += found.lower <= -0.05 <= found.upper
        wrong += found.reading == "no loss"
    assert held >= 182, "95% of 200, less three standard deviations"
    assert wrong <= 10, "a loss of 0.05 is hardly ever called none"


def test_repeats_narrow_the_interval_but_never_past_the_problems() -> None:
    dice = random.Random(1)
    rates = [dice.random() for _ in range(100)]
    once, often = (accuracy_interval(drawn(rates, runs, dice)) for runs in (1, 20))
    assert once is not None and often is not None
    width = [end[2] - end[1] for end in (once, often)]
    assert width[1] < width[0] and width[1] > 0.08, "0.29 / sqrt(100) twice each way stays"
    zero = accuracy_interval(solved([0.0] * 10))
    assert zero is not None and zero[0] == 0.0 and zero[1] == 0.0 and zero[2] > 0.2
    assert accuracy_interval({}) is None


def test_needed_problems_grow_with_disagreement_and_shrink_with_the_margin() -> None:
    assert problems_needed(0.0, 0.01) < problems_needed(0.05, 0.01) < problems_needed(0.2, 0.01)  # type: ignore[operator]
    assert problems_needed(0.1, 0.05) < problems_needed(0.1, 0.01) / 20
    # n = z^2 square / margin^2 where the two added problems do not matter
    assert problems_needed(0.1, 0.01) == pytest.approx(3842, rel=0.02)


class Scored:
    """A session of three configurations on 40 problems, two repeats, one failed run."""

    def __init__(self, named: dict[str, str]) -> None:
        self.manifest: dict[str, Any] = {"named": named}

    runs = pl.LazyFrame(
        [
            {"config_id": name, "repetition": run, "attempt": 1, "status": status}
            for name, run, status in [
                ("d", 1, "ok"), ("d", 2, "ok"), ("x", 1, "ok"), ("x", 2, "failed"), ("y", 1, "ok"),
            ]
        ]
    )  # fmt: skip
    requests = pl.LazyFrame(
        [
            {
                "config_id": name, "repetition": run, "attempt": 1, "task_id": f"t{task}",
                "sample": 0, "passed": None if name == "y" else (name == "d" and task % 2 == 0),
            }
            for name, run in [("d", 1), ("d", 2), ("x", 1), ("x", 2), ("y", 1)]
            for task in range(40)
        ],
        schema_overrides={"passed": pl.Boolean},
    )  # fmt: skip


def test_picks_of_a_session_are_compared_with_its_default() -> None:
    found = compare_with_control(Scored({"library default of m": "d"}), ["d", "x", "y"])
    assert found is not None
    name, comparisons = found
    assert name == "library default of m" and set(comparisons) == {"x"}
    assert comparisons["x"].reading == "loss" and comparisons["x"].difference == -0.5
    assert comparisons["x"].as_row()["accuracy_problems"] == 40
    assert comparisons["x"].runs == 1, "its second run failed"
    assert compare_with_control(Scored({}), ["x"]) is None


def test_few_runs_that_differ_as_a_whole_widen_the_interval_as_t_does() -> None:
    """Two runs leave one degree of freedom a side; a normal interval would be far too narrow."""
    from scipy.stats import t as student

    from pimp_tui.learning.verification.accuracy import _quantile

    for freedom in (1.0, 1.7, 2.0, 3.4, 9.0, 47.0, 1e9):
        exact = float(student.ppf(0.975, freedom))
        assert exact - 0.001 <= _quantile(1 / freedom) <= exact * 1.25
    rates = [1.0] * 90 + [0.0] * 74
    steady = solved(rates, runs=2)
    moody = {name: {1: runs[1], 2: 1.0 - runs[2]} for name, runs in steady.items()}
    first, second = compare(steady, steady), compare(moody, steady)
    assert first is not None and second is not None
    assert second.upper - second.lower > 3 * (first.upper - first.lower)
    assert second.reading.startswith("not shown") and second.problems_needed is None
    assert problems_needed(0.1, 0.01, of_runs=0.01) is None
    more, fewer = problems_needed(0.1, 0.01, of_runs=0.005), problems_needed(0.1, 0.01)
    assert more is not None and fewer is not None and more > fewer
