"""Idle baselines through a campaign: kept while they hold, taken again when they do not."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pimp_tui.metering.baselines import Baselines
from pimp_tui.metering.idle import Idle, look_s, noise_w

RENEW = """
from pathlib import Path
from pimp_tui.metering.baselines import Baselines
flat = Path(os.environ["FAKE_NVML_FLAT"])
flat.write_text("50")
told = []
with open_meters() as meters:
    baselines = Baselines(meters, 1.0, 0.0)
    for watts in ("50", "50.2", "58", "58", "40"):
        flat.write_text(watts)
        idle = baselines.renew({})
        with meters.window() as window:
            time.sleep(0.3)
        r = window.reading
        told.append([idle and idle["reason"], r.idle_power_w, r.energy_above_idle_j])
print(json.dumps(told))
"""


@pytest.mark.slow
def test_a_baseline_is_taken_again_once_the_idle_power_has_left_it(
    with_nvml: Callable[..., Any], tmp_path: Path
) -> None:
    told = with_nvml(RENEW, FAKE_NVML_FLAT=str(tmp_path / "watts"))
    reasons, powers, above = zip(*told, strict=True)
    assert reasons[0] == "start"
    assert reasons[1] is None, "0.2 W of 50 W are less than meters resolve"
    assert reasons[2].startswith("drift: 116.0 W idle, 100.0 W at the baseline")
    assert reasons[3] is None
    assert reasons[4].startswith("drift: 80.0 W idle, 116.0 W")
    assert powers == pytest.approx([100, 100, 116, 116, 80], rel=0.02)
    assert above == pytest.approx([0, 0, 0, 0, 0], abs=2.0), "each against its own baseline"


class Scripted:
    """What `Baselines` asks of the meters, its looks written down."""

    def __init__(self, looks: list[float | None]) -> None:
        self.looks, self.taken, self.used = iter(looks), 0, []

    def idle_look(self, seconds: float) -> float | None:
        return next(self.looks)

    def idle(self, seconds: float) -> Idle:
        self.taken += 1
        return Idle(seconds, 100.0, 0.01, 40.0, [], "nvml", 100.0, 2.0, 0.0)

    def use_idle(self, idle: Idle) -> None:
        self.used.append(idle)


def ticking(step_s: float = 3.0) -> Callable[[], float]:
    now = [0.0]

    def clock() -> float:
        now[0] += step_s
        return now[0]

    return clock


def test_what_comes_down_by_itself_is_no_drift() -> None:
    meters = Scripted([120.0, 105.0, 104.0, 130.0, 110.0, 101.0])
    baselines = Baselines(meters, 30.0, 60.0, ticking())  # type: ignore[arg-type]
    assert baselines.renew({})["reason"] == "start"  # 120, 105, 104: it has come down
    assert baselines.renew({}) is None  # 130, 110, 101
    assert meters.taken == 1 and len(meters.used) == 1


def test_what_stays_up_is_drift_once_the_time_is_over() -> None:
    meters = Scripted([100.0, 100.0, *[104.0] * 20])
    baselines = Baselines(meters, 30.0, 12.0, ticking())  # type: ignore[arg-type]
    baselines.renew({})
    assert baselines.renew({})["reason"].startswith("drift: 104.0 W")
    assert meters.taken == 2


def test_each_device_setting_has_its_own_baseline() -> None:
    meters = Scripted([100.0, 110.0, 100.0, 100.0])
    baselines = Baselines(meters, 30.0, 0.0, ticking())  # type: ignore[arg-type]
    assert baselines.renew({}) is not None
    locked = baselines.renew({"sm_clock_share": 0.5})
    assert locked is not None, "110 W with locked clocks"
    assert locked["reason"] == 'device settings {"sm_clock_share": 0.5}', "that is no drift"
    assert baselines.renew({}) is None, "and 100 W without, as known"
    assert baselines.renew({"sm_clock_share": 0.5}) is None
    assert meters.taken == 2


def test_without_power_nothing_is_told_drift() -> None:
    meters = Scripted([None, None])
    baselines = Baselines(meters, 30.0, 0.0, ticking())  # type: ignore[arg-type]
    assert baselines.renew({})["reason"] == "start"
    assert baselines.renew({}) is None


def test_the_noise_of_a_look_covers_looks_and_does_not_cover_a_shift() -> None:
    generator = random.Random(4)

    def trace(mean: float, seconds: float) -> list[tuple[float, float]]:
        """10 Hz, each sample like the one before it, as averaged power is."""
        level, found = 0.0, []
        for tick in range(int(10 * seconds)):
            level = 0.8 * level + generator.gauss(0, 0.6)
            found.append((tick / 10, mean + level))
        return found

    length = look_s(30.0)
    assert length == 3.0 and look_s(5.0) == 0.5 and look_s(300.0) == 3.0
    alarms = misses = 0
    for _ in range(200):
        baseline = trace(100.0, 30.0)
        middle = sum(watts for _, watts in baseline) / len(baseline)
        noise = noise_w(baseline, length)
        assert noise is not None
        look = trace(100.0, length)
        alarms += abs(sum(w for _, w in look) / len(look) - middle) > noise
        look = trace(105.0, length)
        misses += abs(sum(w for _, w in look) / len(look) - middle) <= noise
    assert alarms <= 8 and misses <= 8, (alarms, misses)
    assert noise_w([(0.0, 1.0)], 1.0) is None


GUARD = """
from pathlib import Path
from pimp_tui.metering.baselines import Baselines
state = Path(os.environ["FAKE_NVML_CLOCKS"])
def card(clock, celsius):
    Path(str(state) + ".new").write_text(f"{clock} {celsius}")
    Path(str(state) + ".new").replace(state)
    time.sleep(0.3)
card(1980, 40)
found = []
with open_meters() as meters:
    baselines = Baselines(meters, 0.5, 0.0)
    found.append(baselines.cool_down({}, 5.0))
    baselines.renew({})
    for clock, celsius in ((1980, 44), (1980, 70), (1200, 41)):
        card(clock, celsius)
        found.append(baselines.cool_down({}, 0.6))
    found.append(baselines.cool_down({"sm_clock_share": 0.6}, 0.6))
print(json.dumps([[one.cooled, one.temperature_c, one.slowed] for one in found]))
"""


@pytest.mark.slow
def test_temperature_and_clocks_of_the_baseline_are_waited_for(
    with_nvml: Callable[..., Any], tmp_path: Path
) -> None:
    found = with_nvml(GUARD, FAKE_NVML_CLOCKS=str(tmp_path / "state"))
    assert found == [
        [True, 40, None],
        [True, 44, None],
        [False, 70, None],
        [False, 41, "Scripted GPU A [0] is at 1200 MHz, 1980 MHz at the baseline"],
        [True, 41, None],  # with locked clocks there is no baseline yet to compare with
    ]
