"""Reasoning over one feature model: SAT at once, decision diagrams for counts and draws."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.space.formulas.logic import Logic, holds
from pimp_tui.space.formulas.relations import relations_of
from pimp_tui.space.knowledge.knowledge import Knowledge
from pimp_tui.space.knowledge.reduce import Reduced, reduce
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.solving.budget import Unsettled, at_most, settle_within
from pimp_tui.space.solving.enumerate import enumerate_all
from pimp_tui.space.solving.plain import PlainTree
from pimp_tui.space.solving.solver import Solver
from pimp_tui.space.why.explain import Explainer
from pimp_tui.space.why.reasons import Clash, clash, void_error
from pimp_tui.space.why.words import Words


class Reasoner:
    """Validity, propagation, counts and draws of one model."""

    def __init__(self, model: FeatureModel) -> None:
        self.model = model
        self.relations = relations_of(model)
        self.names = list(model.features)
        tree = PlainTree(model, self.relations)
        self.solver = Solver(len(self.names), self.relations, tree)
        self._knowledge: Knowledge | None = None
        self._tried_seconds = 0.0

    def check_not_void(self) -> None:
        """Raise the void model's UserError if nothing is valid, or ``Unsettled``."""
        label = self.model.label
        with settle_within(f"whether {label} has any valid configuration"):
            if self.solver.satisfiable():
                return
        with settle_within("which constraints clash"):
            try:
                fault = void_error(self.explainer, label)
            except Unsettled as unsettled:
                fault = UserError(f"no valid configuration; {unsettled.what}", label)
        raise fault

    @cached_property
    def explainer(self) -> Explainer:
        """Built at the first question why."""
        return Explainer(len(self.names), self.relations)

    @cached_property
    def words(self) -> Words:
        """How this model's reasons are said."""
        return Words(self.model)

    @cached_property
    def backbone(self) -> np.ndarray:
        """(features,) 1 core, -1 dead, 0 neither."""
        found = self.solver.propagate([])
        assert found is not None, "void models are refused at load"
        return found

    @cached_property
    def reduced(self) -> Reduced:
        """What is left once core, dead and equal features are merged."""
        solver = self.solver
        formulas = [r.formula for r in self.relations]
        return reduce(solver.variables, formulas, solver.clauses, solver.top, self.backbone)

    @property
    def settled(self) -> bool:
        """Whether core and dead features are known, so that compiling asks the solver nothing."""
        return "backbone" in self.__dict__

    def knowledge(self, seconds: float = 60.0) -> Knowledge | None:
        """The compiled model; None where dd is missing or ``seconds`` or memory did not suffice.

        What failed is tried again only with more than twice the time.
        """
        seconds = at_most(seconds)
        if self._knowledge is None and seconds > 2 * self._tried_seconds:
            from pimp_tui.space.knowledge.compile import compile_model

            self._tried_seconds = seconds
            with suppress(Unsettled), settle_within("the core and dead features", seconds) as own:
                reduced = self.reduced
                self._knowledge = compile_model(reduced, own.left_s)
        return self._knowledge

    @property
    def known(self) -> Knowledge | None:
        """The compiled model if there is one by now; compiles nothing."""
        return self._knowledge

    def adopt(self, knowledge: Knowledge | None, seconds: float) -> None:
        """Take what was compiled elsewhere; None says that so many seconds did not suffice."""
        self._knowledge = knowledge or self._knowledge
        self._tried_seconds = max(self._tried_seconds, seconds)

    def engine(self) -> str:
        """``bdd`` or ``sat``; compiles the model if nothing asked for that before."""
        known = self._knowledge if self._tried_seconds else self.knowledge()
        return "bdd" if known is not None else "sat"

    def count(self, literals: list[int], seconds: float = 60.0) -> int | None:
        """Exact count, or None where neither diagrams nor a list fit into the seconds."""
        seconds = at_most(seconds)
        listing = min(2.0, seconds / 4)
        knowledge = self.knowledge(seconds - listing)
        if knowledge is not None:
            return knowledge.count(literals)
        rows = enumerate_all(self.solver, literals, seconds=listing)
        return None if rows is None else len(rows)

    def count_projected(self, keep: np.ndarray, literals: list[int], seconds: float) -> int | None:
        """Exact count of distinct values over the kept features, or None."""
        seconds = at_most(seconds)
        if self.knowledge(seconds) is None:
            rows = enumerate_all(self.solver, literals, seconds=min(2.0, seconds))
            return None if rows is None else len(np.unique(rows[:, keep], axis=0))
        reduced = self.reduced
        kept = {int(abs(x)) for x in reduced.literal[keep] if x}
        own = {v for variables, _ in reduced.components for v in variables} | set(reduced.free)
        if own <= kept:
            return self.count(literals, seconds)
        from pimp_tui.space.knowledge.compile import compile_model

        formulas = [([abs(x)], [x]) for x in self._reduced_literals(literals)]
        parts = _merge(reduced.components, formulas)
        seen = Reduced(reduced.literal, reduced.value, parts, [])
        knowledge = compile_model(seen, seconds, keep=kept)
        if knowledge is None:
            return None
        given = {abs(x) for x in self._reduced_literals(literals)}
        return knowledge.count() << len([v for v in reduced.free if v in kept - given])

    def _reduced_literals(self, literals: list[int]) -> list[int]:
        """Literals over representatives; fixed ones dropped."""
        found = []
        for x in literals:
            chief = int(self.reduced.literal[abs(x) - 1])
            if chief:
                found.append(chief if x > 0 else -chief)
        return found

    def states(self, literals: list[int]) -> np.ndarray | None:
        """Complete propagation; by the diagram once there is one, by SAT before."""
        if not literals:
            return self.backbone.copy()
        if self._knowledge is not None:
            return self._knowledge.states(literals)
        return self.solver.propagate(literals)

    def draw(
        self, n: int, rng: np.random.Generator, literals: list[int], seconds: float = 60.0
    ) -> np.ndarray:
        """(n, features) bool, independent and exactly uniform.

        Raises:
            UserError: neither a diagram nor a complete list of configurations can be had.
        """
        knowledge = self.knowledge(seconds)
        if knowledge is not None:
            return knowledge.draw(n, rng, literals)
        rows = enumerate_all(self.solver, literals)
        if rows is None:
            raise UserError(
                "this model is too large for exactly uniform draws here: no decision diagram "
                f"within {seconds:.0f} s, or no CUDD, and too many configurations to list",
                mend="give it more --seconds, select more features first, or use --method twise",
            )
        return rows[rng.integers(0, len(rows), size=n)]

    def valid(self, rows: np.ndarray) -> np.ndarray:
        """(n,) bool: which of the (n, features) rows are valid configurations."""
        found = np.ones(len(rows), dtype=bool)
        for relation in self.relations:
            found &= holds(relation.formula, rows)
        return found

    def clash(self, choices: list[int], target: int | None = None) -> Clash | None:
        """Why the target does not go with the choices; None when it does."""
        with settle_within("a minimal reason"):
            return clash(self.explainer, self.words, choices, target)


def _merge(
    components: list[tuple[list[int], list[Logic]]], more: list[tuple[list[int], list[Logic]]]
) -> list[tuple[list[int], list[Logic]]]:
    """Components with extra formulas, each over one variable, put where they belong."""
    place = {v: i for i, (own, _) in enumerate(components) for v in own}
    merged = [(own, list(formulas)) for own, formulas in components]
    for own, formulas in more:
        if own[0] in place:
            merged[place[own[0]]][1].extend(formulas)
    return merged
