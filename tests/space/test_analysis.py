"""The analysis of a model against brute force over all its configurations."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from pimp_tui.space import load_space
from pimp_tui.space.analysis import Analysis, analyse
from pimp_tui.space.analysis.redundant import basis, redundant
from pimp_tui.space.engine import Reasoner
from pimp_tui.space.load import load_model
from tests.space.random_models import Node, RandomModel, feature_models, formula_text, truth

quick = settings(
    max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def analysed(text: str) -> Analysis:
    return analyse(load_model(text)[1])


def optional_places(root: Node) -> dict[str, str]:
    """Feature -> parent, for features of groups that do not ask for all their members."""
    return {
        kid.name: node.name
        for node in root.walk()
        for _, low, _, kids in node.groups
        for kid in kids
        if low < len(kids)
    }


@quick
@given(feature_models())
def test_findings_are_those_of_brute_force(model: RandomModel) -> None:
    every, found = model.configurations(), analysed(model.text())
    assert found.void == (not every)
    if found.void:
        assert found.clash and not (found.core or found.dead or found.redundant)
        return
    core = [f for f in model.names if all(f in one for one in every)]
    dead = [f for f in model.names if not any(f in one for one in every)]
    tied = [
        f
        for f, above in optional_places(model.root).items()
        if f not in dead and all(f in one for one in every if above in one)
    ]
    assert found.core == core and found.dead == dead
    assert sorted(found.false_optional) == sorted(tied)
    assert set(found.reasons) >= {*core, *dead, *tied} and all(found.reasons.values())
    implied = []
    for at, constraint in enumerate(model.constraints):
        others = model.constraints[:at] + model.constraints[at + 1 :]
        rest = RandomModel(model.root, others).configurations()
        if all(truth(constraint, set(one)) for one in rest):
            implied.append(formula_text(constraint))
    assert [c.text for c in found.redundant] == implied
    alike: dict[tuple[bool, ...], list[str]] = {}
    for f in model.names:
        if f not in core and f not in dead:
            alike.setdefault(tuple(f in one for one in every), []).append(f)
    sets = sorted(names for names in alike.values() if len(names) > 1)
    assert sorted(found.atomic_sets) == sets and found.complete


@quick
@given(feature_models(most=9))
def test_what_implies_a_redundant_constraint_is_minimal(model: RandomModel) -> None:
    if not model.configurations():
        return
    reasoner = Reasoner(load_model(model.text())[1])
    for relation in redundant(reasoner, lambda: None):
        implied = basis(reasoner, relation)
        assert implied is not None and relation not in implied
        at = {id(r): i for i, r in enumerate(r for r in reasoner.relations if r.constraint)}
        used = [model.constraints[at[id(r)]] for r in implied if r.constraint]
        rest = RandomModel(model.root, used).configurations()
        own = model.constraints[at[id(relation)]]
        assert all(truth(own, set(one)) for one in rest)
        if any(not r.constraint for r in implied):
            continue  # a group in it is part of the oracle's tree
        for left_out in used:
            fewer = [c for c in used if c is not left_out]
            some = RandomModel(_loose(model.root), fewer).configurations()
            assert not all(truth(own, set(one)) for one in some)


def _loose(node: Node) -> Node:
    """The tree with no group but mandatory ones binding: what is never a reason."""
    groups = [
        (k, low if k == "mandatory" else 0, len(kids), [_loose(kid) for kid in kids])
        for k, low, _, kids in node.groups
    ]
    return Node(node.name, groups, node.abstract)


TEXT = """features
    R
        mandatory
            A
        optional
            B
            C
                optional
                    D
            E
            F
constraints
    A => B
    // for safety
    C => D
    !E
    E => F
    E => F
    D | !C
"""


def test_reasons_name_constraints_and_lines() -> None:
    found = analysed(TEXT)
    assert found.core == ["R", "A", "B"] and found.dead == ["E"]
    assert found.false_optional == ["B", "D"]
    assert found.reasons["A"] == ["the tree says so"]
    assert found.reasons["B"] == ["A needs B (line 13)"]
    assert found.reasons["E"] == ["no E is required (line 16)"]
    assert found.reasons["D"] in (
        ["C needs D (line 15: for safety)"], ["D or no C is needed (line 19)"],
    )  # fmt: skip
    # Of equal ones each is judged against all others, so both are found.
    assert [c.line for c in found.redundant] == [15, 17, 18, 19]
    assert found.atomic_sets == [["C", "D"]]


def test_redundancy_is_seen_through_constraints_that_need_auxiliary_variables() -> None:
    found = analysed("features\n  R\n    optional\n      A\n      B\n      C\n      D\n"
                     "constraints\n  (A & B <=> C | D) & A\n  C => B\n")  # fmt: skip
    assert [c.line for c in found.redundant] == [10]


def test_a_void_model_names_the_least_clash() -> None:
    found = analysed("features\n  R\n    alternative\n      A\n      B\n    optional\n      C\n"
                     "constraints\n  C => A\n  A & B\n")  # fmt: skip
    assert found.void and found.to_json()["void"] is True
    assert found.clash == ["R is one of (line 3)", "A and B is needed (line 10)"]
    assert found.clash_places == ["text.uvl:10"]


def test_a_member_that_its_group_never_goes_without_is_false_optional() -> None:
    found = analysed("features\n  R\n    alternative\n      A\n      B\n    or\n      C\n      D\n"
                     "    [1]\n      E\nconstraints\n  !B\n  D | A => C\n")  # fmt: skip
    assert found.false_optional == ["A", "C"]
    assert found.reasons["A"][-1] == "no B is required (line 12)"


def test_time_runs_out_softly() -> None:
    found = analyse(load_model(TEXT)[1], seconds=-1.0)
    assert not found.complete and found.core == ["R", "A", "B"] and found.false_optional
    assert found.redundant == []


def test_it_can_be_cancelled() -> None:
    def stop(what: str) -> None:
        if what == "redundant constraints":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(load_model(TEXT)[1], progress=stop)


def test_the_analysis_agrees_with_propagation() -> None:
    states = load_space(TEXT).configure().states()
    found = analysed(TEXT)
    assert [f for f, s in states.items() if s == "selected"] == found.core
    assert [f for f, s in states.items() if s == "deselected"] == found.dead
