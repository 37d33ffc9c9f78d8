"""Why something follows: minimal sets of the user's own choices, named constraints and groups.

Deletion-based minimal cores (Dershowitz et al. 2006; Liffiton and Sakallah 2008): what the tree's
shape says by itself (a child needs its parent, mandatory children) is background, never a reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pimp_tui.space.formulas.clauses import ClauseMaker
from pimp_tui.space.formulas.logic import Logic, disj
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.solving.sat import add, sat_solver
from pimp_tui.space.why.background import Background


class Explainer:
    """A solver in which every named relation can be switched off.

    Args:
        variables: number of features.
        relations: those with ``words`` may be reasons.
    """

    def __init__(self, variables: int, relations: list[Relation]) -> None:
        self._maker = ClauseMaker(variables)
        self._background = Background()
        self._relation: dict[int, Relation] = {}
        self._clauses: dict[int, list[list[int]]] = {}
        made = [(relation, self._maker.clauses(relation.formula)) for relation in relations]
        clauses: list[list[int]] = []
        for relation, own in made:
            if relation.words is not None:
                switch = self._maker.new()
                own = self._maker.under(switch, own)
                self._relation[switch], self._clauses[switch] = relation, own
            else:
                self._background.add(own)
            clauses += own
        self._sat = sat_solver(clauses)

    def literal(self, formula: Logic) -> int:
        """A literal under which the formula holds; to be a target."""
        question = self._maker.new()
        clauses = self._maker.clauses(disj([-question, formula]))
        self._background.add(clauses)
        for clause in clauses:
            add(self._sat, clause)
        return question

    def core(
        self, literals: list[int], target: list[int], without: Collection[int] = ()
    ) -> tuple[list[int], list[Relation]] | None:
        """A minimal reason why the literals and the target do not go together.

        Args:
            literals: the user's choices, which may be reasons.
            target: literals that are not reasons but the question.
            without: identities (``id``) of relations left out.

        Returns:
            the choices and relations of a minimal clash, or None when they do go together.
        """
        relations = [x for x, r in self._relation.items() if id(r) not in without]
        if self._sat.solve([*target, *literals, *relations]):
            return None
        core = set(self._sat.get_core() or [])
        kept = [x for x in [*literals, *relations] if x in core]
        own = [clause for x in kept for clause in self._clauses.get(x, ())]
        seeds = {abs(x) for clause in own for x in clause} | {abs(x) for x in [*target, *kept]}
        with sat_solver([*own, *self._background.around(seeds)]) as small:
            kept = _minimal(small, target, kept)
        chosen = [x for x in kept if x not in self._relation]
        return chosen, [self._relation[x] for x in kept if x in self._relation]


def _minimal(sat: Any, target: list[int], kept: list[int]) -> list[int]:
    """Drop what is not needed for the clash.

    Tried last to first, the user's choices at the end: a short list of choices reads best, but a
    set that is minimal as a whole is what is promised.
    """
    at = len(kept) - 1
    while at >= 0:
        trial = kept[:at] + kept[at + 1 :]
        if sat.solve([*target, *trial]):
            at -= 1
        else:
            left = set(sat.get_core() or [])
            ahead = [x for x in trial[:at] if x in left]
            kept = ahead + [x for x in trial[at:] if x in left]
            at = len(ahead) - 1
    return kept
