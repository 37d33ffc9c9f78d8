"""Waiting for a cool device, on a clock that the test moves."""

from __future__ import annotations

import pytest

from pimp_tui.metering.base import Sample
from pimp_tui.metering.thermal import cool_down


class Oven:
    """A device that cools by 1 K a second."""

    def __init__(self, temperature_c: float | None, throttled_s: float = 0.0) -> None:
        self.start_c, self.throttled_s, self.now_s = temperature_c, throttled_s, 0.0

    def look(self) -> list[Sample]:
        warm = None if self.start_c is None else self.start_c - self.now_s
        reasons = "gpu_idle,sw_thermal" if self.now_s < self.throttled_s else "none"
        return [Sample("gpu", temperature_c=warm, throttle_reasons=reasons), Sample("cpu")]

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def clock(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("oven", "baseline_c", "most_s", "waited_s", "cooled"),
    [
        (Oven(80.0), 50.0, 60.0, 25.0, True),
        (Oven(80.0), 50.0, 10.0, 10.0, False),
        (Oven(52.0), 50.0, 60.0, 0.0, True),
        (Oven(52.0, throttled_s=7.0), 50.0, 60.0, 7.0, True),
        (Oven(80.0), None, 60.0, 0.0, True),
        (Oven(None), 50.0, 60.0, 0.0, True),
        (Oven(80.0), 50.0, 0.0, 0.0, False),
    ],
)
def test_cool_down(
    oven: Oven, baseline_c: float | None, most_s: float, waited_s: float, cooled: bool
) -> None:
    found = cool_down(oven.look, baseline_c, most_s, None, oven.sleep, oven.clock)
    assert found.waited_s == pytest.approx(waited_s, abs=0.5)
    assert found.cooled is cooled
    if oven.start_c is not None:
        assert found.temperature_c == pytest.approx(oven.start_c - found.waited_s)


class Clocked(Oven):
    """A cool device whose clock comes back by 100 MHz a second."""

    def __init__(self, sm_clock_mhz: float, reasons: str = "sw_power_cap") -> None:
        super().__init__(50.0)
        self.clock_mhz, self.reasons = sm_clock_mhz, reasons

    def look(self) -> list[Sample]:
        now = self.clock_mhz + 100 * self.now_s
        return [Sample("gpu", temperature_c=50.0, sm_clock_mhz=now, throttle_reasons=self.reasons)]


@pytest.mark.parametrize(
    ("device", "baseline", "waited_s", "cooled"),
    [
        (Clocked(1000.0), {"gpu": 2000.0}, 9.0, True),
        (Clocked(1000.0), {"gpu": 5000.0}, 20.0, False),
        (Clocked(1950.0), {"gpu": 2000.0}, 0.0, True),  # a step or two lower is as good
        (Clocked(2100.0), {"gpu": 2000.0}, 0.0, True),
        (Clocked(300.0, "gpu_idle"), {"gpu": 2000.0}, 0.0, True),  # it sleeps: waiting helps not
        (Clocked(1000.0), {}, 0.0, True),
        (Clocked(1000.0), {"other": 2000.0}, 0.0, True),
    ],
)
def test_clocks_are_waited_for(
    device: Clocked, baseline: dict[str, float], waited_s: float, cooled: bool
) -> None:
    found = cool_down(device.look, 50.0, 20.0, baseline, device.sleep, device.clock)
    assert found.waited_s == pytest.approx(waited_s, abs=0.5)
    assert found.cooled is cooled
    if not cooled:
        assert found.slowed == "gpu is at 3000 MHz, 5000 MHz at the baseline"
