"""The t-wise sampler: one plan for a seed, an end in time, all covered, the best rows first."""

from __future__ import annotations

import time
from itertools import count
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, effort, sample, triples, twise
from pimp_tui.sampling.effort import Care, Effort
from pimp_tui.sampling.greedy import chosen_of_list
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.items import distinct_items, items_of
from pimp_tui.sampling.pairs import _by_blocks
from pimp_tui.space import Space, load_space


def model(alternatives: tuple[int, ...], optional: int) -> Space:
    """Alternative groups beside optional features, some of which are tied together."""
    lines = ["features", "  R", "    mandatory"]
    for g, size in enumerate(alternatives):
        lines += [f"      G{g}", "        alternative"]
        lines += [f"          g{g}v{k}" for k in range(size)]
    lines += ["    optional", *(f"      o{k}" for k in range(optional)), "constraints"]
    lines += [f"  o{k} => o{k + 1}" for k in range(0, optional - 1, 3)]
    return load_space("\n".join(lines) + "\n")


def test_a_slow_machine_gives_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    space = model((6, 5, 4), 12)
    space.count()

    def on_a_machine(tick: float, seed: int = 3) -> pl.DataFrame:
        ticks = count()
        clock = SimpleNamespace(monotonic=lambda: tick * next(ticks))
        monkeypatch.setattr(effort, "time", clock)
        monkeypatch.setattr(twise, "time", clock)
        return sample(space, "twise", seed=seed, seconds=1)

    plan = on_a_machine(0.0)
    assert on_a_machine(1e-3).equals(plan)
    assert not on_a_machine(0.0, seed=4).equals(plan)
    assert coverage(space, on_a_machine(1.0))["coverage"] == 1  # far behind, but whole


@pytest.mark.parametrize("t", [2, 3])
def test_haste_still_covers_everything(t: int) -> None:
    space = model((18, 16) if t == 2 else (7, 6, 5), 24 if t == 2 else 6)
    began = time.process_time()
    plan = sample(space, "twise", t=t, seed=1, seconds=0.05)
    assert time.process_time() - began < 8  # carefully it takes several times that
    answer = coverage(space, plan, t=t)
    assert answer["coverage"] == 1 and answer["invalid_configurations"] == 0
    least = 18 * 16 if t == 2 else 7 * 6 * 5
    assert least <= len(plan) <= 1.5 * least


def test_the_first_rows_cover_most() -> None:
    space = model((6, 5, 4), 12)
    whole = len(sample(space, "twise", seconds=1))
    shares = [coverage(space, sample(space, "twise", n=n, seconds=1))["coverage"]
              for n in (1, whole // 4, whole // 2, whole)]  # fmt: skip
    assert shares == sorted(shares) and shares[2] > 0.75
    drawn = coverage(space, sample(space, "uniform", n=whole // 2, seed=1))["coverage"]
    assert shares[2] > drawn + 0.02


def test_equal_and_fixed_literals_are_left_out() -> None:
    space = load_space(
        "features\n  R\n    mandatory\n      A\n    optional\n      B\n        mandatory\n"
        "          C\n      D\n      E\nconstraints\n  D <=> !E\n"
    )
    left = {item.name for item in distinct_items(space, "literals", [], 2)}
    assert left == {"B", "D"}
    # Too few for triples, and for pairs under a choice: then all stay.
    every = items_of(space, "literals")
    assert distinct_items(space, "literals", [], 3) == every
    assert distinct_items(space, "literals", [space.variable("B")], 2) == every
    for t in (1, 2, 3):
        plan = sample(space, "twise", t=t, seconds=0.2, interactions="literals")
        assert coverage(space, plan, t=t, interactions="literals")["coverage"] == 1


def test_both_ways_to_choose_rows_agree() -> None:
    rng = np.random.default_rng(0)
    held = rng.random((12, 14)) < 0.5
    left = np.triu(rng.random((14, 14)) < 0.6, k=1)
    left = (left | left.T).astype(np.float32)
    gains = np.array([left[np.ix_(row, row)].sum() / 2 for row in held])
    first, second = np.nonzero(np.triu(left))
    by_list, done = chosen_of_list(held, [first, second], 3.0)
    after = left.copy()
    assert _by_blocks(held, gains, after, 3.0) == by_list
    assert after.sum() == left.sum() - 2 * done.sum()


def test_what_would_take_hours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    space = model((3, 3), 4)
    monkeypatch.setattr(triples, "_MOST_CELLS", 100)
    with pytest.raises(UserError, match="too many interactions of 3"):
        sample(space, "twise", t=3)
    space = model((3, 3), 4)
    space.reasoner._tried_seconds = float("inf")  # no diagram
    assert coverage(space, sample(space, "twise", seconds=0.2))["coverage"] == 1
    monkeypatch.setattr(twise, "_MOST_BY_SAT", 0.0)
    with pytest.raises(UserError, match="SAT alone"):
        sample(space, "twise", seconds=1e-9)


def test_care_falls_with_what_is_left() -> None:
    space = model((3, 3), 4)
    space.count()  # compiles the diagram
    budget = Effort(Interactions(space, items_of(space, "literals"), []), 100.0)
    cares: list[Care] = []
    for counted in (0.0, 50.0, 90.0):
        budget.counted = counted
        cares.append(budget.care())
    assert [c.share for c in cares] == sorted((c.share for c in cares), reverse=True)
    assert cares[0].steps > cares[1].steps > cares[2].steps
    assert budget.steps_left(24, 0.8) == 0 and not budget.over
