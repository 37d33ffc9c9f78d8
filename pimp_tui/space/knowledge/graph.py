"""A decision diagram as flat arrays, with counts, propagation and best rows vectorised by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(slots=True, eq=False)
class Graph:
    """One component, variables in level order.

    Nodes 0 and 1 are the terminals, at level ``len(variables)``; the others lie level by level from
    the deepest to the first, nodes of level L at ``start[L]:stop[L]``.

    Attributes:
        variables: representative variable of each level.
        level, low, high: per node (nodes,) its level and its successors.
    """

    variables: np.ndarray
    level: np.ndarray
    low: np.ndarray
    high: np.ndarray
    root: int
    start: np.ndarray
    stop: np.ndarray

    @classmethod
    def make(cls, variables: np.ndarray, nodes: list[tuple[int, int, int]], root: int) -> Graph:
        """From (level, low, high) of each node; nodes 0 and 1 stand for the terminals."""
        depth = len(variables)
        table = np.array(nodes, dtype=np.int64).reshape(-1, 3)
        table[:2, 0] = depth
        order = np.concatenate([[0, 1], 2 + np.argsort(-table[2:, 0], kind="stable")])
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        level = table[order, 0]
        levels = np.arange(depth)
        start = 2 + np.searchsorted(-level[2:], -levels, side="left")
        stop = 2 + np.searchsorted(-level[2:], -levels, side="right")
        low, high = place[table[order, 1]], place[table[order, 2]]
        return cls(variables, level, low, high, int(place[root]), start, stop)

    def counts(self, given: np.ndarray) -> np.ndarray:
        """Per node the valid assignments of *all* levels under it, were it the root.

        Counting all levels each time (as if a skipped one were free) needs no shift per edge: a
        node is the mean of its successors. Python integers where 64 bits are too few.

        Args:
            given: (levels,) of 1, 0, or -1 for undecided.
        """
        depth = len(self.variables)
        wide = depth > 62
        counts: Any = np.zeros(len(self.level), dtype=object if wide else np.uint64)
        counts[1] = 1 << depth
        one = 1 if wide else np.uint64(1)
        for at in range(depth - 1, -1, -1):
            a, b = self.start[at], self.stop[at]
            if a == b:
                continue
            if given[at] < 0:
                counts[a:b] = (counts[self.low[a:b]] + counts[self.high[a:b]]) >> one
            else:
                counts[a:b] = counts[(self.high if given[at] else self.low)[a:b]]
        return counts

    def total(self, counts: np.ndarray, given: np.ndarray) -> int:
        """Valid assignments of the undecided levels."""
        return int(counts[self.root]) >> int((given >= 0).sum())

    def possible(self, counts: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which levels can be deselected and which selected, (levels,) bool each."""
        depth = len(self.variables)
        alive = counts != 0
        reached = np.zeros(len(self.level), dtype=bool)
        reached[self.root] = alive[self.root]
        low_open, high_open = alive[self.low], alive[self.high]
        low_open[:2] = high_open[:2] = False
        low_open[2:] &= given[self.level[2:]] != 1
        high_open[2:] &= given[self.level[2:]] != 0
        for at in range(depth):
            a, b = self.start[at], self.stop[at]
            if a == b:
                continue
            here = reached[a:b]
            reached[self.low[a:b][here & low_open[a:b]]] = True
            reached[self.high[a:b][here & high_open[a:b]]] = True
        low_open &= reached
        high_open &= reached
        no = np.zeros(depth, dtype=bool)
        yes = np.zeros(depth, dtype=bool)
        no[self.level[low_open]] = True
        yes[self.level[high_open]] = True
        # A level that an open edge skips is free.
        edge = np.zeros(depth + 2, dtype=np.int64)
        for taken, target in ((low_open, self.low), (high_open, self.high)):
            np.add.at(edge, self.level[taken] + 1, 1)
            np.add.at(edge, self.level[target[taken]], -1)
        if alive[self.root]:
            edge[0] += 1
            edge[self.level[self.root]] -= 1
        free = np.cumsum(edge)[:depth] > 0
        no |= free & (given != 1)
        yes |= free & (given != 0)
        return no, yes
