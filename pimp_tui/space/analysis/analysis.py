"""One pass over a model: void, core, dead, false-optional, redundant, atomic sets, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pimp_tui.space.analysis.optional import by_tree, false_optional
from pimp_tui.space.analysis.redundant import basis, redundant
from pimp_tui.space.analysis.together import atomic_sets
from pimp_tui.space.engine import Reasoner
from pimp_tui.space.model import Constraint, FeatureModel
from pimp_tui.space.why.reasons import void_clash

BY_TREE = "the tree says so"


@dataclass(slots=True)
class Analysis:
    """What was found, names in tree order.

    Attributes:
        void: nothing is valid; then ``clash`` says why and nothing else is asked.
        core: in every configuration, the root among them.
        dead: in no configuration.
        false_optional: modelled as optional, yet never absent beside their parent.
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


class _Spent(Exception):
    """The time is used up."""


def analyse(
    model: FeatureModel, seconds: float = 60.0, progress: Callable[[str], None] | None = None
) -> Analysis:
    """Analyse a model; a void one is an answer here, not an error.

    Args:
        model: as read.
        seconds: wall clock after which redundant constraints, reasons and atomic sets are left as
            far as they are found; void, core, dead and false-optional are always complete.
        progress: called with what is being worked out, before each solve; may raise to cancel.
    """
    reasoner, deadline = Reasoner(model), monotonic() + seconds
    say = progress or (lambda _: None)

    def spend(what: str) -> Callable[[], None]:
        def tick() -> None:
            say(what)
            if monotonic() > deadline:
                raise _Spent

        return tick

    say("void")
    if not reasoner.solver.satisfiable():
        return _void(reasoner)
    say("core and dead features")
    states, names = reasoner.backbone, reasoner.names
    found = Analysis(
        False,
        core=[f for f, s in zip(names, states, strict=True) if s > 0],
        dead=[f for f, s in zip(names, states, strict=True) if s < 0],
        false_optional=false_optional(reasoner, lambda: say("false-optional features")),
    )
    try:
        for relation in redundant(reasoner, spend("redundant constraints")):
            implied = basis(reasoner, relation)
            assert relation.constraint is not None and implied is not None
            found.redundant.append(relation.constraint)
            words = [reasoner.words.relation(r) for r in implied]
            found.reasons[relation.constraint.text] = words or [BY_TREE]
        _reasons(reasoner, found, spend("reasons"))
        found.atomic_sets = atomic_sets(reasoner, spend("atomic sets"))
    except _Spent:
        found.complete = False
    return found


def _void(reasoner: Reasoner) -> Analysis:
    clash = void_clash(reasoner.explainer)
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
