"""A measured interval over several meters.

The total is the sum of what was measured: every GPU's own counter, or the integral of its power
samples where it has none, and every CPU package with its DRAM. It leaves out fans, disks and
losses of the supply. Where nothing was measured, the estimate fills ``energy_j`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from .base import Meter, Tick
from .trace import Trace

# On long windows counter and samples agree within 1%; on short or idle ones they may not
# (arXiv 2312.02741), and the counter is the better of the two.
DISAGREEMENT = 0.05


@dataclass(frozen=True)
class Reading:
    """What a window measured; None where nothing did.

    Attributes:
        energy_gpu_j: all GPUs, measured.
        energy_cpu_j: all packages and their DRAM, measured.
        energy_j: sum of the two, or the estimate.
        energy_above_idle_j: ``energy_j`` less ``idle_power_w`` times the duration.
        energy_source: meters that make up ``energy_j``, joined by "+".
        energy_estimated: whether ``energy_j`` is the estimate; then no other energy or power is.
        power_peak_w: highest sum of power over all measured devices at one tick.
        peak_memory_bytes: most memory in use on the GPUs; by this process where there are none.
        duration_s: by the monotonic clock, between the two synchronisations.
        devices_j: measured energy by device.
        notes: what a reader of these figures should know, one line each.
    """

    energy_gpu_j: float | None
    energy_cpu_j: float | None
    energy_j: float | None
    energy_above_idle_j: float | None
    energy_source: str | None
    energy_estimated: bool
    idle_power_w: float | None
    power_mean_w: float | None
    power_peak_w: float | None
    peak_memory_bytes: int | None
    duration_s: float
    devices_j: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Integral:
    """Energy from power samples by the trapezoidal rule, per device, and peaks."""

    def __init__(self, devices: Sequence[str], memory: Callable[[], int | None]) -> None:
        self.joules: dict[str, float | None] = dict.fromkeys(devices)
        self.peak_power_w: float | None = None
        self.peak_memory_bytes: int | None = None
        self._memory = memory
        self._last: dict[str, tuple[float, float]] = {}

    def add(self, tick: Tick) -> None:
        """Goes on to the next tick."""
        powers = []
        for sample in tick.samples:
            if sample.device not in self.joules or sample.power_w is None:
                continue
            powers.append(sample.power_w)
            then, before_w = self._last.get(sample.device, (tick.monotonic_s, sample.power_w))
            area = (tick.monotonic_s - then) * (before_w + sample.power_w) / 2
            self.joules[sample.device] = (self.joules[sample.device] or 0.0) + area
            self._last[sample.device] = (tick.monotonic_s, sample.power_w)
        if powers:
            self.peak_power_w = max(self.peak_power_w or 0.0, sum(powers))
        used = [s.memory_bytes for s in tick.samples if s.device in self.joules and s.memory_bytes]
        memory = sum(used) if used else self._memory()
        if memory is not None:
            self.peak_memory_bytes = max(self.peak_memory_bytes or 0, memory)


class Window:
    """Context manager; `reading` is there after its end, `started_s` (monotonic) from its start.

    Args:
        meters: all that are open.
        trace: their ticks.
        idle_power_w: of the measured devices, from the baseline; None where there is none.
        sync: called at both ends before the clock and the counters are read, so that work queued
            on a GPU falls into the window that queued it.
        memory: bytes of this process, for machines without a GPU.
    """

    reading: Reading

    def __init__(
        self,
        meters: Sequence[Meter],
        trace: Trace,
        idle_power_w: float | None,
        sync: Callable[[], object] | None,
        memory: Callable[[], int | None],
    ) -> None:
        self._meters, self._trace, self._idle_power_w = meters, trace, idle_power_w
        self._sync = sync or (lambda: None)
        measured = [d for m in meters if m.part in ("gpu", "cpu") for d in m.devices]
        self._integral = Integral(measured, memory)

    def __enter__(self) -> Window:
        self._sync()
        for meter in self._meters:
            meter.take_notes()
        self._trace.take_faults()
        self._trace.listen(self._integral.add)
        self._trace.tick()
        self.started_s, self._before = self._trace.counters()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._sync()
        ended_s, after = self._trace.counters()
        self._trace.tick()
        self._trace.unlisten(self._integral.add)
        self.reading = self._read(after, ended_s - self.started_s)

    def _read(self, after: dict[str, Mapping[str, float | None]], duration_s: float) -> Reading:
        notes = [note for meter in self._meters for note in meter.take_notes()]
        notes += self._trace.take_faults()
        devices_j: dict[str, float] = {}
        parts_j: dict[str, float | None] = {"gpu": None, "cpu": None}
        sources = []
        for meter in self._meters:
            if meter.part not in parts_j:
                continue
            energies = {
                device: self._device_j(device, self._before[meter.name], after[meter.name], notes)
                for device in meter.devices
            }
            known = {device: joules for device, joules in energies.items() if joules is not None}
            devices_j |= known
            # A sum that lacks a device would be taken for the whole.
            if len(known) == len(energies) and known:
                parts_j[meter.part] = (parts_j[meter.part] or 0.0) + sum(known.values())
                sources.append(meter.name)
            else:
                notes.append(f"{meter.name}: not all devices measured, no sum")
        measured = [joules for joules in parts_j.values() if joules is not None]
        if not measured:
            return self._estimated(after, duration_s, notes)
        energy_j, idle_w = sum(measured), self._idle_power_w
        return Reading(
            parts_j["gpu"], parts_j["cpu"], energy_j,
            None if idle_w is None else energy_j - idle_w * duration_s,
            "+".join(sources), False, idle_w,
            energy_j / duration_s if duration_s > 0 else None,
            self._integral.peak_power_w, self._integral.peak_memory_bytes,
            duration_s, devices_j, notes,
        )  # fmt: skip

    def _device_j(
        self,
        device: str,
        before: Mapping[str, float | None],
        after: Mapping[str, float | None],
        notes: list[str],
    ) -> float | None:
        """Energy of one device: its counter's difference, else the integral of its power."""
        first, last = before.get(device), after.get(device)
        integral_j = self._integral.joules.get(device)
        if first is None or last is None:
            if integral_j is not None:
                notes.append(f"{device}: no energy counter, power samples integrated")
            return integral_j
        counted_j = last - first
        if counted_j < 0:
            notes.append(f"{device}: the energy counter went back, power samples integrated")
            return integral_j
        if integral_j is not None and abs(integral_j - counted_j) > DISAGREEMENT * max(
            counted_j, integral_j
        ):
            notes.append(
                f"{device}: counter {counted_j:.1f} J and power samples {integral_j:.1f} J disagree"
            )
        return counted_j

    def _estimated(
        self, after: dict[str, Mapping[str, float | None]], duration_s: float, notes: list[str]
    ) -> Reading:
        energy_j = None
        for meter in self._meters:
            if meter.part != "estimate":
                continue
            for device in meter.devices:
                first, last = self._before[meter.name].get(device), after[meter.name].get(device)
                if first is not None and last is not None:
                    energy_j = (energy_j or 0.0) + max(0.0, last - first)
        return Reading(
            None, None, energy_j, None, None if energy_j is None else "estimate",
            energy_j is not None, None, None, None,
            self._integral.peak_memory_bytes, duration_s, {}, notes,
        )  # fmt: skip
