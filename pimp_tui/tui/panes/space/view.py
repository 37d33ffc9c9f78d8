"""What the Space screen shows of a partial configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property


@dataclass(frozen=True)
class View:
    """A partial configuration and what follows from it.

    Attributes:
        states: feature -> ``selected``, ``deselected``, ``undecided``.
        chosen: the user's own choices, oldest first.
        core: features that are decided without any choice.
        count: valid configurations that agree with the choices; None until counted.
        total: the same without choices.
        clash: choices that contradict each other (a minimal set), after a file was loaded.
        clash_words: that contradiction in words.
        settled: whether ``states`` are complete; before, they are those of the last choice.
        note: why they could not be completed, empty where they are or will be.
    """

    states: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, bool] = field(default_factory=dict)
    core: frozenset[str] = frozenset()
    count: int | None = None
    total: int | None = None
    clash: frozenset[str] = frozenset()
    clash_words: tuple[str, ...] = ()
    settled: bool = True
    note: str = ""

    @cached_property
    def forced(self) -> int:
        """How many features the choices decide beyond themselves."""
        return sum(
            state != "undecided" and name not in self.chosen and name not in self.core
            for name, state in self.states.items()
        )

    def state(self, name: str) -> str:
        """The state of a feature."""
        return self.states.get(name, "undecided")

    def is_forced(self, name: str) -> bool:
        """Decided by the user's choices, not by the user."""
        decided = self.state(name) != "undecided"
        return decided and name not in self.chosen and name not in self.core

    def is_fixed(self, name: str) -> bool:
        """Decided, but not by a choice of the user's on the feature itself."""
        return name not in self.chosen and self.state(name) != "undecided"

    def toggled(self, name: str) -> View | None:
        """The marks after a toggle, before anything is worked out; None where only that can say.

        What is undecided can always be selected, and a choice can always be taken back.
        """
        chosen = dict(self.chosen)
        if name not in chosen:
            if self.state(name) != "undecided":
                return None
            chosen[name] = True
        elif chosen[name]:
            return None
        else:
            del chosen[name]
        states = self.states if name in chosen else {**self.states, name: "undecided"}
        return replace(self, states=states, chosen=chosen, count=None, settled=False)


@dataclass(frozen=True)
class Reasons:
    """Why a feature is what it is.

    Attributes:
        words: choices and constraints, one a line.
        to_clear: the user's choices that would have to go.
        never: no choice has a part in it: clearing does not help.
    """

    words: tuple[str, ...] = ()
    to_clear: tuple[str, ...] = ()
    never: bool = False
