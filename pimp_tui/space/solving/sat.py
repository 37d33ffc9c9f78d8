"""python-sat's Minisat with Ctrl-C as Python knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def sat_solver(clauses: Iterable[list[int]]) -> Any:
    """A Minisat over the clauses (an empty clause makes it unsatisfiable).

    A Ctrl-C during a solve ends it with KeyboardInterrupt instead of python-sat's own error.
    """
    from pysat.solvers import Minisat22
    from pysolvers import error as stopped

    class Sat(Minisat22):  # type: ignore[misc]
        def solve(self, assumptions: Iterable[int] = ()) -> bool:
            try:
                return bool(super().solve(assumptions))
            except stopped:
                raise KeyboardInterrupt from None

    # python-sat drops empty clauses without a word.
    found = Sat()
    for clause in clauses:
        if clause:
            found.add_clause(clause)
        else:
            found.add_clause([1])
            found.add_clause([-1])
    return found
