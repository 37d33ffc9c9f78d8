"""The NVML meter against a scripted library whose energy is known in closed form."""

from __future__ import annotations

import pytest

WINDOW = """
from dataclasses import asdict
with open_meters() as meters:
    with meters.window() as window:
        time.sleep(SECONDS)
    reading = asdict(window.reading)
    start, end = window.started_s, window.started_s + window.reading.duration_s
    wanted = [expected_j(i, start, end) for i in range(2)]
    rows = meters.samples(0)
    print(json.dumps({"reading": reading, "wanted": wanted, "rows": rows,
                      "devices": meters.devices()}))
"""


def test_energy_of_two_devices_is_within_a_thousandth_of_the_integral(with_nvml):
    for _ in range(3):  # a process that loses its core between two reads is measured again
        answer = with_nvml(WINDOW.replace("SECONDS", "2.0"))
        reading, wanted = answer["reading"], answer["wanted"]
        if reading["energy_gpu_j"] == pytest.approx(sum(wanted), rel=1e-3):
            break
    assert reading["energy_gpu_j"] == pytest.approx(sum(wanted), rel=1e-3)
    assert list(reading["devices_j"].values()) == pytest.approx(wanted, rel=1e-3)
    assert reading["energy_j"] == reading["energy_gpu_j"]
    assert reading["energy_cpu_j"] is None
    assert (reading["energy_source"], reading["energy_estimated"]) == ("nvml", False)
    assert reading["power_mean_w"] == pytest.approx(reading["energy_j"] / reading["duration_s"])
    assert reading["power_mean_w"] < reading["power_peak_w"] <= 450
    assert reading["peak_memory_bytes"] == 3 << 30
    assert reading["notes"] == []
    uuids = [device["uuid"] for device in answer["devices"]]
    assert [uuid[:12] for uuid in uuids] == ["GPU-0000aa00", "GPU-0000aa01"]


def test_samples_hold_every_column_at_ten_hertz(with_nvml):
    answer = with_nvml(WINDOW.replace("SECONDS", "1.5"), FAKE_NVML_THROTTLE="36")
    row = answer["rows"][0]
    assert row["device"] == "Scripted GPU A [0]"
    assert 100 <= row["power_w"] <= 350
    assert row["energy_counter_j"] > 1e6
    assert (row["utilisation"], row["memory_bytes"], row["temperature_c"]) == (90, 1 << 30, 50)
    assert row["memory_total_bytes"] == 80 << 30
    assert (row["sm_clock_mhz"], row["memory_clock_mhz"]) == (1980, 2619)
    assert row["throttle_reasons"] == "sw_power_cap,sw_thermal"
    assert row["estimated_power_w"] is None
    times = [row["monotonic_s"] for row in answer["rows"] if row["device"].endswith("[0]")]
    assert len(times) >= 12
    assert times == sorted(times)


def test_without_a_counter_power_samples_are_integrated_and_it_is_said(with_nvml):
    answer = with_nvml(WINDOW.replace("SECONDS", "2.0"), FAKE_NVML_NO_COUNTER="1")
    reading = answer["reading"]
    assert reading["energy_gpu_j"] == pytest.approx(sum(answer["wanted"]), rel=0.02)
    assert any("no energy counter" in note for note in reading["notes"])
    assert answer["rows"][0]["energy_counter_j"] is None


def test_without_counter_and_power_nothing_is_measured_and_nothing_is_zero(with_nvml):
    answer = with_nvml(
        WINDOW.replace("SECONDS", "0.2"), FAKE_NVML_NO_COUNTER="1", FAKE_NVML_NO_POWER="1"
    )
    reading = answer["reading"]
    assert reading["energy_gpu_j"] is None
    assert reading["energy_j"] is None
    assert reading["power_peak_w"] is None
    assert any("not measured, no sum" in note for note in reading["notes"])


