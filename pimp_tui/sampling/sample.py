"""``sample``: one method or a union of methods to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import plan_frame, stack
from pimp_tui.sampling.items import items_of
from pimp_tui.sampling.limits import MOST_ROWS, check_request
from pimp_tui.sampling.registry import FILLING, Order, Progress, is_covering, sampler
from pimp_tui.sampling.uniform import distinct_rows
from pimp_tui.sampling.union import distinct, fill, too_few

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space

INTERACTIONS = ("options", "literals")


def sample(
    space: Space,
    method: str = "twise",
    t: int = 2,
    n: int | None = None,
    seed: int = 0,
    within: Choice | None = None,
    seconds: float = 5.0,
    interactions: str | None = None,
    extend: pl.DataFrame | None = None,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Draw a plan, or extend one.

    Args:
        space: what to sample.
        method: covering every valid interaction of t values: ``twise`` (our own), ``yasa``
            (``yasa:10`` for 10 passes instead of 5), ``icpl``; or drawing n configurations:
            ``uniform`` (with replacement), ``diverse``; or a method of another package; or a union
            such as ``yasa+icpl+uniform`` (shared configurations once, under the first that has
            them).
        t: interaction strength of covering methods, 1 to 3.
        n: number of configurations. Covering methods stop by themselves without, and are cut at n
            with; the others draw 16 without. In a union these fill up to n in equal shares, or
            draw as many again as the plan has; where covering methods leave them too little of n,
            all share it (``union.fill``).
        seed: the same seed gives the same plan.
        within: a partial configuration that every drawn row respects.
        seconds: what twise may spend improving.
        interactions: ``options`` (values of bound options; the default where there are bindings)
            or ``literals`` (every feature, selected and deselected).
        extend: a plan whose rows stay and come first, with their identities and samplers. Covering
            methods add what these leave uncovered; the others add distinct rows up to n, or as
            many again.
        progress: told now and then what is being done, and the share of it that is done.

    Returns:
        ``config_id``, ``position`` (from 1), ``sampler``, then one column per option.

    Raises:
        UserError: a bad argument, an invalid row to extend, more interactions or configurations
            than there can be, or exact uniform draws that this model does not allow.
    """
    names = [part.strip() for part in method.split("+")]
    for name in names:
        sampler(name)
    kind = check_interactions(space, interactions)
    if not 1 <= t <= 3:
        raise UserError(f"t is {t}", mend="t is 1, 2 or 3")
    if any(map(is_covering, names)):
        check_request(items_of(space, kind), t)
    if n is not None and n < 1:
        raise UserError(f"n is {n}", mend="n is at least 1")
    if n is not None and n > MOST_ROWS and not all(map(is_covering, names)):
        raise UserError(f"n is {n}", mend=f"n is at most {MOST_ROWS:,}")
    check_seconds(seconds)
    check_seed(seed)
    literals = tuple(within._numbers()) if within is not None else ()
    order = Order(n, t, seed, literals, kind, seconds, progress=progress)
    if extend is not None:
        from pimp_tui.sampling.extend import extended

        return extended(space, extend, names, order)
    if len(names) > 1:
        return plan_frame(space, *fill(space, names, order))
    rows = sampler(names[0])(space, order)
    if names[0] not in FILLING:
        rows = distinct(space, rows)
    if names[0] == "diverse" and n is not None and len(rows) < n:
        raise too_few(n, len(rows))
    return plan_frame(space, rows if n is None else rows[:n], names[0])


def check_seconds(seconds: float) -> None:
    """Refuse seconds that are no budget.

    Raises:
        UserError: not above 0, or without end.
    """
    if not 0 < seconds < float("inf"):
        raise UserError(f"seconds is {seconds}", mend="seconds is a number above 0")


def check_seed(seed: int) -> None:
    """Refuse a seed that no generator takes.

    Raises:
        UserError: below 0.
    """
    if seed < 0:
        raise UserError(f"seed is {seed}", mend="seed is 0 or more")


def check_interactions(space: Space, interactions: str | None) -> str:
    """The kind of interactions, its default filled in.

    Raises:
        UserError: neither ``options`` nor ``literals``.
    """
    if interactions is None:
        return "options" if space.is_bound else "literals"
    if interactions not in INTERACTIONS:
        raise UserError(f"no interactions {interactions}", mend="options or literals")
    return interactions


def distinct_uniform(
    space: Space,
    n: int,
    seed: int = 0,
    within: Choice | None = None,
    without: set[str] | frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """A uniform plan of n distinct configurations (repeats are redrawn), none of ``without``.

    Raises:
        UserError: n < 1, seed < 0, or the space has fewer than n.
    """
    if n < 1:
        raise UserError(f"n is {n}", mend="n is at least 1")
    if n > MOST_ROWS:
        raise UserError(f"n is {n}", mend=f"n is at most {MOST_ROWS:,}")
    check_seed(seed)
    literals = within._numbers() if within is not None else []
    rows = distinct_rows(space, n, seed, literals, set(without))
    if len(rows) < n:
        raise too_few(n, len(rows))
    return plan_frame(space, rows, "uniform")


def lead_with(
    space: Space, plan: pl.DataFrame | None, named: list[tuple[str, frozenset[str]]]
) -> pl.DataFrame:
    """The named configurations first, then the plan; each configuration once.

    Args:
        space: the space.
        plan: drawn configurations, or None.
        named: (sampler, features) of each, e.g. ``("default", ...)``.
    """
    import polars as pl

    rows = np.array([space.to_row(f) for _, f in named], dtype=bool)
    head = plan_frame(space, rows.reshape(-1, len(space.features)), [label for label, _ in named])
    whole = head if plan is None or plan.is_empty() else stack(head, plan)
    whole = whole.unique("config_id", keep="first", maintain_order=True)
    return whole.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("position"))
