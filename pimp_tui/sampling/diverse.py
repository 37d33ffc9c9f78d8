"""Distance-based sampling: rows far from each other, spread over the values of options.

After Kaltenecker et al., "Distance-based sampling of software configuration spaces" (ICSE 2019),
as a seeded farthest-point selection out of a uniform pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.items import Item, item_matrix, items_of
from pimp_tui.sampling.makers import row_maker
from pimp_tui.sampling.registry import DEFAULT_COUNT, Order

if TYPE_CHECKING:
    from pimp_tui.space import Space


def diverse(space: Space, order: Order) -> np.ndarray:
    """``order.n`` distinct rows (fewer where the space has fewer).

    The first row is that of the rarest values in the pool's average; each next one is farthest from
    all chosen so far (options in which it differs), ties going to values used least.
    """
    wanted = order.n or DEFAULT_COUNT
    rng = np.random.default_rng(order.seed)
    size = min(max(2_000, 16 * wanted), 40_000)
    pool = row_maker(space, list(order.literals), max(20.0, order.seconds)).pool(size, rng)
    pool = np.unique(pool, axis=0)
    pool = pool[rng.permutation(len(pool))]
    items = items_of(space, "options")
    codes = _codes(items, pool)
    chosen = select_spread(codes, min(wanted, len(pool)))
    return pool[chosen]


def select_spread(codes: np.ndarray, n: int) -> list[int]:
    """Indices of n rows of (rows, options) codes by farthest-point selection."""
    rows, options = codes.shape
    used = [np.zeros(int(codes[:, o].max(initial=0)) + 1) for o in range(options)]
    distance = np.full(rows, options, dtype=np.float64)
    chosen: list[int] = []
    for _ in range(n):
        rarity = np.zeros(rows)
        for o in range(options):
            rarity += (1.0 / (1.0 + used[o]))[codes[:, o]]
        score = distance + rarity / (options + 1)
        score[chosen] = -1.0
        best = int(score.argmax())
        chosen.append(best)
        for o in range(options):
            used[o][codes[best, o]] += 1
        np.minimum(distance, (codes != codes[best]).sum(axis=1), out=distance)
    return chosen


def _codes(items: list[Item], rows: np.ndarray) -> np.ndarray:
    """(rows, options) small integers: which value each option has; constant options dropped."""
    held = item_matrix(items, rows)
    owners = np.array([item.owner for item in items])
    columns = []
    for owner in np.unique(owners):
        own = held[:, owners == owner]
        if own.shape[1] > 1 and not (own == own[:1]).all():
            _, code = np.unique(own, axis=0, return_inverse=True)
            columns.append(code.reshape(-1).astype(np.int32))
    if not columns:
        return np.zeros((len(rows), 1), dtype=np.int32)
    return np.stack(columns, axis=1)
