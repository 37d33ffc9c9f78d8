"""Settling many yes-no questions of one solver together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pimp_tui.space.solving.solver import Solver

Pair = tuple[int, int]


def impossible(solver: Solver, pairs: Sequence[Pair], tick: Callable[[], None]) -> list[Pair]:
    """Those pairs of literals that no valid configuration holds together.

    Every solve asks for any pair not yet seen, so that one refusal settles all that are left
    (Janota, Lynce, Marques-Silva 2015).

    Args:
        solver: of a model that is not void.
        pairs: literals of features.
        tick: called before each solve; may raise to cancel.
    """
    if not pairs:
        return []
    table = np.array(pairs)
    at, sign = np.abs(table) - 1, table > 0
    left = np.arange(len(pairs))
    for row in solver.witnesses():
        left = left[~(row[at[left]] == sign[left]).all(axis=1)]
    names = solver.names_of(pairs)
    while len(left):
        tick()
        solver.prefer(table[left].ravel().tolist())
        row = solver.any_of([names[i] for i in left.tolist()])
        if row is None:
            break
        left = left[~(row[at[left]] == sign[left]).all(axis=1)]
    return [pairs[i] for i in left.tolist()]