def test_a_counter_that_is_reset_in_the_window_falls_back_to_samples(with_nvml):
    reset = 'os.environ["FAKE_NVML_RESET_AT_S"] = repr(time.monotonic() - EPOCH_S + 0.5)'
    answer = with_nvml(WINDOW.replace("time.sleep(SECONDS)", f"{reset}; time.sleep(1.5)"))
    reading = answer["reading"]
    assert reading["energy_gpu_j"] == pytest.approx(sum(answer["wanted"]), rel=0.02)
    assert any("went back" in note for note in reading["notes"])


def test_a_device_that_is_lost_leaves_no_half_sum(with_nvml):
    script = WINDOW.replace("time.sleep(SECONDS)", "os.environ['FAKE_NVML_LOST_AT_S'] = '0'")
    answer = with_nvml(script, FAKE_NVML_NO_POWER="1")
    reading = answer["reading"]
    assert reading["energy_gpu_j"] is None
    assert any("GPU is lost" in note for note in reading["notes"])


@pytest.mark.slow
def test_a_device_that_is_lost_already_does_not_cost_the_others(with_nvml):
    script = """
def report():
    return [row for row in meters_report() if row["check"] == "meter nvml"]

os.environ["FAKE_NVML_LOST_AT_S"] = "0"
with open_meters() as meters:
    devices = meters.devices()
    with meters.window() as window:
        time.sleep(0.3)
    r = window.reading
    wanted = expected_j(0, window.started_s, window.ended_s)
rows = report()
os.environ["CUDA_VISIBLE_DEVICES"] = "1"
print(json.dumps([devices, r.energy_gpu_j, wanted, rows, report()]))
"""
    devices, joules, wanted, rows, gone = with_nvml(script)
    assert [device["device"] for device in devices] == ["Scripted GPU A [0]"]
    assert joules == pytest.approx(wanted, rel=0.02)
    assert [row["ok"] for row in rows] == [True, False]
    assert rows[1]["detail"] == "GPU 1 does not answer (GPU is lost): left out"
    assert [row["ok"] for row in gone] == [False]
    assert "GPU is lost" in gone[0]["detail"] and "gpu-reset" in gone[0]["mend"]


def test_power_is_that_of_the_moment_where_the_card_tells_it(with_nvml):
    """A mean of the last second lags: its integral misses what a short window begins with."""
    script = """
from pimp_tui.metering.nvml import NvmlMeter

def off_w():
    meter, off = NvmlMeter(), []
    for _ in range(20):
        before = time.monotonic()
        watts = meter.samples()[0].power_w
        t = (before + time.monotonic()) / 2 - EPOCH_S
        off.append(abs(watts - (100 + 250 * math.sin(3 * t) ** 2)))
        time.sleep(0.04)
    return sorted(off)[10]

os.environ["FAKE_NVML_AVERAGED"] = "1"
field = off_w()
os.environ["FAKE_NVML_NO_INSTANT"] = "1"
lagging = off_w()
del os.environ["FAKE_NVML_AVERAGED"]
print(json.dumps([field, lagging, off_w()]))
"""
    field, lagging, old = with_nvml(script)
    assert field < 10 and lagging > 20
    assert old < 10, "before Ampere usage is of the moment"


def test_a_superchip_says_that_its_energy_is_the_modules(with_nvml):
    script = """
from pimp_tui.metering.nvml import NvmlMeter
print(json.dumps([NvmlMeter().remarks, NvmlMeter().samples()[0].power_w]))
"""
    remarks, watts = with_nvml(script, FAKE_NVML_MODULE="1")
    assert all("whole superchip" in remark for remark in remarks.values()) and len(remarks) == 2
    assert 100 <= watts <= 350


def test_disagreement_of_counter_and_samples_is_flagged(with_nvml):
    # A reset close to the start leaves a counter that is larger than before but far too small.
    script = WINDOW.replace("time.sleep(SECONDS)", "time.sleep(0.4)").replace(
        "with meters.window() as window:",
        "before = meters.meters[0].counters_j\n"
        "    meters.meters[0].counters_j = lambda: {k: v / 2 for k, v in before().items()}\n"
        "    with meters.window() as window:",
    )
    notes = with_nvml(script)["reading"]["notes"]
    assert sum("disagree" in note for note in notes) == 2


