"""Problems kept out of a campaign, on which picks are verified later."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

from pimp_tui.errors import UserError

from .tasks import Workload


def check_fraction(fraction: float) -> None:
    """Raise a UserError for a share of problems that cannot be kept out."""
    if not 0 < fraction < 1:
        raise UserError(
            f"{fraction:g} is no share of problems to keep out", "--holdout", "give 0.3, say"
        )


def keep_out(workload: Workload, fraction: float, seed: int) -> tuple[list[str], list[str]]:
    """task_ids to measure on and task_ids kept out, each in the workload's order.

    A draw without replacement by the seed alone; at least one problem stays on either side.

    Raises:
        UserError: the fraction is not between 0 and 1, or there is a single problem.
    """
    check_fraction(fraction)
    ids = [task.task_id for task in workload.tasks]
    if len(ids) < 2:
        raise UserError(
            "a workload of 1 problem has none to keep out", workload.id, "leave out --holdout"
        )
    count = min(max(round(fraction * len(ids)), 1), len(ids) - 1)
    kept = set(random.Random(f"{seed}/holdout").sample(ids, count))
    return [name for name in ids if name not in kept], [name for name in ids if name in kept]


def part(workload: Workload, task_ids: Collection[str] | None) -> Workload:
    """The workload with only those of its tasks, in its own order; whole for None.

    Raises:
        UserError: a task is not in the workload.
    """
    if task_ids is None:
        return workload
    missing = sorted(set(task_ids) - set(workload.by_id))
    if missing:
        raise UserError(
            f"the workload has no task {missing[0]!r} any more", workload.id,
            "put the file back, or make a new session",
        )  # fmt: skip
    wanted = set(task_ids)
    return replace(workload, tasks=[task for task in workload.tasks if task.task_id in wanted])
