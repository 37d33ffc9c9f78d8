"""Formulas to clauses: distribution while it stays small, auxiliary variables beyond (Tseitin 1968,
one direction only as in Plaisted and Greenbaum 1986, since formulas here are asserted to hold).
Cardinalities by binomials while few, else by a sequential counter (Sinz 2005), else as they are
(``AtMost``); linear inequalities by their decision diagram, whose nodes imply what they stand for
(Eén and Sörensson 2006), or as ``wide`` says where that grows too large.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

from pimp_tui.space.formulas.at_most import AtMost, Clause, under
from pimp_tui.space.formulas.linear import TooManyStates, decide
from pimp_tui.space.formulas.logic import Logic, negate
from pimp_tui.space.formulas.wide import wide

_MOST_CLAUSES = 48
_MOST_COUNTERS = 20_000
_MOST_NODES = 30_000


class ClauseMaker:
    """Makes clauses; auxiliary variables are numbered above the features.

    Args:
        variables: how many variables the features take.
    """

    def __init__(self, variables: int) -> None:
        self.top = variables
        self._named: dict[Logic, int] = {}  # of the formula at hand: deep ones name parts often

    def clauses(self, f: Logic) -> list[Clause]:
        """Clauses, and some ``AtMost``, that hold exactly where the formula does.

        Auxiliary variables are to be projected away.
        """
        extra: list[Clause] = []
        self._named.clear()
        return self._clauses(f, extra) + extra

    def new(self) -> int:
        """An auxiliary variable."""
        self.top += 1
        return self.top

    def under(self, switch: int, clauses: list[Clause]) -> list[Clause]:
        """The clauses where the switch holds, else nothing."""
        return under(switch, clauses, self.new)

    def _clauses(self, f: Logic, extra: list[Clause]) -> list[Clause]:
        if isinstance(f, bool):
            return [] if f else [[]]
        if isinstance(f, int):
            return [[f]]
        op = f[0]
        if op == "and":
            return [c for part in f[1] for c in self._clauses(part, extra)]
        if op == "iff":
            a, b = self._name(f[1], extra), self._name(f[2], extra)
            return [[-a, b], [a, -b]]
        if op == "card":
            return self._card(f[1], f[2], [self._name(p, extra) for p in f[3]], extra)
        if op == "linear":
            return self._linear(f[1], f[2], f[3], f[4], extra)
        return self._or([self._clauses(part, extra) for part in f[1]], extra)

    def _linear(
        self,
        low: int,
        high: int,
        coefs: tuple[int, ...],
        items: tuple[int, ...],
        extra: list[Clause],
    ) -> list[Clause]:
        try:
            nodes, root = decide(low, high, coefs, _MOST_NODES)
        except TooManyStates:
            return wide(low, high, coefs, items, self.new, extra)
        names: list[int] = [0, 0]
        for at, off, on in nodes[2:]:
            names.append(self.new())
            for x, child in ((items[at], off), (-items[at], on)):
                if child != 1:
                    extra.append([-names[-1], x, *([names[child]] if child else [])])
        return [[names[root]]] if root > 1 else [] if root else [[]]

    def _or(self, parts: list[list[Clause]], extra: list[Clause]) -> list[Clause]:
        """Distribute, with the largest parts named until the product stays small."""
        parts = [
            [[self._switch(part, extra)]] if any(isinstance(c, AtMost) for c in part) else part
            for part in parts
        ]
        parts.sort(key=len)
        size = 1
        for part in parts:
            size *= max(1, len(part))
        while size > max(_MOST_CLAUSES, len(parts[-1])):
            part = parts.pop()
            size //= len(part)
            parts.insert(0, [[self._switch(part, extra)]])
        found: list[Clause] = [[]]
        for part in parts:
            found = [left + right for left in found for right in part]
        cleaned: list[Clause] = []
        for clause in found:
            literals = dict.fromkeys(clause)
            if not any(-x in literals for x in literals):
                cleaned.append(list(literals))
        return cleaned

    def _switch(self, part: list[Clause], extra: list[Clause]) -> int:
        """A literal under which the part holds."""
        aux = self.new()
        extra.extend(self.under(aux, part))
        return aux

    def _name(self, f: Logic, extra: list[Clause]) -> int:
        """A literal equal to the formula, in both directions."""
        if isinstance(f, int) and not isinstance(f, bool):
            return f
        if isinstance(f, tuple) and f[0] == "iff":  # naming its sides twice would double each time
            a, b = self._name(f[1], extra), self._name(f[2], extra)
            aux = self.new()
            extra += [[-aux, -a, b], [-aux, a, -b], [aux, a, b], [aux, -a, -b]]
            return aux
        known = self._named.get(f) or -self._named.get(negate(f), 0)
        if known:
            return known
        aux = self._named[f] = self.new()
        inner: list[Clause] = []
        extra.extend(self.under(aux, self._clauses(f, inner)))
        extra.extend(self.under(-aux, self._clauses(negate(f), inner)))
        extra.extend(inner)
        return aux

    def _card(self, low: int, high: int, items: list[int], extra: list[Clause]) -> list[Clause]:
        n = len(items)
        found: list[Clause] = []
        if high < n:
            if comb(n, high + 1) <= max(_MOST_CLAUSES, n * n // 2 if n <= 40 else 0):
                found += [[-x for x in some] for some in combinations(items, high + 1)]
            else:
                found += self._at_most(high, items)
        if low > 0:
            if comb(n, low - 1) <= max(_MOST_CLAUSES, n):
                found += [list(some) for some in combinations(items, n - low + 1)]
            else:
                found += self._at_most(n - low, [-x for x in items])
        return found

    def _at_most(self, k: int, items: list[int]) -> list[Clause]:
        """Sequential counter: s[j] after item i says that at least j+1 of the first i hold."""
        if k * len(items) > _MOST_COUNTERS:
            return [AtMost(items, k)]
        found: list[Clause] = []
        before: list[int] = []
        for i, x in enumerate(items):
            if i == len(items) - 1:
                if len(before) == k:
                    found.append([-x, -before[k - 1]])
                break
            now = [self.new() for _ in range(min(i + 1, k))]
            found.append([-x, now[0]])
            for j, s in enumerate(before):
                found.append([-s, now[j]])
                if j + 1 < len(now):
                    found.append([-x, -s, now[j + 1]])
            if len(before) == k:
                found.append([-x, -before[k - 1]])
            before = now
        return found
