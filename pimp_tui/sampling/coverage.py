"""Which interactions a plan covers, checked apart from the samplers: rows by evaluating the model's
formulas, valid interactions by a SAT solver of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.checker import Checker
from pimp_tui.sampling.items import item_matrix, items_of
from pimp_tui.sampling.limits import check_request
from pimp_tui.sampling.plan_rows import rows_of_plan
from pimp_tui.sampling.registry import Progress
from pimp_tui.sampling.sample import check_interactions

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space


def coverage(
    space: Space,
    plan: pl.DataFrame,
    t: int = 2,
    interactions: str | None = None,
    within: Choice | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Check a plan.

    Args:
        space: the space.
        plan: one column per option.
        t: 1, 2 or 3.
        interactions: ``options`` or ``literals``; the default is that of ``sample``.
        within: count only what is valid beside this partial configuration.
        progress: told now and then how far the work is.

    Returns:
        the contract's answer of ``coverage``. Invalid rows cover nothing; ``duplicates`` counts the
        rows that repeat an earlier one.

    Raises:
        UserError: the table is no plan of this space, there are fewer options than t, or too many
            interactions.
    """
    kind = check_interactions(space, interactions)
    if not 1 <= t <= 3:
        raise UserError(f"t is {t}", mend="t is 1, 2 or 3")
    items = items_of(space, kind)
    check_request(items, t)
    rows, valid = rows_of_plan(space, plan)
    good = rows[valid]
    literals = within._numbers() if within is not None else []
    inside = np.ones(len(good), dtype=bool)
    for x in literals:
        inside &= good[:, abs(x) - 1] == (x > 0)
    checker = Checker(space, items, literals, progress)
    total, covered = checker.count(item_matrix(items, good), inside, t)
    return {
        "t": t,
        "interactions": kind,
        "valid_interactions": total,
        "covered": covered,
        "coverage": covered / total if total else 1.0,
        "invalid_configurations": int((~valid).sum()),
        "duplicates": len(good) - len(np.unique(good, axis=0)) if len(good) else 0,
    }
