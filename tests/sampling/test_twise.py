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
from pimp_tui.sampling.bound import lower_bound
from pimp_tui.sampling.effort import Care, Effort
from pimp_tui.sampling.greedy import chosen_of_list
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.items import distinct_items, items_of
from pimp_tui.sampling.pairs import _by_blocks
from pimp_tui.space import Space, UvlText, load_space


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


@pytest.mark.parametrize("t", [1, 2, 3])
@pytest.mark.parametrize("seconds", [1e-6, 1.0])
def test_without_a_diagram_sat_covers_everything(t: int, seconds: float) -> None:
    text = (
        "features\n  R {abstract}\n    mandatory\n"
        "      n {abstract, option 'n'}\n        alternative\n"
        + "".join(f"          n{k} {{value {k}}}\n" for k in range(4))
        + "    optional\n      many {abstract, option 'many'}\n        alternative\n"
        + "".join(f"          m{k} {{value {k}}}\n" for k in range(30))
        + "      x {option 'x', value 1}\n      y {option 'y', value 1}\n"
        "constraints\n  x => n0 | n3\n  y & m4 => !x\n"
    )
    for kind in ("options", "literals") if t < 3 else ("options",):
        space = load_space(UvlText(text))
        space.reasoner._tried_seconds = float("inf")  # no diagram
        plan = sample(space, "twise", t=t, seconds=seconds, interactions=kind)
        assert space.reasoner.known is None
        answer = coverage(space, plan, t=t, interactions=kind)
        assert answer["coverage"] == 1 and answer["invalid_configurations"] == 0


def test_items_that_are_conjunctions_are_settled_together() -> None:
    """Two options are unset together only where a third is set."""
    lines = ["features", "  R {abstract}", "    optional"]
    for name in "abcd":
        lines += [f"      {name} {{abstract, option '{name}'}}", "        or"]
        lines += [f"          {name}{k} {{value {k}}}" for k in range(2)]
    lines += ["constraints", "  a0 | a1 | b0 | b1 | c0", "  c1 => d0 | d1"]
    space = load_space(UvlText("\n".join(lines) + "\n"))
    for seconds in (0.05, 1.0):
        plan = sample(space, "twise", t=3, seconds=seconds)
        answer = coverage(space, plan, t=3)
        assert answer["coverage"] == 1 and answer["covered"] == answer["valid_interactions"]


def test_progress_is_told_and_may_end_it() -> None:
    space = model((6, 5, 4), 12)

    class Enough(Exception):
        pass

    for t, method in ((2, "twise"), (3, "twise"), (2, "diverse"), (2, "yasa"), (2, "icpl")):
        told: list[str] = []

        def tell(what: str, share: float | None, told: list[str] = told) -> None:
            told.append(what)
            assert share is None or -0.01 <= share <= 1.01
            if len(told) == 3:
                raise Enough

        with pytest.raises(Enough):
            sample(space, method, t=t, n=5 if method == "diverse" else None, progress=tell)
        assert len(told) == 3
    shares: list[float] = []
    lower_bound(space, seconds=0.3, progress=lambda _, share: shares.append(share or 0.0))
    assert len(shares) > 2 and shares == sorted(shares)


def test_care_falls_with_what_is_left() -> None:
    space = model((3, 3), 4)
    space.count()  # compiles the diagram
    budget = Effort(Interactions(space, items_of(space, "literals"), []), 100.0)
    cares: list[Care] = []
    for counted in (0.0, 50.0, 90.0):
        budget.counted = counted
        cares.append(budget.care())
    assert [c.share for c in cares] == sorted((c.share for c in cares), reverse=True)
    assert cares[0].steps > cares[1].steps and cares[0].share > cares[2].share
    assert budget.steps_left(24, 0.8) == 0 and not budget.over
