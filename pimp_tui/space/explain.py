"""Why something follows: minimal sets of the user's own choices, named constraints and groups.

Deletion-based minimal cores (Dershowitz et al. 2006; Liffiton and Sakallah 2008): what the tree's
shape says by itself (a child needs its parent, mandatory children) is background, never a reason.
"""

from __future__ import annotations

from typing import Any

from pimp_tui.space.clauses import ClauseMaker
from pimp_tui.space.relations import Relation


class Explainer:
    """A solver in which every named relation can be switched off.

    Args:
        variables: number of features.
        relations: those with ``words`` may be reasons.
    """

    def __init__(self, variables: int, relations: list[Relation]) -> None:
        from pysat.solvers import Minisat22

        maker = ClauseMaker(variables)
        hard: list[list[int]] = []
        soft: list[tuple[Relation, list[list[int]]]] = []
        for relation in relations:
            clauses = maker.clauses(relation.formula)
            if relation.words is None:
                hard.extend(clauses)
            else:
                soft.append((relation, clauses))
        self._relation: dict[int, Relation] = {}
        self._sat: Any = Minisat22(bootstrap_with=hard)
        switch = maker.top
        for relation, clauses in soft:
            switch += 1
            self._relation[switch] = relation
            for clause in clauses:
                self._sat.add_clause([-switch, *clause])

    def core(
        self, literals: list[int], target: list[int]
    ) -> tuple[list[int], list[Relation]] | None:
        """A minimal reason why the literals and the target do not go together.

        Args:
            literals: the user's choices, which may be reasons.
            target: literals that are not reasons but the question.

        Returns:
            the choices and relations of a minimal clash, or None when they do go together.
        """
        relations = list(self._relation)
        if self._sat.solve(assumptions=[*target, *literals, *relations]):
            return None
        core = set(self._sat.get_core() or [])
        # Constraints are tried for removal last to first, choices at the end: a short list of
        # choices reads best, but a set that is minimal as a whole is what is promised.
        kept = [x for x in [*literals, *relations] if x in core]
        at = len(kept) - 1
        while at >= 0:
            trial = kept[:at] + kept[at + 1 :]
            if self._sat.solve(assumptions=[*target, *trial]):
                at -= 1
            else:
                left = set(self._sat.get_core() or [])
                ahead = [x for x in trial[:at] if x in left]
                kept = ahead + [x for x in trial[at:] if x in left]
                at = len(ahead) - 1
        chosen = [x for x in kept if x not in self._relation]
        return chosen, [self._relation[x] for x in kept if x in self._relation]
