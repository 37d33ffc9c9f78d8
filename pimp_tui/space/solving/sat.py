"""python-sat's Minisat with a time limit, and with Ctrl-C as Python knows it."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

from pimp_tui.space.solving.budget import limit

# A solve goes in slices, between which the clock is looked at; each is a fraction of a second.
_CONFLICTS, _PROPAGATIONS, _SLICE_S = 2_000, 1_000_000, 0.2


def sat_solver(clauses: Iterable[list[int]]) -> Any:
    """A Minisat over the clauses (an empty clause makes it unsatisfiable).

    Its ``solve`` raises ``Unsettled`` at the end of the ``budget.limit`` around it. A Ctrl-C during
    a solve ends it with KeyboardInterrupt instead of python-sat's own error.
    """
    from pysat.solvers import Minisat22
    from pysolvers import error as stopped

    class Sat(Minisat22):  # type: ignore[misc]
        def solve(self, assumptions: Iterable[int] = ()) -> bool:
            given, within, size = list(assumptions), limit(), 1
            while True:
                within.check()
                self.conf_budget(_CONFLICTS * size)
                self.prop_budget(_PROPAGATIONS * size)
                began = monotonic()
                try:
                    # After the first slice other threads run beside it (the screen is one).
                    found = self.solve_limited(given, expect_interrupt=size > 1)
                except stopped:
                    raise KeyboardInterrupt from None
                if found is not None:
                    return bool(found)
                # Longer slices restart the search less often.
                size = size * 2 if monotonic() - began < _SLICE_S else max(size, 2)

    # python-sat drops empty clauses without a word.
    found = Sat()
    for clause in clauses:
        if clause:
            found.add_clause(clause)
        else:
            found.add_clause([1])
            found.add_clause([-1])
    return found
