"""All configurations of a small space by SAT: exact where no decision diagram can be had."""

from __future__ import annotations

import numpy as np

from pimp_tui.space.solving.budget import Unsettled, settle_within
from pimp_tui.space.solving.sat import sat_solver
from pimp_tui.space.solving.solver import Solver


def enumerate_all(
    solver: Solver, literals: list[int], most: int = 20_000, seconds: float = 2.0
) -> np.ndarray | None:
    """Every valid configuration, (n, features) bool, or None beyond ``most`` or ``seconds``."""
    try:
        with settle_within("the list of all configurations", seconds):
            return _every(solver, literals, most)
    except Unsettled:
        return None


def _every(solver: Solver, literals: list[int], most: int) -> np.ndarray | None:
    found: list[np.ndarray] = []
    with sat_solver(solver.clauses) as sat:
        while sat.solve(literals):
            if len(found) >= most:
                return None
            values = sat.get_model()[: solver.variables]
            values += list(range(-len(values) - 1, -solver.variables - 1, -1))
            found.append(np.array(values) > 0)
            sat.add_clause([-v for v in values])
    return np.array(found, dtype=bool).reshape(-1, solver.variables)
