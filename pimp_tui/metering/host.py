"""Load and memory of the host, for the live display where there is no GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from pimp_tui.visible_gpus import Gpu

from .base import Part, Sample

DEVICE = "cpu"
HWMON = Path("/sys/class/hwmon")
CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")


class HostMeter:
    """Utilisation of all cores, memory in use and, where a sensor tells, temperature.

    Args:
        gpus: not used.
        hwmon: the folder of the kernel's sensors.
    """

    name = "host"
    part: Part = "none"

    def __init__(self, gpus: Sequence[Gpu] | None = None, hwmon: Path = HWMON) -> None:
        del gpus
        self.devices = [DEVICE]
        self._sensor = find_sensor(hwmon)
        self._before = _busy_total_s()

    def samples(self) -> list[Sample]:
        busy_s, total_s = _busy_total_s()
        busy_before_s, total_before_s = self._before
        spent_s = total_s - total_before_s
        utilisation = None
        # The kernel counts in 10 ms steps; over less than one the quotient means nothing.
        if spent_s >= 0.01:
            utilisation = min(100.0, max(0.0, 100 * (busy_s - busy_before_s) / spent_s))
            self._before = (busy_s, total_s)
        memory = psutil.virtual_memory()
        return [
            Sample(
                DEVICE,
                utilisation=utilisation,
                memory_bytes=memory.total - memory.available,
                temperature_c=self._temperature_c(),
                memory_total_bytes=memory.total,
            )
        ]

    def counters_j(self) -> Mapping[str, float | None]:
        return {}

    def take_notes(self) -> list[str]:
        return []

    def close(self) -> None:
        return None

    def _temperature_c(self) -> float | None:
        if self._sensor is None:
            return None
        try:
            return int(self._sensor.read_text()) / 1000
        except (OSError, ValueError):
            return None


def find_sensor(hwmon: Path) -> Path | None:
    """The first temperature file of a CPU sensor, in thousandths of a degree Celsius."""
    for folder in sorted(hwmon.glob("hwmon*")):
        try:
            name = (folder / "name").read_text().strip()
        except OSError:
            continue
        if name in CPU_SENSORS and (folder / "temp1_input").exists():
            return folder / "temp1_input"
    return None


def _busy_total_s() -> tuple[float, float]:
    """(busy, busy and idle) seconds of all cores since boot."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Guest time stands in user time already.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    total = sum(times) - guests
    return total - idle, total
