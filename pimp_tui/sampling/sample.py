"""``sample``: one method or a union of methods to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import config_ids, plan_frame
from pimp_tui.sampling.registry import DEFAULT_COUNT, Order, sampler
from pimp_tui.sampling.uniform import distinct_rows

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space

INTERACTIONS = ("options", "literals")
_FILLING = ("uniform", "diverse")


def sample(
    space: Space,
    method: str = "twise",
    t: int = 2,
    n: int | None = None,
    seed: int = 0,
    within: Choice | None = None,
    seconds: float = 5.0,
    interactions: str | None = None,
) -> pl.DataFrame:
    """Draw a plan.

    Args:
        space: what to sample.
        method: ``uniform`` (with replacement), ``twise``, ``diverse``, a method of another
            package, or a union such as ``twise+uniform`` (shared configurations once).
        t: interaction strength of twise, 1 to 3.
        n: number of configurations; twise stops by itself without, and is cut at n with; uniform
            and diverse draw 16 without. In a union these two fill up to n, or double the plan.
        seed: the same seed gives the same plan.
        within: a partial configuration that every row respects.
        seconds: what twise may spend improving.
        interactions: ``options`` (values of bound options; the default where there are bindings)
            or ``literals`` (every feature, selected and deselected).

    Returns:
        ``config_id``, ``position`` (from 1), ``sampler``, then one column per option.

    Raises:
        UserError: a bad argument, or exact uniform draws that this model does not allow.
    """
    names = [part.strip() for part in method.split("+")]
    samplers = {name: sampler(name) for name in names}
    kind = check_interactions(space, interactions)
    if not 1 <= t <= 3:
        raise UserError(f"t is {t}", mend="t is 1, 2 or 3")
    if n is not None and n < 1:
        raise UserError(f"n is {n}", mend="n is at least 1")
    if not seconds > 0:
        raise UserError(f"seconds is {seconds}", mend="seconds is more than 0")
    literals = tuple(within._numbers()) if within is not None else ()
    order = Order(n, t, seed, literals, kind, seconds)
    if len(names) == 1:
        rows = samplers[names[0]](space, order)
        if names[0] == "diverse" and n is not None and len(rows) < n:
            raise _too_few(n, len(rows))
        return plan_frame(space, rows if n is None else rows[:n], names[0])
    return _union(space, names, order)


def _union(space: Space, names: list[str], order: Order) -> pl.DataFrame:
    """Covering methods whole, then the filling ones up to n; each configuration once."""
    rows: list[np.ndarray] = []
    labels: list[str] = []
    seen: set[str] = set()

    def take(name: str, drawn: np.ndarray) -> None:
        for one, row in zip(config_ids(space, drawn), drawn, strict=True):
            if one not in seen and (order.n is None or len(rows) < order.n):
                seen.add(one)
                rows.append(row)
                labels.append(name)

    filling = [name for name in names if name in _FILLING]
    for name in names:
        if name not in filling:
            take(name, sampler(name)(space, order))
    for i, name in enumerate(filling):
        left = len(rows) or DEFAULT_COUNT
        if order.n is not None:
            left = -(-(order.n - len(rows)) // (len(filling) - i))
        if left <= 0:
            break
        if name == "uniform":
            drawn = distinct_rows(space, left, order.seed, list(order.literals), seen)
        else:
            wanted = Order(
                left + len(seen), order.t, order.seed, order.literals, order.interactions,
                order.seconds,
            )  # fmt: skip
            drawn = sampler(name)(space, wanted)
            fresh = [one not in seen for one in config_ids(space, drawn)]
            drawn = drawn[np.array(fresh, dtype=bool)][:left]
        take(name, drawn)
    matrix = np.array(rows, dtype=bool).reshape(-1, len(space.features))
    return plan_frame(space, matrix, labels)


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
        UserError: n < 1, or the space has fewer than n.
    """
    if n < 1:
        raise UserError(f"n is {n}", mend="n is at least 1")
    literals = within._numbers() if within is not None else []
    rows = distinct_rows(space, n, seed, literals, set(without))
    if len(rows) < n:
        raise _too_few(n, len(rows))
    return plan_frame(space, rows, "uniform")


def _too_few(n: int, left: int) -> UserError:
    return UserError(
        f"{n} distinct configurations are asked for, but only {left} are left",
        mend=f"ask for at most {left}, or select fewer features",
    )


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
    whole = head if plan is None or plan.is_empty() else _stack(head, plan)
    whole = whole.unique("config_id", keep="first", maintain_order=True)
    return whole.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("position"))


def _stack(head: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """Rows of both; an option of several leaves may be text in one and a number in the other."""
    import polars as pl

    plan = plan.select(head.columns)
    for name, kind in head.schema.items():
        if plan.schema[name] != kind:
            plan = plan.with_columns(pl.col(name).cast(pl.String))
            head = head.with_columns(pl.col(name).cast(pl.String))
    return pl.concat([head, plan])
