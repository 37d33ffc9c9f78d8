"""Covering all valid triples: the pair machinery, with pairs weighted by their open triples."""

from __future__ import annotations

import time
from itertools import permutations

import numpy as np

from pimp_tui.sampling.interactions import Interactions
from pimp_tui.sampling.makers import RowMaker

_FORCE = 1e7
_STARTS, _STEPS = 8, 3
_SHARE, _LATE_SHARE = 0.9, 0.5


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
    deadline: float,
    most: int = 1 << 60,
    given: np.ndarray | None = None,
) -> np.ndarray:
    """Rows that hold every valid triple (the first ``most`` of them), greedily.

    Triples that a row of (n, items) ``given`` ones holds need no other row.

    After the deadline rows are taken less carefully, so that all is still covered.
    """
    from pimp_tui.sampling.twise import cover_items

    left = valid_triples(interactions)
    for row in () if given is None else given:
        left[np.ix_(*[np.flatnonzero(row)] * 3)] = False
    weight = left.sum(axis=2, dtype=np.float32)
    if not left.any():
        return cover_items(interactions, maker, rng, given)
    rows: list[np.ndarray] = []
    while weight.any() and len(rows) < most:
        late = time.monotonic() > deadline
        drawn = _candidates(interactions, maker, left, weight, rng)
        held = interactions.held(drawn)
        gains = np.array([_block(left, h).sum() for h in held])
        least = (_LATE_SHARE if late else _SHARE) * gains.max()
        for at in np.argsort(-gains, kind="stable"):
            block = _block(left, held[at])
            if not block.any() or block.sum() < least:
                continue
            own = np.flatnonzero(held[at])
            weight[np.ix_(own, own)] -= block.sum(axis=2)
            left[np.ix_(own, own, own)] = False
            rows.append(drawn[at])
    return np.array(rows[:most])


def _block(left: np.ndarray, held: np.ndarray) -> np.ndarray:
    own = np.flatnonzero(held)
    return left[np.ix_(own, own, own)]


def _candidates(
    interactions: Interactions,
    maker: RowMaker,
    left: np.ndarray,
    weight: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Rows that each hold an open triple, drawn at random, and else much that is open."""
    first, second = np.nonzero(np.triu(weight > 0))
    picked = rng.integers(0, len(first), size=_STARTS)
    force = np.zeros((_STARTS, len(weight)))
    for s, at in enumerate(picked):
        i, j = first[at], second[at]
        third = rng.choice(np.flatnonzero(left[i, j]))
        force[s, [i, j, third]] = _FORCE
    gains = weight.sum(axis=1)[None] * rng.uniform(0.2, 1.0, force.shape)
    for step in range(_STEPS):
        rows = maker.best(interactions.gains(gains + force))
        if step < _STEPS - 1:
            gains = interactions.held(rows).astype(np.float32) @ weight
    return rows
