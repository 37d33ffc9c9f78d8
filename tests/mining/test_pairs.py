"""Which pairs are run: those that a constraint of the space forbids, and only those."""

from pimp_tui.mining.pairs import PairMaker
from pimp_tui.space import load_space
from pimp_tui.space.machine.host import HostFacts

TEXT = """features
    Root {abstract, layer 'generation'}
        mandatory
            cache {abstract, option 'cache', unset 'dynamic'}
                alternative
                    dynamic {value 'dynamic', default true}
                    static {value 'static'}
            mode {abstract}
                alternative
                    one {abstract}
                    two {abstract}
            beams {abstract, option 'beams'}
                alternative
                    beams_1 {value 1, default true}
                    beams_2 {value 2}
        optional
            length_9 {option 'length', value 9}
            depth {abstract}
                mandatory
                    depth_1 {option 'depth', value 1}
                optional
                    depth_rule {option 'rule', value 5}
            Host {abstract, layer 'host'}
                optional
                    cuda
                    bf16
constraints
    one <=> beams_1
    two => static
    length_9 => static
    static & beams_2 => cuda
    depth_1 => dynamic
"""


def maker(**host):
    facts = HostFacts({name: {"value": on, "evidence": ""} for name, on in host.items()})
    return PairMaker(load_space(TEXT, host=facts))


def pairs(found):
    return {frozenset(pair.settings.items()) for pair in found}


def test_pairs_are_forbidden_by_constraints_not_by_tree_or_host():
    of_host = maker(cuda=True)
    found = of_host.forbidden()
    assert pairs(found) == {
        frozenset({("cache", "dynamic"), ("length", 9)}),
        frozenset({("cache", "dynamic"), ("beams", 2)}),
        frozenset({("cache", "static"), ("depth", 1)}),
        frozenset({("cache", "static"), ("rule", 5)}),
        frozenset({("beams", 2), ("depth", 1)}),
        frozenset({("beams", 2), ("rule", 5)}),
        frozenset({("length", 9), ("depth", 1)}),
        frozenset({("length", 9), ("rule", 5)}),
    }
    assert of_host.by_tree == 1  # the rule without the depth that it stands under
    assert of_host.by_facts == 0


def test_what_only_the_host_forbids_is_counted_apart():
    of_host = maker(cuda=False)
    assert frozenset({("beams", 2), ("cache", "dynamic")}) not in pairs(of_host.forbidden())
    # Without CUDA two beams are not selectable at all: no pair of them is asked about.
    assert not any(("beams", 2) in pair for pair in pairs(of_host.forbidden()))


def test_a_trial_breaks_one_constraint_and_is_near_the_default():
    of_host = maker(cuda=True)
    pair = next(p for p in of_host.forbidden() if p.settings == {"beams": 2, "cache": "dynamic"})
    assert {c.text for c in pair.core} == {"one <=> beams_1", "two => static"}
    [trial] = of_host.trials(pair)
    # What says what `one` means is never lifted.
    assert [c.text for c in trial.blamed] == ["two => static"]
    assert trial.options == {
        "cache": "dynamic", "beams": 2, "length": None, "depth": None, "rule": None
    }  # fmt: skip


def test_two_constraints_in_the_way_are_lifted_together():
    space = load_space(TEXT + "    !(length_9 & depth_1)\n", host=HostFacts())
    of_space = PairMaker(space)
    pair = next(p for p in of_space.forbidden() if p.settings == {"length": 9, "depth": 1})
    [trial] = of_space.trials(pair)
    assert len(trial.blamed) > 1
    assert trial.options["length"] == 9 and trial.options["depth"] == 1
