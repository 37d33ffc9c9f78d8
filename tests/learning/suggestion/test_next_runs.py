from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.learning import suggest
from pimp_tui.learning.fronts.candidates import without
from pimp_tui.learning.fronts.measured_front import hypervolume
from pimp_tui.learning.suggestion.acquisition import (
    expected_hypervolume_improvement,
    expected_scalar_improvement,
    expected_shortfall,
    likely_reference,
    open_reference,
    reference_point,
)
from pimp_tui.learning.suggestion.proposal import chance_to_run, propose, to_costs
from pimp_tui.learning.suggestion.spread import spread_out, value_codes
from pimp_tui.sampling import sample
from pimp_tui.space import load_space
from tests.learning.tables import FakeSession, table

SPACE = """features
    Inference {abstract}
        mandatory
            num_beams {abstract, option 'beams'}
                alternative
                    num_beams_1 {value 1, default true}
                    num_beams_2 {value 2}
                    num_beams_4 {value 4}
            cache {abstract, option 'cache'}
                alternative
                    dynamic {value 'dynamic', default true}
                    static {value 'static'}
        optional
            do_sample {option 'sample', value true}
            watermark {option 'watermark', value true}
constraints
    num_beams_4 => !watermark
"""
GOALS = {"duration_s": "min", "pass_at_1": "max"}


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    """A session on a small space, 10 of its 20 configurations planned, 8 measured, 2 failed."""
    file = tmp_path / "space.uvl"
    file.write_text(SPACE)
    space = load_space(file)
    plan = sample(space, method="uniform", n=60, seed=1).unique("config_id", maintain_order=True)
    rows = plan.head(10)
    position = pl.int_range(10)
    beams = pl.col("beams").cast(pl.Float64)
    measured = rows.with_columns(
        duration_s=pl.when(position < 8).then(1 + beams + pl.col("sample").is_null()),
        pass_at_1=pl.when(position < 8).then(0.5 + 0.1 * beams),
        runs_ok=pl.when(position < 8).then(2).otherwise(0),
        runs_failed=pl.when(position < 8).then(0).otherwise(2),
    ).drop("position", "sampler")
    options = [name for name in plan.columns if name not in ("config_id", "position", "sampler")]
    return FakeSession(measured, options, a_space=space)


def test_suggestions_are_new_valid_and_ordered(session: FakeSession) -> None:
    frame = suggest(session, n=4, objectives=GOALS, seed=3)
    assert frame.columns == [
        "config_id", "position", "sampler", *session.options, "expected_improvement",
    ]  # fmt: skip
    assert frame["position"].to_list() == [11, 12, 13, 14]
    assert frame["sampler"].unique().to_list() == ["suggest"]
    assert not set(frame["config_id"]) & set(session.rows["config_id"])
    assert frame["config_id"].n_unique() == 4
    assert frame["expected_improvement"].min() >= 0
    for row in frame.select(session.options).iter_rows(named=True):
        session.a_space.from_row(row)  # raises where a row is not valid
    assert frame.equals(suggest(session, n=4, objectives=GOALS, seed=3))


def test_suggestions_stay_within_a_partial_configuration(session: FakeSession) -> None:
    choice = session.a_space.configure()
    choice.select("static")
    frame = suggest(session, n=2, objectives=GOALS, within=choice)
    assert frame["cache"].unique().to_list() == ["static"]


def test_the_choices_of_the_session_hold_without_being_asked_for(session: FakeSession) -> None:
    session.manifest["choice"] = {"static": True}
    assert suggest(session, n=2, objectives=GOALS)["cache"].unique().to_list() == ["static"]
    choice = session.a_space.configure()
    choice.select("watermark")
    both = suggest(session, n=1, objectives=GOALS, within=choice)
    assert both["cache"][0] == "static" and both["watermark"][0]
    choice.undo()
    choice.deselect("static")
    with pytest.raises(UserError, match="static is selected for the whole session"):
        suggest(session, n=1, objectives=GOALS, within=choice)
    session.manifest["choice"] = {"num_beams_4": True}
    choice.undo()
    choice.select("watermark")
    with pytest.raises(UserError, match="own choices"):
        suggest(session, n=1, objectives=GOALS, within=choice)


def test_a_budget_makes_cheap_candidates_count_for_more(session: FakeSession) -> None:
    plain = suggest(session, n=5, objectives=GOALS)
    thrifty = suggest(session, n=5, objectives=GOALS, expense="duration_s")
    expected = thrifty["expected_duration_s"]
    assert expected.null_count() == 0 and (expected > 0).all()
    assert "expected_duration_s" not in plain.columns
    X, costs = np.linspace(-1, 1, 9)[:, None], np.zeros((9, 1))
    costs[:, 0] = np.linspace(0, 1, 9)
    fresh = np.array([[-0.97], [-0.95]])
    dear_first = propose(X, costs, fresh, 1, expense=np.array([9.0, 1.0]))[0]
    cheap_first = propose(X, costs, fresh, 1, expense=np.array([1.0, 9.0]))[0]
    assert (dear_first[0], cheap_first[0]) == (1, 0)


