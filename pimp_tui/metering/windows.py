"""A measured interval over several meters.

The total is the sum of what was measured: every GPU's own counter, or the integral of its power
samples where it has none, and every CPU package with its DRAM. It leaves out fans, disks and
losses of the supply. A part (GPUs, CPUs) of which any device was not measured is null, and so is
missing from the sum: ``energy_source`` names what is in it. Where nothing was measured, the
estimate fills ``energy_j`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from .base import Meter
from .integral import Integral
from .reading import Reading
from .trace import Counters, Trace

# On long windows counter and samples agree within 1%; on short or idle ones they may not
# (arXiv 2312.02741), and the counter is the better of the two. It moves every 100 ms or so, by
# which a window may be off at its ends.
DISAGREEMENT, COUNTER_S = 0.05, 0.1
# Meters are read one after the other; one that was slow at one end only has measured another
# interval than the window: said beyond this share of the window and what a read may take.
SKEW, READ_S = 0.01, 0.005


class Window:
    """Context manager; `reading` is there after its end, `started_s` (monotonic) from its start.

    Args:
        meters: all that are open.
        trace: their ticks.
        idle: the baseline's power in watts by its meters, as in ``energy_source``.
        sync: called at both ends before the clock and the counters are read, so that work queued
            on a GPU falls into the window that queued it.
        memory: bytes of this process, for machines without a GPU.
    """

    reading: Reading

    def __init__(
        self,
        meters: Sequence[Meter],
        trace: Trace,
        idle: Mapping[str, float],
        sync: Callable[[], object] | None,
        memory: Callable[[], int | None],
    ) -> None:
        self._meters, self._trace, self._idle = meters, trace, idle
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
        self._before = self._trace.counters()
        self.started_s = self._before.at_s
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._sync()
        after = self._trace.counters()
        self._trace.tick()
        self._trace.unlisten(self._integral.add)
        self.ended_s = after.at_s
        self.reading = self._read(after, self.ended_s - self.started_s)

    def _read(self, after: Counters, duration_s: float) -> Reading:
        notes = [note for meter in self._meters for note in meter.take_notes()]
        notes += self._trace.take_faults()
        faults: list[str] = []
        devices_j: dict[str, float] = {}
        parts_j: dict[str, float | None] = {"gpu": None, "cpu": None}
        sources: dict[str, list[str]] = {"gpu": [], "cpu": []}
        lacking = set()
        for meter in self._meters:
            if meter.part not in parts_j:
                continue
            before, now = self._before.by_meter[meter.name], after.by_meter[meter.name]
            energies = {
                device: self._device_j(device, before, now, notes, faults)
                for device in meter.devices
            }
            own_s = after.read_s[meter.name] - self._before.read_s[meter.name]
            if abs(own_s - duration_s) > SKEW * duration_s + READ_S:
                faults.append(
                    f"{meter.name}: measured {own_s:.3f} s of a window of {duration_s:.3f} s"
                )
            known = {device: joules for device, joules in energies.items() if joules is not None}
            devices_j |= known
            parts_j[meter.part] = (parts_j[meter.part] or 0.0) + sum(known.values())
            sources[meter.part].append(meter.name)
            # A sum that lacks a device would be taken for the whole.
            if missing := [device for device in energies if device not in known] or (
                [] if energies else ["no device"]
            ):
                lacking.add(meter.part)
                faults.append(f"{meter.name}: {', '.join(missing)} not measured, no sum")
        for part in lacking:
            parts_j[part], sources[part] = None, []
        measured = [joules for joules in parts_j.values() if joules is not None]
        if not measured:
            return self._estimated(after, duration_s, notes, faults)
        energy_j, source = sum(measured), "+".join(sources["gpu"] + sources["cpu"])
        gpu_source = "+".join(sources["gpu"])
        idle_w = self._idle.get(source)
        if self._idle and idle_w is None:
            notes.append(
                f"the idle baseline is of {next(iter(self._idle))}, the energy of {source}"
            )
        return Reading(
            parts_j["gpu"], parts_j["cpu"], energy_j,
            None if idle_w is None else energy_j - idle_w * duration_s,
            source, False, idle_w,
            energy_j / duration_s if duration_s > 0 else None,
            None if lacking else self._integral.peak_power_w, self._integral.peak_memory_bytes,
            duration_s, devices_j, notes + faults, faults, gpu_source or None,
            self._idle.get(gpu_source),
        )  # fmt: skip

    def _device_j(
        self,
        device: str,
        before: Mapping[str, float | None],
        after: Mapping[str, float | None],
        notes: list[str],
        faults: list[str],
    ) -> float | None:
        """Energy of one device: its counter's difference, else the integral of its power."""
        first, last = before.get(device), after.get(device)
        integral_j = self._integral.joules(device, self.started_s, self.ended_s)
        why = None
        if first is None or last is None:
            why = "no energy counter"
        elif last < first:
            why = "the energy counter went back"
        elif last == first:  # it stands still, or is slower than the window is long
            why = "the energy counter did not move"
        if why is not None:
            if integral_j is not None:
                lost = last is None and first is not None
                into = faults if lost or why.endswith("went back") else notes
                into.append(f"{device}: {why}, power samples integrated")
                if gap_s := self._integral.gap_s(device):
                    faults.append(f"{device}: no power sample for {gap_s:.1f} s, bridged")
            elif first is not None and last is not None:
                notes.append(f"{device}: {why}, and power samples are missing")
            return integral_j
        assert first is not None and last is not None
        counted_j = last - first
        share = DISAGREEMENT + COUNTER_S / max(self.ended_s - self.started_s, COUNTER_S)
        if integral_j is not None and abs(integral_j - counted_j) > share * max(
            counted_j, integral_j
        ):
            faults.append(
                f"{device}: counter {counted_j:.1f} J and power samples {integral_j:.1f} J disagree"
            )
        return counted_j

    def _estimated(
        self, after: Counters, duration_s: float, notes: list[str], faults: list[str]
    ) -> Reading:
        energy_j = None
        for meter in self._meters:
            if meter.part != "estimate":
                continue
            for device in meter.devices:
                first = self._before.by_meter[meter.name].get(device)
                last = after.by_meter[meter.name].get(device)
                if first is not None and last is not None:
                    energy_j = (energy_j or 0.0) + max(0.0, last - first)
        return Reading(
            None, None, energy_j, None, None if energy_j is None else "estimate",
            energy_j is not None, None, None, None,
            self._integral.peak_memory_bytes, duration_s, {}, notes + faults, faults,
        )  # fmt: skip
