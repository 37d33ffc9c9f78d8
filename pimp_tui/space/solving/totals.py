"""What follows exactly from sums that were rounded for the solver, as clauses when they matter.

Of ``c1*x1 + ... + cn*xn <= bound``, literals that hold and reach beyond the bound exclude each
other (a cover), and those that fall short of it by less than a coefficient exclude its literal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from pimp_tui.space.formulas.at_most import AtMost, Clause
from pimp_tui.space.solving.budget import Limit

_MOST_LITERALS = 200_000  # of the clauses added at once
Propagated = tuple[bool, list[int]]


class Totals:
    """The inequalities of some constraints.

    Args:
        counts: those with a ``total``; each stands for itself.
    """

    def __init__(self, counts: Iterable[AtMost]) -> None:
        self._sums = []
        self._told: set[tuple[int, ...]] = set()
        for count in counts:
            if count.total and sum(count.total[1]) < 1 << 62:
                bound, coefs, literals = count.total
                order = np.argsort(-np.array(coefs), kind="stable")
                self._sums.append((bound, np.array(coefs)[order], np.array(literals)[order]))
        self._top = max((int(np.abs(x).max()) for _, _, x in self._sums), default=0)

    def cuts(self, propagate: Callable[[], Propagated], within: Limit) -> Iterator[Clause]:
        """Clauses, to be added one by one, until unit propagation sees what the sums say.

        Args:
            propagate: consistent or not, and the literals that follow, with what was added.
            within: ends it.
        """
        going = bool(self._sums)
        while going:
            within.check()
            going = False
            consistent, implied = propagate()
            if not consistent:
                return
            holds = np.zeros(2 * self._top + 1, dtype=bool)  # literal x at x + top
            holds[[x + self._top for x in implied if abs(x) <= self._top]] = True
            for bound, coefs, literals in self._sums:
                on = holds[literals + self._top]
                open_ = ~on & ~holds[self._top - literals]
                reach = np.cumsum(coefs[on])
                sum_on = int(reach[-1]) if len(reach) else 0
                cover = (-literals[on]).tolist()
                if sum_on > bound:
                    yield cover[: int(np.searchsorted(reach, bound, side="right")) + 1]
                    return
                beyond = np.flatnonzero(open_ & (coefs > bound - sum_on))
                if len(beyond) * (len(cover) + 1) > _MOST_LITERALS:
                    continue
                for at in beyond.tolist():
                    need = int(np.searchsorted(reach, bound - int(coefs[at]), side="right")) + 1
                    clause = (-int(literals[at]), *cover[:need])
                    if clause not in self._told:  # python-sat is silent on what always follows
                        self._told.add(clause)
                        yield list(clause)
                        going = True
