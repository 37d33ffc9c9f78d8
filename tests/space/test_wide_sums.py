"""Sums and bounds over many features: exact, and answered in time that grows with their number."""

from __future__ import annotations

import random
import time
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.space import load_space
from pimp_tui.space.formulas import clauses, wide
from pimp_tui.space.formulas.clauses import ClauseMaker
from pimp_tui.space.formulas.logic import card, conj, disj, holds, iff, linear, negate
from pimp_tui.space.load import UvlText
from pimp_tui.space.solving.sat import sat_solver

MOST_CPU_S = 30.0  # by the processor; most take one or two, and none ended before


@st.composite
def demands(draw: st.DrawFn) -> tuple[int, list[Any]]:
    """A number of variables and formulas over them that count and sum."""
    n = draw(st.integers(2, 6))
    literals = [v * s for v, s in enumerate(draw(st.tuples(*[st.sampled_from([-1, 1])] * n)), 1)]

    def atom() -> Any:
        kind = draw(st.integers(0, 3))
        if kind == 0:
            return draw(st.sampled_from(literals))
        low = draw(st.integers(-30, 30))
        high = draw(st.sampled_from([low, low + 9, 1000]))
        if kind == 1:
            return card(max(0, low % n), max(0, high % n), literals)
        return linear(low, high, draw(st.tuples(*[st.integers(-9, 12)] * n)), literals)

    join = {
        "or": lambda a, b: disj([a, b]),
        "and": lambda a, b: conj([a, b]),
        "iff": iff,
        "neither": lambda a, b: negate(disj([a, b])),
    }
    kinds = draw(st.lists(st.sampled_from(sorted(join)), min_size=1, max_size=3))
    return n, [join[kind](atom(), atom()) for kind in kinds]


@settings(max_examples=150, deadline=None)
@given(demands(), st.sampled_from([0, 40]), st.sampled_from([3, 8, 100]), st.randoms())
def test_wide_constraints_are_exact(
    demand: tuple[int, list[Any]], most_exact: int, rounded: int, rng: random.Random
) -> None:
    n, formulas = demand
    rows = np.array(list(product([False, True], repeat=n)))
    valid = np.all([holds(f, rows) for f in formulas], axis=0)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_MOST_NODES", "_MOST_COUNTERS", "_MOST_CLAUSES"):
            patch.setattr(clauses, name, 0)
        patch.setattr(wide, "_MOST_EXACT", most_exact)
        patch.setattr(wide, "_ROUNDED", rounded)
        maker = ClauseMaker(n)
        made = [c for f in formulas for c in maker.clauses(f)]
    with sat_solver(made) as sat:
        signed = np.where(rows, 1, -1) * np.arange(1, n + 1)
        assert [sat.solve(row) for row in signed.tolist()] == valid.tolist()
        for _ in range(4):
            some = [v * rng.choice([-1, 1]) for v in range(1, n + 1) if rng.random() < 0.5]
            sat.set_phases([v * rng.choice([-1, 1]) for v in range(1, n + 1)])
            fits = valid.copy()
            for x in some:
                fits &= signed[:, abs(x) - 1] == x
            assert sat.solve(some) == fits.any()
            if fits.any():
                assert valid[(signed == sat.get_model()[:n]).all(axis=1)].all()


def shop(n: int, prices: str, group: str, constraint: str) -> UvlText:
    rng = random.Random(1)
    price = {
        "whole": lambda: rng.randint(1, 100),
        "halves": lambda: rng.randint(2, 200) / 2,
        "negative": lambda: rng.randint(-100, 100),
        "few": lambda: rng.choice([1, 2, 5]),
    }[prices]
    lines = [
        "features",
        "\tR",
        f"\t\t{group}",
        *(f"\t\t\tF{i} {{price {price()}}}" for i in range(n)),
    ]
    return UvlText("\n".join([*lines, "constraints", f"\t{constraint}"]) + "\n")


@pytest.mark.parametrize(
    ("prices", "group", "constraint"),
    [
        ("whole", "optional", "sum(price) < 8000"),
        ("halves", "or", "sum(price) < 8000.5"),
        ("negative", "optional", "sum(price) < 0"),
        ("few", "optional", "sum(price) < 500"),
        ("whole", "or", "avg(price) > 60"),
    ],
)
def test_a_sum_over_many_features(prices: str, group: str, constraint: str) -> None:
    began = time.process_time()
    space = load_space(shop(1000, prices, group, constraint))
    states = space.states([])
    assert states is not None and states[0] == 1 and not states[1:].any()
    assert time.process_time() - began < MOST_CPU_S


@pytest.mark.slow
def test_a_sum_is_exact_to_the_last_coin_and_says_why() -> None:
    began = time.process_time()
    lines = [f"\t\t\tF{i} {{price {100 + i}}}" for i in range(1000)]
    text = ["features", "\tR", "\t\toptional", *lines, "constraints", "\tsum(price) < 20000"]
    space = load_space(UvlText("\n".join(text) + "\n"))
    chosen = {f"F{i}": True for i in range(981, 999)}  # 19,611 in all: 388 are left
    literals = [space.variable(f) for f in chosen]
    assert space.satisfiable([*literals, space.variable("F288")])
    assert not space.satisfiable([*literals, space.variable("F289")])
    assert space.clash(chosen, "F288", True) is None
    states = space.states(literals)
    assert states is not None
    off = {i for i in range(1000) if states[space.variable(f"F{i}") - 1] < 0}
    assert off == {*range(289, 981), 999}
    clash = space.clash(chosen, "F999", True)
    assert clash is not None and "sum(price) < 20000" in str(clash)
    assert time.process_time() - began < MOST_CPU_S


def test_three_groups_of_thousands() -> None:
    began = time.process_time()
    lines = ["features", "\tR", "\t\tmandatory"]
    for g in "ABC":
        lines += [f"\t\t\t{g}", "\t\t\t\t[10..200]", *(f"\t\t\t\t\t{g}{i}" for i in range(2000))]
    choice = load_space(UvlText("\n".join(lines) + "\n")).configure()
    for i in range(200):
        choice.select(f"A{i}")
    states = choice.states()
    assert states["A200"] == states["A1999"] == "deselected" and states["B0"] == "undecided"
    assert time.process_time() - began < MOST_CPU_S
