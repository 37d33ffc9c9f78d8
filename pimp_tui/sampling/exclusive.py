"""Which interactions exclude each other: no valid configuration holds both.

Two interactions exclude each other if an item of one is impossible beside the whole of the other;
that is exact for all but conjunctions whose every proper part is possible, so it claims too little
at most. SAT then settles each pair of a final set anew.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from pimp_tui.sampling.interactions import Interactions
from pimp_tui.space.solving.sat import loaded

if TYPE_CHECKING:
    from pimp_tui.space import Space

_MOST_ANSWERS = 60_000_000  # vertices times items that are kept
_MOST_ASKED = 8_000_000  # vertices times levels up to which each pair is propagated


class Exclusive:
    """Interactions of one or two items as vertices of a graph.

    Args:
        interactions: the items.
        pairs: (items, items) bool, symmetric: valid pairs of different owners.
        together: (items, items) bool, symmetric: items that some valid row holds, owners aside.
        t: 1 or 2.
        keep: pairs that stay among the vertices.

    Attributes:
        vertices: (size, t) item numbers. Those that another vertex can stand in for are left out,
            and of too many those of least promise.
    """

    def __init__(
        self,
        interactions: Interactions,
        pairs: np.ndarray,
        together: np.ndarray,
        t: int,
        keep: list[tuple[int, ...]],
    ) -> None:
        if t == 1:
            self.vertices = np.flatnonzero(np.diagonal(together))[:, None]
        else:
            most = _MOST_ANSWERS // max(1, len(together))
            kept = np.sort(np.array(keep, dtype=np.int64).reshape(-1, 2), axis=1)
            self.vertices = np.concatenate([kept, _strongest(pairs, together, most)])
        self.ruled = _ruled_out(interactions, self.vertices, together)
        _, first = np.unique(np.packbits(self.ruled, axis=1), axis=0, return_index=True)
        first.sort()
        self.vertices, self.ruled = self.vertices[first], self.ruled[first]
        self.size = len(first)
        self._by_item = np.ascontiguousarray(self.ruled.T)
        self._column = [np.ascontiguousarray(c) for c in self.vertices.T]

    def places(self, found: list[tuple[int, ...]]) -> list[int]:
        """Numbers of the vertices among these that are kept apart from others."""
        place = {tuple(v): n for n, v in enumerate(self.vertices.tolist())}
        return [place[key] for one in found if (key := tuple(sorted(one))) in place]

    def excludes(self, v: int) -> np.ndarray:
        """(size,) bool."""
        mine = self.ruled[v]
        found = mine[self._column[0]]
        for column in self._column[1:]:
            found = found | mine[column]
        for item in self.vertices[v]:
            found = found | self._by_item[item]
        return np.asarray(found)


def together_of(interactions: Interactions) -> np.ndarray:
    """(items, items) bool, symmetric: items that a valid row can hold, of one owner too.

    For the few items that are conjunctions ("unset") a True may be too much.
    """
    ways = [(i, way) for i, item in enumerate(interactions.items)
            for way in interactions.ways(item)]  # fmt: skip
    rows = interactions.compatible([[*interactions.literals, *way] for _, way in ways])
    found = np.zeros((len(interactions.items),) * 2, dtype=bool)
    for (i, _), row in zip(ways, rows, strict=True):
        found[i] |= row
    return np.asarray(found & found.T)


def _strongest(pairs: np.ndarray, together: np.ndarray, most: int) -> np.ndarray:
    """(m, 2) valid pairs, without those that another pair with a stronger item replaces.

    An item is stronger if it rules out all that the other does, and more. Of more than ``most``
    pairs those stay whose items may be in the largest cliques.
    """
    ruled = (~together).astype(np.float32)
    common = ruled @ ruled.T
    weight = ruled.sum(axis=1)
    above = (common == weight[None, :]) & (weight[:, None] > weight[None, :])  # [strong, weak]
    replaced = (above.T.astype(np.float32) @ pairs.astype(np.float32)) > 0
    found = np.argwhere(np.triu(pairs & ~replaced & ~replaced.T))
    if len(found) > most:
        promise = np.log(clique_sizes(together))
        loss = -promise[found].sum(axis=1)
        found = found[np.sort(np.argsort(loss, kind="stable")[:most])]
    return found


def clique_sizes(together: np.ndarray) -> np.ndarray:
    """(items,) no clique of items around each is larger.

    A member of a clique of k has k - 1 neighbours that share at least k - 2 neighbours with it.
    """
    ruled = (~together).astype(np.float32)
    common = ruled @ ruled.T
    shared = -np.sort(-np.where(ruled > 0, common, -1), axis=1)
    return 1 + np.asarray((shared >= np.arange(shared.shape[1])).sum(axis=1))


def _ruled_out(
    interactions: Interactions, vertices: np.ndarray, together: np.ndarray
) -> np.ndarray:
    """(m, items) bool: what is impossible beside each vertex."""
    without = ~together[vertices].all(axis=1)
    known = interactions.space.reasoner.known
    if vertices.shape[1] == 1 or known is None or len(vertices) * known.width > _MOST_ASKED:
        return np.asarray(without)
    ways = [interactions.ways(item) for item in interactions.items]
    asked = [
        (v, [*interactions.literals, *a, *b])
        for v, (i, j) in enumerate(vertices.tolist())
        for a in ways[i]
        for b in ways[j]
    ]
    rows = interactions.compatible([one for _, one in asked])
    possible = np.zeros((len(vertices), len(together)), dtype=bool)
    np.logical_or.at(possible, [v for v, _ in asked], rows)
    return np.asarray(~possible | without)


class Verifier:
    """Exclusivity by a SAT solver of its own, one literal for each item."""

    def __init__(self, space: Space, interactions: Interactions) -> None:
        from pysat.solvers import Glucose4

        solver = space.reasoner.solver
        self.sat: Any = loaded(Glucose4, solver.clauses)
        self.fixed = list(interactions.literals)
        self._pairs: dict[tuple[int, int], bool] = {}
        self.literal: list[int] = []
        top = solver.top
        for item in interactions.items:
            parts = [-v for v in item.none_of] or list(item.any_of)
            if len(parts) == 1:
                self.literal.append(parts[0])
                continue
            top += 1
            self.literal.append(top)
            if item.none_of:
                self.sat.append_formula([[-top, p] for p in parts])
            else:
                self.sat.add_clause([-top, *parts])

    def possible(self, items: set[int]) -> bool:
        """Whether a valid configuration holds all the items."""
        return bool(self.sat.solve(assumptions=[*self.fixed, *(self.literal[i] for i in items)]))

    def exclusive(self, members: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Those of the sets of items that are possible and exclude each other, all of them."""
        left = [m for m in members if self.possible(set(m))]
        both = [(a, b) for a, b in combinations(left, 2) if self._fit(a, b)]
        while both:
            clash: dict[tuple[int, ...], int] = dict.fromkeys(left, 0)
            for a, b in both:
                clash[a] += 1
                clash[b] += 1
            worst = max(clash, key=lambda m: clash[m])
            both = [(a, b) for a, b in both if worst not in (a, b)]
            left.remove(worst)
        return left

    def _fit(self, a: tuple[int, ...], b: tuple[int, ...]) -> bool:
        """Whether both fit into one valid configuration; two of their items may settle it."""
        for i in a:
            for j in b:
                pair = (min(i, j), max(i, j))
                if pair not in self._pairs:
                    self._pairs[pair] = self.possible({i, j})
                if not self._pairs[pair]:
                    return False
        return self.possible({*a, *b})
