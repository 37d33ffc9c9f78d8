"""Learning curves: nothing tested was learnt from, and more measurements err less."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning import learning_curve
from pimp_tui.learning.evaluation import curve as curve_module
from pimp_tui.learning.evaluation.curve import sizes
from pimp_tui.learning.service import Service
from tests.learning.tables import OPTIONS, FakeSession, table


def labelled(count: int = 60) -> pl.DataFrame:
    sampler = pl.when(pl.int_range(count) % 2 == 0).then(pl.lit("yasa")).otherwise(pl.lit("icpl"))
    return table(count).with_columns(sampler=sampler)


def test_more_configurations_err_less_and_samplers_share_the_test() -> None:
    steps: list[tuple[int, int]] = []
    records = learning_curve(
        labelled(), "energy_j", OPTIONS, "gaussian_process", draws=3,
        progress=lambda done, of: steps.append((done, of)),
    )  # fmt: skip
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert steps == sorted(steps)  # told again within a fit that takes long, on a busy machine
    assert [done for done, _ in dict.fromkeys(steps) if done] == [*range(1, steps[-1][1] + 1)]
    assert {record["training"] for record in records} == {"all", "yasa", "icpl"}
    whole = [record for record in records if record["training"] == "all"]
    assert [record["n"] for record in whole] == sizes(48)
    assert whole[-1]["mape"] < whole[0]["mape"] / 2
    for record in records:
        assert record["draws"] == 3 and record["n_test"] == whole[0]["n_test"]
        assert record["mape_interval"][0] <= record["mape"] <= record["mape_interval"][1]


def test_no_configuration_tested_is_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(
        curve_module, "_predict",
        lambda training, part, *_: (seen.append(part), training.y[part.test])[1],
    )  # fmt: skip
    records = learning_curve(labelled(), "energy_j", OPTIONS, draws=4)
    assert all(record["mae"] == 0.0 for record in records)
    assert seen and not any(set(part.train) & set(part.test) for part in seen)
    assert all(len(part.test) == 12 for part in seen)


@pytest.mark.slow
def test_each_sampler_keeps_its_share_and_small_ones_are_told_of() -> None:
    """Fifteen of a sampler leave twelve to learn from, whichever configurations are held out."""
    index = pl.int_range(52)
    label = pl.when(index < 15).then(pl.lit("yasa")).otherwise(pl.lit("uniform"))
    label = pl.when(index >= 45).then(pl.lit("icpl")).otherwise(label)
    frame = table(52).with_columns(sampler=label)
    records = learning_curve(frame, "energy_j", OPTIONS, "random_forest", draws=3)
    most = {record["training"]: record["n"] for record in records}
    assert most == {"all": 42, "uniform": 24, "yasa": 12}
    said = "icpl: 7 configurations; without a fifth held out, fewer than 12 are left to learn from"
    assert all(record["notes"] == [said] for record in records)


def test_it_can_be_cancelled_and_few_configurations_are_told() -> None:
    class Stop(Exception):
        pass

    def stop(done: int, of: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        learning_curve(labelled(), "energy_j", OPTIONS, "gaussian_process", progress=stop)
    with pytest.raises(UserError, match="16 configurations measured; a learning curve starts"):
        learning_curve(table(16), "energy_j", OPTIONS)
    with pytest.raises(UserError, match="no predictor forest"):
        learning_curve(table(30), "energy_j", OPTIONS, "forest")
    assert sizes(11) == [] and sizes(12) == [12]


def test_a_constant_metric_is_told_as_nothing_to_learn() -> None:
    with pytest.raises(UserError, match="is 2 in all 20 configurations measured"):
        learning_curve(table(20).with_columns(y=pl.lit(2.0)), "y", OPTIONS, "random_forest")


def test_the_child_answers_it_with_progress() -> None:
    steps: list[tuple[int, int]] = []
    service = Service(FakeSession(table(30)), lambda done, of: steps.append((done, of)))
    request = {"request": "curve", "metric": "energy_j", "predictor": "gaussian_process"}
    answer = service.answer({**request, "draws": 2})
    assert [record["training"] for record in answer] == ["all"] * len(answer) and steps


def test_the_record_keeps_evaluation_and_curve_as_long_as_they_rest_on_the_same_runs() -> None:
    from pimp_tui.learning.record import curve_record, learning_record, merged_record

    points = learning_curve(table(24), "energy_j", OPTIONS, "random_forest", draws=1)
    drawn = curve_record(points, metrics=["energy_j"], predictors=["random_forest"], seed=3)
    part = learning_record(
        [{"metric": "energy_j"}], options=OPTIONS, metrics=["energy_j"],
        predictors=["random_forest"], seed=2,
    )  # fmt: skip
    first = merged_record(None, part, 24)
    assert first["runs"] == 24 and "curve" not in first
    both = merged_record(first, {"curve": drawn}, 24)
    assert both["evaluation"] == first["evaluation"] and both["seed"] == 2
    assert both["curve"]["points"] == points and both["curve"]["seed"] == 3
    assert both["curve"]["settings"]["predictors"] == ["random_forest"]
    assert merged_record(both, part, 24)["curve"] == both["curve"]
    assert "curve" not in merged_record(both, part, 25)  # it rests on fewer runs than there are
    later = merged_record(both, {"curve": drawn}, 25)
    assert "evaluation" not in later and later["curve"]["runs"] == 25


def test_configurations_alike_in_every_option_are_never_on_both_sides() -> None:
    twice = pl.concat([table(20), table(20).with_columns(pl.col("config_id") + "b")])
    twice = twice.with_columns(energy_j=pl.Series(np.random.default_rng(0).random(40)))
    seen: list[tuple[set[str], set[str]]] = []
    from pimp_tui.learning.evaluation import curve

    training = curve.training_rows(twice, "energy_j", OPTIONS)
    rows = training.frame.select(OPTIONS).hash_rows().to_numpy()
    for part in curve._work(training, 0, 3):
        seen.append((set(rows[part.train]), set(rows[part.test])))
    assert seen and not any(learnt & tested for learnt, tested in seen)
