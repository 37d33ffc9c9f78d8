"""t-wise covering samples: rows of greatest gain by dynamic programme over the decision diagram.

A row's gain is the number of uncovered pairs it holds, h'Uh/2 over its items h. Linearised at a row
it is U h, for which the diagram gives the best valid row exactly; that step is repeated from many
starts, and the best row is kept. On a generation-config model this needs about 140 rows where YASA
needs 153 (Krieter et al., VaMoS 2020) and SamplingCA 149 (Zhao et al., ESEC/FSE 2023).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.improve import improve
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.items import items_of
from pimp_tui.sampling.makers import RowMaker, row_maker
from pimp_tui.sampling.registry import Order

if TYPE_CHECKING:
    from pimp_tui.space import Space

_MOST_ITEMS = 8_000
_FORCE = 1e5
_CAREFUL, _LATE = (24, 4), (64, 2)  # starts and steps of a draw of rows
_SHARE, _LATE_SHARE = 0.97, 0.6  # of the best row's gain, for others of the same draw


def twise(space: Space, order: Order) -> np.ndarray:
    """Rows that, with the given ones, cover every valid interaction of ``order.t`` items.

    The work is counted in steps, not in seconds, so that a seed gives one plan; ``order.seconds``
    scales how many steps improve it, and ends them on a machine slower than expected. Covering all
    comes first and is never cut short, except at ``order.n`` rows.

    Raises:
        UserError: too many interactions.
    """
    items = items_of(space, order.interactions)
    if len(items) ** order.t > _MOST_ITEMS**2 * 4:
        raise UserError(
            f"{len(items)} values make too many interactions of {order.t}",
            mend="take a smaller t, or select features first",
        )
    deadline = time.monotonic() + order.seconds
    literals = list(order.literals)
    maker = row_maker(space, literals, max(20.0, order.seconds))
    interactions = Interactions(space, items, literals)
    rng = np.random.default_rng(order.seed)
    given = None if order.given is None else interactions.held(order.given)
    if order.t == 1:
        return cover_items(interactions, maker, rng, given)
    if order.t == 3:
        from pimp_tui.sampling.triples import cover_triples

        return cover_triples(interactions, maker, rng, deadline, order.n or 1 << 60, given)
    pairs = interactions.valid_pairs()
    if given is not None:
        pairs &= ~(given.T.astype(np.float32) @ given.astype(np.float32) > 0)
        if not pairs.any():
            return cover_items(interactions, maker, rng, given)
    most = 1 << 60 if order.n is None else 2 * order.n + 16
    rows = cover_pairs(interactions, maker, pairs, rng, deadline, most)
    if len(rows) < most:
        moves = int(0.6 * order.seconds / _seconds_a_move(space, len(items)))
        rows = improve(interactions, maker, pairs, rows, rng, moves, deadline)
    _, first = np.unique(rows, axis=0, return_index=True)
    return rows[np.sort(first)]


def _seconds_a_move(space: Space, items: int) -> float:
    """What a repair move takes on one slow core, so that seconds become a number of moves."""
    knowledge = space.reasoner.known
    levels = knowledge.width if knowledge else 4 * len(space.features)
    return 1e-3 + 8e-5 * levels + 1.5e-8 * items**2


def cover_items(
    interactions: Interactions,
    maker: RowMaker,
    rng: np.random.Generator,
    given: np.ndarray | None = None,
) -> np.ndarray:
    """Rows that hold every valid item at least once, but for those of (n, items) given ones."""
    left = _valid_items(interactions).astype(float)
    if given is not None:
        left[given.any(axis=0)] = 0
    rows: list[np.ndarray] = []
    while left.any() or (given is None and not rows):
        weight = left + rng.uniform(0, 1e-3, left.shape)
        first = np.zeros((1, len(left)))
        if left.any():
            first[0, int(left.argmax())] = _FORCE
        row = maker.best(interactions.gains(weight[None] + first))[0]
        rows.append(row)
        left[interactions.held(row[None])[0]] = 0
    return np.array(rows, dtype=bool).reshape(-1, len(interactions.space.features))


def _valid_items(interactions: Interactions) -> np.ndarray:
    space, literals = interactions.space, interactions.literals
    states = space.states(literals)
    assert states is not None, "a choice is satisfiable by construction"
    found = np.zeros(len(interactions.items), dtype=bool)
    for i, item in enumerate(interactions.items):
        if item.none_of:
            found[i] = space.satisfiable([*literals, *interactions.ways(item)[0]])
        else:
            found[i] = any(int(states[abs(x) - 1]) * x >= 0 for x in item.any_of)
    return found


def cover_pairs(
    interactions: Interactions,
    maker: RowMaker,
    pairs: np.ndarray,
    rng: np.random.Generator,
    deadline: float,
    most: int = 1 << 60,
) -> np.ndarray:
    """Rows that cover all given pairs (the first ``most``), each the best of many starts.

    After the deadline covering goes on, taking several rows of each draw.
    """
    left = pairs.astype(np.float32)
    if not left.any():
        return cover_items(interactions, maker, rng)
    rows: list[np.ndarray] = []
    while left.any() and len(rows) < most:
        late = time.monotonic() > deadline
        drawn = good_rows(interactions, maker, left, rng, *(_LATE if late else _CAREFUL))
        rows += _take(interactions, drawn, left, _LATE_SHARE if late else _SHARE)
    return np.array(rows)


def _take(
    interactions: Interactions, drawn: np.ndarray, left: np.ndarray, share: float
) -> list[np.ndarray]:
    """The best of the rows, then any other nearly as good after it; ``left`` loses their pairs."""
    held = interactions.held(drawn).astype(np.float32)
    taken: list[np.ndarray] = []
    least = 0.0
    while len(held):
        gains = ((held @ left) * held).sum(axis=1)
        top = int(gains.argmax())
        if gains[top] <= 0 or gains[top] < least:
            break
        least = least or share * float(gains[top])
        taken.append(drawn[top])
        own = np.flatnonzero(held[top])
        left[np.ix_(own, own)] = 0
        drawn, held = np.delete(drawn, top, axis=0), np.delete(held, top, axis=0)
    if not taken:
        raise AssertionError("a valid pair that no row can hold")
    return taken


def good_rows(
    interactions: Interactions,
    maker: RowMaker,
    left: np.ndarray,
    rng: np.random.Generator,
    starts: int,
    steps: int,
) -> np.ndarray:
    """(starts, features) rows that each cover many of the pairs left, at least one.

    Args:
        left: (items, items) symmetric weights of the pairs still to cover.
    """
    open_ = left.sum(axis=1)
    first, second = np.nonzero(np.triu(left))
    picked = rng.integers(0, len(first), size=starts)
    weights = np.repeat(open_[None], starts, axis=0) * rng.uniform(0.2, 1.0, (starts, len(open_)))
    force = np.zeros((starts, len(open_)))
    index = np.arange(starts)
    force[index, first[picked]] = force[index, second[picked]] = _FORCE
    best: np.ndarray | None = None
    best_gains = np.full(starts, -1.0)
    for step in range(steps):
        rows = maker.best(interactions.gains(weights + (force if step < 2 else 0)))
        held = interactions.held(rows).astype(np.float32)
        weights = held @ left
        gains = (weights * held).sum(axis=1)
        better = gains > best_gains
        best = rows if best is None else np.where(better[:, None], rows, best)
        best_gains = np.maximum(gains, best_gains)
    assert best is not None
    return best
