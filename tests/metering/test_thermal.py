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
    found = cool_down(oven.look, baseline_c, most_s, oven.sleep, oven.clock)
    assert found.waited_s == pytest.approx(waited_s, abs=0.5)
    assert found.cooled is cooled
    if oven.start_c is not None:
        assert found.temperature_c == pytest.approx(oven.start_c - found.waited_s)
