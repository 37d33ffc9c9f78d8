"""Plan rows: option values of a configuration, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.space.binding import Option, same
from pimp_tui.space.ids import canonical

if TYPE_CHECKING:
    from pimp_tui.space.space import Space


def value_of(option: Option, chosen: set[str]) -> Any:
    """Value of an option: of its selected leaf; a list where several are; None where none is.

    An option without binding is its feature: True or False.
    """
    values = [value for leaf, value in option.leaves.items() if leaf in chosen]
    if not option.bound:
        return bool(values)
    return None if not values else values[0] if len(values) == 1 else values


def leaves_of(option: Option, cell: Any) -> list[str] | None:
    """Leaves that a plan cell stands for; None when the cell holds no value of the option.

    Lists, tables and mixed values stand in plans as canonical JSON.
    """
    if cell is None or (not option.bound and cell is False):
        return []
    if not option.bound:
        return list(option.leaves) if cell is True else None
    for leaf, value in option.leaves.items():
        if cell == canonical(value) if isinstance(cell, str) else same(cell, value):
            return [leaf]
    for leaf, value in option.leaves.items():
        if isinstance(cell, str) and cell == value:
            return [leaf]
    several = _parsed(cell)
    if isinstance(several, list) and several:
        found = [option.leaf_of(v) for v in several]
        return None if None in found else [leaf for leaf in found if leaf]
    return None


def readings_of(option: Option, cell: Any) -> list[list[str]]:
    """All sets of leaves that a cell may stand for: a value may belong to several leaves.

    None where the cell holds no value of the option.
    """
    leaves = leaves_of(option, cell)
    if leaves is None:
        return []
    values = option.leaves
    return [
        list(one)
        for one in product(
            *([other for other in values if same(values[other], values[leaf])] for leaf in leaves)
        )
    ]


def fitting(
    space: Space, readings: list[list[list[int]]], literals: list[int]
) -> np.ndarray | None:
    """The first valid configuration with one reading of every option; None when there is none.

    Args:
        readings: per option sets of literals; only what leads to something valid is gone into.
        literals: what holds besides.
    """
    if not readings:
        return space.reasoner.solver.model(literals)
    for one in readings[0]:
        if len(readings[0]) == 1 or space.satisfiable([*literals, *one]):
            found = fitting(space, readings[1:], [*literals, *one])
            if found is not None:
                return found
    return None


def _parsed(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def features_of_row(space: Space, row: Mapping[str, Any]) -> frozenset[str]:
    """The complete feature selection of a plan row; ``space.from_row`` says more."""
    groups: list[list[list[int]]] = []
    for name, option in space.bindings.items():
        if name not in row:
            raise UserError(f"the row has no column {name}", mend="sample the plan from this space")
        readings = readings_of(option, row[name])
        if not readings:
            known = ", ".join(str(v) for v in option.values)
            raise UserError(f"{name} has no value {row[name]!r}", mend=f"it has {known}")
        at = {leaf: space.variable(leaf) for leaf in option.leaves}
        groups.append([[v if leaf in one else -v for leaf, v in at.items()] for one in readings])
    groups.sort(key=len)
    found = fitting(space, groups, [])
    if found is None:
        names = {space.features[abs(x) - 1]: x > 0 for group in groups for x in group[0]}
        raise UserError(
            f"not a valid configuration of {space.name}: {_why(space, names)}",
            mend="sample the plan from this space",
        )
    literals = [abs(x) if found[abs(x) - 1] else -abs(x) for group in groups for x in group[0]]
    # What the options leave open is deselected where possible, so that the answer is one.
    for v in range(len(space.features), 0, -1):
        if found[v - 1] and v not in literals:
            other = space.reasoner.solver.model([*literals, -v])
            found = other if other is not None else found
            literals.append(-v if other is not None else v)
    return space.to_features(found)


def _why(space: Space, chosen: dict[str, bool]) -> str:
    """Positive choices and constraints of a minimal clash."""
    literals = [space.variable(f) * (1 if v else -1) for f, v in chosen.items()]
    core = space.reasoner.explainer.core(literals, [])
    if core is None:
        return "its features clash"
    picked = [("" if x > 0 else "no ") + space.features[abs(x) - 1] for x in core[0]]
    reasons = [r.words or "" for r in core[1]]
    return "; ".join([*picked[:6], *reasons[:3]])
