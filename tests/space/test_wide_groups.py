"""Groups so wide that a counter for each number would not fit."""

from __future__ import annotations

import pytest

from pimp_tui.space import load_space
from pimp_tui.space.load import UvlText
from pimp_tui.space.space import Space

WIDTH, LOW, HIGH = 500, 180, 220


@pytest.fixture(scope="module")
def space() -> Space:
    lines = "".join(f"            f{i}\n" for i in range(WIDTH))
    return load_space(UvlText(f"features\n    R\n        [{LOW}..{HIGH}]\n{lines}"))


@pytest.mark.parametrize("selected", [0, LOW - 1, LOW, HIGH, HIGH + 1, WIDTH])
def test_bounds_hold_exactly(space: Space, selected: int) -> None:
    literals = [space.variable(f"f{i}") * (1 if i < selected else -1) for i in range(WIDTH)]
    assert space.satisfiable(literals) == (LOW <= selected <= HIGH)


def test_the_last_one_allowed_forces_the_rest_off(space: Space) -> None:
    states = space.states([space.variable(f"f{i}") for i in range(HIGH)])
    assert states is not None
    assert (states[1 + HIGH :] == -1).all()
    assert space.states([-space.variable(f"f{i}") for i in range(WIDTH - LOW + 1)]) is None
