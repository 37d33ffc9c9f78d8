"""What a window sums over several meters, on meters whose readings are written down."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pytest

from pimp_tui.metering.base import Sample, Tick
from pimp_tui.metering.idle import Idle
from pimp_tui.metering.integral import Integral
from pimp_tui.metering.meters import MeterSet


class Scripted:
    """A meter that gives one counter reading after the other, and a constant power."""

    def __init__(self, name, part, readings, power_w=None, memory_bytes=None):
        self.name, self.part = name, part
        self.devices = list(readings)
        self._readings = {device: iter(values) for device, values in readings.items()}
        self._power_w, self._memory_bytes = power_w, memory_bytes
        self.closed = False

    def samples(self) -> Sequence[Sample]:
        return [
            Sample(d, power_w=self._power_w, memory_bytes=self._memory_bytes) for d in self.devices
        ]

    def counters_j(self) -> Mapping[str, float | None]:
        return {device: next(values) for device, values in self._readings.items()}

    def take_notes(self) -> Sequence[str]:
        return []

    def close(self) -> None:
        self.closed = True


def read(*meters, idle_power_w=None, idle_source="nvml+rapl", sync=None):
    with MeterSet(meters, period_s=10.0) as opened:
        opened.use_idle(Idle(30.0, idle_power_w, None, None, source=idle_source))
        with opened.window(sync=sync) as window:
            pass
    return window.reading


def test_gpus_and_cpus_add_up_and_are_named():
    gpu = Scripted("nvml", "gpu", {"a": [10.0, 110.0], "b": [5.0, 55.0]}, memory_bytes=4)
    cpu = Scripted("rapl", "cpu", {"package": [1.0, 8.0]})
    estimate = Scripted("estimate", "estimate", {"cpu": [0.0, 1e6]})
    reading = read(gpu, cpu, estimate, idle_power_w=2.0)
    assert (reading.energy_gpu_j, reading.energy_cpu_j, reading.energy_j) == (150.0, 7.0, 157.0)
    assert (reading.energy_source, reading.energy_estimated) == ("nvml+rapl", False)
    assert reading.energy_above_idle_j == pytest.approx(157.0 - 2.0 * reading.duration_s)
    assert reading.devices_j == {"a": 100.0, "b": 50.0, "package": 7.0}
    assert reading.peak_memory_bytes == 8


def test_an_estimate_fills_energy_alone():
    reading = read(Scripted("estimate", "estimate", {"cpu": [3.0, 5.5]}), idle_power_w=4.0)
    assert reading.energy_j == 2.5
    assert (reading.energy_source, reading.energy_estimated) == ("estimate", True)
    empty = ("energy_gpu_j", "energy_cpu_j", "energy_above_idle_j", "idle_power_w",
             "power_mean_w", "power_peak_w")  # fmt: skip
    assert all(asdict(reading)[name] is None for name in empty)
    assert reading.peak_memory_bytes > 1 << 20


def test_an_estimate_never_joins_a_measurement_that_failed_for_one_device():
    gpu = Scripted("nvml", "gpu", {"a": [1.0, 2.0], "b": [None, None]})
    reading = read(gpu)
    assert reading.energy_gpu_j is None
    assert reading.energy_j is None
    assert any("b not measured, no sum" in note for note in reading.notes)


def test_one_of_two_meters_of_a_part_that_fails_leaves_the_part_null():
    whole = Scripted("nvml", "gpu", {"a": [1.0, 2.0]})
    broken = Scripted("amd", "gpu", {"b": [None, None]})
    cpu = Scripted("rapl", "cpu", {"package": [1.0, 8.0]}, power_w=3.0)
    for meters in ((whole, broken, cpu), (broken, whole, cpu)):
        for device, values in (("a", [1.0, 2.0]), ("b", [None, None]), ("package", [1.0, 8.0])):
            next(m for m in meters if device in m.devices)._readings[device] = iter(values)
        reading = read(*meters, idle_power_w=2.0)
        assert reading.energy_gpu_j is None, "a's joule is not the energy of both"
        assert (reading.energy_j, reading.energy_source) == (7.0, "rapl")
        assert reading.devices_j == {"a": 1.0, "package": 7.0}
        assert reading.power_peak_w is None, "nobody knows what b drew"
        assert reading.energy_above_idle_j is None and reading.idle_power_w is None
        assert any("amd: b not measured" in note for note in reading.notes)
        assert any("the idle baseline is of nvml+rapl" in note for note in reading.notes)


def test_a_counter_that_stands_still_is_no_zero():
    reading = read(Scripted("nvml", "gpu", {"a": [5.0, 5.0]}))
    assert reading.energy_j is None
    assert any("counter did not move, and power samples are missing" in n for n in reading.notes)
    reading = read(Scripted("nvml", "gpu", {"a": [5.0, 5.0]}, power_w=1e6))
    assert reading.energy_j > 0
    assert any("did not move, power samples integrated" in note for note in reading.notes)


def test_a_device_that_falls_silent_in_the_window_is_not_integrated_up_to_there():
    meter = Scripted("nvml", "gpu", {"a": [None, None]}, power_w=100.0)
    with MeterSet([meter], period_s=10.0) as opened, opened.window() as window:
        meter._power_w = None
    assert window.reading.energy_gpu_j is None


def test_the_device_is_synchronised_at_both_ends_before_the_counters_are_read():
    order = []
    meter = Scripted("nvml", "gpu", {"a": [1.0, 2.0]})
    counters = meter.counters_j
    meter.counters_j = lambda: (order.append("read"), counters())[1]
    read(meter, sync=lambda: order.append("sync"))
    assert order == ["sync", "read", "sync", "read"]


def test_a_window_whose_work_fails_still_ends():
    meter = Scripted("nvml", "gpu", {"a": [1.0, 2.0]})
    calls = []
    with (
        MeterSet([meter], period_s=10.0) as opened,
        pytest.raises(ValueError),
        opened.window(sync=lambda: calls.append(1)) as window,
    ):
        raise ValueError
    assert calls == [1]  # a device that has just failed must not be waited for
    assert window.reading.energy_j == 1.0
    assert meter.closed


def test_a_meter_that_breaks_is_noted_and_the_window_goes_on():
    def broken():
        raise OSError("unplugged")

    meter = Scripted("nvml", "gpu", {"a": [1.0]})
    meter.counters_j = broken
    reading = read(meter, Scripted("rapl", "cpu", {"package": [1.0, 8.0]}))
    assert (reading.energy_gpu_j, reading.energy_j) == (None, 7.0)
    assert any("unplugged" in note for note in reading.notes)


def test_windows_may_overlap_and_each_counts_its_own():
    meter = Scripted("nvml", "gpu", {"a": [0.0, 10.0, 30.0, 70.0]})
    with MeterSet([meter], period_s=10.0) as opened:
        outer, inner = opened.window(), opened.window()
        with outer, inner:
            pass
    assert (inner.reading.energy_j, outer.reading.energy_j) == (20.0, 70.0)


class Late(Scripted):
    """A GPU of 100 W whose driver takes its time for some of the readings."""

    def __init__(self, *delays_s):
        super().__init__("nvml", "gpu", {"a": []})
        self._delays_s = iter(delays_s)

    def counters_j(self):
        half_s = next(self._delays_s) / 2
        time.sleep(half_s)
        joules = 100.0 * time.monotonic()
        time.sleep(half_s)
        return {"a": joules}


def test_a_meter_that_was_slow_at_one_end_only_says_that_its_interval_is_another():
    for delays_s, told in (((0.0, 0.3), True), ((0.2, 0.2), False)):
        gpu = Late(*delays_s)
        cpu = Scripted("rapl", "cpu", {"package": [1.0, 8.0]})
        with MeterSet([gpu, cpu], period_s=10.0) as opened, opened.window() as window:
            time.sleep(0.3)
        reading = window.reading
        measured_s = reading.energy_gpu_j / 100.0
        off = abs(measured_s / reading.duration_s - 1)
        skews = [note for note in reading.faults if note.startswith("nvml: measured")]
        assert bool(skews) is told, (delays_s, reading)
        assert (off > 0.1) is told, "and only then is the energy off"


def test_faults_are_those_notes_that_put_this_window_in_doubt():
    whole = read(Scripted("nvml", "gpu", {"a": [1.0, 2.0]}))
    assert whole.faults == []
    sampled = read(Scripted("nvml", "gpu", {"a": [None, None]}, power_w=1e6))
    assert sampled.faults == [] and sampled.notes, "a card without a counter is no fault"
    back = read(Scripted("nvml", "gpu", {"a": [2.0, 1.0]}, power_w=1e6))
    assert back.faults == ["a: the energy counter went back, power samples integrated"]
    lost = read(Scripted("nvml", "gpu", {"a": [1.0, None]}))
    assert lost.faults == ["nvml: a not measured, no sum"] and lost.energy_j is None
    assert set(back.faults) <= set(back.notes)


def test_the_gpus_idle_power_is_known_apart():
    """So that energy above idle survives where the CPU's part is not usable."""
    gpu = Scripted("nvml", "gpu", {"a": [0.0, 5.0, 10.0, 110.0]})
    cpu = Scripted("rapl", "cpu", {"package": [0.0, 1.0, 2.0, None]})
    with MeterSet([gpu, cpu], period_s=10.0) as opened:
        idle = opened.idle(0.2)
        with opened.window() as window:
            pass
    reading = window.reading
    assert idle.source == "nvml+rapl" and idle.power_w == pytest.approx(6 / idle.duration_s)
    assert idle.gpu_power_w == pytest.approx(5 / idle.duration_s)
    assert (reading.energy_source, reading.energy_j) == ("nvml", 100.0)
    assert reading.idle_power_w == reading.idle_gpu_power_w == idle.gpu_power_w
    above = 100.0 - idle.gpu_power_w * reading.duration_s
    assert reading.energy_above_idle_j == pytest.approx(above)


