"""RAPL on a made powercap folder: what is summed, wrap-around, permissions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pimp_tui.metering.base import MeterUnavailable
from pimp_tui.metering.rapl import RaplMeter, Zone

RANGE_UJ = 262_143_328_850


def make_zone(root: Path, folder: str, name: str, energy_uj: int) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    (path / "name").write_text(name + "\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path / "energy_uj"


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    make_zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    make_zone(tmp_path, "intel-rapl:0:0", "core", 9)
    make_zone(tmp_path, "intel-rapl:0:1", "dram", 1_000_000)
    make_zone(tmp_path, "intel-rapl:1", "package-1", RANGE_UJ - 2_000_000)
    make_zone(tmp_path, "intel-rapl:2", "psys", 7)
    make_zone(tmp_path, "intel-rapl-mmio:0", "package-0", 7)
    return tmp_path


def test_packages_and_dram_are_counted_and_nothing_twice(powercap):
    assert RaplMeter(root=powercap).devices == [
        "cpu package-0",
        "dram of package-0",
        "cpu package-1",
    ]


def test_a_counter_goes_on_over_its_wrap(powercap):
    meter = RaplMeter(root=powercap)
    before = meter.counters_j()
    (powercap / "intel-rapl:0" / "energy_uj").write_text("8000000")
    (powercap / "intel-rapl:1" / "energy_uj").write_text("3000000")
    after = meter.counters_j()
    assert after["cpu package-0"] - before["cpu package-0"] == pytest.approx(3.0)
    assert after["cpu package-1"] - before["cpu package-1"] == pytest.approx(5.0)
    assert after["dram of package-0"] == before["dram of package-0"]


def test_two_wraps_add_up(tmp_path):
    file = make_zone(tmp_path, "z", "package-0", 0)
    zone = Zone(file.parent, "cpu")
    for value in (RANGE_UJ - 1, 10, RANGE_UJ - 1, 10):
        file.write_text(str(value))
        joules = zone.joules()
    assert joules == pytest.approx((2 * RANGE_UJ + 10) / 1e6)


def test_a_counter_that_was_set_back_is_no_wrap(powercap):
    meter = RaplMeter(root=powercap)
    meter.samples()
    before = meter.counters_j()["cpu package-0"]
    (powercap / "intel-rapl:0" / "energy_uj").write_text("1000")
    sample = meter.samples()[0]
    assert sample.power_w is None
    assert meter.counters_j()["cpu package-0"] < before, "the window says that it went back"


def test_power_is_the_difference_over_time(powercap, monkeypatch):
    clock = iter([100.0, 100.0, 100.0, 102.0, 102.0, 102.0])
    monkeypatch.setattr("pimp_tui.metering.rapl.time.monotonic", lambda: next(clock))
    meter = RaplMeter(root=powercap)
    assert [sample.power_w for sample in meter.samples()] == [None, None, None]
    (powercap / "intel-rapl:0" / "energy_uj").write_text("25000000")
    assert meter.samples()[0].power_w == pytest.approx(10.0)


def test_a_counter_that_goes_away_is_null_with_a_note(powercap):
    meter = RaplMeter(root=powercap)
    (powercap / "intel-rapl:0" / "energy_uj").unlink()
    assert meter.counters_j()["cpu package-0"] is None
    assert len(meter.take_notes()) == 1
    assert meter.counters_j()["cpu package-0"] is None
    assert meter.take_notes() == []


def test_no_permission_names_the_command(powercap, monkeypatch):
    read = Path.read_text

    def deny(path: Path, *arguments: object, **named: object) -> str:
        if path.name == "energy_uj":  # root may read anything, so the refusal is made here
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return read(path, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", deny)
    with pytest.raises(MeterUnavailable) as caught:
        RaplMeter(root=powercap)
    assert caught.value.mend.startswith(f"sudo chmod a+r {powercap}/intel-rapl:*/energy_uj")


def test_a_machine_without_rapl_has_no_mend(tmp_path):
    with pytest.raises(MeterUnavailable) as caught:
        RaplMeter(root=tmp_path)
    assert caught.value.mend is None
