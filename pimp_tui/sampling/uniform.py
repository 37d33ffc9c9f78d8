"""Exactly uniform samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.registry import DEFAULT_COUNT, Order

if TYPE_CHECKING:
    from pimp_tui.space import Space

_AT_ONCE = 100_000  # rows drawn together until enough are distinct


def uniform(space: Space, order: Order) -> np.ndarray:
    """``order.n`` independent draws with replacement, each uniform over the valid configurations.

    Raises:
        UserError: a model too large for exact draws.
    """
    rng = np.random.default_rng(order.seed)
    return space.reasoner.draw(order.n or DEFAULT_COUNT, rng, list(order.literals))


def distinct_rows(
    space: Space, n: int, seed: int, literals: list[int], without: set[str]
) -> np.ndarray:
    """Uniform draws, repeats and those of ``without`` (config_ids) redrawn, until n are distinct.

    Fewer where the space (under the literals) has fewer.
    """
    from pimp_tui.sampling.frames import config_ids

    rng = np.random.default_rng(seed)
    total = space.count_literals(literals)
    if total is not None:
        n = min(n, total)
    seen = set(without)
    rows: list[np.ndarray] = []
    idle = 0
    while len(rows) < n and idle < 64:
        drawn = space.reasoner.draw(min(max(2 * n, 64), _AT_ONCE), rng, literals)
        before = len(rows)
        for one, row in zip(config_ids(space, drawn), drawn, strict=True):
            if one not in seen and len(rows) < n:
                seen.add(one)
                rows.append(row)
        idle = idle + 1 if len(rows) == before else 0
        if total is not None and len(seen) >= total + len(without):
            break
    return np.array(rows, dtype=bool).reshape(-1, len(space.features))
