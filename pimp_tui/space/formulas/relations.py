"""What a feature model demands, relation by relation, each with its words for explanations.

Semantics: the root is selected; a child needs its parent; a selected parent bounds its children
(feature-model semantics of Batory 2005 and of UVL).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pimp_tui.space.formulas.logic import Logic, card, conj, disj
from pimp_tui.space.formulas.numeric import value_logic
from pimp_tui.space.formulas.translate import from_names
from pimp_tui.space.model import Constraint, Feature, FeatureModel, Group


@dataclass(slots=True)
class Relation:
    """One demand.

    Attributes:
        formula: over literals; variable v is the v-th feature in tree order, from 1.
        words: how an explanation names it; None for what the tree's shape says by itself.
        constraint: the cross-tree constraint it comes from.
        group: the group whose bounds it says.
    """

    formula: Logic
    words: str | None = None
    constraint: Constraint | None = None
    group: Group | None = None


def relations_of(model: FeatureModel) -> list[Relation]:
    """All relations of a model, tree first; constraints not reasoned over are left out."""
    number = {name: i for i, name in enumerate(model.features, start=1)}
    found = [Relation(number[model.root.name])]
    for feature in model.features.values():
        for group in feature.groups:
            if group.children:
                found.extend(_group(feature, group, number))

    def value(formula: Any) -> Logic:
        return value_logic(formula, model.features, number.__getitem__)

    for constraint in model.constraints:
        if constraint.reasoned:
            formula = from_names(constraint.formula, number.__getitem__, value)
            found.append(Relation(formula, constraint.words(), constraint))
    return found


def _group(parent: Feature, group: Group, number: dict[str, int]) -> list[Relation]:
    top = number[parent.name]
    children = [number[c.name] for c in group.children]
    found = [Relation(conj([disj([-c, top]) for c in children]))]
    if group.kind == "optional":
        return found
    if group.kind == "mandatory":
        found.extend(Relation(disj([-top, c])) for c in children)
        return found
    bound = card(group.low, group.high, list(children))
    if bound is not True:
        said = f"{parent.name} is {group.words()}"
        found.append(Relation(disj([-top, bound]), said, group=group))
    return found
