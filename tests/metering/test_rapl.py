"""RAPL on a made powercap folder: what is summed, wrap-around, permissions."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from pimp_tui.metering.base import MeterUnavailable
from pimp_tui.metering.meters import MeterSet
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
    now = [100.0]
    monkeypatch.setattr("pimp_tui.metering.rapl.time.monotonic", lambda: now[0])
    meter = RaplMeter(root=powercap)
    assert [sample.power_w for sample in meter.samples()] == [None, None, None]
    now[0] = 102.0
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


def test_the_command_of_the_mend_makes_the_counters_readable(powercap, monkeypatch):
    """It is run as it stands, but for sudo, by a shell whose user may not read them."""
    files = sorted(powercap.glob("*/energy_uj"))
    for file in files:
        file.chmod(0o400)
    test_no_permission_names_the_command(powercap, monkeypatch)
    with pytest.raises(MeterUnavailable) as caught:
        RaplMeter(root=powercap)
    command = caught.value.mend.removeprefix("sudo ")
    subprocess.run(["sh", "-ec", command], check=True)
    readable = [stat.S_IMODE(file.stat().st_mode) & 0o444 == 0o444 for file in files]
    wanted = [file.parent.name.startswith("intel-rapl:") for file in files]
    assert readable == wanted and sum(wanted) == 5


def test_a_package_that_cannot_be_read_leaves_no_partial_sum(powercap):
    (powercap / "intel-rapl:1" / "energy_uj").write_text("no number")
    with pytest.raises(MeterUnavailable, match="cannot read cpu package-1") as caught:
        RaplMeter(root=powercap)
    assert caught.value.mend, "doctor calls it a fault"


def test_a_counter_that_was_not_read_for_longer_than_a_wrap_is_not_believed(powercap, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("pimp_tui.metering.rapl.time.monotonic", lambda: now[0])
    meter = RaplMeter(root=powercap)
    before = meter.counters_j()["cpu package-0"]
    for _ in range(3):
        now[0] += 600.0
        (powercap / "intel-rapl:0" / "energy_uj").write_text("9000000")
        after = meter.counters_j()["cpu package-0"]
        assert after < before, "as one that went back: it may have wrapped twice"
        before = after
    now[0] += 1.0
    (powercap / "intel-rapl:0" / "energy_uj").write_text("9500000")
    assert meter.counters_j()["cpu package-0"] - before == pytest.approx(0.5), "and goes on"


@pytest.mark.slow
def test_a_window_of_many_wraps_counts_them_all(tmp_path):
    """The trace reads often enough: 4000 W go round 2000 J twice a second."""
    file = make_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    (tmp_path / "intel-rapl:0" / "max_energy_range_uj").write_text("2000000000\n")
    stop = threading.Event()
    began = time.monotonic()

    def count() -> None:
        with file.open("r+b", buffering=0) as counter:
            while not stop.is_set():
                microjoules = int(4e9 * (time.monotonic() - began)) % 2_000_000_000
                os.pwrite(counter.fileno(), b"%012d\n" % microjoules, 0)
                time.sleep(0.002)

    feeder = threading.Thread(target=count)
    feeder.start()
    try:
        time.sleep(0.1)
        with MeterSet([RaplMeter(root=tmp_path)]) as meters, meters.window() as window:
            time.sleep(3.0)
    finally:
        stop.set()
        feeder.join()
    reading = window.reading
    assert reading.energy_cpu_j == pytest.approx(4000 * reading.duration_s, rel=0.03), reading
    assert reading.energy_cpu_j > 5 * 2000


def test_a_machine_without_rapl_has_no_mend(tmp_path):
    with pytest.raises(MeterUnavailable) as caught:
        RaplMeter(root=tmp_path)
    assert caught.value.mend is None
