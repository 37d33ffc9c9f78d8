"""False-optional features: not modelled as mandatory, yet never absent beside their parent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pimp_tui.space.analysis.settle import impossible
from pimp_tui.space.engine import Reasoner
from pimp_tui.space.model import FeatureModel


def false_optional(reasoner: Reasoner, tick: Callable[[], None]) -> list[str]:
    """Features that every configuration with their parent has, though the tree leaves a choice.

    The tree leaves one in every group that does not ask for all its members, so in ``or`` and
    ``alternative`` groups of several too (Benavides, Segura, Ruiz-Cortés 2010: "despite not being
    modelled as mandatory"; FeatureIDE and flamapy ask the same places). Dead features are none.
    """
    number = {name: at for at, name in enumerate(reasoner.names, start=1)}
    core: np.ndarray = reasoner.backbone
    asked = []
    for feature in reasoner.model.features.values():
        above, group = feature.parent, feature.group
        if above is None or group is None or group.low >= len(group.children):
            continue
        if core[number[feature.name] - 1] >= 0:
            asked.append((number[above.name], -number[feature.name]))
    # A core feature needs no question: its parent is core too, and it is always there.
    sure = {pair for pair in asked if core[-pair[1] - 1] > 0}
    found = sure | set(impossible(reasoner.solver, [p for p in asked if p not in sure], tick))
    return [reasoner.names[-pair[1] - 1] for pair in asked if pair in found]


def by_tree(model: FeatureModel) -> set[str]:
    """The root and what is mandatory below it: core by the shape of the tree alone."""
    found, stack = set(), [model.root]
    while stack:
        feature = stack.pop()
        found.add(feature.name)
        for group in feature.groups:
            if group.kind == "mandatory":
                stack.extend(group.children)
    return found
