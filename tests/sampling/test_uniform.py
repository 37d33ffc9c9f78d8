"""Exactly uniform draws: chi-square over small models of every shape that reasoning takes apart."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pimp_tui.sampling import distinct_uniform, sample
from pimp_tui.space import load_space
from tests.sampling.helpers import quick
from tests.space.random_models import RandomModel, feature_models

MODELS = {
    "one component": (
        "features\n  R\n    or\n      A\n        alternative\n          A1\n          A2\n"
        "      B\n        [1..2]\n          B1\n          B2\n          B3\n"
        "constraints\n  A1 => !B1\n  B2 | A\n"
    ),
    "two components": (
        "features\n  R\n    optional\n      A\n      B\n      C\n      D\n      E\n"
        "constraints\n  A => B\n  C | D | E\n  !(D & E)\n"
    ),
    "free features": (
        "features\n  R\n    optional\n      A\n      B\n      C\n      D\nconstraints\n  A => B\n"
    ),
    "equivalent literals": (
        "features\n  R\n    optional\n      A\n      B\n      C\n      D\n      E\n"
        "constraints\n  A <=> B\n  C <=> !D\n  A => C\n  E | A\n"
    ),
}


def z_score(seen: Counter, k: int, draws: int) -> float:
    """Of the chi-square statistic against equal shares of k configurations."""
    expected = draws / k
    chi = sum((c - expected) ** 2 for c in seen.values()) / expected + (k - len(seen)) * expected
    return (chi - (k - 1)) / sqrt(2 * (k - 1))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("diagram", [True, False])
def test_draws_are_uniform(name: str, diagram: bool) -> None:
    space = load_space(MODELS[name])
    if not diagram:
        space.reasoner._tried_seconds = float("inf")
    k = space.count() or 0
    draws = 400 * k
    rows = sample(space, "uniform", n=draws, seed=7).select(space.features)
    seen = Counter(map(bytes, rows.to_numpy().astype(np.uint8)))
    assert len(seen) == k and abs(z_score(seen, k, draws)) < 4


@pytest.mark.parametrize("name", ["one component", "two components", "equivalent literals"])
def test_draws_within_a_choice_are_uniform(name: str) -> None:
    space = load_space(MODELS[name])
    choice = space.configure()
    choice.select("A")
    k = space.count(within=choice) or 0
    plan = sample(space, "uniform", n=400 * k, seed=3, within=choice)
    rows = plan.select(space.features).to_numpy().astype(np.uint8)
    seen = Counter(map(bytes, rows))
    assert plan["A"].all() and len(seen) == k and abs(z_score(seen, k, 400 * k)) < 4


@quick
@given(feature_models(most=8), st.integers(0, 1000))
def test_every_configuration_is_drawn_equally_often(model: RandomModel, seed: int) -> None:
    every = model.configurations()
    assume(1 < len(every) <= 60)
    space = load_space(model.text())
    plan = sample(space, "uniform", n=200 * len(every), seed=seed)
    rows = plan.select(space.features).to_numpy().astype(np.uint8)
    seen = Counter(map(bytes, rows))
    wanted = {bytes(space.to_row(f).astype(np.uint8)) for f in every}
    assert set(seen) == wanted
    assert abs(z_score(seen, len(every), len(plan))) < 6


@quick
@given(feature_models(most=8), st.integers(1, 6), st.sampled_from(["uniform", "diverse"]))
def test_distinct_rows(model: RandomModel, n: int, method: str) -> None:
    every = model.configurations()
    concrete = {node.name for node in model.root.walk() if not node.abstract}
    left = len({f & concrete for f in every})
    assume(every and n <= left)
    space = load_space(model.text())
    if method == "uniform":
        plan = distinct_uniform(space, n, seed=n)
    else:
        plan = sample(space, "diverse", n=n, seed=n)
    assert len(plan) == n == plan["config_id"].n_unique()
    valid = {frozenset(f) for f in every}
    for row in plan.iter_rows(named=True):
        assert frozenset(f for f in space.features if row[f]) in valid
