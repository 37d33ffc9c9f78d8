"""SAT over items: every item one literal, every configuration ever seen a witness.

Whether items go together is mostly settled by a configuration that already holds them all: a bit in
the conjunction of their bit sets. Only what no witness holds is asked of SAT, and each answer yes
becomes a witness too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.sampling.items import Item
from pimp_tui.space.solving.sat import sat_solver

if TYPE_CHECKING:
    from pimp_tui.space import Space

_POOL, _LEAST_POOL, _POOL_CELLS, _MOST_WITNESSES = 1_000, 100, 2_000_000, 8_192


class ItemSolver:
    """A solver of its own over the model's clauses, so that nothing is left behind in the space's.

    Args:
        space: the space.
        items: from ``items_of``.
        literals: the partial configuration that every answer respects.
        rng: seeded; the order in which SAT tries values.

    Attributes:
        literal: (items,) int; the literal that says an item holds.
        base: (items,) int8: 1 always held, -1 never, 0 open, under the partial configuration.
        masks: per item the set of witnesses that hold it, as bits of an integer.
        pool: (n, items) bool: what the first witnesses hold.
    """

    def __init__(
        self, space: Space, items: list[Item], literals: Iterable[int], rng: np.random.Generator
    ) -> None:
        solver = space.reasoner.solver
        self.items, self.features, self.rng = items, solver.variables, rng
        self.given = list(literals)
        self.sat: Any = sat_solver(solver.clauses)
        states = space.states(self.given)
        assert states is not None, "a choice is satisfiable by construction"
        decided = np.flatnonzero(states)
        self.sat.append_formula([[int(v + 1) * int(states[v])] for v in decided])
        self.literal, top = self._name_items(solver.top)
        self._values = np.zeros(top + 1, dtype=np.int8)
        self._values[1 : self.features + 1] = states
        self._where, self._sign = np.abs(self.literal), np.sign(self.literal).astype(np.int8)
        self.base = self._states_of_items(states)
        self._values[self._where] = self.base * self._sign
        self._single = np.array([i for i, x in enumerate(items) if len(x.any_of) == 1], dtype=int)
        first = np.array([items[i].any_of[0] for i in self._single], dtype=int)
        self._column, self._turned = np.abs(first) - 1, first < 0
        self._rest = [(i, x) for i, x in enumerate(items) if len(x.any_of) != 1]
        self._numbers = np.arange(1, self.features + 1)
        self.masks = [0] * len(items)
        self.seen = 0
        self._fill_pool()

    def _name_items(self, top: int) -> tuple[np.ndarray, int]:
        """A literal for each item; those of several literals get a variable that is equal."""
        found: list[int] = []
        for item in self.items:
            every = [-v for v in item.none_of]
            parts = every or list(item.any_of)
            if len(parts) == 1:
                found.append(parts[0])
                continue
            top += 1
            found.append(top)
            if every:
                self.sat.append_formula([[-top, x] for x in every])
                self.sat.add_clause([top, *(-x for x in every)])
            else:
                self.sat.append_formula([[top, -x] for x in parts])
                self.sat.add_clause([-top, *parts])
        return np.array(found, dtype=int), top

    def _states_of_items(self, states: np.ndarray) -> np.ndarray:
        def value(x: int) -> int:
            return int(states[abs(x) - 1]) * (1 if x > 0 else -1)

        found = np.zeros(len(self.items), dtype=np.int8)
        for i, item in enumerate(self.items):
            # An item of "none of" holds where all its negations do, any other where one does.
            values = [value(-v) for v in item.none_of] or [value(x) for x in item.any_of]
            found[i] = min(values) if item.none_of else max(values, default=-1)
        return found

    def _fill_pool(self) -> None:
        size = max(_LEAST_POOL, min(_POOL, _POOL_CELLS // self.features))
        rows = np.array([self.solve([]) for _ in range(size)], dtype=bool)
        self.pool = held = self.held(np.unique(rows, axis=0))
        self.seen = len(held)
        packed = np.packbits(held, axis=0, bitorder="little")
        self.masks = [
            int.from_bytes(packed[:, i].tobytes(), "little") for i in range(len(self.items))
        ]

    def held(self, rows: np.ndarray) -> np.ndarray:
        """(n, items) bool of complete (n, features) rows."""
        found = np.empty((len(rows), len(self.items)), dtype=bool)
        found[:, self._single] = rows[:, self._column] ^ self._turned
        for i, item in self._rest:
            found[:, i] = item.holds(rows)
        return found

    def assume(self, chosen: Sequence[int]) -> list[int]:
        """The literals of items."""
        found: list[int] = self.literal[list(chosen)].tolist()
        return found

    def deduce(self, assumed: list[int]) -> np.ndarray | None:
        """(items,) int8: what unit propagation says of each item; None where it finds a clash."""
        possible, implied = self.sat.propagate(assumptions=assumed)
        if not possible:
            return None
        values = self._values.copy()
        known = np.array([*assumed, *implied], dtype=int)
        values[np.abs(known)] = np.sign(known)
        return np.asarray(values[self._where] * self._sign)

    def solve(self, assumed: list[int]) -> np.ndarray | None:
        """(features,) bool of a configuration that holds the literals; None when there is none."""
        signs = self.rng.integers(0, 2, size=self.features) * 2 - 1
        self.sat.set_phases((self._numbers * signs).tolist())
        return self._model() if self.sat.solve(assumptions=assumed) else None

    def extreme(self, sign: int) -> np.ndarray:
        """(features,) bool of a configuration in which SAT tries one value of every feature first.

        Args:
            sign: 1 to select what can be, -1 to select what must be.
        """
        self.sat.set_phases((self._numbers * sign).tolist())
        found = self.sat.solve(assumptions=[])
        assert found, "a choice is satisfiable by construction"
        return self._model()

    def witness(self, assumed: list[int]) -> np.ndarray | None:
        """(items,) bool that a configuration with the literals holds, kept; None without one."""
        row = self.solve(assumed)
        if row is None:
            return None
        held: np.ndarray = self.held(row[None])[0]
        if self.seen < _MOST_WITNESSES:
            bit = 1 << self.seen
            self.seen += 1
            for i in np.flatnonzero(held).tolist():
                self.masks[i] |= bit
        return held

    def together(self, chosen: Sequence[int]) -> bool:
        """Whether some valid configuration holds all the items."""
        mask = -1
        for i in chosen:
            mask &= self.masks[i]
        return bool(mask) or self.witness(self.assume(chosen)) is not None

    def _model(self) -> np.ndarray:
        values = self.sat.get_model()[: self.features]
        found = np.zeros(self.features, dtype=bool)
        found[: len(values)] = np.array(values) > 0
        return found
