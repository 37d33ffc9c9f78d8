"""ICPL: covering arrays made one configuration at a time, each strength upon the one below.

After Johansen, Haugen, Fleurey: "An algorithm for generating t-wise covering arrays from large
feature models" (SPLC 2012). Strength 1 starts with a configuration of as many and one of as few
features as SAT finds easily. For each further configuration the uncovered interactions are gone
through in order, and each that can still be added is, until every option is decided; interactions
that share an item found impossible are skipped. What is impossible at strength t - 1 rules out all
that contains it at strength t. As in the authors' tool, what the array of strength t - 1 has
decided is not part of the next one: only the validity it settled is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.item_solver import ItemSolver
from pimp_tui.sampling.items import distinct_items
from pimp_tui.sampling.partial_rows import PartialRows
from pimp_tui.sampling.registry import Order
from pimp_tui.sampling.validity import valid_items, valid_pairs, valid_triples

if TYPE_CHECKING:
    from pimp_tui.space import Space

_CHUNK = 1_024  # interactions looked at together while a configuration is made


def icpl(space: Space, order: Order) -> np.ndarray:
    """Rows that, with the given ones, cover every valid interaction of ``order.t`` items.

    Deterministic for a seed, which orders the interactions; ``order.seconds`` plays no part.
    """
    items = distinct_items(space, order.interactions, list(order.literals), order.t)
    rng = np.random.default_rng(order.seed)
    solver = ItemSolver(space, items, order.literals, rng)
    left = _valid(solver, order)
    left = left[rng.permutation(len(left))]
    if order.given is not None:
        left = _without(left, solver.held(order.given))
    rows: list[np.ndarray] = []
    total = len(left)
    starts = [solver.extreme(sign) for sign in (1, -1)] if order.t == 1 else []
    while len(left) and (order.n is None or len(rows) < order.n):
        if order.progress is not None:
            order.progress("icpl", 1 - len(left) / total)
        row = starts.pop(0) if starts else _row(solver, left)
        rest = _without(left, solver.held(row[None]))
        if len(rest) < len(left):
            rows.append(row)
        left = rest
    return np.array(rows, dtype=bool).reshape(-1, solver.features)


def _valid(solver: ItemSolver, order: Order) -> np.ndarray:
    """(n, t) valid interactions."""
    if order.t == 1:
        return np.flatnonzero(valid_items(solver, order.progress))[:, None]
    pairs = valid_pairs(solver, order.progress)
    if order.t == 2:
        return np.argwhere(np.triu(pairs))
    return valid_triples(solver, pairs, order.progress)


def _without(left: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The interactions that no row of (rows, items) bool holds."""
    for row in held:
        left = left[~row[left].all(axis=1)]
    return left


def _row(solver: ItemSolver, left: np.ndarray) -> np.ndarray:
    """A configuration that holds as many of the interactions as go together, first come first."""
    making = PartialRows(solver, np.zeros((0, solver.features), dtype=bool))
    making.add(left[0].tolist())
    wanted = np.zeros(len(solver.items), dtype=bool)
    wanted[left.reshape(-1)] = True
    for start in range(0, len(left), _CHUNK):
        _fill(making, left[start : start + _CHUNK])
        if not (wanted & (making.states[0] == 0)).any():
            break
    return making.completed()[0]


def _fill(making: PartialRows, chunk: np.ndarray) -> None:
    """Add what can be added of some interactions, in their order."""
    states, masks = making.states[0], making.solver.masks
    while len(chunk):
        here = states[chunk]
        # Worth a try: nothing impossible in it, and something still to decide.
        chunk = chunk[(here >= 0).all(axis=1) & (here == 0).any(axis=1)]
        decided = making.decided[0]
        for at, combination in enumerate(chunk.tolist()):
            known = making.masks[0]
            for i in combination:
                known &= masks[i]
            if known or making.fits(0, combination):
                making.put(0, combination)
            if making.decided[0] > decided:
                chunk = chunk[at + 1 :]
                break
        else:
            return