def test_before_four_measurements_they_are_spread_out(session: FakeSession) -> None:
    few = FakeSession(session.rows.head(2), session.options, a_space=session.a_space)
    frame = suggest(few, n=3, objectives=GOALS)
    assert frame.height == 3 and frame["expected_improvement"].null_count() == 3


def test_an_imported_session_offers_its_unmeasured_rows() -> None:
    place = pl.int_range(30)
    rows = table(30).with_columns(
        energy_j=pl.when(place < 20).then("energy_j"),
        runs_ok=pl.when(place < 22).then(1).otherwise(0),
        runs_failed=pl.when(place == 29).then(1).otherwise(0),
    )
    frame = suggest(FakeSession(rows), n=3)
    assert set(frame["config_id"]) <= set(rows["config_id"][20:29])
    with pytest.raises(UserError, match="measured and the session has no space"):
        suggest(FakeSession(rows.head(20)), n=3)
    with pytest.raises(UserError, match="needs a space"):
        suggest(FakeSession(rows), n=3, within=object())


def test_lines_say_what_is_missing(session: FakeSession) -> None:
    lines: list[str] = []
    few = FakeSession(session.rows.head(2), session.options, a_space=session.a_space)
    frame = suggest(few, n=50, objectives=GOALS, told=lines.append)
    assert frame["config_id"].n_unique() == frame.height == 20 - 2
    assert len(lines) == 1 and lines[0].startswith("2 measured, fewer than the 4 ")


def test_what_failed_is_kept_away_from_when_nothing_ran(session: FakeSession) -> None:
    failed = session.rows.with_columns(
        duration_s=None, pass_at_1=None, runs_ok=pl.lit(0), runs_failed=pl.lit(1)
    ).head(1)
    frame = suggest(FakeSession(failed, session.options, a_space=session.a_space), n=1)
    differing = [frame[name][0] != failed[name][0] for name in session.options]
    assert sum(differing) == len(session.options)


def test_an_objective_that_no_run_measured_is_refused(session: FakeSession) -> None:
    rows = session.rows.with_columns(energy_gpu_j=pl.lit(None, pl.Float64))
    blind = FakeSession(rows, session.options, a_space=session.a_space)
    with pytest.raises(UserError, match="no energy_gpu_j was measured"):
        suggest(blind, objectives={"energy_gpu_j": "min"})


def test_mistakes(session: FakeSession) -> None:
    with pytest.raises(UserError, match="need a session, not str"):
        suggest("sessions/demo")
    with pytest.raises(UserError, match="0 configurations cannot"):
        suggest(session, n=0)
    with pytest.raises(UserError, match="did you mean duration_s"):
        suggest(session, objectives={"durations": "min"})


def test_shortfall_is_the_expectation() -> None:
    draws = np.random.default_rng(0).normal(1.0, 0.5, 200_000)
    value = expected_shortfall(np.array([1.2]), np.array([1.0]), np.array([0.5]))[0]
    assert value == pytest.approx(np.maximum(1.2 - draws, 0).mean(), rel=0.01)
    assert expected_shortfall(np.array([-np.inf]), np.array([0.0]), np.array([1.0]))[0] == 0.0


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_improvement_is_the_mean_gain_of_hypervolume(count: int, width: int) -> None:
    random = np.random.default_rng(count)
    front, reference = random.random((count, width)), np.array([1.1, 1.2, 1.05])[:width]
    mean, deviation = (
        np.array([[0.3, 0.4, 0.5]])[:, :width],
        np.array([[0.3, 0.2, 0.25]])[:, :width],
    )
    exact = expected_hypervolume_improvement(front, reference, mean, deviation)[0]
    before = hypervolume(front, reference)
    draws = mean + deviation * random.standard_normal((4000, width))
    gains = [hypervolume(np.vstack([front, d]), reference) - before for d in draws]
    assert exact == pytest.approx(np.mean(gains), rel=0.06)


def test_the_bound_reaches_the_ends_that_may_be() -> None:
    costs = np.array([[0.0, 5.0], [1.0, 1.0], [9.0, 9.0], [2.0, 0.5]])
    mean = np.array([[0.2, 2.0], [0.4, 7.0], [5.0, 0.6]])
    deviation = np.array([[0.1, 0.1], [0.5, 0.5], [0.2, 0.2]])
    sure, unsure = (likely_reference(costs, mean, d) for d in (0.001 * deviation, deviation))
    assert sure == pytest.approx([5.0 + 0.5, 5.0 + 0.45])
    assert unsure == pytest.approx([5.0 + 0.5, 7.0 + 0.65])  # (0.4, 7.0) may be the first's end
    assert (unsure <= open_reference(costs)).all()


def test_three_objectives_prefer_the_better_candidate() -> None:
    random = np.random.default_rng(0)
    front = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    mean = np.array([[0.5, 0.5, 0.5], [2.9, 2.9, 2.9]])
    gain = expected_scalar_improvement(
        front, reference_point(front), mean, np.full((2, 3), 0.1), random
    )
    assert gain[0] > gain[1] >= 0


