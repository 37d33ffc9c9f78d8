"""t-wise covering samples: rows of greatest gain, then repairs that need fewer of them.

On a generation-config model of 146 features that is 134 rows where YASA needs 153 (Krieter et al.,
VaMoS 2020), SamplingCA 149 and CAmpactor 127 to 134 (Zhao et al., ESEC/FSE 2023).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.sampling.bound import exclusive_set
from pimp_tui.sampling.effort import Effort
from pimp_tui.sampling.improve import improve
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.item_solver import ItemSolver
from pimp_tui.sampling.items import distinct_items
from pimp_tui.sampling.makers import RowMaker, row_maker
from pimp_tui.sampling.pairs import cover_pairs
from pimp_tui.sampling.registry import Order
from pimp_tui.sampling.validity import valid_pairs

if TYPE_CHECKING:
    from pimp_tui.space import Space

_FORCE = 1e5
_COMPILE = 5.0  # seconds that a diagram may take in any case
_BOUND_SHARE, _BOUND_FROM = 0.1, 1.5  # of the seconds, for a bound; and how many it needs
_BOUND_ITEMS, _SPARE = 1_000, 0.6  # most items of a bound, and the part of the budget before it


def twise(space: Space, order: Order) -> np.ndarray:
    """Rows that, with the given ones, cover every valid interaction of ``order.t`` items.

    The work is counted in steps, not in seconds, so that a seed gives one plan whatever else runs;
    ``order.seconds`` scales how many there are. Only on a machine several times slower than the
    steps were meant for does the clock end them. Covering all comes first, in greater haste the
    less time is left, and is never cut short, except at ``order.n`` rows.

    Raises:
        UserError: more triples than a table can hold.
    """
    began = time.monotonic()
    literals = list(order.literals)
    if order.progress is not None:
        order.progress("compiling the model", None)
    maker = row_maker(space, literals, max(_COMPILE, order.seconds / 2))
    items = distinct_items(space, order.interactions, literals, order.t)
    interactions = Interactions(space, items, literals)
    # A diagram that took long leaves half of the seconds to what it is for.
    began = max(began, time.monotonic() - order.seconds / 2)
    effort = Effort(interactions, order.seconds, began, order.progress)
    rng = np.random.default_rng(order.seed)
    given = None if order.given is None else interactions.held(order.given)
    effort.tell("valid interactions", None)
    if order.t == 1:
        return cover_items(interactions, maker, rng, given)
    if order.t == 3:
        from pimp_tui.sampling.triples import cover_triples

        return cover_triples(interactions, maker, rng, effort, order.n or 1 << 60, given)
    pairs = _valid_pairs(interactions, effort, order.seed)
    if given is not None:
        pairs &= ~(given.T.astype(np.float32) @ given.astype(np.float32) > 0)
        if not pairs.any():
            return cover_items(interactions, maker, rng, given)
    most = 1 << 60 if order.n is None else 2 * order.n + 16
    if not pairs.any():
        return cover_items(interactions, maker, rng)
    rows = cover_pairs(interactions, maker, pairs, rng, effort, most)
    if len(rows) < most:
        spare = given is None and effort.steps_left(1, _SPARE) and len(items) <= _BOUND_ITEMS
        least = _bound(interactions, order) if spare else 1
        rows = improve(interactions, maker, pairs, rows, rng, effort, least)
    _, first = np.unique(rows, axis=0, return_index=True)
    return rows[np.sort(first)]


def _bound(interactions: Interactions, order: Order) -> int:
    """Rows that every plan needs, for a search that has time to spare.

    It only ends the search sooner: the plan is the same however good the bound.
    """
    seconds = _BOUND_SHARE * order.seconds
    if seconds < _BOUND_FROM or interactions.space.reasoner.known is None:
        return 1
    deadline = time.monotonic() + seconds
    return max(
        1, len(exclusive_set(interactions, 2, seconds, deadline, order.seed, order.progress))
    )


def _valid_pairs(interactions: Interactions, effort: Effort, seed: int) -> np.ndarray:
    """(items, items) bool, symmetric; by SAT where there is no diagram."""
    if interactions.space.reasoner.known is not None:
        return interactions.valid_pairs()
    rng = np.random.default_rng(seed)
    solver = ItemSolver(interactions.space, interactions.items, interactions.literals, rng)
    return valid_pairs(solver, effort.tell)


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
