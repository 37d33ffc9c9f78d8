"""python-sat's solvers with a time limit, and with Ctrl-C as Python knows it.

Minisat, or Minicard (the same, with cardinality constraints) where some constraint is ``AtMost``.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from time import monotonic
from typing import Any

from pimp_tui.space.formulas.at_most import AtMost, Clause
from pimp_tui.space.solving.budget import Limit, limit
from pimp_tui.space.solving.totals import Totals

# A solve goes in slices, between which the clock is looked at; each is a fraction of a second.
_CONFLICTS, _PROPAGATIONS, _SLICE_S = 2_000, 1_000_000, 0.2


def sat_solver(clauses: Iterable[Clause]) -> Any:
    """A solver over the clauses (an empty clause makes it unsatisfiable).

    Its ``solve`` raises ``Unsettled`` at the end of the ``budget.limit`` around it. A Ctrl-C during
    a solve ends it with KeyboardInterrupt instead of python-sat's own error. Hints of ``AtMost``
    are assumed first, for a while.
    """
    from pysat.solvers import Minicard, Minisat22
    from pysolvers import error as stopped

    given_clauses = list(clauses)
    counts = [c for c in given_clauses if isinstance(c, AtMost)]
    hints = list(dict.fromkeys(c.hint for c in counts if c.hint))
    first = list(dict.fromkeys(v for c in counts for v in c.first))
    totals, rng = Totals(counts), Random(0)

    class Sat(Minicard if counts else Minisat22):  # type: ignore[misc]
        def solve(self, assumptions: Iterable[int] = ()) -> bool:
            given, within, size = list(assumptions), limit(), 1
            for clause in totals.cuts(lambda: self.propagate(given), within):
                self.add_clause(clause)
            if first:
                # In ever another order, since those that come late are left over by a bound.
                self.set_activities({v: rng.random() for v in first})
            if hints and self._slice([*given, *hints], within, 1):
                return True
            while True:
                began = monotonic()
                found = self._slice(given, within, size)
                if found is not None:
                    return found
                # Longer slices restart the search less often.
                size = size * 2 if monotonic() - began < _SLICE_S else max(size, 2)

        def _slice(self, given: list[int], within: Limit, size: int) -> bool | None:
            within.check()
            self.conf_budget(_CONFLICTS * size)
            self.prop_budget(_PROPAGATIONS * size)
            try:
                # After the first slice other threads run beside it (the screen is one).
                found = self.solve_limited(given, expect_interrupt=size > 1)
            except stopped:
                raise KeyboardInterrupt from None
            return None if found is None else bool(found)

    found = Sat()
    for clause in given_clauses:
        add(found, clause)
    return found


def loaded(kind: Any, clauses: Iterable[Clause]) -> Any:
    """A solver of python-sat as it is: of the kind, or Minicard where some constraint is AtMost."""
    from pysat.solvers import Minicard

    given = list(clauses)
    found = Minicard() if any(isinstance(c, AtMost) for c in given) else kind()
    for clause in given:
        add(found, clause)
    return found


def add(sat: Any, clause: Clause) -> None:
    """Demand a clause or an ``AtMost`` of a python-sat solver."""
    if isinstance(clause, AtMost):
        sat.add_atmost(clause, clause.bound)
    elif clause:
        sat.add_clause(clause)
    else:  # python-sat drops empty clauses without a word
        sat.add_clause([1])
        sat.add_clause([-1])
