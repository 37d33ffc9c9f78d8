"""A partial configuration: what the user selected and deselected, with undo and redo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pimp_tui.errors import Contradiction, UserError

if TYPE_CHECKING:
    from pimp_tui.space.space import Space

_WORDS = {1: "selected", -1: "deselected", 0: "undecided"}


class Choice:
    """Toggles over a space; what follows from them is always complete.

    Args:
        space: what is configured.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._chosen: dict[str, bool] = {}
        self._undo: list[dict[str, bool]] = []
        self._redo: list[dict[str, bool]] = []
        self._states: dict[str, str] | None = None

    def select(self, feature: str) -> None:
        """Select a feature.

        Raises:
            Contradiction: no valid configuration has it beside the other choices; the choice
                stays as it was.
            UserError: an unknown feature.
        """
        self._toggle(feature, True)

    def deselect(self, feature: str) -> None:
        """Deselect a feature; errors as for ``select``."""
        self._toggle(feature, False)

    def clear(self, feature: str | None = None) -> None:
        """Take back one choice, or all of them."""
        if feature is not None:
            self.space.variable(feature)
            if feature not in self._chosen:
                return
        left = {f: v for f, v in self._chosen.items() if feature is not None and f != feature}
        self._move(left)

    def replace(self, chosen: Mapping[str, bool]) -> None:
        """Other choices in place of these, as one step of undo.

        Raises:
            Contradiction: they clash; the choice stays as it was.
            UserError: an unknown feature.
        """
        numbers = [self.space.variable(f) * (1 if v else -1) for f, v in chosen.items()]
        if not self.space.satisfiable(numbers):
            found = self.space.reasoner.clash(numbers)
            assert found is not None, "refused only when unsatisfiable"
            said = "; ".join(found.words)
            mend = f"clear one of {', '.join(map(self.space.words.feature, found.choices))}"
            raise Contradiction(f"these choices clash: {said}", found.words, mend)
        self._move(dict(chosen))

    def undo(self) -> bool:
        """Back to before the last change; False when there is none."""
        if not self._undo:
            return False
        self._redo.append(self._chosen)
        self._chosen, self._states = self._undo.pop(), None
        return True

    def redo(self) -> bool:
        """Do again what was undone last; False when there is nothing."""
        if not self._redo:
            return False
        self._undo.append(self._chosen)
        self._chosen, self._states = self._redo.pop(), None
        return True

    def literals(self) -> dict[str, bool]:
        """The user's own choices, oldest first: feature -> selected."""
        return dict(self._chosen)

    def states(self) -> dict[str, str]:
        """Every feature in tree order: ``selected``, ``deselected`` or ``undecided``."""
        if self._states is None:
            found = self.space.states(self._numbers())
            assert found is not None, "a choice is satisfiable by construction"
            names = self.space.features
            self._states = dict(zip(names, map(_WORDS.__getitem__, found.tolist()), strict=True))
        return self._states.copy()

    def forced(self) -> Mapping[str, list[str]]:
        """Features decided without being chosen, each with its reasons (worked out when read)."""
        states = self.states()
        names = [f for f, s in states.items() if s != "undecided" and f not in self._chosen]
        return Forced(self, names)

    def explain(self, feature: str) -> list[str]:
        """Why a feature is what it is: a minimal set of choices, constraints and groups in words.

        Empty for an undecided feature.
        """
        self.space.variable(feature)
        if feature in self._chosen:
            return [self.space.words.choice(feature, self._chosen[feature])]
        state = self.states()[feature]
        if state == "undecided":
            return []
        found = self.space.clash(self._chosen, feature, state == "deselected")
        return found.words if found else []

    def to_allow(self, feature: str) -> list[str]:
        """The fewest of the user's choices to clear so that a forced feature can be toggled.

        Empty when it can be toggled as it is, and when no clearing helps (``never`` says why).
        """
        found = self.space.to_clear(self._chosen, feature, self._opposite(feature))
        return found or []

    def never(self, feature: str) -> list[str]:
        """Why no clearing of choices lets a feature be toggled (dead, core, fixed by the host).

        Empty when the choices alone keep it, or nothing does.
        """
        found = self.space.clash({}, feature, self._opposite(feature))
        return found.words if found else []

    def complete(self) -> frozenset[str]:
        """A valid configuration with the choices: the nearest to the library's defaults.

        Default leaves are kept one by one as far as they go; where nothing is bound, and beyond
        the defaults, no further feature is selected that could be spared. Deterministic.
        """
        return self.space.complete(self._numbers())

    def count(self) -> int | None:
        """Valid configurations that agree with the choices; None where no exact count exists."""
        return self.space.count(self)

    def count_if(self, feature: str, selected: bool) -> int | None:
        """What ``count`` would be after a toggle."""
        at = self.space.variable(feature)
        others = [x for x in self._numbers() if abs(x) != at]
        return self.space.count_literals([*others, at if selected else -at])

    def copy(self) -> Choice:
        """The same choices, with no history."""
        other = Choice(self.space)
        other._chosen = dict(self._chosen)
        return other

    def _opposite(self, feature: str) -> bool:
        """The value that a decided feature does not have; selected for an undecided one."""
        self.space.variable(feature)
        return self.states()[feature] != "selected"

    def _numbers(self) -> list[int]:
        return [self.space.variable(f) * (1 if v else -1) for f, v in self._chosen.items()]

    def _toggle(self, feature: str, selected: bool) -> None:
        at = self.space.variable(feature)
        if self._chosen.get(feature) is selected:
            return
        others = {f: v for f, v in self._chosen.items() if f != feature}
        after = {**others, feature: selected}
        wanted = "selected" if selected else "deselected"
        known = self._states if feature not in self._chosen else None
        agrees = (known or {}).get(feature) in ("undecided", wanted)
        if not agrees:
            numbers = [self.space.variable(f) * (1 if v else -1) for f, v in others.items()]
            if not self.space.satisfiable([*numbers, at if selected else -at]):
                self._refuse(others, feature, selected)
        self._move(after)

    def _refuse(self, others: dict[str, bool], feature: str, selected: bool) -> None:
        found = self.space.clash(others, feature, selected)
        assert found is not None, "refused only when unsatisfiable"
        verb = "selected" if selected else "deselected"
        cleared = self.space.to_clear(others, feature, selected)
        mend = "no configuration of this space allows it"
        if cleared:
            mend = f"clear {' and '.join(map(self.space.words.feature, cleared))}"
        said = "; ".join(found.words)
        raise Contradiction(
            f"{self.space.words.feature(feature)} cannot be {verb}: {said}", found.words, mend
        )

    def _move(self, after: dict[str, bool]) -> None:
        self._undo.append(self._chosen)
        self._redo.clear()
        self._chosen, self._states = after, None


class Forced(Mapping[str, "list[str]"]):
    """Forced features of a choice; reasons are worked out when read."""

    def __init__(self, choice: Choice, names: list[str]) -> None:
        self._choice, self._names = choice.copy(), dict.fromkeys(names)
        self._choice._states = choice._states

    def __getitem__(self, feature: str) -> list[str]:
        if feature not in self._names:
            raise KeyError(feature)
        return self._choice.explain(feature)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, feature: object) -> bool:
        return feature in self._names

    def __repr__(self) -> str:
        return f"Forced({list(self._names)})"


def choice_from(space: Space, selected: list[str], deselected: list[str]) -> Choice:
    """A choice with these toggles, in this order.

    Raises:
        Contradiction: they clash.
        UserError: an unknown feature, or one both selected and deselected.
    """
    choice = space.configure()
    for feature in selected:
        choice.select(feature)
    for feature in deselected:
        if choice.literals().get(feature):
            raise UserError(f"{feature} is selected and deselected", mend="keep one of the two")
        choice.deselect(feature)
    return choice
