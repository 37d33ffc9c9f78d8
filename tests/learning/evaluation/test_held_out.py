"""Table 5: figures with intervals, the good mode of accuracy, and no leak between the sides."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from pimp_tui.learning import evaluate, fit
from pimp_tui.learning.evaluation import bootstrap
from pimp_tui.learning.evaluation.bootstrap import resampled_means
from pimp_tui.learning.evaluation.conformal import fold_of_rows
from pimp_tui.learning.evaluation.modes import good_mode
from pimp_tui.learning.evaluation.scores import _weighted, full_scores, score_intervals, scores
from pimp_tui.learning.predictors import process
from tests.learning.tables import OPTIONS, table


def bounds(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(count, np.nan), np.full(count, np.nan)


def test_intervals_hold_the_figure_and_shrink_with_more_configurations() -> None:
    random = np.random.default_rng(1)
    widths = []
    for count in (20, 320):
        truth = random.normal(10, 2, count)
        guess = truth + random.normal(0, 0.5, count)
        figures = scores(truth, guess, *bounds(count))
        found = score_intervals(truth, guess, *bounds(count))
        for name in ("r2", "mae", "mape", "rank_correlation"):
            low, high = found[name]  # type: ignore[misc]
            assert low <= figures[name] <= high  # type: ignore[operator]
        assert found["interval_coverage"] is None, "no interval is known, so none is covered"
        widths.append(found["mae"][1] - found["mae"][0])  # type: ignore[index]
    assert widths[1] < widths[0] / 2
    assert set(score_intervals(truth[:4], guess[:4], *bounds(4)).values()) == {None}


def test_the_bootstrap_is_that_of_the_rows_themselves() -> None:
    random = np.random.default_rng(8)
    truth = random.integers(1, 6, 15).astype(float)
    guess = np.round(truth + random.normal(0, 1, 15))
    low, high = guess - 1.0, guess + 1.0
    rows = random.integers(0, 15, (20, 15))
    weights = np.array([np.bincount(row, minlength=15) for row in rows], dtype=float)
    found = _weighted(weights, truth, guess, low, high)
    for index, row in enumerate(rows):
        plain = scores(truth[row], guess[row], low[row], high[row])
        assert {name: found[name][index] for name in plain} == pytest.approx(plain)


def test_the_interval_of_the_mae_covers_the_true_error() -> None:
    random = np.random.default_rng(3)
    hits = 0
    for _ in range(60):
        truth = random.normal(10, 2, 40)
        low, high = score_intervals(truth, truth + random.normal(0, 1, 40), *bounds(40))["mae"]  # type: ignore[misc]
        hits += low <= np.sqrt(2 / np.pi) <= high
    assert hits >= 50, "95% intervals over 60 draws"


def test_a_cheap_r2_is_seen_through_within_the_good_mode() -> None:
    random = np.random.default_rng(0)
    good = random.random(80) < 0.6
    truth = np.where(good, random.normal(0.7, 0.05, 80), random.normal(0.04, 0.01, 80))
    guess = np.where(good, 0.7, 0.04) + random.normal(0, 0.01, 80)  # knows the mode, no more
    record = full_scores("pass_at_1", truth, guess, *bounds(80))
    json.dumps(record, allow_nan=False)
    assert record["r2"] > 0.95
    within = record["good_mode"]
    assert within["n"] == int(good.sum()) and within["r2"] < 0.3
    assert within["intervals"]["rank_correlation"][0] < 0.2
    assert f"{within['n']} of 80 configurations have pass_at_1 above" in within["found"]


def test_the_good_mode_of_a_cost_is_the_low_one() -> None:
    values = np.r_[np.linspace(1, 2, 30), np.linspace(40, 42, 10)]
    mode = good_mode("energy_j", values)
    assert mode is not None and not mode.larger and mode.count == 30
    assert mode.holds(values).sum() == 30


@pytest.mark.parametrize("kind", ["random", "standard_normal", "standard_exponential"])
def test_one_mode_is_rarely_taken_for_two(kind: str) -> None:
    random = np.random.default_rng(5)
    found = [good_mode("pass_at_1", getattr(random, kind)(40)) for _ in range(100)]
    assert sum(mode is not None for mode in found) <= 4
    assert good_mode("pass_at_1", np.full(40, 0.5)) is None
    few = np.r_[np.full(4, 0.0), np.linspace(0.7, 0.8, 40)]
    assert good_mode("pass_at_1", few) is None, "four configurations are no mode"


def test_resamples_come_in_blocks_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).random(30)
    whole = resampled_means(values, np.random.default_rng(1), 100)
    monkeypatch.setattr(bootstrap, "_CELLS", 95)
    assert list(bootstrap.blocks(30, 100)) == [3] * 33 + [1]
    assert np.array_equal(resampled_means(values, np.random.default_rng(1), 100), whole)
    assert np.isnan(resampled_means(values[:0], np.random.default_rng(1), 4)).all()
    assert list(bootstrap.blocks(1000, 2)) == [1, 1], "never less than a row of resamples"


def test_equal_rows_share_a_fold() -> None:
    X = np.repeat(np.random.default_rng(0).random((13, 3)), 3, axis=0)
    folds = fold_of_rows(X, seed=2)
    assert all(len(set(folds[3 * i : 3 * i + 3])) == 1 for i in range(13))
    assert sorted(set(folds)) == [0, 1, 2, 3, 4]
    distinct = fold_of_rows(X[::3], seed=2)
    assert np.bincount(distinct).max() - np.bincount(distinct).min() <= 1
    assert set(fold_of_rows(np.zeros((12, 0)), seed=0)) == {0, 1, 2, 3, 4}


def test_repeats_under_ids_of_their_own_do_not_leak() -> None:
    """Noise that no option explains cannot be predicted, however often it is repeated."""
    random = np.random.default_rng(4)
    once = table(30).with_columns(energy_j=pl.Series(10 + random.random(30)))
    ids = pl.Series([f"{index:016x}" for index in range(90)])
    repeated = pl.concat([once] * 3).with_columns(config_id=ids)
    record = fit(repeated, "energy_j", OPTIONS, "gaussian_process").evaluation
    assert record["n"] == 90 and record["r2"] < 0.5


@pytest.mark.slow
def test_what_predictors_have_in_common_is_fitted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    learn = process._optimise

    def counted(*given: object) -> np.ndarray:
        found.append(True)
        return learn(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "_optimise", counted)
    members = ["gaussian_process", "blend"]
    together = evaluate(table(16), OPTIONS, ["energy_j"], members)
    assert len(found) == 3 * 6  # log, raw and ANOVA, in five folds and on all rows
    alone = [evaluate(table(16), OPTIONS, ["energy_j"], [name])[0] for name in members]
    assert together == alone and len(found) == (3 + 2 + 3) * 6
