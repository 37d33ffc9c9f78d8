"""Plan rows as complete configurations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.completion import completed
from pimp_tui.sampling.frames import KEYS
from pimp_tui.space.ids import canonical
from pimp_tui.space.nearest import nearest
from pimp_tui.space.rows import leaves_of

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space
    from pimp_tui.space.binding import Option


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
        if name not in plan.columns:  # decided: the same in every configuration
            rows[:, list(numbers.values())] = space.reasoner.backbone[list(numbers.values())] > 0
            continue
        column = plan[name]
        if not option.bound and column.dtype == pl.Boolean:
            rows[:, numbers[next(iter(numbers))]] = column.fill_null(False).to_numpy()
            continue
        codes: dict[Any, int] = {}
        leaves: list[list[str]] = []
        at_row: list[int] = []
        for at, cell in enumerate(column.to_list()):
            key = (type(cell), cell if not isinstance(cell, list | dict) else repr(cell))
            code = codes.get(key)
            if code is None:
                code = codes[key] = len(leaves)
                leaves.append(_leaves(name, option, cell, f"{label}, row {at + 1}"))
            at_row.append(code)
        table = np.array([[leaf in one for leaf in numbers] for one in leaves], dtype=bool)
        rows[:, list(numbers.values())] = table.reshape(-1, len(numbers))[at_row]
    if not space.is_bound:
        return rows, space.reasoner.valid(rows)
    return completed(space, rows)


def _leaves(name: str, option: Option, cell: Any, where: str) -> list[str]:
    found = leaves_of(option, _typed(cell, option.leaves.values(), option.bound))
    if found is None:
        found = leaves_of(option, cell)
    if found is None:
        values = ", ".join(map(str, option.values if option.bound else (True, False)))
        raise UserError(f"{name} has no value {cell!r}", f"{where}, column {name}",
                        f"it has {values}")  # fmt: skip
    return found


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
    except (ValueError, RecursionError):
        return cell
    return canonical(found) if isinstance(found, str | list | dict) else found


def check_columns(table: pl.DataFrame, space: Space, label: str) -> None:
    """Check that a table has a column for every option that has a choice.

    Raises:
        UserError: one is missing.
    """
    core = space.reasoner.backbone
    missing = [
        name
        for name, option in space.bindings.items()
        if name not in table.columns and not all(core[space.variable(x) - 1] for x in option.leaves)
    ]
    if not missing:
        return
    spare = [c for c in table.columns if c not in space.bindings and c not in KEYS]
    near = nearest(missing[0], spare)
    mend = f"rename the column {near}" if near else f"sample a plan of {space.name}"
    raise UserError(
        f"this is no plan of {space.name}: the column {missing[0]} is missing", label, mend
    )
