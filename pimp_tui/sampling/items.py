"""What interactions are made of: values of options, or literals of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.space.binding import same

if TYPE_CHECKING:
    from pimp_tui.space import Space


@dataclass(frozen=True, slots=True)
class Item:
    """One value of one option (or one literal of one feature).

    It holds where any of ``any_of`` holds, or, when that is empty, where none of ``none_of`` is
    selected (the option is unset). Both number features from 1; ``any_of`` may be negative.
    """

    owner: int
    name: str
    value: Any
    any_of: tuple[int, ...]
    none_of: tuple[int, ...] = ()

    def holds(self, rows: np.ndarray) -> np.ndarray:
        """(n,) bool over (n, features) bool rows."""
        if self.none_of:
            return np.asarray(~rows[:, [v - 1 for v in self.none_of]].any(axis=1))
        found = np.zeros(len(rows), dtype=bool)
        for x in self.any_of:
            column = rows[:, abs(x) - 1]
            found |= column if x > 0 else ~column
        return found

    @property
    def label(self) -> str:
        """``option=value``."""
        return f"{self.name}={self.value}"


def items_of(space: Space, kind: str) -> list[Item]:
    """All items, those of one owner together.

    Args:
        space: the space.
        kind: ``options``: every value of every option, unset included; a feature without binding
            is an option of True and False. ``literals``: every feature, selected and deselected.
    """
    found: list[Item] = []
    if kind == "literals":
        for v, name in enumerate(space.features, start=1):
            found += [Item(v, name, True, (v,)), Item(v, name, False, (-v,))]
        return found
    for owner, option in enumerate(space.bindings.values()):
        leaves = [(space.variable(leaf), value) for leaf, value in option.leaves.items()]
        if not option.bound:
            v = leaves[0][0]
            found += [Item(owner, option.name, True, (v,)), Item(owner, option.name, False, (-v,))]
            continue
        for value in option.values:
            own = tuple(v for v, other in leaves if same(other, value))
            found.append(Item(owner, option.name, value, own))
        found.append(Item(owner, option.name, None, (), tuple(v for v, _ in leaves)))
    return found


def distinct_items(space: Space, kind: str, literals: list[int], t: int) -> list[Item]:
    """The items that matter for a covering of strength t, the fewest that are easily known.

    Literals of core, dead and equal features are left out: some valid row that holds t other
    literals holds any valid t with them, so that covering the others covers these. That needs t
    features to be left, else all stay.
    """
    items = items_of(space, kind)
    if kind != "literals":
        return items
    states = space.states(literals)
    assert states is not None, "a choice is satisfiable by construction"
    chief = space.reasoner.reduced.literal
    left = [item for item in items if not states[item.owner - 1] and chief[item.owner - 1]
            == item.owner]  # fmt: skip
    return left if len(left) >= 2 * t else items


def item_matrix(items: list[Item], rows: np.ndarray) -> np.ndarray:
    """(n, items) bool: which items each (n, features) bool row holds."""
    if not items:
        return np.zeros((len(rows), 0), dtype=bool)
    return np.stack([item.holds(rows) for item in items], axis=1)


def differing(items: list[Item]) -> np.ndarray:
    """(items, items) bool, upper triangle: pairs of different owners."""
    owner = np.array([item.owner for item in items])
    return np.triu(owner[:, None] != owner[None, :], k=1)
