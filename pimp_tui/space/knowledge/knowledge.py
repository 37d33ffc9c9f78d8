"""Exact knowledge of a whole model: counts, propagation and uniform draws over its components."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pimp_tui.space.knowledge.draw import Drawer
from pimp_tui.space.knowledge.graph import Graph
from pimp_tui.space.knowledge.reduce import Reduced

_REMEMBERED = 256


@dataclass(slots=True)
class _Seen:
    """A component under one set of assumptions."""

    counts: np.ndarray
    total: int
    possible: tuple[np.ndarray, np.ndarray] | None = None
    drawer: Drawer | None = None


class Knowledge:
    """Compiled components of a reduced model.

    Args:
        reduced: fixed features and representatives.
        graphs: one per component, in the order of ``reduced.components``.
    """

    def __init__(self, reduced: Reduced, graphs: list[Graph]) -> None:
        self.reduced, self.graphs = reduced, graphs
        self.count_features = len(reduced.value)
        width = 0
        column: dict[int, int] = {}
        self.slices: list[slice] = []
        for graph in graphs:
            own = graph.variables.tolist()
            self.slices.append(slice(width, width + len(own)))
            for v in own:
                column[v] = width
                width += 1
        self._free = slice(width, width + len(reduced.free))
        for v in reduced.free:
            column[v] = width
            width += 1
        self.width = width
        literal = reduced.literal
        self.column = np.array([column.get(abs(int(x)), -1) for x in literal])
        self.turned = literal < 0
        self.nodes = sum(len(g.level) for g in graphs)
        self._memory: OrderedDict[tuple[int, bytes], _Seen] = OrderedDict()

    def given(self, literals: Iterable[int]) -> np.ndarray | None:
        """Assumptions per column, (width,) of 1, 0 or -1; None when two of them clash outright."""
        found = np.full(self.width, -1, dtype=np.int8)
        for x in literals:
            at = abs(x) - 1
            fixed = self.reduced.value[at]
            if fixed:
                if (fixed > 0) != (x > 0):
                    return None
                continue
            wanted = int((x > 0) != self.turned[at])
            column = self.column[at]
            if found[column] >= 0 and found[column] != wanted:
                return None
            found[column] = wanted
        return found

    def count(self, literals: Iterable[int] = ()) -> int:
        """Valid configurations that hold the literals, exact."""
        given = self.given(literals)
        if given is None:
            return 0
        whole = 1 << int((given[self._free] < 0).sum())
        for i in range(len(self.graphs)):
            whole *= self._seen(i, given).total
            if not whole:
                break
        return whole

    def states(self, literals: Iterable[int] = ()) -> np.ndarray | None:
        """Complete propagation: (features,) int8 of 1, -1 or 0; None when nothing is valid."""
        given = self.given(literals)
        if given is None:
            return None
        no, yes = np.ones(self.width, dtype=bool), np.ones(self.width, dtype=bool)
        no[self._free], yes[self._free] = given[self._free] != 1, given[self._free] != 0
        for i, part in enumerate(self.slices):
            seen = self._seen(i, given)
            if not seen.total:
                return None
            if seen.possible is None:
                seen.possible = self.graphs[i].possible(seen.counts, given[part])
            no[part], yes[part] = seen.possible
        decided = yes.astype(np.int8) - no.astype(np.int8)
        known = self.column >= 0
        found = self.reduced.value.copy()
        of = decided[self.column[known]]
        found[known] = np.where(self.turned[known], -of, of)
        return found

    def draw(self, n: int, rng: np.random.Generator, literals: Iterable[int] = ()) -> np.ndarray:
        """(n, features) bool: independent draws, each uniform over the valid configurations.

        Raises:
            ValueError: nothing valid holds the literals.
        """
        given = self.given(literals)
        if given is None or not self.count(literals):
            raise ValueError("nothing to draw from")
        rows = np.empty((self.width, n), dtype=bool)
        for i, part in enumerate(self.slices):
            seen = self._seen(i, given)
            if seen.drawer is None:
                seen.drawer = Drawer(self.graphs[i], seen.counts, given[part])
            rows[part] = seen.drawer.draw(n, rng).T
        for column in range(self._free.start, self._free.stop):
            if given[column] < 0:
                rows[column] = rng.integers(0, 2, size=n, dtype=np.uint8).view(bool)
            else:
                rows[column] = bool(given[column])
        return self.expand(rows).T

    def expand(self, rows: np.ndarray) -> np.ndarray:
        """Columns of representatives, (width, n), to features, (features, n)."""
        found = np.empty((self.count_features, rows.shape[1]), dtype=bool)
        for f in range(self.count_features):
            column = self.column[f]
            if column < 0:
                found[f] = self.reduced.value[f] > 0
            elif self.turned[f]:
                np.logical_not(rows[column], out=found[f])
            else:
                found[f] = rows[column]
        return found

    def _seen(self, i: int, given: np.ndarray) -> _Seen:
        part = given[self.slices[i]]
        key = (i, part.tobytes())
        found = self._memory.get(key)
        if found is None:
            graph = self.graphs[i]
            counts = graph.counts(part)
            found = _Seen(counts, graph.total(counts, part))
            self._memory[key] = found
            if len(self._memory) > _REMEMBERED + len(self.graphs):
                self._memory.popitem(last=False)
        else:
            self._memory.move_to_end(key)
        return found
