"""What the shrinker keeps shows, and shows no more without any part of it."""

from hypothesis import given
from hypothesis import strategies as st

from pimp_tui.mining.shrink import shrink

ITEMS = list(range(14))
causes = st.lists(st.sets(st.sampled_from(ITEMS), min_size=1, max_size=4), min_size=1, max_size=4)


@given(causes)
def test_the_answer_is_one_of_the_minimal_causes(causes):
    """Monotone: it shows whenever one of the causes is there."""
    asked = []

    def shows(part):
        asked.append(part)
        return any(cause <= set(part) for cause in causes)

    found = set(shrink(ITEMS, shows))
    assert found in causes
    assert not any(cause < found for cause in causes)
    assert len(asked) < len(ITEMS) ** 2
    assert all(len(part) < len(ITEMS) for part in asked)


@given(st.sets(st.integers(0, 2**8 - 1)))
def test_any_test_leaves_a_set_that_needs_each_of_its_parts(shown):
    """Not monotone: every subset shows or not as it likes."""
    items = list(range(8))

    def shows(part):
        return len(part) == 8 or sum(1 << i for i in part) in shown

    found = shrink(items, shows)
    assert shows(found)
    assert not any(shows([j for j in found if j != i]) for i in found) or not found


@given(causes)
def test_a_single_item_is_found_by_halving(causes):
    cause = causes[0]
    asked = []

    def shows(part):
        asked.append(part)
        return cause <= set(part)

    assert set(shrink(ITEMS, shows)) == cause
    if len(cause) == 1:
        assert len(asked) <= 2 * 4 + 1


def test_nothing_is_needed_where_it_always_shows():
    assert shrink([1, 2, 3], lambda part: True) == []
    assert shrink([1], lambda part: bool(part)) == [1]
    assert shrink([], lambda part: True) == []
