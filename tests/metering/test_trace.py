"""The sampling thread: rows, rate, faults."""

from __future__ import annotations

import json
import time

from pimp_tui.metering.base import Sample
from pimp_tui.metering.host import HostMeter
from pimp_tui.metering.trace import Trace, merge

COLUMNS = {
    "device", "power_w", "energy_counter_j", "utilisation", "memory_bytes", "temperature_c",
    "sm_clock_mhz", "memory_clock_mhz", "throttle_reasons",
}  # fmt: skip


class Broken:
    name = "broken"

    def samples(self):
        raise OSError("sensor gone")


def test_rows_have_the_columns_of_the_power_table_and_can_be_sent_as_json():
    trace = Trace([HostMeter()])
    trace.tick()
    (row,) = trace.rows(0.0)
    assert set(row) == COLUMNS | {"monotonic_s", "estimated_power_w", "memory_total_bytes"}
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_only_rows_after_a_moment_are_given_oldest_first():
    trace = Trace([HostMeter()])
    first, second, third = trace.tick(), trace.tick(), trace.tick()
    assert [row["monotonic_s"] for row in trace.rows(first.monotonic_s)] == [
        second.monotonic_s,
        third.monotonic_s,
    ]
    assert trace.rows(third.monotonic_s) == []


def test_a_broken_sensor_leaves_the_others_running_and_is_told_once():
    trace = Trace([Broken(), HostMeter()])
    trace.tick()
    trace.tick()
    assert len(trace.rows(0.0)) == 2
    assert trace.take_faults() == ["broken: OSError: sensor gone"]
    assert trace.take_faults() == []


def test_counters_and_samples_are_never_read_at_once():
    class Jealous(HostMeter):
        inside, clashes = False, 0

        def counters_j(self):
            Jealous.clashes += Jealous.inside
            Jealous.inside = True
            time.sleep(0.002)
            Jealous.inside = False
            return {}

        def samples(self):
            self.counters_j()
            return []

    trace = Trace([Jealous()], period_s=0.001)
    trace.start()
    for _ in range(30):
        trace.counters()
    trace.stop()
    assert Jealous.clashes == 0


def test_the_thread_ticks_at_its_rate_and_stops():
    trace = Trace([HostMeter()], period_s=0.02)
    trace.start()
    time.sleep(0.5)
    trace.stop()
    count = len(trace.rows(0.0))
    assert 10 <= count <= 27
    time.sleep(0.06)
    assert len(trace.rows(0.0)) == count


def test_what_two_meters_say_of_one_device_is_one_row():
    joined = merge([Sample("cpu", estimated_power_w=9.0), Sample("cpu", utilisation=50.0)])
    assert joined == [Sample("cpu", utilisation=50.0, estimated_power_w=9.0)]
