"""What-if: one configuration, changed option by option, always valid. Pure, for threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space


@dataclass(frozen=True)
class Guess:
    """A configuration under consideration.

    Attributes:
        row: the plan row: config_id, position, sampler, options in the plan's types.
        offered: option -> values (cells of the plan) that keep it valid, the present one among
            them; the locked options stay, the others may follow.
        changed: options that followed the last change by themselves.
        refused: option -> values that no valid configuration has beside the locked options.
    """

    row: dict[str, Any]
    offered: dict[str, list[Any]]
    changed: frozenset[str] = frozenset()
    refused: dict[str, list[Any]] = field(default_factory=dict)


class SpaceDesk:
    """What-if on a feature model: only valid values are offered, the rest follows."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def start(self, row: Mapping[str, Any], options: list[str], locked: frozenset[str]) -> Guess:
        """Consider a plan row.

        Raises:
            UserError: the row is no valid configuration of the space.
        """
        return self._guess(self.space.from_row(row), options, locked, frozenset())

    def change(
        self, guess: Guess, option: str, value: Any, options: list[str], locked: frozenset[str]
    ) -> Guess:
        """Give an option another value; locked options stay, others change as little as needed.

        Raises:
            UserError: the value is not valid beside the locked options.
        """
        wanted = self._literals(option, value)
        kept = [
            x for name in locked if name != option for x in self._literals(name, guess.row[name])
        ]
        if not self.space.satisfiable([*kept, *wanted]):
            raise UserError(f"{option} cannot be that beside what is locked", mend="space unlocks")
        fixed, wishes = [*kept, *wanted], []
        for name in self.space.bindings:
            if name != option and name not in locked:
                wishes += self._literals(name, guess.row[name])
        # What was chosen counts before what was not: else an unset option would win over a set one.
        for literal in sorted(wishes, key=lambda x: x < 0):
            if self.space.satisfiable([*fixed, literal]):
                fixed.append(literal)
        features = self._complete(fixed)
        row = self.space.row(features)
        cells = self._row(features)
        moved = frozenset(
            name for name in row if name != option and cells.get(name) != guess.row.get(name)
        )
        return self._guess(features, options, locked, moved)

    def _guess(
        self,
        features: frozenset[str],
        options: list[str],
        locked: frozenset[str],
        changed: frozenset[str],
    ) -> Guess:
        row = self._row(features)
        kept = {name: self._literals(name, row[name]) for name in locked}
        offered = {}
        for name in options:
            fixed = [x for other, literals in kept.items() if other != name for x in literals]
            offered[name] = [
                value
                for value in self._values(name)
                if value == row[name]
                or self.space.satisfiable([*fixed, *self._literals(name, value)])
            ]
        refused = {
            name: [v for v in self._values(name) if v is not None and v not in offered[name]]
            for name in options
        }
        return Guess(row, offered, changed, refused)

    def why_not(self, guess: Guess, option: str, value: Any, locked: frozenset[str]) -> str:
        """Why an option cannot have a value beside the locked options, in words."""
        kept = [
            x for name in locked if name != option for x in self._literals(name, guess.row[name])
        ]
        found = self.space.reasoner.clash([*kept, *self._literals(option, value)])
        if found is None:
            return "it can: nothing stands against it"
        # The value itself is what is asked about, not a choice that was made.
        own = f"you selected {option}="
        words = [w.replace(", which you selected,", "") for w in found.words]
        return "; ".join(w for w in words if not w.startswith(own) or len(words) == 1)

    def _row(self, features: frozenset[str]) -> dict[str, Any]:
        from pimp_tui.sampling.frames import plan_frame

        return plan_frame(self.space, self.space.to_row(features)[None], "verify").row(
            0, named=True
        )

    def _values(self, name: str) -> list[Any]:
        from pimp_tui.sampling.frames import cell

        option = self.space.bindings[name]
        if not option.bound:
            return [False, True]
        return [None, *dict.fromkeys(cell(option, value) for value in option.values)]

    def _literals(self, name: str, value: Any) -> list[int]:
        """Literals of an option's leaves for a cell; all negative where none is selected."""
        from pimp_tui.space.rows import leaves_of

        option = self.space.bindings[name]
        chosen = leaves_of(option, value) or []
        numbers = {leaf: self.space.variable(leaf) for leaf in option.leaves}
        return [at if leaf in chosen else -at for leaf, at in numbers.items()]

    def _complete(self, fixed: list[int]) -> frozenset[str]:
        """The features of a configuration with these literals, the rest off where possible."""
        solver = self.space.reasoner.solver
        best = solver.model(fixed)
        assert best is not None, "every literal was granted"
        for v in range(len(self.space.features), 0, -1):
            if best[v - 1] and v not in fixed:
                other = solver.model([*fixed, -v])
                best = other if other is not None else best
                fixed = [*fixed, -v if other is not None else v]
        return self.space.to_features(best)


class TableDesk:
    """What-if on an imported table: no feature model, so every measured value is offered."""

    def __init__(self, plan: pl.DataFrame, options: list[str]) -> None:
        self._values = {
            name: plan[name].unique().sort(nulls_last=False).to_list() for name in options
        }
        self._names = options

    def start(self, row: Mapping[str, Any], options: list[str], locked: frozenset[str]) -> Guess:
        """Consider a row."""
        return Guess(dict(row), {name: self._values[name] for name in options})

    def change(
        self, guess: Guess, option: str, value: Any, options: list[str], locked: frozenset[str]
    ) -> Guess:
        """Give an option another value; nothing follows."""
        from pimp_tui.space.ids import table_config_id

        row = {**guess.row, option: value}
        row["config_id"] = table_config_id({name: row[name] for name in self._names})
        return Guess(row, guess.offered)

    def why_not(self, guess: Guess, option: str, value: Any, locked: frozenset[str]) -> str:
        """Never asked: a table refuses nothing."""
        return "it can: a table has no constraints"


Desk = SpaceDesk | TableDesk
