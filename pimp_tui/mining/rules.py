"""Causes as UVL constraints over the space's own features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pimp_tui.mining.causes import Cause
from pimp_tui.space import Space
from pimp_tui.space.binding import same
from pimp_tui.space.uvl.values import quoted


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one feature of each group in ``when`` is selected, ``then`` must hold.

    ``then`` is UVL text, empty for never.
    """

    when: tuple[tuple[str, ...], ...]
    then: str


class RuleWriter:
    """Writes causes as rules.

    Args:
        space: whose features are named.
        values: option -> the values it can take here.
    """

    def __init__(self, space: Space, values: dict[str, list[Any]]) -> None:
        self._space, self._values = space, values

    def candidates(self, cause: Cause) -> list[Rule]:
        """Rules that forbid the cause, the most general first, the most careful last."""
        narrow = {name: [value] for name, value in cause.settings.items()}
        around = [name for cure in cause.cures for name in cure]
        exact = tuple(
            self._atoms(name, [value])
            for name, value in [*cause.settings.items(), *((n, cause.base[n]) for n in around)]
        )
        found = [self._rule(cause, cause.values), self._rule(cause, narrow)]
        found.append(Rule(tuple(dict.fromkeys(exact)), ""))
        return list(dict.fromkeys(found))

    def text(self, rule: Rule) -> str:
        """The rule as a UVL constraint."""
        groups = [self._cover(group) for group in rule.when]
        several = len(groups) > 1
        parts = [_either(group, brackets=several) for group in groups]
        if rule.then:
            return f"{' & '.join(parts)} => {rule.then}"
        whole = " & ".join(parts)
        return f"!{whole}" if whole.replace("_", "").isalnum() else f"!({whole})"

    def _rule(self, cause: Cause, values: dict[str, list[Any]]) -> Rule:
        atoms = {name: self._atoms(name, held) for name, held in values.items()}
        if cause.cures:
            return Rule(tuple(atoms.values()), self._any_of(cause))
        if len(atoms) < 2:
            return Rule(tuple(atoms.values()), "")
        last, then = self._consequence(cause, values, atoms)
        return Rule(tuple(group for name, group in atoms.items() if name != last), then)

    def _consequence(
        self, cause: Cause, values: dict[str, list[Any]], atoms: dict[str, tuple[str, ...]]
    ) -> tuple[str, str]:
        """The option that reads best behind the arrow, and what is demanded of it there."""
        allowed = {
            name: [v for v in self._values[name] if not any(same(v, one) for one in held)]
            for name, held in values.items()
        }

        order = list(atoms)

        def rank(name: str) -> tuple[bool, bool, bool, bool, int]:
            always = self._always(name)
            return (
                name == cause.symptom.key,
                not (len(allowed[name]) == 1 and always),
                self._space.layer(name) != "deployment",
                not always,
                -order.index(name),
            )

        last = min(atoms, key=rank)
        if len(allowed[last]) == 1 and self._always(last):
            return last, self._cover(self._atoms(last, allowed[last]))[0]
        return last, " & ".join(f"!{name}" for name in self._cover(atoms[last]))

    def _any_of(self, cause: Cause) -> str:
        """The cures, as alternatives."""
        single: dict[str, list[Any]] = {}
        parts = []
        for cure in cause.cures:
            if len(cure) == 1:
                [(name, value)] = cure.items()
                single.setdefault(name, []).append(value)
            else:
                atoms = [self._cover(self._atoms(name, [value])) for name, value in cure.items()]
                parts.append(" & ".join(_either(group, brackets=True) for group in atoms))
        first = []
        for name, values in single.items():
            others = [v for v in self._values[name] if not same(v, cause.base[name])]
            base = self._cover(self._atoms(name, [cause.base[name]]))
            if len(values) == len(others) > 1 and len(base) == 1 and not base[0].startswith("!"):
                first.append(f"!{base[0]}")
            else:
                first += self._cover(self._atoms(name, values))
        return " | ".join([*first, *parts])

    def _atoms(self, option: str, values: Sequence[Any]) -> tuple[str, ...]:
        """Features that give an option one of the values; ``!feature`` for an unset option."""
        binding = self._space.bindings[option]
        found: list[str] = []
        for value in values:
            leaf = binding.leaf_of(value)
            if leaf is not None:
                found.append(leaf)
            else:
                found.append("!" + _either(self._cover(tuple(binding.leaves)), brackets=True))
        return tuple(dict.fromkeys(found))

    def _always(self, option: str) -> bool:
        """Whether some leaf of the option is selected in every configuration."""
        leaves = self._space.bindings[option].leaves
        return not self._space.satisfiable([-self._space.variable(leaf) for leaf in leaves])

    def _cover(self, features: Sequence[str]) -> list[str]:
        """UVL names of the features; a feature above stands for those that it comes to here."""
        space, left = self._space, [name for name in features if name[0] != "!"]
        found: list[str] = []
        while left:
            best, covered = left[0], {left[0]}
            for above in space.model.features[left[0]].ancestors():
                below = {f.name for f in above.subtree()} & set(left)
                at = space.variable(above.name)
                core = not space.satisfiable([-at])
                if core or space.satisfiable([at, *(-space.variable(name) for name in below)]):
                    break
                best, covered = above.name, below
            found.append(best)
            left = [name for name in left if name not in covered]
        return [quoted(name) for name in found] + [name for name in features if name[0] == "!"]


def _either(names: Sequence[str], brackets: bool) -> str:
    text = " | ".join(names)
    return f"({text})" if brackets and len(names) > 1 else text


def merged(rules: list[Rule]) -> Rule | None:
    """One rule for two that differ in one group at most; None where there is none."""
    first, second = rules
    if first.then != second.then or len(first.when) != len(second.when):
        return None
    apart = [i for i, (a, b) in enumerate(zip(first.when, second.when, strict=True)) if a != b]
    if len(apart) > 1:
        return None
    when = list(first.when)
    for i in apart:
        when[i] = tuple(dict.fromkeys([*first.when[i], *second.when[i]]))
    return Rule(tuple(when), first.then)
