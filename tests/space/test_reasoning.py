"""Counts, propagation, explanations and draws against brute force on random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.space import Space, load_space
from pimp_tui.space.engine import Reasoner
from tests.space.random_models import RandomModel, feature_models

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def space_of(model: RandomModel) -> tuple[Space, list[frozenset[str]]]:
    """The space and its configurations; void models are checked and skipped."""
    every = model.configurations()
    if not every:
        with pytest.raises(UserError, match="no valid configuration"):
            load_space(model.text())
        assume(False)
    return load_space(model.text()), every


def without_diagram(space: Space) -> Space:
    """The same space where no decision diagram can be had."""
    space.reasoner._tried_seconds = float("inf")
    assert space.engine == "sat"
    return space


@quick
@given(feature_models())
def test_counts_are_those_of_brute_force(model: RandomModel) -> None:
    space, every = space_of(model)
    concrete = {
        frozenset(n.name for n in model.root.walk() if not n.abstract and n.name in one)
        for one in every
    }
    assert space.count() == len(every)
    assert space.engine == "bdd"
    assert space.count_concrete() == len(concrete)
    assert without_diagram(load_space(model.text())).count() == len(every)


@quick
@given(feature_models(), st.data())
def test_propagation_is_complete(model: RandomModel, data: st.DataObject) -> None:
    space, every = space_of(model)
    by_sat, by_diagram = space.configure(), space.configure()
    left = every
    for _ in range(3):
        open_ = [f for f, s in by_sat.states().items() if s == "undecided"]
        if not open_:
            break
        feature, on = data.draw(st.sampled_from(open_)), data.draw(st.booleans())
        left = [one for one in left if (feature in one) == on]
        by_sat.select(feature) if on else by_sat.deselect(feature)
        expected = {
            f: "selected" if all(f in one for one in left)
            else "deselected" if not any(f in one for one in left)
            else "undecided"
            for f in model.names
        }  # fmt: skip
        assert by_sat.states() == expected
        space.count()  # from here on the diagram answers
        by_diagram = by_sat.copy()
        assert by_diagram.states() == expected
        assert by_diagram.count() == len(left)
        assert by_sat.count_if(open_[0], True) == sum(
            open_[0] in one for one in (every if open_[0] in by_sat.literals() else left)
            if all((f in one) == v for f, v in by_sat.literals().items() if f != open_[0])
        )  # fmt: skip


@quick
@given(feature_models(most=9), st.data())
def test_explanations_are_minimal_and_suffice(model: RandomModel, data: st.DataObject) -> None:
    space, every = space_of(model)
    goal = data.draw(st.sampled_from(every))
    names = data.draw(st.lists(st.sampled_from(model.names), min_size=1, max_size=4, unique=True))
    choice = space.configure()
    for name in names:
        choice.select(name) if name in goal else choice.deselect(name)
    chosen = choice.literals()
    for feature, reasons in choice.forced().items():
        state = choice.states()[feature] == "selected"
        why = space.clash(chosen, feature, not state)
        assert why is not None and why.words == reasons and reasons
        own = {f: chosen[f] for f in why.choices}
        hard = [r for r in space.reasoner.relations if r.words is None]
        assert not _possible(space, hard + why.relations, own, feature, not state)
        for dropped in own:
            rest = {f: v for f, v in own.items() if f != dropped}
            assert _possible(space, hard + why.relations, rest, feature, not state)
        for one in why.relations:
            rest_of = [r for r in why.relations if r is not one]
            assert _possible(space, hard + rest_of, own, feature, not state)


def _possible(
    space: Space, relations: list, chosen: dict[str, bool], feature: str, on: bool
) -> bool:
    """Brute force: some assignment holds the relations, the choices and the feature's value."""
    from pimp_tui.space.formulas.logic import holds

    n = len(space.features)
    rows = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1 == 1
    good = np.ones(len(rows), dtype=bool)
    for relation in relations:
        good &= holds(relation.formula, rows)
    for name, value in {**chosen, feature: on}.items():
        good &= rows[:, space.variable(name) - 1] == value
    return bool(good.any())


@quick
@given(feature_models(most=9))
def test_contradictions_leave_the_choice_as_it_was(model: RandomModel) -> None:
    space, every = space_of(model)
    choice = space.configure()
    for feature, state in choice.states().items():
        if state == "undecided":
            continue
        with pytest.raises(Contradiction) as caught:
            choice.deselect(feature) if state == "selected" else choice.select(feature)
        assert caught.value.reasons and isinstance(caught.value, ValueError)
        assert choice.literals() == {} and choice.count() == len(every)


