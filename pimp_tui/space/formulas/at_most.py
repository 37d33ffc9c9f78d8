"""Cardinality constraints that the solver decides itself (Minicard: Liffiton and Maglalang 2012).

One constraint, whatever its width, where an encoding as clauses takes thousands to millions of
them; as complete in propagation as the best encodings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Clause = list[int]
Total = tuple[int, tuple[int, ...], tuple[int, ...]]


class AtMost(Clause):
    """At most ``bound`` of the literals hold; one that stands several times counts each time.

    Stands among clauses, and is none: who hands clauses to a solver tells the two apart.

    Args:
        literals: of the constraint.
        bound: how many may hold.
        hint: a literal worth assuming first, under which the whole is easy; 0 for none.
        first: variables that are best decided first; those of the literals if none are given.
        total: an inequality that holds too, (bound, coefficients, literals), where this one is
            what rounding left of it.
    """

    def __init__(
        self,
        literals: Iterable[int],
        bound: int,
        hint: int = 0,
        first: tuple[int, ...] = (),
        total: Total | None = None,
    ) -> None:
        super().__init__(literals)
        self.bound, self.hint, self.total = bound, hint, total
        self.first = first or tuple(dict.fromkeys(map(abs, self)))

    def renamed(self, name: Callable[[int], int]) -> AtMost:
        """The same over other literals."""
        hint = name(self.hint) if self.hint else 0
        total = self.total and (*self.total[:2], tuple(map(name, self.total[2])))
        first = tuple(abs(name(v)) for v in self.first)
        return AtMost(map(name, self), self.bound, hint, first, total)


def renamed(clause: Clause, name: Callable[[int], int]) -> Clause:
    """A clause, or one of these constraints, over other literals."""
    return clause.renamed(name) if isinstance(clause, AtMost) else [name(x) for x in clause]


def under(switch: int, clauses: Iterable[Clause], new: Callable[[], int]) -> list[Clause]:
    """The clauses where the switch holds, else nothing.

    Args:
        switch: a literal.
        clauses: what then holds.
        new: makes an auxiliary variable.
    """
    found: list[Clause] = []
    for clause in clauses:
        if not isinstance(clause, AtMost):
            found.append([-switch, *clause])
            continue
        coefs, counted = clause.total[1:] if clause.total else ((), ())
        copy = {x: new() for x in dict.fromkeys([*clause, *counted])}
        found += [[-switch, -x, y] for x, y in copy.items()]
        total = clause.total and (clause.total[0], coefs, tuple(copy[x] for x in counted))
        copies = [copy[x] for x in clause]
        found.append(AtMost(copies, clause.bound, clause.hint, clause.first, total))
    return found
