"""Predicted fronts and the learning child."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning import fit
from pimp_tui.learning.child import serve
from pimp_tui.learning.fronts.candidates import fresh_candidates, measured_part
from pimp_tui.learning.fronts.predicted_front import predicted_front, session_front
from pimp_tui.learning.service import Service, json_safe
from pimp_tui.sampling import sample
from pimp_tui.space import load_space
from tests.learning.suggestion.test_next_runs import SPACE
from tests.learning.tables import OPTIONS, FakeSession, table

GOALS = {"energy_j": "min", "pass_at_1": "max"}


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(FakeSession(table(40)))


def ask(service: Service, request: str, **fields: Any) -> Any:
    answer = service.answer({"request": request, "predictor": "gaussian_process", **fields})
    json.dumps(answer, allow_nan=False)
    return answer


def test_predicted_front_holds_measured_and_predicted() -> None:
    rows = table(80)
    known, fresh = rows.head(40), rows[40:].select("config_id", *OPTIONS)
    learners = {name: fit(known, name, OPTIONS, "gaussian_process") for name in GOALS}
    front = predicted_front(known, pl.concat([fresh, fresh]), learners, GOALS)
    assert front["config_id"].n_unique() == front.height
    assert front["estimated"].any() and front["energy_j"].is_sorted()
    for row in front.iter_rows(named=True):
        assert row["estimated"] == (row["config_id"] not in set(known["config_id"]))
        if row["estimated"]:
            assert row["energy_j_lower"] <= row["energy_j"] <= row["energy_j_upper"]
        else:
            assert row["energy_j_lower"] is None
    few = predicted_front(known, fresh, learners, GOALS, where="energy_j < 12")
    assert few["energy_j"].max() < 12
    with pytest.raises(UserError, match="duration_s was not learnt"):
        predicted_front(known, fresh, learners, {"duration_s": "min"})


def test_candidates_with_unmeasured_values_are_left_out() -> None:
    known = table(40).filter(pl.col("cache") != "offloaded")
    learners = {name: fit(known, name, OPTIONS, "gaussian_process") for name in GOALS}
    fresh = table(80)[40:].select("config_id", *OPTIONS)
    front = predicted_front(known, fresh, learners, GOALS)
    assert "offloaded" not in front["cache"]


def test_what_failed_is_not_picked() -> None:
    rows = (
        table(80)
        .sort("energy_j", descending=True)
        .with_columns(
            runs_ok=pl.when(pl.int_range(80) < 40).then(1).otherwise(0),
            runs_failed=pl.when(pl.int_range(80) < 40).then(0).otherwise(1),
        )
    )
    learners = {name: fit(rows, name, OPTIONS, "gaussian_process") for name in GOALS}
    fresh = rows[40:].select("config_id", *OPTIONS)
    assert not predicted_front(rows, fresh, learners, GOALS)["estimated"].any()
    untried = rows.head(40)
    assert predicted_front(untried, fresh, learners, GOALS)["estimated"].any()


def test_fresh_candidates_keep_to_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "space.uvl").write_text(SPACE)
    space = load_space(tmp_path / "space.uvl")
    plan = sample(space, method="uniform", n=200, seed=0).unique("config_id", maintain_order=True)
    rows = plan.filter((pl.col("beams") < 4) & pl.col("watermark").is_null()).head(6)
    session = FakeSession(
        rows.drop("position", "sampler"), ["beams", "cache", "sample", "watermark"], a_space=space
    )
    drawn = fresh_candidates(session, 100)
    assert drawn["beams"].max() < 4 and drawn["watermark"].null_count() == drawn.height
    assert drawn["config_id"].n_unique() == drawn.height > 4
    none = FakeSession(session.rows.head(0), session.options, a_space=space)
    assert measured_part(none, space).count() == space.count()


def test_front_of_a_session_without_a_space_predicts_its_own_plan() -> None:
    dear_first = table(40).sort("energy_j", descending=True)
    rows = dear_first.with_columns(
        pl.when(pl.int_range(40) < 25).then(pl.col(name)).alias(name) for name in GOALS
    )
    front = session_front(
        FakeSession(rows), GOALS, where="energy_j < 25", predictor="gaussian_process"
    )
    assert front["energy_j"].max() < 25 and front["estimated"].any()


def test_evaluate(service: Service) -> None:
    records = ask(service, "evaluate", metrics=["energy_j"], predictors=["gaussian_process"])
    assert records[0]["metric"] == "energy_j" and records[0]["r2"] > 0.9


def test_fit_and_learners_are_kept(service: Service) -> None:
    answer = ask(service, "fit", metric="energy_j")
    assert len(answer["points"]) == 40 and answer["evaluation"]["n"] == 40
    assert set(answer["points"][0]) == {"config_id", "measured", "prediction", "lower", "upper"}
    request = {"predictor": "gaussian_process"}
    assert service.learner("energy_j", request) is service.learner("energy_j", request)


def test_effects(service: Service) -> None:
    answer = ask(service, "effects", metric="energy_j", pairs=True)
    assert answer["features"][0]["option"] in OPTIONS and answer["pairs"]
    assert answer["words"][0].startswith("With ")
    assert ask(service, "effects", metric="energy_j")["pairs"] is None


def test_importance_and_interactions(service: Service) -> None:
    answer = ask(service, "importance", metric="energy_j")
    assert {row["option"] for row in answer["options"]} == set(OPTIONS)
    assert len(answer["interactions"]) == len(OPTIONS) * (len(OPTIONS) - 1) / 2
    assert all(0 <= row["strength"] <= 1 for row in answer["interactions"])


def test_front(service: Service) -> None:
    answer = ask(service, "front", objectives=GOALS, where="pass_at_1 > 0.5")
    assert answer["front"] and all(row["pass_at_1"] > 0.5 for row in answer["front"])
    assert answer["knee"] is None or 0 <= answer["knee"] < len(answer["front"])


def test_predict(service: Service) -> None:
    row = table(1).select(OPTIONS).row(0, named=True)
    answer = ask(service, "predict", metrics=["energy_j"], rows=[row])
    guess = answer["energy_j"][0]
    assert guess["lower"] <= guess["prediction"] <= guess["upper"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"request": "fti"}, "no request fti; did you mean fit"),
        ({"request": "fit"}, "the request fit needs metric"),
        ({"request": "predict", "rows": [{"beams": "many"}]}, "do not fit"),
        ({"request": "front", "where": "energy_j <", "predictor": "gaussian_process"}, "missing"),
    ],
)
def test_refusals(service: Service, request_: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        service.answer(request_)


def test_json_safe() -> None:
    assert json_safe({"a": [float("nan"), 1.5, None, (True,)]}) == {"a": [None, 1.5, None, [True]]}


def test_the_child_answers_every_line(tmp_path: Path) -> None:
    answers = io.StringIO()
    serve(str(tmp_path / "none"), io.StringIO('{"request": "fit"}\n\nnot json\n'), answers)
    lines = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [line["ok"] for line in lines] == [False, False]
    assert all(line["error"] and "answer" not in line for line in lines)


def test_the_child_is_a_process_that_writes_answers_only(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pimp_tui.learning.child", str(tmp_path)],
        input='{"request": "evaluate"}\n', capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout)["ok"] is False
    assert list(tmp_path.iterdir()) == []
