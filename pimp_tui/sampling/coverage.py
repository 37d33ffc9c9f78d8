"""Which interactions a plan covers, checked apart from the samplers: rows by evaluating the model's
formulas, valid interactions by a SAT solver of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.items import Item, differing, item_matrix, items_of
from pimp_tui.sampling.plans import rows_of_plan
from pimp_tui.sampling.sample import check_interactions

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space

_MOST = 60_000_000


def coverage(
    space: Space, plan: pl.DataFrame, t: int = 2, interactions: str | None = None
) -> dict[str, Any]:
    """Check a plan.

    Args:
        space: the space.
        plan: one column per option.
        t: 1, 2 or 3.
        interactions: ``options`` or ``literals``; the default is that of ``sample``.

    Returns:
        the contract's answer of ``coverage``. Invalid rows cover nothing; ``duplicates`` counts the
        rows that repeat an earlier one.

    Raises:
        UserError: the table is no plan of this space, or there are too many interactions.
    """
    kind = check_interactions(space, interactions)
    if not 1 <= t <= 3:
        raise UserError(f"t is {t}", mend="t is 1, 2 or 3")
    rows, valid = rows_of_plan(space, plan)
    items = items_of(space, kind)
    if len(items) ** t > _MOST * t:
        raise UserError(
            f"{len(items)} values make too many interactions of {t}", mend="take a smaller t"
        )
    good = rows[valid]
    checker = _Checker(space, items)
    total, covered = checker.count(item_matrix(items, good), t)
    return {
        "t": t,
        "interactions": kind,
        "valid_interactions": total,
        "covered": covered,
        "coverage": covered / total if total else 1.0,
        "invalid_configurations": int((~valid).sum()),
        "duplicates": len(good) - len(np.unique(good, axis=0)) if len(good) else 0,
    }


class _Checker:
    """Valid interactions by SAT, witnesses reused."""

    def __init__(self, space: Space, items: list[Item]) -> None:
        from pysat.solvers import Glucose4

        solver = space.reasoner.solver
        self.items, self.features = items, solver.variables
        self.sat: Any = Glucose4(bootstrap_with=solver.clauses)
        self.literal: list[int] = []
        top = solver.top
        for item in items:
            parts = [-v for v in item.none_of] or list(item.any_of)
            if len(parts) == 1:
                self.literal.append(parts[0])
                continue
            top += 1
            self.literal.append(top)
            if item.none_of:
                self.sat.append_formula([[-top, p] for p in parts])
            else:
                self.sat.add_clause([-top, *parts])
        self.differ = differing(items)
        self.rng = np.random.default_rng(0)

    def count(self, held: np.ndarray, t: int) -> tuple[int, int]:
        """Valid interactions of t items, and how many of them the rows hold.

        Args:
            held: (rows, items) bool of valid rows.
        """
        alone = held.any(axis=0)
        valid = alone | np.array([self._witness([i]) is not None
                                  for i in range(len(self.items))], dtype=bool)  # fmt: skip
        if t == 1:
            return int(valid.sum()), int(alone.sum())
        pairs = np.asarray(self.differ & valid[:, None] & valid[None, :])
        covered = _together(held) & pairs
        good = self._valid_pairs([], pairs, covered)
        if t == 2:
            return int(good.sum()), int(covered.sum())
        total = done = 0
        for i in np.flatnonzero(valid):
            candidates = good & good[i][:, None] & good[i][None, :]
            if not candidates.any():
                continue
            here = _together(held[held[:, i]]) & candidates
            total += int(self._valid_pairs([int(i)], candidates, here).sum())
            done += int(here.sum())
        return total, done

    def _valid_pairs(
        self, fixed: list[int], candidates: np.ndarray, known: np.ndarray
    ) -> np.ndarray:
        """Those candidate pairs that some valid configuration holds beside the fixed items."""
        good, open_ = known.copy(), np.asarray(candidates & ~known)
        for i in np.flatnonzero(open_.any(axis=1)):
            excluded = self._excluded([*fixed, int(i)])
            open_[i] &= ~excluded
            for j in np.flatnonzero(open_[i]):
                if not open_[i, j]:
                    continue
                witness = self._witness([*fixed, int(i), int(j)])
                if witness is None:
                    open_[i, j] = False
                    continue
                own = np.flatnonzero(witness)
                block = np.ix_(own, own)
                good[block] |= candidates[block]
                open_[block] = False
        return good

    def _excluded(self, chosen: list[int]) -> np.ndarray:
        """Items that unit propagation alone rules out beside the chosen ones."""
        possible, implied = self.sat.propagate(assumptions=[self.literal[i] for i in chosen])
        if not possible:
            return np.ones(len(self.items), dtype=bool)
        ruled = set(implied)
        return np.array([-x in ruled for x in self.literal])

    def _witness(self, chosen: list[int]) -> np.ndarray | None:
        """Items of a valid configuration that holds the chosen ones."""
        signs = self.rng.integers(0, 2, size=self.features) * 2 - 1
        self.sat.set_phases((np.arange(1, self.features + 1) * signs).tolist())
        if not self.sat.solve(assumptions=[self.literal[i] for i in chosen]):
            return None
        values = self.sat.get_model()[: self.features]
        row = np.zeros((1, self.features), dtype=bool)
        row[0, : len(values)] = np.array(values) > 0
        return item_matrix(self.items, row)[0]


def _together(held: np.ndarray) -> np.ndarray:
    """(items, items) bool: some row holds both."""
    as_float = held.astype(np.float32)
    found: np.ndarray = (as_float.T @ as_float) > 0
    return found
