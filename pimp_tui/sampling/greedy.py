"""Of some rows those that add most, over a list of what is still to cover."""

from __future__ import annotations

import numpy as np

LISTED = 16_000_000
"""Rows times interactions up to which a list costs less than their blocks."""


def chosen_of_list(
    held: np.ndarray, places: list[np.ndarray], least: float
) -> tuple[list[int], np.ndarray]:
    """Rows in the order of what each adds, down to the least gain.

    Args:
        held: (rows, items) bool.
        places: the open interactions, one array of item numbers per item of theirs.
        least: gain below which no row is taken.

    Returns:
        the rows chosen, and which of the interactions they cover, bool.
    """
    cover = held[:, places[0]]
    for place in places[1:]:
        cover &= held[:, place]
    gains = cover.sum(axis=1)
    done = np.zeros(len(places[0]), dtype=bool)
    chosen: list[int] = []
    while len(gains) and gains.max() >= max(least, 1):
        top = int(gains.argmax())
        chosen.append(top)
        fresh = np.flatnonzero(cover[top] & ~done)
        gains -= cover[:, fresh].sum(axis=1)
        done[fresh] = True
    return chosen, done
