"""The option values a space offers an engine here, and what is host, model or tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimp_tui.space import Space
from pimp_tui.space.binding import Option, branch_of, same
from pimp_tui.space.model import Constraint
from pimp_tui.space.uvl.formula import features_in

LAYERS = ("generation", "deployment")
_CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class OptionValue:
    """A value of an option: one of its leaves, or none of them (``leaf`` None: unset).

    Attributes:
        literals: the features that make it, numbered from 1, negative for deselected.
        ways: ``literals``, and others that give the engine the same value.
    """

    option: str
    value: Any
    leaf: str | None
    literals: tuple[int, ...]
    ways: tuple[tuple[int, ...], ...]


def checked_options(space: Space) -> list[str]:
    """Options that an engine is given."""
    return [name for name, o in space.bindings.items() if o.bound and o.layer in LAYERS]


def option_values(space: Space) -> list[OptionValue]:
    """Values that some valid configuration has here; unset only where no leaf means the same."""
    found = []
    for name in checked_options(space):
        option = space.bindings[name]
        unset = _unset(option)
        none = tuple(-space.variable(leaf) for leaf in option.leaves)
        for leaf, value in option.leaves.items():
            own = (space.variable(leaf),)
            ways = (own, none) if same(unset, value) else (own,)
            found.append(OptionValue(name, value, leaf, own, ways))
        if not any(same(unset, value) for value in option.values):
            found.append(OptionValue(name, unset, None, none, (none,)))
    return [one for one in found if space.satisfiable(list(one.literals))]


def by_option(values: list[OptionValue]) -> dict[str, list[Any]]:
    """Option -> its values, each once."""
    found: dict[str, list[Any]] = {}
    for one in values:
        known = found.setdefault(one.option, [])
        if not any(same(one.value, value) for value in known):
            known.append(one.value)
    return found


def allows(space: Space, options: Mapping[str, Any]) -> bool:
    """Whether some valid configuration gives an engine these options, whatever the others are."""
    literals: list[int] = []
    for name, value in options.items():
        option = space.bindings[name]
        literals += [
            -space.variable(leaf) for leaf, v in option.leaves.items() if not same(v, value)
        ]
        leaf = option.leaf_of(value)
        if not same(value, _unset(option)):
            if leaf is None:
                return False
            literals.append(space.variable(leaf))
    return space.satisfiable(literals)


def _unset(option: Option) -> Any:
    """What the engine is given when no leaf of the option is selected."""
    if option.unset is None and option.defaults:
        return option.leaves[option.defaults[0]]
    return option.unset


def is_fact(space: Space, constraint: Constraint) -> bool:
    """Whether a constraint speaks of the host and the model alone, or was chosen for this check."""
    if constraint.note == _CHOSEN:
        return True
    names = features_in(constraint.formula)
    return bool(names) and all(branch_of(space.model.features[name]) for name in names)


def without(space: Space, dropped: list[Constraint]) -> Space:
    """The space without some of its constraints."""
    gone = {id(constraint) for constraint in dropped}
    kept = [c for c in space.model.constraints if id(c) not in gone]
    return Space(space.name, replace(space.model, constraints=kept))


def fixed(space: Space, chosen: Mapping[str, bool]) -> Space:
    """The space with features selected or deselected for good; ``is_fact`` holds of each."""
    more = [
        Constraint(name if on else f"!{name}", name if on else ("not", name), 0, _CHOSEN)
        for name, on in chosen.items()
    ]
    constraints = [*space.model.constraints, *more]
    return Space(space.name, replace(space.model, constraints=constraints))


def defines(space: Space, constraint: Constraint) -> bool:
    """Whether a constraint is an equivalence that says what a feature without an option means.

    Lifting it would not allow anything, it would change what the other constraints speak of.
    """
    if constraint.formula[0] != "iff":
        return False
    features = [space.model.features[name] for name in features_in(constraint.formula)]
    own = [f for f in features if f.is_leaf and branch_of(f) is None]
    return any(space.option_of(f.name) is None for f in own)


def mentions(space: Space, constraint: Constraint, leaves: list[str]) -> int:
    """How many of the leaves a constraint names, by themselves or by a feature above."""
    names = features_in(constraint.formula)
    lines = [{leaf, *(f.name for f in space.model.features[leaf].ancestors())} for leaf in leaves]
    return sum(bool(names & line) for line in lines)
