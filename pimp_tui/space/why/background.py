"""The part of a set of hard clauses that can matter to a question about a few variables."""

from __future__ import annotations

from collections.abc import Iterable

from pimp_tui.space.formulas.at_most import AtMost, Clause


class Background:
    """Hard clauses, indexed by the variables they negate.

    With every variable outside a set V deselected, a clause that negates one of them holds. So V
    needs to grow by a clause only once it contains all variables the clause negates: the features
    above, and mandatory ones below, of a few features, not the whole tree.
    """

    def __init__(self) -> None:
        self._clauses: list[Clause] = []
        self._negated: list[int] = []  # how many variables each clause negates
        self._by: dict[int, list[int]] = {}
        self._always: list[int] = []

    def add(self, clauses: Iterable[Clause]) -> None:
        """Add hard clauses."""
        for clause in clauses:
            at = len(self._clauses)
            counted = isinstance(clause, AtMost)  # no variable can be left out of one
            gone = set() if counted else {-x for x in clause if x < 0}
            self._clauses.append(clause)
            self._negated.append(len(gone))
            for v in gone:
                self._by.setdefault(v, []).append(at)
            if not gone:
                self._always.append(at)

    def around(self, seeds: Iterable[int]) -> list[Clause]:
        """Clauses that, with others over these variables, are satisfiable when all are."""
        found = [self._clauses[at] for at in self._always]
        stack = list({*seeds, *(abs(x) for clause in found for x in clause)})
        inside = set(stack)
        left: dict[int, int] = {}
        while stack:
            for at in self._by.get(stack.pop(), ()):
                left[at] = left.get(at, self._negated[at]) - 1
                if left[at]:
                    continue
                clause = self._clauses[at]
                found.append(clause)
                for x in clause:
                    if abs(x) not in inside:
                        inside.add(abs(x))
                        stack.append(abs(x))
        return found
