"""Plan rows as complete configurations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import KEYS
from pimp_tui.space.ids import canonical
from pimp_tui.space.nearest import nearest
from pimp_tui.space.rows import leaves_of

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space


def rows_of_plan(
    space: Space, plan: pl.DataFrame, label: str = "plan"
) -> tuple[np.ndarray, np.ndarray]:
    """Complete configurations of a plan's rows.

    Returns:
        (n, features) bool, and (n,) bool: which rows are valid. An invalid row holds the leaves it
        names and nothing else.

    Raises:
        UserError: a column is missing or holds a value that its option does not have.
    """
    import polars as pl

    check_columns(plan, space, label)
    rows = np.zeros((len(plan), len(space.features)), dtype=bool)
    for name, option in space.bindings.items():
        numbers = {leaf: space.variable(leaf) - 1 for leaf in option.leaves}
        column = plan[name]
        if not option.bound and column.dtype == pl.Boolean:
            rows[:, numbers[next(iter(numbers))]] = column.fill_null(False).to_numpy()
            continue
        cells = column.to_list()
        known: dict[Any, list[int]] = {}
        for at, cell in enumerate(cells):
            key = (type(cell), cell if not isinstance(cell, list | dict) else repr(cell))
            if key not in known:
                leaves = leaves_of(option, _typed(cell, option.leaves.values(), option.bound))
                if leaves is None:
                    leaves = leaves_of(option, cell)
                if leaves is None:
                    values = ", ".join(map(str, option.values if option.bound else (True, False)))
                    where = f"{label}, row {at + 1}, column {name}"
                    raise UserError(f"{name} has no value {cell!r}", where, f"it has {values}")
                known[key] = [numbers[leaf] for leaf in leaves]
            rows[at, known[key]] = True
    if not space.is_bound:
        return rows, space.reasoner.valid(rows)
    return _completed(space, rows)


def _completed(space: Space, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features that the options leave open, each distinct row once."""
    leaves = [space.variable(leaf) for o in space.bindings.values() for leaf in o.leaves]
    unique, where = np.unique(rows, axis=0, return_inverse=True)
    repeated = any(len(o.values) < len(o.leaves) for o in space.bindings.values() if o.bound)
    alone = repeated or _open_features(space, leaves)
    found = unique.copy() if alone else _with_parents(space, unique)
    # Where the options decide everything, a valid guess is the only completion.
    valid = np.zeros(len(unique), dtype=bool) if alone else space.reasoner.valid(found)
    for i in np.flatnonzero(~valid).tolist():
        found[i] = unique[i]
        if repeated or space.satisfiable([v if unique[i, v - 1] else -v for v in leaves]):
            try:
                found[i] = space.to_row(space.from_row(space.row(space.to_features(unique[i]))))
            except UserError:
                continue
            valid[i] = True
    where = where.reshape(-1)
    return found[where], valid[where]


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
    from pysat.solvers import Minisat22

    solver = space.reasoner.solver
    shift = solver.top
    own = set(leaves)
    others = [v for v in range(1, solver.variables + 1) if v not in own]
    second = [
        [x if abs(x) in own else (abs(x) + shift) * (1 if x > 0 else -1) for x in clause]
        for clause in solver.clauses
    ]
    flags = []
    with Minisat22(bootstrap_with=[*solver.clauses, *second]) as sat:
        top = 2 * shift
        for v in others:
            top += 1
            flags.append(top)
            sat.append_formula([[-top, v, v + shift], [-top, -v, -v - shift]])
        sat.add_clause(flags)
        return bool(sat.solve())


def _typed(cell: Any, values: Any, bound: bool) -> Any:
    """A cell of a text table as the type its option's values have."""
    if not isinstance(cell, str):
        return cell
    kinds = {type(v) for v in values}
    if not bound or kinds == {bool}:
        return {"true": True, "false": False, "1": True, "0": False}.get(cell.lower(), cell)
    if kinds == {str}:
        return cell
    try:
        found = float(cell) if kinds <= {int, float} else json.loads(cell)
    except ValueError:
        return cell
    return canonical(found) if isinstance(found, str | list | dict) else found


def check_columns(table: pl.DataFrame, space: Space, label: str) -> None:
    """Check that a table has a column for every option.

    Raises:
        UserError: one is missing.
    """
    missing = [name for name in space.bindings if name not in table.columns]
    if not missing:
        return
    spare = [c for c in table.columns if c not in space.bindings and c not in KEYS]
    near = nearest(missing[0], spare)
    mend = f"rename the column {near}" if near else f"sample a plan of {space.name}"
    raise UserError(
        f"this is no plan of {space.name}: the column {missing[0]} is missing", label, mend
    )
