"""Why something is forced, and what to clear to allow it: against brute force."""

from __future__ import annotations

from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pimp_tui.space import Choice, load_space
from tests.space.random_models import RandomModel, feature_models

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def chosen_from(model: RandomModel, data: st.DataObject) -> tuple[Choice, list[frozenset[str]]]:
    """Some toggles towards a valid configuration, and all configurations."""
    every = model.configurations()
    assume(every)
    goal = data.draw(st.sampled_from(every))
    names = data.draw(st.lists(st.sampled_from(model.names), min_size=1, max_size=5, unique=True))
    choice = load_space(model.text()).configure()
    for name in names:
        choice.select(name) if name in goal else choice.deselect(name)
    return choice, every


def agree(every: list[frozenset[str]], choices: dict[str, bool]) -> list[frozenset[str]]:
    return [one for one in every if all((f in one) == v for f, v in choices.items())]


@quick
@given(feature_models(), st.data())
def test_what_to_clear_is_the_least_that_helps(model: RandomModel, data: st.DataObject) -> None:
    choice, every = chosen_from(model, data)
    literals = choice.literals()
    for feature, state in choice.states().items():
        wanted = state != "selected"
        cleared = choice.to_allow(feature)
        possible = [one for one in every if (feature in one) == wanted]
        if not possible:
            assert cleared == [] and choice.never(feature)
            continue
        assert not choice.never(feature)
        left = {f: v for f, v in literals.items() if f not in cleared}
        assert agree(possible, left)
        for fewer in combinations(literals, len(cleared) - 1) if cleared else ():
            assert not agree(possible, {f: v for f, v in literals.items() if f not in fewer})
        if state == "undecided":
            assert cleared == []
