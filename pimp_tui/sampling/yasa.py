"""YASA: covering samples by filling partial configurations, then making the weak ones again.

After Krieter, Thüm, Schulze, Saake, Leich: "YASA: Yet another sampling algorithm" (VaMoS 2020).
Interactions are gone through in a shuffled order. One that no configuration holds yet goes into the
fullest partial configuration that can take it (a known solution says so, else SAT), and into a new
one where none can. After each of the m passes, configurations that alone cover fewer interactions
than the average are taken away and what is lost is covered again; the smallest sample of all passes
stands. FeatureIDE makes 5 passes, and so does ``yasa``; ``yasa:10`` makes 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.item_solver import ItemSolver
from pimp_tui.sampling.items import distinct_items
from pimp_tui.sampling.partial_rows import PartialRows
from pimp_tui.sampling.registry import Order
from pimp_tui.sampling.validity import valid_items, valid_pairs

if TYPE_CHECKING:
    from pimp_tui.space import Space

PASSES = 5
"""The parameter m of the paper, as FeatureIDE sets it."""


def yasa(space: Space, order: Order, passes: int = PASSES) -> np.ndarray:
    """Rows that, with the given ones, cover every valid interaction of ``order.t`` items.

    Deterministic for a seed; ``order.seconds`` plays no part.
    """
    items = distinct_items(space, order.interactions, list(order.literals), order.t)
    rng = np.random.default_rng(order.seed)
    solver = ItemSolver(space, items, order.literals, rng)
    given = order.given
    if given is None:
        given = np.zeros((0, solver.features), dtype=bool)
    search = _Search(solver, order, given)
    return search.run(passes)


class _Search:
    def __init__(self, solver: ItemSolver, order: Order, given: np.ndarray) -> None:
        self.solver, self.order = solver, order
        self.rows = PartialRows(solver, given)
        if order.t == 1:
            self.alone = valid_items(solver, order.progress)
        else:
            self.pairs = valid_pairs(solver, order.progress)
        self.invalid: set[tuple[int, ...]] = set()

    def run(self, passes: int) -> np.ndarray:
        """The rows of the smallest of all passes."""
        best: np.ndarray | None = None
        for number in range(passes):
            if number:
                self._trim()
            self._pass(f"yasa pass {number + 1} of {passes}")
            if best is None or len(self.rows) - self.rows.fixed < len(best):
                best = self.rows.completed()
        assert best is not None, "there is at least one pass"
        return best

    def _pass(self, name: str) -> None:
        """Cover what the rows leave open."""
        progress, n = self.order.progress, len(self.solver.items)
        shuffled = self.solver.rng.permutation(n)
        for at, combination in self._uncovered(shuffled):
            if progress is not None:
                progress(name, at / n)
            self._cover(combination)

    def _cover(self, combination: tuple[int, ...]) -> None:
        rows, known = self.rows, -1
        for i in combination:
            known &= self.solver.masks[i]
        candidates = rows.candidates(combination)
        for row in candidates:
            if rows.masks[row] & known:
                rows.put(row, combination)
                return
        if not known and not self.solver.together(combination):
            self.invalid.add(combination)
            return
        for row in candidates:
            if rows.fits(row, combination):
                rows.put(row, combination)
                return
        rows.add(combination)

    def _uncovered(self, shuffled: np.ndarray) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Combinations not covered when their turn comes, with the place of their first item."""
        held, t = self.rows.held, self.order.t
        place = np.argsort(shuffled)
        if t == 1:
            yield from ((at, (i,)) for at, i in enumerate(shuffled.tolist())
                        if self.alone[i] and not held[i])  # fmt: skip
            return
        for at, i in enumerate(shuffled.tolist()):
            others = np.flatnonzero(self.pairs[i] & (place > at))
            others = others[np.argsort(place[others])]
            for j in others.tolist():
                if t == 2:
                    if not held[i] & held[j]:
                        yield at, (i, j)
                    continue
                for k in others[self.pairs[j, others] & (place[others] > place[j])].tolist():
                    if not held[i] & held[j] & held[k]:
                        triple = tuple(sorted((i, j, k)))
                        if triple not in self.invalid:
                            yield at, triple

    def _trim(self) -> None:
        """Keep the rows that alone cover at least as many interactions as the average row."""
        states = self.rows.states
        held = states > 0
        alone = alone_covered(held, self.order.t).astype(float)
        # Half-empty rows count for less: what they lack, others may take over.
        alone *= 2 - (states == 0).mean(axis=1) ** 2
        own = alone[self.rows.fixed :]
        keep = np.flatnonzero(own >= own.mean()) + self.rows.fixed if len(own) else own
        self.rows.keep(keep.astype(int).tolist())


def alone_covered(held: np.ndarray, t: int) -> np.ndarray:
    """(rows,) how many combinations of t items only this row of (rows, items) bool holds."""
    if t == 1:
        return np.asarray((held & (held.sum(axis=0) == 1)).sum(axis=1))
    as_float = held.astype(np.float32)
    if t == 2:
        single = ((as_float.T @ as_float) == 1).astype(np.float32)
        return np.asarray(((as_float @ single) * as_float).sum(axis=1) / 2)
    found = np.zeros(len(held))
    for i in range(held.shape[1]):
        having = np.flatnonzero(held[:, i])
        found[having] += alone_covered(held[having], 2)
    return found / 3
