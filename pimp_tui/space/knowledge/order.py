"""FORCE: a variable order in which formulas span few levels (Aloul, Markov, Sakallah 2003)."""

from __future__ import annotations

import numpy as np


def force_order(scopes: list[list[int]], count: int, rounds: int = 60) -> np.ndarray:
    """Order variables 0..count-1 so that the total span of the scopes is small.

    Args:
        scopes: variables of each formula.
        count: number of variables; the start is their given order.

    Returns:
        (count,) the variable at each level; deterministic.
    """
    scopes = [s for s in scopes if len(s) > 1]
    if not scopes:
        return np.arange(count)
    sizes = np.array([len(s) for s in scopes])
    flat = np.concatenate([np.array(s) for s in scopes])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    edge = np.repeat(np.arange(len(scopes)), sizes)
    degree = np.bincount(flat, minlength=count)
    position = np.arange(count, dtype=float)
    best, best_span = np.arange(count), np.inf
    for _ in range(rounds):
        at = position[flat]
        span = float((np.maximum.reduceat(at, starts) - np.minimum.reduceat(at, starts)).sum())
        if span < best_span:
            best, best_span = np.argsort(position, kind="stable"), span
        centre = np.add.reduceat(at, starts) / sizes
        pull = np.bincount(flat, weights=centre[edge], minlength=count)
        goal = np.where(degree > 0, pull / np.maximum(degree, 1), position)
        order = np.argsort(goal, kind="stable")
        moved = np.empty(count)
        moved[order] = np.arange(count)
        if np.array_equal(moved, position):
            break
        position = moved
    return best
