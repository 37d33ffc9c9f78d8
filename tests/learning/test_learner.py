from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning import evaluate, fit, learning_record
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation.conformal import Refits, half_width
from pimp_tui.learning.evaluation.held_out import evaluate_measured
from pimp_tui.learning.evaluation.scores import scores
from pimp_tui.learning.learner import training_rows
from pimp_tui.learning.measured import default_metrics, default_objectives, per_configuration
from pimp_tui.learning.predictors.gaussian_process import GaussianProcess
from tests.learning.tables import OPTIONS, FakeSession, table

KEYS = {
    "metric", "predictor", "training", "test", "n", "r2", "mae", "mape", "rank_correlation",
    "interval_coverage", "estimated",
}  # fmt: skip


def test_learns_a_law_and_its_intervals_hold() -> None:
    learner = fit(table(80), "energy_j", OPTIONS, predictor="gaussian_process")
    assert set(learner.evaluation) >= KEYS
    assert learner.evaluation["r2"] > 0.95 and learner.evaluation["n"] == 80
    fresh = table(150, seed=9)
    guess = learner.predict(fresh)
    assert guess.columns[-3:] == ["prediction", "lower", "upper"]
    assert (guess["lower"] <= guess["prediction"]).all()
    inside = guess["energy_j"].is_between(guess["lower"], guess["upper"]).mean()
    assert 0.8 <= inside <= 1.0
    assert learner.held_out.height == 80


def test_blend_is_the_default_and_reports_progress() -> None:
    steps: list[tuple[int, int]] = []
    learner = fit(
        FakeSession(table(24)), "duration_s", progress=lambda done, of: steps.append((done, of))
    )
    assert learner.predictor == "blend"
    # told again within a fit that takes long, on a busy machine
    assert steps == sorted(steps)
    assert [step for step in dict.fromkeys(steps) if step[0]] == [(i, 6) for i in range(1, 7)]
    assert learner.options == OPTIONS


def test_the_same_seed_gives_the_same_learner() -> None:
    a, b = (fit(table(40), "energy_j", OPTIONS, "random_forest", seed=5) for _ in range(2))
    assert a.evaluation == b.evaluation
    assert a.predict(table(5)).equals(b.predict(table(5)))


