"""Several methods in one plan: covering ones, then the filling ones up to the number."""

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
    all of them); ``uniform`` and ``diverse`` share what is left up to ``order.n`` equally, or draw
    together as many rows again as there are (16 where there are none). Covering methods are whole
    where that leaves every filling one half of an equal share of ``order.n`` at least; where not,
    all methods share it equally (one that needs less leaves the rest to the others), since what
    one sampler's rows teach is compared with what those of the others do.

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

    def fresh(drawn: np.ndarray) -> list[np.ndarray]:
        """Those never seen before, which then are."""
        found = []
        for key, row in zip(_keys(space, drawn), drawn, strict=True):
            if key not in seen:
                seen.add(key)
                found.append(row)
        return found

    filling = [name for name in names if name in FILLING]
    covering = [name for name in names if name not in filling]
    needed = [fresh(sampler(name)(space, order)[: order.n]) for name in covering]
    room = shares([len(part) for part in needed], len(filling), order.n)
    for name, part, most in zip(covering, needed, room, strict=True):
        rows += part[:most]
        labels += [name] * len(part[:most])
    seen = {*_keys(space, given), *(_keys(space, np.array(rows)) if rows else ())}
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
        found = fresh(drawn)[:share]
        rows += found
        labels += [name] * len(found)
        wanted -= len(drawn)
    if order.n is not None and filling and len(rows) < order.n:
        raise too_few(len(given) + order.n, len(given) + len(rows))
    return np.array(rows, dtype=bool).reshape(-1, features), labels


def shares(needs: Sequence[int], filling: int, n: int | None) -> list[int]:
    """How many of the rows that covering methods need are taken, of n with those of the filling.

    Args:
        needs: rows of each covering method.
        filling: how many methods draw what is left.
        n: rows in all, or None for as many as it takes.
    """
    if n is None or sum(needs) + filling * (n // (2 * (len(needs) + filling))) <= n:
        return list(needs)
    taken, left = [0] * len(needs), n
    # the least needs first, so that what they leave is shared by the others
    for place, at in enumerate(sorted(range(len(needs)), key=lambda at: needs[at])):
        taken[at] = min(needs[at], -(-left // (len(needs) + filling - place)))
        left -= taken[at]
    return taken


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
