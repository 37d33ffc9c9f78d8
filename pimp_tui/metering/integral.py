"""Energy from power samples by the trapezoidal rule, and peaks, while a window lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .base import Tick

#: A device that is silent for longer than this is bridged by a straight line, and it is said.
GAP_S = 1.0


class Integral:
    """Energy and peaks over ticks.

    Args:
        devices: those that count.
        memory: bytes of this process, for machines without a GPU.

    Attributes:
        peak_power_w: highest sum over all devices at one tick; None where some never told.
        peak_memory_bytes: most memory in use on the devices, else of this process.
    """

    def __init__(self, devices: Sequence[str], memory: Callable[[], int | None]) -> None:
        self._joules: dict[str, float | None] = dict.fromkeys(devices)
        self.peak_power_w: float | None = None
        self.peak_memory_bytes: int | None = None
        self._memory = memory
        self._first_s: dict[str, float] = {}
        self._last: dict[str, tuple[float, float]] = {}
        self._gap_s: dict[str, float] = {}

    def add(self, tick: Tick) -> None:
        """Goes on to the next tick."""
        powers = []
        for sample in tick.samples:
            if sample.device not in self._joules or sample.power_w is None:
                continue
            powers.append(sample.power_w)
            self._first_s.setdefault(sample.device, tick.monotonic_s)
            then, before_w = self._last.get(sample.device, (tick.monotonic_s, sample.power_w))
            length_s = tick.monotonic_s - then
            area = length_s * (before_w + sample.power_w) / 2
            self._joules[sample.device] = (self._joules[sample.device] or 0.0) + area
            self._last[sample.device] = (tick.monotonic_s, sample.power_w)
            self._gap_s[sample.device] = max(self._gap_s.get(sample.device, 0.0), length_s)
        # The sum of some of the devices would be taken for that of all.
        if powers and len(powers) == len(self._joules):
            self.peak_power_w = max(self.peak_power_w or 0.0, sum(powers))
        used = [s.memory_bytes for s in tick.samples if s.device in self._joules and s.memory_bytes]
        memory = sum(used) if used else self._memory()
        if memory is not None:
            self.peak_memory_bytes = max(self.peak_memory_bytes or 0, memory)

    def joules(self, device: str, start_s: float, end_s: float) -> float | None:
        """Energy of a device; None where its samples do not reach from start to end.

        Args:
            start_s, end_s: of the window, monotonic; a tick lies before and one behind it.
        """
        last = self._last.get(device)
        if last is None or self._first_s[device] > start_s or last[0] < end_s:
            return None
        return self._joules[device]

    def gap_s(self, device: str) -> float | None:
        """The longest time without a sample, where that is more than ``GAP_S``."""
        gap = self._gap_s.get(device, 0.0)
        return gap if gap > GAP_S else None
