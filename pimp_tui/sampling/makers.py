"""Valid rows made to measure: the row of greatest linear gain, by diagram or else by SAT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from pimp_tui.space.knowledge.best import best_rows

if TYPE_CHECKING:
    from pimp_tui.space import Space
    from pimp_tui.space.knowledge.knowledge import Knowledge

_MUST = 1e9
_MOST_DRAWN = 400  # rows of a pool by SAT
_TRIED, _FORCED = 24, 2e4  # gains tried one by one, and from which on all are


class RowMaker(Protocol):
    """Makes valid rows that respect the literals it was made for."""

    def best(self, gains: np.ndarray) -> np.ndarray:
        """(K, features) bool for (K, features) gains of selecting each feature."""
        ...

    def pool(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, features) bool of spread rows, uniform where a diagram exists."""
        ...


def row_maker(space: Space, literals: list[int], seconds: float = 60.0) -> RowMaker:
    """The maker for a space: exact by its diagram, greedy by SAT where there is none."""
    knowledge = space.reasoner.knowledge(seconds)
    if knowledge is None:
        return _BySat(space, literals)
    return _ByDiagram(knowledge, literals)


class _ByDiagram:
    def __init__(self, knowledge: Knowledge, literals: list[int]) -> None:
        self.knowledge, self.literals = knowledge, literals
        given = knowledge.given(literals)
        assert given is not None, "a choice is satisfiable by construction"
        self.must = np.where(given < 0, 0.0, np.where(given > 0, _MUST, -_MUST))
        self.own = np.flatnonzero(knowledge.column >= 0)
        self.sign = np.where(knowledge.turned[self.own], -1.0, 1.0)
        self.column = knowledge.column[self.own]
        order = np.argsort(self.column, kind="stable")
        self.own, self.sign = self.own[order], self.sign[order]
        sorted_columns = self.column[order]
        self.starts = np.searchsorted(sorted_columns, np.arange(knowledge.width))

    def best(self, gains: np.ndarray) -> np.ndarray:
        knowledge = self.knowledge
        if not knowledge.width:
            return knowledge.expand(np.zeros((0, len(gains)), dtype=bool)).T
        signed = gains[:, self.own] * self.sign
        total = np.add.reduceat(signed, self.starts, axis=1).T + self.must[:, None]
        rows = np.ascontiguousarray(total) > 0
        for graph, part in zip(knowledge.graphs, knowledge.slices, strict=True):
            rows[part] = best_rows(graph, np.ascontiguousarray(total[part]))
        return knowledge.expand(rows).T

    def pool(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.knowledge.draw(n, rng, self.literals)


class _BySat:
    """Phases follow the gains; what SAT decides first wins, so rows are good, not best."""

    def __init__(self, space: Space, literals: list[int]) -> None:
        self.solver, self.literals = space.reasoner.solver, literals
        self.numbers = np.arange(1, len(space.features) + 1)

    def best(self, gains: np.ndarray) -> np.ndarray:
        rows = np.zeros((len(gains), len(self.numbers)), dtype=bool)
        for k, gain in enumerate(gains):
            self.solver.prefer(np.where(gain > 0, self.numbers, -self.numbers).tolist())
            fixed = list(self.literals)
            found = self.solver.model(fixed)
            # The largest gains are tried as assumptions, one by one: phases alone may lose them.
            forced = int(np.count_nonzero(np.abs(gain) > _FORCED))
            for i in np.argsort(-np.abs(gain), kind="stable")[: max(_TRIED, forced)]:
                if gain[i] == 0 or found is None:
                    break
                literal = int(i + 1) if gain[i] > 0 else -int(i + 1)
                if found[i] != (gain[i] > 0):
                    better = self.solver.model([*fixed, literal])
                    if better is None:
                        continue
                    found = better
                fixed.append(literal)
            assert found is not None, "a choice is satisfiable by construction"
            rows[k] = found
        return rows

    def pool(self, n: int, rng: np.random.Generator) -> np.ndarray:
        rows = []
        for signs in rng.integers(0, 2, size=(min(n, _MOST_DRAWN), len(self.numbers))) * 2 - 1:
            self.solver.prefer((self.numbers * signs).tolist())
            row = self.solver.model(self.literals)
            assert row is not None, "a choice is satisfiable by construction"
            rows.append(row)
        return np.array(rows)
