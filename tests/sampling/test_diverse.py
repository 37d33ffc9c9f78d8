"""Distance-based sampling: rows far from each other, values used evenly."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.random import default_rng

from pimp_tui.sampling import sample
from pimp_tui.sampling.diverse import _pool, select_spread
from pimp_tui.sampling.items import item_matrix, items_of
from pimp_tui.sampling.registry import Order
from pimp_tui.space import UvlText, load_space
from tests.sampling.helpers import quick
from tests.space.random_models import RandomModel, feature_models


def nearest_pair(codes: np.ndarray) -> int:
    return min((int((a != b).sum()) for a, b in combinations(codes, 2)), default=99)


@quick
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(0, 3))
def test_each_next_row_is_the_farthest(seed: int, n: int, start: int) -> None:
    rng = np.random.default_rng(seed)
    codes = np.unique(rng.integers(0, 4, size=(60, 6)), axis=0)
    given_, codes = codes[:start], codes[start:]
    chosen = select_spread(codes, n, given_)
    assert len(set(chosen)) == n
    for k in range(n):
        before = np.concatenate([given_, codes[chosen[:k]]])
        if not len(before):
            continue
        distance = (codes[:, None] != before[None]).sum(axis=2).min(axis=1)
        assert distance[chosen[k]] == distance.max()


@quick
@given(feature_models(most=9), st.integers(2, 6), st.integers(0, 99))
def test_rows_keep_from_the_given_ones(model: RandomModel, n: int, seed: int) -> None:
    every = model.configurations()
    concrete = {node.name for node in model.root.walk() if not node.abstract}
    assume(n + 2 <= len({f & concrete for f in every}))
    space = load_space(model.text())
    start = sample(space, "diverse", n=2, seed=seed)
    plan = sample(space, "diverse", n=n + 2, seed=seed + 1, extend=start)
    assert plan["config_id"].n_unique() == n + 2 and plan.head(2).equals(start)
    assert plan.equals(sample(space, "diverse", n=n + 2, seed=seed + 1, extend=start))


def test_rare_values_are_drawn_too() -> None:
    """v1 to v3 are one configuration each of 2^16 + 3: a uniform draw hardly ever holds them, but
    what diverse chooses from does, with and without a diagram."""
    values = "".join(f"          v{i} {{value {i}}}\n" for i in range(4))
    marks = "".join(f"      m{i} {{option 'm{i}', value true}}\n" for i in range(16))
    rules = "".join(f"  m{i} => v0\n" for i in range(16))
    space = load_space(UvlText(
        f"features\n  R {{abstract}}\n    mandatory\n      v {{abstract, option 'v'}}\n"
        f"        alternative\n{values}    optional\n{marks}constraints\n{rules}"
    ))  # fmt: skip
    assert set(sample(space, "uniform", n=24, seed=1)["v"]) == {0}
    items = items_of(space, "options")
    for _ in range(2):
        pool = _pool(space, Order(24, 2, 1, (), "options", 5.0), items, 2_000, default_rng(1))
        assert item_matrix(items, pool).any(axis=0)[:4].all()
        space = load_space(space.text)
        space.reasoner._tried_seconds = float("inf")


def test_a_small_space_is_drawn_whole() -> None:
    kids = "".join(f"      K{i}\n" for i in range(11))
    space = load_space(f"features\n  R\n    optional\n{kids}constraints\n  K0 => K1\n")
    every = space.count() or 0
    plan = sample(space, "diverse", n=every, seed=1)
    assert every == 1536 == plan["config_id"].n_unique()


def test_rows_lie_farther_apart_than_uniform_ones() -> None:
    kids = "".join(f"      K{i}\n" for i in range(20))
    rules = "constraints\n  K0 => K1\n  K2 | K3\n  !(K4 & K5)\n"
    space = load_space(f"features\n  R\n    optional\n{kids}{rules}")

    def apart(plan: pl.DataFrame) -> int:
        return nearest_pair(plan.select(space.features).to_numpy())

    for seed in range(3):
        assert apart(sample(space, "diverse", n=10, seed=seed)) > apart(
            sample(space, "uniform", n=10, seed=seed)
        )
