"""Dynamic programmes over many rows at once: best valid rows, and propagation of many questions.

For a linear gain over levels the valid row of greatest gain is a longest path through the diagram;
K gains are worked out side by side, one NumPy step per level.
"""

from __future__ import annotations

import numpy as np

from pimp_tui.space.knowledge.graph import Graph

_NEVER = -1e15


def best_rows(graph: Graph, gains: np.ndarray) -> np.ndarray:
    """Valid rows of greatest gain.

    Args:
        graph: a component.
        gains: (levels, K) what selecting a level brings, deselecting bringing nothing.

    Returns:
        (levels, K) bool.
    """
    depth, k = gains.shape
    best = np.empty((len(graph.level), k))
    plus = np.maximum(gains, 0.0)
    best[0], best[1] = _NEVER, plus.sum(axis=0)
    # best[node] holds the gain below the node plus what all levels above it could bring when free,
    # so that skipped levels need no term of their own.
    for at in range(depth - 1, -1, -1):
        a, b = graph.start[at], graph.stop[at]
        if a != b:
            up = best[graph.high[a:b]]
            up += gains[at]
            np.maximum(up, best[graph.low[a:b]], out=up)
            np.subtract(up, plus[at], out=best[a:b])
    rows = gains > 0
    column = np.arange(k)
    node = np.full(k, graph.root)
    for at in range(depth):
        a, b = graph.start[at], graph.stop[at]
        if a == b:
            continue
        here = (node >= a) & (node < b)
        if not here.any():
            continue
        low, high = graph.low[node], graph.high[node]
        up = best[high, column] + gains[at] > best[low, column]
        rows[at] = np.where(here, up, rows[at])
        node = np.where(here, np.where(up, high, low), node)
    return rows


def possible_many(graph: Graph, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Propagation under K assumptions at once.

    Args:
        graph: a component.
        given: (levels, K) of 1, 0 or -1 for undecided.

    Returns:
        (levels, K) bool twice: can be deselected, can be selected. All False where the assumptions
        are contradictory.
    """
    depth, k = given.shape
    nodes = len(graph.level)
    alive = np.zeros((nodes, k), dtype=bool)
    alive[1] = True
    may_no, may_yes = given != 1, given != 0
    for at in range(depth - 1, -1, -1):
        a, b = graph.start[at], graph.stop[at]
        if a != b:
            alive[a:b] = (alive[graph.low[a:b]] & may_no[at]) | (
                alive[graph.high[a:b]] & may_yes[at]
            )
    # Edges 2*node (deselect) and 2*node+1 (select), those into one node side by side.
    target = np.stack([graph.low, graph.high], axis=1).reshape(-1)
    source_level = np.repeat(graph.level, 2)
    open_ = np.zeros((2 * nodes, k), dtype=bool)
    into = 4 + np.argsort(target[4:], kind="stable")
    first = np.searchsorted(target[into], np.arange(nodes + 1))
    no = np.zeros((depth, k), dtype=bool)
    yes = np.zeros((depth, k), dtype=bool)
    for at in range(depth):
        a, b = graph.start[at], graph.stop[at]
        if a == b:
            continue
        if a <= graph.root < b:
            reached = alive[a:b]
        else:
            edges = into[first[a] : first[b]]
            reached = np.logical_or.reduceat(open_[edges], first[a:b] - first[a], axis=0)
        down = reached & alive[graph.low[a:b]] & may_no[at]
        up = reached & alive[graph.high[a:b]] & may_yes[at]
        open_[2 * a : 2 * b : 2], open_[2 * a + 1 : 2 * b : 2] = down, up
        no[at], yes[at] = down.any(axis=0), up.any(axis=0)
    free = _skipped(graph, source_level, target, open_, alive[graph.root])
    return no | (free & may_no), yes | (free & may_yes)


def _skipped(
    graph: Graph, level: np.ndarray, target: np.ndarray, open_: np.ndarray, alive: np.ndarray
) -> np.ndarray:
    """(levels, K) bool: levels that some open edge passes over, or that lie above the root."""
    depth = len(graph.variables)
    change = np.zeros((depth + 1, open_.shape[1]), dtype=np.int32)
    change[0] += alive
    change[graph.level[graph.root]] -= alive
    skip = 4 + np.flatnonzero(graph.level[target[4:]] > level[4:] + 1)
    for ends, sign in ((level[skip] + 1, 1), (graph.level[target[skip]], -1)):
        if len(skip):
            order = np.argsort(ends, kind="stable")
            levels, begin = np.unique(ends[order], return_index=True)
            sums = np.add.reduceat(open_[skip[order]].astype(np.int32), begin, axis=0)
            change[levels] += sign * sums
    return np.asarray(np.cumsum(change[:depth], axis=0) > 0)
