"""Samplers and coverage against brute force on random models."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, distinct_uniform, lead_with, sample
from pimp_tui.sampling.registry import sampler_names
from pimp_tui.sampling.union import shares
from pimp_tui.space import Space, UvlText, load_space
from tests.sampling.helpers import interactions, quick
from tests.space.random_models import RandomModel, feature_models
from tests.space.shop import HOST, INFERENCE, write_model


@pytest.fixture
def space(tmp_path) -> Space:
    return load_space(
        UvlText(INFERENCE), host=HOST, models=[str(write_model(tmp_path / "small", 4))]
    )


def options_of(plan: pl.DataFrame) -> list[str]:
    return plan.columns[3:]


@quick
@given(feature_models(most=8), st.integers(1, 3), st.booleans())
def test_twise_covers_what_brute_force_finds(model: RandomModel, t: int, diagram: bool) -> None:
    every = model.configurations()
    assume(every and t <= len(model.names))
    space = load_space(model.text())
    if not diagram:
        space.reasoner._tried_seconds = float("inf")
    plan = sample(space, "twise", t=t, seed=1, seconds=0.2)
    rows = plan.to_dicts()
    whole = interactions([space.row(f) for f in every], space.features, t)
    assert interactions(rows, space.features, t) == whole
    answer = coverage(space, plan, t=t)
    assert answer["valid_interactions"] == answer["covered"] == len(whole)
    assert answer["coverage"] == 1 and answer["interactions"] == "literals"
    assert answer["invalid_configurations"] == answer["duplicates"] == 0
    assert plan.select(space.features).n_unique() == len(plan)


@quick
@given(feature_models(most=8), st.integers(1, 3), st.integers(1, 5))
def test_coverage_of_any_plan(model: RandomModel, t: int, n: int) -> None:
    every = model.configurations()
    assume(every and t <= len(model.names))
    space = load_space(model.text())
    plan = sample(space, "uniform", n=n, seed=n)
    answer = coverage(space, plan, t=t)
    seen = interactions(plan.to_dicts(), space.features, t)
    whole = interactions([space.row(f) for f in every], space.features, t)
    assert (answer["covered"], answer["valid_interactions"]) == (len(seen), len(whole))
    assert answer["duplicates"] == n - plan.select(space.features).n_unique()


def test_coverage_sees_invalid_rows(space: Space) -> None:
    plan = sample(space, "uniform", n=3, seed=2)
    broken = plan.with_columns(pl.lit(0.7).alias("temperature"), pl.lit(False).alias("do_sample"))
    answer = coverage(space, broken)
    assert answer["invalid_configurations"] == 3 and answer["covered"] == 0
    twice = pl.concat([plan, plan])
    assert coverage(space, twice)["duplicates"] == 6 - plan["config_id"].n_unique()


@pytest.mark.parametrize("t", [1, 2, 3])
def test_options_are_covered_in_bound_spaces(space: Space, t: int) -> None:
    every = distinct_uniform(space, space.count() or 0, seed=1)
    plan = sample(space, "twise", t=t, seed=4, seconds=0.3)
    names = options_of(plan)
    whole = interactions(every.to_dicts(), names, t)
    assert interactions(plan.to_dicts(), names, t) == whole
    answer = coverage(space, plan, t=t)
    assert answer["interactions"] == "options" and answer["valid_interactions"] == len(whole)
    literals = sample(space, "twise", t=t, seed=4, seconds=0.3, interactions="literals")
    assert coverage(space, literals, t=t, interactions="literals")["coverage"] == 1


def test_or_groups_of_leaves_are_covered_and_read_back(tmp_path) -> None:
    text = (
        "features\n  R {abstract}\n    mandatory\n"
        "      stop {abstract, option 'stop'}\n        or\n"
        "          a {value 'a'}\n          b {value 'b'}\n          c {value 'c'}\n    optional\n"
        "      x {option 'x', value 3}\n      helper\nconstraints\n  x => !a\n"
    )
    space = load_space(UvlText(text))
    every = distinct_uniform(space, space.count() or 0)
    assert len(every) == space.count() == 20
    assert '["a","b"]' in every["stop"].to_list() and every["x"].dtype == pl.Int64
    for row in every.iter_rows(named=True):
        assert space.config_id(space.from_row(row)) == row["config_id"]
    plan = sample(space, "twise", seconds=0.2)
    assert coverage(space, plan)["coverage"] == 1


@pytest.mark.parametrize("method", ["uniform", "twise", "diverse", "twise+diverse+uniform"])
def test_plans_are_seeded_and_respect_a_choice(space: Space, method: str) -> None:
    choice = space.configure()
    choice.select("t07")
    n = None if method == "twise" else 6
    plan = sample(space, method, n=n, seed=7, within=choice, seconds=0.3)
    again = sample(space, method, n=n, seed=7, within=choice, seconds=0.3)
    assert plan.equals(again)
    assert plan["temperature"].to_list() == [0.7] * len(plan)
    assert plan["do_sample"].all() and plan["position"].to_list() == list(range(1, len(plan) + 1))
    for row in plan.iter_rows(named=True):
        assert space.config_id(space.from_row(row)) == row["config_id"]


def test_columns_have_the_types_of_their_values(space: Space) -> None:
    schema = sample(space, "uniform", n=2).schema
    assert schema == {
        "config_id": pl.String, "position": pl.Int64, "sampler": pl.String,
        "do_sample": pl.Boolean, "num_beams": pl.Int64,
        "exponential_decay_length_penalty": pl.String, "watermarking_config": pl.String,
        "temperature": pl.Float64, "dtype": pl.String, "model": pl.String,
    }  # fmt: skip
    decays = sample(space, "uniform", n=40)["exponential_decay_length_penalty"].drop_nulls()
    assert set(decays) == {"[8,1.1]"}


def test_diverse_rows_lie_farther_apart_than_uniform_ones() -> None:
    kids = "\n".join(f"      K{i}" for i in range(24))
    space = load_space(f"features\n  R\n    optional\n{kids}\n")

    def apart(plan: pl.DataFrame) -> int:
        rows = plan.select(options_of(plan)).to_numpy().astype(int)
        return min(int(np.abs(a - b).sum()) for a, b in combinations(rows, 2))

    spread = [apart(sample(space, "diverse", n=12, seed=s)) for s in range(3)]
    drawn = [apart(sample(space, "uniform", n=12, seed=s)) for s in range(3)]
    assert min(spread) > max(drawn)


def test_unions_hold_each_configuration_once(space: Space) -> None:
    plan = sample(space, "twise+uniform", n=14, seed=3, seconds=0.2)
    assert len(plan) == 14 == plan["config_id"].n_unique()
    assert set(plan["sampler"]) == {"twise", "uniform"}
    assert plan.filter(pl.col("sampler") == "twise").height == coverage_rows(space)


def test_a_number_too_small_for_a_union_is_shared(space: Space) -> None:
    plan = sample(space, "yasa+icpl+uniform", n=9, seed=3)
    assert plan["sampler"].to_list() == ["yasa"] * 3 + ["icpl"] * 3 + ["uniform"] * 3
    assert plan["config_id"].n_unique() == 9
    assert shares([30, 30], 1, 24) == [8, 8]
    assert shares([4, 30], 1, 24) == [4, 10]  # what one does not need the others share
    assert shares([30, 30], 0, 24) == [12, 12] == shares([12, 12], 1, 28)
    assert shares([30], 1, 40) == [30] and shares([31], 1, 40) == [20]
    assert shares([30, 30], 1, None) == [30, 30]


def coverage_rows(space: Space) -> int:
    return len(sample(space, "twise", seed=3, seconds=0.2))


def test_distinct_plans(space: Space) -> None:
    whole = space.count() or 0
    every = distinct_uniform(space, whole, seed=1)
    assert every["config_id"].n_unique() == whole
    with pytest.raises(UserError, match="only"):
        distinct_uniform(space, whole + 1, seed=1)
    without = set(every["config_id"].head(3))
    rest = distinct_uniform(space, 5, seed=1, without=without)
    assert not without & set(rest["config_id"]) and rest["config_id"].n_unique() == 5
    with pytest.raises(UserError, match="only"):
        sample(space, "diverse", n=whole + 1)


def test_named_configurations_lead(space: Space) -> None:
    default = space.default_configuration()
    plan = distinct_uniform(space, space.count() or 0)
    led = lead_with(space, plan, [("default", default), ("default", default)])
    assert led["sampler"][0] == "default" and led["config_id"][0] == space.config_id(default)
    assert led["config_id"].n_unique() == len(led) == len(plan)
    assert led["position"].to_list() == list(range(1, len(led) + 1))
    assert len(lead_with(space, None, [("default", default)])) == 1


def test_arguments_are_validated(space: Space) -> None:
    assert {"uniform", "twise", "diverse"} <= set(sampler_names())
    for arguments, what in [
        ({"method": "twize"}, "no sampling method twize"),
        ({"method": "twise", "t": 0}, "t is 0"),
        ({"method": "twise", "t": 4}, "t is 4"),
        ({"method": "uniform", "n": -3}, "n is -3"),
        ({"method": "uniform", "n": 0}, "n is 0"),
        ({"seconds": 0}, "seconds is 0"),
        ({"interactions": "all"}, "no interactions all"),
    ]:
        with pytest.raises(UserError, match=what):
            sample(space, **arguments)
    with pytest.raises(UserError) as caught:
        sample(space, "twize")
    assert caught.value.mend == "did you mean twise?"
    with pytest.raises(UserError, match="t is 9"):
        coverage(space, sample(space, "uniform", n=1), t=9)


def test_pairwise_of_a_generation_like_model_stays_small() -> None:
    """Two alternatives of 6 and 5 bound any plan from below by 30 rows; few more are needed."""
    sizes = (6, 5, 4, 3, 3, 2, 2, 2)
    groups = "".join(
        f"      G{g}\n        alternative\n" + "".join(f"          V{g}_{k}\n" for k in range(size))
        for g, size in enumerate(sizes)
    )
    rules = "constraints\n  V0_0 => V1_0 | V1_1\n  V2_0 => !V3_0\n"
    text = f"features\n  R\n    mandatory\n{groups}{rules}"
    space = load_space(text)
    plan = sample(space, "twise", seed=1, seconds=2)
    assert coverage(space, plan)["coverage"] == 1
    assert 27 <= len(plan) <= 30


@pytest.mark.parametrize("method", ["twise", "yasa", "icpl"])
def test_infeasible_requests_are_refused_before_any_work(method: str) -> None:
    small = load_space(
        UvlText("features\n  R {abstract, option 'r'}\n    alternative\n      a\n      b\n")
    )
    large = load_space(
        "features\n  R\n    optional\n" + "".join(f"      F{i}\n" for i in range(900))
    )
    rows = sample(small, "uniform", n=2)
    assert coverage(small, rows, t=1)["valid_interactions"] == 2
    for call in (lambda: sample(small, method), lambda: coverage(small, rows)):
        with pytest.raises(UserError, match="only one option to combine") as caught:
            call()
        assert caught.value.mend == "take -t 1"
    rows = sample(large, "uniform", n=2)
    for call in (lambda: sample(large, method, t=3), lambda: coverage(large, rows, t=3)):
        with pytest.raises(UserError, match="interactions of 3, more than") as caught:
            call()
        assert caught.value.mend == "take -t 2, or select features first"


@quick
@given(
    feature_models(most=8),
    st.lists(st.sampled_from(["yasa:1", "yasa:2", "icpl", "diverse", "uniform"]), min_size=2,
             max_size=4, unique=True),
    st.integers(1, 9),
)  # fmt: skip
def test_unions_are_what_their_parts_are(model: RandomModel, names: list[str], n: int) -> None:
    every = model.configurations()
    concrete = {node.name for node in model.root.walk() if not node.abstract}
    assume(every and n <= len({f & concrete for f in every}))
    space = load_space(model.text())
    plan = sample(space, "+".join(names), n=n, seed=1, seconds=0.05)
    assert len(plan) <= n and set(plan["sampler"]) <= set(names)
    assert plan.select(space.features).n_unique() == len(plan)
    valid = {frozenset(f) for f in every}
    for row in plan.iter_rows(named=True):
        assert frozenset(f for f in space.features if row[f]) in valid
    covering = [name for name in names if name not in ("diverse", "uniform")]
    rows = plan.select("sampler", *space.features)
    seen: set = set()
    for name in covering:  # shared ones stand under the first that has them
        alone = sample(space, name, n=n, seed=1, seconds=0.05).select(space.features).rows()
        own = [row for row in alone if row not in seen]
        seen |= set(own)
        drawn = rows.filter(pl.col("sampler") == name).select(space.features).rows()
        assert drawn == own[: len(drawn)]
    if len(covering) < len(names):
        assert len(plan) == n
