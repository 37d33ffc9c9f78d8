"""Clauses whose models are counted one for one: every auxiliary variable is equivalent to what it
stands for (Tseitin 1968), so that a model counter finds as many models as there are configurations.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

from pimp_tui.space.formulas.adder import add_up
from pimp_tui.space.formulas.linear import TooManyStates, decide
from pimp_tui.space.formulas.logic import Logic, ite, negate

_MOST_CLAUSES = 64
_MOST_NODES = 30_000
Clause = list[int]


class ExactCnf:
    """Clauses of formulas; auxiliary variables are numbered above ``variables``."""

    def __init__(self, variables: int) -> None:
        self.top = variables
        self._named: dict[Logic, int] = {}
        self.clauses: list[Clause] = []

    def add(self, formula: Logic) -> None:
        """Demand a formula."""
        self.clauses.extend(self._of(formula))

    def _of(self, f: Logic) -> list[Clause]:
        """Clauses equivalent to the formula, given the definitions among ``self.clauses``."""
        if isinstance(f, bool):
            return [] if f else [[]]
        if isinstance(f, int):
            return [[f]]
        op = f[0]
        if op == "and":
            return [clause for part in f[1] for clause in self._of(part)]
        if op == "iff":
            a, b = self._name(f[1]), self._name(f[2])
            return [[-a, b], [a, -b]]
        if op == "card":
            return self._card(f[1], f[2], [self._name(part) for part in f[3]])
        if op == "linear":
            try:
                nodes, root = decide(f[1], f[2], f[3], _MOST_NODES)
            except TooManyStates:
                return add_up(f[1], f[2], f[3], f[4], self._new, self.clauses)
            names: list[Logic] = [False, True]
            for at, off, on in nodes[2:]:
                names.append(self._name(ite(f[4][at], names[on], names[off])))
            return self._of(names[root])
        return self._or(list(f[1]))

    def _or(self, parts: list[Logic]) -> list[Clause]:
        plain = [p for p in parts if isinstance(p, int)]
        sides = [[[x]] for x in plain]
        left = _MOST_CLAUSES
        for part in parts:
            if isinstance(part, int):
                continue
            clauses = self._of(part)
            if len(clauses) > left:
                clauses = [[self._name(part)]]
            left //= max(1, len(clauses))
            sides.append(clauses)
        found: list[Clause] = [[]]
        for clauses in sides:
            found = [a + b for a in found for b in clauses]
        unique = [list(dict.fromkeys(clause)) for clause in found]
        return [clause for clause in unique if not any(-x in clause for x in clause)]

    def _name(self, f: Logic) -> int:
        """A literal equivalent to the formula."""
        if isinstance(f, int) and not isinstance(f, bool):
            return f
        if isinstance(f, tuple) and f[0] == "iff":  # naming its sides twice would double each time
            a, b = self._name(f[1]), self._name(f[2])
            aux = self._new()
            self.clauses += [[-aux, -a, b], [-aux, a, -b], [aux, a, b], [aux, -a, -b]]
            return aux
        known = self._named.get(f) or -self._named.get(negate(f), 0)
        if known:
            return known
        held, missed = self._of(f), self._of(negate(f))
        aux = self._named[f] = self._new()
        self.clauses.extend([-aux, *clause] for clause in held)
        self.clauses.extend([aux, *clause] for clause in missed)
        return aux

    def _new(self) -> int:
        self.top += 1
        return self.top

    def _card(self, low: int, high: int, items: list[int]) -> list[Clause]:
        n = len(items)
        too_many = comb(n, high + 1) if high < n else 0
        too_few = comb(n, n - low + 1) if low else 0
        if too_many + too_few <= max(_MOST_CLAUSES, n * n // 2 if n <= 64 else 0):
            found = [[-x for x in some] for some in combinations(items, high + 1)]
            return found + (
                [list(some) for some in combinations(items, n - low + 1)] if low else []
            )
        at_least = self._counter(items, min(n, max(low, high + 1)))
        return ([[at_least[low]]] if low else []) + ([[-at_least[high + 1]]] if high < n else [])

    def _counter(self, items: list[int], most: int) -> dict[int, int]:
        """Literals "at least j of the items", j from 1 to ``most``."""
        row: dict[int, int] = {}
        for i, x in enumerate(items, start=1):
            now: dict[int, int] = {}
            for j in range(1, min(i, most) + 1):
                both = x if j == 1 else ("and", (x, row[j - 1]))
                now[j] = self._name(both if j not in row else ("or", (row[j], both)))
            row = now
        return row
