"""Problems kept out: drawn once by the seed, none lost, none on both sides."""

import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import load_recorded, load_workload
from pimp_tui.workload.holdout import keep_out, part


@pytest.mark.parametrize(("limit", "fraction", "kept"), [(32, 0.3, 10), (2, 0.01, 1), (3, 0.99, 2)])
def test_every_problem_is_on_one_side(limit, fraction, kept):
    whole = load_workload("micro-coder", limit)
    used, out = keep_out(whole, fraction, seed=4)
    assert len(out) == kept and not set(used) & set(out)
    assert sorted(used + out) == sorted(whole.by_id)
    assert (used, out) == keep_out(whole, fraction, seed=4)
    assert list(part(whole, out).by_id) == out


def test_another_seed_keeps_others_out():
    whole = load_workload("micro-coder")
    assert keep_out(whole, 0.3, 0)[1] != keep_out(whole, 0.3, 1)[1]


def test_a_recorded_part_is_loaded_again_and_checked():
    whole = load_workload("micro-coder", 6)
    used, _ = keep_out(whole, 0.5, 0)
    recorded = {"id": "micro-coder", "hash": whole.hash, "task_ids": used}
    assert list(load_recorded(recorded, 6).by_id) == used
    with pytest.raises(UserError, match="no task 'gone'"):
        load_recorded(recorded | {"task_ids": ["gone"]}, 6)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.3, float("nan"), float("inf")])
def test_no_share(fraction):
    with pytest.raises(UserError, match="no share of problems"):
        keep_out(load_workload("micro-coder"), fraction, 0)


def test_a_single_problem_cannot_be_parted():
    with pytest.raises(UserError, match="1 problem"):
        keep_out(load_workload("micro-coder", 1), 0.3, 0)