@quick
@given(feature_models(most=8), st.integers(0, 5))
def test_draws_are_valid_and_seeded(model: RandomModel, seed: int) -> None:
    space, every = space_of(model)
    rows = space.reasoner.draw(64, np.random.default_rng(seed), [])
    assert {space.to_features(row) for row in rows} <= set(every)
    again = load_space(model.text()).reasoner.draw(64, np.random.default_rng(seed), [])
    assert (rows == again).all()
    assert space.reasoner.valid(rows).all()


@quick
@given(feature_models(most=9))
def test_rows_lead_back_to_their_configuration(model: RandomModel) -> None:
    space, every = space_of(model)
    for features in every[:20]:
        assert space.from_row(space.row(features)) == features
        assert space.is_valid(features)
    bad = [set(model.names[:k]) for k in range(len(model.names))]
    for features in bad:
        assert space.is_valid(features) == (frozenset(features) in set(every))


@pytest.mark.parametrize("diagram", [True, False])
def test_draws_are_uniform(diagram: bool) -> None:
    text = (
        "features\n  R\n    or\n      A\n        alternative\n          A1\n          A2\n"
        "      B\n        [1..2]\n          B1\n          B2\n          B3\n      C\n"
        "    optional\n      D\nconstraints\n  D => A1 | B2\n  C => !B3\n"
    )
    space = load_space(text)
    if not diagram:
        without_diagram(space)
    count = space.count()
    assert count
    rows = space.reasoner.draw(80 * count, np.random.default_rng(3), [])
    _, seen = np.unique(rows, axis=0, return_counts=True)
    chi = ((seen - 80) ** 2 / 80).sum()
    assert len(seen) == count and abs(chi - (count - 1)) < 4 * (2 * (count - 1)) ** 0.5


def test_wide_groups_and_counts_beyond_64_bits() -> None:
    kids = "\n".join(f"      K{i}" for i in range(70))
    space = load_space(f"features\n  R\n    [2..*]\n{kids}\n")
    assert space.count() == 2**70 - 71
    choice = space.configure()
    for i in range(68):
        choice.deselect(f"K{i}")
    assert choice.states()["K69"] == "selected" and choice.count() == 1
    alternative = load_space(f"features\n  R\n    alternative\n{kids}\n")
    assert alternative.count() == 70
    assert without_diagram(load_space(f"features\n  R\n    alternative\n{kids}\n")).count() == 70


def test_other_platforms_count_without_cudd(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    text = (
        "features\n  R\n    [2..3]\n      A\n      B\n      C\n      D\n    optional\n      E\n"
        "        alternative\n          F\n          G\nconstraints\n  A <=> F\n  B => !G\n"
    )
    expected = load_space(text).count()
    monkeypatch.setitem(sys.modules, "dd.cudd", None)
    space = load_space(text)
    assert space.count() == expected and space.engine == "bdd"
    assert len(space.reasoner.draw(9, np.random.default_rng(0), [])) == 9
    monkeypatch.setitem(sys.modules, "dd", None)
    space = load_space(text)
    assert space.count() == expected and space.engine == "sat"


def test_too_large_for_exact_draws_is_said() -> None:
    kids = "\n".join(f"      K{i}" for i in range(40))
    space = without_diagram(load_space(f"features\n  R\n    optional\n{kids}\n"))
    assert space.count() is None
    assert space.count_report()["exact"] is False
    with pytest.raises(UserError, match="too large for exactly uniform draws"):
        space.reasoner.draw(3, np.random.default_rng(0), [])


def test_time_budget_ends_a_hopeless_compilation() -> None:
    from time import monotonic

    names = [f"K{i}" for i in range(260)]
    rng = np.random.default_rng(1)
    clauses = [
        " | ".join(("!" if rng.random() < 0.5 else "") + names[v] for v in rng.permutation(260)[:3])
        for _ in range(900)
    ]
    kids, body = "\n".join(f"      {k}" for k in names), "\n".join(f"  {c}" for c in clauses)
    space = load_space(f"features\n  R\n    optional\n{kids}\nconstraints\n{body}\n")
    began = monotonic()
    assert space.count(seconds=1.5) is None
    assert monotonic() - began < 9
    assert isinstance(space.reasoner, Reasoner) and space.configure().states()["R"] == "selected"


def test_equivalences_inside_one_another_take_few_clauses() -> None:
    leaves = "".join(f"      F{i}\n" for i in range(40))
    deep = "".join(f"F{i} <=> (F{i + 1} | (" for i in range(0, 38, 2)) + "F38" + "))" * 19
    text = f"features\n  R\n    optional\n{leaves}constraints\n  {deep}\n"
    space = load_space(text)
    # F0 is decided by the others, which are free.
    assert space.count() == 2**39
    assert len(space.reasoner.solver.clauses) < 400
