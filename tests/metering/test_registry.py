"""Meters of this package and of others."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import EntryPoint

from pimp_tui.metering import meters_report, open_meters
from pimp_tui.metering.host import HostMeter


class WallPlug(HostMeter):
    name, part = "wall", "cpu"

    def __init__(self, gpus=None):
        super().__init__(gpus)
        self.devices = ["wall"]
        self._joules = 0.0

    def counters_j(self):
        self._joules += 21.0
        return {"wall": self._joules}


def test_a_meter_of_another_package_is_found_and_takes_the_estimates_place(monkeypatch):
    point = EntryPoint("wall", "elsewhere:WallPlug", "pimp_tui.meters")
    monkeypatch.setattr(EntryPoint, "load", lambda self: WallPlug)
    monkeypatch.setattr("pimp_tui.metering.registry.entry_points", lambda group: [point])
    with open_meters() as meters, meters.window() as window:
        pass
    assert "wall" in window.reading.energy_source
    assert "estimate" not in [meter.name for meter in meters.meters]


def test_the_report_has_a_row_for_each_meter_and_one_for_energy():
    rows = meters_report()
    assert all(set(row) == {"check", "ok", "detail", "mend"} for row in rows)
    names = [row["check"] for row in rows]
    assert {"meter nvml", "meter rapl", "meter estimate", "meter host"} <= set(names)
    assert names[-1] == "meter energy"
    assert all(row["ok"] or row["mend"] for row in rows)


def test_a_meter_that_is_not_there_is_not_ok():
    """Nor is energy, where it is only estimated."""
    program = (
        "import json, pynvml\n"
        "def missing(): raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)\n"
        "pynvml.nvmlInit = missing\n"
        "from pimp_tui.metering import meters_report\n"
        "print(json.dumps({row['check']: row for row in meters_report()}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    rows = json.loads(done.stdout)
    nvml, rapl, energy = (rows[f"meter {name}"] for name in ("nvml", "rapl", "energy"))
    assert nvml["ok"] is False and "Not Found" in nvml["detail"] and nvml["mend"]
    assert energy["ok"] is rapl["ok"] and ("estimated" in energy["detail"]) is not energy["ok"]
