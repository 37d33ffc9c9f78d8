"""Redundant constraints: what the tree and the other constraints say anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pimp_tui.space.engine import Reasoner
from pimp_tui.space.formulas.clauses import ClauseMaker
from pimp_tui.space.formulas.logic import disj, negate
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.solving.sat import sat_solver


def redundant(reasoner: Reasoner, tick: Callable[[], None]) -> Iterator[Relation]:
    """Constraints implied by the tree and all other constraints, in the order of the file.

    Each is judged against all the others as they stand (as FeatureIDE does), so that of two equal
    ones both are found: either may go, not both.
    """
    relations = [r for r in reasoner.relations if r.constraint is not None]
    maker = ClauseMaker(len(reasoner.names))
    clauses = [
        c for r in reasoner.relations if r.constraint is None for c in maker.clauses(r.formula)
    ]
    switches: list[int] = []
    questions: list[int] = []
    for relation in relations:
        switch, question = maker.new(), maker.new()
        switches.append(switch)
        questions.append(question)
        clauses += maker.under(switch, maker.clauses(relation.formula))
        clauses += maker.clauses(disj([-question, negate(relation.formula)]))
    with sat_solver(clauses) as sat:
        for at, relation in enumerate(relations):
            tick()
            others = switches[:at] + switches[at + 1 :]
            if not sat.solve([questions[at], *others]):
                yield relation


def basis(reasoner: Reasoner, relation: Relation) -> list[Relation] | None:
    """A minimal set of named relations that imply a redundant constraint ([]: the tree alone)."""
    explainer = reasoner.explainer
    core = explainer.core([], [explainer.literal(negate(relation.formula))], without={id(relation)})
    return None if core is None else core[1]
