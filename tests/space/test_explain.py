"""Why something is forced, and what to clear to allow it: against brute force."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pimp_tui.errors import Contradiction
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


@quick
@given(feature_models(), st.data())
def test_completion_has_the_fewest_features(model: RandomModel, data: st.DataObject) -> None:
    choice, every = chosen_from(model, data)
    fitting = agree(every, choice.literals())
    found = choice.complete()
    assert found in fitting and len(found) == min(map(len, fitting))


BOUND = """features
    R
        mandatory
            beams {option 'num_beams'}
                alternative
                    one {value 1, default true}
                    four {value 4}
            cache {option 'cache'}
                alternative
                    dynamic {default true}
                    quantized
                    offloaded
        optional
            Host
                optional
                    cuda
constraints
    // probe: beams_quantized — "beams need a cache that can be reordered": said by generate. More.
    four => !quantized
    offloaded => cuda
    // host: no device
    !cuda
"""


def test_reasons_are_plain_words_with_what_to_clear() -> None:
    choice = load_space(BOUND.replace("Host", "Hosts")).configure()
    choice.select("quantized")
    assert choice.explain("four") == [
        "num_beams=4 needs cache≠quantized, which you selected (line 19: "
        '"beams need a cache that can be reordered": said by generate)'
    ]
    assert choice.to_allow("four") == ["quantized"] and choice.never("four") == []
    assert choice.explain("quantized") == ["you selected cache=quantized"]
    assert choice.to_allow("offloaded") == []
    assert choice.never("offloaded") == ["cache=offloaded needs cuda (line 20)",
                                         "host: no cuda (no device)"]  # fmt: skip
    with pytest.raises(Contradiction, match="num_beams=4 cannot be selected") as caught:
        choice.select("four")
    assert caught.value.mend == "clear cache=quantized"
    assert all(len(line) < 200 for line in caught.value.lines())


def test_choices_that_clash_are_named() -> None:
    choice = load_space(BOUND.replace("Host", "Hosts")).configure()
    choice.select("one")
    with pytest.raises(Contradiction, match=r"you selected num_beams=4 \(four\) and c") as caught:
        choice.replace({"cuda": False, "four": True, "quantized": True})
    assert len(caught.value.reasons) == 1 and "quantized" in caught.value.reasons[0]
    assert choice.literals() == {"one": True}


def test_completion_is_nearest_to_the_defaults() -> None:
    space = load_space(BOUND.replace("Host", "Hosts"))
    choice = space.configure()
    assert choice.complete() == space.default_configuration()
    choice.select("four")
    assert {"four", "dynamic"} <= choice.complete() and choice.literals() == {"four": True}
    choice.clear()
    choice.select("quantized")
    assert {"one", "quantized"} <= choice.complete() and space.is_valid(choice.complete())


def test_long_notes_become_short_reasons() -> None:
    from pimp_tui.space.why.words import short_note

    long = "probe: some_name — " + "it says a lot " * 20
    assert len(short_note(long)) <= 80 and short_note(long).endswith("…")
    assert short_note('probe: x — "abc" is missing; and more') == '"abc" is missing'
    assert short_note("for safety") == "for safety" and short_note(None) == ""
