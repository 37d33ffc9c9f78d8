"""Configurations in the making: what each holds, what it cannot hold, what may still be added.

Sets of rows and sets of witnesses are bits of Python integers, so that asking which rows hold an
interaction, or could, takes one or two operations however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pimp_tui.sampling.item_solver import ItemSolver


class PartialRows:
    """Rows that are decided item by item.

    Args:
        solver: over the items.
        given: (n, features) bool of complete rows that stand first and never change.

    Attributes:
        held: per item the rows that surely hold it, as bits.
        shut: per item the rows that cannot hold it any more.
        open: the rows that may still change.
    """

    def __init__(self, solver: ItemSolver, given: np.ndarray) -> None:
        self.solver, self.fixed = solver, len(given)
        self._clear()
        for held in solver.held(given):
            self._append([], np.where(held, 1, -1).astype(np.int8), 0)

    def _clear(self) -> None:
        n = len(self.solver.items)
        self.chosen: list[list[int]] = []
        self.masks: list[int] = []
        self.decided: list[int] = []
        self._states = np.zeros((64, n), dtype=np.int8)
        self.held, self.shut, self.open = [0] * n, [0] * n, 0

    def __len__(self) -> int:
        return len(self.chosen)

    @property
    def states(self) -> np.ndarray:
        """(rows, items) int8: 1 held, -1 impossible, 0 open."""
        return self._states[: len(self.chosen)]

    def covered(self, combination: Sequence[int]) -> bool:
        """Whether some row surely holds all the items."""
        rows = -1
        for i in combination:
            rows &= self.held[i]
        return bool(rows)

    def candidates(self, combination: Sequence[int]) -> list[int]:
        """Open rows that nothing known keeps from holding the items, the fullest first."""
        shut = 0
        for i in combination:
            shut |= self.shut[i]
        return sorted(_bits(self.open & ~shut), key=self.decided.__getitem__, reverse=True)

    def add(self, combination: Sequence[int]) -> None:
        """A new row that holds a valid combination."""
        self.open |= 1 << len(self.chosen)
        self._append([], self.solver.base, (1 << self.solver.seen) - 1)
        self.put(len(self.chosen) - 1, combination)

    def put(self, row: int, combination: Sequence[int]) -> None:
        """Make a row hold items that it can hold, and what follows by unit propagation."""
        for i in combination:
            if self._states[row, i] == 0:
                self.chosen[row].append(i)
            self.masks[row] &= self.solver.masks[i]
        found = self.solver.deduce(self.solver.assume(self.chosen[row]))
        assert found is not None, "the row can hold the items"
        self._record(row, found)

    def fits(self, row: int, combination: Sequence[int]) -> bool:
        """Whether a row can hold the items, by SAT; the answer is remembered."""
        missing = [i for i in combination if self._states[row, i] == 0]
        before = self.solver.seen
        held = self.solver.witness(self.solver.assume([*self.chosen[row], *missing]))
        if held is None:
            if len(missing) == 1:
                only = np.zeros(len(self.held), dtype=np.int8)
                only[missing[0]] = -1
                self._record(row, only)
            return False
        if self.solver.seen > before:
            agreeing = ~((self.states > 0) & ~held).any(axis=1)
            for r in np.flatnonzero(agreeing).tolist():
                self.masks[r] |= 1 << before
        return True

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all rows but these and the given ones."""
        kept = [*range(self.fixed), *(r for r in rows if r >= self.fixed)]
        chosen, masks, states, open_ = self.chosen, self.masks, self.states, self.open
        self._clear()
        for r in kept:
            self.open |= (open_ >> r & 1) << len(self.chosen)
            self._append(chosen[r], states[r], masks[r])

    def completed(self) -> np.ndarray:
        """(n, features) bool of the rows made here, what they leave open decided by SAT."""
        rows = [self.solver.solve(self.solver.assume(one)) for one in self.chosen[self.fixed :]]
        return np.array(rows, dtype=bool).reshape(-1, self.solver.features)

    def _append(self, chosen: list[int], states: np.ndarray, mask: int) -> None:
        if len(self.chosen) == len(self._states):
            self._states = np.concatenate([self._states, np.zeros_like(self._states)])
        self.chosen.append(chosen)
        self.masks.append(mask)
        self.decided.append(0)
        self._record(len(self.chosen) - 1, states)

    def _record(self, row: int, found: np.ndarray) -> None:
        """Take over what is newly known of a row's items."""
        fresh = np.flatnonzero(found.astype(bool) & (self._states[row] == 0))
        self._states[row, fresh] = found[fresh]
        bit = 1 << row
        for i, sign in zip(fresh.tolist(), found[fresh].tolist(), strict=True):
            if sign > 0:
                self.held[i] |= bit
            else:
                self.shut[i] |= bit
        self.decided[row] += len(fresh)
        if self.decided[row] == len(found):
            self.open &= ~bit


def _bits(rows: int) -> Iterator[int]:
    while rows:
        low = rows & -rows
        yield low.bit_length() - 1
        rows ^= low
