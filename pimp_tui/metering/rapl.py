"""CPU packages and DRAM through the kernel's powercap files (RAPL).

Source: Linux Documentation/power/powercap/powercap.rst. Only zones named ``package-*`` and their
``dram`` are summed: ``core`` and ``uncore`` are parts of a package, ``psys`` holds it all again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pimp_tui.visible_gpus import Gpu

from .base import MeterUnavailable, Part, Sample

ROOT = Path("/sys/class/powercap")
MICRO = 1e-6
#: A counter that was not read for so long that this power would bring it round may have wrapped
#: unseen, as when the process was stopped.
UNSEEN_W = 1_000.0
#: More than a package draws: a counter that wrapped by drawing more than this was set back.
MOST_W, SLACK_J = 5_000.0, 100.0


class Zone:
    """One counter that wraps around, made to go on.

    Args:
        folder: the zone's folder, with ``energy_uj`` and ``max_energy_range_uj``.
        device: its name in the power table.

    Attributes:
        read_s: when it was last read, monotonic.

    Raises:
        OSError: a file is missing or not readable.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.device = device
        self._file = folder / "energy_uj"
        self._range_uj = int((folder / "max_energy_range_uj").read_text())
        self._last_uj = int(self._file.read_text())
        self.read_s = time.monotonic()
        self._laps_uj = 0

    def joules(self) -> float:
        """Energy on a scale without wraps; it must be called once a wrap, about 9 min at 240 W.

        A counter that was set back (by a suspend, say) goes back here too, and so does one that
        may have wrapped unseen: what it counted is not known.
        """
        now_uj, now_s = int(self._file.read_text()), time.monotonic()
        if UNSEEN_W * (now_s - self.read_s) > self._range_uj * MICRO:
            self._laps_uj = min(self._laps_uj, 0) - 2 * self._range_uj
        elif now_uj < self._last_uj:
            lap_j = (self._range_uj - self._last_uj + now_uj) * MICRO
            if lap_j <= MOST_W * (now_s - self.read_s) + SLACK_J:
                self._laps_uj += self._range_uj
        self._last_uj, self.read_s = now_uj, now_s
        return (self._laps_uj + now_uj) * MICRO


class RaplMeter:
    """Packages and their DRAM.

    Args:
        gpus: not used.
        root: the folder of the powercap class.

    Raises:
        MeterUnavailable: no RAPL here, or its counters are not readable.
    """

    name = "rapl"
    part: Part = "cpu"

    def __init__(self, gpus: Sequence[Gpu] | None = None, root: Path = ROOT) -> None:
        del gpus
        self._zones = find_zones(root)
        self.devices = [zone.device for zone in self._zones]
        self._before: dict[str, tuple[float, float]] = {}
        self._lost: set[str] = set()
        self._notes: list[str] = []

    def samples(self) -> list[Sample]:
        rows = []
        counters = self.counters_j()
        for zone in self._zones:
            joules, now_s, power_w = counters[zone.device], zone.read_s, None
            if joules is not None:
                then_s, before_j = self._before.get(zone.device, (now_s, joules))
                if now_s > then_s and joules >= before_j:
                    power_w = (joules - before_j) / (now_s - then_s)
                self._before[zone.device] = (now_s, joules)
            rows.append(Sample(zone.device, power_w=power_w, energy_counter_j=joules))
        return rows

    def counters_j(self) -> Mapping[str, float | None]:
        values: dict[str, float | None] = {}
        for zone in self._zones:
            try:
                values[zone.device] = zone.joules()
            except (OSError, ValueError) as error:
                values[zone.device] = None
                if zone.device not in self._lost:
                    self._lost.add(zone.device)
                    self._notes.append(f"{zone.device}: {error}")
        return values

    def take_notes(self) -> list[str]:
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> None:
        self._zones = []


def find_zones(root: Path) -> list[Zone]:
    """The zones that add up to what the CPUs and their memory use.

    Raises:
        MeterUnavailable: there are none, or they are not readable.
    """
    zones: list[Zone] = []
    denied: list[str] = []
    broken: list[str] = []
    for folder in sorted(root.glob("intel-rapl:*")):
        try:
            name = (folder / "name").read_text().strip()
            parent = folder.parent / folder.name.rpartition(":")[0]
            if name.startswith("package"):
                device = f"cpu {name}"
            elif name == "dram":
                device = f"dram of {(parent / 'name').read_text().strip()}"
            else:
                continue
        except OSError:  # no zone
            continue
        try:
            zones.append(Zone(folder, device))
        except PermissionError:
            denied.append(device)
        except (OSError, ValueError) as error:
            broken.append(f"{device} ({error})")
    if denied:
        mend = f"sudo chmod a+r {root}/intel-rapl:*/energy_uj  # until the next boot"
        raise MeterUnavailable(f"RAPL: {len(denied)} counters are readable by root only", mend)
    if broken:  # a sum without it would be taken for the whole
        raise MeterUnavailable(
            f"RAPL: cannot read {', '.join(broken)}", "sudo dmesg | grep -i rapl"
        )
    if not zones:
        raise MeterUnavailable(f"RAPL: no package counter under {root}")
    return zones
