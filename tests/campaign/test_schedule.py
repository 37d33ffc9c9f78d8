"""The order of runs is a pure function: interleaved, grouped by load, stable under resume."""

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pimp_tui.campaign.schedule import Planned, order


def plan(count: int, dtypes: int = 1) -> list[Planned]:
    return [
        Planned(f"{n:016x}", n + 1, "m", {"n": n}, {"dtype": f"d{n % dtypes}"})
        for n in range(count)
    ]


@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_every_run_once_and_repetitions_in_turn(count, repeats, dtypes, seed):
    runs = order(plan(count, dtypes), repeats, seed)
    assert len(runs) == len({(p.config_id, r) for p, r in runs}) == count * repeats
    assert [r for _, r in runs] == sorted(r for _, r in runs)
    for repetition in range(1, repeats + 1):
        keys = [p.load_key for p, r in runs if r == repetition]
        changes = sum(a != b for a, b in itertools.pairwise(keys))
        if repeats > 1:
            assert changes == len(set(keys)) - 1  # one load per group and repetition


@given(st.integers(2, 14), st.integers(1, 4), st.integers(2, 4), st.integers(0, 9))
def test_each_load_is_made_twice_and_no_more_often_than_it_is_visited(count, repeats, dtypes, seed):
    keys = [p.load_key for p, _ in order(plan(count, dtypes), repeats, seed)]
    made = [keys[0], *(key for before, key in itertools.pairwise(keys) if key != before)]
    sizes = Counter(p.load_key for p in plan(count, dtypes))
    for key, size in sizes.items():
        # A load of one configuration that is run once has nothing to be told apart.
        again = 1 if repeats == 1 and size == 1 else max(repeats, 2)
        assert made.count(key) == (again if len(sizes) > 1 else 1)


@given(st.integers(4, 12), st.integers(1, 4), st.integers(2, 3), st.integers(0, 5))
def test_every_load_is_visited_twice_at_least(count, repeats, dtypes, seed):
    runs = order(plan(count, dtypes), repeats, seed)
    if repeats > 1:  # once in each repetition
        visits = [{p.load_key for p, r in runs if r == n + 1} for n in range(repeats)]
    else:  # in halves, each a visit of every load
        many = [sum(n % dtypes == key for n in range(count)) for key in range(dtypes)]
        first = sum(-(-size // 2) for size in many)
        visits = [{p.load_key for p, _ in runs[:first]}]
        visits.append({p.load_key for p, _ in runs[first:]} | {
            p.load_key for p, _ in runs if many[p.options["n"] % dtypes] == 1
        })  # fmt: skip
    assert all(keys == visits[0] for keys in visits) and len(visits[0]) == dtypes


@given(st.integers(0, 24), st.integers(0, 3))
def test_resume_keeps_the_order_of_what_is_left(done, seed):
    whole = order(plan(8, 2), 3, seed)
    recorded = [(p.config_id, r) for p, r in whole[:done]]
    assert order(plan(8, 2), 3, seed, recorded) == whole[done:]


def test_seed_changes_the_order_and_repetitions_differ():
    first = [p.position for p, _ in order(plan(10), 1, 0)]
    assert first != [p.position for p, _ in order(plan(10), 1, 1)]
    both = [p.position for p, _ in order(plan(10), 2, 0)]
    assert both[:10] == first and both[10:] != first
