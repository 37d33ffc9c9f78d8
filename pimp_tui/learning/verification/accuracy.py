"""Honest accuracy: a difference is a paired comparison over problems and repeats.

The problems of a benchmark are a sample of those that could be asked, so every interval holds the
variance over them; a difference smaller than the interval is not shown, whatever the means say.
Imports nothing heavy: the terminal app asks it too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MARGIN = 0.01
_Z = 1.959964  # two-sided 95%
#: Student's t, two-sided 95 %, by 1 / degrees of freedom; between them straight lines, which lie
#: above the curve, so that an interval is rather too wide.
_T = (
    (0.0, _Z), (1 / 120, 1.980), (1 / 60, 2.000), (1 / 30, 2.042), (1 / 20, 2.086),
    (1 / 15, 2.131), (1 / 10, 2.228), (1 / 8, 2.306), (1 / 6, 2.447), (1 / 5, 2.571),
    (1 / 4, 2.776), (1 / 3, 3.182), (1 / 2, 4.303), (1.0, 12.706),
)  # fmt: skip

#: Of one configuration: problem -> its pass rate in each run (repetition -> share of samples).
Outcomes = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Comparison:
    """Accuracy of one configuration minus that of another, over the problems both answered.

    Attributes:
        difference: of the mean pass rates, in [-1, 1]; lower, upper: its 95% interval.
        problems: how many both answered; margin: the loss that does not matter.
        reading: "no loss", "loss" or "not shown with N problems".
        problems_needed: about how many would show that there is no loss beyond the margin if
            there is none; None where nothing more is needed, and where no number would do
            because whole runs differ by more than the margin.
        runs: how many whole runs the side with fewer has; of a single one it is not known what
            whole runs differ by, so the interval then holds the variance over problems alone.
    """

    difference: float
    lower: float
    upper: float
    problems: int
    margin: float
    reading: str
    problems_needed: int | None
    runs: int

    def as_row(self, prefix: str = "accuracy_") -> dict[str, Any]:
        """The fields as columns of a row."""
        return {f"{prefix}{name}": value for name, value in vars(self).items()}


def compare(chosen: Outcomes, reference: Outcomes, margin: float = MARGIN) -> Comparison | None:
    """Whether ``chosen`` loses accuracy against ``reference``; None without a common problem.

    "no loss": the whole interval lies above -margin. "loss": else, and the whole interval lies
    below 0. Otherwise the data does not show either.

    The interval is Bonett and Price's adjusted one for paired proportions (2012), carried over to
    pass rates: one problem won and one lost are added, so that few problems that all agree do
    not claim a certainty that they lack. What whole runs vary by beyond their problems is added
    to the variance over problems; since few runs tell little of it, the interval then takes the
    t quantile of Satterthwaite's degrees of freedom.

    Raises:
        ValueError: the margin is not positive.
    """
    if not margin > 0:
        raise ValueError("the margin must be positive")
    problems = sorted(set(chosen) & set(reference))
    if not problems:
        return None
    gaps = [_mean(chosen[name].values()) - _mean(reference[name].values()) for name in problems]
    count = len(gaps)
    squares = sum(gap * gap for gap in gaps)
    between_runs = [_variance_between_runs(side, problems) for side in (chosen, reference)]
    centre = sum(gaps) / (count + 2)
    variance = ((squares + 2) / (count + 2) - centre**2) / (count + 2)
    half = _half_width(variance, between_runs)
    lower, upper = max(centre - half, -1.0), min(centre + half, 1.0)
    needed = None
    if lower > -margin:
        reading = "no loss"
    elif upper < 0:
        reading = "loss"
    else:
        reading = f"not shown with {count} {'problem' if count == 1 else 'problems'}"
        needed = problems_needed(squares / count, margin, _half_width(0.0, between_runs))
    runs = min(len(_whole_runs(side, problems)) for side in (chosen, reference))
    return Comparison(_mean(gaps), lower, upper, count, margin, reading, needed, runs)


def problems_needed(square: float, margin: float, of_runs: float = 0.0) -> int | None:
    """Problems at which the interval around no difference is no wider than the margin each way.

    Args:
        square: mean squared difference of a problem, as observed.
        of_runs: half width that whole runs alone give, which no further problem narrows.

    Returns:
        None where that leaves nothing of the margin: it takes more runs first.
    """
    if of_runs >= margin:
        return None
    # z^2 (n square + 2) = (margin^2 - of_runs^2) (n + 2)^2, solved for n + 2
    a, b = margin**2 - of_runs**2, _Z**2 * square
    c = _Z**2 * (2.0 - 2.0 * square)
    total = (b + math.sqrt(b * b + 4.0 * a * c)) / (2.0 * a)
    return max(math.ceil(total - 2.0), 1)


def accuracy_interval(outcomes: Outcomes) -> tuple[float, float, float] | None:
    """Mean pass rate and its 95% interval over problems and runs; None without a problem.

    Agresti and Coull's adjustment (1998), two problems solved and two not added, carried over to
    pass rates.
    """
    if not outcomes:
        return None
    rates = [_mean(runs.values()) for runs in outcomes.values()]
    count = len(rates)
    centre = (sum(rates) + 2.0) / (count + 4)
    variance = ((sum(rate * rate for rate in rates) + 2.0) / (count + 4) - centre**2) / (count + 4)
    half = _half_width(variance, [_variance_between_runs(outcomes, list(outcomes))])
    return _mean(rates), max(centre - half, 0.0), min(centre + half, 1.0)


def half_width_of_mean(values: Sequence[float]) -> float:
    """Half of the 95 % t interval of a mean of at least two values."""
    centre, count = _mean(values), len(values)
    squares = math.fsum((value - centre) ** 2 for value in values)
    return _quantile(1.0 / (count - 1)) * math.sqrt(squares / (count - 1) / count)


def _half_width(variance: float, between_runs: Sequence[tuple[float, int]]) -> float:
    """Half of the 95 % interval: variance over problems, and (variance, freedom) of whole runs."""
    of_runs = sum(own for own, _ in between_runs)
    squares = sum(own * own / freedom for own, freedom in between_runs if own > 0)
    total = variance + of_runs
    return _quantile(squares / total**2 if squares else 0.0) * math.sqrt(total)


def _quantile(inverse_freedom: float) -> float:
    """Student's t for 1 / degrees of freedom, at most that of one degree."""
    at = min(inverse_freedom, 1.0)
    for (left, low), (right, high) in pairwise(_T):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return _T[-1][1]  # pragma: no cover - at is at most 1


