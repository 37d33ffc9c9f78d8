"""The idle baseline: what the devices draw while they wait."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from .base import Tick
from .windows import Reading

# Above this coefficient of variation a baseline is too restless to subtract.
IDLE_CV_LIMIT = 0.024


@dataclass(frozen=True)
class Idle:
    """A baseline; power is None where nothing is measured.

    Attributes:
        duration_s: how long it was taken for; 0 without a power meter.
        power_w: mean power of all measured devices together.
        power_cv: coefficient of variation of its samples.
        temperature_c: of the hottest device at the end.
        notes: one line each.
    """

    duration_s: float
    power_w: float | None
    power_cv: float | None
    temperature_c: float | None
    notes: list[str] = field(default_factory=list)


class IdleSamples:
    """Collects the power of the measured devices while the baseline is taken."""

    def __init__(self, devices: list[str]) -> None:
        self._devices = set(devices)
        self._powers_w: list[float] = []
        self._temperatures_c: list[float] = []

    def add(self, tick: Tick) -> None:
        """Goes on to the next tick."""
        ours = [sample for sample in tick.samples if sample.device in self._devices]
        powers = [sample.power_w for sample in ours if sample.power_w is not None]
        if powers and len(powers) == len(self._devices):
            self._powers_w.append(sum(powers))
        hot = [s.temperature_c for s in tick.samples if s.temperature_c is not None]
        self._temperatures_c = hot or self._temperatures_c

    def result(self, reading: Reading) -> Idle:
        """The baseline of a window over the same time."""
        cv = None
        if len(self._powers_w) > 2 and (mean := statistics.fmean(self._powers_w)) > 0:
            cv = statistics.stdev(self._powers_w) / mean
        notes = list(reading.notes)
        if cv is not None and cv > IDLE_CV_LIMIT:
            notes.append(f"idle power varies by {cv:.1%}, more than {IDLE_CV_LIMIT:.1%}")
        hottest = max(self._temperatures_c, default=None)
        return Idle(reading.duration_s, reading.power_mean_w, cv, hottest, notes)


def wait(seconds: float) -> None:
    """Sleeps; apart so that a test can shorten it."""
    time.sleep(seconds)
