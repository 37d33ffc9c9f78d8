"""What is traded off: objectives in the order of the axes, and constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pimp_tui.tui.widgets.numbers import name_and_unit

#: Metrics of which more is better; of every other, less is.
_MORE = frozenset({"pass_at_1", "tokens_per_s"})
MOST_OBJECTIVES = 3


@dataclass
class Problem:
    """Objectives and constraints.

    Attributes:
        objectives: metric -> "min" or "max"; the first two are the axes x and y.
        constraints: expressions (EXPR) that all must hold.
    """

    objectives: dict[str, str] = field(default_factory=dict)
    constraints: list[str] = field(default_factory=list)

    @property
    def where(self) -> str | None:
        """All constraints as one expression."""
        if not self.constraints:
            return None
        if len(self.constraints) == 1:
            return self.constraints[0]
        return " and ".join(f"({text})" for text in self.constraints)

    def cycle(self, metric: str) -> str | None:
        """Off, then the metric's natural direction, then the other; tells why not, if not."""
        natural = "max" if metric in _MORE else "min"
        other = "min" if natural == "max" else "max"
        now = self.objectives.get(metric)
        if now is None:
            if len(self.objectives) >= MOST_OBJECTIVES:
                return f"at most {MOST_OBJECTIVES} objectives; switch one off first"
            self.objectives[metric] = natural
        elif now == natural:
            self.objectives[metric] = other
        elif len(self.objectives) <= 2:
            self.objectives[metric] = natural
            return "two objectives at least; switch another on first"
        else:
            del self.objectives[metric]
        return None

    def words(self, labels: Mapping[str, str] | None = None, between: str = " against ") -> str:
        """``energy v against pass@1 ^``: v less, ^ more is better.

        Args:
            labels: metric -> what it is called, default its name.
        """
        names = labels or {metric: name_and_unit(metric)[0] for metric in self.objectives}
        return between.join(
            f"{names[metric]} {'v' if way == 'min' else '^'}"
            for metric, way in self.objectives.items()
        )

    def better(self, metric: str, a: float, b: float) -> bool:
        """Whether ``a`` is better than ``b``."""
        return a < b if self.objectives[metric] == "min" else a > b

    def dominates(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Whether ``one`` is at least as good everywhere and better somewhere."""
        better = False
        for metric in self.objectives:
            a, b = one.get(metric), other.get(metric)
            if a is None or b is None or self.better(metric, b, a):
                return False
            better = better or self.better(metric, a, b)
        return better