def _variance_between_runs(outcomes: Outcomes, problems: Sequence[str]) -> tuple[float, int]:
    """Variance of the mean that comes from whole runs, beyond what their problems explain.

    The component of runs in a problems x runs table (Owen 2007), 0 with a single run; and its
    degrees of freedom.
    """
    runs = _whole_runs(outcomes, problems)
    if len(runs) < 2 or len(problems) < 2:
        return 0.0, 1
    means = [_mean(outcomes[name][run] for name in problems) for run in runs]
    grand = _mean(means)
    squares = 0.0
    for name in problems:
        own = _mean(outcomes[name][run] for run in runs)
        squares += sum(
            (outcomes[name][run] - own - mean + grand) ** 2
            for run, mean in zip(runs, means, strict=True)
        )
    residual = squares / ((len(runs) - 1) * (len(problems) - 1))
    between = sum((mean - grand) ** 2 for mean in means) / (len(runs) - 1)
    return max(between - residual / len(problems), 0.0) / len(runs), len(runs) - 1


def _whole_runs(outcomes: Outcomes, problems: Sequence[str]) -> list[int]:
    """The repetitions in which every problem was answered."""
    return sorted(set.intersection(*({*outcomes[name]} for name in problems)))


def _mean(values: Any) -> float:
    known = list(values)
    return math.fsum(known) / len(known)
