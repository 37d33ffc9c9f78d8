"""Fewer rows for the same pairs: take a row away, then repair by moves of one row at a time.

A move makes some row hold a pair that nobody covers and, besides, as much as it can of what only it
covered; the decision diagram gives that row exactly. Rows just changed rest (tabu), and pairs that
stay uncovered gain weight, as in CAmpactor (Zhao et al., ESEC/FSE 2023), whose flips of single
features these rows of greatest gain replace.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from pimp_tui.sampling.effort import Effort
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.makers import RowMaker

_FORCE = 1e6
_CANDIDATES = 24
_STEPS = 2  # of the dynamic programme in a move
_PART = 0.8  # of the counted budget
_REST = 4
_PATIENCE = 500  # moves without success, and 20 for each row, before the search ends


def improve(
    interactions: Interactions,
    maker: RowMaker,
    pairs: np.ndarray,
    rows: np.ndarray,
    rng: np.random.Generator,
    effort: Effort,
    least: int,
) -> np.ndarray:
    """A covering plan of at most as many rows.

    Args:
        interactions: what is covered.
        maker: makes valid rows.
        pairs: (items, items) valid pairs, symmetric.
        rows: (n, features) bool, covering all pairs.
        rng: seeded.
        effort: what is left of it is spent.
        least: rows that no plan goes below; the search ends there.
    """
    best = start = without_idle(interactions, pairs, rows)
    moves = effort.steps_left(_CANDIDATES, _PART) // _STEPS
    least = max(least, least_rows(interactions, pairs))
    patience = _PATIENCE + 20 * len(best)
    if not moves or effort.over or len(best) <= least:
        return start
    search = _Search(interactions, maker, pairs, best, rng)
    idle = 0
    for done in range(moves):
        effort.tell(f"{len(best)} rows, trying fewer", done / moves)
        if not search.uncovered.any():
            if len(search.rows) < len(best):
                best, idle = search.rows.copy(), 0
            if len(best) <= least:
                break
            search.drop()
        idle += 1
        if idle > patience or effort.over:
            break
        if search.uncovered.any():
            search.move()
    if not search.uncovered.any() and len(search.rows) < len(best):
        best = search.rows.copy()
    return start if best is start else by_gain(interactions, pairs, best)


def least_rows(interactions: Interactions, pairs: np.ndarray) -> int:
    """A bound that no plan goes below: the most valid pairs that any two options have together."""
    owner = np.array([item.owner for item in interactions.items])
    _, code = np.unique(owner, return_inverse=True)
    member = np.zeros((int(code.max(initial=0)) + 1, len(code)), dtype=np.float32)
    member[code, np.arange(len(code))] = 1
    return int((member @ pairs.astype(np.float32) @ member.T).max(initial=1))


def without_idle(interactions: Interactions, pairs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The rows without those whose pairs the others cover, later ones going first."""
    held = interactions.held(rows).astype(np.float32)
    counts = held.T @ held
    single = ((counts < 1.5) & pairs).astype(np.float32)
    # A row alone with a pair stays so while others go, hence only the rest is looked at.
    alone = ((held @ single) * held).sum(axis=1) > 0
    keep = np.ones(len(rows), dtype=bool)
    for i in np.flatnonzero(~alone)[::-1]:
        own = np.flatnonzero(held[i])
        block = np.ix_(own, own)
        if keep.sum() > 1 and not ((counts[block] < 1.5) & pairs[block]).any():
            keep[i] = False
            counts[block] -= 1
    return rows[keep]