def test_proposals_head_for_the_front_and_differ() -> None:
    random = np.random.default_rng(2)
    grid = random.uniform(-1, 1, (300, 3))
    costs = np.column_stack([(grid[:, 0] - 0.5) ** 2, (grid[:, 0] + 0.5) ** 2 + grid[:, 1] ** 2])
    start = np.arange(12)
    rest = np.setdiff1d(np.arange(300), start)
    picked, gains = propose(grid[start], costs[start], grid[rest], 5, seed=0)
    assert len(set(picked.tolist())) == 5 and (gains >= 0).all()
    reference = reference_point(costs)
    chosen = hypervolume(np.vstack([costs[start], costs[rest[picked]]]), reference)
    blind = [
        hypervolume(np.vstack([costs[start], costs[random.choice(rest, 5)]]), reference)
        for _ in range(40)
    ]
    assert chosen > np.median(blind)


def test_one_objective_is_improved() -> None:
    X = np.linspace(-1, 1, 9)[:, None]
    cost = (X[:, 0] - 0.3) ** 2
    fresh = np.linspace(-1, 1, 101)[:, None]
    picked, _ = propose(X, cost[:, None], fresh, 1)
    assert abs(fresh[picked[0], 0] - 0.3) < 0.2


def test_costs_are_logarithmic_where_positive() -> None:
    costs = to_costs(np.array([[1.0, 0.0], [np.e, 2.0]]), ["min", "max"])
    np.testing.assert_allclose(costs, [[0.0, 0.0], [1.0, -2.0]])


def test_failures_teach_where_not_to_go() -> None:
    random = np.random.default_rng(0)
    X = random.choice([-1.0, 1.0], (40, 5))
    bad = X[:, 2] > 0
    chance = chance_to_run(X[~bad], X[bad], np.array([[1, 1, 1, 1, 1], [1, 1, -1, 1, 1]]))
    assert chance is not None and chance[0] < 0.3 < 0.7 < chance[1]
    assert chance.min() > 0.0 and chance.max() < 1.0
    assert chance_to_run(X[~bad], X[:0], X) is None
    assert chance_to_run(X[~bad], X[bad], X, seed=2**40) is not None


def test_few_failures_keep_off_what_is_like_them() -> None:
    random = np.random.default_rng(0)
    X = random.choice([-1.0, 1.0], (60, 5))
    bad = (X[:, 2] > 0) & (X[:, 3] > 0)
    failed, ran = X[bad][:3], X[~bad][:18]
    like = failed * [-1, 1, 1, 1, 1]  # differs in an option that has nothing to do with it
    chance = chance_to_run(ran, failed, np.vstack([like, ran * [-1, 1, 1, 1, 1]]))
    assert chance is not None
    assert chance[:3].mean() < 0.5 < 0.85 < chance[3:].mean()


def test_spread_out_differs_in_most_options_and_uses_values_evenly() -> None:
    frame = pl.DataFrame(
        {
            "size": [1, 2, 4, 8, 8],
            "kind": ["a", "a", "b", None, "a"],
            "on": [False] * 3 + [True] * 2,
        }
    )
    codes = value_codes(frame, frame.columns)
    assert spread_out(codes[:1], codes[1:], 1).tolist() == [2]  # all three options differ
    assert set(spread_out(codes[:1], codes[1:], 2).tolist()) == {1, 2}  # 8 and True are used
    assert spread_out(codes[:0], codes, 9).size == 5


def test_spread_out_keeps_to_those_that_may_be_chosen() -> None:
    codes = np.arange(12).reshape(6, 2)
    among = np.array([False, True, False, False, True, False])
    assert set(spread_out(codes[:0], codes, 4, 3, among).tolist()) == {1, 4}
    assert spread_out(codes[:0], codes, 4, 3, among & False).size == 4


def test_equal_options_are_the_same_configuration() -> None:
    known = pl.DataFrame({"config_id": ["a", "b"], "x": [1, None], "y": ["u", "v"]})
    rows = pl.DataFrame(
        {
            "config_id": ["a", "c", "d", "e", "f", "f"],
            "x": [9, 1, None, 1, 2, 2],
            "y": ["w", "u", "v", "v", "u", "u"],
        }
    )
    assert without(rows, known, ["x", "y"])["config_id"].to_list() == ["e", "f"]
    nameless = rows.drop("config_id")
    assert without(nameless, known, ["x", "y"]).rows() == [(9, "w"), (1, "v"), (2, "u")]
    other_type = known.with_columns(pl.col("x").cast(pl.Float64))
    assert without(rows, other_type, ["x", "y"])["config_id"].to_list() == ["e", "f"]
    assert without(rows, known.select("config_id"), ["x", "y"]).height == 4


def test_what_was_measured_under_another_id_is_not_suggested(session: FakeSession) -> None:
    renamed = session.rows.with_columns(config_id=pl.lit("0") + pl.col("config_id").str.slice(1))
    other = FakeSession(renamed, session.options, a_space=session.a_space)
    frame = suggest(other, n=6, objectives=GOALS)
    both = frame.join(renamed, on=session.options, how="semi", nulls_equal=True)
    assert frame.height == 6 and both.is_empty()
