"""Waiting until a GPU is as cool as it was for the idle baseline, and no longer slowed by heat.

A hot chip leaks more and clocks lower, so that a run would pay for the one before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .base import Sample

#: So much warmer than at the baseline is as cool as it gets in use, in kelvin.
MARGIN_K = 5.0
_THERMAL = {"sw_thermal", "hw_thermal", "hw_slowdown"}
_LOOK_S = 0.5


@dataclass(frozen=True)
class CoolDown:
    """How a wait went: seconds, the hottest device at its end, whether it was cool by then."""

    waited_s: float
    temperature_c: float | None
    cooled: bool


def cool_down(
    look: Callable[[], Sequence[Sample]],
    baseline_c: float | None,
    most_s: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> CoolDown:
    """Wait for the baseline's temperature, ``MARGIN_K`` above it at most, and full clocks.

    Args:
        look: every device at this moment; those that tell no temperature are left out.
        baseline_c: of the hottest device when the idle baseline was taken; None waits for nothing.
        most_s: longest wait, seconds.
    """
    began = clock()
    while True:
        samples = look()
        known = [s.temperature_c for s in samples if s.temperature_c is not None]
        hottest = max(known, default=None)
        if baseline_c is None or hottest is None:
            return CoolDown(clock() - began, hottest, True)
        if hottest <= baseline_c + MARGIN_K and not any(map(_slowed, samples)):
            return CoolDown(clock() - began, hottest, True)
        if clock() - began >= most_s:
            return CoolDown(clock() - began, hottest, False)
        sleep(_LOOK_S)


def _slowed(sample: Sample) -> bool:
    return bool(_THERMAL & set((sample.throttle_reasons or "").split(",")))
