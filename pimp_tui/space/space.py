"""A space: a feature model, what follows from it, and how its features map to engine options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.space.binding import Option, branch_of, layer_of, read_options
from pimp_tui.space.choice import Choice
from pimp_tui.space.engine import Reasoner
from pimp_tui.space.ids import config_id
from pimp_tui.space.knowledge.fewest import fewest_features
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.named import complete
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.space.rows import features_of_row, value_of
from pimp_tui.space.solving.budget import settle_within
from pimp_tui.space.why.allow import to_clear
from pimp_tui.space.why.reasons import Clash
from pimp_tui.space.why.words import Words


class Space:
    """A feature model as a space of configurations.

    Args:
        name: how messages and plans name it.
        model: as read; its text reloads to the same space.
        checked: whether to make sure that it is not void; else ``check`` does.

    Raises:
        UserError: the model is void (a minimal clash is named), or a binding makes no sense.
        Unsettled: whether it is void could not be told in time.
    """

    def __init__(self, name: str, model: FeatureModel, checked: bool = True) -> None:
        self.name, self.model = name, model
        self.text = model.text
        self.features: list[str] = list(model.features)
        self.warnings: list[str] = list(model.warnings)
        self._number = {f: i for i, f in enumerate(self.features, start=1)}
        self.bindings: dict[str, Option] = read_options(model)
        self.reasoner = Reasoner(model)
        if checked:
            self.check()

    def check(self) -> None:
        """Raise UserError where the model is void, ``Unsettled`` where that cannot be told."""
        self.reasoner.check_not_void()

    @property
    def options(self) -> dict[str, list[Any]]:
        """Option -> its values, in tree order."""
        return {
            name: option.values if option.bound else [True, False]
            for name, option in self.bindings.items()
        }

    @property
    def is_bound(self) -> bool:
        """Whether features are bound to engine options (else every feature is an option)."""
        return any(option.bound for option in self.bindings.values())

    @property
    def engine(self) -> str:
        """What counts and draws: ``bdd``, or ``sat`` where no diagram could be had."""
        return self.reasoner.engine()

    @cached_property
    def host_features(self) -> dict[str, dict[str, Any]]:
        """Leaves of the ``Host`` branch: ``{"value": bool | None, "evidence": str}``."""
        core = self.reasoner.backbone
        notes: dict[str, str] = {}
        for constraint in self.model.constraints:
            name = constraint.formula[1] if constraint.formula[0] == "not" else constraint.formula
            if isinstance(name, str) and constraint.note:
                notes[name] = constraint.note.removeprefix("host: ")
        found = {}
        for feature in self.model.features.values():
            if feature.is_leaf and feature.parent is not None and branch_of(feature) == "Host":
                fixed = int(core[self._number[feature.name] - 1])
                value = None if fixed == 0 else fixed > 0
                found[feature.name] = {"value": value, "evidence": notes.get(feature.name, "")}
        return found

    @property
    def words(self) -> Words:
        """How features and constraints are said in plain words."""
        return self.reasoner.words

    @cached_property
    def _option_of(self) -> dict[str, str]:
        bound = (o for o in self.bindings.values() if o.bound)
        return {leaf: option.name for option in bound for leaf in option.leaves}

    @cached_property
    def identity(self) -> np.ndarray:
        """(features,) bool: concrete and no Host feature, so part of the ``config_id``."""
        return np.array(
            [not f.abstract and branch_of(f) != "Host" for f in self.model.features.values()]
        )

    def variable(self, feature: str) -> int:
        """Number of a feature, from 1.

        Raises:
            UserError: an unknown feature, with the nearest name.
        """
        found = self._number.get(feature)
        if found is None:
            mend = did_you_mean(feature, self.features, "`space show` lists the features")
            raise UserError(f"{self.name} has no feature {feature}", mend=mend)
        return found

    def layer(self, option: str) -> str:
        """Layer of an option: generation, deployment, device, model or host."""
        return self.option(option).layer

    def option(self, name: str) -> Option:
        """An option with its leaves.

        Raises:
            UserError: an unknown option, with the nearest name.
        """
        if name not in self.bindings:
            mend = did_you_mean(name, self.bindings, "`space show` lists the options")
            raise UserError(f"{self.name} has no option {name}", mend=mend)
        return self.bindings[name]

    def option_of(self, feature: str) -> str | None:
        """The bound option that a leaf sets, if it sets one."""
        self.variable(feature)
        return self._option_of.get(feature)

    def layer_of_feature(self, feature: str) -> str | None:
        """The layer a feature stands in, from the nearest ``layer`` attribute."""
        self.variable(feature)
        return layer_of(self.model.features[feature])

    def doc(self, feature: str) -> str:
        """The ``doc`` attribute of a feature or of the nearest one above that has one, else ""."""
        self.variable(feature)
        at = self.model.features[feature]
        for one in (at, *at.ancestors()):
            if isinstance(one.attributes.get("doc"), str):
                return str(one.attributes["doc"])
        return ""

    def configure(self) -> Choice:
        """An empty choice."""
        return Choice(self)

    def count(self, within: Choice | None = None, seconds: float = 60.0) -> int | None:
        """Valid configurations, exact, or None where that took more than ``seconds``."""
        return self.count_literals(within._numbers() if within else [], seconds)

    def count_literals(self, literals: list[int], seconds: float = 60.0) -> int | None:
        """``count`` under literals over feature numbers."""
        return self.reasoner.count(literals, seconds)

    def count_concrete(self, within: Choice | None = None, seconds: float = 60.0) -> int | None:
        """Distinct sets of concrete features among the valid configurations; None as ``count``."""
        concrete = np.array([not f.abstract for f in self.model.features.values()])
        literals = within._numbers() if within else []
        return self.reasoner.count_projected(concrete, literals, seconds)

    def count_report(self, within: Choice | None = None, seconds: float = 60.0) -> dict[str, Any]:
        """The answer of ``space count``; null counts where ``seconds`` did not suffice."""
        with settle_within("the count", seconds) as own:
            whole = self.count(within, seconds)
            left = max(0.1, own.left_s)
            concrete = None if whole is None else self.count_concrete(within, left)
        return self.counted(whole, concrete)

    def counted(self, whole: int | None, concrete: int | None) -> dict[str, Any]:
        """``count_report`` of known counts."""
        return {
            "valid_configurations": whole,
            "concrete_only": concrete,
            "exact": whole is not None,
            "engine": "bdd" if self.reasoner.known is not None else "sat",  # compiles nothing more
            "features": len(self.features),
            "constraints": len(self.model.constraints),
        }

    def states(self, literals: list[int]) -> np.ndarray | None:
        """Complete propagation: (features,) int8 of 1, -1, 0; None when nothing is valid."""
        return self.reasoner.states(literals)

    def satisfiable(self, literals: list[int]) -> bool:
        """Whether a valid configuration holds the literals."""
        with settle_within("whether these choices go together"):
            return self.reasoner.solver.satisfiable(literals)

    def clash(self, choices: Mapping[str, bool], feature: str, selected: bool) -> Clash | None:
        """Why a feature cannot have a value beside the choices; None when it can."""
        signed = [self.variable(f) * (1 if v else -1) for f, v in choices.items() if f != feature]
        at = self.variable(feature)
        return self.reasoner.clash(signed, at if selected else -at)

    def to_clear(
        self, choices: Mapping[str, bool], feature: str, selected: bool
    ) -> list[str] | None:
        """The fewest choices to clear so that a feature can have a value; None: none helps."""
        at = self.variable(feature)
        signed = [self.variable(f) * (1 if v else -1) for f, v in choices.items()]
        with settle_within("the fewest choices to clear"):
            found = to_clear(self.reasoner.solver, signed, at if selected else -at)
        return None if found is None else [self.features[abs(x) - 1] for x in found]

    def is_valid(self, features: Iterable[str]) -> bool:
        """Whether exactly these features make a valid configuration."""
        row = self.to_row(features)
        return bool(self.reasoner.valid(row[None])[0])

    def to_row(self, features: Iterable[str]) -> np.ndarray:
        """(features,) bool of a set of names."""
        row = np.zeros(len(self.features), dtype=bool)
        row[[self.variable(f) - 1 for f in features]] = True
        return row

    def to_features(self, row: np.ndarray) -> frozenset[str]:
        """Names of a (features,) bool row."""
        return frozenset(f for f, on in zip(self.features, row.tolist(), strict=True) if on)

    def config_id(self, features: Iterable[str]) -> str:
        """The contract's identity of a configuration."""
        identity = self.identity
        return config_id(f for f in features if identity[self.variable(f) - 1])

    def row(self, features: Iterable[str]) -> dict[str, Any]:
        """Plan columns: option -> value; None where no leaf of a bound option is selected."""
        chosen = set(features)
        return {name: value_of(option, chosen) for name, option in self.bindings.items()}

    def from_row(self, row: Mapping[str, Any]) -> frozenset[str]:
        """The complete configuration of a plan row.

        Raises:
            UserError: an unknown value, or a row that is no valid configuration.
        """
        return features_of_row(self, row)

    def effective(self, features: Iterable[str]) -> dict[str, Any]:
        """Every bound option of generation and deployment with the value the engine is given.

        A selected leaf's value; else the option's ``unset``; else its default leaf's value.
        """
        chosen, found = set(features), {}
        for name, option in self.bindings.items():
            if not option.bound or option.layer not in ("generation", "deployment"):
                continue
            value = value_of(option, chosen)
            if value is None:
                value = option.unset
            if value is None and option.defaults:
                value = option.leaves[option.defaults[0]]
            found[name] = value
        return found

    def default_configuration(self) -> frozenset[str]:
        """What the library does by itself: all default leaves, or the nearest valid completion."""
        return self.complete([])

    def complete(self, literals: list[int]) -> frozenset[str]:
        """The nearest to the library's defaults that holds the literals.

        Where nothing is bound: one with the fewest features (a small one, found greedily, where
        the model is too large for a diagram within 5 s).
        """
        with settle_within("a complete configuration"):
            if not self.is_bound:
                known = self.reasoner.known or self.reasoner.knowledge(5.0)
                if known is not None:
                    return self.to_features(fewest_features(known, literals))
            leaves = [leaf for option in self.bindings.values() for leaf in option.defaults]
            return self.to_features(complete(self, leaves, given=literals))
