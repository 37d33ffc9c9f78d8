"""The lower bound of covering plans: above no plan, and reached where the optimum is known."""

from __future__ import annotations

import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.sampling import sample
from pimp_tui.sampling.bound import exclusive_set, lower_bound
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.items import items_of
from pimp_tui.space import Space, UvlText, load_space
from tests.space.random_models import RandomModel, feature_models
from tests.space.shop import HOST, INFERENCE, write_model

quick = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def alternatives(*sizes: int) -> Space:
    """Alternative groups side by side, without a constraint."""
    lines = ["features", "  R", "    mandatory"]
    for g, size in enumerate(sizes):
        lines += [f"      G{g}", "        alternative"]
        lines += [f"          g{g}v{k}" for k in range(size)]
    return load_space("\n".join(lines) + "\n")


@quick
@given(feature_models(most=8), st.integers(1, 3), st.booleans())
def test_no_plan_is_smaller(model: RandomModel, t: int, diagram: bool) -> None:
    every = [frozenset(c) for c in model.configurations()]
    assume(every)
    space = load_space(model.text())
    if not diagram:
        space.reasoner._tried_seconds = float("inf")
    whole = Interactions(space, items_of(space, "literals"), [])
    found = exclusive_set(whole, t, 0.05, time.monotonic() + 0.05, seed=1)
    rows = np.array([space.to_row(c) for c in every])
    held = whole.held(rows)
    for member in found:  # valid, and of t different features
        assert held[:, list(member)].all(axis=1).any()
        assert len({whole.items[i].owner for i in member}) == t
    for a, b in combinations(found, 2):  # no configuration holds both
        assert not held[:, [*a, *b]].all(axis=1).any()
    assume(len(space.features) >= t)
    plan = sample(space, "twise", t=t, seed=2, seconds=0.1)
    assert 1 <= max(1, len(found)) <= len(plan) <= len(every)


@pytest.mark.parametrize(
    ("sizes", "t", "optimum"),
    [((5, 4, 3), 1, 5), ((5, 4, 3), 2, 20), ((4, 3, 3), 3, 36), ((2, 2, 2), 2, 4)],
)
def test_the_optimum_of_alternatives(sizes: tuple[int, ...], t: int, optimum: int) -> None:
    space = alternatives(*sizes)
    assert lower_bound(space, t, seconds=1.0) == optimum
    if t < 3:
        assert len(sample(space, "twise", t=t, seconds=1.0)) == optimum


def test_exclusion_by_three_items_is_seen() -> None:
    # Two of the five at most: each two need a row of their own.
    kids = "".join(f"      K{i}\n" for i in range(5))
    space = load_space(f"features\n  R\n    [0..2]\n{kids}")
    bound = lower_bound(space, 2, seconds=0.5)
    assert bound == 10 == len(sample(space, "twise", seconds=1.0))


@pytest.mark.slow
def test_a_choice_and_the_kind_of_interactions_count(tmp_path: Path) -> None:
    model = write_model(tmp_path / "small", 4)
    space = load_space(UvlText(INFERENCE), host=HOST, models=[str(model)])
    choice = space.configure()
    choice.select("greedy")
    for kind in ("options", "literals"):
        for t in (1, 2, 3):
            bound = lower_bound(space, t, kind, choice, seconds=0.5)
            plan = sample(space, "twise", t, within=choice, seconds=0.5, interactions=kind)
            assert 1 <= bound <= len(plan)
            assert bound <= lower_bound(space, t, kind, seconds=0.5)
    assert lower_bound(space, 2, "options", seconds=0.5) >= len(sample(space, seconds=1.0)) - 1


def test_one_option_alone_needs_a_row() -> None:
    assert lower_bound(load_space("features\n  R\n"), 2, seconds=0.2) == 1


@pytest.mark.parametrize("bad", [{"t": 0}, {"t": 4}, {"seconds": 0}, {"interactions": "x"}])
def test_bad_arguments(bad: dict) -> None:
    with pytest.raises(UserError):
        lower_bound(alternatives(2, 2), **bad)
