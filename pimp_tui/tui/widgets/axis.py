"""An axis of a chart: where values stand on it, its round ticks, its name with the unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pimp_tui.tui.widgets.numbers import Scale

#: A range of positive values this many times its start is drawn on a log scale.
LOG_FROM = 8.0
_LOG_STEPS = ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


@dataclass(frozen=True)
class Axis:
    """Values to positions; ``low`` and ``high`` are positions, log10 of values on a log scale.

    Attributes:
        name: what stands at the axis, the unit in it.
        divide: base units in one unit of the labels.
        whole: a count: no ticks between whole numbers.
    """

    name: str
    low: float
    high: float
    divide: float = 1.0
    log: bool = False
    whole: bool = False

    @classmethod
    def of(
        cls, values: Sequence[float], scale: Scale, name: str = "", *, log: bool = False,
        share: float = 0.04,
    ) -> Axis:  # fmt: skip
        """An axis wide enough for values.

        Args:
            name: default the scale's label.
            log: draw on a log scale where the values span a wide range, all are positive and
                none is a share.
        """
        name = name or scale.label
        wide = log and not scale.is_share
        if wide and min(values) > 0 and max(values) >= LOG_FROM * min(values):
            low, high = padded([math.log10(value) for value in values], share)
            return cls(f"{name} (log)", low, high, scale.divide, True)
        return cls(name, *padded(list(values), share), scale.divide)

    def at(self, value: float) -> float:
        """The position of a value; what is not positive stands at the start of a log scale."""
        if not self.log:
            return value
        return math.log10(value) if value > 0 else self.low

    def clip(self, value: float) -> float:
        """The position of a value within the axis."""
        return min(max(self.at(value), self.low), self.high)

    def all(self, values: Iterable[float]) -> list[float]:
        """The positions of values."""
        return [self.at(value) for value in values]

    def ticks(self, count: int) -> tuple[list[float], list[str]]:
        """About ``count`` positions and their labels."""
        if not self.log:
            values = ticks(self.low, self.high, count, self.whole)
            return values, tick_texts(values, self.divide)
        low, high = 10**self.low, 10**self.high
        known = []
        for steps in _LOG_STEPS:
            known = [
                step * 10.0**power * self.divide
                for power in range(
                    math.floor(math.log10(low / self.divide)),
                    math.ceil(math.log10(high / self.divide)) + 1,
                )
                for step in steps
                if low <= step * 10.0**power * self.divide <= high
            ]
            if len(known) <= max(count, 2):
                break
        known = known[:: -(-len(known) // max(count, 2))] if known else []
        return [math.log10(value) for value in known], [f"{v / self.divide:.6g}" for v in known]


def ticks(low: float, high: float, count: int, whole: bool = False) -> list[float]:
    """About ``count`` round values within [low, high], whole numbers only if wanted."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or count < 1:
        return [low] if math.isfinite(low) else []
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    # A step a little finer than asked for is better than one twice as coarse.
    steps = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
    step = next(s * power for s in steps if s * power >= raw * 0.79)
    step = max(step, 1) if whole else step
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def tick_texts(values: list[float], divide: float = 1.0) -> list[str]:
    """Labels with just enough digits to tell the values apart."""
    scaled = [value / divide for value in values]
    for digits in range(5):
        texts = [f"{value:.{digits}f}" for value in scaled]
        close = all(abs(float(t) - v) <= 1e-9 + 1e-6 * abs(v)
                    for t, v in zip(texts, scaled, strict=True))  # fmt: skip
        if close and max(map(len, texts), default=0) <= 7:
            return texts
    return [f"{value:.4g}" for value in scaled]


def padded(values: list[float], share: float = 0.04) -> tuple[float, float]:
    """The range of values, a little wider, never empty."""
    low, high = min(values), max(values)
    room = (high - low) * share or abs(high) * 0.1 or 1.0
    return low - room, high + room
