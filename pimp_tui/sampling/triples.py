"""Covering all valid triples: the pair machinery, with pairs weighted by their open triples."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.effort import Effort
from pimp_tui.sampling.greedy import chosen_of_list
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.makers import RowMaker

_FORCE = 1e7
_MOST_CELLS = 64_000_000  # items cubed
_LISTED = 64_000_000  # triples times rows looked at together
_MANY = 192  # rows that a list of triples must be short enough for, until a table helps
_CELL = 1e-10  # seconds per cell and row, as slow as the rest is counted


def valid_triples(interactions: Interactions) -> np.ndarray:
    """(items, items, items) bool, symmetric: triples of different owners that a valid row holds."""
    pairs = interactions.valid_pairs()
    n = len(interactions.items)
    ways = [interactions.ways(item) for item in interactions.items]
    sorted_ = np.zeros((n, n, n), dtype=bool)
    for i in range(n):
        sets = [
            (int(j), [*interactions.literals, *a, *b])
            for j in np.flatnonzero(pairs[i])
            if j > i
            for a in ways[i]
            for b in ways[j]
        ]
        if not sets:
            continue
        rows = interactions.compatible([one for _, one in sets])
        for (j, _), row in zip(sets, rows, strict=True):
            sorted_[i, j, j + 1 :] |= (row & pairs[i] & pairs[j])[j + 1 :]
    _ask_unset(interactions, sorted_)
    whole = np.zeros_like(sorted_)
    for order in permutations(range(3)):
        whole |= sorted_.transpose(order)
    return whole


def _ask_unset(interactions: Interactions, found: np.ndarray) -> None:
    """Settle the triples whose last item is a conjunction ("unset") by SAT.

    Propagation says of single features what is possible, not of several together.
    """
    for k, item in enumerate(interactions.items):
        if len(item.none_of) < 2:
            continue
        last = interactions.ways(item)[0]
        for i, j in np.argwhere(found[:, :, k]):
            first = interactions.ways(interactions.items[i])
            second = interactions.ways(interactions.items[j])
            found[i, j, k] = any(
                interactions.space.satisfiable([*interactions.literals, *a, *b, *last])
                for a in first
                for b in second
            )


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
    left = valid_triples(interactions)
    for one in () if given is None else given:
        own = np.flatnonzero(one)
        left[np.ix_(own, own, own)] = False
    if not left.any():
        return cover_items(interactions, maker, rng, given)
    places = [at.astype(np.int32) for at in np.nonzero(left)]
    sorted_ = (places[0] < places[1]) & (places[1] < places[2])
    places = [at[sorted_] for at in places]
    rows: list[np.ndarray] = []
    weights = left.astype(np.float32)
    del left
    while len(rows) < most and len(places[0]) * _MANY > _LISTED:
        care = effort.care()
        starts = max(8, min(care.starts, _LISTED // len(places[0])))
        drawn, gains = _candidates(interactions, maker, weights, rng, starts, care.steps)
        effort.spend(starts, care.steps)
        effort.counted += care.steps * starts * n**3 * _CELL
        least = max(1.0, care.share * float(gains.max()))
        chosen, done = chosen_of_list(interactions.held(drawn), places, least)
        if not chosen:
            break
        rows += list(drawn[chosen])
        for order in permutations(range(3)):
            weights[tuple(places[k][done] for k in order)] = 0
        places = [at[~done] for at in places]
    return np.array((rows + _rest(interactions, maker, places, rng, effort, most))[:most])


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
    n = len(interactions.items)
    while len(places[0]) and len(rows) < most:
        care = effort.care()
        picked = rng.integers(0, len(places[0]), size=care.starts)
        force = np.zeros((care.starts, n))
        for place in places:
            force[np.arange(care.starts), place[picked]] = _FORCE
        open_ = np.bincount(np.concatenate(places), minlength=n).astype(float)
        wanted = open_[None] * rng.uniform(0.2, 1.0, force.shape)
        for _ in range(min(care.steps, 2)):
            drawn = maker.best(interactions.gains(wanted + force))
            held = interactions.held(drawn)
            wanted = _pull(held, places)
        effort.spend(care.starts, min(care.steps, 2))
        cover = held[:, places[0]] & held[:, places[1]] & held[:, places[2]]
        best = int(cover.sum(axis=1).max())
        chosen, done = chosen_of_list(held, places, care.share * best)
        rows += list(drawn[chosen])
        places = [place[~done] for place in places]
    return rows


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