def test_each_parts_meters_are_named_apart():
    gpu = Scripted("nvml", "gpu", {"a": [10.0, 110.0]})
    wall = Scripted("wall", "cpu", {"socket": [1.0, 8.0]})
    reading = read(gpu, wall)
    assert (reading.energy_source, reading.energy_gpu_source) == ("nvml+wall", "nvml")
    assert read(Scripted("wall", "cpu", {"socket": [1.0, 8.0]})).energy_gpu_source is None


def test_samples_are_integrated_by_trapezoids_and_gaps_do_not_count_as_zero():
    integral = Integral(["a"], lambda: None)
    for at, power_w in ((0.0, 10.0), (1.0, 20.0), (2.0, None), (3.0, 40.0)):
        integral.add(Tick(at, [Sample("a", power_w=power_w)]))
    assert integral.joules("a", 0.0, 3.0) == pytest.approx(15.0 + 60.0)
    assert integral.gap_s("a") == 2.0
    assert integral.joules("a", 0.0, 3.1) is None, "samples end before the window does"
    assert integral.joules("a", -0.1, 3.0) is None, "and begin after it did"
    assert integral.peak_power_w == 40.0


def test_no_sample_is_no_energy_rather_than_zero():
    integral = Integral(["a"], lambda: None)
    integral.add(Tick(0.0, [Sample("a")]))
    assert integral.joules("a", 0.0, 0.0) is None
    assert integral.peak_power_w is None


def test_a_baseline_without_a_power_meter_takes_no_time_and_is_null():
    with MeterSet([Scripted("estimate", "estimate", {"cpu": []})], period_s=10.0) as opened:
        idle = opened.idle(60.0)
    assert (idle.duration_s, idle.power_w, idle.power_cv) == (0.0, None, None)
