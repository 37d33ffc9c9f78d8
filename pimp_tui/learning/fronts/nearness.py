"""How far behind a front a point lies, measured in a tolerance for each objective."""

from __future__ import annotations

import numpy as np

_AT_ONCE = 32


def depth(
    costs: np.ndarray, front: np.ndarray, scale: np.ndarray, limit: float = np.inf
) -> np.ndarray:
    """Tolerances (n,) that a point must gain in every objective until no front point beats it.

    That is max over the front of min over the objectives of (cost - front) / scale: at most 0 on
    the front and before it, -inf where the front is empty. O(n log f) for two objectives, else
    O(n f) for points within the limit and a fraction of it for those far beyond.

    Args:
        costs: (n, m), less is better.
        front: (f, m), points that do not dominate one another.
        scale: (m,) of positive numbers.
        limit: beyond it a depth may be told as anything that is beyond it.
    """
    points, stairs = costs / scale, front / scale
    if not len(stairs):
        return np.full(len(points), -np.inf)
    if points.shape[1] == 2:
        return _two(points, stairs)
    found = np.full(len(points), -np.inf)
    near = np.arange(len(points))
    parts = -(-len(stairs) // _AT_ONCE)
    for start in range(parts):
        part = stairs[start::parts]  # from all over the front, so that few survive the first
        here = points[near]
        least = here[:, None, 0] - part[None, :, 0]
        for column in range(1, points.shape[1]):
            np.minimum(least, here[:, None, column] - part[None, :, column], out=least)
        found[near] = np.maximum(found[near], least.max(axis=1))
        near = near[found[near] <= limit]
    return found


def _two(points: np.ndarray, stairs: np.ndarray) -> np.ndarray:
    """Along the stairs the first difference falls and the second rises: best where they cross."""
    stairs = stairs[np.lexsort((stairs[:, 1], stairs[:, 0]))]
    crossing = stairs[:, 0] - stairs[:, 1]  # ascending
    after = np.searchsorted(crossing, points[:, 0] - points[:, 1])
    found = np.full(len(points), -np.inf)
    for place in (after - 1, after):
        inside = (place >= 0) & (place < len(stairs))
        gap = points[inside] - stairs[place[inside]]
        found[inside] = np.maximum(found[inside], gap.min(axis=1))
    return found
