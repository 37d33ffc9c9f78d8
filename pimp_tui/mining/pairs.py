"""Pairs of option values that a space forbids, and the constraints that do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pimp_tui.mining.values import (
    OptionValue,
    defines,
    fixed,
    is_fact,
    mentions,
    option_values,
    without,
)
from pimp_tui.space import Space
from pimp_tui.space.binding import same
from pimp_tui.space.model import Constraint
from pimp_tui.space.named import complete


@dataclass(frozen=True, slots=True)
class ForbiddenPair:
    """Two values, each selectable, that no valid configuration has together.

    ``core`` is a minimal set of constraints that forbids them.
    """

    first: OptionValue
    second: OptionValue
    core: tuple[Constraint, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """Option -> value of the two."""
        return {one.option: one.value for one in (self.first, self.second)}

    @property
    def leaves(self) -> list[str]:
        """The features of the two, where they are set."""
        return [one.leaf for one in (self.first, self.second) if one.leaf is not None]

    @property
    def literals(self) -> list[int]:
        """Both values over feature numbers."""
        return [*self.first.literals, *self.second.literals]


@dataclass(frozen=True, slots=True)
class Trial:
    """Options with a forbidden pair, valid but for the constraints in ``blamed``."""

    options: dict[str, Any]
    blamed: tuple[Constraint, ...]


class PairMaker:
    """Finds forbidden pairs and what to run to see whether they had to be.

    Attributes:
        by_tree: pairs left out because the tree alone forbids them.
        by_facts: pairs left out because only facts of this host or model, or what was chosen for
            the check, forbid them.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._facts = [c for c in space.model.constraints if is_fact(space, c)]
        self._relaxed: dict[tuple[int, ...], Space] = {}
        self._names = list(space.effective(space.default_configuration()))
        self.by_tree = self.by_facts = 0

    def forbidden(self) -> list[ForbiddenPair]:
        """All forbidden pairs that some constraint of the space's own forbids, in tree order."""
        space, values = self._space, option_values(self._space)
        free = self._without(self._facts)
        found: list[ForbiddenPair] = []
        self.by_tree = self.by_facts = 0
        for at, first in enumerate(values):
            for second in values[at + 1 :]:
                if first.option == second.option or _together(space, first, second):
                    continue
                literals = [*first.literals, *second.literals]
                if _together(free, first, second):
                    self.by_facts += 1
                    continue
                core = self._core(literals)
                if core:
                    found.append(ForbiddenPair(first, second, tuple(core)))
                else:
                    self.by_tree += 1
        return found

    def trials(self, pair: ForbiddenPair) -> Iterator[Trial]:
        """Configurations with the pair that break as few constraints as can be.

        Each constraint of the core is lifted by itself, those that speak of the pair first, and
        the configuration nearest to the library's default that then holds the pair is taken; where
        other constraints forbid the pair too, all of them are lifted.
        """
        seen: list[dict[str, Any]] = []
        restricting = [c for c in pair.core if not defines(self._space, c)] or list(pair.core)
        restricting.sort(key=lambda c: -mentions(self._space, c, pair.leaves))
        lifted: list[tuple[Constraint, ...]] = [
            (c,) for c in restricting if self._without([c]).satisfiable(pair.literals)
        ]
        for blamed in lifted or [self._all_in_the_way(pair)]:
            options = self._nearest(pair, list(blamed))
            if options is not None and not any(_equal(options, one) for one in seen):
                seen.append(options)
                yield Trial(options, blamed)

    def _all_in_the_way(self, pair: ForbiddenPair) -> tuple[Constraint, ...]:
        gone = list(pair.core)
        while True:
            relaxed = self._without(gone)
            if relaxed.satisfiable(pair.literals):
                return tuple(gone)
            more = self._core(pair.literals, relaxed)
            if not more:
                return tuple(gone)
            gone += more

    def _nearest(self, pair: ForbiddenPair, lifted: list[Constraint]) -> dict[str, Any] | None:
        relaxed = self._without(lifted)
        if not relaxed.satisfiable(pair.literals):
            return None
        unset = [v for one in (pair.first, pair.second) if one.leaf is None for v in one.literals]
        if unset:
            relaxed = fixed(relaxed, {relaxed.features[-v - 1]: False for v in unset})
        defaults = [leaf for option in relaxed.bindings.values() for leaf in option.defaults]
        found = relaxed.effective(relaxed.to_features(complete(relaxed, defaults, pair.leaves)))
        return {name: found.get(name) for name in self._names} | pair.settings

    def _core(self, literals: list[int], space: Space | None = None) -> list[Constraint]:
        found = (space or self._space).reasoner.explainer.core(literals, [])
        relations = found[1] if found else []
        named = [r.constraint for r in relations if r.constraint is not None]
        return [c for c in named if not any(c is fact for fact in self._facts)]

    def _without(self, dropped: list[Constraint]) -> Space:
        key = tuple(sorted(id(c) for c in dropped))
        if key not in self._relaxed:
            self._relaxed[key] = without(self._space, dropped)
        return self._relaxed[key]


def _together(space: Space, first: OptionValue, second: OptionValue) -> bool:
    return any(space.satisfiable([*a, *b]) for a in first.ways for b in second.ways)


def _equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return all(same(a[name], b[name]) for name in a)
