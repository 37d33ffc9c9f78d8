"""Covering all valid pairs by rows of greatest gain.

A row's gain is the number of uncovered pairs it holds, h'Uh/2 over its items h. Linearised at a row
it is U h, for which the diagram gives the best valid row exactly; that step is repeated from many
starts, and the best row is kept.
"""

from __future__ import annotations

import numpy as np

from pimp_tui.sampling.effort import Care, Effort
from pimp_tui.sampling.greedy import LISTED, chosen_of_list
from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.makers import RowMaker

_FORCE = 1e5
_WEIGHED = 32
_EXACT = 1e-2  # gains are whole numbers


def cover_pairs(
    interactions: Interactions,
    maker: RowMaker,
    pairs: np.ndarray,
    rng: np.random.Generator,
    effort: Effort,
    most: int = 1 << 60,
) -> np.ndarray:
    """Rows that cover all given pairs (the first ``most``), each the best of many starts."""
    left = pairs.astype(np.float32)
    open_ = total = float(left.sum())
    rows: list[np.ndarray] = []
    while open_ and len(rows) < most:
        effort.tell("covering pairs", 1 - open_ / total)
        care = effort.care()
        drawn = good_rows(interactions, maker, left, rng, care)
        effort.spend(len(drawn), care.steps)
        rows += _take(interactions, drawn, left, care.share)
        open_ = float(left.sum())
    return np.array(rows[:most])


def _take(
    interactions: Interactions, drawn: np.ndarray, left: np.ndarray, share: float
) -> list[np.ndarray]:
    """The best of the rows, then any other nearly as good after it; ``left`` loses their pairs."""
    held = interactions.held(drawn)
    gains = ((held.astype(np.float32) @ left) * held).sum(axis=1) / 2
    least = max(share * float(gains.max()), 1.0)
    some = np.flatnonzero(gains >= least)
    if not len(some):
        return _settled(interactions, left)
    if len(some) * np.count_nonzero(left) > LISTED:
        chosen = _by_blocks(held[some], gains[some], left, least)
    else:
        first, second = np.nonzero(np.triu(left))
        chosen, done = chosen_of_list(held[some], [first, second], least)
        first, second = first[done], second[done]
        left[first, second] = left[second, first] = 0
    return list(drawn[some[chosen]])


def _settled(interactions: Interactions, left: np.ndarray) -> list[np.ndarray]:
    """A row for the first pair left, which rows made to measure missed; ``left`` loses it."""
    i, j = (int(x) for x in np.argwhere(left)[0])
    left[i, j] = left[j, i] = 0
    row = interactions.row_with(i, j)
    own = np.flatnonzero(interactions.held(row[None])[0])
    left[np.ix_(own, own)] = 0
    return [row]


def _by_blocks(held: np.ndarray, gains: np.ndarray, left: np.ndarray, least: float) -> list[int]:
    """Rows in the order of what each adds, down to the least gain; ``left`` loses their pairs.

    Only the most promising are weighed anew after each, all in one product.
    """
    some = np.argsort(-gains, kind="stable")[:_WEIGHED]
    rows, gains = held[some].astype(np.float32), gains[some]
    chosen: list[int] = []
    while gains.max() >= least - _EXACT:
        top = int(gains.argmax())
        chosen.append(int(some[top]))
        own = np.flatnonzero(rows[top])
        left[np.ix_(own, own)] = 0
        gains = ((rows @ left) * rows).sum(axis=1) / 2
    return chosen


def good_rows(
    interactions: Interactions,
    maker: RowMaker,
    left: np.ndarray,
    rng: np.random.Generator,
    care: Care,
) -> np.ndarray:
    """(starts, features) rows that each cover many of the pairs left, a pair of its own each.

    Args:
        left: (items, items) symmetric weights of the pairs still to cover.
    """
    open_ = left.sum(axis=1)
    first, second = _some_pairs(left, open_, rng, care.starts)
    starts = len(first)
    weights = np.repeat(open_[None], starts, axis=0) * rng.uniform(0.2, 1.0, (starts, len(open_)))
    force = np.zeros((starts, len(open_)))
    index = np.arange(starts)
    force[index, first] = force[index, second] = _FORCE
    best: np.ndarray | None = None
    best_gains = np.full(starts, -1.0)
    for step in range(care.steps):
        rows = maker.best(interactions.gains(weights + (force if step < 2 else 0)))
        held = interactions.held(rows).astype(np.float32)
        weights = held @ left
        gains = (weights * held).sum(axis=1)
        better = gains > best_gains
        best = rows if best is None else np.where(better[:, None], rows, best)
        best_gains = np.maximum(gains, best_gains)
    assert best is not None
    return best


def _some_pairs(
    left: np.ndarray, open_: np.ndarray, rng: np.random.Generator, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """At most so many different pairs of those left, each as likely as any other."""
    drawn = rng.choice(len(open_), size=2 * most, p=open_ / open_.sum(dtype=np.float64))
    other = np.array([rng.choice(np.flatnonzero(left[i])) for i in drawn])
    keys = np.unique(np.minimum(drawn, other) * len(open_) + np.maximum(drawn, other))
    keys = rng.permutation(keys)[:most]
    return keys // len(open_), keys % len(open_)
