"""Exactly uniform draws from a flat decision diagram, all rows together level by level."""

from __future__ import annotations

import numpy as np

from pimp_tui.space.knowledge.graph import Graph

_BITS = 63


class Drawer:
    """Draws under fixed assumptions.

    A branch is taken by comparing 63 random bits with the branch's share rounded down; only when
    they are equal (once in 2**63) the exact remainder decides, so rounding biases nothing.

    Args:
        graph: the component.
        counts: ``graph.counts(given)``.
        given: (levels,) of 1, 0 or -1.
    """

    def __init__(self, graph: Graph, counts: np.ndarray, given: np.ndarray) -> None:
        self.graph, self.given = graph, given
        self.share = np.zeros(len(graph.level), dtype=np.uint64)
        self.rest: dict[int, tuple[int, int]] = {}
        full = 1 << _BITS
        low = counts[graph.low].tolist()
        high = counts[graph.high].tolist()
        fixed = given[np.minimum(graph.level, len(given) - 1)].tolist()
        share = [0] * len(graph.level)
        for node in range(2, len(share)):
            if fixed[node] >= 0:
                share[node] = full if fixed[node] else 0
                continue
            whole = low[node] + high[node]
            if whole:
                share[node], remainder = divmod(high[node] << _BITS, whole)
                if remainder:
                    self.rest[node] = (remainder, whole)
        self.share[:] = share

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, levels) bool, independent and uniform over the valid assignments."""
        graph, depth = self.graph, len(self.graph.variables)
        rows = np.empty((depth, n), dtype=bool)
        at = np.full(n, graph.root, dtype=np.int64)
        for level in range(depth):
            if self.given[level] >= 0:
                rows[level] = bool(self.given[level])
            a, b = graph.start[level], graph.stop[level]
            here = (at >= a) & (at < b)
            stay = int(here.sum())
            if self.given[level] < 0 and stay < n:
                rows[level] = rng.integers(0, 2, size=n, dtype=np.uint8).view(bool)
            if not stay:
                continue
            where = slice(None) if stay == n else np.flatnonzero(here)
            nodes = at[where]
            bits = rng.integers(0, 1 << _BITS, size=stay, dtype=np.uint64)
            share = self.share[nodes]
            up = bits < share
            tied = np.flatnonzero(bits == share)
            for i in tied:
                up[i] = self._remainder(int(nodes[i]), rng)
            rows[level, where] = up
            at[where] = np.where(up, graph.high[nodes], graph.low[nodes])
        return rows.T

    def _remainder(self, node: int, rng: np.random.Generator) -> bool:
        if node not in self.rest:
            return False
        part, whole = self.rest[node]
        words = (whole.bit_length() + 31) // 32
        while True:
            bits = int.from_bytes(rng.bytes(4 * words), "little") % (1 << whole.bit_length())
            if bits < whole:
                return bits < part