@pytest.mark.slow
def test_a_counter_that_moves_ten_times_a_second_is_no_disagreement(with_nvml):
    script = """
def told():
    found = []
    for _ in range(5):
        with meters.window() as window:
            time.sleep(0.25)
        found += [note for note in window.reading.notes if "disagree" in note]
    return found

with open_meters() as meters:
    slow = told()
    del os.environ["FAKE_NVML_PERIOD_S"]
    os.environ["FAKE_NVML_STEP"] = "400"
    time.sleep(0.1)
    print(json.dumps([slow, told()]))
"""
    slow, wrong = with_nvml(script, FAKE_NVML_PERIOD_S="0.1")
    assert slow == []
    assert len(wrong) == 5, "0.4 kW that no sample saw"


def test_idle_baseline_is_subtracted(with_nvml):
    answer = with_nvml("""
with open_meters() as meters:
    idle = meters.idle(0.6)
    with meters.window() as window:
        time.sleep(0.4)
    r = window.reading
    print(json.dumps([idle.power_w, idle.power_cv, idle.temperature_c, idle.notes,
                      r.energy_j, r.energy_above_idle_j, r.idle_power_w, r.duration_s]))
""")
    power_w, cv, celsius, notes, energy_j, above_j, idle_w, duration_s = answer
    assert idle_w == power_w
    assert above_j == pytest.approx(energy_j - power_w * duration_s)
    assert cv > 0.024
    assert any("idle power varies" in note for note in notes)
    assert celsius == 51


def test_no_permission_is_no_meter_and_names_the_mend(with_nvml):
    script = """
with open_meters() as meters:
    names = [meter.name for meter in meters.meters]
print(json.dumps([names, [row for row in meters_report() if row["check"] == "meter nvml"]]))
"""
    names, (row,) = with_nvml(script, FAKE_NVML_DENY="1")
    assert "nvml" not in names
    assert "estimate" in names
    assert row["ok"] is False
    assert "Insufficient Permissions" in row["detail"]
    assert "/dev/nvidia" in row["mend"]


def test_only_the_visible_device_is_metered(with_nvml):
    script = "print(json.dumps([d['device'] for d in open_meters().devices()]))"
    assert with_nvml(script, CUDA_VISIBLE_DEVICES="1") == ["Scripted GPU B [1]"]
    assert with_nvml(script, CUDA_VISIBLE_DEVICES="GPU-0000aa00") == ["Scripted GPU A [0]"]
    assert with_nvml(script, CUDA_VISIBLE_DEVICES="") == ["cpu", "cpu"]


def test_the_report_says_what_each_device_offers(with_nvml):
    rows = with_nvml("print(json.dumps(meters_report()))", FAKE_NVML_NO_COUNTER="1")
    texts = {row["check"]: row["detail"] for row in rows if row["ok"]}
    assert "power samples only" in texts["meter nvml"]
    assert texts["meter energy"] == "measured"


@pytest.mark.slow
def test_the_report_judges_how_calm_the_idle_power_is(with_nvml, tmp_path):
    script = """
print(json.dumps([row for row in meters_report() if row["check"] == "meter idle"]))
"""
    (restless,) = with_nvml(script)
    assert not restless["ok"] and "more than 0.024" in restless["detail"]
    assert "before a campaign" in restless["mend"]
    watts = tmp_path / "watts"
    watts.write_text("45")
    (calm,) = with_nvml(script, FAKE_NVML_FLAT=str(watts))
    assert calm["ok"] and calm["detail"].startswith("90.0 W over 2 s") and calm["mend"] is None
    assert with_nvml(script, FAKE_NVML_DENY="1") == [], "no power meter, nothing to judge"
