"""Features settled by the tree alone: the same answers as the solver's, on random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimp_tui.space import load_space
from pimp_tui.space.load import UvlText
from pimp_tui.space.solving.plain import PlainTree
from pimp_tui.space.solving.solver import Solver
from tests.space.random_models import RandomModel, feature_models
from tests.space.test_large import tree

quick = settings(
    max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@quick
@given(feature_models(), st.data())
def test_it_agrees_with_all_configurations(model: RandomModel, data: st.DataObject) -> None:
    every = model.configurations()
    if not every:
        return
    space = load_space(model.text())
    goal = data.draw(st.sampled_from(every))
    names = data.draw(st.lists(st.sampled_from(model.names), max_size=4, unique=True))
    left = [one for one in every if all((n in one) == (n in goal) for n in names)]
    literals = [space.variable(n) * (1 if n in goal else -1) for n in names]
    for _ in range(2):  # the second time with witnesses
        states = space.reasoner.solver.propagate(literals)
        assert states is not None
        for name, state in zip(space.features, states.tolist(), strict=True):
            with_it = sum(name in one for one in left)
            assert state == (1 if with_it == len(left) else -1 if not with_it else 0), name


@pytest.mark.parametrize("seed", range(6))
def test_larger_trees_agree_with_the_solver_alone(seed: int) -> None:
    space = load_space(UvlText(tree(150, 4 + 6 * (seed % 3), seed)))
    reasoner = space.reasoner
    alone = Solver(len(space.features), reasoner.relations)
    assert PlainTree(space.model, reasoner.relations).plain.any()
    rng = np.random.default_rng(seed)
    for _ in range(8):
        given: list[int] = []
        for v in rng.permutation(len(space.features))[:6].tolist():
            literal = (v + 1) * int(rng.choice([-1, 1]))
            if alone.satisfiable([*given, literal]):
                given.append(literal)
        assert np.array_equal(reasoner.solver.propagate(given), alone.propagate(given))


def test_one_configuration_shows_a_wide_alternative() -> None:
    kids = "".join(f"\t\t\t\t\tF{i}\n" for i in range(3000))
    text = (
        f"features\n\tR\n\t\toptional\n\t\t\tG\n\t\t\t\talternative\n{kids}constraints\n\tF7 => G\n"
    )
    choice = load_space(UvlText(text)).configure()
    states = choice.states()
    assert set(states.values()) == {"undecided", "selected"} and states["F2999"] == "undecided"
    assert len(choice.space.reasoner.solver.witnesses()) < 10
    choice.select("F1500")
    assert list(choice.states().values()).count("deselected") == 2999
    assert choice.states()["G"] == "selected"
