"""Which items, pairs and triples of items are valid, by SAT with witnesses."""

from __future__ import annotations

import numpy as np

from pimp_tui.sampling.item_solver import ItemSolver
from pimp_tui.sampling.registry import Progress


def valid_items(solver: ItemSolver, progress: Progress | None = None) -> np.ndarray:
    """(items,) bool."""
    found = np.asarray(solver.pool.any(axis=0))
    for i in np.flatnonzero(~found).tolist():
        if progress is not None:
            progress("valid values", i / len(found))
        found[i] = solver.together([i])
    return found


def valid_pairs(solver: ItemSolver, progress: Progress | None = None) -> np.ndarray:
    """(items, items) bool, symmetric, without pairs of one owner."""
    n = len(solver.items)
    owner = np.array([item.owner for item in solver.items])
    alone = valid_items(solver, progress)
    seen = solver.pool.astype(np.float32)
    found = np.asarray((seen.T @ seen) > 0)
    open_ = alone[:, None] & alone[None, :] & ~found
    open_ &= (owner[:, None] != owner[None, :]) & np.tri(n, k=-1, dtype=bool).T
    for i in np.flatnonzero(open_.any(axis=1)).tolist():
        if progress is not None:
            progress("valid pairs", i / n)
        later = open_[i]
        states = solver.deduce(solver.assume([i]))
        if states is not None:
            later &= states >= 0
        for j in np.flatnonzero(later).tolist():
            found[i, j] = found[j, i] = solver.together([i, j])
    found &= owner[:, None] != owner[None, :]
    return found


def valid_triples(
    solver: ItemSolver, pairs: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """(n, 3) int16 of items i < j < k, all pairs of which are valid, that go together."""
    found: list[np.ndarray] = []
    n = len(pairs)
    for i in range(n):
        if progress is not None:
            progress("valid triples", i / n)
        for j in np.flatnonzero(pairs[i, i + 1 :]).tolist():
            j += i + 1
            later = pairs[i] & pairs[j]
            later[: j + 1] = False
            if not later.any():
                continue
            both = solver.masks[i] & solver.masks[j]
            states: np.ndarray | None = None
            good = []
            for k in np.flatnonzero(later).tolist():
                if both & solver.masks[k]:
                    good.append(k)
                    continue
                if states is None:
                    states = solver.deduce(solver.assume([i, j]))
                    assert states is not None, "the pair is valid"
                if states[k] >= 0 and solver.together([i, j, k]):
                    good.append(k)
                    both = solver.masks[i] & solver.masks[j]
            block = np.empty((len(good), 3), dtype=np.int16)
            block[:, 0], block[:, 1], block[:, 2] = i, j, good
            found.append(block)
    return np.concatenate(found) if found else np.zeros((0, 3), dtype=np.int16)
