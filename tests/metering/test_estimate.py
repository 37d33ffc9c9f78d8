"""The estimate and the host's load, on this machine's own figures."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from pimp_tui.metering import open_meters
from pimp_tui.metering.estimate import CORE_W, EstimateMeter, process_tree_cpu_s
from pimp_tui.metering.host import HostMeter, find_sensor


def burn(cpu_s: float) -> None:
    until = time.process_time() + cpu_s
    while time.process_time() < until:
        pass


def test_energy_follows_cpu_time_not_wall_time():
    meter = EstimateMeter()
    start = meter.counters_j()["cpu"]
    burn(0.3)
    busy = meter.counters_j()["cpu"]
    time.sleep(0.3)
    asleep = meter.counters_j()["cpu"]
    assert busy - start == pytest.approx(CORE_W * 0.3, rel=0.25)
    assert 0 < asleep - busy < 0.2 * (busy - start)


def test_children_count_while_they_live_and_after():
    process = psutil.Process()
    before = process_tree_cpu_s(process)
    code = "import time\nwhile time.process_time() < 0.4: pass\nprint(flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()
    alive = process_tree_cpu_s(process)
    child.kill()
    child.wait()
    child.stdout.close()
    dead = process_tree_cpu_s(process)
    assert alive - before > 0.3
    assert dead - before > 0.3


def test_the_live_figure_is_in_its_own_column():
    meter = EstimateMeter()
    burn(0.05)
    (sample,) = meter.samples()
    assert sample.power_w is None
    assert sample.estimated_power_w > 0


def test_the_host_tells_load_and_memory():
    meter = HostMeter()
    burn(0.1)
    (sample,) = meter.samples()
    assert 0 < sample.utilisation <= 100
    assert 0 < sample.memory_bytes < psutil.virtual_memory().total
    assert sample.power_w is None


def test_a_cpu_sensor_is_found_by_name(tmp_path):
    for folder, name in (("hwmon0", "nvme"), ("hwmon1", "k10temp")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "name").write_text(name)
        (tmp_path / folder / "temp1_input").write_text("61500")
    assert find_sensor(tmp_path) == tmp_path / "hwmon1" / "temp1_input"
    (sample,) = HostMeter(hwmon=tmp_path).samples()
    assert sample.temperature_c == 61.5


def test_a_window_on_this_machine_gives_energy_and_says_where_it_is_from():
    with open_meters() as meters:
        with meters.window() as window:
            burn(0.2)
        reading = window.reading
    assert reading.energy_j > 0
    assert reading.duration_s >= 0.2
    assert reading.energy_source
    if reading.energy_estimated:
        assert reading.power_mean_w is None
