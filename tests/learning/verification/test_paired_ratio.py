"""Intervals of ratios hold repeats and problems, checked against many campaigns of known truth."""

import numpy as np
import pytest

from pimp_tui.learning.verification.paired_ratio import ratio_account
from pimp_tui.learning.verification.problem_spread import variance_of_problem

PICK, CONTROL = "a", "b"


def campaign(random, problems, repeats, ratio, of_repeat=0.02):
    """(pick, control) totals of each repeat, and what each problem took, of fresh problems.

    Over all problems there could be, the pick takes ``ratio`` of the control's time; on a single
    one it is anything between half and one and a half of that.
    """
    usual = random.lognormal(0.0, 0.5, problems)
    own = ratio * usual * random.uniform(0.5, 1.5, problems)
    noise = np.exp(of_repeat * random.standard_normal((2, repeats)))
    pairs = list(zip(own.sum() * noise[0], usual.sum() * noise[1], strict=True))
    sums = {
        name: {"latency_s": {f"t{at}": value for at, value in enumerate(each)}}
        for name, each in ((PICK, own), (CONTROL, usual))
    }
    return pairs, variance_of_problem(sums, "duration_s", PICK, CONTROL)


@pytest.mark.parametrize(("problems", "repeats"), [(12, 3), (60, 3), (60, 10)])
def test_the_interval_of_a_ratio_covers_the_ratio_over_all_problems(problems, repeats):
    random = np.random.default_rng(problems + repeats)
    hits, blind = 0, 0
    for _ in range(600):
        pairs, of_problem = campaign(random, problems, repeats, ratio=0.7)
        row = ratio_account(None, [], pairs, of_problem)
        hits += row["found_lower"] <= 0.7 <= row["found_upper"]
        narrow = ratio_account(None, [], pairs)
        blind += narrow["found_lower"] <= 0.7 <= narrow["found_upper"]
    assert 0.91 <= hits / 600 <= 0.99
    assert blind / 600 < 0.85, "repeats alone are too sure of themselves"


@pytest.mark.parametrize("apart", [True, False])
def test_a_promise_that_is_true_is_rarely_called_broken(apart):
    random, problems, hits = np.random.default_rng(7), 30, 0
    for _ in range(600):
        pairs, of_problem = campaign(random, problems, 3, ratio=0.7)
        # what was promised is true of the problems that it was learnt from
        learnt = campaign(random, 50, 3, ratio=0.7)[0] if apart else pairs
        usual = [control for _, control in learnt]
        promised = 0.7 * np.mean(usual) if not apart else np.mean([own for own, _ in learnt])
        if not apart:
            promised = np.exp(np.mean(np.log([a / b for a, b in pairs]))) * np.mean(usual)
        row = ratio_account(promised, usual, pairs, of_problem, 50 if apart else None)
        hits += row["off_lower"] <= 0.0 <= row["off_upper"]
    assert hits / 600 >= 0.92


def sums_of(**columns):
    return {PICK: {name: left for name, (left, _) in columns.items()},
            CONTROL: {name: right for name, (_, right) in columns.items()}}  # fmt: skip


def test_the_variance_of_a_problem_is_that_of_its_share():
    times = ({"x": 1.0, "y": 3.0}, {"x": 2.0, "y": 2.0})
    tokens = ({"x": 10.0, "y": 30.0}, {"x": 20.0, "y": 20.0})
    sums = sums_of(latency_s=times, tokens_out=tokens)
    assert variance_of_problem(sums, "energy_j", PICK, CONTROL) == (pytest.approx(0.5), 2)
    assert variance_of_problem(sums, "tokens_per_s", PICK, CONTROL) == (pytest.approx(0.0), 2)
    for metric in ("peak_memory_bytes", "idle_power_w", "ttft_s"):
        assert variance_of_problem(sums, metric, PICK, CONTROL) == (0.0, 0)
    assert variance_of_problem(sums, "duration_s", PICK, "nobody") == (0.0, 0)
    lonely = sums_of(latency_s=({"x": 1.0}, {"x": 2.0}))
    assert variance_of_problem(lonely, "duration_s", PICK, CONTROL) == (0.0, 0)


def test_a_single_pair_tells_no_interval_and_no_pair_nothing():
    row = ratio_account(1.0, [2.0, 2.0], [(1.2, 2.0)], (0.1, 30))
    assert row == {"expected": 0.5, "found": pytest.approx(0.6), "off": pytest.approx(0.2)}
    assert ratio_account(None, [2.0], []) == {}
    assert ratio_account(1.0, [0.0], []) == {}
