"""Extending a plan: its rows stay as they are, and others follow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import plan_frame, stack
from pimp_tui.sampling.plan_rows import rows_of_plan
from pimp_tui.sampling.plans import plan_of
from pimp_tui.sampling.registry import Order
from pimp_tui.sampling.union import fill

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space


def extended(space: Space, table: pl.DataFrame, names: list[str], order: Order) -> pl.DataFrame:
    """The rows of a plan, then what the methods add to them.

    Args:
        space: the space.
        table: the plan, or a table of option columns alone.
        names: methods.
        order: ``n`` counts all rows, those of the plan included.

    Raises:
        UserError: a row of the plan is not valid (which, and why), or it has more than n already.
    """
    import polars as pl

    head = plan_of(space, table, "the plan to extend", complete=True)
    for key in ("config_id", "position"):
        if key in table.columns:
            head = head.with_columns(table[key].cast(head.schema[key], strict=False))
    wanted = None
    if order.n is not None:
        wanted = order.n - len(head)
        if wanted < 0:
            raise UserError(
                f"the plan to extend has {len(head)} configurations already, more than n",
                mend=f"ask for more than {len(head)}, or leave n out",
            )
        if not wanted:
            return head
    given, _ = rows_of_plan(space, head)
    rows, labels = fill(space, names, replace(order, n=wanted, given=given))
    new = plan_frame(space, rows, labels)
    last = max(head["position"].drop_nulls().to_list(), default=0)
    return stack(head, new.with_columns(pl.col("position") + last))


def outside(space: Space, plan: pl.DataFrame, within: Choice) -> list[tuple[int, str]]:
    """Rows of a plan (from 1) that a partial configuration rules out, and a choice each breaks."""
    rows, _ = rows_of_plan(space, plan)
    found: list[tuple[int, str]] = []
    literals = within._numbers()
    for at, row in enumerate(rows, start=1):
        broken = next((x for x in literals if row[abs(x) - 1] != (x > 0)), None)
        if broken is not None:
            name = space.features[abs(broken) - 1]
            found.append((at, f"{name} selected" if broken > 0 else f"{name} deselected"))
    return found
