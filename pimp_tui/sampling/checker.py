"""Counting valid interactions, and those among them that rows hold, by a SAT solver of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.sampling.items import Item, differing
from pimp_tui.sampling.registry import Progress
from pimp_tui.space.solving.sat import loaded

if TYPE_CHECKING:
    from pimp_tui.space import Space

_BATCH = 64  # witnesses whose pairs are taken into account together


class Checker:
    """Valid interactions by SAT, witnesses reused.

    Args:
        space: the space.
        items: what interacts.
        literals: the partial configuration beside which an interaction must be valid.
        progress: told now and then how far the work is.
    """

    def __init__(
        self, space: Space, items: list[Item], literals: list[int], progress: Progress | None
    ) -> None:
        from pysat.solvers import Glucose4

        solver = space.reasoner.solver
        self.items, self.features, self.progress = items, solver.variables, progress
        self.sat: Any = loaded(Glucose4, [*solver.clauses, *([x] for x in literals)])
        top = solver.top
        found: list[int] = []
        for item in items:
            parts = [-v for v in item.none_of] or list(item.any_of)
            if len(parts) == 1:
                found.append(parts[0])
                continue
            top += 1
            found.append(top)
            if item.none_of:
                self.sat.append_formula([[-top, p] for p in parts])
            else:
                self.sat.add_clause([-top, *parts])
        self.literal = np.array(found, dtype=int)
        self.plain = np.abs(self.literal) <= self.features
        self.top = top
        self.rng = np.random.default_rng(0)

    def count(self, held: np.ndarray, inside: np.ndarray, t: int) -> tuple[int, int]:
        """Valid interactions of t items, and how many of them the rows hold.

        Args:
            held: (rows, items) bool of valid rows.
            inside: (rows,) bool: which of them respect the partial configuration, and so prove that
                what they hold is valid beside it.
        """
        alone = np.asarray(held[inside].any(axis=0))
        valid = alone.copy()
        for i in np.flatnonzero(~alone).tolist():
            self._tell(i)
            valid[i] = self._witness([i]) is not None
        if t == 1:
            return int(valid.sum()), int((valid & held.any(axis=0)).sum())
        pairs = np.asarray(differing(self.items) & valid[:, None] & valid[None, :])
        good = self._valid_pairs([], pairs, _together(held[inside]) & pairs)
        if t == 2:
            return int(good.sum()), int((_together(held) & good).sum())
        total = done = 0
        for i in np.flatnonzero(valid).tolist():
            self._tell(i)
            candidates = good & good[i][:, None] & good[i][None, :]
            if not candidates.any():
                continue
            here = held[:, i]
            triples = self._valid_pairs(
                [i], candidates, _together(held[here & inside]) & candidates
            )
            total += int(triples.sum())
            done += int((_together(held[here]) & triples).sum())
        return total, done

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            self.progress("checking", done / len(self.items))

    def _valid_pairs(
        self, fixed: list[int], candidates: np.ndarray, known: np.ndarray
    ) -> np.ndarray:
        """Those candidate pairs that some valid configuration holds beside the fixed items."""
        good, open_ = known.copy(), np.asarray(candidates & ~known)
        fresh: list[np.ndarray] = []
        for i in np.flatnonzero(open_.any(axis=1)).tolist():
            if not fixed:
                self._tell(i)
            left = open_[i].copy()
            open_[i] = False
            if left.any():
                left &= ~self._excluded([*fixed, i])
            for j in np.flatnonzero(left).tolist():
                witness = self._witness([*fixed, i, j]) if left[j] else None
                if witness is not None:
                    left &= ~witness
                    fresh.append(witness)
            if len(fresh) >= _BATCH:
                found = _together(np.array(fresh)) & candidates
                good |= found
                open_ &= ~found
                fresh = []
        if fresh:
            good |= _together(np.array(fresh)) & candidates
        return good

    def _excluded(self, chosen: list[int]) -> np.ndarray:
        """Items that unit propagation alone rules out beside the chosen ones."""
        possible, implied = self.sat.propagate(assumptions=self.literal[chosen].tolist())
        if not possible:
            return np.ones(len(self.items), dtype=bool)
        values = np.zeros(self.top + 1, dtype=np.int8)
        known = np.array(implied, dtype=int)
        values[np.abs(known)] = np.sign(known)
        return np.asarray(values[np.abs(self.literal)] * np.sign(self.literal) < 0)

    def _witness(self, chosen: list[int]) -> np.ndarray | None:
        """Items of a valid configuration that holds the chosen ones."""
        signs = self.rng.integers(0, 2, size=self.features) * 2 - 1
        self.sat.set_phases((np.arange(1, self.features + 1) * signs).tolist())
        if not self.sat.solve(assumptions=self.literal[chosen].tolist()):
            return None
        values = self.sat.get_model()[: self.features]
        row = np.zeros((1, self.features), dtype=bool)
        row[0, : len(values)] = np.array(values) > 0
        held = np.empty(len(self.items), dtype=bool)
        mine = self.literal[self.plain]
        held[self.plain] = row[0, np.abs(mine) - 1] == (mine > 0)
        for i in np.flatnonzero(~self.plain):
            held[i] = self.items[i].holds(row)[0]
        return held


def _together(held: np.ndarray) -> np.ndarray:
    """(items, items) bool: some row holds both."""
    as_float = held.astype(np.float32)
    found: np.ndarray = (as_float.T @ as_float) > 0
    return found
