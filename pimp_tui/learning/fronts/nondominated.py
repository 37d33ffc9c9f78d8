"""Exact non-dominated filters on a cost matrix; less is better in every column."""

from __future__ import annotations

from bisect import bisect_left, insort

import numpy as np

_BLOCK = 256


def nondominated(costs: np.ndarray) -> np.ndarray:
    """Mask (n,) of the rows of ``costs`` (n, m) that no other row dominates.

    Rows equal in every column do not dominate each other. O(n log n) for one, two and three
    columns, O(n * front) beyond.
    """
    costs = np.asarray(costs, dtype=float) + 0.0  # -0.0 equals 0.0
    count, width = costs.shape
    if count == 0:
        return np.zeros(0, dtype=bool)
    unique, inverse = np.unique(costs, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)  # rows of `unique` come in lexicographic order
    if width == 1:
        keep = unique[:, 0] == unique[0, 0]
    elif width == 2:
        keep = _two(unique)
    elif width == 3:
        keep = _three(unique)
    else:
        keep = _many(unique)
    return np.asarray(keep[inverse])


def _two(rows: np.ndarray) -> np.ndarray:
    lowest = np.minimum.accumulate(rows[:, 1])
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = rows[1:, 1] < lowest[:-1]
    return keep


def _three(rows: np.ndarray) -> np.ndarray:
    """Sweep in lexicographic order; a staircase of (second, third) holds what was seen.

    A row is dominated if some earlier row is no worse in the second and the third column
    (rows are distinct, so it is better somewhere).
    """
    keep = np.zeros(len(rows), dtype=bool)
    stairs: list[tuple[float, float]] = []  # second ascending, third descending
    for index, (_, second, third) in enumerate(rows.tolist()):
        place = bisect_left(stairs, (second, float("inf")))
        if place and stairs[place - 1][1] <= third:
            continue
        keep[index] = True
        end = place
        while end < len(stairs) and stairs[end][1] >= third:
            end += 1
        if place and stairs[place - 1][0] == second:  # same second, larger third: replaced
            place -= 1
        del stairs[place:end]
        insort(stairs, (second, third))
    return keep


def _many(rows: np.ndarray) -> np.ndarray:
    """Block-wise filter; a row later in lexicographic order never dominates an earlier one."""
    front = rows[:0]
    keep = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        alive = np.ones(len(block), dtype=bool)
        for part in range(0, len(front), _BLOCK):
            alive &= ~_no_worse(front[part : part + _BLOCK], block).any(axis=1)
        inside = _no_worse(block, block)
        np.fill_diagonal(inside, False)
        # whoever is dominated by a dominated row is dominated by a survivor too
        alive &= ~inside.any(axis=1)
        keep[start : start + _BLOCK] = alive
        front = np.vstack([front, block[alive]])
    return keep


def _no_worse(others: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Mask (rows, others): the other row is no worse in every column."""
    return np.asarray(np.all(others[None, :, :] <= rows[:, None, :], axis=2))
