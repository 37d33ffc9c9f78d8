"""Budget and deadline: an amount as people write it, as a constraint of the problem."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.widgets.numbers import name_and_unit

_J = {"": 1.0, "j": 1.0, "kj": 1e3, "mj": 1e6, "wh": 3600.0, "kwh": 3.6e6}
_S = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}


class Limit(NamedTuple):
    """What one key limits.

    Attributes:
        word: ``budget`` or ``deadline``.
        unit: base unit of its metrics.
        units: unit in small letters -> how many base units.
        metrics: what may be limited, the most usual first.
    """

    word: str
    unit: str
    units: dict[str, float]
    metrics: tuple[str, ...]

    def metric(self, problem: Problem, measured: Sequence[str]) -> str | None:
        """An objective of this kind, else the most usual metric that was measured."""
        known = [metric for metric in self.metrics if metric in measured]
        return next((m for m in known if m in problem.objectives), known[0] if known else None)

    def amount(self, text: str) -> float | None:
        """The amount in base units; None where the text is none."""
        found = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]*)", text.strip().lower())
        if found is None or found[2] not in self.units:
            return None
        try:
            value = float(found[1]) * self.units[found[2]]
        except ValueError:
            return None
        return value if 0 < value < math.inf else None

    def fault(self, text: str) -> str | None:
        """What is wrong with an amount; an empty text takes the limit away."""
        if not text.strip() or self.amount(text) is not None:
            return None
        return f"a number with {', '.join(u for u in self._written if u)}"

    @property
    def _written(self) -> tuple[str, ...]:
        return ("J", "kJ", "MJ", "Wh") if self.unit == "J" else ("s", "ms", "min", "h")


BUDGET = Limit("budget", "J", _J, ("energy_j", "energy_gpu_j", "energy_cpu_j"))
DEADLINE = Limit("deadline", "s", _S, ("duration_s", "latency_s", "latency_p95_s"))


def limit_of(problem: Problem, metric: str) -> tuple[int, float] | None:
    """Place among the constraints and amount of the limit on a metric, if there is one."""
    for index, text in enumerate(problem.constraints):
        found = re.fullmatch(rf"{re.escape(metric)}\s*<=\s*(\S+)", text.strip())
        try:
            if found:
                return index, float(found[1])
        except ValueError:
            continue
    return None


def set_limit(problem: Problem, metric: str, amount: float | None) -> None:
    """Put the limit on a metric, change the one there is, or take it away (None)."""
    known = limit_of(problem, metric)
    fresh = [] if amount is None else [f"{metric} <= {amount:.6g}"]
    if known is None:
        problem.constraints += fresh
    else:
        problem.constraints[known[0] : known[0] + 1] = fresh


def question(limit: Limit, metric: str) -> str:
    """``budget: energy at most (J)``."""
    return f"{limit.word}: {name_and_unit(metric)[0]} at most ({limit.unit})"
