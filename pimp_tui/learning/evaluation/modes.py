"""The good mode of a bimodal metric: accuracy is often ruined by one option, and fine otherwise.

A high R2 that only tells the two modes apart is cheap, so errors are told within the good one too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pimp_tui.learning.measured import more_is_better

_LEAST, _SHARE = 5, 0.1  # configurations in each mode, and their share of all
_CHANCE, _DRAWS = 0.01, 1000
_ENOUGH = (
    2000  # the share expected by chance falls with more rows: beyond, this is on the safe side
)


@dataclass(frozen=True)
class Mode:
    """The better of two modes.

    Attributes:
        threshold: halfway between the modes; larger: whether the good mode lies above it.
        count: configurations in it, of ``total``.
        found: how it was found, in plain words.
    """

    threshold: float
    larger: bool
    count: int
    total: int
    found: str

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Mask of the values in this mode."""
        return values > self.threshold if self.larger else values < self.threshold


def good_mode(metric: str, values: np.ndarray) -> Mode | None:
    """The good mode of the metric's values (n,); None where they have but one mode.

    The values are cut in two where the two means explain most of the variance (Otsu 1979). They
    count as two modes where that share is larger than in 99% of uniform samples of the same size
    (the unimodal distribution hardest to tell apart, as in Hartigan's dip test), and each part
    holds five configurations and a tenth of all.
    """
    ordered = np.sort(values)
    count = len(ordered)
    if count < 2 * _LEAST or ordered[0] == ordered[-1]:
        return None
    share, cut = _best_cut(ordered[None, :])
    least, explained = max(_LEAST, _SHARE * count), float(share[0])
    low = int(cut[0])
    if min(low, count - low) < least or explained <= _by_chance(min(count, _ENOUGH)):
        return None
    threshold = float(ordered[low - 1] + ordered[low]) / 2.0
    larger = more_is_better(metric)
    inside = count - low if larger else low
    side = "above" if larger else "below"
    found = (
        f"{inside} of {count} configurations have {metric} {side} {threshold:.3g}; two means "
        f"explain {100 * explained:.0f}% of its variance, more than 99% of uniform samples"
    )
    return Mode(threshold, larger, inside, count, found)


def _best_cut(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest share of variance between two parts of each sorted row, and rows of the lower."""
    count = ordered.shape[1]
    below = np.arange(1, count)
    total = ordered.cumsum(axis=1)
    lower = total[:, :-1] / below
    upper = (total[:, -1:] - total[:, :-1]) / (count - below)
    between = below * (count - below) / count**2 * (upper - lower) ** 2
    best = between.argmax(axis=1)
    share = between[np.arange(len(ordered)), best] / ordered.var(axis=1)
    return share, best + 1


@lru_cache(maxsize=256)
def _by_chance(count: int) -> float:
    """Share of variance that only 1% of uniform samples of this size exceed."""
    draws = np.sort(np.random.default_rng(0).random((_DRAWS, count)), axis=1)
    return float(np.quantile(_best_cut(draws)[0], 1.0 - _CHANCE))
