"""Validity and complete propagation by SAT (python-sat).

Unit propagation alone misses implied features, so every candidate is settled by a solve; phases set
towards values not yet seen and a pool of witnesses settle most of them without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from time import thread_time
from typing import Any

import numpy as np

from pimp_tui.space.formulas.at_most import AtMost, Clause
from pimp_tui.space.formulas.clauses import ClauseMaker
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.solving.budget import Unsettled, at_most, settle_within
from pimp_tui.space.solving.plain import Beside, PlainTree
from pimp_tui.space.solving.sat import sat_solver

_POOL = 512
_LONG_S = 0.03
_PATIENT_S = 2.0  # twice the wall clock for a question that prefers many values at once
_STEPS = 30  # of implication that are followed for a hint
_EXCHANGED = 8  # remembered configurations whose neighbours are looked at


class Solver:
    """All relations of a model as hard clauses.

    Every question ends within the limit around it (``budget``), else raises ``Unsettled``.

    Args:
        variables: number of features; variable v is the v-th feature, from 1.
        relations: what holds.
        tree: of the same model; only makes it faster.
    """

    def __init__(
        self, variables: int, relations: list[Relation], tree: PlainTree | None = None
    ) -> None:
        self.variables, self._tree = variables, tree
        maker = ClauseMaker(variables)
        self.clauses: list[Clause] = [c for r in relations for c in maker.clauses(r.formula)]
        self.top = maker.top
        self._switch = maker.top
        self._sat: Any = None
        self._pool = np.zeros((0, variables), dtype=bool)
        self._fresh: list[np.ndarray] = []
        self._few = False

    @property
    def sat(self) -> Any:
        """The python-sat solver, started at first use."""
        if self._sat is None:
            self._sat = sat_solver(self.clauses)
        return self._sat

    def model(self, literals: Iterable[int] = ()) -> np.ndarray | None:
        """A configuration that holds the literals, (variables,) bool; None when there is none."""
        if not self.sat.solve(list(literals)):
            return None
        found = np.zeros(self.variables, dtype=bool)
        values = self.sat.get_model()[: self.variables]
        found[: len(values)] = np.fromiter(values, dtype=np.int64, count=len(values)) > 0
        return found

    def satisfiable(self, literals: Iterable[int] = ()) -> bool:
        """Whether a valid configuration holds all the literals."""
        return bool(self.sat.solve(list(literals)))

    def core(self, literals: Iterable[int]) -> list[int] | None:
        """Some of the literals that no valid configuration holds together; None when one does."""
        if self.sat.solve(list(literals)):
            return None
        return list(self.sat.get_core() or [])

    def prefer(self, literals: Iterable[int]) -> None:
        """Try these values first in later solves."""
        self.sat.set_phases(list(literals))

    def any_of(self, literals: list[int], fixed: Iterable[int] = ()) -> np.ndarray | None:
        """A configuration that holds ``fixed`` and any of the literals; None when there is none."""
        self._switch += 1
        self.sat.add_clause([-self._switch, *literals])
        try:
            return self.model([*fixed, self._switch])
        finally:
            self.sat.add_clause([-self._switch])

    def names_of(self, conjunctions: Iterable[Iterable[int]]) -> list[int]:
        """For each conjunction of literals a new literal under which it holds."""
        found = []
        for parts in conjunctions:
            self._switch += 1
            for literal in parts:
                self.sat.add_clause([-self._switch, literal])
            found.append(self._switch)
        return found

    def witnesses(self) -> np.ndarray:
        """(n, variables) bool: valid configurations met so far."""
        return self._pool

    def remember(self, rows: np.ndarray) -> None:
        """Keep valid configurations as witnesses, (n, variables) bool; the newest stay."""
        self._pool = np.concatenate([rows, self._pool])[:_POOL]

    def propagate(self, literals: Iterable[int]) -> np.ndarray | None:
        """Everything that follows from the literals.

        Returns:
            (variables,) int8: 1 selected, -1 deselected, 0 undecided; None when nothing is valid.
            What was found before ``Unsettled`` is remembered, so that asking again goes on there.
        """
        with settle_within("what follows from the choices"):
            try:
                return self._propagate([int(x) for x in literals])
            finally:
                if self._fresh:
                    self.remember(np.array(self._fresh[::-1]))
                    self._fresh.clear()

    def _propagate(self, given: list[int]) -> np.ndarray | None:
        self._few = False
        can = np.zeros((2, self.variables), dtype=bool)  # can be deselected, can be selected
        pool = self._pool
        if given and len(pool):
            where, sign = np.abs(given) - 1, np.array(given) > 0
            pool = pool[(pool[:, where] == sign).all(axis=1)]
        if len(pool):
            can[1], can[0] = pool.any(axis=0), ~pool.all(axis=0)
        else:
            first = self.model(given)
            if first is None:
                return None
            self._see(first, can)
        beside = self._tree.beside(given) if self._tree else None
        if beside:
            for row in pool[:_EXCHANGED] if len(pool) else self._fresh:
                beside.see(row, can)
        fixed = list(given)
        consistent, implied = self.sat.propagate(assumptions=given)
        if consistent:
            for literal in implied:
                if abs(literal) <= self.variables:
                    can[int(literal < 0), abs(literal) - 1] = False
                    can[int(literal > 0), abs(literal) - 1] = True
            known = {abs(x) for x in implied}
        else:
            known = set()
        self._settle(fixed, known, can, beside)
        if beside:
            beside.tell(can)
        return can[1].astype(np.int8) - can[0].astype(np.int8)

    def _settle(
        self, fixed: list[int], known: set[int], can: np.ndarray, beside: Beside | None
    ) -> None:
        """Solve until every one-sided variable outside ``known`` is two-sided or implied.

        Each question is "can any of these still take its other value?", so that one refusal
        settles all that is left (Janota, Lynce, Marques-Silva 2015).
        """
        skip = np.zeros(self.variables, dtype=bool)
        skip[[v - 1 for v in known if v <= self.variables]] = True
        skip[[abs(x) - 1 for x in fixed]] = True
        if beside:
            skip |= beside.inner
        numbers, took, last = np.arange(1, self.variables + 1), 0.0, None
        while True:
            left = np.flatnonzero((can[0] ^ can[1]) & ~skip)
            if not len(left):
                return
            wanted = np.where(can[1][left], -(left + 1), left + 1).tolist()
            # What is settled keeps out of the way, and what a wanted value needs is there;
            # where that makes the solver search long, it stays near the last configuration.
            base = -numbers if last is None or took < _LONG_S else np.where(last, numbers, -numbers)
            self.prefer([*base.tolist(), *self._needed(wanted), *wanted])
            began = thread_time()
            found = self._any_of(wanted, fixed)
            took, last = max(took, thread_time() - began), found
            if found is None:
                return
            self._see(found, can)
            if beside:
                beside.see(found, can)

    def _any_of(self, wanted: list[int], fixed: list[int]) -> np.ndarray | None:
        """As ``any_of``; what many wanted values at once make hard is asked with few of them."""
        if len(wanted) == 1:
            return self.model([*fixed, wanted[0]])
        if not self._few:
            try:
                with settle_within("many values at once", at_most(_PATIENT_S) / 2):
                    return self.any_of(wanted, fixed)
            except Unsettled:
                self._few = True
        self.prefer([-x for x in wanted])
        return self.any_of(wanted, fixed)

    def _needed(self, wanted: list[int]) -> list[int]:
        """What follows from the literals by clauses of two, the selected last."""
        source, target = self._pairs
        seen = np.zeros(2 * self.top + 1, dtype=bool)  # literal x at x + top
        seen[np.array(wanted) + self.top] = True
        for _ in range(_STEPS):
            new = target[seen[source]]
            new = new[~seen[new]]
            if not len(new):
                break
            seen[new] = True
        return (np.flatnonzero(seen) - self.top).tolist()

    @cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Clauses of two literals as implications, each both ways: places of the two literals."""
        found = [c for c in self.clauses if len(c) == 2 and not isinstance(c, AtMost)]
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        source = np.concatenate([-pairs[:, 0], -pairs[:, 1]])
        target = np.concatenate([pairs[:, 1], pairs[:, 0]])
        return source + self.top, target + self.top

    def _see(self, row: np.ndarray, can: np.ndarray) -> None:
        can[1] |= row
        can[0] |= ~row
        self._fresh.append(row)
