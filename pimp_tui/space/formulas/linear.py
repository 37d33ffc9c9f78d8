"""Linear inequalities over literals as small decision diagrams.

``low <= c1*x1 + ... + cn*xn <= high`` over whole positive coefficients. States that allow the same
rests are one node: an interval of partial sums (Abío, Nieuwenhuis, Oliveras, Rodríguez-Carbonell,
"A new look at BDDs for pseudo-Boolean constraints", JAIR 2012).
"""

from __future__ import annotations

from bisect import bisect_right

NO, YES = 0, 1
_MOST_NODES = 200_000
Node = tuple[int, int, int]


class TooManyStates(Exception):
    """The diagram of an inequality outgrew its budget."""


def decide(
    low: int, high: int, coefs: tuple[int, ...], most: int = _MOST_NODES
) -> tuple[list[Node], int]:
    """The diagram of an inequality, deciding x1 first.

    Args:
        low: least sum allowed.
        high: greatest sum allowed.
        coefs: whole and positive.
        most: nodes beyond which it gives up.

    Returns:
        nodes (index of the variable, node if it is off, node if it is on), children before
        parents, the first two standing for NO and YES; and the root.

    Raises:
        TooManyStates: more than ``most`` nodes.
    """
    n = len(coefs)
    rest = [0] * (n + 1)
    for i in range(n - 1, -1, -1):
        rest[i] = rest[i + 1] + coefs[i]
    far = 2 * (rest[0] + abs(low) + abs(high) + 1)
    nodes: list[Node] = [(n, 0, 0), (n, 0, 0)]
    unique: dict[Node, int] = {}
    starts: list[list[int]] = [[] for _ in coefs]
    spans: list[list[tuple[int, int, int]]] = [[] for _ in coefs]

    def find(level: int, total: int) -> tuple[int, int, int] | None:
        """First sum, last sum and node of the known interval around a sum."""
        left = rest[level]
        if total > high:
            return high + 1, far, NO
        if total + left < low:
            return -far, low - left - 1, NO
        if total >= low and total + left <= high:
            return low, high - left, YES
        at = bisect_right(starts[level], total) - 1
        if at >= 0 and total <= spans[level][at][1]:
            return spans[level][at]
        return None

    stack = [(0, 0)]
    while stack:
        level, total = stack[-1]
        if find(level, total) is not None:
            stack.pop()
            continue
        coef = coefs[level]
        off, on = find(level + 1, total), find(level + 1, total + coef)
        if off is None or on is None:
            stack.append((level + 1, total if off is None else total + coef))
            continue
        stack.pop()
        key = (level, off[2], on[2])
        node = off[2] if off[2] == on[2] else unique.get(key)
        if node is None:
            node = unique[key] = len(nodes)
            nodes.append(key)
            if node > most:
                raise TooManyStates
        span = max(off[0], on[0] - coef), min(off[1], on[1] - coef), node
        at = bisect_right(starts[level], span[0])
        starts[level].insert(at, span[0])
        spans[level].insert(at, span)
    root = find(0, 0)
    assert root is not None
    return nodes, root[2]
