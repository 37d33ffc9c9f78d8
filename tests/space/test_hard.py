"""Questions that no SAT solver settles in time: never a hang, never a guess."""

from __future__ import annotations

import json
import random
import time
from itertools import combinations
from pathlib import Path

import pytest

from pimp_tui.cli import main
from pimp_tui.errors import Contradiction
from pimp_tui.space import load_space
from pimp_tui.space.analysis import analyse
from pimp_tui.space.load import UvlText, load_model
from pimp_tui.space.solving.budget import PATIENCE_S, Unsettled, at_most, limit, settle_within
from pimp_tui.space.solving.sat import sat_solver

MOST_CPU_S = 8.0  # by the processor, since the clock says little on a loaded machine


def flat(names: list[str], constraints: list[str]) -> UvlText:
    lines = ["features", "\tR", "\t\toptional", *(f"\t\t\t{n}" for n in names), "constraints"]
    return UvlText("\n".join([*lines, *(f"\t{c}" for c in constraints)]) + "\n")


def pigeons(pigeon_count: int, holes: int, guard: str = "") -> UvlText:
    """Every pigeon needs a hole of its own (where the guard is selected, if there is one)."""
    pigeon, hole = range(pigeon_count), range(holes)
    places = [" | ".join(f"P{i}_{j}" for j in hole) for i in pigeon]
    alone = [f"!(P{a}_{j} & P{b}_{j})" for j in hole for a, b in combinations(pigeon, 2)]
    names = [f"P{i}_{j}" for i in pigeon for j in hole]
    if guard:
        return flat([guard, *names], [f"{guard} => {place}" for place in places] + alone)
    return flat(names, places + alone)


def random_clauses(features: int, ratio: float, seed: int) -> UvlText:
    """Uniform random 3-SAT; hardest at a ratio of 4.26 clauses a variable."""
    rng = random.Random(seed)
    clauses = [
        " | ".join(rng.choice(["", "!"]) + f"F{v}" for v in rng.sample(range(features), 3))
        for _ in range(int(ratio * features))
    ]
    return flat([f"F{i}" for i in range(features)], clauses)


HARD = {"pigeonhole": pigeons(12, 11), "random": random_clauses(400, 4.26, 1)}


@pytest.fixture(params=HARD)
def void_or_not(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file of which nobody can say within a second whether it is void."""
    path = tmp_path / f"{request.param}.uvl"
    path.write_text(HARD[request.param])
    return str(path)


@pytest.fixture
def guarded(tmp_path: Path) -> str:
    """Valid, but whether G is dead cannot be told."""
    path = tmp_path / "guarded.uvl"
    path.write_text(pigeons(12, 11, "G"))
    return str(path)


def test_a_count_that_is_not_settled_is_null(
    void_or_not: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.process_time()
    assert main(["space", "count", void_or_not, "--seconds", "1", "--json"]) == 0
    assert time.process_time() - began < MOST_CPU_S
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["valid_configurations"] is answer["concrete_only"] is None
    assert answer["exact"] is False and answer["features"] > 100
    assert "has any valid configuration was not settled within 1 s" in err


@pytest.mark.parametrize("command", ["propagate", "show", "explain"])
def test_commands_say_what_was_not_settled(
    void_or_not: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--feature", "R"] if command == "explain" else []
    began = time.process_time()
    assert main(["space", command, void_or_not, "--seconds", "1", *flags]) == 2
    assert time.process_time() - began < MOST_CPU_S
    out, err = capsys.readouterr()
    assert not out
    lines = err.splitlines()
    assert lines[0].startswith("whether ") and "not settled within 1 s" in lines[0]
    assert lines[1].startswith("  mend: ") and len(lines) == 2


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (["propagate"], "what follows from the choices"),
        (["propagate", "--select", "G"], "whether these choices go together"),
        (["explain", "--feature", "G"], "what follows from the choices"),
    ],
)
def test_a_valid_model_with_a_hard_question(
    guarded: str, command: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *flags = command
    began = time.process_time()
    assert main(["space", name, guarded, "--seconds", "1", *flags]) == 2
    assert time.process_time() - began < MOST_CPU_S
    out, err = capsys.readouterr()
    assert not out and err.splitlines()[0] == f"{what} was not settled within 1 s"


def test_the_count_of_a_valid_hard_model_is_null(
    guarded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["space", "count", guarded, "--seconds", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["valid_configurations"] is None and answer["exact"] is False


def test_what_is_easy_beside_something_hard_is_answered() -> None:
    space = load_space(pigeons(12, 11, "G"))
    choice = space.configure()
    choice.deselect("G")
    with settle_within("G", 0.3), pytest.raises(Unsettled):
        space.satisfiable([space.variable("G")])
    states = choice.states()  # the solver works on after what it did not settle
    assert states["G"] == "deselected" and states["P3_4"] == "undecided"
    choice.select("P0_0")
    assert choice.states()["P1_0"] == "deselected"
    assert "you selected" in choice.explain("P1_0")[0]


def test_small_pigeons_are_settled() -> None:
    choice = load_space(pigeons(6, 5, "G")).configure()
    assert choice.states()["G"] == "deselected"
    with pytest.raises(Contradiction, match="G cannot be selected"):
        choice.select("G")


@pytest.mark.slow
def test_analysis_of_a_hard_model_ends_in_an_error() -> None:
    for text, what in (
        (HARD["random"], "whether .* has any valid configuration"),
        (pigeons(12, 11, "G"), "what follows from the choices"),
    ):
        with pytest.raises(Unsettled, match=f"{what} was not settled within 5 s"):
            analyse(load_model(text)[1], seconds=0.5)


def test_limits_only_shorten() -> None:
    assert limit("x").seconds == PATIENCE_S and at_most(7.0) == 7.0
    with settle_within("outer", 5.0) as outer:
        with settle_within("inner", 50.0) as inner:
            assert inner.deadline == outer.deadline and inner.seconds == 5.0
            assert inner.what == "inner" and at_most(50.0) <= 5.0
        with settle_within("shorter", 1.0) as shorter:
            assert shorter.deadline < outer.deadline
        assert limit() == outer
    assert at_most(50.0) == 50.0


def test_a_solver_goes_on_after_a_limit() -> None:
    with sat_solver([[1, 2], [-1, 2]]) as sat:
        with settle_within("x", -1.0), pytest.raises(Unsettled, match="x was not settled"):
            sat.solve()
        assert sat.solve() and not sat.solve([-2]) and sat.get_core() == [-2]
