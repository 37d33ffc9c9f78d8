"""Large cliques of mutually exclusive interactions, by local search with swaps and a tabu list.

After the dynamic local search of Pullan and Hoos (JAIR 2006): add while something can be added,
else swap the one member that stands in the way, else give up a part and start anew from the rest.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import numpy as np

_REMEMBERED = 192 << 20  # bytes of rows kept
_LOOKED_AT = 6  # candidates compared by what they leave to add
_MEMBER = 10_000  # so that members count as blocked
_PLATEAU = 100  # steps without a larger clique before part of it is given up
_DROPPED = 0.2, 0.9  # least and greatest part given up
_RESTART = 50  # partings without a larger clique before all is given up


class Graph(Protocol):
    """Vertices, and which of them exclude each other."""

    size: int

    def excludes(self, v: int) -> np.ndarray:
        """(size,) bool: whether each vertex excludes ``v``; False at ``v`` itself."""
        ...


def large_clique(
    graph: Graph,
    rng: np.random.Generator,
    deadline: float,
    start: list[int] | None = None,
    tick: Callable[[], None] | None = None,
) -> list[int]:
    """The largest set found of vertices that all exclude each other.

    Args:
        graph: at least one vertex.
        rng: seeded.
        deadline: by ``time.monotonic()``; one greedy clique is finished in any case.
        start: a clique to begin with.
        tick: called at every step; may raise to end it.
    """
    search = _Search(graph, rng)
    best: list[int] = []
    run: list[int] = []
    parted = 0
    search.begin(start or [])
    while True:
        idle = 0
        while idle < _PLATEAU:
            idle += 1
            if tick is not None:
                tick()
            moved = search.step()
            if len(search.members) > len(run):
                run, idle, parted = list(search.members), 0, 0
            if time.monotonic() > deadline and not search.can_add:
                return max(run, best, key=len)
            if not moved:
                break
        best = max(best, run, key=len)
        if time.monotonic() > deadline:
            return best
        parted += 1
        if parted > _RESTART or run == start:
            run, parted = [], 0
        kept = int(len(run) * (1 - rng.uniform(*_DROPPED)))
        search.begin([run[at] for at in rng.permutation(len(run))[:kept]])


class _Search:
    """A clique under way: how many members each vertex is compatible with."""

    def __init__(self, graph: Graph, rng: np.random.Generator) -> None:
        self.graph, self.rng = graph, rng
        self.members: list[int] = []
        self.against = np.zeros(graph.size, dtype=np.int16)
        self.rest = np.zeros(graph.size, dtype=np.int64)
        self.clock = 0
        self._rows: OrderedDict[int, np.ndarray] = OrderedDict()

    @property
    def can_add(self) -> bool:
        """Whether some vertex could be added at once."""
        return bool((self.against == 0).any())

    def begin(self, members: list[int]) -> None:
        """These members and no others; one that does not exclude the earlier ones is left out."""
        self.members = []
        self.against[:] = 0
        self.rest[:] = 0
        for v in members:
            if not self.against[v]:
                self._add(v)

    def step(self) -> bool:
        """Add, or swap one for one, or drop one; False where nothing is left to do."""
        self.clock += 1
        free = self.rest <= self.clock
        at = np.flatnonzero((self.against == 0) & free)
        if len(at):
            self._add(self._widest(at))
            return True
        at = np.flatnonzero((self.against == 1) & free)
        if len(at):
            v = int(at[self.rng.integers(len(at))])
            blocked = ~self._row(v)
            out = next(m for m in self.members if blocked[m])
            self._drop(out)
            self._add(v)
            return True
        if len(self.members) < 2:
            return False
        self._drop(self.members[int(self.rng.integers(len(self.members)))])
        return True

    def _widest(self, at: np.ndarray) -> int:
        """Of a few open vertices the one that leaves most of the others open."""
        if len(at) == 1:
            return int(at[0])
        some = at[self.rng.integers(len(at), size=_LOOKED_AT)]
        left = [int(np.count_nonzero(self._row(int(v))[at])) for v in some]
        return int(some[int(np.argmax(left))])

    def _row(self, v: int) -> np.ndarray:
        found = self._rows.get(v)
        if found is None:
            found = self._rows[v] = self.graph.excludes(v)
            if len(self._rows) * self.graph.size > _REMEMBERED:
                self._rows.popitem(last=False)
        return found

    def _add(self, v: int) -> None:
        self.members.append(v)
        self.against += ~self._row(v)
        self.against[v] += _MEMBER

    def _drop(self, v: int) -> None:
        self.members.remove(v)
        self.against -= ~self._row(v)
        self.against[v] -= _MEMBER
        self.rest[v] = self.clock + 7 + int(self.rng.integers(1 + len(self.members) // 4))