@pytest.mark.parametrize(
    ("frame", "metric", "options", "message"),
    [
        (table(7), "energy_j", OPTIONS, "7 configurations measured; predictions start at 12"),
        (table(20), "enrgy_j", OPTIONS, "no metric enrgy_j; did you mean energy_j"),
        (table(20), "energy_j", ["cach"], "no option cach; did you mean cache"),
        (table(20), "cache", OPTIONS, "cache holds no numbers"),
        (table(20), "energy_j", [*OPTIONS, "energy_j"], "energy_j is both metric and option"),
        (table(20), "energy_j", None, "a frame does not tell its options"),
        (table(20).head(0), "energy_j", OPTIONS, "no energy_j was measured"),
        (
            table(20).with_columns(energy_j=pl.lit(None, pl.Float64)),
            "energy_j", OPTIONS, "no energy_j was measured",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_learnt_is_told(
    frame: pl.DataFrame, metric: str, options: list[str] | None, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        fit(frame, metric, options, "random_forest")


def test_options_are_needed_and_one_named_twice_is_one() -> None:
    with pytest.raises(UserError, match="no option to learn from"):
        fit(table(20), "energy_j", [])
    twice = fit(table(20), "energy_j", [*OPTIONS, OPTIONS[0]], "random_forest")
    assert twice.options == OPTIONS


@pytest.mark.parametrize("factor", [1e200, 1e-200])
def test_values_whose_squares_no_double_holds_are_told(factor: float) -> None:
    with pytest.raises(UserError, match="beyond what can be learnt"):
        fit(table(20).with_columns(pl.col("energy_j") * factor), "energy_j", OPTIONS)


def test_unknown_predictor_is_told() -> None:
    with pytest.raises(UserError, match="no predictor forest"):
        fit(table(20), "energy_j", OPTIONS, predictor="forest")


@pytest.mark.parametrize(
    "predictor",
    ["random_forest", "gaussian_process", pytest.param("blend", marks=pytest.mark.slow)],
)
def test_no_rows_get_no_predictions(predictor: str) -> None:
    empty = fit(table(20), "energy_j", OPTIONS, predictor).predict(table(20).head(0))
    assert empty.height == 0 and empty.schema["prediction"] == pl.Float64


def test_unseen_values_get_no_number_but_a_reason() -> None:
    learner = fit(table(40), "energy_j", OPTIONS, "gaussian_process")
    rows = table(4).with_columns(
        cache=pl.when(pl.int_range(pl.len()) == 2).then(pl.lit("quantised")).otherwise("cache"),
        size=pl.when(pl.int_range(pl.len()) == 2).then(64).otherwise("size"),
    )
    why = 'energy_j was never measured with cache="quantised", size=64'
    with pytest.warns(UserWarning, match=f"1 of 4 rows are not predicted: {why}"):
        answer = learner.predict(rows)
    for name in ("prediction", "lower", "upper"):
        assert answer[name].is_null().to_list() == [False, False, True, False]
    assert learner.reasons(rows).to_list() == [None, None, why, None]
    assert np.isnan(learner.screen(rows)).tolist() == [False, False, True, False]
    with pytest.raises(UserError, match="no option cache"):
        learner.predict(table(3).drop("cache"))


@pytest.mark.slow
def test_large_frames_are_predicted_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from pimp_tui.learning import learner as module

    learner, rows = fit(table(40), "energy_j", OPTIONS), table(50)
    whole = learner.predict(rows)
    monkeypatch.setattr(module, "_BLOCK", 16)
    seen: list[tuple[int, int]] = []
    assert learner.predict(rows, lambda done, of: seen.append((done, of))).equals(whole)
    assert seen == [(16, 50), (32, 50), (48, 50), (50, 50)]
    cheap = learner.screen(rows)
    assert np.corrcoef(cheap, whole["prediction"].to_numpy())[0, 1] > 0.95


def test_constant_metric_has_no_r2() -> None:
    learner = fit(table(20).with_columns(pass_at_1=pl.lit(0.5)), "pass_at_1", OPTIONS)
    assert learner.evaluation["r2"] is None and learner.evaluation["rank_correlation"] is None
    assert learner.evaluation["mae"] == 0.0 and learner.evaluation["interval_coverage"] is None
    assert "pass_at_1 is 0.5 in every configuration measured" in learner.notes[0]
    rows = learner.predict(table(3)).select("prediction", "lower", "upper").rows()
    assert rows == [(0.5, None, None)] * 3  # no spread was seen: that is not a spread of 0
    assert learner.held_out["lower"].null_count() == 20


def test_nan_and_failed_rows_are_left_out() -> None:
    frame = table(40).with_columns(
        energy_j=pl.when(pl.int_range(40) < 5).then(float("nan")).otherwise(pl.col("energy_j")),
        runs_ok=pl.when(pl.int_range(40) >= 35).then(0).otherwise(2),
    )
    assert fit(frame, "energy_j", OPTIONS, "gaussian_process").evaluation["n"] == 30


def test_one_kind_of_energy_only() -> None:
    mixed = table(40).with_columns(energy_estimated=pl.int_range(40) < 10)
    learner = fit(mixed, "energy_j", OPTIONS, "gaussian_process")
    assert (learner.evaluation["n"], learner.evaluation["estimated"]) == (30, False)
    assert learner.notes == ["energy_j: measured only; 10 estimated or mixed rows left out"]
    estimated = mixed.with_columns(energy_estimated=pl.lit(True))
    assert fit(estimated, "energy_j", OPTIONS, "gaussian_process").evaluation["estimated"]
    assert not fit(estimated, "duration_s", OPTIONS, "gaussian_process").evaluation["estimated"]


def test_repeats_never_leak() -> None:
    once = table(20)
    runs = pl.concat([once, once, once])
    noise = pl.Series(np.random.default_rng(0).normal(0, 0.1, 60))
    learner = fit(
        runs.with_columns(pl.col("energy_j") + noise), "energy_j", OPTIONS, "anova_process"
    )
    assert learner.evaluation["n"] == 20
    rows, variance = per_configuration(runs.drop("config_id"), OPTIONS, "energy_j")
    assert rows.height == 20 and variance is not None and np.allclose(variance, 0, atol=1e-20)


def _repeated(repeats: np.ndarray, noise: float, seed: int = 4) -> pl.DataFrame:
    """Runs whose noise grows with the value."""
    random = np.random.default_rng(seed)
    once = table(len(repeats), seed, 0.0).with_columns(pl.col("energy_j").pow(2) / 10.0)
    runs = once[np.repeat(np.arange(len(repeats)), repeats)]
    factor = np.exp(noise * random.standard_normal(runs.height))
    return runs.with_columns(energy_j=pl.col("energy_j") * pl.Series(factor))


def test_the_variance_of_a_mean_grows_with_it_and_falls_with_repeats() -> None:
    repeats = np.array([1, 3, 9] * 20)
    rows, variance = per_configuration(_repeated(repeats, 0.1), OPTIONS, "energy_j")
    assert variance is not None
    relative = np.sqrt(variance) / rows["energy_j"].to_numpy()
    for count in (1, 3, 9):
        assert np.median(relative[repeats == count]) == pytest.approx(0.1 / count**0.5, rel=0.3)
    alone = _repeated(np.ones(20, dtype=int), 0.1)
    assert per_configuration(alone, OPTIONS, "energy_j")[1] is None
    few = _repeated(np.array([2, 2, 2] + [1] * 17), 0.1)
    assert per_configuration(few, OPTIONS, "energy_j")[1] is None


def test_repeats_are_weighted_by_their_variance() -> None:
    """Single runs of much noise are trusted less than means of many."""
    errors: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(3):
        runs = _repeated(np.array([1, 12] * 20), 0.2, seed)
        training = training_rows(runs, "energy_j", OPTIONS)
        fresh = _repeated(np.ones(120, dtype=int), 0.0, 50 + seed)
        encoder = Encoder(OPTIONS).fit(training.frame)
        X, truth = encoder.transform(training.frame), fresh["energy_j"].to_numpy()
        for weighted in errors:
            variance = training.variance if weighted else None
            model = GaussianProcess(0, "log").fit(X, training.y, variance)
            guess = model.predict(encoder.transform(fresh))[0]
            errors[weighted].append(float(np.abs(np.log(guess / truth)).mean()))
    assert np.mean(errors[True]) < 0.9 * np.mean(errors[False])


class _Cancelled(Exception):
    pass


def test_a_long_fit_is_cancelled_within_it() -> None:
    """Not only between the refits, each of which takes seconds at this size."""
    random = np.random.default_rng(0)
    X = random.integers(0, 2, (300, 60))
    names = [f"o{index}" for index in range(60)]
    y = 10.0 + 5 * X[:, 0] + 3 * X[:, 1] * X[:, 2] + random.random(300)
    frame = pl.DataFrame(X, schema=names, orient="row").with_columns(y=pl.Series(y))
    seen: list[tuple[int, int]] = []

    def cancel(done: int, of: int) -> None:
        seen.append((done, of))
        raise _Cancelled

    with pytest.raises(_Cancelled):
        fit(frame, "y", names, progress=cancel)
    assert seen == [(0, 6)]


@pytest.mark.parametrize("predictor", ["random_forest", "gaussian_process"])
def test_what_never_was_negative_is_not_predicted_so(predictor: str) -> None:
    frame = table(40).with_columns(energy_j=(pl.col("energy_j") - 18.0).clip(0.0))
    assert frame["energy_j"].min() == 0.0
    guess = fit(frame, "energy_j", OPTIONS, predictor).predict(table(40, seed=3))
    for name in ("prediction", "lower", "upper"):
        assert (guess[name].drop_nulls() >= 0).all()
    below = frame.with_columns(energy_j=pl.col("energy_j") - 30.0)
    guess = fit(below, "energy_j", OPTIONS, predictor).predict(table(40, seed=3), warn=False)
    assert guess["upper"].drop_nulls().min() < 0


def test_percents_named_as_a_share_are_not_cut_at_1() -> None:
    frame = table(40).with_columns(pass_at_1=100 * pl.col("pass_at_1"))
    guess = fit(frame, "pass_at_1", OPTIONS, "gaussian_process").predict(frame)
    assert guess["prediction"].min() > 40


def test_names_of_options_are_the_users_own() -> None:
    frame = table(40).rename({"cache": "status"})
    names = ["status", *OPTIONS[1:]]
    assert fit(frame, "energy_j", names, "random_forest").evaluation["n"] == 40
    with pytest.raises(UserError, match="a prediction adds lower"):
        fit(frame.rename({"size": "lower"}), "energy_j", ["status", "lower"], "random_forest")
    with pytest.raises(UserError, match="no option cache,size"):
        fit(frame, "energy_j", "cache,size", "random_forest")
    with pytest.raises(UserError, match="a Polars frame is needed, not dict"):
        fit(frame, "energy_j", names, "random_forest").predict({"status": ["static"]})  # type: ignore[arg-type]


def test_accuracy_stays_between_0_and_1() -> None:
    frame = table(30).with_columns(pass_at_1=(pl.col("pass_at_1") * 1.15).clip(0, 1))
    guess = fit(frame, "pass_at_1", OPTIONS, "gaussian_process").predict(frame)
    assert guess["upper"].max() <= 1.0 and guess["lower"].min() >= 0.0


def test_evaluate_covers_metrics_predictors_and_samplers() -> None:
    frame = table(40).with_columns(
        sampler=pl.when(pl.int_range(40) < 20).then(pl.lit("twise")).otherwise(pl.lit("uniform"))
    )
    records = evaluate(frame, OPTIONS, ["energy_j"], ["gaussian_process", "random_forest"])
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert [(r["predictor"], r["training"]) for r in records] == [
        ("gaussian_process", "all"), ("random_forest", "all"),
        ("gaussian_process", "twise"), ("gaussian_process", "uniform"),
        ("random_forest", "twise"), ("random_forest", "uniform"),
    ]  # fmt: skip
    assert all(set(r) >= KEYS | {"n_test", "intervals", "good_mode"} for r in records)
    assert records[2]["test"] == "not drawn by twise" and records[2]["n"] == 20


def test_a_sampler_with_too_few_is_told_of() -> None:
    label = pl.lit("yasa")
    for first, sampler in ((14, "icpl"), (20, "uniform"), (39, "default")):
        label = pl.when(pl.int_range(40) >= first).then(pl.lit(sampler)).otherwise(label)
    frame = table(40).with_columns(sampler=label)
    records = evaluate(frame, OPTIONS, ["energy_j"], ["random_forest"])
    assert [r["training"] for r in records] == ["all", "uniform", "yasa"]
    assert records[0]["notes"] == ["icpl: 6 configurations, learning starts at 12"]
    alone = frame.with_columns(sampler=pl.lit("yasa"))
    assert evaluate(alone, OPTIONS, ["energy_j"], ["random_forest"])[0]["notes"] == []


def test_what_cannot_be_evaluated_becomes_a_note() -> None:
    frame = table(20).with_columns(ttft_s=pl.lit(None, pl.Float64))
    records, notes = evaluate_measured(frame, ["ttft_s", "energy_j"], OPTIONS, ["gaussian_process"])
    assert [r["metric"] for r in records] == ["energy_j"]
    assert notes == ["no ttft_s was measured"]
    kept = learning_record(
        records, options=OPTIONS, metrics=["energy_j"], predictors=["gaussian_process"], seed=0,
        notes=notes,
    )  # fmt: skip
    assert json.loads(json.dumps(kept, allow_nan=False))["evaluation"] == records


def test_scores_are_null_where_undefined() -> None:
    wide = np.array([np.nan, np.nan])
    values = scores(np.array([0.0, 1.0]), np.array([0.5, 0.5]), wide, wide)
    assert values["mape"] is None and values["rank_correlation"] is None
    assert values["interval_coverage"] is None and values["r2"] == 0.0
    assert set(scores(wide[:0], wide[:0], wide[:0], wide[:0]).values()) == {None}


def test_the_width_allows_for_the_rows_that_a_refit_lacks() -> None:
    y = np.arange(1.0, 11.0)
    held_out = y + 0.4
    own = np.tile(y + 0.2, (5, 1))
    own[0, :2] = np.nan  # rows that this refit did not see
    refits = Refits(held_out, own)
    assert refits.width(y, False, y + 0.15) == pytest.approx(0.4 * 0.75)
    assert refits.width(y, False, y + 0.3) == pytest.approx(0.4), "never wider than the residuals"
    assert refits.width(y, False, y + 0.01) == pytest.approx(0.4 * 0.5), "never below half"
    assert refits.width(y, False, None) == pytest.approx(0.4)
    silent = Refits(held_out, np.full((5, 10), np.nan))
    assert silent.width(y, False, y + 0.15) == pytest.approx(0.4)


def test_half_width_is_the_conformal_quantile() -> None:
    assert half_width(np.arange(1.0, 20.0)) == 18.0  # ceil(20 * 0.9) = 18th of 19
    assert half_width(np.array([1.0, 3.0, 2.0])) == 3.0
    assert np.isnan(half_width(np.array([])))


def test_default_objectives_follow_the_kind_of_energy() -> None:
    frame = table(20)
    assert default_objectives(frame) == {"energy_j": "min", "pass_at_1": "max"}
    estimated = frame.with_columns(energy_estimated=pl.lit(True))
    assert default_objectives(estimated) == {"duration_s": "min", "pass_at_1": "max"}
    assert default_metrics(frame) == ["energy_j", "pass_at_1", "duration_s"]
    assert default_metrics(estimated) == ["duration_s", "pass_at_1"]
    imported = FakeSession(frame, manifest={"imported_metrics": ["energy_j", "duration_s"]})
    assert default_metrics(imported) == ["energy_j", "duration_s"]
    with pytest.raises(UserError, match="no default objective"):
        default_objectives(frame.select("cache"))


@pytest.mark.slow
@pytest.mark.parametrize(("predictor", "draws"), [("random_forest", 20), ("gaussian_process", 60)])
def test_coverage_over_many_draws(predictor: str, draws: int) -> None:
    inside = []
    for draw in range(draws):
        learner = fit(table(60, seed=draw, noise=0.1), "energy_j", OPTIONS, predictor, seed=draw)
        fresh = table(200, seed=100 + draw, noise=0.1)
        guess = learner.predict(fresh.join(learner.held_out, on=OPTIONS, how="anti"))
        inside.append(guess["energy_j"].is_between(guess["lower"], guess["upper"]).mean())
    assert 0.87 <= float(np.mean(inside)) <= 0.93
