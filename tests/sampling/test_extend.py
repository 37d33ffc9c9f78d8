"""Extending plans: what is there stays, what is missing follows."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, sample
from pimp_tui.sampling.plans import read_plan, write_plan
from pimp_tui.space import Space, UvlText, load_space
from tests.sampling.helpers import interactions, quick
from tests.space.random_models import RandomModel, feature_models
from tests.space.shop import HOST, INFERENCE, write_model


@pytest.fixture
def space(tmp_path) -> Space:
    model = write_model(tmp_path / "small", 4)
    return load_space(UvlText(INFERENCE), host=HOST, models=[str(model)])


@quick
@given(
    feature_models(most=8), st.integers(1, 3), st.sampled_from(["twise", "yasa:2", "icpl"]),
    st.integers(1, 4), st.booleans(),
)  # fmt: skip
def test_extended_plans_cover_all(
    model: RandomModel, t: int, method: str, n: int, diagram: bool
) -> None:
    every = model.configurations()
    assume(every and t <= len(model.names))
    space = load_space(model.text())
    start = sample(space, "uniform", n=n, seed=n)
    if not diagram:
        space = load_space(model.text())
        space.reasoner._tried_seconds = float("inf")
    plan = sample(space, method, t=t, seed=1, seconds=0.1, extend=start)
    assert plan.head(n).equals(start)
    assert plan["position"].to_list() == list(range(1, len(plan) + 1))
    whole = interactions([space.row(f) for f in every], space.features, t)
    assert interactions(plan.to_dicts(), space.features, t) == whole
    fresh = plan.tail(len(plan) - n)
    assert set(fresh["sampler"]) <= {method}
    both = pl.concat([start.unique(space.features), fresh])
    assert both.select(space.features).n_unique() == len(both)
    assert sample(space, method, t=t, extend=plan).equals(plan)


@pytest.mark.parametrize("t", [1, 2, 3])
@pytest.mark.parametrize("method", ["twise", "yasa", "icpl", "yasa+icpl+uniform"])
def test_covered_interactions_are_not_covered_again(space: Space, method: str, t: int) -> None:
    whole = sample(space, "yasa", t=t, seed=3)
    start = whole.head(2 * len(whole) // 3)
    plan = sample(space, method, t=t, seed=5, seconds=0.2, extend=start)
    assert plan.head(len(start)).equals(start)
    assert coverage(space, plan, t=t)["coverage"] == 1
    if "+" not in method:
        assert len(plan) <= len(whole) + 3
        assert sample(space, method, t=t, seconds=0.2, extend=whole).equals(whole)


@pytest.mark.parametrize("method", ["uniform", "diverse", "diverse+uniform"])
def test_filling_methods_add_distinct_rows(space: Space, method: str) -> None:
    start = sample(space, "yasa", seed=1).head(6)
    plan = sample(space, method, n=20, seed=2, extend=start)
    assert plan.head(6).equals(start)
    assert len(plan) == 20 == plan["config_id"].n_unique()
    assert plan["position"].to_list() == list(range(1, 21))
    assert plan.equals(sample(space, method, n=20, seed=2, extend=start))
    assert len(sample(space, method, seed=2, extend=start)) == 12
    assert sample(space, method, n=6, extend=start).equals(start)
    with pytest.raises(UserError, match="only"):
        sample(space, method, n=(space.count() or 0) + 1, extend=start)
    with pytest.raises(UserError, match="6 configurations already"):
        sample(space, method, n=5, extend=start)


def test_a_choice_binds_only_the_new_rows(space: Space) -> None:
    start = sample(space, "uniform", n=4, seed=1)
    choice = space.configure()
    choice.select("sampling")
    for method in ("twise", "yasa", "icpl", "diverse"):
        plan = sample(space, method, seed=1, seconds=0.2, within=choice, extend=start)
        assert plan.head(4).equals(start) and plan["do_sample"][4:].all()
        if method != "diverse":
            assert coverage(space, plan, within=choice)["coverage"] == 1


def test_identities_samplers_and_gaps_are_kept(space: Space, tmp_path) -> None:
    start = sample(space, "uniform", n=3, seed=1).with_columns(
        position=pl.Series([2, 5, 9]), sampler=pl.Series(["default", "mine", "uniform"])
    )
    plan = sample(space, "icpl", extend=start)
    assert plan.head(3).equals(start)
    assert plan["position"].to_list()[3:] == list(range(10, 10 + len(plan) - 3))
    write_plan(start.drop("config_id", "position", "sampler"), tmp_path / "p.csv")
    bare = sample(space, "icpl", extend=read_plan(tmp_path / "p.csv", space))
    assert bare["sampler"].to_list()[:3] == ["plan"] * 3
    assert bare["config_id"].to_list()[:3] == start["config_id"].to_list()


def test_invalid_rows_are_named(space: Space) -> None:
    start = sample(space, "uniform", n=3, seed=1)
    broken = start.with_columns(
        temperature=pl.Series([None, 0.7, None], dtype=pl.Float64),
        do_sample=pl.Series([True, False, True]),
    )
    with pytest.raises(UserError, match="t07") as caught:
        sample(space, "yasa", extend=broken)
    assert str(caught.value.where).endswith("row 2")
