"""Covering all valid triples: the pair machinery, with pairs weighted by their open triples."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import combinations, permutations

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling import validity
from pimp_tui.sampling.effort import Effort
from pimp_tui.sampling.greedy import chosen_of_list
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.item_solver import ItemSolver
from pimp_tui.sampling.makers import RowMaker

_FORCE = 1e7
_MOST_CELLS = 64_000_000  # items cubed
_LISTED = 64_000_000  # triples times rows looked at together
_MANY = 192  # rows that a list of triples must be short enough for; till then a table helps
_CELL = 1e-10  # seconds per cell and row, as slow as the rest is counted
_PREPARED = 1e-7  # seconds per cell until the triples are settled
_CELLS_AT_ONCE = 6_000_000  # items squared times rows weighed together


def valid_triples(interactions: Interactions, effort: Effort) -> np.ndarray:
    """(items, items, items) bool, symmetric: triples of different owners that a valid row holds."""
    if interactions.space.reasoner.known is None:
        return _by_sat(interactions, effort)
    pairs = interactions.valid_pairs()
    n = len(interactions.items)
    ways = [interactions.ways(item) for item in interactions.items]
    found = np.zeros((n, n, n), dtype=bool)
    for i in range(n):
        effort.tell("valid triples", i / n)
        sets = [
            (int(j), [*interactions.literals, *a, *b])
            for j in np.flatnonzero(pairs[i, i + 1 :]) + i + 1
            for a in ways[i]
            for b in ways[j]
        ]
        rows = interactions.compatible([one for _, one in sets])
        for (j, _), row in zip(sets, rows, strict=True):
            found[i, j] |= row & pairs[i] & pairs[j]
            found[j, i] = found[i, j]
    _settle_unset(interactions, pairs, found)
    return found


def _by_sat(interactions: Interactions, effort: Effort) -> np.ndarray:
    """The same by SAT, where there is no diagram."""
    n = len(interactions.items)
    rng = np.random.default_rng(0)
    solver = ItemSolver(interactions.space, interactions.items, interactions.literals, rng)
    pairs = validity.valid_pairs(solver, effort.tell)
    places = validity.valid_triples(solver, pairs, effort.tell).T
    found = np.zeros((n, n, n), dtype=bool)
    for order in permutations(range(3)):
        found[tuple(places[k] for k in order)] = True
    return found


def _settle_unset(interactions: Interactions, pairs: np.ndarray, found: np.ndarray) -> None:
    """Settle the triples of items that are conjunctions ("unset").

    Propagation says of single features what is possible, not of several together: beside two
    items that are given it is right for a single feature only. So a triple of one conjunction is
    read from where that is given, and one of more is asked of SAT.
    """
    unset = [k for k, item in enumerate(interactions.items) if len(item.none_of) > 1]
    plain = np.setdiff1d(np.arange(len(found)), unset)
    for k in unset:
        found[:, :, k] = False
        found[plain, :, k] = found[plain, k, :]
    for j, k in combinations(unset, 2):
        given = found[j, k, plain].copy()
        for a, b in ((j, k), (k, j)):
            found[plain, a, b] = found[a, plain, b] = found[a, b, plain] = given
    for i, j, k in combinations(unset, 3):
        first, second, third = (interactions.ways(interactions.items[x])[0] for x in (i, j, k))
        holds = bool(
            pairs[i, j] and pairs[i, k] and pairs[j, k]
        ) and interactions.space.satisfiable([*interactions.literals, *first, *second, *third])
        for order in permutations((i, j, k)):
            found[order] = holds


def cover_triples(
    interactions: Interactions,
    maker: RowMaker,
    rng: np.random.Generator,
    effort: Effort,
    most: int = 1 << 60,
    given: np.ndarray | None = None,
) -> np.ndarray:
    """Rows that hold every valid triple but those of (n, items) given rows, greedily.

    Args:
        interactions: what is covered.
        maker: makes valid rows.
        rng: seeded.
        effort: the less is left of it, the less carefully rows are taken.
        most: rows at most.
        given: (n, items) bool of rows that are there already.

    Raises:
        UserError: more items than a table of triples can hold.
    """
    from pimp_tui.sampling.twise import cover_items

    n = len(interactions.items)
    if n**3 > _MOST_CELLS:
        raise UserError(
            f"{n} values make too many interactions of 3",
            mend="take -t 2, or select features first",
        )
    left = valid_triples(interactions, effort)
    for one in () if given is None else given:
        own = np.flatnonzero(one)
        left[np.ix_(own, own, own)] = False
    effort.counted += n**3 * _PREPARED
    open_ = total = int(np.count_nonzero(left))
    if not total:
        return cover_items(interactions, maker, rng, given)
    rows: list[np.ndarray] = []
    weights = left.astype(np.float32)
    del left
    while len(rows) < most and open_ * _MANY > 6 * _LISTED:
        effort.tell("covering triples", 1 - open_ / total)
        care = effort.care()
        starts = min(care.starts, max(8, _CELLS_AT_ONCE // n**2))
        drawn, gains = _candidates(interactions, maker, weights, rng, starts, care.steps)
        effort.spend(starts, care.steps)
        effort.counted += care.steps * starts * n**3 * _CELL
        before = len(rows)
        for row, gain in _best_first(interactions, weights, drawn, gains, care.share):
            rows.append(row)
            open_ -= gain
        if len(rows) == before:
            break
    places = [at.astype(np.int32) for at in np.nonzero(weights)]
    sorted_ = (places[0] < places[1]) & (places[1] < places[2])
    places = [at[sorted_] for at in places]
    return np.array((rows + _rest(interactions, maker, places, rng, effort, most))[:most])


def _best_first(
    interactions: Interactions,
    weights: np.ndarray,
    drawn: np.ndarray,
    gains: np.ndarray,
    share: float,
) -> Iterator[tuple[np.ndarray, int]]:
    """Rows in the order of what each adds, down to a share of the best, with 6 times its triples.

    Gains only shrink, so a row is weighed anew only when it comes up (lazy greedy, Minoux 1978).
    ``weights`` loses the triples of each.
    """
    least = max(1.0, share * float(gains.max()))
    own = [np.flatnonzero(one) for one in interactions.held(drawn)]
    heap = [(-float(gain), at) for at, gain in enumerate(gains)]
    heapify(heap)
    while heap and -heap[0][0] >= least:
        _, at = heappop(heap)
        block = np.ix_(own[at], own[at], own[at])
        gain = int(np.count_nonzero(weights[block]))
        if heap and gain / 6 < -heap[0][0]:
            heappush(heap, (-gain / 6, at))
            continue
        if gain / 6 < least:
            return
        weights[block] = 0
        yield drawn[at], gain


def _rest(
    interactions: Interactions,
    maker: RowMaker,
    places: list[np.ndarray],
    rng: np.random.Generator,
    effort: Effort,
    most: int,
) -> list[np.ndarray]:
    """Rows for the triples left, each of them holding one at least."""
    rows: list[np.ndarray] = []
    n, total = len(interactions.items), len(places[0])
    while len(places[0]) and len(rows) < most:
        effort.tell("covering the last triples", 1 - len(places[0]) / total)
        care = effort.care()
        starts = max(8, min(care.starts, len(places[0]), _LISTED // len(places[0])))
        starts = min(starts, len(places[0]))
        picked = rng.choice(len(places[0]), size=starts, replace=False)
        force = np.zeros((starts, n))
        for place in places:
            force[np.arange(starts), place[picked]] = _FORCE
        open_ = np.bincount(np.concatenate(places), minlength=n).astype(float)
        wanted = open_[None] * rng.uniform(0.2, 1.0, force.shape)
        for _ in range(min(care.steps, 2)):
            drawn = maker.best(interactions.gains(wanted + force))
            held = interactions.held(drawn)
            wanted = _pull(held, places)
        effort.spend(starts, min(care.steps, 2))
        cover = held[:, places[0]] & held[:, places[1]] & held[:, places[2]]
        best = int(cover.sum(axis=1).max())
        chosen, done = chosen_of_list(held, places, care.share * best)
        rows += list(drawn[chosen]) if chosen else _settled(interactions, places, done)
        places = [place[~done] for place in places]
    return rows


def _settled(
    interactions: Interactions, places: list[np.ndarray], done: np.ndarray
) -> list[np.ndarray]:
    """A row for the first triple left, which rows made to measure missed, in ``done`` too."""
    row = interactions.row_with(*(int(place[0]) for place in places))
    held = interactions.held(row[None])[0]
    done |= held[places[0]] & held[places[1]] & held[places[2]]
    return [row]


def _pull(held: np.ndarray, places: list[np.ndarray]) -> np.ndarray:
    """(rows, items): open triples that an item would complete, or does, in each row."""
    found = np.zeros(held.shape)
    sides = [held[:, place] for place in places]
    for k, place in enumerate(places):
        a, b = (sides[i] for i in range(3) if i != k)
        for row, both in enumerate(a & b):
            found[row] += np.bincount(place[both], minlength=held.shape[1])
    return found


def _candidates(
    interactions: Interactions,
    maker: RowMaker,
    weights: np.ndarray,
    rng: np.random.Generator,
    starts: int,
    steps: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Rows that hold much that is open, linearised as pairs are, and the triples each adds."""
    n = len(weights)
    open_ = weights.sum(axis=(1, 2), dtype=np.float64)
    wanted = open_[None] * rng.uniform(0.2, 1.0, (starts, n))
    best: np.ndarray | None = None
    best_gains = np.full(starts, -1.0)
    for _ in range(steps):
        rows = maker.best(interactions.gains(wanted))
        held = interactions.held(rows).astype(np.float32)
        inner = (weights.reshape(n * n, n) @ held.T).reshape(n, n, len(held))
        wanted = np.einsum("ijk,kj->ki", inner, held).astype(np.float64)
        gains = (wanted * held).sum(axis=1) / 6
        better = gains > best_gains
        best = rows if best is None else np.where(better[:, None], rows, best)
        best_gains = np.maximum(gains, best_gains)
    assert best is not None
    return best, best_gains
