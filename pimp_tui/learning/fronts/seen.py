"""Which configurations were drawn before, by the million and a few bytes each."""

from __future__ import annotations

import numpy as np


class Seen:
    """Remembers (n, features) bool rows by a 64-bit hash of some of their columns.

    The hash is the exclusive or of one random word a selected feature (Zobrist, 1970): two of a
    million rows fall together once in thirty million times. Sorted runs of hashes are merged as
    they grow, so a block costs O(log) passes over the whole.

    Args:
        columns: indices of the features that tell configurations apart.
    """

    def __init__(self, columns: np.ndarray) -> None:
        words = np.random.default_rng(0).integers(0, 2**64, size=len(columns), dtype=np.uint64)
        self._words = dict(zip(columns.tolist(), words, strict=True))
        self._runs: list[np.ndarray] = []

    def fresh(self, rows: np.ndarray) -> np.ndarray:
        """Indices, ascending, of the rows never asked about before, the first of equal ones."""
        hashes = np.zeros(len(rows), dtype=np.uint64)
        for column, word in self._words.items():
            np.bitwise_xor(hashes, word, out=hashes, where=rows[:, column])
        unique, first = np.unique(hashes, return_index=True)
        new = np.ones(len(unique), dtype=bool)
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, unique), len(run) - 1)
            new &= run[place] != unique
        self._keep(unique[new])
        return np.sort(first[new])

    def _keep(self, hashes: np.ndarray) -> None:
        if not len(hashes):
            return
        self._runs.append(hashes)
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            both = [self._runs.pop(), self._runs.pop()]
            self._runs.append(np.sort(np.concatenate(both), kind="stable"))
