"""Completing wishes to a valid configuration: the library's default, a model's own default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pimp_tui.space.space import Space


def complete(
    space: Space,
    wishes: Iterable[str],
    first: Iterable[str] = (),
    refused: Iterable[str] = (),
    given: Iterable[int] = (),
) -> np.ndarray:
    """A valid configuration that grants the wishes one by one, as far as they go together.

    Args:
        space: the space.
        wishes: features to select, the most wanted first.
        first: features granted before all others.
        refused: features deselected before that.
        given: literals that hold whatever is wished; satisfiable together.

    Returns:
        (features,) bool; what nobody wished for is deselected where possible, the first leaf of an
        alternative taken where not. Deterministic.
    """
    solver = space.reasoner.solver
    fixed: list[int] = list(given)
    best = None
    asked = [-space.variable(feature) for feature in refused]
    for literal in (*asked, *map(space.variable, (*first, *wishes))):
        if best is not None and best[abs(literal) - 1] == (literal > 0):
            fixed.append(literal)
            continue
        row = solver.model([*fixed, literal])
        if row is not None:
            fixed.append(literal)
            best = row
    best = solver.model(fixed) if best is None else best
    assert best is not None, "a space is never void"
    chosen = {abs(x) for x in fixed}
    for v in range(len(space.features), 0, -1):
        if v in chosen:
            continue
        if best[v - 1]:
            row = solver.model([*fixed, -v])
            if row is None:
                fixed.append(v)
                continue
            best = row
        fixed.append(-v)
    return best


def nearest_configuration(
    space: Space, wanted: Mapping[str, Any]
) -> tuple[frozenset[str], dict[str, Any]]:
    """The valid configuration nearest to option values; the library's defaults fill the rest.

    Args:
        wanted: option -> value, e.g. a model's own ``generation_config.json``.

    Returns:
        the configuration, and the entries it could not honour (no such option, leaf or
        combination).
    """
    first: list[str] = []
    refused: list[str] = []
    for name, value in wanted.items():
        option = space.bindings.get(name)
        leaf = option.leaf_of(value) if option else None
        if leaf is not None:
            first.append(leaf)
        elif option and value is not None and value == option.unset:
            refused += option.leaves
    defaults = [
        leaf
        for name, option in space.bindings.items()
        for leaf in option.defaults
        if name not in wanted or option.leaf_of(wanted[name]) is None
    ]
    found = space.to_features(complete(space, defaults, first, refused))
    effective = space.effective(found)
    row = space.row(found)
    missed = {
        name: value
        for name, value in wanted.items()
        if value != effective.get(name, row.get(name, _NOWHERE))
    }
    return found, missed


_NOWHERE = object()
