"""Distance-based sampling: configurations far from each other, values used evenly.

Kaltenecker, Grebhahn, Siegmund, Guo, Apel ("Distance-based sampling of software configuration
spaces", ICSE 2019) want a sample that is spread over the space without knowing its distribution:
they draw a distance to the empty configuration uniformly, and take, among the configurations at
that distance, one with the options used least so far. This is the same aim by other means: the
distance that counts is the one to the nearest configuration already chosen, and each next
configuration is the one of a pool that maximises it (farthest-point selection, Gonzalez 1985),
options used least breaking ties. Distance is the number of options that differ, so that an option
of many values weighs no more than one of two. The pool is all of a small space; of a large one it
is a uniform draw, with some configurations more for every value that is rare in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.items import Item, item_matrix, items_of
from pimp_tui.sampling.makers import row_maker
from pimp_tui.sampling.registry import DEFAULT_COUNT, Order
from pimp_tui.space.solving.enumerate import enumerate_all

if TYPE_CHECKING:
    from pimp_tui.space import Space

_RARE, _MOST_RARE = 8, 400  # rows that every value has in the pool, and values that get more rows


def diverse(space: Space, order: Order) -> np.ndarray:
    """``order.n`` distinct rows (fewer where the space has fewer), far from the given ones too.

    The first of all is the pool's first row; each next one is farthest from all chosen and given so
    far (options in which it differs), ties going to the values used least.
    """
    wanted = order.n or DEFAULT_COUNT
    rng = np.random.default_rng(order.seed)
    size = min(max(2_000, 16 * wanted), 40_000)
    items = items_of(space, "options")
    tell = order.progress or (lambda what, share: None)
    tell("drawing a pool", None)
    pool = _pool(space, order, items, size, rng)
    given = order.given if order.given is not None else pool[:0]
    pool = _others(space, pool, given)
    pool = pool[rng.permutation(len(pool))]
    codes = _codes(items, np.concatenate([given, pool]))
    chosen = select_spread(
        codes[len(given) :],
        min(wanted, len(pool)),
        codes[: len(given)],
        lambda share: tell("choosing what is far apart", share),
    )
    return pool[chosen]


def _pool(
    space: Space, order: Order, items: list[Item], size: int, rng: np.random.Generator
) -> np.ndarray:
    """Rows to choose from: all where there are at most ``size``, else drawn ones."""
    literals, seconds = list(order.literals), max(20.0, order.seconds)
    total = space.count_literals(literals, seconds)
    if total is not None and total <= size:
        every = enumerate_all(space.reasoner.solver, literals, size, seconds)
        if every is not None:
            return every
    pool = row_maker(space, literals, seconds).pool(size, rng)
    knowledge = space.reasoner.known
    often = item_matrix(items, pool).sum(axis=0)
    for i in np.flatnonzero(often < _RARE)[:_MOST_RARE]:
        for one in [[-v for v in items[i].none_of]] if items[i].none_of else items[i].any_of:
            wanted = [*literals, *(one if isinstance(one, list) else [one])]
            row = space.reasoner.solver.model(wanted)
            if row is None:
                continue
            few = row[None] if knowledge is None else knowledge.draw(_RARE, rng, wanted)
            pool = np.concatenate([pool, few])
    return pool


def _others(space: Space, pool: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Rows of the pool with an identity of their own, none of them a given one's."""
    known = {row.tobytes() for row in given[:, space.identity]}
    own = np.ascontiguousarray(pool[:, space.identity])
    _, first = np.unique(own, axis=0, return_index=True)
    return pool[[i for i in first if own[i].tobytes() not in known]]


def select_spread(
    codes: np.ndarray,
    n: int,
    given: np.ndarray | None = None,
    tell: Callable[[float], None] | None = None,
) -> list[int]:
    """Indices of n rows of (rows, options) codes, farthest from each other and the given ones.

    ``tell`` gets the share that is chosen, and may raise to end it.
    """
    rows, options = codes.shape
    width = int(codes.max(initial=0)) + 1
    if given is None:
        given = codes[:0]
    width = max(width, int(given.max(initial=0)) + 1)
    used = np.zeros((options, width))
    every = np.arange(options)
    distance = np.full(rows, options, dtype=np.float64)

    def take(row: np.ndarray) -> None:
        used[every, row] += 1
        np.minimum(distance, (codes != row).sum(axis=1), out=distance)

    for row in given:
        take(row)
    chosen: list[int] = []
    for at in range(n):
        if tell is not None:
            tell(at / n)
        rarity = (1.0 / (1.0 + used))[every, codes].sum(axis=1)
        score = distance + rarity / (options + 1)
        score[chosen] = -1.0
        chosen.append(int(score.argmax()))
        take(codes[chosen[-1]])
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
