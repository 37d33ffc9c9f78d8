"""One pass over a model: void, core, dead, false-optional, redundant, atomic sets, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pimp_tui.space.analysis.optional import by_tree, false_optional
from pimp_tui.space.analysis.redundant import basis, redundant
from pimp_tui.space.analysis.together import atomic_sets
from pimp_tui.space.engine import Reasoner
from pimp_tui.space.model import Constraint, FeatureModel
from pimp_tui.space.solving.budget import Limit, Unsettled, settle_within
from pimp_tui.space.why.reasons import void_clash

BY_TREE = "the tree says so"
_LEAST_S = 5.0  # for what is nearly always instant


@dataclass(slots=True)
class Analysis:
    """What was found, names in tree order.

    Attributes:
        void: nothing is valid; then ``clash`` says why and nothing else is asked.
        core: in every configuration, the root among them.
        dead: in no configuration.
        false_optional: not modelled as mandatory, yet never absent beside their parent.
        redundant: constraints that the tree and all others imply (``analysis.redundant``).
        reasons: per feature, or per text of a redundant constraint, a minimal set in plain words.
        clash: why the model is void, in plain words; ``clash_places`` as ``file:line``.
        atomic_sets: features always together, core and dead ones aside.
        complete: False where the seconds did not suffice to judge every constraint, to find every
            reason or all atomic sets; what is listed holds all the same.
    """

    void: bool
    core: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    false_optional: list[str] = field(default_factory=list)
    redundant: list[Constraint] = field(default_factory=list)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    clash: list[str] = field(default_factory=list)
    clash_places: list[str] = field(default_factory=list)
    atomic_sets: list[list[str]] = field(default_factory=list)
    complete: bool = True

    def to_json(self) -> dict[str, Any]:
        """The answer of ``space analyse``; of a void model the reasons name the clash."""
        return {
            "void": self.void,
            "core": self.core,
            "dead": self.dead,
            "false_optional": self.false_optional,
            "redundant": [c.text for c in self.redundant],
            "reasons": {"void": self.clash} if self.void else self.reasons,
            "atomic_sets": self.atomic_sets,
            "complete": self.complete,
        }


def analyse(
    model: FeatureModel, seconds: float = 60.0, progress: Callable[[str], None] | None = None
) -> Analysis:
    """Analyse a model; a void one is an answer here, not an error.

    Args:
        model: as read.
        seconds: wall clock after which redundant constraints, reasons and atomic sets are left as
            far as they are found; void, core, dead and false-optional features, which have 5 s at
            least, are complete or an error.
        progress: called with what is being worked out, before each solve; may raise to cancel.

    Raises:
        Unsettled: void, core, dead or false-optional features could not be told in time.
    """
    reasoner, say = Reasoner(model), progress or (lambda _: None)
    with settle_within("the analysis", max(seconds, _LEAST_S)) as whole:
        found = _first(reasoner, say)
    if found.void:
        return found
    with settle_within("the analysis", whole.left_s - whole.seconds + seconds) as rest:
        _second(reasoner, found, rest, say)
    return found


def _first(reasoner: Reasoner, say: Callable[[str], None]) -> Analysis:
    """Void, core, dead and false-optional features."""
    say("void")
    with settle_within(f"whether {reasoner.model.label} has any valid configuration"):
        if not reasoner.solver.satisfiable():
            return _void(reasoner)
    say("core and dead features")
    states, names = reasoner.backbone, reasoner.names
    core = [f for f, s in zip(names, states, strict=True) if s > 0]
    dead = [f for f, s in zip(names, states, strict=True) if s < 0]
    with settle_within("which features are false-optional"):
        wrong = false_optional(reasoner, lambda: say("false-optional features"))
    return Analysis(False, core=core, dead=dead, false_optional=wrong)


def _second(reasoner: Reasoner, found: Analysis, limit: Limit, say: Callable[[str], None]) -> None:
    """Redundant constraints, reasons and atomic sets, as far as the time goes."""

    def tick(what: str) -> Callable[[], None]:
        def one() -> None:
            say(what)
            limit.check()

        return one

    try:
        for relation in redundant(reasoner, tick("redundant constraints")):
            implied = basis(reasoner, relation)
            assert relation.constraint is not None and implied is not None
            found.redundant.append(relation.constraint)
            words = [reasoner.words.relation(r) for r in implied]
            found.reasons[relation.constraint.text] = words or [BY_TREE]
        _reasons(reasoner, found, tick("reasons"))
        found.atomic_sets = atomic_sets(reasoner, tick("atomic sets"))
    except Unsettled:
        found.complete = False


def _void(reasoner: Reasoner) -> Analysis:
    try:
        clash = void_clash(reasoner.explainer)
    except Unsettled:
        return Analysis(True, clash=["a minimal clash was not found in time"], complete=False)
    words = [reasoner.words.relation(r) for r in clash] or ["the tree allows nothing"]
    constraints = sorted((r.constraint for r in clash if r.constraint), key=lambda c: c.line)
    places = [reasoner.model.where(c) for c in constraints]
    return Analysis(True, clash=words, clash_places=places)


def _reasons(reasoner: Reasoner, found: Analysis, tick: Callable[[], None]) -> None:
    """Why features are core, dead or false-optional."""
    number = {name: at for at, name in enumerate(reasoner.names, start=1)}
    asked = [(f, [number[f]]) for f in found.dead] + [(f, [-number[f]]) for f in found.core]
    core = set(found.core)
    for name in found.false_optional:
        above = reasoner.model.features[name].parent
        if name not in core and above is not None:
            asked.append((name, [-number[name], number[above.name]]))
    plain = by_tree(reasoner.model)
    for name, target in asked:
        if name in plain:
            found.reasons[name] = [BY_TREE]
            continue
        tick()
        why = reasoner.explainer.core([], target)
        assert why is not None, "asked only of what cannot be"
        found.reasons[name] = [reasoner.words.relation(r) for r in why[1]] or [BY_TREE]
