"""Variable orders in which formulas span few levels.

A variable that a large share of the formulas mentions (a parent of many features) goes to the top:
below it the rest falls apart into small components, which are then ordered one after the other by
FORCE (Aloul, Markov, Sakallah 2003). On uclinux_dist one such variable made the difference between
a few thousand decision nodes and millions.
"""

from __future__ import annotations

import numpy as np

_HUB_DEGREE, _HUB_SHARE = 12, 0.1


def variable_order(scopes: list[list[int]], count: int) -> np.ndarray:
    """Order variables 0..count-1: hubs first, then components one by one; deterministic.

    Args:
        scopes: variables of each formula.
        count: number of variables, given in tree order.

    Returns:
        (count,) the variable at each level.
    """
    found: list[int] = []
    stack = [(list(range(count)), [s for s in scopes if len(s) > 1])]
    while stack:
        own, inside = stack.pop()
        hub = _hub(inside)
        if hub is not None:
            found.append(hub)
            rest = [v for v in own if v != hub]
            cut = [[v for v in scope if v != hub] for scope in inside]
            stack.extend(reversed(_components(rest, [s for s in cut if len(s) > 1])))
            continue
        place = {v: i for i, v in enumerate(own)}
        order = force_order([[place[v] for v in scope] for scope in inside], len(own))
        found.extend(own[i] for i in order)
    return np.array(found, dtype=int)


def _hub(scopes: list[list[int]]) -> int | None:
    degree: dict[int, int] = {}
    for scope in scopes:
        for v in scope:
            degree[v] = degree.get(v, 0) + 1
    top = max(degree, key=lambda v: (degree[v], -v), default=None)
    if top is None or degree[top] < max(_HUB_DEGREE, _HUB_SHARE * len(scopes)):
        return None
    return top


def _components(own: list[int], scopes: list[list[int]]) -> list[tuple[list[int], list[list[int]]]]:
    parent = {v: v for v in own}

    def find(v: int) -> int:
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for scope in scopes:
        for v in scope[1:]:
            parent[find(v)] = find(scope[0])
    found: dict[int, tuple[list[int], list[list[int]]]] = {}
    for v in own:
        found.setdefault(find(v), ([], []))[0].append(v)
    for scope in scopes:
        found[find(scope[0])][1].append(scope)
    return list(found.values())


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
