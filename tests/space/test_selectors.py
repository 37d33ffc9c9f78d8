"""Naming features on a command line."""

import pytest

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.space import UvlText, load_space
from pimp_tui.space.selectors import configure, features_named

TEXT = """features
    R {abstract}
        mandatory
            k {abstract, option 'k'}
                alternative
                    k1 {value 1, default true}
                    k2 {value 2}
            mode {abstract, option 'mode'}
                alternative
                    fast {value 'fast', default true}
                    slow {value 'slow'}
        optional
            extra {option 'extra', value [8, 1.5]}
"""


@pytest.fixture(scope="module")
def space():
    return load_space(UvlText(TEXT))


def test_names_values_and_options(space):
    assert features_named(space, "k1") == ["k1"]
    assert features_named(space, "k=2") == ["k2"]
    assert features_named(space, "mode = slow") == ["slow"]
    assert features_named(space, "extra=[8, 1.5]") == ["extra"]
    assert features_named(space, "k") == ["k"]  # a feature's own name goes before an option's


@pytest.mark.parametrize("text", ["k=3", "mod", "mod=slow", "k2x"])
def test_what_means_nothing_is_told(space, text):
    with pytest.raises(UserError):
        features_named(space, text)


def test_configure(space):
    choice = configure(space, ["k=2"], ["mode=fast", "extra"])
    states = choice.states()
    assert states["k2"] == states["slow"] == "selected" and states["extra"] == "deselected"
    with pytest.raises(Contradiction):
        configure(space, ["k=1", "k=2"])
