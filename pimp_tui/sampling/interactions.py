"""Which pairs of items are valid, settled for all pairs at once.

Pairs in different components of the model are valid as soon as both items are; within a component
propagation under every item, many at once over the diagram, says which others remain possible.
Without a diagram SAT settles what a pool of rows leaves open.
"""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.items import Item, differing
from pimp_tui.space.knowledge.best import possible_many

if TYPE_CHECKING:
    from pimp_tui.space import Space
    from pimp_tui.space.knowledge.knowledge import Knowledge

_BATCH = 256


class Interactions:
    """Items of a space under a partial configuration.

    Args:
        space: the space.
        items: from ``items_of``.
        literals: the partial configuration.
    """

    def __init__(self, space: Space, items: list[Item], literals: list[int]) -> None:
        self.space, self.items, self.literals = space, items, literals
        # What selecting a feature does for an item: +1 helps, -1 hurts; sorted by feature.
        effects = sorted(
            (abs(x) - 1, i, 1.0 if x > 0 else -1.0)
            for i, item in enumerate(items)
            for x in (*item.any_of, *(-v for v in item.none_of))
        )
        self._feature, self._starts = np.unique([f for f, _, _ in effects], return_index=True)
        self._item = np.array([i for _, i, _ in effects], dtype=int)
        self._sign = np.array([sign for _, _, sign in effects])
        single = [i for i, item in enumerate(items) if len(item.any_of) == 1]
        self._single = np.array(single, dtype=int)
        first = np.array([items[i].any_of[0] for i in single], dtype=int)
        self._column, self._turned = np.abs(first) - 1, first < 0
        self._other = [(i, item) for i, item in enumerate(items) if len(item.any_of) != 1]

    def gains(self, weights: np.ndarray) -> np.ndarray:
        """(K, features): what selecting each feature brings, for (K, items) weights of items."""
        found = np.zeros((len(weights), len(self.space.features)))
        if len(self._item):
            effects = weights[:, self._item] * self._sign
            found[:, self._feature] = np.add.reduceat(effects, self._starts, axis=1)
        return found

    def held(self, rows: np.ndarray) -> np.ndarray:
        """(n, items) bool of (n, features) rows: which items each row holds."""
        found = np.empty((len(rows), len(self.items)), dtype=bool)
        found[:, self._single] = rows[:, self._column] ^ self._turned
        for i, item in self._other:
            found[:, i] = item.holds(rows)
        return found

    def ways(self, item: Item) -> list[list[int]]:
        """Sets of literals, each of which makes the item hold."""
        return [[-v for v in item.none_of]] if item.none_of else [[x] for x in item.any_of]

    def row_with(self, *items: int) -> np.ndarray:
        """(features,) bool: a valid row that holds the items together, which some row does."""
        for parts in product(*(self.ways(self.items[i]) for i in items)):
            row = self.space.reasoner.solver.model([*self.literals, *chain.from_iterable(parts)])
            if row is not None:
                return row
        raise AssertionError("a valid interaction that no row can hold")

    def compatible(self, fixed: list[list[int]]) -> np.ndarray:
        """(len(fixed), items) bool: which items some valid row has beside each set of literals."""
        knowledge = self.space.reasoner.known
        if knowledge is None:
            return np.array([self._by_sat(one) for one in fixed], dtype=bool)
        parts = [fixed[a : a + _BATCH] for a in range(0, len(fixed), _BATCH)]
        found = [self._by_diagram(knowledge, part) for part in parts]
        return np.concatenate(found) if found else np.zeros((0, len(self.items)), dtype=bool)

    def valid_pairs(self) -> np.ndarray:
        """(items, items) bool, symmetric, without pairs of one owner."""
        ways = [(i, way) for i, item in enumerate(self.items) for way in self.ways(item)]
        rows = self.compatible([[*self.literals, *way] for _, way in ways])
        found = np.zeros((len(self.items),) * 2, dtype=bool)
        for (i, _), row in zip(ways, rows, strict=True):
            found[i] |= row
        # "Unset" is a conjunction, which propagation of single features cannot promise: its column
        # is read from the other side, and pairs of two of them are asked one by one.
        unset = [i for i, item in enumerate(self.items) if len(item.none_of) > 1]
        for i in unset:
            found[:, i] = found[i]
        for n, i in enumerate(unset):
            for j in unset[n + 1 :]:
                both = [*self.literals, *self.ways(self.items[i])[0], *self.ways(self.items[j])[0]]
                found[i, j] = found[j, i] = found[i, j] and self.space.satisfiable(both)
        differ = differing(self.items)
        symmetric = found & found.T
        return np.asarray(symmetric & (differ | differ.T))

    def _by_sat(self, fixed: list[int]) -> np.ndarray:
        states = self.space.reasoner.solver.propagate(fixed)
        if states is None:
            return np.zeros(len(self.items), dtype=bool)
        return self._items_of(states[None] >= 0, states[None] <= 0)[0]

    def _by_diagram(self, knowledge: Knowledge, fixed: list[list[int]]) -> np.ndarray:
        given = [knowledge.given(one) for one in fixed]
        clash = np.array([g is None for g in given])
        empty = np.full(knowledge.width, -1, dtype=np.int8)
        table = np.stack([empty if g is None else g for g in given], axis=1)
        no, yes = table != 1, table != 0
        for graph, part in zip(knowledge.graphs, knowledge.slices, strict=True):
            # Most questions leave most components as the first question does.
            own = np.flatnonzero((table[part] != table[part, :1]).any(axis=0))
            asked = np.concatenate([[0], own])
            can_no, can_yes = possible_many(graph, table[part][:, asked])
            no[part], yes[part] = can_no[:, :1], can_yes[:, :1]
            no[part, own], yes[part, own] = can_no[:, 1:], can_yes[:, 1:]
        alive = (no | yes).all(axis=0) & ~clash
        value = self.space.reasoner.reduced.value
        can_select = np.repeat((value > 0)[None], len(fixed), axis=0)
        can_deselect = np.repeat((value < 0)[None], len(fixed), axis=0)
        own = np.flatnonzero(knowledge.column >= 0)
        column, turned = knowledge.column[own], knowledge.turned[own]
        can_select[:, own] = np.where(turned, no[column].T, yes[column].T)
        can_deselect[:, own] = np.where(turned, yes[column].T, no[column].T)
        return self._items_of(can_select, can_deselect) & alive[:, None]

    def _items_of(self, can_select: np.ndarray, can_deselect: np.ndarray) -> np.ndarray:
        found = np.zeros((len(can_select), len(self.items)), dtype=bool)
        for i, item in enumerate(self.items):
            if item.none_of:
                found[:, i] = can_deselect[:, [v - 1 for v in item.none_of]].all(axis=1)
            for x in item.any_of:
                side = can_select if x > 0 else can_deselect
                found[:, i] |= side[:, abs(x) - 1]
        return found
