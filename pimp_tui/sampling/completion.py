"""From the leaves that a plan row names to the complete configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import cells_of
from pimp_tui.space.formulas.at_most import renamed
from pimp_tui.space.solving.sat import sat_solver

if TYPE_CHECKING:
    from pimp_tui.space import Space


def completed(space: Space, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features that the options leave open, each distinct row once."""
    leaves = [space.variable(leaf) for o in space.bindings.values() for leaf in o.leaves]
    columns = np.array(leaves, dtype=int) - 1
    unique, where = np.unique(rows, axis=0, return_inverse=True)
    repeated = any(len(o.values) < len(o.leaves) for o in space.bindings.values() if o.bound)
    alone = repeated or _open_features(space, leaves)
    found = unique.copy() if alone else _with_parents(space, unique)
    # Where the options decide everything, a valid guess is the only completion.
    valid = np.zeros(len(unique), dtype=bool) if alone else space.reasoner.valid(found)
    for i in np.flatnonzero(~valid).tolist():
        row = unique[i]
        model = None
        if not repeated:
            literals = [
                v if on else -v for v, on in zip(leaves, row[columns].tolist(), strict=True)
            ]
            model = space.reasoner.solver.model(literals)
        if alone and (repeated or model is not None):
            model = _by_itself(space, row)
        valid[i] = model is not None
        found[i] = row if model is None else model
    where = where.reshape(-1)
    return found[where], valid[where]


def _by_itself(space: Space, row: np.ndarray) -> np.ndarray | None:
    """The one configuration that ``from_row`` takes the row's leaves for; None without any."""
    try:
        return space.to_row(space.from_row(cells_of(space, space.to_features(row))))
    except UserError:
        return None


def _with_parents(space: Space, rows: np.ndarray) -> np.ndarray:
    """The rows with the parents of what they select, and the core."""
    found = rows | (space.reasoner.backbone > 0)
    for at in range(len(space.features) - 1, -1, -1):
        parent = space.model.features[space.features[at]].parent
        if parent is not None:
            found[:, space.variable(parent.name) - 1] |= found[:, at]
    return found


def _open_features(space: Space, leaves: list[int]) -> bool:
    """Whether some configuration's leaves leave another feature open (checked by one SAT call)."""
    solver = space.reasoner.solver
    shift = solver.top
    own = set(leaves)
    others = [v for v in range(1, solver.variables + 1) if v not in own]
    second = [
        renamed(c, lambda x: x if abs(x) in own else x + shift if x > 0 else x - shift)
        for c in solver.clauses
    ]
    flags = []
    with sat_solver([*solver.clauses, *second]) as sat:
        top = 2 * shift
        for v in others:
            top += 1
            flags.append(top)
            sat.append_formula([[-top, v, v + shift], [-top, -v, -v - shift]])
        sat.add_clause(flags)
        return bool(sat.solve())