def by_gain(interactions: Interactions, pairs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The rows in an order in which each next one covers most of what is still open."""
    held = interactions.held(rows)
    own = [np.flatnonzero(row) for row in held]
    left, order = pairs.copy(), []
    # Gains only shrink, so a row is weighed anew only when it comes up (lazy greedy, Minoux 1978).
    heap = [(-(len(pairs) ** 2), i) for i in range(len(rows))]
    while heap:
        _, i = heappop(heap)
        gain = int(left[np.ix_(own[i], own[i])].sum())
        if heap and (-gain, i) > heap[0]:
            heappush(heap, (-gain, i))
            continue
        order.append(i)
        left[np.ix_(own[i], own[i])] = False
    return rows[order]


class _Search:
    """The plan of a repair search: rows, how often each pair is covered, pair weights."""

    def __init__(
        self,
        interactions: Interactions,
        maker: RowMaker,
        pairs: np.ndarray,
        rows: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        self.interactions, self.maker, self.rng = interactions, maker, rng
        self.pairs = pairs
        self.rows = rows.copy()
        self.held = interactions.held(rows).astype(np.float32)
        self.counts = np.where(pairs, self.held.T @ self.held, np.float32(9))
        self.weight = np.ones(pairs.shape, dtype=np.float32)
        self.resting = np.zeros(len(rows), dtype=int)
        self.clock = 0

    @property
    def uncovered(self) -> np.ndarray:
        """(items, items) bool, symmetric."""
        return self.counts < 0.5

    def drop(self) -> None:
        """Take away the row whose pairs the others cover best."""
        single = (self.counts < 1.5).astype(np.float32)
        alone = ((self.held @ single) * self.held).sum(axis=1)
        at = int(np.lexsort((self.rng.random(len(alone)), alone))[0])
        self._count(self.held[at], -1)
        self.rows = np.delete(self.rows, at, axis=0)
        self.held = np.delete(self.held, at, axis=0)
        self.resting = np.delete(self.resting, at)
        self.weight.fill(1)

    def move(self) -> None:
        """Make one row hold an uncovered pair at the least loss."""
        self.clock += 1
        open_ = np.where(self.uncovered, self.weight, np.float32(0))
        first, second = np.nonzero(np.triu(open_))
        at = int(self.rng.integers(len(first)))
        i, j = int(first[at]), int(second[at])
        single = np.where((self.counts > 0.5) & (self.counts < 1.5), self.weight, np.float32(0))
        alone = ((self.held @ single) * self.held).sum(axis=1) / 2
        tired = self.resting > self.clock
        # A row that already holds one of the two moves least.
        near = 0.5 * alone.mean() * (self.held[:, i] + self.held[:, j])
        order = np.argsort(alone - near + np.where(tired, np.float32(1e9), 0), kind="stable")
        some = order[:_CANDIDATES]
        mine = self.held[some]
        force = np.zeros(len(self.weight))
        force[i] = force[j] = _FORCE
        z = x = mine
        best_rows, best_loss = None, np.full(len(some), np.inf)
        for _ in range(_STEPS):
            gains = mine * (z @ single) + x @ open_ + force
            rows = self.maker.best(self.interactions.gains(gains))
            x = self.interactions.held(rows).astype(np.float32)
            z = mine * x
            kept = ((z @ single) * z).sum(axis=1) / 2
            won = ((x @ open_) * x).sum(axis=1) / 2
            loss = alone[some] - kept - won
            if best_rows is None:
                best_rows, best_loss = rows, loss
            else:
                better = loss < best_loss
                best_rows = np.where(better[:, None], rows, best_rows)
                best_loss = np.where(better, loss, best_loss)
        assert best_rows is not None
        ties = self.rng.random(len(some)) * 1e-3
        pick = int((best_loss + ties).argmin())
        if best_loss[pick] >= 0:
            self.weight += self.uncovered
        self._replace(int(some[pick]), best_rows[pick])

    def _replace(self, at: int, row: np.ndarray) -> None:
        self._count(self.held[at], -1)
        self.rows[at] = row
        self.held[at] = self.interactions.held(row[None])[0]
        self._count(self.held[at], 1)
        self.resting[at] = self.clock + _REST + int(self.rng.integers(3))

    def _count(self, held: np.ndarray, by: int) -> None:
        own = np.flatnonzero(held)
        self.counts[np.ix_(own, own)] += np.where(self.pairs[np.ix_(own, own)], by, 0)
