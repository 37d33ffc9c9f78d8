"""Several methods in one plan: covering ones whole, then the filling ones up to the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import config_ids
from pimp_tui.sampling.registry import DEFAULT_COUNT, FILLING, Order, sampler
from pimp_tui.sampling.uniform import distinct_rows

if TYPE_CHECKING:
    from pimp_tui.space import Space


def fill(space: Space, names: list[str], order: Order) -> tuple[np.ndarray, list[str]]:
    """Rows that the methods add to the given ones, each configuration once.

    Covering methods come first, in their order, each as if it were alone (the given rows count for
    all of them). ``uniform`` and ``diverse`` then share what is left up to ``order.n`` equally, or
    draw together as many rows again as there are (16 where there are none).

    Args:
        space: the space.
        names: methods.
        order: ``n`` counts the rows to add.

    Returns:
        (rows, features) bool and the method of each.

    Raises:
        UserError: the space has fewer configurations than the filling methods are asked for.
    """
    features = len(space.features)
    given = order.given if order.given is not None else np.zeros((0, features), dtype=bool)
    rows: list[np.ndarray] = []
    labels: list[str] = []
    seen = set(_keys(space, given))

    def take(name: str, drawn: np.ndarray) -> None:
        for key, row in zip(_keys(space, drawn), drawn, strict=True):
            if key not in seen and (order.n is None or len(rows) < order.n):
                seen.add(key)
                rows.append(row)
                labels.append(name)

    filling = [name for name in names if name in FILLING]
    for name in names:
        if name not in filling and len(rows) != order.n:
            take(name, sampler(name)(space, order))
    wanted = len(given) + len(rows) or DEFAULT_COUNT
    if order.n is not None:
        wanted = order.n - len(rows)
    for i, name in enumerate(filling):
        share = -(-wanted // (len(filling) - i))
        if share <= 0:
            break
        before = np.concatenate([given, np.array(rows, dtype=bool).reshape(-1, features)])
        if name == "uniform":
            known = set(config_ids(space, before))
            drawn = distinct_rows(space, share, order.seed, list(order.literals), known)
        else:
            drawn = sampler(name)(space, replace(order, n=share, given=before))
        take(name, drawn)
        wanted -= len(drawn)
    if order.n is not None and filling and len(rows) < order.n:
        raise too_few(len(given) + order.n, len(given) + len(rows))
    return np.array(rows, dtype=bool).reshape(-1, features), labels


def distinct(space: Space, rows: np.ndarray) -> np.ndarray:
    """The rows without those that no plan could tell from an earlier one."""
    first: dict[str | bytes, int] = {}
    for at, key in enumerate(_keys(space, rows)):
        first.setdefault(key, at)
    return rows[list(first.values())] if len(first) < len(rows) else rows


def too_few(n: int, left: int) -> UserError:
    """The error where a space has too few configurations."""
    return UserError(
        f"{n} distinct configurations are asked for, but only {left} are left",
        mend=f"ask for at most {left}, or select fewer features",
    )


def _keys(space: Space, rows: np.ndarray) -> Sequence[str | bytes]:
    """What makes rows the same: the identity, or all features where each is a column."""
    if space.is_bound:
        return config_ids(space, rows)
    return [row.tobytes() for row in rows]
