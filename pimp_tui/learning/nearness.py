"""How far behind a front a point lies, measured in a tolerance for each objective."""

from __future__ import annotations

import numpy as np

_AT_ONCE = 32


def depth(costs: np.ndarray, front: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Tolerances (n,) that a point must gain in every objective until no front point beats it.

    That is max over the front of min over the objectives of (cost - front) / scale: at most 0 on
    the front and before it, -inf where the front is empty. O(n log f) for two objectives.

    Args:
        costs: (n, m), less is better.
        front: (f, m), points that do not dominate one another.
        scale: (m,) of positive numbers.
    """
    points, stairs = costs / scale, front / scale
    if not len(stairs):
        return np.full(len(points), -np.inf)
    if points.shape[1] == 2:
        return _two(points, stairs)
    found = np.full(len(points), -np.inf)
    for start in range(0, len(stairs), _AT_ONCE):
        part = stairs[start : start + _AT_ONCE]
        least = points[:, None, 0] - part[None, :, 0]
        for column in range(1, points.shape[1]):
            np.minimum(least, points[:, None, column] - part[None, :, column], out=least)
        np.maximum(found, least.max(axis=1), out=found)
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
