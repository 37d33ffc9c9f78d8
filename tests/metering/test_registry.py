"""Which GPUs are ours, and meters of other packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from pimp_tui.errors import UserError
from pimp_tui.metering import meters_report, open_meters
from pimp_tui.metering.host import HostMeter
from pimp_tui.metering.visible import visible_gpus

UUIDS = ["GPU-aa11", "GPU-bb22", "GPU-bb33"]
NAMES = ["X"] * 3


@pytest.mark.parametrize(
    ("visible", "indices"),
    [
        (None, [0, 1, 2]),
        ("2,0", [2, 0]),
        ("GPU-bb3,GPU-aa11", [2, 0]),
        ("", []),
        ("-1", []),
        ("1,7,0", [1]),  # CUDA stops at the first that names no device
        ("GPU-bb", []),  # not unique
        ("MIG-1234", []),
    ],
)
def test_cuda_visible_devices_is_read_as_cuda_does(visible, indices):
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert visible_gpus(UUIDS, NAMES, None, environment) == (indices, [])


def test_an_explicit_choice_goes_before_the_environment():
    assert visible_gpus(UUIDS, NAMES, [1], {"CUDA_VISIBLE_DEVICES": "0"}) == ([1], [])
    with pytest.raises(UserError, match="no GPU 5"):
        visible_gpus(UUIDS, NAMES, [5], {})


def test_numbering_that_may_differ_from_cudas_is_said():
    environment = {"CUDA_VISIBLE_DEVICES": "1"}
    assert visible_gpus(UUIDS, ["X", "X", "Y"], None, environment)[1]
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    assert not visible_gpus(UUIDS, ["X", "X", "Y"], None, environment)[1]


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
