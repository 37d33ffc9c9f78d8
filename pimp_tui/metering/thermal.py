"""Waiting until a GPU is as cool and as fast as it was for the idle baseline.

A hot chip leaks more and clocks lower, so that a run would pay for the one before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .base import Sample

#: So much warmer than at the baseline is as cool as it gets in use, in kelvin.
MARGIN_K = 5.0
_THERMAL = {"sw_thermal", "hw_thermal", "hw_slowdown"}
#: A clock that is lower than this share of the baseline's is not back; clocks move in small steps.
_CLOCK_SHARE = 0.95
_LOOK_S = 0.5


@dataclass(frozen=True)
class CoolDown:
    """How a wait went.

    Attributes:
        temperature_c: of the hottest device at its end.
        cooled: whether temperature and clocks were back by then.
        slowed: which device was still slow at its end, and how, in words.
    """

    waited_s: float
    temperature_c: float | None
    cooled: bool
    slowed: str | None = None


def cool_down(
    look: Callable[[], Sequence[Sample]],
    baseline_c: float | None,
    most_s: float,
    clocks_mhz: Mapping[str, float] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> CoolDown:
    """Wait for the baseline's temperature, ``MARGIN_K`` above it at most, and full clocks.

    Args:
        look: every device at this moment; those that tell no temperature are left out.
        baseline_c: of the hottest device when the idle baseline was taken; None waits for nothing.
        most_s: longest wait, seconds.
        clocks_mhz: of the SMs by device when the baseline was taken, under the same device
            settings; None to look at throttling alone. A device that is slow because it is idle
            is not waited for: no time would make it faster.
    """
    began = clock()
    while True:
        samples = look()
        known = [s.temperature_c for s in samples if s.temperature_c is not None]
        hottest = max(known, default=None)
        if baseline_c is None or hottest is None:
            return CoolDown(clock() - began, hottest, True)
        slowed = next(filter(None, (_slowed(one, clocks_mhz or {}) for one in samples)), None)
        cool = hottest <= baseline_c + MARGIN_K and slowed is None
        if cool or clock() - began >= most_s:
            return CoolDown(clock() - began, hottest, cool, slowed)
        sleep(_LOOK_S)


def _slowed(sample: Sample, clocks_mhz: Mapping[str, float]) -> str | None:
    """How a device is slower than at the baseline, or None."""
    reasons = set((sample.throttle_reasons or "").split(","))
    if hot := sorted(_THERMAL & reasons):
        return f"{sample.device} is slowed down ({', '.join(hot)})"
    wanted, now = clocks_mhz.get(sample.device), sample.sm_clock_mhz
    if wanted is None or now is None or "gpu_idle" in reasons or now >= _CLOCK_SHARE * wanted:
        return None
    return f"{sample.device} is at {now:.0f} MHz, {wanted:.0f} MHz at the baseline"
