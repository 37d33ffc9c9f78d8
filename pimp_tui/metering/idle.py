"""The idle baseline: what the devices draw while they wait, and whether that is still so."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from .base import Tick
from .reading import Reading

# Above this coefficient of variation a baseline is too restless to subtract.
IDLE_CV_LIMIT = 0.024
#: Shares of the baseline's length, and bounds in seconds, of a look whether it still holds.
LOOK_SHARE, LOOK_LEAST_S, LOOK_MOST_S = 0.1, 0.5, 3.0
#: So many standard deviations of means as long as a look: one of ten means lies beyond by chance
#: in 1 of 100 looks (prediction interval, t with 9 degrees of freedom).
_REACH = 3.4
#: Meters resolve no less than this share.
_LEAST_SHARE = 0.01
_LEAST_BLOCKS = 4


@dataclass(frozen=True)
class Idle:
    """A baseline; power is None where nothing is measured.

    Attributes:
        duration_s: how long it was taken for; 0 without a power meter.
        power_w: mean power of all measured devices together.
        power_cv: coefficient of variation of its samples.
        temperature_c: of the hottest device at the end.
        notes: one line each.
        source: meters in ``power_w``, as in ``energy_source``.
        samples_w: mean of its power samples, which later looks are compared with; counters are
            too coarse for a look.
        noise_w: so far a look's mean strays from ``samples_w`` by chance.
        taken_s: its end, monotonic.
        sm_clocks_mhz: median clock of the SMs, by device.
        gpu_power_w: mean power of the GPUs alone; ``gpu_source``: their meters.
    """

    duration_s: float
    power_w: float | None
    power_cv: float | None
    temperature_c: float | None
    notes: list[str] = field(default_factory=list)
    source: str | None = None
    samples_w: float | None = None
    noise_w: float | None = None
    taken_s: float | None = None
    sm_clocks_mhz: dict[str, float] = field(default_factory=dict)
    gpu_power_w: float | None = None
    gpu_source: str | None = None

    @property
    def by_source_w(self) -> dict[str, float]:
        """Power by the meters it is of, as in ``energy_source``."""
        known = ((self.source, self.power_w), (self.gpu_source, self.gpu_power_w))
        return {source: watts for source, watts in known if source and watts is not None}


class IdleSamples:
    """Collects the power of the measured devices while the baseline is taken."""

    def __init__(self, devices: list[str]) -> None:
        self._devices = set(devices)
        self._powers: list[tuple[float, float]] = []
        self._temperatures_c: list[float] = []
        self._clocks_mhz: dict[str, list[float]] = {}

    def add(self, tick: Tick) -> None:
        """Goes on to the next tick."""
        ours = [sample for sample in tick.samples if sample.device in self._devices]
        powers = [sample.power_w for sample in ours if sample.power_w is not None]
        if powers and len(powers) == len(self._devices):
            self._powers.append((tick.monotonic_s, sum(powers)))
        hot = [s.temperature_c for s in tick.samples if s.temperature_c is not None]
        self._temperatures_c = hot or self._temperatures_c
        for sample in tick.samples:
            if sample.sm_clock_mhz is not None:
                self._clocks_mhz.setdefault(sample.device, []).append(sample.sm_clock_mhz)

    @property
    def mean_w(self) -> float | None:
        """Mean of the samples so far."""
        return statistics.fmean(watts for _, watts in self._powers) if self._powers else None

    def result(self, reading: Reading) -> Idle:
        """The baseline of a window over the same time."""
        watts = [power for _, power in self._powers]
        cv = None
        if len(watts) > 2 and (mean := statistics.fmean(watts)) > 0:
            cv = statistics.stdev(watts) / mean
        notes = list(reading.notes)
        if cv is not None and cv > IDLE_CV_LIMIT:
            notes.append(f"idle power varies by {cv:.1%}, more than {IDLE_CV_LIMIT:.1%}")
        return Idle(
            reading.duration_s, reading.power_mean_w, cv, max(self._temperatures_c, default=None),
            notes, reading.energy_source, self.mean_w,
            noise_w(self._powers, look_s(reading.duration_s)), time.monotonic(),
            {device: statistics.median(seen) for device, seen in self._clocks_mhz.items()},
            reading.power_gpu_w, reading.energy_gpu_source,
        )  # fmt: skip


def look_s(baseline_s: float) -> float:
    """How long a look at the idle power takes, for a baseline of so many seconds."""
    return min(max(LOOK_SHARE * baseline_s, LOOK_LEAST_S), LOOK_MOST_S)


def noise_w(powers: list[tuple[float, float]], length_s: float) -> float | None:
    """How far the mean of a look strays from the baseline's by chance.

    From the means of blocks as long as a look, since neighbouring samples are alike; from the
    samples themselves, which stray further, where there are too few blocks.

    Args:
        powers: (monotonic seconds, watts) of the baseline.
        length_s: of a look.
    """
    if len(powers) < 3:
        return None
    begin = powers[0][0]
    blocks: dict[int, list[float]] = {}
    for at, watts in powers:
        blocks.setdefault(int((at - begin) // length_s), []).append(watts)
    most = max(map(len, blocks.values()))
    means = [statistics.fmean(block) for block in blocks.values() if 2 * len(block) > most]
    alone = [watts for _, watts in powers]
    spread = statistics.stdev(means if len(means) >= _LEAST_BLOCKS else alone)
    return max(_REACH * spread, _LEAST_SHARE * statistics.fmean(alone))


def wait(seconds: float) -> None:
    """Sleeps; apart so that a test can shorten it."""
    time.sleep(seconds)
