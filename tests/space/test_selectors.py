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


def test_values_and_names_that_hold_commas_survive_a_split_at_commas():
    """As `run --select` splits: the pieces that mean nothing alone are put together again."""
    text = TEXT + "            \"a,b\" {option 'tag', value 'x, y'}\n            c\n"
    own = load_space(UvlText(text))
    for given, chosen in (
        (["extra=[8", "1.5]"], {"extra"}),
        (["a", "b", "k=2"], {"a,b", "k2"}),
        (["tag=x", "y", "c"], {"a,b", "c"}),
        (["c", "extra=[8", "1.50]", "mode=slow"], {"c", "extra", "slow"}),
    ):
        assert set(configure(own, given).literals()) == chosen
        assert not any(configure(own, (), given).literals().values())
    with pytest.raises(UserError, match="no feature d"):
        configure(own, ["c", "d", "k=2"])
    with pytest.raises(UserError, match="no value"):
        configure(own, ["extra=[9", "1.5]"])
